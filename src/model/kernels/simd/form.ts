/** The forms in which the SIMD kernels run, and the one in which those of this thread do. */

/**
 * `plain` rounds every product, and gives the same bits wherever it runs. `relaxed` has products and sums in one
 * instruction (relaxed SIMD: Node 22, browsers of 2023 or newer, and a machine with fused multiply-add), which rounds
 * once: the same bits wherever the machine is alike. `dots` are relaxed kernels that also multiply an encoder's 8-bit
 * weights with rows of 7 bits, sixteen products an instruction: faster where the engine has the machine's own
 * instruction for it, which V8 has since version 13 (Node 24).
 */
export const simdForms = ['dots', 'relaxed', 'plain'] as const
export type SimdForm = (typeof simdForms)[number]

let running: SimdForm | undefined

export const useForm = (form: SimdForm): void => {
  running = form
}

/** Whether products of bytes are faster than of 16-bit integers here. */
export const multipliesBytes = (): boolean => running === 'dots'
