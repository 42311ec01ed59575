/**
 * What the texts of two spans say of whether they are the same thing: a step past
 * the paper, whose scorers see texts only through embeddings, and so link two
 * names of one kind that have no word in common.
 */

export interface Surface {
  /** Without regard to case. */
  readonly text: string
  readonly words: ReadonlySet<string>
  /** Whether it ends in a word that is written with a capital, and is no pronoun. */
  readonly name: boolean
}

const pronouns = new Set(
  'i me my mine myself you your yours yourself yourselves he him his himself she her hers herself it its itself we us our ours ourselves they them their theirs themselves this that these those who whom whose which what one'.split(
    ' ',
  ),
)
/** Words that names share without being of the same thing. */
const common = new Set('the a an of and in on at for to de la le von van mr mrs ms miss dr sir lady lord st mr. mrs. ms. dr. st. \'s "'.split(' '))

export const surfaceOf = (words: readonly string[]): Surface => {
  const lower = words.map((word) => word.toLowerCase())
  const last = words[words.length - 1]?.match(/^\p{P}*$/u) ? words.length - 2 : words.length - 1
  const head = words[last] ?? ''
  return {
    text: lower.join(' '),
    words: new Set(lower.filter((word) => !common.has(word) && /[\p{L}\p{N}]/u.test(word))),
    name: /^\p{Lu}/u.test(head) && !pronouns.has(lower[last]),
  }
}

/** How many comparisons there are. */
export const comparisons = 5

/** 0 nothing to say; 1 the same text, 2 the same name; 3 names with a word in common, 4 with none. */
export const compare = (one: Surface, other: Surface): number => {
  if (one.text === other.text) return one.name ? 2 : 1
  if (!one.name || !other.name) return 0
  for (const word of one.words) if (other.words.has(word)) return 3
  return 4
}
