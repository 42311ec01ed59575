/** The form in which the kernels of this thread run, once they do. */
import type { SimdForm } from './module.ts'

let running: SimdForm | undefined

export const useForm = (form: SimdForm): void => {
  running = form
}

/** Whether products of bytes are faster than of 16-bit integers here. */
export const multipliesBytes = (): boolean => running === 'dots'
