/** What a caller of the library may wish of a model, checked before anything is loaded. */
import { HmtlError } from './io/errors.ts'
import { nearest } from './model/config/nearest.ts'
import type { Wish } from './pipeline/pool/messages.ts'

export type WishOptions = Omit<Wish, 'json'>

const checkNames = (option: string, names: unknown): void => {
  if (names === undefined || (Array.isArray(names) && names.every((name) => typeof name === 'string'))) return
  throw new HmtlError('HMTL_USAGE', `${option} is no list of names`, { remedy: `Such as ${option}: ['…']` })
}

/** Options of `WishOptions`. */
export const wishNames = [
  'tasks',
  'minScore',
  'labels',
  'goldMentions',
  'convention',
] as const satisfies readonly (keyof WishOptions)[]

/** A name that is no option would change nothing, and nobody would know. @throws HmtlError `HMTL_USAGE` */
export const checkOptionNames = (options: object, known: readonly string[]): void => {
  const unknown = Object.keys(options).find((name) => !known.includes(name))
  if (unknown !== undefined)
    throw new HmtlError('HMTL_USAGE', `there is no option "${unknown}"`, {
      remedy: `Did you mean "${nearest(unknown, known)}"? There are ${known.join(', ')}`,
    })
}

/** @throws HmtlError `HMTL_USAGE` */
export const wishOf = ({ tasks, minScore, labels, goldMentions = false, convention }: WishOptions): Wish => {
  checkNames('tasks', tasks)
  checkNames('labels', labels)
  if (minScore !== undefined && !(minScore >= 0 && minScore <= 1))
    throw new HmtlError('HMTL_USAGE', `${minScore} is not a probability`)
  return { tasks, minScore, labels, goldMentions, convention }
}

/** @throws HmtlError `HMTL_USAGE` */
export const checkWorkers = (workers: number): void => {
  if (!(Number.isInteger(workers) && workers > 0))
    throw new HmtlError('HMTL_USAGE', `${workers} is not a number of workers`)
}
