/**
 * The head of an English mention: the name, or the noun, that the rest of it says more
 * about ("the **minister** who joined them by video"). By the words alone: what follows a
 * head begins with a word of few kinds, and a head is the last word before that.
 */

import { isPossessive } from './possessive.ts'

export interface WordRange {
  readonly begin: number
  readonly end: number
}

/** Prepositions, relative pronouns and marks that what follows a noun begins with. */
const after = new Set(
  (
    ', : ; ( [ -- – — of in on at for from with without within by to into onto over under about above below between ' +
    'among against during through across behind near around after before since until than as like via per ' +
    'who whom whose which that where when why how what whether if because while though ' +
    'is are was were be been being has have had do does did will would can could may might must should shall ' +
    'not there he she they we you i it'
  ).split(' '),
)
const openings = new Set('" “ `` ‘ ( ['.split(' '))
const marks = new Set("\" ” “ '' `` ) ] . , ; : ! ?".split(' '))
const isName = (word: string): boolean => /^\p{Lu}/u.test(word)
const linksNames = new Set(['de', 'van', 'von', 'der', 'la', 'le', 'du', 'al', 'bin', '&'])
const determiners = new Set(
  'the a an this that these those my your his her its our their every each all some any no'.split(' '),
)

/** Where what follows the head begins. */
const cutOf = (words: readonly string[], begin: number): number => {
  for (let i = begin + 1; i < words.length; i++) {
    const word = words[i].toLowerCase()
    if (isPossessive(word)) {
      // "the ship 's captain": what has it comes before the head; at the end it belongs to nothing.
      if (i === words.length - 1) return i
      continue
    }
    if (after.has(word) && !(word === ',' && isAdjectives(words, begin, i))) return i
  }
  return words.length
}

/**
 * "a small, old house": a comma between words that are no nouns yet; told by what follows, another word and no name.
 */
const isAdjectives = (words: readonly string[], begin: number, comma: number): boolean => {
  const first = words[begin].toLowerCase()
  return (
    determiners.has(first) &&
    comma - begin === 2 &&
    comma + 2 < words.length &&
    !isName(words[comma - 1]) &&
    !isName(words[comma + 1]) &&
    !determiners.has(words[comma + 1].toLowerCase()) &&
    !after.has(words[comma + 1].toLowerCase())
  )
}

/** A name is its own head as a whole: from the last word of it back to where it begins. */
const nameBefore = (words: readonly string[], begin: number, end: number): number => {
  let from = end - 1
  while (from > begin) {
    const word = words[from - 1]
    if (isName(word) && !determiners.has(word.toLowerCase())) from--
    else if (linksNames.has(word) && from - 2 >= begin && isName(words[from - 2])) from -= 2
    else break
  }
  return from
}

/**
 * @param words of the mention, one at least
 * @returns the words of its head, a range of them
 * @example headOfMention(['the', 'minister', 'who', 'left'])  // { begin: 1, end: 2 }
 */
export const headOfMention = (words: readonly string[]): WordRange => {
  let begin = 0
  while (begin < words.length - 1 && openings.has(words[begin])) begin++
  let end = cutOf(words, begin)
  while (end - 1 > begin && (marks.has(words[end - 1]) || isPossessive(words[end - 1].toLowerCase()))) end--
  // "the horses watered by the river": what was done to it is no head.
  if (end < words.length && end - begin > 2 && /^\p{Ll}+ed$/u.test(words[end - 1])) end--
  const last = end - 1
  return { begin: isName(words[last]) ? nameBefore(words, begin, end) : last, end }
}
