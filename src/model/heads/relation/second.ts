/** What two arguments have to do with each other is mostly one thing: a second one must be surer. */
import type { RelationLike } from '../../../io/document/document.ts'
import type { Places } from './cues.ts'

export interface Candidate {
  readonly relation: RelationLike
  /** Where it goes. */
  readonly relations: RelationLike[]
  /** Which two of a sentence's arguments, whichever comes first. */
  readonly pair: number
  /** Its probability, before it is calibrated. */
  readonly sigmoid: number
  /** Its arguments, for what the sentence must say of them. */
  readonly places: Places
}

/** Which labels often hold of the same two, named once for both. */
export type Beside = Readonly<Record<string, readonly string[]>>

const areBeside = (beside: Beside, one: string, other: string): boolean =>
  (Object.hasOwn(beside, one) && beside[one].includes(other)) ||
  (Object.hasOwn(beside, other) && beside[other].includes(one))

/**
 * Of each pair the most probable, what is more probable than `second` by itself, and what holds `beside` the most
 * probable; in the order given.
 *
 * @example
 * firstAndSure(found, 0.75)   // of founder 0.8, chief executive 0.7 and employer 0.76: the first and the last
 */
export const firstAndSure = (
  found: readonly Candidate[],
  second: number,
  beside: Beside = {},
): readonly Candidate[] => {
  const best = new Map<number, Candidate>()
  for (const candidate of found) {
    const other = best.get(candidate.pair)
    if (!other || candidate.sigmoid > other.sigmoid) best.set(candidate.pair, candidate)
  }
  return found.filter(({ pair, sigmoid, relation }) => {
    const first = best.get(pair)
    if (!first || sigmoid > second || sigmoid === first.sigmoid) return true
    return areBeside(beside, relation.label, first.relation.label)
  })
}
