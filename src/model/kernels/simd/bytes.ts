/** The SIMD kernels as the build left them beside this module. */
import { readFileSync } from 'node:fs'
import { HmtlError } from '../../../io/errors.ts'

/** @throws HmtlError `HMTL_ENGINE_KERNEL` */
export const kernelBytes = (): Uint8Array<ArrayBuffer> => {
  try {
    return readFileSync(new URL('./kernels.wasm', import.meta.url))
  } catch (cause) {
    throw new HmtlError('HMTL_ENGINE_KERNEL', 'the SIMD kernels cannot be loaded', {
      cause,
      remedy: 'Reinstall the package; from a checkout run npm run build',
    })
  }
}
