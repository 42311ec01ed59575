/** Patterns tried at one place of a text. */

/** How far a sticky pattern matches from `at`, 0 if it does not. */
export const matchAt = (pattern: RegExp, text: string, at: number): number => {
  pattern.lastIndex = at
  const match = pattern.exec(text)
  return match ? match[0].length : 0
}

export const words = (list: string): readonly string[] => list.split(' ')

export const letter = /\p{L}/u
/** What a word is made of. */
export const wordly = /[\p{L}\p{M}\p{N}]/u

export const isSpace = (code: number): boolean =>
  code === 32 ||
  (code >= 9 && code <= 13) ||
  code === 0x85 ||
  code === 0xa0 ||
  code === 0x1680 ||
  (code >= 0x2000 && code <= 0x200b) ||
  code === 0x2028 ||
  code === 0x2029 ||
  code === 0x202f ||
  code === 0x205f ||
  code === 0x3000 ||
  code === 0xfeff
