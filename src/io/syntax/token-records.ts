/**
 * Records of words with spans of them, one a line or in an array, as extractors are trained on: what such formats have
 * in common. Each says itself how its spans count (`token-spans.ts`).
 */
import { createDocument, type Document, type DocumentLike, type Spans } from '../document/document.ts'
import { alignTokens } from '../document/json.ts'
import { joinTokens } from '../document/tokens.ts'
import { HmtlError } from '../errors.ts'
import type { Format, FormatContext, Reader } from '../format.ts'
import { stem } from '../source.ts'
import { sentencesOfLengths } from './columns.ts'
import { idText } from './exact-json.ts'
import { metadataOfFields } from './fields.ts'
import { headOf } from './head.ts'
import { jsonHead } from './json-head.ts'
import { documentsOfArray, documentsOfLines } from './json-records.ts'
import { isObject, type Json } from './span-records.ts'
import { wordsOf } from './tagged-record.ts'
import { type SpanEnd, tokenSpanReader } from './token-spans.ts'

export interface TokenForm {
  /** The format's name, under which metadata has what it keeps. */
  readonly key: string
  /** The field of the words. */
  readonly words: string
  readonly spanEnd: SpanEnd
  /** Fields that a record is named by, the first that it has. */
  readonly ids: readonly string[]
  /** The field of the text as it was written, where the record has it. */
  readonly text?: string
  /** A record is a sentence, not as many as it happens to hold. */
  readonly isSentence?: boolean
}

/** A record whose words are read, and what reads the spans of them. */
export interface TokenRecord {
  readonly id: string
  readonly fields: Json
  readonly tokens: Spans
  readonly spanOf: ReturnType<typeof tokenSpanReader>
  /** The document of these layers; fields of the record but for the `known` are its metadata. */
  document(layers: Pick<DocumentLike, 'entities' | 'mentions' | 'relations'>, known: readonly string[]): Document
}

/** @throws HmtlError `HMTL_INPUT_FIELD` where there are no words */
export const tokenRecord = (
  record: unknown,
  fallbackId: string,
  form: TokenForm,
  context: FormatContext,
): TokenRecord => {
  const given = isObject(record) ? record[form.words] : undefined
  if (!isObject(record) || !Array.isArray(given))
    throw new HmtlError('HMTL_INPUT_FIELD', `field "${form.words}" must be a list of words`, {
      remedy: 'Records of another form are read with --from jsonl or json',
    })
  const own = form.ids.find((name) => idText(record[name]) !== undefined)
  const id = (own === undefined ? undefined : idText(record[own])) ?? fallbackId
  const words = wordsOf(given, id, 'HMTL_INPUT_FIELD', form.words)
  const said = form.text === undefined ? undefined : record[form.text]
  const aligned = typeof said === 'string' ? alignTokens(said, words) : undefined
  if (typeof said === 'string' && !aligned) context.report.add('text-of-other-tokens', id)
  const joined = joinTokens(words)
  const tokens = aligned ?? joined.tokens
  return {
    id,
    fields: record,
    tokens,
    spanOf: tokenSpanReader(tokens, form.spanEnd, id, 'the words of the record'),
    document(layers, known) {
      // What the document has for its own comes from there again.
      const isKnown = (name: string) =>
        name === form.words ||
        known.includes(name) ||
        (name === form.text && aligned !== undefined) ||
        (name === own && name === 'id' && typeof record[name] === 'string')
      const fields = Object.fromEntries(Object.entries(record).filter(([name]) => !isKnown(name)))
      return createDocument({
        id,
        text: aligned ? (said as string) : joined.text,
        tokens,
        sentences: form.isSentence && words.length > 0 ? sentencesOfLengths([words.length]) : undefined,
        ...layers,
        metadata: metadataOfFields(fields, form.key),
      })
    },
  }
}

/** Counts what an annotation says besides what a document has a place for. */
export const reportFields = (
  item: Json,
  known: readonly string[],
  field: string,
  id: string,
  { report }: FormatContext,
) => {
  for (const name of Object.keys(item)) if (!known.includes(name)) report.add('item-field', id, `${field}.${name}`)
}

/** What reads such records, one a line, in an array, or over several lines each. */
const readerOf = (decode: (record: unknown, fallbackId: string, context: FormatContext) => Document): Reader =>
  async function* read(given, context) {
    const { head, source } = await headOf(given, (text) => text.trim() !== '')
    const { array = false, spread = false } = jsonHead(head) ?? {}
    const documents = array || spread ? documentsOfArray : documentsOfLines
    yield* documents(source, stem(given, '.jsonl', '.json'), decode, context)
  }

/** A format of such records that is read only. */
export const tokenFormat = (
  name: string,
  summary: string,
  decode: (record: unknown, fallbackId: string, context: FormatContext) => Document,
  sniffJson: NonNullable<Format['sniffJson']>,
): Format => ({
  name,
  summary: `${summary} (reading only)`,
  accepts: (path) => /\.jsonl?$/.test(path),
  sniff: () => 0,
  sniffJson,
  read: readerOf(decode),
  needsTokens: false,
  carries: ['entities', 'relations'],
  extension: '',
})
