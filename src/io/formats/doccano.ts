/**
 * Lines of doccano: a text with spans as `[start, end, label]`, or as objects that relations refer to. Its pages count
 * as JavaScript does, in UTF-16 code units (doccano/doccano#2290); only the lists of three that it once called
 * `entities`, and that programs in Python write, count code points.
 */
import { createDocument, type Document, listRelations, type SpanLike } from '../document/document.ts'
import { fromUtf16, type OffsetUnit } from '../document/offsets.ts'
import { type Format, type FormatContext, reportLayers } from '../format.ts'
import { type Source, stem } from '../source.ts'
import { idText, stringifyExact } from '../syntax/exact-json.ts'
import { fieldsOf, metadataOfFields } from '../syntax/fields.ts'
import { headOf } from '../syntax/head.ts'
import { documentsOfArray, documentsOfLines } from '../syntax/json-records.ts'
import { lenient } from '../syntax/lenient.ts'
import {
  fieldFault,
  isObject,
  type Json,
  objectsOf,
  partsToKeep,
  spanLayer,
  spanOfTriple,
  spanReader,
  spansIn,
  textOf,
  withKeptParts,
} from '../syntax/span-records.ts'

const key = 'doccano'

/** What versions of it call the spans, and the text. */
const spanFields = ['entities', 'label', 'labels'] as const
const textFields = ['text', 'data'] as const
type SpanField = (typeof spanFields)[number]

/** How the spans of a record are written. */
interface Form {
  readonly field: SpanField
  readonly triples: boolean
}

const isOfPython = ({ field, triples }: Form): boolean => triples && field === 'entities'

/** What offsets count in that form, where it may be asked for something else. */
const unitOf = (form: Form, wanted: OffsetUnit = 'utf16'): OffsetUnit => (isOfPython(form) ? 'codepoint' : wanted)

/** The form of a record that is written anew: the one that was read, as long as it holds what there is. */
const formOf = ({ metadata, relations }: Document): Form => {
  const own = metadata[key]
  const field = isObject(own) ? spanFields.find((name) => name === own.triples) : undefined
  return field && !relations ? { field, triples: true } : { field: 'entities', triples: false }
}

const keyOf = ({ start, end }: SpanLike) => `${start} ${end}`

/** What a document's layers are in a record. */
const partsOf = (document: Document, form: Form, unit: OffsetUnit, context: FormatContext): Json => {
  const { id, text, relations } = document
  const map = fromUtf16(text, unit)
  const spans = spansIn(document, spanLayer(context))
  if (form.triples) return { [form.field]: spans.map(({ start, end, label }) => [map(start), map(end), label]) }
  const numbers = new Map([...spans.entries()].reverse().map(([i, span]) => [keyOf(span), i + 1]))
  const between = relations ? listRelations(relations) : []
  return {
    entities: spans.map(({ start, end, label }, i) => ({
      id: i + 1,
      label,
      start_offset: map(start),
      end_offset: map(end),
    })),
    ...(relations && {
      relations: between.flatMap(({ label, arg1, arg2 }, i) => {
        const [from, to] = [numbers.get(keyOf(arg1)), numbers.get(keyOf(arg2))]
        if (from && to) return [{ id: i + 1, from_id: from, to_id: to, type: label }]
        context.report.add('relation-of-no-span', id, label)
        return []
      }),
    }),
  }
}

/** The first of these fields that a record has. */
const fieldIn = <T extends string>(record: Json, fields: readonly T[]): T | undefined =>
  fields.find((name) => (record[name] ?? undefined) !== undefined)

