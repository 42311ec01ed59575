/** The SIMD kernels: in which form they run here, and instantiated over a memory. */
import { HmtlError } from '../../../io/errors.ts'

export type Kernels = Record<string, (...args: number[]) => number>

/**
 * `plain` rounds every product, and gives the same bits wherever it runs. `relaxed` has products and sums in one
 * instruction (relaxed SIMD: Node 22, browsers of 2023 or newer, and a machine with fused multiply-add), which rounds
 * once: the same bits wherever the machine is alike.
 */
export const simdForms = ['relaxed', 'plain'] as const
export type SimdForm = (typeof simdForms)[number]

export interface KernelModule {
  readonly form: SimdForm
  readonly bytes: Uint8Array<ArrayBuffer>
}

/**
 * @param read gives the module of a form
 * @param wish the form to take, if any
 * @throws HmtlError `HMTL_ENGINE_KERNEL` for a wish that cannot be had
 */
export const chosenKernels = (read: (form: SimdForm) => Uint8Array<ArrayBuffer>, wish = ''): KernelModule => {
  const forms = simdForms.filter((form) => wish === '' || form === wish)
  for (const form of forms) {
    const bytes = read(form)
    if (WebAssembly.validate(bytes)) return { form, bytes }
  }
  throw new HmtlError('HMTL_ENGINE_KERNEL', `the SIMD kernels do not run here${wish && ` as "${wish}"`}`, {
    remedy:
      forms.length > 0
        ? 'They need WebAssembly with SIMD: Node 20 or newer (22 for relaxed), or a browser of 2023 or newer'
        : `HMTL_SIMD is one of ${simdForms.join(', ')}`,
  })
}

/** @throws HmtlError `HMTL_ENGINE_KERNEL` */
export const loadKernels = ({ bytes }: KernelModule, memory: WebAssembly.Memory): Kernels => {
  try {
    return new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } }).exports as Kernels
  } catch (cause) {
    throw new HmtlError('HMTL_ENGINE_KERNEL', 'the SIMD kernels cannot be started', { cause })
  }
}
