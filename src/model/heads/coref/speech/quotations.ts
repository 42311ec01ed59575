/** What is quoted, and who says it: by a name and a verb beside the marks. */
import { attributionAfter, attributionBefore } from './attribution.ts'
import type { Quotation, Told, Utterance } from './told.ts'

const opening = new Set(['“', '``', '«'])
const closing = new Set(['”', "''", '»'])
/** Of more tokens, a mark was forgotten. */
const mostQuoted = 400

/** Whether a straight mark stands at the beginning of a word, at the end of one, or by itself. */
const sideOf = ({ tokens }: Told, i: number): 'begins' | 'ends' | 'either' => {
  const before = i > 0 && tokens.begin[i] === tokens.end[i - 1]
  const after = i + 1 < tokens.begin.length && tokens.end[i] === tokens.begin[i + 1]
  return before === after ? 'either' : before ? 'ends' : 'begins'
}

/** @returns quotations in order, none within another */
const quotationsIn = (told: Told): Quotation[] => {
  const { text, tokens, words } = told
  const found: Quotation[] = []
  let open = -1
  for (let i = 0; i < words.length; i++) {
    if (open !== -1 && i - open > mostQuoted) open = -1
    const word = words[i]
    // A mark is one or two characters long.
    if (word.length > 2) continue
    const straight = word === '"'
    if (!straight && !opening.has(word) && !closing.has(word)) continue
    const side = straight ? sideOf(told, i) : opening.has(word) ? 'begins' : 'ends'
    if (open === -1) {
      if (side !== 'ends') open = i
    } else if (side !== 'begins') {
      found.push({ begin: open, end: i + 1 })
      open = -1
    } else if (straight || !text.slice(tokens.end[i - 1], tokens.begin[i]).includes('\n')) open = i
    // Else a quotation goes on in another paragraph, which is marked again.
  }
  return found
}

/** A text without line ends has paragraphs only where it is short: else they were lost, and speakers change unseen. */
const shortText = 400

/** What is told between two parts of a quotation: `"I do not," said John, "believe it."` */
const mostBetween = 10

export const findQuotations = (told: Told): Utterance[] => {
  const quotations = quotationsIn(told)
  if (quotations.length === 0) return []
  const hasParagraphs = told.words.length < shortText || told.text.includes('\n')
  const utterances: Utterance[] = []
  let last = -1
  quotations.forEach((quotation, i) => {
    const after = attributionAfter(told, quotation, quotations[i + 1])
    const by = after ?? attributionBefore(told, quotation, quotations[i - 1])
    const before = utterances[i - 1]
    const continues =
      by === undefined && before !== undefined && last !== -1 && goesOn(told, last, quotation.begin, hasParagraphs)
        ? (before.continues ?? i - 1)
        : undefined
    utterances.push({
      ...quotation,
      speaker: by?.speaker,
      named: by ? [{ token: by.token, person: 1 }] : [],
      continues,
    })
    last = after ? after.end : -1
  })
  return utterances
}

/** Whether a quotation is the rest of what was said before: between them stands who said so, and no other sentence. */
const goesOn = ({ text, tokens, words }: Told, from: number, to: number, hasParagraphs: boolean): boolean => {
  if (to - from > mostBetween) return false
  for (let i = from; i < to - 1; i++) if (/^[.!?]$/.test(words[i])) return false
  if (/^[.!?]$/.test(words[to - 1]) && !hasParagraphs) return false
  return !text.slice(tokens.end[from - 1], tokens.begin[to]).includes('\n')
}
