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

/**
 * Of each pair the most probable, and what is more probable than `second` by itself; in the order given.
 *
 * @example
 * firstAndSure(found, 0.75)   // of founder 0.8, chief executive 0.7 and employer 0.76: the first and the last
 */
export const firstAndSure = (found: readonly Candidate[], second: number): readonly Candidate[] => {
  const best = new Map<number, number>()
  for (const { pair, sigmoid } of found) best.set(pair, Math.max(best.get(pair) ?? 0, sigmoid))
  return found.filter(({ pair, sigmoid }) => sigmoid > second || sigmoid === best.get(pair))
}
