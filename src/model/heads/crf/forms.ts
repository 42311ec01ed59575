/**
 * What tokens are by their form alone, where a tagger that has hardly seen any goes astray: a date in digits, the digits
 * of a telephone or an account, the number of an item or a note.
 */

export const forms = ['date', 'phone', 'item', 'note'] as const
export type Form = (typeof forms)[number]

/** Words of a document, and where they stand. */
export interface Words {
  readonly words: readonly string[]
  /** First token of the sentence, and the one after its last. */
  readonly from: number
  readonly to: number
  /** Whether a line begins with a token. */
  readonly beginsLine: (token: number) => boolean
}

const isDigit = (code: number): boolean => code >= 48 && code <= 57
const plusSign = 43

const dayFirst = /^(\d{1,2})([./-])(\d{1,2})\2(\d{4}|\d{2})$/
const yearFirst = /^(\d{4})([./-])(\d{1,2})\2(\d{1,2})(?:T\d{2}:\d{2}(?::\d{2})?\S{0,12})?$/

const isDayOf = (day: number, month: number): boolean => day > 0 && day < 32 && month > 0 && month < 13
const isYear = (year: number): boolean => year >= 1000 && year < 2200

/** 31/07/2025, 7/31/25, 31.07.2025, 2025-07-31; not 1.7.24, which may be a version. */
export const isDate = (word: string): boolean => {
  const first = dayFirst.exec(word)
  if (first) {
    const [one, other, year] = [Number(first[1]), Number(first[3]), first[4]]
    return (isDayOf(one, other) || isDayOf(other, one)) && (year.length === 2 ? first[2] === '/' : isYear(Number(year)))
  }
  const last = yearFirst.exec(word)
  return last !== null && isYear(Number(last[1])) && isDayOf(Number(last[4]), Number(last[3]))
}

/** Groups of digits joined by hyphens: 555-0199, 020-7946-0958. */
const joinedDigits = /^\d{2,7}(?:-\d{2,7}){1,5}$/
const group = /^\d{1,7}$/
/** Before the number of a telephone or an account. */
const announces = new Set('tel tel. telephone phone fax fax. mobile whatsapp ext ext. iban isbn'.split(' '))
/** So many digits are a number to be dialled or looked up: told by a word or a plus, by a 0, by their groups alone. */
const least = { announced: 6, plus: 7, zero: 9, bare: 10 }
/** Groups that are gone over: time must stay linear where a page is full of numbers. */
const mostGroups = 12

const isPlausibleYear = (word: string): boolean => word.length === 4 && /^(?:1[5-9]|20)/.test(word)

/** A run of digits too long for a year, an hour or a day written 20250731. */
const isLong = (digits: string): boolean =>
  digits.length > 5 && /^\d+$/.test(digits) && (digits.length !== 8 || digits[0] === '0')

const isAnnounced = ({ words, from }: Words, at: number): boolean => {
  const before = words[at - 1] === '.' || words[at - 1] === ':' ? at - 2 : at - 1
  return before >= from && announces.has(words[before].toLowerCase())
}

/** The token after a number of a telephone or an account that begins with this one; this one where none does. */
const phoneEnd = (given: Words, at: number): number => {
  const { words, from, to } = given
  const plus = words[at][0] === '+' || (at > from && words[at - 1] === '+')
  const first = words[at][0] === '+' ? words[at].slice(1) : words[at]
  if (isLong(first)) return at + 1
  if (joinedDigits.test(first)) {
    const parts = first.split('-')
    return parts.join('').length >= least.plus && !isDate(first) && !parts.some(isPlausibleYear) ? at + 1 : at
  }
  if (!group.test(first)) return at
  const groups = [first]
  let end = at + 1
  for (let i = end; i < to && groups.length < mostGroups; i++) {
    if (group.test(words[i])) groups.push(words[i])
    else if (words[i] !== ')' && words[i] !== '-') break
    if (group.test(words[i])) end = i + 1
  }
  const digits = groups.join('').length
  if (groups.length === 1 || groups.every(isPlausibleYear)) return at
  const said = isAnnounced(given, at)
    ? least.announced
    : plus
      ? least.plus
      : first.length > 2 && first[0] === '0'
        ? least.zero
        : groups.some(isPlausibleYear)
          ? Number.POSITIVE_INFINITY
          : least.bare
  return digits >= said ? end : at
}

const short = /^\d{1,3}$/

/** [17], with brackets around it alone. */
const isNote = ({ words, from, to }: Words, at: number): boolean =>
  at > from && at + 1 < to && words[at - 1] === '[' && words[at + 1] === ']' && short.test(words[at])

/** "2." or "3)" or "(1)" where a line begins. */
const isItem = ({ words, from, to, beginsLine }: Words, at: number): boolean => {
  const mark = at + 1 < to ? words[at + 1] : ''
  if ((mark !== '.' && mark !== ')') || words[at].length > 2 || !short.test(words[at])) return false
  return at > from && words[at - 1] === '(' ? mark === ')' && beginsLine(at - 1) : at + 2 < to && beginsLine(at)
}

/** Tells of each token of a sentence that has a form. */
export const eachForm = (sentence: Words, tell: (token: number, form: Form) => void): void => {
  const { words, from, to } = sentence
  for (let at = from; at < to; at++) {
    const code = words[at].charCodeAt(0)
    if (!isDigit(code) && code !== plusSign) continue
    const end = phoneEnd(sentence, at)
    if (end > at) {
      for (; at < end; at++) tell(at, 'phone')
      at--
    } else if (isDate(words[at])) tell(at, 'date')
    else if (isNote(sentence, at)) tell(at, 'note')
    else if (isItem(sentence, at)) tell(at, 'item')
  }
}
