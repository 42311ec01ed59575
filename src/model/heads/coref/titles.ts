/** Whether a man or a woman has a name, as the titles of a document tell: who is Mrs. Whitfield once is so as Whitfield. */

export type Gender = 'masculine' | 'feminine'

/** What stands before names alone: a king, an aunt or a miss may be something else. */
const honorifics = new Map<string, Gender>(
  (
    [
      ['masculine', 'Mr Mr. Sir Lord Monsieur Señor Herr'],
      ['feminine', 'Mrs Mrs. Ms Ms. Miss Lady Madame Mme Mme. Madam Señora Frau'],
    ] as const
  ).flatMap(([gender, words]) => words.split(' ').map((word): [string, Gender] => [word, gender])),
)

/** Words of a name after its title at most. */
const most = 4

const isName = (word: string | undefined): boolean => word !== undefined && /^\p{Lu}[\p{L}.'’-]*$/u.test(word)

/** Genders by last words of names, in small letters; undefined where titles of both are told. */
export type TitledGenders = ReadonlyMap<string, Gender | undefined>

/** The title before a name, also where it is of a couple: Mr. and Mrs. Obama. */
const titlesAt = (words: readonly string[], at: number): readonly Gender[] => {
  const own = honorifics.get(words[at])
  if (!own) return []
  const before = /^(?:and|&)$/.test(words[at - 1] ?? '') ? honorifics.get(words[at - 2] ?? '') : undefined
  return before ? [own, before] : [own]
}

/** @param words of the document, which is read once */
export const titledGenders = (words: readonly string[]): TitledGenders => {
  const known = new Map<string, Gender | undefined>()
  for (let i = 0; i < words.length; i++)
    for (const gender of titlesAt(words, i)) {
      let end = i + 1
      while (end <= i + most && isName(words[end]) && !honorifics.has(words[end])) end++
      if (end === i + 1) continue
      const last = words[end - 1].toLowerCase()
      known.set(last, known.has(last) && known.get(last) !== gender ? undefined : gender)
    }
  return known
}
