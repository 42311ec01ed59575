/**
 * Records whose annotations are objects with places in the text, as the tools have them that people annotate with:
 * what such formats have in common.
 */
import { type Document, type LabelledLike, listMentions, listSpans, type SpanLike } from '../document/document.ts'
import { toAnnotations } from '../document/json.ts'
import { type OffsetUnit, placesIn } from '../document/offsets.ts'
import { HmtlError } from '../errors.ts'
import { type FormatContext, type FormatOptions, formatContext } from '../format.ts'
import { stringifyExact, withDoubles } from './exact-json.ts'
import { checkCovered } from './lenient.ts'

export type Json = Readonly<Record<string, unknown>>

export const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export const fieldFault = (field: string, what: string, remedy?: string) =>
  new HmtlError('HMTL_INPUT_FIELD', `field "${field}" must be ${what}`, { remedy })

/** A list of objects, empty where there is none. @throws HmtlError where it is something else */
export const objectsOf = (value: unknown, field: string): Json[] => {
  if (value === undefined || value === null) return []
  if (!Array.isArray(value) || !value.every(isObject)) throw fieldFault(field, 'a list of objects')
  return value as Json[]
}

export const textOf = (value: unknown, field: string, remedy?: string): string => {
  if (typeof value !== 'string') throw fieldFault(field, 'a text', remedy)
  return value
}

const unitNames = { codepoint: 'code points', utf16: 'UTF-16 code units', utf8: 'bytes' } as const

/**
 * Spans of records over a text, in our offsets.
 * @param unit that they are counted in
 * @param hint what the user can do about it
 * @throws HmtlError for one that is none, or says it covers another text
 */
export const spanReader = (
  text: string,
  unit: OffsetUnit = 'codepoint',
  hint = '',
): ((record: Json, field: string) => SpanLike) => {
  const at = placesIn(text, unit)
  return (record, field) => {
    const [from, to] = [withDoubles(record.start), withDoubles(record.end)]
    if (!Number.isInteger(from) || !Number.isInteger(to)) throw fieldFault(field, 'a span with "start" and "end"')
    const [start, end] = [at(from as number), at(to as number)]
    const remedy = `Offsets count ${unitNames[unit]} from 0, the end is exclusive${hint}`
    if (!(start >= 0 && start < end))
      throw new HmtlError('HMTL_DOCUMENT_OFFSET', `${field}: ${from}..${to} is no span of the text`, { remedy })
    const covered = text.slice(start, end)
    if (typeof record.text === 'string') {
      // Label Studio may write a newline as a backslash and an n.
      const said = covered.includes('\\n') ? record.text : record.text.replaceAll('\\n', '\n')
      checkCovered(said, covered, field, undefined, undefined, remedy)
    }
    return { start, end }
  }
}

/**
 * Whether records that say what they cover count UTF-16 code units: more of them then say what they cover than in code
 * points. Only beyond the first 65,536 characters, such as emoji, is there a difference.
 */
export const countsUtf16 = (text: string, records: readonly Json[]): boolean => {
  if (!/[\ud800-\udbff]/.test(text)) return false
  const fitting = (unit: OffsetUnit) => {
    const spanOf = spanReader(text, unit)
    const fits = (record: Json) => {
      try {
        return spanOf(record, '') !== undefined
      } catch {
        return false
      }
    }
    return records.filter((record) => typeof record.text === 'string' && fits(record)).length
  }
  return fitting('utf16') > fitting('codepoint')
}

/** A span that is written as `[start, end, label]`. @throws HmtlError */
export const spanOfTriple = (item: unknown, field: string): Json => {
  if (!Array.isArray(item) || item.length !== 3) throw fieldFault(field, 'a list of spans as [start, end, label]')
  const [start, end, label] = item
  return { start, end, label }
}

/** Whether it is a probability, as the scores of documents are. */
export const isScore = (score: unknown): score is number => typeof score === 'number' && score >= 0 && score <= 1

/** The score of a record, where it has one; what is none is counted. */
export const scoreIn = (record: Json, id: string, context: FormatContext): { score?: number } => {
  const score = withDoubles(record.score)
  if (isScore(score)) return { score }
  if (score !== undefined && score !== null) context.report.add('unreadable-score', id, String(score))
  return {}
}
export const scored = (score: number | undefined) =>
  score === undefined ? {} : { score: Math.round(score * 1e6) / 1e6 }

/** The one layer of spans that such a tool has. */
export const spanLayer = ({ options }: FormatContext): 'entities' | 'mentions' => options.layer ?? 'entities'

export const spansIn = ({ entities, mentions }: Document, layer: 'entities' | 'mentions'): LabelledLike[] => {
  if (layer === 'entities') return entities ? listSpans(entities) : []
  return mentions ? listMentions(mentions) : []
}

/** Parts of a record that would not be written as they were read: they have more to say than a document holds. */
export const partsToKeep = (given: Json, made: Json): { readonly parts?: Json } => {
  const parts = Object.entries(given).filter(
    ([name, part]) =>
      part !== undefined && part !== null && stringifyExact(part) !== stringifyExact(made[name] ?? null),
  )
  return parts.length === 0 ? {} : { parts: Object.fromEntries(parts) }
}

/** Options by which what is written would be read. */
const readingBack = (options: FormatOptions): FormatOptions => {
  const { inputOffsetUnit: _, ...others } = options
  return options.offsetUnit === undefined ? others : { ...others, inputOffsetUnit: options.offsetUnit }
}

/**
 * What is made of a document's layers, with the parts that were kept of its record under `key` wherever the record
 * still says with them what the document says; others are counted.
 * @param decode what reads the layers of a record
 */
export const withKeptParts = (
  document: Document,
  key: string,
  made: Json,
  context: FormatContext,
  decode: (record: Json, context: FormatContext) => Document | undefined,
): Json => {
  const own = document.metadata[key]
  if (!isObject(own) || !isObject(own.parts)) return made
  const layer = spanLayer(context)
  const saidBy = (one: Document) => {
    const annotations = toAnnotations(one)
    return JSON.stringify([made.tokens && annotations.tokens, annotations[layer] ?? [], annotations.relations ?? []])
  }
  const said = saidBy(document)
  const says = (record: Json): boolean => {
    try {
      const again = decode(record, formatContext({ options: readingBack(context.options) }))
      return again !== undefined && saidBy(again) === said
    } catch {
      return false
    }
  }
  const all = { ...made, ...own.parts }
  if (says(all)) return all
  const kept = Object.entries(own.parts).filter(([name, part]) => {
    const still = says({ ...made, [name]: part })
    if (!still) context.report.add('field', document.id, `${key}.${name}`)
    return still
  })
  return { ...made, ...Object.fromEntries(kept) }
}
