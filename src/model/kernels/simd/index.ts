/** The fused ops that have a SIMD kernel, by name. What is cheap has none: its reference runs. */
import type { SimdKernel } from './heap.ts'
import { products } from './products.ts'
import { rows } from './rows.ts'
import { spans } from './spans.ts'
import { transformer } from './transformer.ts'

export const simdKernels: Readonly<Record<string, SimdKernel>> = { ...products, ...rows, ...spans, ...transformer }
