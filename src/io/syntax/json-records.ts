/** Records of JSON, one a line or the items of one array, and their numbers as they stand. */
import { layerFields } from '../document/json.ts'
import type { Document } from '../document/document.ts'
import { HmtlError } from '../errors.ts'
import { attempt, type FormatContext, maxDocumentBytes } from '../format.ts'
import { holdsNumber, parseExact } from './exact-json.ts'
import { jsonArrayItems } from './json-array.ts'
import { bareLine } from './json-marks.ts'
import { parseLines } from './parse-lines.ts'
import type { Source } from '../source.ts'

/** Numbers of the layers are ours, and computed with; anywhere else they are the user's. */
const holdsOwnNumber = (record: unknown, ours: (key: string) => boolean): boolean => {
  if (typeof record !== 'object' || record === null) return false
  for (const key in record) if (!ours(key) && holdsNumber((record as Record<string, unknown>)[key])) return true
  return false
}

const isOfUser = (record: unknown): boolean =>
  holdsOwnNumber(record, (key) => key === 'hmtl') ||
  holdsOwnNumber((record as { hmtl?: unknown } | null)?.hmtl, (key) => layerFields.has(key))

/** What other writers make of it. */
const hintOf = (text: string): string => {
  if (/^\s*\{\s*'/.test(text)) return "; Python's print and str write none, json.dumps does"
  if (/[:,[]\s*-?(NaN|Infinity)\s*[,}\]]/.test(text))
    return ", which has no NaN and Infinity: write null, as pandas' to_json does"
  if (text.includes('\0')) return ", without NUL characters: tr -d '\\000' takes them out"
  if (/,\s*[}\]]/.test(text)) return ', without a comma before a closing bracket'
  if (!/^\s*[[{]\s*["'{}[\]]/.test(text)) return '; a plain text is read with --from text'
  return /\}\s*(?:,\s*)?\{/.test(text) ? '; objects that follow one another are read with --from json' : ''
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch (error) {
    const bare = bareLine(text)
    if (bare === text) throw error
    return JSON.parse(bare)
  }
}

/**
 * Parses one JSON line, the user's numbers as they stand (`parseExact`). @throws HmtlError `HMTL_INPUT_JSON` or what
 * `fromJson` throws
 */
export const parseJsonLine = (text: string): unknown => {
  try {
    const record = parsed(text)
    return isOfUser(record) ? parseExact(bareLine(text), record) : record
  } catch (cause) {
    throw new HmtlError('HMTL_INPUT_JSON', `not valid JSON: ${(cause as Error).message}`, {
      cause,
      remedy: `Each line must hold one complete JSON object${hintOf(text)}`,
    })
  }
}

/** What makes a document of a record. @throws HmtlError */
export type DecodeRecord = (record: unknown, fallbackId: string, context: FormatContext) => Document | undefined

/** Documents of records, one a line. @param name for ids */
export const documentsOfLines = (source: Source, name: string, decode: DecodeRecord, context: FormatContext) =>
  parseLines(source, context, {
    line: ({ text, number }) =>
      text.trim() === '' ? undefined : decode(parseJsonLine(text), `${name}:${number}`, context),
    end: () => undefined,
    recover: () => undefined,
  })

/** Documents of the items of an array. @param kind what each item must be */
export async function* documentsOfArray(
  source: Source,
  name: string,
  decode: DecodeRecord,
  context: FormatContext,
  kind?: 'object' | 'array',
): AsyncGenerator<Document> {
  for await (const { text, index, offset, error } of jsonArrayItems(source, maxDocumentBytes(context), kind)) {
    const id = `${name}:${index}`
    const document = attempt(context, { source: source.name, document: id, offset }, text, () => {
      if (error) throw error
      return decode(parseJsonLine(text), id, context)
    })
    if (document) yield document
  }
}
