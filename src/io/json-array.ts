/** The items of one large JSON array, one at a time, without holding the array. */
import { HmtlError } from './errors.ts'
import type { Source } from './source.ts'

export interface JsonItem {
  readonly text: string
  readonly index: number
  /** Byte offset of the item's first character. */
  readonly offset: number
}

const quote = 0x22
const backslash = 0x5c
const isSpace = (byte: number) => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09

/**
 * Splits a top-level array into the texts of its items by counting brackets
 * outside of strings; works on bytes, so a chunk may end anywhere.
 * @throws HmtlError `HMTL_INPUT_JSON`, `HMTL_INPUT_TRUNCATED`, `HMTL_INPUT_TOO_LARGE`
 */
export async function* jsonArrayItems(source: Source, maxItemBytes: number): AsyncGenerator<JsonItem> {
  let depth = 0
  let inString = false
  let escaped = false
  let opened = false
  let closed = false
  let index = 0
  let position = 0
  let itemStart = 0
  let parts: Buffer[] = []
  let held = 0
  const fail = (message: string, offset: number) =>
    new HmtlError('HMTL_INPUT_JSON', message, { source: source.name, offset, remedy: 'The file must be one JSON array of documents' })
  for await (const chunk of source.chunks()) {
    const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk)
    let from = depth > 1 ? 0 : -1
    for (let i = 0; i < bytes.length; i++) {
      const byte = bytes[i]
      if (inString) {
        if (escaped) escaped = false
        else if (byte === backslash) escaped = true
        else if (byte === quote) inString = false
        continue
      }
      if (depth <= 1 && isSpace(byte)) continue
      if (closed) throw fail('something follows the array', position + i)
      if (!opened) {
        // A byte order mark may come first.
        if (position + i < 3 && byte >= 0xbb) continue
        if (byte !== 0x5b) throw fail('not a JSON array', position + i)
        opened = true
        depth = 1
        continue
      }
      if (byte === quote) {
        if (depth === 1) throw fail('an item of the array is not an object', position + i)
        inString = true
      } else if (byte === 0x7b || byte === 0x5b) {
        if (depth === 1) {
          from = i
          itemStart = position + i
        }
        depth++
      } else if (byte === 0x7d || byte === 0x5d) {
        depth--
        if (depth === 1) {
          parts.push(bytes.subarray(from, i + 1))
          yield { text: Buffer.concat(parts).toString('utf8'), index: index++, offset: itemStart }
          parts = []
          held = 0
          from = -1
        } else if (depth === 0) closed = true
      } else if (depth === 1 && byte !== 0x2c) throw fail('an item of the array is not an object', position + i)
    }
    if (from !== -1) {
      parts.push(Buffer.from(bytes.subarray(from)))
      held += bytes.length - from
      if (held > maxItemBytes)
        throw new HmtlError('HMTL_INPUT_TOO_LARGE', `an item of the array is larger than ${maxItemBytes} bytes`, {
          source: source.name,
          offset: itemStart,
          remedy: 'Raise --max-document-bytes',
        })
    }
    position += bytes.length
  }
  if (!closed) throw new HmtlError('HMTL_INPUT_TRUNCATED', 'the array is not closed', { source: source.name, offset: position, remedy: 'The file was cut short' })
}
