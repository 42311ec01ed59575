/** Whether two names can be of one thing, by their letters. */
import type { Name } from './traits.ts'

/** Words that names share without being of the same thing. */
export const common: ReadonlySet<string> = new Set(
  'the a an of and in on at for to de la le von van mr mrs ms miss dr sir lady lord st mr. mrs. ms. dr. st. \'s ’s "'.split(
    ' ',
  ),
)

const bare = (word: string): string => word.toLowerCase().replaceAll('.', '')

const tellingWords = ({ words }: Name): string[] =>
  words.map(bare).filter((word) => !common.has(word) && /[\p{L}\p{N}]/u.test(word))

const initials = ({ words }: Name): string =>
  words
    .filter((word) => /^\p{Lu}/u.test(word))
    .map((word) => word[0].toLowerCase())
    .join('')

const isLatin = ({ words }: Name): boolean => words.some((word) => /\p{Script=Latin}/u.test(word))

/** Between two names that are said to be one: Fedor Ozep (born Otsep). */
const says = /^(?:\(|aka|a\.k\.a\.|née|nee|born|known|called|or|alias|formerly|renamed|nicknamed)$/i
/** So many words after a name another of the same thing is told. */
const near = 15

const isTold = (one: Name, other: Name, words: readonly string[]): boolean => {
  const [first, second] = one.at < other.at ? [one, other] : [other, one]
  return (
    second.at - first.at <= near &&
    words.slice(first.at + first.words.length, second.at).some((word) => says.test(word))
  )
}

/** Spanish and Spain begin alike; Martha and Mary do, too. */
const alike = ({ label }: Name, other: Name): number => (/^PER/i.test(label) || /^PER/i.test(other.label) ? 4 : 3)

/**
 * Whether two names have nothing in common: no word, no first letters of a word, not the initials (EU, European Union),
 * not the script; and nothing between them says that they are one.
 * @param words of the document
 */
export const isAnotherName = (one: Name, other: Name, words: readonly string[]): boolean => {
  const [a, b] = [tellingWords(one), tellingWords(other)]
  if (a.length === 0 || b.length === 0 || isLatin(one) !== isLatin(other)) return false
  if (a.join('') === initials(other) || b.join('') === initials(one)) return false
  const letters = alike(one, other)
  const begins = (word: string, v: string) =>
    word === v || (word.length >= letters && v.length >= letters && word.slice(0, letters) === v.slice(0, letters))
  return !a.some((word) => b.some((v) => begins(word, v))) && !isTold(one, other, words)
}
