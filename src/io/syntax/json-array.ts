/**
 * The records of JSON that is not one a line: of one large array, or one after another; one at a time, without holding
 * the rest.
 */
import { isUtf8 } from 'node:buffer'
import { HmtlError } from '../errors.ts'
import type { Source } from '../source.ts'
import { isPadding } from './line-ends.ts'
import { recordSeparator } from './json-marks.ts'
import { otherKind } from './refused.ts'
import { notUtf8, wideEncoding } from './text.ts'

export interface JsonItem {
  readonly text: string
  readonly index: number
  /** Byte offset of the item's first character. */
  readonly offset: number
  /** What is wrong with the item: no object, or not UTF-8. */
  readonly error?: HmtlError | undefined
}

const quote = 0x22
const backslash = 0x5c
const comma = 0x2c
const [openArray, closeArray] = [0x5b, 0x5d]
const [openObject, closeObject] = [0x7b, 0x7d]
const isSpace = (byte: number) => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09
const remedies = {
  object:
    'Each item is an object such as {"text": "…"}; pairs of a text and its entities are read with --from spacy-train, ' +
    "texts alone become objects with jq -c '.[] | {text: .}'",
  array: 'Each item is a text and its entities, ["…", {"entities": [[0, 3, "PER"]]}]',
}
/**
 * Of what may stand before a text and after it: a byte order mark, also where files were joined, the mark of a text in a
 * sequence, and what fills up the end of a file.
 */
const isMark = (byte: number) =>
  byte === 0xef || byte === 0xbb || byte === 0xbf || byte === recordSeparator || isPadding(byte)

/**
 * Splits a top-level array, or objects that follow one another, into the texts of
 * its items by counting brackets outside of strings; works on bytes, so a chunk may
 * end anywhere.
 * @param kind what the items must be
 * @throws HmtlError `HMTL_INPUT_JSON`, `HMTL_INPUT_TRUNCATED`, `HMTL_INPUT_TOO_LARGE`
 */
export async function* jsonArrayItems(
  source: Source,
  maxItemBytes: number,
  kind: 'object' | 'array' = 'object',
): AsyncGenerator<JsonItem> {
  /** Depth at which items stand: 1 in an array, 0 without one; undefined before the first bracket. */
  let base: 0 | 1 | undefined
  let depth = 0
  let [inString, escaped, closed] = [false, false, false]
  let index = 0
  let position = 0
  /** Where the item under way begins; undefined between items. */
  let begin: number | undefined
  /** What the item begins with is what it must be. */
  let isKind = false
  let parts: Buffer[] = []
  let held = 0
  const place = (offset: number) => ({ source: source.name, offset })
  const fail = (message: string, offset: number) =>
    new HmtlError('HMTL_INPUT_JSON', message, {
      ...place(offset),
      remedy: 'The file must be one JSON array of documents',
    })
  const checkSize = (bytes: number): void => {
    if (bytes > maxItemBytes)
      throw new HmtlError('HMTL_INPUT_TOO_LARGE', `an item of the array is larger than ${maxItemBytes} bytes`, {
        ...place(begin as number),
        remedy: 'Raise --max-document-bytes',
      })
  }
  const take = (last: Buffer): JsonItem => {
    checkSize(held + last.length)
    const bytes = parts.length === 0 ? last : Buffer.concat([...parts, last])
    const offset = begin as number
    let error: HmtlError | undefined
    if (!isKind)
      error = new HmtlError('HMTL_INPUT_JSON', `item ${index} of the array is not an ${kind}`, {
        ...place(offset),
        remedy: remedies[kind],
      })
    else if (!isUtf8(bytes)) error = notUtf8(`item ${index} of the array`, bytes, place(offset))
    parts = []
    held = 0
    begin = undefined
    return { text: bytes.toString('utf8'), index: index++, offset, error }
  }
  for await (const chunk of source.chunks()) {
    const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
    let from = 0
    for (let i = 0; i < bytes.length; i++) {
      const byte = bytes[i]
      if (inString) {
        if (escaped) escaped = false
        else if (byte === backslash) escaped = true
        else if (byte === quote) inString = false
        continue
      }
      if (base === undefined) {
        if (position + i === 0 && wideEncoding(bytes)) throw notUtf8('file', bytes, place(0))
        if (isSpace(byte) || isMark(byte)) continue
        if (byte !== openArray && byte !== openObject)
          throw otherKind(source.name, bytes, source.name) ?? fail('not a JSON array', position + i)
        base = byte === openArray ? 1 : 0
        if (base === 1) {
          depth = 1
          continue
        }
      }
      if (depth === base) {
        const ends = isSpace(byte) || byte === comma || byte === closeArray
        // A number, a name or a string ends where the next thing begins.
        if (begin !== undefined && ends) yield take(bytes.subarray(from, i))
        const isOutside = base === 0 || closed
        if (isSpace(byte) || byte === comma || (isOutside && isMark(byte))) continue
        if (closed && byte === openArray) {
          // Arrays that follow one another are one, as objects are.
          closed = false
          continue
        }
        if (closed) throw fail('something follows the array', position + i)
        if (byte === closeArray && base === 1) {
          closed = true
          continue
        }
        if (base === 0 && byte !== openObject) throw fail('something stands between the objects', position + i)
        if (begin === undefined) {
          begin = position + i
          from = i
          isKind = byte === (kind === 'object' ? openObject : openArray)
        }
      }
      if (byte === quote) inString = true
      else if (byte === openObject || byte === openArray) depth++
      else if ((byte === closeObject || byte === closeArray) && depth > base && --depth === base)
        yield take(bytes.subarray(from, i + 1))
    }
    if (begin !== undefined) {
      parts.push(Buffer.from(bytes.subarray(from)))
      held += bytes.length - from
      checkSize(held)
    }
    position += bytes.length
  }
  const whole = base === 1 ? closed : begin === undefined
  if (!whole)
    throw new HmtlError('HMTL_INPUT_TRUNCATED', 'the array is not closed', {
      ...place(position),
      remedy: 'The file was cut short',
    })
}
