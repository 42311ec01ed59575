/** What two threads say to each other: requests with a number, answers with the same, in the order asked. */
import type { PlainError } from '../../io/plain-error.ts'

export interface Request<In> {
  readonly id: number
  readonly value: In
}

export type Reply<Out> =
  /** The thread has what it needs. */
  | { readonly ready: true }
  | { readonly id: number; readonly value: Out }
  /** A request failed or, without a number, the thread could not begin. */
  | { readonly id?: number; readonly failed: PlainError }
