/** JSON lines: `{"text": …}` or `{"tokens": […]}` in, the same with `hmtl` out. */
import { type Document, type Layers, lateDocument } from '../document/document.ts'
import { idText, stringifyExact } from '../syntax/exact-json.ts'
import { headOf } from '../syntax/head.ts'
import { bulkAction } from '../syntax/bulk-action.ts'
import { bareLine } from '../syntax/json-marks.ts'
import { parseJsonLine } from '../syntax/json-records.ts'
import { type Format, type FormatContext, jsonOptions, layersAll } from '../format.ts'
import { fromJson, type JsonOptions, toJson } from '../document/json.ts'
import type { Line } from '../syntax/lines.ts'
import { spellingTeller } from '../document/tags.ts'
import { parseLines } from '../syntax/parse-lines.ts'
import { PlainRecords } from '../syntax/plain-record.ts'
import { type WordRecords, wordRecordsOf } from '../syntax/word-records.ts'
import {
  isTagNumber,
  type TagFields,
  taggedDocument,
  taggedOf,
  tagFields,
  withTokens,
} from '../syntax/tagged-record.ts'
import type { Source } from '../source.ts'
import { stem } from '../source.ts'
import { countUnread } from '../syntax/unread-layers.ts'

const rawLines = new WeakMap<Document, string>()

/** The line a document was read from, where the reader was asked to keep it. */
export const rawLineOf = (document: Document): string | undefined => rawLines.get(document)

/** Has `rawLineOf` know the line of a document. A line that is annotated already is written anew, not spliced. */
const kept = (document: Document, record: unknown, line: string): Document => {
  if (!Object.hasOwn(record as object, 'hmtl')) rawLines.set(document, bareLine(line))
  return document
}

/**
 * A document of one JSON line, whose line `rawLineOf` knows.
 * @throws HmtlError `HMTL_INPUT_JSON` or what `fromJson` throws
 */
export const documentOfLine = (text: string, fallbackId: string, options: JsonOptions): Document => {
  const record = parseJsonLine(text)
  return kept(fromJson(record, fallbackId, options), record, text)
}

/**
 * A document of a record of a corpus, whose words may have a tag each. Tags that are numbers, which JSON does not name,
 * stay the user's field and are counted.
 * @throws HmtlError `HMTL_INPUT_FIELD` or what `fromJson` throws
 */
export const documentOfRecord = (
  record: unknown,
  fallbackId: string,
  context: FormatContext,
  fields: TagFields = tagFields(),
): Document => {
  const given = withTokens(record, fields)
  return tagged(given, fallbackId, fields, context) ?? fromJson(given, fallbackId, jsonOptions(context))
}

/** What becomes of the records of a source. */
export interface Records {
  /** Whether each is a document of its own, which is not known before the first. */
  readonly areDocuments: boolean
  /**
   * The document that a record is, or completes.
   * @param line that it stands on
   * @throws HmtlError
   */
  record(text: string, fallbackId: string, keep: boolean, line?: number): Document | undefined
  /** What an empty line completes. @throws HmtlError */
  gap(): Document | undefined
  /** What the end completes. @throws HmtlError */
  end(): Document | undefined
  /** After a fault of a record. */
  recover(): void
}

/**
 * Records that are documents, or a word and its tag each: the first one tells.
 * @param name of the source, for ids
 * @param head of the source
 */
export const recordsOf = (name: string, head: string, context: FormatContext): Records => {
  const tellSpelling = spellingTeller(head)
  const fields = tagFields(tellSpelling, head)
  let words: WordRecords | undefined
  let isFirst = true
  /** What the line before says that the document is called. */
  let named: string | undefined
  return {
    get areDocuments() {
      return !isFirst && !words && named === undefined
    },
    record(text, fallbackId, keep, line) {
      const record = parseJsonLine(text)
      const action = bulkAction(record)
      if (action) {
        context.report.add('bulk-action', name, action.text)
        named = action.id
        return undefined
      }
      const id = named
      named = undefined
      if (isFirst) words = wordRecordsOf(record, name, context, tellSpelling)
      isFirst = false
      if (words) return words.record(record, line)
      const document = documentOfRecord(record, id ?? fallbackId, context, fields)
      return keep && id === undefined ? kept(document, record, text) : document
    },
    gap: () => words?.gap(),
    end: () => words?.end(),
    recover() {
      named = undefined
      words?.recover()
    },
  }
}

const tagged = (
  given: unknown,
  fallbackId: string,
  fields: TagFields,
  context: FormatContext,
): Document | undefined => {
  const record = taggedOf(given, fields)
  if (!record) {
    countUnread(given, fallbackId, fields, '--from spans reads them', context)
    return undefined
  }
  const { ner_tags: tags } = record
  if (tags.length === 0 || !tags.every(isTagNumber))
    return taggedDocument(record, fallbackId, { code: 'HMTL_INPUT_FIELD', tellSpelling: fields.tellSpelling }, context)
  context.report.add('unnamed-tag', idText(record.id) ?? fallbackId, 'ner_tags are numbers', tags.length)
  return undefined
}

const noLayers: Layers = {}

async function* read(given: Source, context: FormatContext) {
  const name = stem(given, '.jsonl', '.ndjson', '.json')
  const { head, source } = await headOf(given, () => true)
  const { keepLines = false, textField = 'text' } = context.options
  const asBytes = !keepLines && textField !== 'id'
  const plain = new PlainRecords(textField)
  const records = recordsOf(name, head, context)
  yield* parseLines(source, context, {
    asBytes,
    line(line: Line) {
      const { number, bytes } = line
      const record = bytes && records.areDocuments ? plain.read(bytes) : undefined
      if (record) return lateDocument(record.id ?? `${name}:${number}`, record, noLayers)
      const { text } = line
      return text.trim() === '' ? records.gap() : records.record(text, `${name}:${number}`, keepLines, number)
    },
    end: () => records.end(),
    recover() {
      records.recover()
      return undefined
    },
  })
}

async function* write(documents: AsyncIterable<Document>, context: FormatContext) {
  const options = jsonOptions(context)
  for await (const document of documents) yield `${stringifyExact(toJson(document, options))}\n`
}

const isNamed = (path: string): boolean => /\.(jsonl|ndjson)$/.test(path)

const isRecordLine = (line: string): boolean => {
  if (!/^\s*\{\s*"/.test(line)) return false
  try {
    return parseJsonLine(line) !== undefined
  } catch {
    return false
  }
}

/** Whether what begins with a brace is JSON, or meant as such: a text may begin so too (`{{Infobox`). */
const holdsRecord = (head: string): boolean =>
  /^\s*\{\s*(["'])[^"'\n]*\1\s*:/.test(head) || head.split('\n').some(isRecordLine)

export const jsonl: Format = {
  name: 'jsonl',
  summary: 'JSON lines {"id", "text" | "tokens", …, "hmtl": {layers}}',
  accepts: (path) => /\.(jsonl|ndjson)$/.test(path),
  // Not even the beginning of a record: a damaged first line, after which the others are read.
  sniff: (head, path) => (isNamed(path) || (/^\s*\{\S/.test(head) && holdsRecord(head)) ? 1 : 0),
  sniffJson({ array, spread, joined, whole, broken }, path) {
    if (array || joined || (whole && spread)) return 0
    if (isNamed(path) || (whole && !broken)) return 2
    return broken ? undefined : 1
  },
  read,
  write,
  needsTokens: false,
  carries: layersAll,
  extension: '.jsonl',
}
