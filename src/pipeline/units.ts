/** What a document is cut into for the model: its sentences, or windows of them. */
import { filled } from '../io/budget.ts'
import type { Prepared } from '../io/document/document.ts'
import { words } from '../io/document/tokens.ts'
import { many, type Stage } from './chain.ts'

/** Sentences that stay together. */
export interface Unit {
  /** The words of each. */
  readonly sentences: readonly (readonly string[])[]
  readonly tokens: number
}

/** A stretch of a document's sentences. */
export interface Window extends Unit {
  readonly of: Prepared
  /** First sentence, and one past the last. */
  readonly from: number
  readonly to: number
}

/** Windows of a document by their first sentences and those past the last. */
const windowsOf = (of: Prepared, places: Iterable<readonly [from: number, to: number]>): Window[] => {
  const { begin, end } = of.sentences
  const list = words(of)
  return Array.from(places, ([from, to]) => {
    const sentences = Array.from({ length: to - from }, (_, i) => list.slice(begin[from + i], end[from + i]))
    return { of, from, to, sentences, tokens: sentences.reduce((sum, { length }) => sum + length, 0) }
  })
}

/** A document's sentences, one by one. */
export const sentenceUnits: Stage<Prepared, Window> = (document) =>
  many(
    windowsOf(
      document,
      Array.from(document.sentences.begin, (_, s) => [s, s + 1]),
    ),
  )

/**
 * Windows of whole sentences of at most so many tokens, unless a sentence has more;
 * one without any sentence for a document that has none, so that it is not lost.
 */
export const windowUnits =
  (tokens: number): Stage<Prepared, Window> =>
  (document) => {
    const { begin, end } = document.sentences
    const windows = [...filled(begin.keys(), { tokens }, (s) => end[s] - begin[s])]
    const places = windows.map((list) => [list[0], list[list.length - 1] + 1] as const)
    return many(windowsOf(document, places.length > 0 ? places : [[0, 0]]))
  }
