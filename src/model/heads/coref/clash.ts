/**
 * Which entities a mention can hardly be of, whatever the scores of its pairs say: these are of two mentions each, and
 * one that fits is enough to join an entity that does not. Measured in bench/quality/RESULTS.md.
 */
import { headOfMention } from '../mention-head.ts'
import { isAnotherName } from './names.ts'
import type { Name, Traits } from './traits.ts'

/** What is known of an entity by its mentions. */
export interface Profile {
  readonly genders: Set<Traits['gender']>
  readonly numbers: Set<Traits['number']>
  /** By their text, the last place of each. */
  readonly names: Map<string, Name>
}

export const emptyProfile = (): Profile => ({ genders: new Set(), numbers: new Set(), names: new Map() })

export const addTo = ({ genders, numbers, names }: Profile, { gender, number, name }: Traits): void => {
  if (gender) genders.add(gender)
  if (number) numbers.add(number)
  if (name) names.set(name.words.join(' ').toLowerCase(), name)
}

const isOther = <T>(known: ReadonlySet<T>, value: T | undefined): boolean =>
  value !== undefined && known.size > 0 && !known.has(value)

/**
 * Whether nothing of the kind that is known of an entity is the mention's: its gender, its number, or its name.
 * @param words of the document
 */
export const clashes = (traits: Traits, { genders, numbers, names }: Profile, words: readonly string[]): boolean => {
  if (isOther(genders, traits.gender) || isOther(numbers, traits.number)) return true
  const { name } = traits
  return name !== undefined && names.size > 0 && [...names.values()].every((other) => isAnotherName(name, other, words))
}

interface Ranges {
  readonly begin: ArrayLike<number>
  readonly end: ArrayLike<number>
}

/**
 * Spans within a mention and beside its head: who has something is not what he has ("his boss", "Kelce's mother").
 * @param spans in order of their beginnings
 * @param words of the document
 * @returns places of such spans, of those before the mention in that order
 */
export const withinBesideHead = (
  { begin, end }: Ranges,
  mention: { begin: number; end: number },
  words: readonly string[],
): number[] => {
  const inside: number[] = []
  if (mention.end - mention.begin < 2) return inside
  const head = mention.begin + headOfMention(words.slice(mention.begin, mention.end)).end - 1
  for (let i = begin.length - 1; i >= 0 && begin[i] >= mention.begin; i--)
    if (end[i] <= mention.end && (begin[i] > head || end[i] <= head)) inside.push(i)
  return inside
}
