/** The SIMD kernels, instantiated over a memory. */
import { HmtlError } from '../../../io/errors.ts'

export type Kernels = Record<string, (...args: number[]) => number>

/** @param bytes the module. @throws HmtlError `HMTL_ENGINE_KERNEL` */
export const loadKernels = (bytes: Uint8Array<ArrayBuffer>, memory: WebAssembly.Memory): Kernels => {
  try {
    return new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } }).exports as Kernels
  } catch (cause) {
    throw new HmtlError('HMTL_ENGINE_KERNEL', 'the SIMD kernels cannot be started', {
      cause,
      remedy: 'They need WebAssembly with SIMD: Node 20 or newer, or a browser of 2023 or newer',
    })
  }
}
