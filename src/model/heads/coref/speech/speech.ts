/**
 * Who speaks where, by the text alone: in turns of a chat or an interview, between quotation marks, in a letter. "I" and
 * "you" are others there than elsewhere, and never the same.
 */
import { findLetters } from './letters.ts'
import { findQuotations } from './quotations.ts'
import type { Told, Utterance } from './told.ts'
import { findTurns } from './turns.ts'

export interface Speech {
  readonly utterances: readonly Utterance[]
  /** The utterance of each token by its number; where none is known one of its sentence alone, below 0. */
  readonly of: Int32Array
  /** Utterances whose speakers, or hearers, names are, by their last tokens. */
  readonly named: ReadonlyMap<number, { readonly utterance: number; readonly person: 1 | 2 }>
}

/** Made once of a document. What stands between marks is of who is quoted, also in a turn or a letter. */
export const speechIn = (told: Told): Speech => {
  const turns = findTurns(told)
  const around = turns.length > 0 ? turns : findLetters(told)
  const utterances = [...around]
  for (const { continues, ...quotation } of findQuotations(told))
    utterances.push(continues === undefined ? quotation : { ...quotation, continues: around.length + continues })
  const of = new Int32Array(told.words.length).fill(-1)
  const { begin: starts, end: ends } = told.sentences
  for (let i = 0; i < starts.length; i++) of.fill(-1 - i, starts[i], ends[i])
  const named = new Map<number, { utterance: number; person: 1 | 2 }>()
  utterances.forEach(({ begin, end, continues, named: names }, i) => {
    of.fill(continues ?? i, begin, end)
    for (const { token, person } of names) named.set(token, { utterance: continues ?? i, person })
  })
  return { utterances, of, named }
}
