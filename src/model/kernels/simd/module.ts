/** The SIMD kernels: in which form they run here, and instantiated over a memory. */
import { HmtlError } from '../../../io/errors.ts'
import { type SimdForm, simdForms, useForm } from './form.ts'

export type Kernels = Record<string, (...args: number[]) => number>

/** What the build makes; `dots` runs the relaxed ones. */
export const builtForms = ['relaxed', 'plain'] as const
export type BuiltForm = (typeof builtForms)[number]

const oldestWithDots = 13

/**
 * Whether this program's engine has the dot product of bytes as one instruction. Of browsers nobody can tell, and Bun
 * names a V8 that it is not.
 */
const hasDots = (): boolean => {
  const { process } = globalThis as { process?: NodeJS.Process }
  const versions: Readonly<Record<string, string | undefined>> = process?.versions ?? {}
  return versions.bun === undefined && Number(versions.v8?.split('.')[0] ?? 0) >= oldestWithDots
}

export interface KernelModule {
  readonly form: SimdForm
  readonly bytes: Uint8Array<ArrayBuffer>
}

/**
 * @param read gives the module of a form
 * @param wish the form to take, if any
 * @throws HmtlError `HMTL_ENGINE_KERNEL` for a wish that cannot be had
 */
export const chosenKernels = (read: (form: BuiltForm) => Uint8Array<ArrayBuffer>, wish = ''): KernelModule => {
  const forms = simdForms.filter((form) => (wish === '' ? form !== 'dots' || hasDots() : form === wish))
  for (const form of forms) {
    const bytes = read(form === 'dots' ? 'relaxed' : form)
    if (WebAssembly.validate(bytes)) return { form, bytes }
  }
  throw new HmtlError('HMTL_ENGINE_KERNEL', `the SIMD kernels do not run here${wish && ` as "${wish}"`}`, {
    remedy:
      forms.length > 0
        ? 'They need WebAssembly with SIMD: Node 20 or newer (22 for relaxed and dots), or a browser of 2023 or newer'
        : `HMTL_SIMD is one of ${simdForms.join(', ')}`,
  })
}

/** @throws HmtlError `HMTL_ENGINE_KERNEL` */
export const loadKernels = ({ form, bytes }: KernelModule, memory: WebAssembly.Memory): Kernels => {
  useForm(form)
  try {
    return new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } }).exports as Kernels
  } catch (cause) {
    throw new HmtlError('HMTL_ENGINE_KERNEL', 'the SIMD kernels cannot be started', { cause })
  }
}
