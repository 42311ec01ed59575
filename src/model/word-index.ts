/**
 * Which of many words a word is. A `Map` of a hundred thousand takes a third of the time to load a model; this table
 * lies over the one text that they come in, a word a line.
 */

export interface WordIndex {
  readonly size: number
  /** Place of a word among them, of the last where it is there twice; undefined where it is not. */
  find(word: string): number | undefined
}

const newline = 10

/** Another one each time the program starts, so that nobody can write words that all fall into one place. */
const seed = Math.floor(Math.random() * 2 ** 32) | 0

/** FNV-1a, a code unit after another. */
const mixed = (h: number, unit: number): number => Math.imul(h ^ unit, 0x01000193)
const spread = (h: number): number => h ^ (h >>> 15)

const hashOf = (text: string): number => {
  let h = seed
  for (let i = 0; i < text.length; i++) h = mixed(h, text.charCodeAt(i))
  return spread(h)
}

/** @param lines each word with a line end after it; no word has one in it */
export const indexWords = (lines: string): WordIndex => {
  let size = 0
  for (let at = lines.indexOf('\n'); at !== -1; at = lines.indexOf('\n', at + 1)) size++
  const starts = new Int32Array(size + 1)
  let slots = 16
  while (slots < 2 * size) slots *= 2
  const mask = slots - 1
  /** Word and one, 0 where none is. */
  const table = new Int32Array(slots)
  /** Whether the word at a place is `length` units of `text` from `from` on. */
  const isAt = (place: number, text: string, from: number, length: number): boolean => {
    const start = starts[place]
    if (starts[place + 1] - 1 - start !== length) return false
    for (let i = 0; i < length; i++) if (lines.charCodeAt(start + i) !== text.charCodeAt(from + i)) return false
    return true
  }
  const slotOf = (hash: number, text: string, from: number, length: number): number => {
    let slot = hash & mask
    while (table[slot] !== 0 && !isAt(table[slot] - 1, text, from, length)) slot = (slot + 1) & mask
    return slot
  }
  for (let i = 0, word = 0, h = seed; word < size; i++) {
    const unit = lines.charCodeAt(i)
    if (unit !== newline) h = mixed(h, unit)
    else {
      starts[word + 1] = i + 1
      table[slotOf(spread(h), lines, starts[word], i - starts[word])] = ++word
      h = seed
    }
  }
  return {
    size,
    find(word) {
      const found = table[slotOf(hashOf(word), word, 0, word.length)]
      return found === 0 ? undefined : found - 1
    },
  }
}