const layersOf = (record: Json, form: Form, text: string, id: string, context: FormatContext) => {
  const { field } = form
  const unit = unitOf(form, context.options.inputOffsetUnit)
  const spanOf = spanReader(text, unit, isOfPython(form) ? '' : '; --input-offset-unit says what else')
  const { take, end } = lenient(id, context)
  const named = new Map<string | undefined, SpanLike>()
  const list = record[field] as readonly unknown[]
  const spans = list.flatMap((item) => {
    const read = () => {
      const {
        start,
        end: last,
        label,
        id: own,
      }: Json = !isObject(item)
        ? spanOfTriple(item, field)
        : { ...item, start: item.start_offset, end: item.end_offset }
      const span = { ...spanOf({ start, end: last }, field), label: textOf(label, 'label') }
      named.set(idText(own), span)
      return [span]
    }
    return take('unreadable-span', read) ?? []
  })
  const argument = (relation: Json, side: 'from_id' | 'to_id'): SpanLike => {
    const span = named.get(idText(relation[side]) ?? '')
    if (!span) throw fieldFault(side, 'the id of a span')
    return span
  }
  const relations = objectsOf(record.relations, 'relations').flatMap(
    (relation) =>
      take('unreadable-relation', () => [
        {
          label: textOf(relation.type, 'type'),
          arg1: argument(relation, 'from_id'),
          arg2: argument(relation, 'to_id'),
        },
      ]) ?? [],
  )
  end()
  return { [spanLayer(context)]: spans, ...(record.relations ? { relations } : {}) }
}

const decode = (record: unknown, fallback: string, context: FormatContext): Document => {
  if (!isObject(record)) throw fieldFault('text', 'in an object')
  const field = fieldIn(record, spanFields)
  const list = field && record[field]
  if (!field || !Array.isArray(list))
    throw fieldFault(field ?? 'label', 'a list of spans', 'What has none is read with --from jsonl')
  const form = { field, triples: !list.some(isObject) }
  const { textField: named = 'text' } = context.options
  const textField = named === 'text' ? (fieldIn(record, textFields) ?? named) : named
  const { id: ownId, [textField]: given, [field]: spans, relations, ...fields } = record
  const text = textOf(given, textField, 'Name the field that holds the text with --text-field')
  const id = idText(ownId) ?? fallback
  const layers = layersOf(record, form, text, id, context)
  const unit = unitOf(form, context.options.inputOffsetUnit)
  const made = partsOf(createDocument({ id, text, ...layers }), form, unit, context)
  const metadata = metadataOfFields(fields, key, {
    ...(form.triples && (list.length > 0 || field !== 'entities') ? { triples: field } : {}),
    ...partsToKeep({ [field]: spans, relations }, made),
  })
  // An id that is no text stays as it is.
  if (ownId !== undefined && ownId !== null && typeof ownId !== 'string') metadata.id = ownId
  return createDocument({ id, text, ...layers, metadata })
}

const encode = (document: Document, context: FormatContext): Json => {
  const { id, text } = document
  reportLayers(document, [spanLayer(context), 'relations'], context)
  const form = formOf(document)
  const made = partsOf(document, form, unitOf(form, context.options.offsetUnit), context)
  const again = (record: Json, other: FormatContext) => decode({ text, ...record }, id, other)
  return {
    id,
    text,
    ...fieldsOf(document, key, 'id', ['text', ...spanFields, 'relations'], context),
    ...withKeptParts(document, key, made, context, again),
  }
}

const three = /^\[\s*\[\s*\d+\s*,\s*\d+\s*,\s*"/
const named = /^\[\s*\{[^{}]*"start_offset"\s*:/
const empty = /^\[\s*\]/

async function* read(given: Source, context: FormatContext) {
  const name = stem(given, '.jsonl', '.json')
  const { head, source } = await headOf(given, (text) => text.trim() !== '')
  const documents = head.trimStart().startsWith('[') ? documentsOfArray : documentsOfLines
  yield* documents(source, name, decode, context)
}

export const doccano: Format = {
  name: 'doccano',
  summary: 'lines (or an array) of doccano: spans of one layer (--layer), relations; offsets in UTF-16 code units',
  accepts: (path) => path.endsWith('.doccano.jsonl'),
  sniff: () => 0,
  sniffJson({ fields, begins }) {
    if (fields.has('hmtl') || !textFields.some((name) => fields.get(name)?.startsWith('"'))) return 0
    const is = (name: string, what: RegExp) => what.test(begins.get(name) ?? '')
    // A document without spans is told by what nobody else writes beside them.
    const without = is('label', empty) || (is('entities', empty) && is('relations', empty))
    const tells = spanFields.some((name) => is(name, three)) || is('entities', named)
    return tells || (without && fields.has('Comments')) ? 2 : 0
  },
  read,
  async *write(documents, context) {
    for await (const document of documents) yield `${stringifyExact(encode(document, context))}\n`
  },
  needsTokens: false,
  carries: ['entities', 'relations'],
  extension: '.doccano.jsonl',
}
