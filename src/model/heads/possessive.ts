/** The ends of English mentions that belong to what comes next: "the ship" of "the ship's captain". */

const possessive = new Set(["'s", '’s', "'", '’'])

export const isPossessive = (word: string): boolean => possessive.has(word)

const opensQuote = new Set(["'", '‘'])

/**
 * Where a mention ends without the possessive behind it: "the ship 's" is "the ship", 'the "Hamlet"' as it stands.
 *
 * @param begin its first token, and `end` the one after its last
 */
export const withoutPossessive = (words: readonly string[], begin: number, end: number): number => {
  const last = words[end - 1]
  if (end - begin < 2 || !isPossessive(last)) return end
  // An apostrophe may close a quotation that was opened inside.
  if (last.length === 1) for (let i = begin; i < end - 1; i++) if (opensQuote.has(words[i])) return end
  return end - 1
}
