/**
 * What the texts of two spans say of whether they are the same thing: a step past
 * the paper, whose scorers see texts only through embeddings, and so link two
 * names of one kind that have no word in common.
 */

import { isPossessive } from '../possessive.ts'
import { common } from './names.ts'

export interface Surface {
  /** Without regard to case. */
  readonly text: string
  readonly words: ReadonlySet<string>
  /** The last word of it that is no punctuation, without regard to case. */
  readonly head: string
  /** What its last word makes of it. */
  readonly kind: 'name' | 'pronoun' | 'other'
}

const pronouns = new Set(
  'i me my mine myself you your yours yourself yourselves he him his himself she her hers herself it its itself we us our ours ourselves they them their theirs themselves this that these those who whom whose which what one'.split(
    ' ',
  ),
)
export const surfaceOf = (given: readonly string[]): Surface => {
  // "Poland 's" is Poland, and not what "Iran 's" is.
  const words = given.length > 1 && isPossessive(given[given.length - 1]) ? given.slice(0, -1) : given
  const lower = words.map((word) => word.toLowerCase())
  const last = words[words.length - 1]?.match(/^\p{P}*$/u) ? words.length - 2 : words.length - 1
  const head = lower[last] ?? ''
  return {
    text: lower.join(' '),
    words: new Set(lower.filter((word) => !common.has(word) && /[\p{L}\p{N}]/u.test(word))),
    head,
    kind: pronouns.has(head) ? 'pronoun' : /^\p{Lu}/u.test(words[last] ?? '') ? 'name' : 'other',
  }
}

/** Buckets of distances between spans. */
export const antecedentBuckets = 10

/** How many comparisons there are. */
export const comparisons = 7

/** Whether a bucket of distance and likeness is that of two spans with the same name. */
export const isSameName = (bucket: number): boolean => Math.floor(bucket / antecedentBuckets) === 2

const within = (one: ReadonlySet<string>, other: ReadonlySet<string>): boolean =>
  [...one].every((word) => other.has(word))

/**
 * 0 nothing to say; 1 the same text, 2 the same name; of two other names, 3 one has all words of the
 * other (Curie, Marie Curie), 4 no word in common, 5 some, and each some of its own (Marie Curie, Pierre Curie);
 * 6 no names, but the same last word (an old man, the man).
 */
export const compare = (one: Surface, other: Surface): number => {
  if (one.text === other.text) return one.kind === 'name' ? 2 : 1
  if (one.kind === 'name' && other.kind === 'name') {
    if (one.words.size === 0 || other.words.size === 0) return 0
    if (within(one.words, other.words) || within(other.words, one.words)) return 3
    for (const word of one.words) if (other.words.has(word)) return 5
    return 4
  }
  return one.kind === 'other' && other.kind === 'other' && one.head === other.head ? 6 : 0
}
