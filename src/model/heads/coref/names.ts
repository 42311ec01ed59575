/** Whether two names can be of one thing, by their letters. */
/** Words that names share without being of the same thing. */
export const common: ReadonlySet<string> = new Set(
  'the a an of and in on at for to de la le von van mr mrs ms miss dr sir lady lord st mr. mrs. ms. dr. st. \'s ’s "'.split(
    ' ',
  ),
)

const bare = (word: string): string => word.toLowerCase().replaceAll('.', '')

/** A name as it is compared: made once, since it is compared with many. */
export interface Name {
  /** Its first token in the document, and how many it has. */
  readonly at: number
  readonly size: number
  /** Its words, without regard to case. */
  readonly text: string
  /** Those that tell it from others. */
  readonly telling: readonly string[]
  /** The same without what is between them, for initials to be compared with. */
  readonly joined: string
  readonly initials: string
  readonly isLatin: boolean
  readonly isPerson: boolean
  readonly label: string
}

/** @param at its first token in the document */
export const nameOf = (words: readonly string[], label: string, at: number): Name => {
  const telling = words.map(bare).filter((word) => !common.has(word) && /[\p{L}\p{N}]/u.test(word))
  return {
    at,
    size: words.length,
    text: words.join(' ').toLowerCase(),
    telling,
    joined: telling.join(''),
    initials: words.flatMap((word) => (/^\p{Lu}/u.test(word) ? [word[0].toLowerCase()] : [])).join(''),
    isLatin: words.some((word) => /\p{Script=Latin}/u.test(word)),
    isPerson: /^PER/i.test(label),
    label,
  }
}

/** Between two names that are said to be one: Fedor Ozep, born Otsep. */
const says = /^(?:aka|a\.k\.a\.|née|nee|born|known|called|or|alias|formerly|renamed|nicknamed)$/i
/** So many words after a name another of the same thing is told. */
const near = 15

/** What may stand before the other name in a bracket, besides. */
const again = /^(?:the|later|now|then|today)$/i

/**
 * A bracket tells another name of a thing where it begins with it and says nothing else: Ozep (later Otsep), not
 * Odette (22 High Street, Leeds) or Kestrel (NYSE: KST).
 */
const isBracketed = (first: Name, second: Name, words: readonly string[]): boolean => {
  const open = first.at + first.size
  const between = second.at - open
  if (words[open] !== '(' || first.isPerson !== second.isPerson) return false
  const begins = between === 1 || (between === 2 && again.test(words[open + 1]))
  return begins && /^[),;]$/.test(words[second.at + second.size] ?? '')
}

const isTold = (one: Name, other: Name, words: readonly string[]): boolean => {
  const [first, second] = one.at < other.at ? [one, other] : [other, one]
  if (second.at - first.at > near) return false
  for (let i = first.at + first.size; i < second.at; i++) if (says.test(words[i])) return true
  return isBracketed(first, second, words)
}

/**
 * Whether two names have nothing in common: no word, no first letters of a word, not the initials (EU, European Union),
 * not the script; and nothing between them says that they are one.
 * @param words of the document
 */
export const isAnotherName = (one: Name, other: Name, words: readonly string[]): boolean => {
  const [a, b] = [one.telling, other.telling]
  if (a.length === 0 || b.length === 0 || one.isLatin !== other.isLatin) return false
  if (one.joined === other.initials || other.joined === one.initials) return false
  // Spanish and Spain begin alike; Martha and Mary do, too.
  const letters = one.isPerson || other.isPerson ? 4 : 3
  for (const word of a)
    for (const v of b)
      if (word === v || (word.length >= letters && v.length >= letters && word.startsWith(v.slice(0, letters))))
        return false
  return !isTold(one, other, words)
}
