/**
 * Bytes to lines, split at the newline byte and never before the whole line is
 * there, so that a character cut by a chunk boundary cannot go wrong. The limit
 * is enforced on bytes, before anything is decoded.
 */
import { isUtf8 } from 'node:buffer'
import { HmtlError } from '../errors.ts'
import type { Source } from '../source.ts'
import { defaultMaxLineBytes } from './limits.ts'

export interface Line {
  /** Without its line end (`\n` or `\r\n`). */
  readonly text: string
  /** From 1. */
  readonly number: number
  /** Byte offset of the line's start in the (decompressed) source. */
  readonly offset: number
  /** What was wrong with the line: too long, or not UTF-8. Its text is then empty. */
  readonly error?: HmtlError | undefined
}

const newline = 10
const emptyBytes = Buffer.alloc(0)

/**
 * Lines in batches, one batch a chunk: awaiting each line would cost more than
 * parsing it. A byte order mark at the start is dropped.
 */
export async function* lineBatches(source: Source, maxLineBytes: number = defaultMaxLineBytes): AsyncGenerator<Line[]> {
  let rest: Buffer[] = []
  let restBytes = 0
  let skipping = false
  let number = 1
  let offset = 0
  let first = true
  const place = () => ({ source: source.name, line: number, offset })
  const tooLong = () =>
    new HmtlError('HMTL_INPUT_TOO_LARGE', `line longer than ${maxLineBytes} bytes`, {
      ...place(),
      remedy: 'Raise --max-line-bytes if such lines are meant',
    })
  const decode = (bytes: Buffer): Line => {
    const size = bytes.length
    let error: HmtlError | undefined
    let text = ''
    if (skipping || size > maxLineBytes) error = tooLong()
    else if (!isUtf8(bytes))
      error = new HmtlError('HMTL_INPUT_ENCODING', 'line is not valid UTF-8', {
        ...place(),
        remedy: 'Convert the file to UTF-8, for example with iconv',
      })
    else {
      const bom = first && size >= 3 && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0
      const end = size > bom && bytes[size - 1] === 13 ? size - 1 : size
      text = bytes.toString('utf8', bom, end)
    }
    first = false
    return { text, number, offset, error }
  }
  for await (const chunk of source.chunks()) {
    const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
    const batch: Line[] = []
    let from = 0
    for (let at = bytes.indexOf(newline); at !== -1; at = bytes.indexOf(newline, from)) {
      const tail = bytes.subarray(from, at)
      const whole = rest.length === 0 ? tail : Buffer.concat([...rest, tail])
      batch.push(decode(whole))
      offset += restBytes + tail.length + 1
      number++
      rest = []
      restBytes = 0
      skipping = false
      from = at + 1
    }
    if (from < bytes.length) {
      restBytes += bytes.length - from
      if (restBytes > maxLineBytes) {
        // Keep counting the line's bytes but hold none of them.
        skipping = true
        rest = []
      } else rest.push(from === 0 && chunk === bytes ? bytes : bytes.subarray(from))
    }
    if (batch.length > 0) yield batch
  }
  if (restBytes > 0) yield [decode(rest.length === 0 ? emptyBytes : Buffer.concat(rest))]
}
