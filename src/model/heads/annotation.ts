/**
 * What a data set says and what it leaves open. Corpora differ in which labels they annotate, in what they call
 * them, and in whether what is not annotated is false or unknown; a task that learns from many must know each one's
 * rules, or it learns that other corpora's facts are wrong.
 */
import type { Document, RelationLike } from '../../io/document/document.ts'
import { type Key, number, optional, wrongType, wrongValue, isObject } from '../config/schema.ts'

/** What a data set's label is called by the task. */
export type LabelMapping =
  | string
  | readonly string[]
  | { readonly label: string; readonly inverse?: boolean; readonly minScore?: number }

export type Labels = readonly string[] | Readonly<Record<string, LabelMapping>>

const may = 'a list of labels, or {"its label": "ours", …}'
const isText = (value: unknown): value is string => typeof value === 'string' && value !== ''

const readMapping = (value: unknown, where: string): LabelMapping => {
  if (isText(value)) return value
  if (Array.isArray(value) && value.length > 0 && value.every(isText)) return value
  if (!isObject(value) || !isText(value.label))
    throw wrongType(
      where,
      'a label, a list of those that it may be, or {"label", "inverse", "minScore"}',
      value,
      'Name one of the task’s labels',
    )
  const { label, inverse, minScore, ...rest } = value
  if (Object.keys(rest).length > 0 || (inverse !== undefined && typeof inverse !== 'boolean'))
    throw wrongValue(
      where,
      '{"label", "inverse": true or false, "minScore": a number}',
      value,
      `Use ${JSON.stringify({ label, inverse: inverse === true })}`,
    )
  const least =
    minScore === undefined ? undefined : number({ min: 0, max: 1, sentence: '' }).read(minScore, `${where}.minScore`)
  return { label, ...(inverse === true ? { inverse } : {}), ...(least === undefined ? {} : { minScore: least }) }
}

const labels: Key<Labels> = {
  sentence:
    "The labels that it annotates, where it has not all of the task's, or what its labels are called by the task: " +
    '`{"place": ["GPE", "LOC"]}` may be either, `{"father": {"label": "child", "inverse": true}}` has its arguments turned round. ' +
    'What it leaves out may be any of the others; labels of its own that are not listed are left out.',
  may,
  read(value, where) {
    if (Array.isArray(value)) {
      if (value.length === 0) throw wrongValue(where, may, value, 'Name at least one')
      if (!value.every(isText)) throw wrongType(where, may, value, 'Name labels')
      return value
    }
    if (!isObject(value)) throw wrongType(where, may, value, 'Use ["PER"]')
    if (Object.keys(value).length === 0) throw wrongValue(where, may, value, 'Name at least one')
    return Object.fromEntries(
      Object.entries(value).map(([name, each]) => [name, readMapping(each, `${where}.${name}`)]),
    )
  },
}

/** Keys of a data set whose labels may be other than the task's. */
export const annotationKeys = {
  labels: optional(labels),
  minScore: optional(
    number({
      min: 0,
      max: 1,
      sentence: 'Its spans and relations of a lower score are neither learned nor learned against. [0]',
    }),
  ),
}

/** What a data set says of its annotation; heads take of it what concerns them. */
export interface AnnotationRules {
  readonly labels?: Labels
  readonly minScore?: number
  readonly annotated?: string
  readonly pairs?: 'all' | 'given'
}

/** A label of a source in a task's own: one of some labels, the arguments of a relation turned round or not. */
export interface Meaning {
  readonly labels: readonly string[]
  readonly inverse: boolean
  /** Where a label must be surer than the data set's others. */
  readonly minScore: number | undefined
}

export interface Annotation {
  /** What a source's label means; undefined where the task has no use for it. */
  meaning(label: string): Meaning | undefined
  /** The task's labels of which the data set tells every occurrence; undefined for all. */
  readonly known: ReadonlySet<string> | undefined
  /** The same for one document, where documents say themselves what was looked for in them. */
  knownIn(document: Document): ReadonlySet<string> | undefined
  /** Whether the pairs that no relation of the data set joins are known to be unrelated. */
  readonly pairs: 'all' | 'given'
  /** Spans and relations of a lower score are neither true nor false. */
  readonly minScore: number
}

const plain = (labels: readonly string[]): Meaning => ({ labels, inverse: false, minScore: undefined })

const meaningOf = (target: LabelMapping): Meaning => {
  if (typeof target === 'string') return plain([target])
  if (Array.isArray(target)) return plain(target)
  const { label, inverse = false, minScore } = target as Exclude<LabelMapping, string | readonly string[]>
  return { labels: [label], inverse, minScore }
}

/** The rules of a data set; one that says nothing annotates all that a task learns, under the task's own names. */
export const annotationOf = ({ labels, annotated, pairs = 'all', minScore = 0 }: AnnotationRules): Annotation => {
  const map: ReadonlyMap<string, Meaning> | undefined =
    labels &&
    new Map(
      Array.isArray(labels)
        ? labels.map((label: string) => [label, plain([label])])
        : Object.entries(labels as Readonly<Record<string, LabelMapping>>).map(([label, target]) => [
            label,
            meaningOf(target),
          ]),
    )
  const meaning = (label: string) => (map ? map.get(label) : plain([label]))
  const known = map && new Set([...map.values()].flatMap((each) => each.labels))
  return {
    meaning,
    known,
    knownIn(document) {
      const given = annotated === undefined ? undefined : document.metadata[annotated]
      if (!Array.isArray(given)) return known
      return new Set(given.flatMap((label) => (typeof label === 'string' ? (meaning(label)?.labels ?? []) : [])))
    },
    pairs,
    minScore,
  }
}

/** A source's relation in the task's terms, and whether it is sure. */
export interface MeantRelation extends RelationLike {
  readonly sure: boolean
}

/** One for each label that a source's relation may be. */
export const relationsMeant = (relation: RelationLike, annotation: Annotation): MeantRelation[] => {
  const meaning = annotation.meaning(relation.label)
  if (!meaning) return []
  const { arg1, arg2, score } = relation
  const turned = meaning.inverse ? { arg1: arg2, arg2: arg1 } : { arg1, arg2 }
  const sure = (score ?? 1) >= (meaning.minScore ?? annotation.minScore)
  return meaning.labels.map((label) => ({ label, ...turned, score, sure }))
}
