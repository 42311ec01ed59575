/**
 * Records of delimited text as RFC 4180 has it: fields may stand in quotes, a quote
 * in them is doubled, and in CSV they may hold line ends, which stay as they are.
 * Works on bytes (every mark is ASCII), so a chunk may end anywhere, and holds one
 * record at a time.
 */
import { isUtf8 } from 'node:buffer'
import { HmtlError, toHmtlError } from '../errors.ts'
import type { Source } from '../source.ts'
import { notUtf8, wideEncoding } from './text.ts'

export interface CsvOptions {
  /** What parts fields: `,` `;` or a tab. */
  readonly separator: string
  /**
   * Whether a field in quotes may go over several lines. In tab-separated text it may not: there a lone quote is mostly
   * just a quote.
   */
  readonly multiline: boolean
  readonly maxRecordBytes: number
  /** What ends a line. @default '\n', also after a carriage return */
  readonly lineEnd?: '\n' | '\r'
}

export interface CsvRecord {
  readonly fields: readonly string[]
  /** Line that it begins on, from 1. */
  readonly line: number
  /** Byte offset of its start. */
  readonly offset: number
  /** The record as it stands. */
  readonly text: string
  /** What was wrong with it; it then has no fields. */
  readonly error?: HmtlError | undefined
}

/**
 * Within a record: before a field, in one without quotes, in quotes, or after a quote that closes them if no other
 * follows.
 */
type State = 'start' | 'bare' | 'quoted' | 'quote'

const quote = 0x22
const carriageReturn = 0x0d

/** Fields of one record without its line end. @throws HmtlError `HMTL_INPUT_SYNTAX` */
export const csvFields = (
  text: string,
  { separator, multiline }: Pick<CsvOptions, 'separator' | 'multiline'>,
): string[] => {
  const fields: string[] = []
  let at = 0
  for (;;) {
    const end = text[at] === '"' ? quotedEnd(text, at) : -1
    if (end !== -1 && (end === text.length || text[end] === separator)) {
      fields.push(text.slice(at + 1, end - 1).replaceAll('""', '"'))
      at = end
    } else {
      if (text[at] === '"' && multiline)
        throw new HmtlError(
          'HMTL_INPUT_SYNTAX',
          end === -1 ? 'a quote is not closed' : `"${text.slice(end, end + 20)}" follows a closing quote`,
          {
            remedy: 'A field that holds quotes stands in quotes itself, with each of its own doubled',
          },
        )
      const next = text.indexOf(separator, at)
      fields.push(text.slice(at, next === -1 ? text.length : next))
      at = next === -1 ? text.length : next
    }
    if (at >= text.length) return fields
    at++
    // A separator at the end has an empty field after it.
    if (at === text.length) return [...fields, '']
  }
}

/** Index after the quote that closes the one at `at`, or -1. */
const quotedEnd = (text: string, at: number): number => {
  for (let i = text.indexOf('"', at + 1); i !== -1; i = text.indexOf('"', i + 2)) if (text[i + 1] !== '"') return i + 1
  return -1
}

/** Records in batches, one batch a chunk; lines that hold nothing are no records. */
export async function* csvRecords(source: Source, options: CsvOptions): AsyncGenerator<CsvRecord[]> {
  const { multiline, maxRecordBytes, lineEnd = '\n' } = options
  const newline = lineEnd.charCodeAt(0)
  const separator = options.separator.charCodeAt(0)
  let parts: Buffer[] = []
  let held = 0
  let [line, offset] = [1, 0]
  let lines = 0
  let tooLong = false
  let state: State = 'start'
  const take = (last: Buffer): CsvRecord | undefined => {
    let bytes = parts.length === 0 ? last : Buffer.concat([...parts, last])
    const place = { source: source.name, line, offset }
    const size = held + last.length
    parts = []
    held = 0
    if (bytes[bytes.length - 1] === carriageReturn) bytes = bytes.subarray(0, -1)
    // Where files were joined there is one within.
    if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) bytes = bytes.subarray(3)
    line += lines + 1
    lines = 0
    offset += size + 1
    if (tooLong || size > maxRecordBytes) {
      tooLong = false
      return {
        fields: [],
        ...place,
        text: '',
        error: new HmtlError('HMTL_INPUT_TOO_LARGE', `record longer than ${maxRecordBytes} bytes`, {
          ...place,
          remedy: 'Is a quote not closed? Else raise --max-line-bytes',
        }),
      }
    }
    if (bytes.length === 0) return undefined
    if (!isUtf8(bytes) || (place.offset === 0 && wideEncoding(bytes)))
      return {
        fields: [],
        ...place,
        text: '',
        error: notUtf8('record', bytes, place),
      }
    const text = bytes.toString('utf8')
    try {
      return { fields: csvFields(text, options), ...place, text }
    } catch (error) {
      return { fields: [], ...place, text, error: toHmtlError(error, 'HMTL_INPUT_SYNTAX', place) }
    }
  }
  for await (const chunk of source.chunks()) {
    const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
    const batch: CsvRecord[] = []
    let from = 0
    for (let i = 0; i < bytes.length; i++) {
      const byte = bytes[i]
      if (state === 'quoted') {
        if (byte === quote) state = 'quote'
        else if (byte === newline) lines++
      } else if (byte === newline) {
        const record = take(bytes.subarray(from, i))
        if (record) batch.push(record)
        from = i + 1
        state = 'start'
      } else if (byte === separator) state = 'start'
      else if (byte === quote && multiline && state !== 'bare') state = 'quoted'
      // A byte order mark is no part of the first field.
      else if (!(state === 'start' && offset === 0 && byte >= 0xbb)) state = 'bare'
    }
    if (from < bytes.length) {
      held += bytes.length - from
      // Keep counting the record's bytes, but hold none of them.
      if (held > maxRecordBytes) {
        tooLong = true
        parts = []
      } else parts.push(bytes.subarray(from))
    }
    if (batch.length > 0) yield batch
  }
  if (held > 0) {
    const record = take(Buffer.alloc(0))
    if (record) yield [record]
  }
}
