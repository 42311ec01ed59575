/** Words and characters as ids. */

import { indexWords } from './word-index.ts'

export interface Vocabulary {
  readonly words: readonly string[]
  readonly characters: readonly string[]
}

/** Id of the word that stands for all that are not known. */
export const unknownWord = 0
/** Ids of characters: the pad after a word, one not known, and the word's end marks. */
const padCharacter = 0
export const unknownCharacter = 1
const beginCharacter = 2
const endCharacter = 3
const reservedCharacters = 4

/** Longest part of a word that the characters see. */
const maxCharacters = 32

const brackets = new Map(
  Object.entries({
    '-lrb-': '(',
    '-rrb-': ')',
    '-lsb-': '[',
    '-rsb-': ']',
    '-lcb-': '{',
    '-rcb-': '}',
    '``': '"',
    "''": '"',
    '/.': '.',
    '/?': '?',
    '“': '"',
    '”': '"',
    '’': "'",
    '‘': "'",
  }),
)

const combining = /[\u0300-\u036f]/

/** A word with its accents in its letters, as vocabularies have them: some programs write "e" and "´" for "é". */
const composed = (word: string): string => (combining.test(word) ? word.normalize('NFC') : word)

/** The form in which a word is looked up: lower case, accents in their letters, treebank escapes undone. */
export const normalWord = (word: string): string => {
  const lower = composed(word).toLowerCase()
  return brackets.get(lower) ?? lower
}

export interface Indexer {
  readonly size: number
  readonly characterCount: number
  /** Id of a word; a word with digits falls back to the form with zeros for them, then to the unknown one. */
  word(form: string): number
  /** Character ids of a word between its marks, and two pads so that every word has a window. */
  characters(form: string): Int32Array
}

/** The words as they are stored: each with a line end after it. */
export const wordLines = (words: readonly string[]): string => words.map((word) => `${word}\n`).join('')

/** @param words the index of the vocabulary's words, for who has it */
export const createIndexer = (vocabulary: Vocabulary, words = indexWords(wordLines(vocabulary.words))): Indexer => {
  const characters = new Map(vocabulary.characters.map((character, i) => [character, i + reservedCharacters]))
  return {
    size: words.size,
    characterCount: vocabulary.characters.length + reservedCharacters,
    word(form) {
      const normal = normalWord(form)
      const id = words.find(normal)
      if (id !== undefined) return id
      return words.find(/\d/.test(normal) ? normal.replace(/\d/g, '0') : normal.replace(/[’‘]/g, "'")) ?? unknownWord
    },
    characters(form) {
      const ids = [beginCharacter]
      for (const character of composed(form)) {
        if (ids.length > maxCharacters) break
        ids.push(characters.get(character) ?? unknownCharacter)
      }
      ids.push(endCharacter, padCharacter)
      return Int32Array.from(ids)
    },
  }
}
