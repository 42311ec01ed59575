/** JSON lines: `{"text": …}` or `{"tokens": […]}` in, the same with `hmtl` out. */
import type { Document } from '../document/document.ts'
import { HmtlError } from '../errors.ts'
import { holdsNumber, parseExact, stringifyExact } from '../syntax/exact-json.ts'
import { type Format, type FormatContext, jsonOptions, layersAll } from '../format.ts'
import { fromJson, type JsonOptions, layerFields, toJson } from '../document/json.ts'
import type { Line } from '../syntax/lines.ts'
import { parseLines } from '../syntax/parse-lines.ts'
import type { Source } from '../source.ts'
import { stem } from '../source.ts'

/** Numbers of the layers are ours, and computed with; anywhere else they are the user's. */
const holdsOwnNumber = (record: unknown, ours: (key: string) => boolean): boolean => {
  if (typeof record !== 'object' || record === null) return false
  for (const key in record) if (!ours(key) && holdsNumber((record as Record<string, unknown>)[key])) return true
  return false
}

const isOfUser = (record: unknown): boolean =>
  holdsOwnNumber(record, (key) => key === 'hmtl') ||
  holdsOwnNumber((record as { hmtl?: unknown } | null)?.hmtl, (key) => layerFields.has(key))

/**
 * Parses one JSON line, the user's numbers as they stand (`parseExact`). @throws HmtlError `HMTL_INPUT_JSON` or what
 * `fromJson` throws
 */
export const parseJsonLine = (text: string): unknown => {
  try {
    const record: unknown = JSON.parse(text)
    return isOfUser(record) ? parseExact(text, record) : record
  } catch (cause) {
    throw new HmtlError('HMTL_INPUT_JSON', `not valid JSON: ${(cause as Error).message}`, {
      cause,
      remedy: 'Each line must hold one complete JSON object',
    })
  }
}

const rawLines = new WeakMap<Document, string>()

/** The line a document was read from, where the reader was asked to keep it. */
export const rawLineOf = (document: Document): string | undefined => rawLines.get(document)

/**
 * A document of one JSON line.
 * @param keep whether `rawLineOf` shall know the line
 * @throws HmtlError `HMTL_INPUT_JSON` or what `fromJson` throws
 */
export const documentOfLine = (text: string, fallbackId: string, options: JsonOptions, keep: boolean): Document => {
  const record = parseJsonLine(text)
  const document = fromJson(record, fallbackId, options)
  // A line that is annotated already is written anew, not spliced.
  if (keep && !Object.hasOwn(record as object, 'hmtl')) rawLines.set(document, text)
  return document
}

const read = (source: Source, context: FormatContext) => {
  const name = stem(source, '.jsonl', '.ndjson', '.json')
  const { keepLines } = context.options
  const options = jsonOptions(context)
  return parseLines(source, context, {
    line: (line: Line) =>
      line.text.trim() === ''
        ? undefined
        : documentOfLine(line.text, `${name}:${line.number}`, options, keepLines === true),
    end: () => undefined,
    recover: () => undefined,
  })
}

async function* write(documents: AsyncIterable<Document>, context: FormatContext) {
  const options = jsonOptions(context)
  for await (const document of documents) yield `${stringifyExact(toJson(document, options))}\n`
}

export const jsonl: Format = {
  name: 'jsonl',
  summary: 'JSON lines {"id", "text" | "tokens", …, "hmtl": {layers}}',
  accepts: (path) => /\.(jsonl|ndjson)$/.test(path),
  // Not even the beginning of a record: a damaged first line, after which the others are read.
  sniff: (head, path) =>
    /^\s*\{\S/.test(head) ? (/^\s*\{.*\n/.test(head) ? 2 : 1) : /\.(jsonl|ndjson)$/.test(path) ? 1 : 0,
  sniffJson: ({ array, spread, whole }, path) =>
    array || (whole && spread) ? 0 : /\.(jsonl|ndjson)$/.test(path) || whole ? 2 : 1,
  read,
  write,
  needsTokens: false,
  carries: layersAll,
  extension: '.jsonl',
}
