/**
 * What no span of English ends in the midst of, whatever a tagger says of single words: a pair of brackets or of quotation
 * marks; and what is said to people before their names.
 */

export interface TokenSpan {
  readonly begin: number
  /** One past the last token. */
  readonly end: number
  readonly label: string
  readonly score: number
}

const closes = new Map([
  ['(', ')'],
  ['[', ']'],
  ['{', '}'],
  ['“', '”'],
])
const opens = new Map([...closes].map(([open, close]) => [close, open]))

/** Tokens that are gone over from a bracket to its other half. */
const mostInside = 8

const number = /^\d+$/

interface Odd {
  readonly at: number
  readonly isClose: boolean
}

/** The first bracket or quotation mark of a span that has no other half in it. */
const oddOf = (words: readonly string[], { begin, end }: { begin: number; end: number }): Odd | undefined => {
  let straight = -1
  let open: number[] | undefined
  for (let i = begin; i < end; i++) {
    const word = words[i]
    if (word.length !== 1) continue
    if (word === '"') straight = straight === -1 ? i : -1
    else if (closes.has(word)) (open ??= []).push(i)
    else if (opens.has(word)) {
      const last = open?.pop()
      if (last === undefined || closes.get(words[last]) !== word) return { at: last ?? i, isClose: last === undefined }
    }
  }
  if (open && open.length > 0) return { at: open[0], isClose: false }
  // Inches: 6' 2".
  if (straight > begin && number.test(words[straight - 1])) return undefined
  return straight === -1 ? undefined : { at: straight, isClose: straight === end - 1 && straight > begin }
}

/** Where the other half of a closing bracket is, before `from`; -1 where it is not near. */
const openingOf = (words: readonly string[], at: number, from: number): number => {
  const open = opens.get(words[at])
  for (let i = at - 1; i >= Math.max(from, at - mostInside); i--) {
    if (words[i] === open) return i
    if (words[i] === words[at]) return -1
  }
  return -1
}

const isName = (word: string): boolean => /^\p{Lu}\p{Ll}/u.test(word)

/** Words before a bracket that belong to what stands in it and after it: "Rose (MacNeil) Doyle", "fifteen (15) days". */
const beginsBefore = (
  words: readonly string[],
  { open, close }: { open: number; close: number },
  from: number,
): boolean =>
  open > from &&
  (close - open === 2 && number.test(words[open + 1]) ? /^\p{L}/u.test(words[open - 1]) : isName(words[open - 1]))

/**
 * Spans of a sentence without halves of brackets and quotation marks. One that closes what was opened before it begins
 * with the name that stands there ("William (Bill) Gates") or else behind it; one that opens what it does not close ends
 * before it. Most sentences have none, and get their own spans back.
 *
 * @param from first token of the sentence
 */
export const balanced = (words: readonly string[], spans: readonly TokenSpan[], from: number): readonly TokenSpan[] => {
  let out: TokenSpan[] | undefined
  for (let i = 0; i < spans.length; i++) {
    let span: TokenSpan | undefined = spans[i]
    while (span) {
      const odd = oddOf(words, span)
      if (!odd) break
      out ??= spans.slice(0, i)
      span = withoutHalf(words, span, odd, out, from)
    }
    if (span) out?.push(span)
  }
  return out ?? spans
}

/** @param before spans of the sentence up to this one, of which those go that it takes in */
const withoutHalf = (
  words: readonly string[],
  span: TokenSpan,
  { at, isClose }: Odd,
  before: TokenSpan[],
  from: number,
): TokenSpan | undefined => {
  const { begin, end } = span
  if (at === end - 1) return shortened(span, begin, at)
  if (at === begin) return shortened(span, at + 1, end)
  if (!isClose) return shortened(span, begin, at)
  const open = openingOf(words, at, from)
  if (open === -1 || !beginsBefore(words, { open, close: at }, from)) return shortened(span, at + 1, end)
  let first = open - 1
  while (before.length > 0 && before[before.length - 1].end > first) {
    const last = before.pop() as TokenSpan
    first = Math.min(first, last.begin)
  }
  return { ...span, begin: first }
}

const shortened = (span: TokenSpan, begin: number, end: number): TokenSpan | undefined =>
  begin < end ? { ...span, begin, end } : undefined

const greets = new Set(['Dear', 'DEAR', 'Hi', 'Hello', 'Hey'])
const afterGreeting = /^[,:;!.–—-]$/

/**
 * Where a span begins without the greeting of a letter: "Dear Ms. Okonkwo," is a letter to Ms. Okonkwo, whereas Dear
 * Evan Hansen is a musical that ran.
 */
export const withoutGreeting = (
  words: readonly string[],
  { begin, end, label }: TokenSpan,
  from: number,
  to: number,
): number =>
  begin === from &&
  end - begin > 1 &&
  /^PER/i.test(label) &&
  greets.has(words[begin]) &&
  (end === to || afterGreeting.test(words[end]))
    ? begin + 1
    : begin
