/** What a caller of the library may wish of a model, checked before anything is loaded. */
import { HmtlError } from './io/errors.ts'
import type { Wish } from './pipeline/pool/messages.ts'

export interface WishOptions {
  /** Names of the tasks to run. @default all of the model's */
  readonly tasks?: readonly string[] | undefined
  /** Leaves out what the model holds less probable. @default 0 */
  readonly minScore?: number | undefined
  /** Only these labels, of the layers that have one of them. @default all of the model's */
  readonly labels?: readonly string[] | undefined
  /** Link the documents' own mentions instead of finding candidates. @default false */
  readonly goldMentions?: boolean | undefined
  /** By whose rules to annotate, of the conventions that the model learned (its card names them). @default the model's own */
  readonly convention?: string | undefined
}

/** @throws HmtlError `HMTL_USAGE` */
export const wishOf = ({ tasks, minScore, labels, goldMentions = false, convention }: WishOptions): Wish => {
  if (minScore !== undefined && !(minScore >= 0 && minScore <= 1))
    throw new HmtlError('HMTL_USAGE', `${minScore} is not a probability`)
  return { tasks, minScore, labels, goldMentions, convention }
}

/** @throws HmtlError `HMTL_USAGE` */
export const checkWorkers = (workers: number): void => {
  if (!(Number.isInteger(workers) && workers > 0))
    throw new HmtlError('HMTL_USAGE', `${workers} is not a number of workers`)
}
