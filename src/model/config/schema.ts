/**
 * A configuration declared once. A key says what it is for, what it may be and what it
 * is where it is not given; from that come its type, the check of what is given, and its
 * line of the manual.
 */
import { HmtlError } from '../../io/errors.ts'
import { nearest } from './nearest.ts'

export interface Key<T> {
  /** For the manual. */
  readonly sentence: string
  /** What it may be, in words: "a whole number from 1". */
  readonly may: string
  /** What it is where it is not given; a key without one is left out then. */
  readonly default?: T
  /** It must be given. */
  readonly required?: boolean
  /** A step past the paper, where the default is the paper's. */
  readonly past?: boolean
  /** Keys of an object. */
  readonly keys?: Keys
  /** @throws HmtlError `HMTL_CONFIG_*` that names the key and the nearest right value */
  read(value: unknown, where: string): T
}

export type Keys = Readonly<Record<string, Key<unknown>>>

type Value<K> = K extends Key<infer T> ? T : never
type Flat<T> = { [N in keyof T]: T[N] }

/** The type of what keys declare. */
export type Of<K> = Flat<
  { readonly [N in keyof K as undefined extends Value<K[N]> ? never : N]: Value<K[N]> } & {
    readonly [N in keyof K as undefined extends Value<K[N]> ? N : never]?: Value<K[N]>
  }
>

export type JsonObject = Record<string, unknown>

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Shortened: what is wrong may be of any size. */
const shown = (value: unknown): string => {
  if (typeof value === 'number') return String(value)
  const text = JSON.stringify(value) ?? String(value)
  return text.length > 60 ? `${text.slice(0, 57)}…` : text
}

const wrong = (
  code: 'HMTL_CONFIG_TYPE' | 'HMTL_CONFIG_VALUE',
  where: string,
  may: string,
  value: unknown,
  remedy: string,
) => new HmtlError(code, `"${where}" must be ${may}, not ${shown(value)}`, { remedy })

/** A value of the right type that cannot be. */
export const wrongValue = (where: string, may: string, value: unknown, remedy: string): HmtlError =>
  wrong('HMTL_CONFIG_VALUE', where, may, value, remedy)

export const wrongType = (where: string, may: string, value: unknown, remedy: string): HmtlError =>
  wrong('HMTL_CONFIG_TYPE', where, may, value, remedy)

const use = (value: unknown): string => `Use ${JSON.stringify(value)}`

interface About<T> {
  readonly sentence: string
  readonly default?: T
  readonly required?: boolean
  readonly past?: boolean
}

interface Bounds {
  readonly min?: number
  readonly max?: number
  /** Bounds that the value must not reach. */
  readonly above?: number
  readonly below?: number
  /** Only multiples: 1 for whole numbers. */
  readonly step?: number
}

const boundsInWords = ({ min, max, above, below, step }: Bounds): string =>
  [
    step === undefined ? 'a number' : step === 1 ? 'a whole number' : `a multiple of ${step}`,
    min === undefined ? '' : `from ${min}`,
    above === undefined ? '' : `above ${above}`,
    max === undefined ? '' : `to ${max}`,
    below === undefined ? '' : `${min === undefined && above === undefined ? '' : 'and '}below ${below}`,
  ]
    .filter((part) => part !== '')
    .join(' ')

/** A finite number. */
export const number = (about: About<number> & Bounds): Key<number> => {
  const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY, above, below, step } = about
  const may = boundsInWords(about)
  const fits = (value: number): boolean =>
    value >= min &&
    value <= max &&
    (above === undefined || value > above) &&
    (below === undefined || value < below) &&
    (step === undefined || value % step === 0)
  /**
   * Within the bounds and on a step; where a bound must not be reached there is no nearest, and the default stands for
   * it.
   */
  const closest = (value: number): number => {
    const within = Math.min(max, Math.max(min, value))
    const stepped = step === undefined ? within : Math.min(max, Math.max(min, Math.round(within / step) * step))
    return Number.isFinite(stepped) && fits(stepped) ? stepped : (about.default ?? min)
  }
  return {
    ...about,
    may,
    read(value, where) {
      const given = typeof value === 'string' && value.trim() !== '' ? Number(value) : Number.NaN
      if (typeof value !== 'number') throw wrongType(where, may, value, use(closest(given)))
      if (!Number.isFinite(value) || !fits(value)) throw wrongValue(where, may, value, use(closest(value)))
      return value
    },
  }
}

/** A whole number. */
export const whole = (about: About<number> & Omit<Bounds, 'step' | 'above' | 'below'>): Key<number> =>
  number({ ...about, step: 1 })

export const flag = (about: About<boolean>): Key<boolean> => ({
  ...about,
  may: 'true or false',
  read(value, where) {
    if (typeof value === 'boolean') return value
    const meant =
      typeof value === 'string' || typeof value === 'number' ? /^(true|yes|on|1)$/i.test(String(value)) : about.default
    throw wrongType(where, 'true or false', value, use(meant ?? false))
  },
})

/** @param what in words, such as "a path" */
export const text = <T extends string = string>(about: About<T>, what = 'a text'): Key<T> => ({
  ...about,
  may: what,
  read(value, where) {
    if (typeof value !== 'string')
      throw wrongType(where, what, value, about.required ? `Give ${what}` : 'Leave the key out')
    return value as T
  },
})

/** A key that stays away where it is not given, whatever its own default. */
export const optional = <T>({ default: _, ...key }: Key<T>): Key<T | undefined> => ({
  ...key,
  read: (value, where) => key.read(value, where),
})

