/** The SIMD kernels as the build left them beside this module. */
import { readFileSync } from 'node:fs'
import { HmtlError } from '../../../io/errors.ts'
import { type BuiltForm, chosenKernels, type KernelModule } from './module.ts'

const read = (form: BuiltForm): Uint8Array<ArrayBuffer> => {
  try {
    return readFileSync(new URL(`./kernels-${form}.wasm`, import.meta.url))
  } catch (cause) {
    throw new HmtlError('HMTL_ENGINE_KERNEL', 'the SIMD kernels cannot be loaded', {
      cause,
      remedy: 'Reinstall the package; from a checkout run npm run build',
    })
  }
}

/**
 * The kernels in the form that this machine runs best, or the one that HMTL_SIMD names. @throws HmtlError
 * `HMTL_ENGINE_KERNEL`
 */
export const kernelModule = (): KernelModule => chosenKernels(read, process.env.HMTL_SIMD)
