/** Who is said to say what is quoted: "…," said Tom Briggs; Wray said: "…" */
import { type Speaker, speakerOf } from './speaker.ts'
import type { Quotation, Told } from './told.ts'

export interface Attribution {
  /** Absent where it is a pronoun. */
  readonly speaker: Speaker | undefined
  /** The last of the name, or the pronoun. */
  readonly token: number
  /** Behind it. */
  readonly end: number
}

const listed = (words: string): ReadonlySet<string> => new Set(words.split(' '))

const verbs = listed(
  'said says say asked asks replied replies answered answers added adds explained explains wrote writes cried exclaimed ' +
    'whispered shouted murmured muttered remarked observed responded recalled insisted argued warned noted admitted ' +
    'declared announced demanded inquired enquired stated testified tweeted joked continued repeated interrupted ' +
    'agreed suggested told tells',
)
/** These have a hearer behind them, not who speaks: told Tom. */
const tellsWhom = listed('told tells')
const pronouns = listed('he she I')
const links = listed('de van von der la le du al bin')
/** What goes on behind a name that is whole: said Tom Briggs, said Briggs in court, but not said United manager Grange. */
const behind =
  /^(?:[,.;:!?)—–-]+|--|["“”]|``|''|in|on|at|to|as|with|of|from|after|when|while|who|and|but|during|for|\p{Ll}+ly|\p{Lu}?\p{Ll}+day)$/u
/** What a quotation ends with where the sentence goes on with who says it. */
const unfinished = /^(?:[,!?…—–-]|--|\.\.\.|\.)$/

const isCapital = (word: string | undefined): boolean => word !== undefined && /^\p{Lu}/u.test(word)

/** Where a name that begins at a token ends; the token itself for none. */
const nameEnd = (words: readonly string[], from: number, to: number): number => {
  if (pronouns.has(words[from])) return from + 1
  let end = from
  while (end < to && end - from < 6 && (isCapital(words[end]) || (end > from && links.has(words[end])))) end++
  return end
}

const attributed = (words: readonly string[], begin: number, end: number): Attribution => ({
  speaker: words[begin] === 'I' || !pronouns.has(words[begin]) ? speakerOf(words.slice(begin, end), false) : undefined,
  token: end - 1,
  end,
})

/** So far from the marks. */
const near = 12

/** "…," said Tom Briggs. "…," Wray told the court. */
export const attributionAfter = (
  { words, tokens, text }: Told,
  quotation: Quotation,
  next: Quotation | undefined,
): Attribution | undefined => {
  let at = quotation.end
  const to = Math.min(words.length, next?.begin ?? words.length, at + near)
  // Britons put the comma behind the mark.
  const isOutside = words[at] === ','
  if (isOutside) at++
  else if (!unfinished.test(words[quotation.end - 2] ?? '') || words[quotation.end - 2] === '.') return undefined
  if (at >= to || text.slice(tokens.end[quotation.end - 1], tokens.begin[at]).includes('\n')) return undefined
  if (verbs.has(words[at]) && !tellsWhom.has(words[at])) {
    const end = nameEnd(words, at + 1, to)
    return end > at + 1 && (end >= words.length || behind.test(words[end])) ? attributed(words, at + 1, end) : undefined
  }
  const end = nameEnd(words, at, to)
  if (end === at || end >= to) return undefined
  const verb = /^\p{Ll}+ly$/u.test(words[end]) ? end + 1 : end
  return verb < to && verbs.has(words[verb]) && words[verb + 1] !== 'to'
    ? { ...attributed(words, at, end), end: verb + 1 }
    : undefined
}

/** Wray said: "…", where the sentence begins with it. */
export const attributionBefore = (
  { words, tokens, text }: Told,
  { begin }: Quotation,
  last: Quotation | undefined,
): Attribution | undefined => {
  if (!/^[,:]$/.test(words[begin - 1] ?? '') && !verbs.has(words[begin - 1] ?? '')) return undefined
  const least = Math.max(last?.end ?? 0, begin - near)
  for (let verb = begin - 1; verb > least; verb--) {
    if (/^[.!?]$/.test(words[verb])) return undefined
    if (!verbs.has(words[verb])) continue
    let from = verb
    if (pronouns.has(words[verb - 1])) from = verb - 1
    else while (from > least && verb - from < 6 && (isCapital(words[from - 1]) || links.has(words[from - 1]))) from--
    while (links.has(words[from])) from++
    if (from === verb || text.slice(tokens.begin[from], tokens.begin[begin]).includes('\n\n')) return undefined
    return attributed(words, from, verb)
  }
  return undefined
}
