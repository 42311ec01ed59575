/** Lines of Prodigy: a text with spans, relations and the tokens that they were chosen by. */
import { createDocument, type Document, listRelations, type SpanLike, spansOf } from '../document/document.ts'
import { fromUtf16 } from '../document/offsets.ts'
import { tokenSpan } from '../document/tokens.ts'
import { HmtlError } from '../errors.ts'
import { type Format, type FormatContext, reportLayers } from '../format.ts'
import { type Source, stem } from '../source.ts'
import { idText, stringifyExact, withDoubles } from '../syntax/exact-json.ts'
import { fieldsOf, metadataOfFields } from '../syntax/fields.ts'
import { documentsOfLines } from '../syntax/json-records.ts'
import { lenient } from '../syntax/lenient.ts'
import {
  fieldFault,
  isObject,
  type Json,
  objectsOf,
  partsToKeep,
  scored,
  scoreIn,
  spanLayer,
  spanReader,
  spansIn,
  textOf,
  withKeptParts,
} from '../syntax/span-records.ts'

const key = 'prodigy'

/** Without tokens or hashes only this tells a record from any other that has a text and spans. */
const accepted = { answer: 'accept' }

/** Whether a record says without it what it is. */
const isTold = (record: Json): boolean => Boolean(record.tokens) || '_input_hash' in record

const keyOf = ({ start, end }: SpanLike) => `${start} ${end}`

/** What a document's layers are in a record. */
const partsOf = (document: Document, context: FormatContext): Json => {
  const { text, tokens, relations } = document
  const map = fromUtf16(text, 'codepoint')
  const place = (span: SpanLike) => ({ start: map(span.start), end: map(span.end) })
  const tokenAt = (span: SpanLike) => tokens && tokenSpan(tokens, span.start, span.end)
  const placed = (span: SpanLike) => {
    const at = tokenAt(span)
    return { ...place(span), ...(at && { token_start: at.begin, token_end: at.end - 1 }) }
  }
  const spans = spansIn(document, spanLayer(context))
  const labels = new Map(spans.map((span) => [keyOf(span), span.label]))
  const argument = (side: 'head' | 'child', span: SpanLike) => {
    const at = tokenAt(span)
    return {
      ...(at && { [side]: at.end - 1 }),
      [`${side}_span`]: { ...placed(span), label: labels.get(keyOf(span)) ?? '' },
    }
  }
  return {
    ...(tokens && {
      tokens: Array.from(tokens.begin, (begin, i) => ({
        text: text.slice(begin, tokens.end[i]),
        ...place({ start: begin, end: tokens.end[i] }),
        id: i,
        ws: text[tokens.end[i]] === ' ',
      })),
    }),
    spans: spans.map((span) => ({ ...placed(span), label: span.label, ...scored(span.score) })),
    ...(relations && {
      relations: listRelations(relations).map(({ label, arg1, arg2, score }) => ({
        ...argument('head', arg1),
        ...argument('child', arg2),
        label,
        ...scored(score),
      })),
    }),
  }
}

/** Layers of a record. */
const layersOf = ({ tokens, spans, relations }: Json, text: string, id: string, context: FormatContext) => {
  const spanOf = spanReader(text)
  const words = objectsOf(tokens, 'tokens').map((token) => spanOf(token, 'tokens'))
  const { take, end } = lenient(id, context)
  const labelOf = (record: Json) => ({ label: textOf(record.label, 'label'), ...scoreIn(record, id, context) })
  const read = objectsOf(spans, 'spans').flatMap(
    (span) => take('unreadable-span', () => [{ ...spanOf(span, 'spans'), ...labelOf(span) }]) ?? [],
  )
  const argument = (relation: Json, side: 'head' | 'child'): SpanLike => {
    const span = relation[`${side}_span`]
    if (isObject(span)) return spanOf(span, `${side}_span`)
    const at = withDoubles(relation[side])
    const word = typeof at === 'number' ? words[at] : undefined
    if (!word) throw fieldFault('relations', `a list with ${side}_span, or with ${side} as the number of a token`)
    // Prodigy joins the tokens of a span: a relation of one of them is the span's.
    return read.find(({ start, end: last }) => start <= word.start && word.end <= last) ?? word
  }
  const between = objectsOf(relations, 'relations').flatMap(
    (relation) =>
      take('unreadable-relation', () => [
        { ...labelOf(relation), arg1: argument(relation, 'head'), arg2: argument(relation, 'child') },
      ]) ?? [],
  )
  end()
  return {
    ...(tokens ? { tokens: spansOf(words.map(({ start, end: last }) => [start, last] as const)) } : {}),
    ...(spans ? { [spanLayer(context)]: read } : {}),
    ...(relations ? { relations: between } : {}),
  }
}