export const choice = <const T extends string>(values: readonly T[], about: About<NoInfer<T>>): Key<T> => {
  const may = `one of ${values.join(', ')}`
  return {
    ...about,
    may,
    read(value, where) {
      if (typeof value !== 'string') throw wrongType(where, may, value, use(about.default ?? values[0]))
      const found = values.find((each) => each === value)
      if (found === undefined) throw wrongValue(where, may, value, use(nearest(value, values)))
      return found
    },
  }
}

/** @param least how many there must be */
export const list = <T>(item: Key<T>, about: About<readonly T[]>, what: string, least = 0): Key<readonly T[]> => ({
  ...about,
  may: what,
  keys: item.keys,
  read(value, where) {
    if (!Array.isArray(value)) throw wrongType(where, what, value, use([value]))
    if (value.length < least)
      throw wrongValue(where, what, value, least === 1 ? 'Name at least one' : `Name at least ${least}`)
    return value.map((each, i) => item.read(each, `${where}[${i}]`))
  },
})

export type WordLists = Readonly<Record<string, readonly string[]>>

/**
 * Lists of words by name, none by default.
 * @param fold makes of a word what it is compared as
 * @param item what stands in a list
 */
export const wordLists = (
  name: string,
  sentence: string,
  fold: (word: string) => string = (word) => word,
  item = 'word',
): Key<WordLists> => ({
  default: {},
  may: `{"${name}": ["${item}", …]}`,
  past: true,
  sentence,
  read(value, where) {
    if (!isObject(value)) throw wrongType(where, this.may, value, 'Use {}')
    for (const [key, words] of Object.entries(value))
      if (!Array.isArray(words) || words.length === 0 || !words.every((word) => typeof word === 'string'))
        throw wrongValue(`${where}.${key}`, '["a word", "another"] or the like', words, 'List words')
    return Object.fromEntries(Object.entries(value).map(([key, words]) => [key, (words as string[]).map(fold)]))
  },
})

const unknownKey = (where: string, known: readonly string[], key: string): HmtlError =>
  new HmtlError('HMTL_CONFIG_KEY', `unknown key "${where}"`, { remedy: `Did you mean "${nearest(key, known)}"?` })

const within = (where: string, name: string): string => (where === '' ? name : `${where}.${name}`)

/**
 * What keys declare, from what is given: checked, the rest by default, in the order of the keys.
 * @throws HmtlError `HMTL_CONFIG_KEY`, `HMTL_CONFIG_TYPE`, `HMTL_CONFIG_VALUE`
 */
export const readKeys = <K extends Keys>(keys: K, given: unknown, where: string): Of<K> => {
  if (!isObject(given))
    throw wrongType(
      where === '' ? 'configuration' : where,
      'an object',
      given,
      where === '' ? 'A configuration is a JSON object' : 'Leave the key out',
    )
  for (const name of Object.keys(given))
    if (!Object.hasOwn(keys, name)) throw unknownKey(within(where, name), Object.keys(keys), name)
  const out: JsonObject = {}
  for (const [name, key] of Object.entries(keys)) {
    const value = Object.hasOwn(given, name) ? given[name] : undefined
    if (value !== undefined) out[name] = key.read(value, within(where, name))
    else if (key.required)
      throw new HmtlError('HMTL_CONFIG_VALUE', `"${within(where, name)}" is missing`, { remedy: `It is ${key.may}` })
    else if (key.default !== undefined) out[name] = key.default
  }
  return out as Of<K>
}

/** Values of all keys where none is given; for keys of which none is required. */
const defaultsOf = <K extends Keys>(keys: K): Of<K> => readKeys(keys, {}, '')

export const object = <K extends Keys>(keys: K, about: { readonly sentence: string }): Key<Of<K>> => ({
  ...about,
  may: 'an object',
  default: defaultsOf(keys),
  keys,
  read: (value, where) => readKeys(keys, value, where),
})

/** An object each of whose keys must be given or may be left out: an item of a list. */
export const item = <K extends Keys>(keys: K): Key<Of<K>> => ({
  sentence: '',
  may: 'an object',
  keys,
  read: (value, where) => readKeys(keys, value, where),
})

/** An object, or null for none of it. */
export const orNull = <T>(
  key: Key<T>,
  about: { readonly sentence: string; readonly default?: T | null },
): Key<T | null> => ({
  ...key,
  ...about,
  may: `${key.may} or null`,
  default: about.default === undefined ? key.default : about.default,
  read: (value, where) => (value === null ? null : key.read(value, where)),
})

type Variants<V> = { [N in keyof V & string]: Flat<{ readonly kind: N } & Of<V[N]>> }[keyof V & string]

/** An object whose `kind` says which keys it has. */
export const variants = <V extends Readonly<Record<string, Keys>>>(
  kinds: V,
  about: { readonly sentence: string },
): Key<Variants<V>> => ({
  ...about,
  may: `an object of a kind: ${Object.keys(kinds).join(', ')}`,
  read(value, where) {
    if (!isObject(value)) throw wrongType(where, 'an object', value, `Give {"kind": "${Object.keys(kinds)[0]}", …}`)
    const kind = choice(Object.keys(kinds), { sentence: '', required: true })
    const name = readKeys({ kind }, { kind: value.kind }, where).kind
    return readKeys({ kind, ...kinds[name] }, value, where) as unknown as Variants<V>
  },
})
