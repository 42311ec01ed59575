/** What people annotate with: Label Studio's tasks and Prodigy's lines, read and written. Both count code points. */
import {
  createDocument,
  type Document,
  type LabelledLike,
  listMentions,
  listRelations,
  listSpans,
  type RelationLike,
  type SpanLike,
  spansOf,
} from '../document/document.ts'
import { HmtlError } from '../errors.ts'
import { tokenSpan } from '../document/tokens.ts'
import { attempt, type Format, type FormatContext, maxDocumentBytes, reportUncarried } from '../format.ts'
import { fromUtf16, toUtf16 } from '../document/offsets.ts'
import { jsonArrayItems } from '../syntax/json-array.ts'
import { type Source, stem } from '../source.ts'
import { stringifyExact } from '../syntax/exact-json.ts'
import { parseLines } from '../syntax/parse-lines.ts'
import { parseJsonLine } from './jsonl.ts'

type Json = Readonly<Record<string, unknown>>

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)
const fault = (field: string, what: string) => new HmtlError('HMTL_INPUT_FIELD', `field "${field}" must be ${what}`)
const objects = (value: unknown, field: string): Json[] => {
  if (value === undefined || value === null) return []
  if (!Array.isArray(value) || !value.every(isObject)) throw fault(field, 'a list of objects')
  return value as Json[]
}
const textOf = (value: unknown, field: string): string => {
  if (typeof value !== 'string') throw fault(field, 'a text')
  return value
}

/** A span of a record in our offsets. @throws HmtlError for one that is none */
const spanOf = ({ start, end }: Json, field: string, map: (offset: number) => number): SpanLike => {
  if (!Number.isInteger(start) || !Number.isInteger(end)) throw fault(field, 'a span with "start" and "end"')
  return { start: map(start as number), end: map(end as number) }
}

/** What a layer holds of a document: tools have one layer of spans. */
const layerOf = ({ options }: FormatContext) => options.layer ?? 'entities'
const spansIn = (document: Document, layer: 'entities' | 'mentions'): LabelledLike[] =>
  layer === 'entities'
    ? document.entities
      ? listSpans(document.entities)
      : []
    : document.mentions
      ? listMentions(document.mentions)
      : []

const keyOf = ({ start, end }: SpanLike) => `${start} ${end}`
const scored = (score: number | undefined) => (score === undefined ? {} : { score: Math.round(score * 1e6) / 1e6 })

const studioRecord = (document: Document, context: FormatContext): Json => {
  const { id, text } = document
  const layer = layerOf(context)
  reportUncarried(document, [layer, 'relations'], context)
  const map = fromUtf16(text, 'codepoint')
  const ids = new Map<string, string>()
  const region = (span: SpanLike, labels: readonly string[], score?: number) => {
    const name = ids.get(keyOf(span)) ?? `s${ids.size + 1}`
    const own = ids.has(keyOf(span)) ? `${name}_${labels.join('_')}` : name
    if (!ids.has(keyOf(span))) ids.set(keyOf(span), name)
    return {
      id: own,
      from_name: 'label',
      to_name: 'text',
      type: 'labels',
      value: { start: map(span.start), end: map(span.end), text: text.slice(span.start, span.end), labels },
      ...scored(score),
    }
  }
  const regions = spansIn(document, layer).map((span) => region(span, [span.label], span.score))
  const relations = document.relations ? listRelations(document.relations) : []
  // Arguments that are in no span are regions without a label.
  for (const { arg1, arg2 } of relations)
    for (const span of [arg1, arg2]) if (!ids.has(keyOf(span))) regions.push(region(span, []))
  const result = [
    ...regions,
    ...relations.map(({ label, arg1, arg2, score }) => ({
      type: 'relation',
      from_id: ids.get(keyOf(arg1)),
      to_id: ids.get(keyOf(arg2)),
      direction: 'right',
      labels: [label],
      ...scored(score),
    })),
  ]
  return { data: { text, id }, annotations: [{ result }] }
}

const studioDocument = (record: unknown, fallback: string, context: FormatContext): Document => {
  if (!isObject(record) || !isObject(record.data)) throw fault('data', 'an object with the text')
  const { text: given, id, ...metadata } = record.data
  const text = textOf(given, 'data.text')
  const map = toUtf16(text, 'codepoint')
  const sets = [...objects(record.annotations, 'annotations'), ...objects(record.predictions, 'predictions')]
  const spans: LabelledLike[] = []
  const relations: RelationLike[] = []
  const regions = new Map<unknown, SpanLike>()
  const [set, ...others] = sets.filter((each) => each.was_cancelled !== true)
  if (others.length > 0) context.report.add('annotation-set', fallback, 'only the first is read', others.length)
  const results = objects(set?.result, 'result')
  for (const { id: region, type, value, score } of results) {
    if (type !== 'labels' || !isObject(value)) continue
    const span = spanOf(value, 'value', map)
    regions.set(region, span)
    for (const label of Array.isArray(value.labels) ? value.labels : [])
      spans.push({ ...span, label: textOf(label, 'labels'), ...(typeof score === 'number' ? { score } : {}) })
  }
  for (const { type, from_id, to_id, labels, direction, score } of results) {
    if (type !== 'relation') {
      if (type !== 'labels') context.report.add('result', fallback, String(type))
      continue
    }
    const [one, two] = [regions.get(from_id), regions.get(to_id)]
    if (!one || !two) throw fault('from_id', 'the id of a region, as to_id')
    const [arg1, arg2] = direction === 'left' ? [two, one] : [one, two]
    for (const label of Array.isArray(labels) && labels.length > 0 ? labels : ['related'])
      relations.push({ label: textOf(label, 'labels'), arg1, arg2, ...(typeof score === 'number' ? { score } : {}) })
  }
  return createDocument({
    id: id === undefined ? (record.id === undefined ? fallback : String(record.id)) : String(id),
    text,
    metadata,
    ...(set ? { [layerOf(context)]: spans } : {}),
    ...(relations.length > 0 ? { relations } : {}),
  })
}

