/**
 * Who speaks where, by the text alone: in turns of a chat or an interview, between quotation marks, in a letter. "I" and
 * "you" are others there than elsewhere, and never the same.
 */
import type { Spans } from '../../../../io/document/document.ts'
import { findLetters } from './letters.ts'
import { findQuotations } from './quotations.ts'
import type { Speaker } from './speaker.ts'
import { findTurns } from './turns.ts'

/** A document as it is read for what people say in it. */
export interface Told {
  readonly text: string
  readonly tokens: Spans
  readonly words: readonly string[]
  /** As token indexes. */
  readonly sentences: Spans
}

/** Tokens that one person says, and where it is told who that is, or whom he speaks to. */
export interface Utterance {
  /** Tokens. */
  readonly begin: number
  readonly end: number
  readonly speaker?: Speaker | undefined
  /** Last tokens of names that are told to speak, or to be spoken to: labels, attributions, greetings. */
  readonly named: readonly { readonly token: number; readonly person: 1 | 2 }[]
  /** The number of an utterance before that this goes on with. */
  readonly continues?: number | undefined
}

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
