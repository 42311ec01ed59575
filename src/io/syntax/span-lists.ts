/** Lists of spans under the names that programs and services have for them and for their parts. */
import { withDoubles } from './exact-json.ts'
import { isObject, type Json } from './span-records.ts'

/** What the list is called, in the order in which it is looked for. */
export const spanLists = [
  'entities',
  'spans',
  'ents',
  'mentions',
  'annotations',
  'labels',
  'label',
  'ner',
  'results',
  'Entities',
  'annotation',
]
/**
 * What its parts are called, in the order in which they are looked for: where one counts tokens as `start`, what says that
 * it counts characters stands beside it, and `entity` is a label only where nothing else is.
 */
const names = {
  start: [
    'start_char',
    'char_start',
    'start_offset',
    'startOffset',
    'start_idx',
    'start_pos',
    'start_index',
    'BeginOffset',
    'begin',
    'start',
    'offset',
  ],
  end: [
    'end_char',
    'char_end',
    'end_offset',
    'endOffset',
    'end_idx',
    'end_pos',
    'end_index',
    'EndOffset',
    'end',
    'stop',
  ],
  label: [
    'label',
    'label_',
    'entity_group',
    'entity_type',
    'tag',
    'category',
    'class',
    'type',
    'Type',
    'labels',
    'entity',
  ],
  text: ['text', 'word', 'span', 'surface', 'mention', 'value', 'Text'],
  score: ['score', 'confidence', 'confidenceScore', 'probability', 'Score'],
  length: ['length'],
} as const

/** Whether a span's part may be called so. */
export const isSpanName = (name: string): boolean =>
  Object.values(names).some((known: readonly string[]) => known.includes(name))

/** Whether a span's part of that name is a number. */
export const isSpanNumber = (name: string): boolean =>
  [names.start, names.end, names.length, names.score].some((known: readonly string[]) => known.includes(name))

/** The value of the first of these names that a record has. */
const valueIn = (record: Json, of: readonly string[]): unknown => {
  const found = of.find((name) => (record[name] ?? undefined) !== undefined)
  return found === undefined ? undefined : record[found]
}

/** A span by the names that are used here. */
export const spanByNames = (record: Json): Json => {
  const start = withDoubles(valueIn(record, names.start))
  const length = withDoubles(valueIn(record, names.length))
  const end = withDoubles(valueIn(record, names.end))
  const given = valueIn(record, names.label)
  const label = Array.isArray(given) && given.length === 1 ? given[0] : given
  // Flair has the score of a label beside its name.
  const inner: Json = isObject(label) && typeof label.value === 'string' ? label : {}
  const text = valueIn(record, names.text)
  return {
    start,
    end: end ?? (typeof start === 'number' && typeof length === 'number' ? start + length : undefined),
    label: inner.value ?? label,
    ...(typeof text === 'string' ? { text, exact: record.text === text } : {}),
    score: withDoubles(valueIn(record, names.score) ?? valueIn(inner, names.score)),
  }
}

/** Whether a value is a list of objects that say where they begin. */
export const isSpanList = (value: unknown): boolean =>
  Array.isArray(value) && value.every((item) => isObject(item) && valueIn(item, names.start) !== undefined)

/** What an annotation has its places under where it does not say them itself: BioC, PubAnnotation. */
const within = ['locations', 'span', 'spans'] as const

const saysWithin = (item: Json): boolean =>
  within.some((name) => {
    const places = Array.isArray(item[name]) ? item[name] : [item[name]]
    return places.length > 0 && isSpanList(places)
  })

const isSpan = (item: Json): boolean => {
  const { start, end, label } = spanByNames(item)
  return start !== undefined && end !== undefined && label !== undefined
}

/** Whether a value is a list of spans that say all that a span is. */
export const areSpans = (value: unknown): boolean =>
  Array.isArray(value) && value.length > 0 && value.every((item) => isObject(item) && isSpan(item))

/** Whether a value is a list of annotations by what its parts say, whatever it is called. */
export const areAnnotations = (value: unknown): boolean =>
  Array.isArray(value) &&
  value.length > 0 &&
  value.every((item) => isObject(item) && (isSpan(item) || saysWithin(item)))
