/** Between characters and tokens: where a span lies among the tokens, and text rebuilt from them. */
import type { Document, Spans } from './document.ts'

/** Tokens that a column format gave, and the text rebuilt from them. */
export interface JoinedTokens {
  readonly text: string
  readonly tokens: Spans
}

/** @param before what stands before each word in the text, where that is known; else one space between any two */
export const joinTokens = (words: readonly string[], before?: readonly string[]): JoinedTokens => {
  const begin = new Int32Array(words.length)
  const end = new Int32Array(words.length)
  let at = 0
  for (let i = 0; i < words.length; i++) {
    begin[i] = at += before ? before[i].length : Math.min(i, 1)
    at = end[i] = at + words[i].length
  }
  return { text: before ? words.map((word, i) => before[i] + word).join('') : words.join(' '), tokens: { begin, end } }
}

const space = /\s*/y

/** The white space before each word of a text, which has nothing else besides; undefined where it is another text. */
export const spacesBefore = (words: readonly string[], text: string): string[] | undefined => {
  const before: string[] = []
  let at = 0
  for (const word of words) {
    space.lastIndex = at
    const [gap] = space.exec(text) as RegExpExecArray
    if (!text.startsWith(word, at + gap.length)) return undefined
    before.push(gap)
    at += gap.length + word.length
  }
  return text.slice(at).trim() === '' ? before : undefined
}

/** Index of the token that begins exactly at `offset`, or -1. */
export const tokenBeginningAt = ({ begin }: Spans, offset: number): number => search(begin, offset)

/** Index of the token that ends exactly at `offset`, or -1. */
export const tokenEndingAt = ({ end }: Spans, offset: number): number => search(end, offset)

const search = (sorted: Int32Array, value: number): number => {
  const at = lowerBound(sorted, value)
  return at < sorted.length && sorted[at] === value ? at : -1
}

/** First index whose value is not less than `value`. */
const lowerBound = (sorted: Int32Array, value: number): number => {
  let low = 0
  let high = sorted.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (sorted[middle] < value) low = middle + 1
    else high = middle
  }
  return low
}

export interface TokenSpan {
  readonly begin: number
  /** One past the last token. */
  readonly end: number
  /** False where the characters do not start and end with tokens: the span was widened to whole tokens. */
  readonly exact: boolean
}

/**
 * The tokens that a character span covers, widened to whole tokens.
 * Undefined where the span covers only white space.
 */
export const tokenSpan = (tokens: Spans, begin: number, end: number): TokenSpan | undefined => {
  const last = lowerBound(tokens.begin, end)
  let first = lowerBound(tokens.begin, begin)
  if (first > 0 && tokens.end[first - 1] > begin) first--
  if (first >= last) return undefined
  return { begin: first, end: last, exact: tokens.begin[first] === begin && tokens.end[last - 1] === end }
}

/** The words of a document in order. */
export const words = (document: Document): string[] => {
  const { text, tokens } = document
  if (!tokens) return []
  return Array.from(tokens.begin, (begin, i) => text.slice(begin, tokens.end[i]))
}

/** Sentences of a document as token spans; one sentence of everything where there are none. */
export const sentenceSpans = (document: Document): Spans => {
  if (document.sentences) return document.sentences
  const count = document.tokens?.begin.length ?? 0
  return count === 0
    ? { begin: new Int32Array(0), end: new Int32Array(0) }
    : { begin: Int32Array.of(0), end: Int32Array.of(count) }
}

/** Index of the sentence that a token is in, or -1. @param sentences token spans in order */
export const sentenceOfToken = ({ begin, end }: Spans, token: number): number => {
  const at = lowerBound(end, token + 1)
  return at < begin.length && begin[at] <= token ? at : -1
}

/** Characters of a token with the white space after it, in English text. */
const charactersOfToken = 5.7

/** How many tokens a document has, or about how many it will have. */
export const tokenCount = ({ text, tokens }: Document): number =>
  tokens?.begin.length ?? Math.round(text.length / charactersOfToken)
