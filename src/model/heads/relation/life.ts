/** Brackets behind a name that say when somebody lived: Ada Lovelace (10 December 1815 – 27 November 1852). */

/** Which end of a life. */
export type Life = 'begin' | 'end'

const year = /^[12]\d{3}$/
const dash = /^(?:[-–—]+|to)$/
/** What stands in such a bracket besides dates and places; "r. 1837–1901" is a reign. */
const small = new Set('c. ca. c circa about or of b. d. née né born died in'.split(' '))
const lowerCase = /^\p{Ll}/u
/** Shorter spans of years are terms of office, longer ones are no life's. */
const [leastYears, mostYears] = [15, 115]
/** Tokens between a name and its bracket, and in it. */
const [mostBefore, mostInside] = [8, 24]

/** The end of a life that the token `at` stands at, in a bracket not far behind the token `after`; undefined for none. */
export const lifeIn = (words: readonly string[], after: number, at: number): Life | undefined => {
  let open = at
  while (open >= after && words[open] !== '(' && words[open] !== ')' && at - open < mostInside) open--
  if (open < after || words[open] !== '(' || open - after > mostBefore) return undefined
  let [split, first, last, close] = [-1, 0, 0, open + 1]
  for (; close < words.length && words[close] !== ')'; close++) {
    const word = words[close]
    if (close - open > mostInside) return undefined
    if (dash.test(word)) split = split === -1 && first > 0 ? close : split
    else if (year.test(word)) {
      if (split === -1) first = Number(word)
      else last = Number(word)
    } else if (lowerCase.test(word) && !small.has(word)) return undefined
  }
  const years = last - first
  if (split === -1 || first === 0 || years < leastYears || years > mostYears) return undefined
  return at < split ? 'begin' : 'end'
}
