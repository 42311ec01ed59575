/** The SIMD kernels, instantiated over a memory. */
import { readFileSync } from 'node:fs'
import { HmtlError } from '../../../io/errors.ts'

export type Kernels = Record<string, (...args: number[]) => number>

/** @throws HmtlError `HMTL_ENGINE_KERNEL` */
export const loadKernels = (memory: WebAssembly.Memory): Kernels => {
  try {
    const bytes = readFileSync(new URL('./kernels.wasm', import.meta.url))
    return new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } }).exports as Kernels
  } catch (cause) {
    throw new HmtlError('HMTL_ENGINE_KERNEL', 'the SIMD kernels cannot be loaded', {
      cause,
      remedy: 'Reinstall the package; from a checkout run npm run build',
    })
  }
}
