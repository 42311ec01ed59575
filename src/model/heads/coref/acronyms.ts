/** Acronyms, and the names whose letters they are. */
import { common, type Name } from './names.ts'

/** Two capitals at least, some small letters between them where a bracket tells what it is: MIT, F.B.I., BoJ. */
const shape = /^\p{Lu}[\p{Ll}\p{Lu}&]{0,8}\p{Lu}s?$/u

const undotted = (word: string): string => word.replaceAll('.', '')

/** The acronym that a name is, in small letters; undefined for another name. */
export const acronymIn = ({ at, size }: Name, words: readonly string[]): string | undefined => {
  for (let i = at; i < at + size; i++) {
    const word = undotted(words[i])
    if (shape.test(word)) return word.toLowerCase()
  }
  return undefined
}

/** First letters of a name's words: of those with capitals. */
export const initialsOf = ({ at, size }: Name, words: readonly string[]): string[] => {
  let letters = ''
  for (let i = at; i < at + size; i++)
    if (/^\p{Lu}/u.test(words[i]) && !common.has(words[i].toLowerCase())) letters += words[i][0].toLowerCase()
  return letters.length > 1 ? [letters] : []
}

/** Whether the letters stand in a name in this order, the first at its beginning. */
const areOf = (letters: string, name: string): boolean => {
  if (letters[0] !== name[0]) return false
  let at = 0
  for (const letter of letters) {
    at = name.indexOf(letter, at) + 1
    if (at === 0) return false
  }
  return true
}

/** Whether an acronym stands in a bracket right behind the name that it is short for: World Health Organization (WHO). */
export const isBracketedAcronym = (full: Name, own: Name, acronym: string, words: readonly string[]): boolean =>
  full.at + full.size + 1 === own.at &&
  words[own.at - 1] === '(' &&
  words[own.at + own.size] === ')' &&
  areOf(acronym.replaceAll('&', ''), full.text.replace(/^the /, ''))
