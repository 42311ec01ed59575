/**
 * Lines (or an array) of a text and a list of spans that say where they begin and end, by whatever names: what programs
 * and services find, and what people keep of it. Nothing in them says that they are meant as annotation, so they are read
 * where they are asked for alone (`--from spans`; tables of a row a span too), or say what they count, as those do that were written here.
 */
import { createDocument, type Document } from '../document/document.ts'
import { fromUtf16, type OffsetUnit, offsetUnits } from '../document/offsets.ts'
import { attempt, type Format, type FormatContext, reportLayers } from '../format.ts'
import { type Source, stem } from '../source.ts'
import { idText, stringifyExact } from '../syntax/exact-json.ts'
import { fieldsOf, metadataOfFields } from '../syntax/fields.ts'
import { headOf } from '../syntax/head.ts'
import { documentsOfArray, documentsOfLines } from '../syntax/json-records.ts'
import { lenient } from '../syntax/lenient.ts'
import { isSpanTable, spanRows } from '../syntax/span-rows.ts'
import { isSpanList, spanByNames, spanLists } from '../syntax/span-lists.ts'
import {
  countsUtf16,
  fieldFault,
  isObject,
  type Json,
  partsToKeep,
  isScore,
  scored,
  spanLayer,
  spanReader,
  spansIn,
  textOf,
  withKeptParts,
} from '../syntax/span-records.ts'

const key = 'spans'

/**
 * The fields that hold lists of objects that say where they begin, the one that is read first: one that is called as the
 * layer, then one that is not empty, then by name.
 */
const listsOf = (record: Json, layer: string): string[] => {
  const rank = (name: string) => ((record[name] as unknown[]).length === 0 ? 2 : name === layer ? 0 : 1)
  return spanLists.filter((name) => isSpanList(record[name])).sort((a, b) => rank(a) - rank(b))
}

/** The field by which a record that was written here says what it counts, and is told. */
const unitField = 'offset_unit'

/** What was read under other names than those that are written here. */
interface Kept {
  readonly list?: string
  readonly unit?: OffsetUnit
}
const keptOf = ({ metadata }: Document): Kept => (isObject(metadata[key]) ? (metadata[key] as Kept) : {})

/**
 * What a record's offsets count: what it says, else what `--input-offset-unit` says, else what its spans' own words fit, else
 * code points, as programs in Python count. Only beyond the first 65,536 characters, such as emoji, is there a difference.
 */
const unitOf = (
  said: unknown,
  text: string,
  spans: readonly Json[],
  { options: { inputOffsetUnit } }: FormatContext,
): OffsetUnit => {
  const unit = said ?? inputOffsetUnit ?? (countsUtf16(text, spans) ? 'utf16' : 'codepoint')
  const known = offsetUnits.find((name) => name === unit)
  if (!known) throw fieldFault(unitField, `one of ${offsetUnits.join(', ')}`)
  return known
}

const partOf = (document: Document, { list = 'entities' }: Kept, counted: OffsetUnit, context: FormatContext): Json => {
  const map = fromUtf16(document.text, counted)
  return {
    [unitField]: counted,
    [list]: spansIn(document, spanLayer(context)).map(({ start, end, label, score }) => ({
      start: map(start),
      end: map(end),
      label,
      text: document.text.slice(start, end),
      ...scored(score),
    })),
  }
}

const decode = (record: unknown, fallback: string, context: FormatContext): Document => {
  if (!isObject(record)) throw fieldFault('text', 'in an object')
  const { textField = 'text' } = context.options
  const [field, ...others] = listsOf(record, spanLayer(context))
  if (field === undefined)
    throw fieldFault(
      'entities',
      'a list of spans such as {"start": 0, "end": 3, "label": "PER"}',
      'What has none is read with --from jsonl',
    )
  const { id: ownId, [textField]: given, [field]: list, [unitField]: said, ...fields } = record
  const text = textOf(given, textField, 'Name the field that holds the text with --text-field')
  const id = idText(ownId) ?? fallback
  for (const other of others) context.report.add('unread-spans', id, other, (record[other] as unknown[]).length)
  const items = (list as readonly Json[]).map(spanByNames)
  const unit = unitOf(said, text, items, context)
  const spanOf = spanReader(text, unit, '; --input-offset-unit says what else')
  const { take, end } = lenient(id, context)
  const spans = items.flatMap(
    (item) =>
      take('unreadable-span', () => {
        // Tokenizers change words ("word"); what is called text is the text's own.
        const { text: words, score, ...place } = item
        if (score !== undefined && !isScore(score)) context.report.add('unreadable-score', id, String(score))
        return [
          {
            ...spanOf(item.exact ? { ...place, text: words } : place, field),
            label: textOf(item.label, 'label'),
            ...(isScore(score) ? { score } : {}),
          },
        ]
      }) ?? [],
  )
  end()
  const layers = { [spanLayer(context)]: spans }
  const kept: Kept = {
    ...(field === 'entities' ? {} : { list: field }),
    ...(unit === 'codepoint' ? {} : { unit }),
  }
  const made = partOf(createDocument({ id, text, ...layers }), kept, unit, context)
  // What a record does not say of its unit is no part that it would be missed without.
  const parts = partsToKeep({ [field]: list, ...(said === undefined ? {} : { [unitField]: said }) }, made)
  const metadata = metadataOfFields(fields, key, { ...kept, ...parts })
  // An id that is no text stays as it is.
  if (ownId !== undefined && ownId !== null && typeof ownId !== 'string') metadata.id = ownId
  return createDocument({ id, text, ...layers, metadata })
}

const encode = (document: Document, context: FormatContext): Json => {
  const { id, text } = document
  reportLayers(document, [spanLayer(context), 'scores'], context)
  const { textField = 'text' } = context.options
  const kept = keptOf(document)
  const unit = context.options.offsetUnit ?? kept.unit ?? 'codepoint'
  const again = (record: Json, other: FormatContext) => decode({ [textField]: text, ...record }, id, other)
  return {
    id,
    text,
    ...fieldsOf(document, key, 'id', ['text', unitField, kept.list ?? 'entities'], context),
    ...withKeptParts(document, key, partOf(document, kept, unit, context), context, again),
  }
}

async function* read(given: Source, context: FormatContext) {
  const name = stem(given, '.jsonl', '.json', '.csv', '.tsv')
  const { head, source } = await headOf(given, (text) => text.trim() !== '')
  if (isSpanTable(head, context)) {
    for await (const { record, line, offset } of spanRows(source, context)) {
      const place = { source: source.name, line, offset }
      const document = attempt(context, place, undefined, () => decode(record, `${name}:${line}`, context))
      if (document) yield document
    }
    return
  }
  const documents = head.trimStart().startsWith('[') ? documentsOfArray : documentsOfLines
  yield* documents(source, name, decode, context)
}

export const spans: Format = {
  name: 'spans',
  summary:
    'lines (or an array) {"text", "entities": [{"start", "end", "label"}]} and the like, by any names, or a table of a row a span (--layer); offsets in code points',
  accepts: (path) => path.endsWith('.spans.jsonl'),
  sniff: () => 0,
  sniffJson: ({ fields }, path) =>
    path.endsWith('.spans.jsonl') ||
    (fields.has(unitField) && spanLists.some((name) => fields.get(name)?.startsWith('[')) && !fields.has('hmtl'))
      ? 2
      : 0,
  read,
  async *write(documents, context) {
    for await (const document of documents) yield `${stringifyExact(encode(document, context))}\n`
  },
  needsTokens: false,
  carries: ['entities'],
  extension: '.spans.jsonl',
}
