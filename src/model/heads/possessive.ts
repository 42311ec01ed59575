/** The ends of English mentions that belong to what comes next: "the ship" of "the ship's captain". */

const possessive = new Set(["'s", '’s', "'", '’'])

export const isPossessive = (word: string): boolean => possessive.has(word)
