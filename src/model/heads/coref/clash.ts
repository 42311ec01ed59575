/**
 * Which entities a mention can hardly be of, whatever the scores of its pairs say: these are of two mentions each, and
 * one that fits is enough to join an entity that does not. Measured in bench/quality/RESULTS.md.
 */
import { isAnotherName, type Name } from './names.ts'
import type { Traits } from './traits.ts'

/** What is known of an entity by its mentions. */
export interface Profile {
  readonly genders: readonly Traits['gender'][]
  readonly numbers: readonly Traits['number'][]
  /** Each text once, at its last place. */
  readonly names: readonly Name[]
}

/** An entity of more is asked about its last ones: what a text may hold has no end. */
const mostNames = 64

const added = <T>(known: readonly T[], value: T | undefined): readonly T[] =>
  value === undefined || known.includes(value) ? known : [...known, value]

/** What is known with one mention more; undefined where nothing is. */
export const withTraits = (profile: Profile | undefined, { gender, number, name }: Traits): Profile | undefined => {
  if (!gender && !number && !name) return profile
  const { genders = [], numbers = [], names = [] } = profile ?? {}
  return {
    genders: added(genders, gender),
    numbers: added(numbers, number),
    names: name ? [...names.filter(({ text }) => text !== name.text).slice(1 - mostNames), name] : names,
  }
}

const isOther = <T>(known: readonly T[], value: T | undefined): boolean =>
  value !== undefined && known.length > 0 && !known.includes(value)

/**
 * Whether nothing of the kind that is known of an entity is the mention's: its gender, its number or its name.
 * @param words of the document
 */
export const clashes = (
  { gender, number, name }: Traits,
  { genders, numbers, names }: Profile,
  words: readonly string[],
): boolean => {
  if (isOther(genders, gender) || isOther(numbers, number)) return true
  return name !== undefined && names.length > 0 && names.every((other) => isAnotherName(name, other, words))
}

interface Ranges {
  readonly begin: ArrayLike<number>
  readonly end: ArrayLike<number>
}

/**
 * Spans within a mention and beside its head: who has something is not what he has ("his boss", "Kelce's mother").
 * @param spans in order of their beginnings
 * @param head the last token of the mention's head
 * @returns places of such spans, of those before the mention in that order
 */
export const withinBesideHead = (
  { begin, end }: Ranges,
  mention: { readonly begin: number; readonly end: number },
  head: number,
): number[] => {
  const inside: number[] = []
  if (mention.end - mention.begin < 2) return inside
  for (let i = begin.length - 1; i >= 0 && begin[i] >= mention.begin; i--)
    if (end[i] <= mention.end && (begin[i] > head || end[i] <= head)) inside.push(i)
  return inside
}