export const labelStudio: Format = {
  name: 'label-studio',
  summary: 'tasks of Label Studio as a JSON array: spans of one layer (--layer), relations',
  accepts: (path) => path.endsWith('.label-studio.json'),
  sniff: () => 0,
  sniffJson: ({ fields }) =>
    fields.get('data')?.startsWith('{') && (fields.has('annotations') || fields.has('predictions')) ? 2 : 0,
  async *read(source: Source, context: FormatContext) {
    const name = stem(source, '.json')
    for await (const { text, index, offset, error } of jsonArrayItems(source, maxDocumentBytes(context))) {
      const id = `${name}:${index}`
      const document = attempt(context, { source: source.name, document: id, offset }, text, () => {
        if (error) throw error
        return studioDocument(JSON.parse(text), id, context)
      })
      if (document) yield document
    }
  },
  async *write(documents, context) {
    let before = '['
    for await (const document of documents) {
      yield `${before}\n${JSON.stringify(studioRecord(document, context))}`
      before = ','
    }
    yield before === '[' ? '[]\n' : '\n]\n'
  },
  needsTokens: false,
  carries: ['entities', 'relations'],
  extension: '.label-studio.json',
}

const prodigyRecord = (document: Document, context: FormatContext): Json => {
  const { id, text, metadata } = document
  const layer = layerOf(context)
  reportUncarried({ ...document, metadata: {} }, [layer, 'relations'], context)
  const map = fromUtf16(text, 'codepoint')
  const { tokens } = document
  const place = (span: SpanLike) => ({ start: map(span.start), end: map(span.end) })
  const tokenPlaces = (span: SpanLike) => {
    const at = tokens && tokenSpan(tokens, span.start, span.end)
    return at ? { token_start: at.begin, token_end: at.end - 1 } : {}
  }
  const spans = spansIn(document, layer)
  const labels = new Map(spans.map((span) => [keyOf(span), span.label]))
  const argument = (span: SpanLike) => ({ ...place(span), ...tokenPlaces(span), label: labels.get(keyOf(span)) ?? '' })
  return {
    ...metadata,
    id,
    text,
    ...(tokens && {
      tokens: Array.from(tokens.begin, (begin, i) => ({
        text: text.slice(begin, tokens.end[i]),
        ...place({ start: begin, end: tokens.end[i] }),
        id: i,
        ws: text[tokens.end[i]] === ' ',
      })),
    }),
    spans: spans.map((span) => ({ ...place(span), ...tokenPlaces(span), label: span.label, ...scored(span.score) })),
    ...(document.relations && {
      relations: listRelations(document.relations).map(({ label, arg1, arg2, score }) => ({
        head_span: argument(arg1),
        child_span: argument(arg2),
        label,
        ...scored(score),
      })),
    }),
  }
}

const prodigyDocument = (record: unknown, fallback: string, context: FormatContext): Document | undefined => {
  if (!isObject(record)) throw new HmtlError('HMTL_INPUT_FIELD', 'record is not a JSON object')
  const { id, text: given, tokens, spans, relations, answer, ...metadata } = record
  const text = textOf(given, 'text')
  if (answer === 'reject' || answer === 'ignore') {
    context.report.add('answer', fallback, answer)
    return undefined
  }
  const map = toUtf16(text, 'codepoint')
  const read = objects(tokens, 'tokens').map((token) => spanOf(token, 'tokens', map))
  const labelOf = ({ label, score }: Json) => ({
    label: textOf(label, 'label'),
    ...(typeof score === 'number' ? { score } : {}),
  })
  return createDocument({
    id: id === undefined ? fallback : String(id),
    text,
    metadata: { ...metadata },
    ...(tokens ? { tokens: spansOf(read.map(({ start, end }) => [start, end] as const)) } : {}),
    ...(spans
      ? {
          [layerOf(context)]: objects(spans, 'spans').map((span) => ({
            ...spanOf(span, 'spans', map),
            ...labelOf(span),
          })),
        }
      : {}),
    ...(relations
      ? {
          relations: objects(relations, 'relations').map((relation) => {
            const { head_span: head, child_span: child } = relation
            if (!isObject(head) || !isObject(child)) throw fault('relations', 'a list with head_span and child_span')
            return {
              ...labelOf(relation),
              arg1: spanOf(head, 'head_span', map),
              arg2: spanOf(child, 'child_span', map),
            }
          }),
        }
      : {}),
  })
}

export const prodigy: Format = {
  name: 'prodigy',
  summary: 'lines of Prodigy: spans of one layer (--layer), relations; what was rejected is left out and counted',
  accepts: (path) => path.endsWith('.prodigy.jsonl'),
  sniff: () => 0,
  sniffJson: ({ array, fields }) =>
    !array &&
    fields.has('text') &&
    fields.has('spans') &&
    (fields.has('answer') || fields.has('_input_hash') || fields.has('tokens'))
      ? 2
      : 0,
  read(source: Source, context: FormatContext) {
    const name = stem(source, '.jsonl')
    return parseLines(source, context, {
      line: (line) =>
        line.text.trim() === ''
          ? undefined
          : prodigyDocument(parseJsonLine(line.text), `${name}:${line.number}`, context),
      end: () => undefined,
      recover: () => undefined,
    })
  },
  async *write(documents, context) {
    for await (const document of documents) yield `${stringifyExact(prodigyRecord(document, context))}\n`
  },
  needsTokens: false,
  carries: ['entities', 'relations'],
  extension: '.prodigy.jsonl',
}
