/** What is read for who speaks, and what comes of it. */
import type { Spans } from '../../../../io/document/document.ts'
import type { Speaker } from './speaker.ts'

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

/** Tokens, with those of the marks. */
export interface Quotation {
  readonly begin: number
  readonly end: number
}