const decode = (record: unknown, fallback: string, context: FormatContext): Document | undefined => {
  if (!isObject(record)) throw new HmtlError('HMTL_INPUT_FIELD', 'record is not a JSON object')
  const { id: ownId, text: given, tokens, spans, relations, ...rest } = record
  const { answer, ...others } = rest
  // What is written to be told by says nothing, and is no field of the document.
  const fields = answer === accepted.answer && !isTold(record) ? others : rest
  const text = textOf(given, 'text')
  const id = idText(ownId) ?? fallback
  if (answer === 'reject' || answer === 'ignore') {
    context.report.add('answer', id, answer)
    return undefined
  }
  const layers = layersOf(record, text, id, context)
  const made = partsOf(createDocument({ id, text, ...layers }), context)
  const metadata = metadataOfFields(fields, key, partsToKeep({ tokens, spans, relations }, made))
  // An id that is no text stays as it is.
  if (ownId !== undefined && ownId !== null && typeof ownId !== 'string') metadata.id = ownId
  return createDocument({ id, text, ...layers, metadata })
}

const encode = (document: Document, context: FormatContext): Json => {
  const { id, text } = document
  reportLayers(document, [spanLayer(context), 'relations', 'scores'], context)
  const made = partsOf(document, context)
  const again = (record: Json, other: FormatContext) => decode({ text, ...record }, id, other)
  const record = {
    id,
    text,
    ...fieldsOf(document, key, 'id', ['text', 'tokens', 'spans', 'relations'], context),
    ...withKeptParts(document, key, made, context, again),
  }
  return isTold(record) || 'answer' in record ? record : { ...record, ...accepted }
}

export const prodigy: Format = {
  name: 'prodigy',
  summary: 'lines of Prodigy: spans of one layer (--layer), relations; what was rejected is left out and counted',
  accepts: (path) => path.endsWith('.prodigy.jsonl'),
  sniff: () => 0,
  sniffJson: ({ array, fields, begins: values }) => {
    const begins = (name: string, ...values: string[]) => values.includes(fields.get(name) ?? '')
    if (array || !fields.has('text') || fields.has('hmtl')) return 0
    // What no record is without that its server has given out, annotated or not.
    const isServed = fields.has('_task_hash') && (fields.has('_input_hash') || fields.has('_view_id'))
    const isNone = !fields.has('spans') || begins('spans', '[]', 'nu')
    if (isServed && (isNone || begins('spans', '[{'))) return 2
    if (!begins('spans', '[{', '[]', 'nu')) return 0
    // An answer is accepted, rejected or ignored; any other is one to a question, and its spans are the user's.
    const answers = /^"(accept|reject|ignore)"$/
    return fields.has('_input_hash') || begins('tokens', '[{') || answers.test(values.get('answer') ?? '') ? 2 : 0
  },
  read(source: Source, context: FormatContext) {
    return documentsOfLines(source, stem(source, '.jsonl'), decode, context)
  },
  async *write(documents, context) {
    for await (const document of documents) yield `${stringifyExact(encode(document, context))}\n`
  },
  offsetUnit: 'codepoint',
  needsTokens: false,
  carries: ['entities', 'relations'],
  extension: '.prodigy.jsonl',
}
