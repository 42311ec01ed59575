/**
 * Names that are surely one thing, though the model did not link them: a last name and the one full name before it, an
 * acronym and the one name whose initials it is.
 */
import { acronymIn, initialsOf, isBracketedAcronym } from './acronyms.ts'
import type { Profile } from './clash.ts'
import type { Name } from './names.ts'

export interface NamedSpans {
  /** The entity of each kept span, by the place of its first mention. */
  readonly entity: readonly number[]
  /** Its antecedent, or -1. */
  readonly parent: readonly number[]
  /** Mention scores. */
  readonly scores: readonly number[]
  /** The name that is the head of each. */
  readonly names: readonly (Name | undefined)[]
  readonly profiles: ReadonlyMap<number, Profile>
}

/** Before a first name: their daughter Victoria is not Queen Victoria. */
const kin = new Set(
  (
    'son sons daughter daughters brother brothers sister sisters wife husband father mother parents child children ' +
    'grandson granddaughter grandfather grandmother uncle aunt nephew niece cousin twin twins baby named called'
  ).split(' '),
)

/** What a word, or initials, stand for: the longest name so far, and whether others could be meant. */
interface Meaning {
  readonly name: Name
  readonly place: number
  readonly isOne: boolean
}

const within = (one: Name, other: Name): boolean => one.telling.every((word) => other.telling.includes(word))

const remember = (meanings: Map<string, Meaning>, key: string, name: Name, place: number): void => {
  const known = meanings.get(key)
  if (!known) meanings.set(key, { name, place, isOne: true })
  else if (within(known.name, name)) meanings.set(key, { name, place: known.place, isOne: known.isOne })
  else if (!within(name, known.name) && known.isOne) meanings.set(key, { ...known, isOne: false })
}

const agree = <T>(one: readonly T[], other: readonly T[]): boolean =>
  one.length === 0 || other.length === 0 || one.some((value) => other.includes(value))

/** Whether nothing that is known of two entities speaks against their being one. */
const mayBeOne = (one: Profile | undefined, other: Profile | undefined): boolean =>
  !one || !other || (agree(one.genders, other.genders) && agree(one.numbers, other.numbers))

interface Occurrence {
  readonly name: Name
  readonly place: number
}

/**
 * Each name of the text once, in order. Of the spans around one ("Wolfe", "this Wolfe") that is taken which is linked, or
 * which is a mention most probably.
 */
const occurrencesOf = ({ names, parent, scores }: NamedSpans): Occurrence[] => {
  const linked = new Uint8Array(parent.length)
  parent.forEach((antecedent, i) => {
    if (antecedent !== -1) linked[i] = linked[antecedent] = 1
  })
  const best = new Map<number, Occurrence>()
  names.forEach((name, place) => {
    if (!name || name.telling.length === 0) return
    const end = name.at + name.size
    const known = best.get(end)
    const isBetter =
      !known ||
      (name.size >= known.name.size && (linked[place] - linked[known.place] || scores[place] - scores[known.place]) > 0)
    if (isBetter) best.set(end, { name, place })
  })
  return [...best.values()].sort((a, b) => a.name.at - b.name.at)
}

/**
 * @param words of the document
 * @returns places of kept spans, two of one entity each
 */
export const nameJoins = (spans: NamedSpans, words: readonly string[]): [number, number][] => {
  const { entity, names, profiles } = spans
  const joins: [number, number][] = []
  const root = new Map<number, number>()
  const find = (of: number): number => {
    let at = of
    for (let next = root.get(at); next !== undefined; next = root.get(at)) at = next
    return at
  }
  // Entities with a whole name are not asked for one.
  const whole = new Set<number>()
  names.forEach((name, i) => {
    if (name && name.telling.length > 1) whole.add(entity[i])
  })
  const full = new Map<string, Meaning>()
  const initials = new Map<string, Meaning>()
  const bearers = new Map<string, number>()
  let last: { name: Name; place: number } | undefined

  const join = (i: number, place: number): void => {
    const [a, b] = [find(entity[i]), find(entity[place])]
    if (a === b || !mayBeOne(profiles.get(entity[i]), profiles.get(entity[place]))) return
    root.set(Math.max(a, b), Math.min(a, b))
    joins.push([place, i])
  }
  /** Whether another entity than these two had the name before. */
  const isOthers = (text: string, i: number, place: number): boolean => {
    const bearer = bearers.get(text)
    return bearer !== undefined && find(bearer) !== find(entity[i]) && find(bearer) !== find(entity[place])
  }
  const joinShort = (name: Name, i: number): void => {
    const [key] = name.telling
    if (!name.isPerson || kin.has(words[name.at - 1]?.toLowerCase())) return
    const meaning = full.get(key)
    if (meaning?.isOne && !isOthers(key, i, meaning.place)) join(i, meaning.place)
  }
  const joinAcronym = (name: Name, acronym: string, i: number): void => {
    if (last && isBracketedAcronym(last.name, name, acronym, words)) {
      join(i, last.place)
      return
    }
    const meaning = initials.get(acronym)
    if (meaning?.isOne && meaning.name.label === name.label && !isOthers(acronym, i, meaning.place))
      join(i, meaning.place)
  }

  for (const { name, place: i } of occurrencesOf(spans)) {
    if (name.telling.length > 1) {
      if (name.isPerson) for (const word of name.telling) remember(full, word, name, i)
      else for (const letters of initialsOf(name, words)) remember(initials, letters, name, i)
      last = { name, place: i }
      continue
    }
    const [key] = name.telling
    const acronym = name.isPerson ? undefined : acronymIn(name, words)
    if (!whole.has(entity[i])) {
      if (acronym === undefined) joinShort(name, i)
      else joinAcronym(name, acronym, i)
    }
    if (!bearers.has(key)) bearers.set(key, entity[i])
  }
  return joins
}
