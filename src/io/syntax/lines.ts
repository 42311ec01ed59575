/**
 * Bytes to lines, split at the newline byte and never before the whole line is
 * there, so that a character cut by a chunk boundary cannot go wrong. The limit
 * is enforced on bytes, before anything is decoded.
 */
import { isAscii, isUtf8 } from 'node:buffer'
import { HmtlError } from '../errors.ts'
import type { Source } from '../source.ts'
import { isPadding } from './line-ends.ts'
import { defaultMaxLineBytes } from './limits.ts'
import { otherKind } from './refused.ts'
import { isPlain, notUtf8, wideEncoding } from './text.ts'

export interface Line {
  /** Without its line end (`\n` or `\r\n`). */
  readonly text: string
  /** From 1. */
  readonly number: number
  /** Byte offset of the line's start in the (decompressed) source. */
  readonly offset: number
  /** What was wrong with the line: too long, or not UTF-8. Its text is then empty. */
  readonly error?: HmtlError | undefined
  /** Its bytes, where lines were asked for as bytes and it is one of many that came together. */
  readonly bytes?: LineBytes | undefined
}

/** Where a line's bytes are. */
export interface LineBytes {
  readonly block: Block
  readonly begin: number
  /** Its line end lies there. */
  readonly end: number
}

/** Bytes of whole lines that are UTF-8, in memory of their own: whoever gave them may use theirs again. */
export interface Block {
  readonly bytes: Buffer
  /** The same, four bytes each. */
  readonly words: Int32Array
  /** How they are decoded. */
  readonly encoding: 'latin1' | 'utf8'
}

const blockOf = (lines: Buffer): Block => {
  const bytes = Buffer.allocUnsafeSlow(Math.ceil(lines.length / 4) * 4)
  bytes.set(lines)
  return { bytes, words: new Int32Array(bytes.buffer), encoding: isAscii(lines) ? 'latin1' : 'utf8' }
}

/** A line that is decoded when it is asked for its text. */
class ByteLine implements Line, LineBytes {
  readonly block: Block
  readonly begin: number
  readonly end: number
  readonly number: number
  readonly offset: number

  constructor(block: Block, begin: number, end: number, number: number, offset: number) {
    this.block = block
    this.begin = begin
    this.end = end
    this.number = number
    this.offset = offset
  }

  get bytes(): LineBytes {
    return this
  }

  get text(): string {
    return textOf(this.block.bytes.toString(this.block.encoding, this.begin, this.end))
  }
}

const newline = 10
const emptyBytes = Buffer.alloc(0)

/**
 * Bytes of whole lines that are taken together. A line keeps all of them alive for as long as somebody keeps the line,
 * so it is no whole chunk.
 */
const textBlockBytes = 1 << 14
const byteBlockBytes = 1 << 16

const textOf = (line: string): string => (line.charCodeAt(line.length - 1) === 13 ? line.slice(0, -1) : line)

/**
 * Lines in batches, one batch a chunk: awaiting each line would cost more than
 * parsing it. A byte order mark at the start is dropped, and a last line of what fills up the end of a file.
 * @param asBytes lines are decoded one by one, when they are asked for their text
 * @throws HmtlError `HMTL_FORMAT_UNSUPPORTED` of a file that has no lines, and what the source throws
 */
export async function* lineBatches(
  source: Source,
  maxLineBytes: number = defaultMaxLineBytes,
  asBytes = false,
): AsyncGenerator<Line[]> {
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
  /** The next line. @param end of its bytes in the source, counted from its start */
  const lineOf = (text: string, size: number, error?: HmtlError): Line => {
    const line = { text, number, offset, error }
    number++
    offset += size + 1
    first = false
    return line
  }
  /** One line alone. */
  const decode = (bytes: Buffer, size = bytes.length): Line => {
    if (skipping || size > maxLineBytes) return lineOf('', size, tooLong())
    // Without a mark, characters of two bytes are valid UTF-8, with zeros.
    if (first && wideEncoding(bytes)) return lineOf('', size, notUtf8('file', bytes, place()))
    if (!isUtf8(bytes)) return lineOf('', size, notUtf8('line', bytes, place()))
    const bom = first && size >= 3 && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0
    return lineOf(textOf(bytes.toString('utf8', bom, size)), size)
  }
  /** Whole lines, each with its end, that are short enough and valid. */
  const takeBlock = (bytes: Buffer, batch: Line[]): void => {
    const block = blockOf(bytes)
    for (let begin = 0; begin < bytes.length; ) {
      const end = bytes.indexOf(newline, begin)
      batch.push(new ByteLine(block, begin, end, number++, offset))
      offset += end + 1 - begin
      begin = end + 1
    }
  }
  /** The same, decoded. */
  const decodeBlock = (bytes: Buffer, batch: Line[]): void => {
    const ascii = isAscii(bytes)
    const text = bytes.toString(ascii ? 'latin1' : 'utf8')
    for (let from = 0, at = 0; from < text.length; ) {
      const end = text.indexOf('\n', from)
      const next = ascii ? end : bytes.indexOf(newline, at)
      batch.push(lineOf(textOf(text.slice(from, end)), next - at))
      from = end + 1
      at = next + 1
    }
  }
  const mostBytes = asBytes ? byteBlockBytes : textBlockBytes
  for await (const chunk of source.chunks()) {
    const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
    const other = offset === 0 && restBytes === 0 && !isPlain(bytes) && otherKind(source.name, bytes, source.name)
    if (other) throw other
    const batch: Line[] = []
    let from = 0
    for (let at = bytes.indexOf(newline); at !== -1; at = bytes.indexOf(newline, from)) {
      const end = bytes.lastIndexOf(newline, from + mostBytes - 1)
      // Of one line alone a block is worth its while only where it stays bytes.
      const several = asBytes ? end >= at : end > at
      const block =
        several && at >= from && rest.length === 0 && restBytes === 0 ? bytes.subarray(from, end + 1) : emptyBytes
      if (!first && block.length > 0 && mostBytes <= maxLineBytes && isUtf8(block)) {
        if (asBytes) takeBlock(block, batch)
        else decodeBlock(block, batch)
        from = end + 1
        continue
      }
      const tail = bytes.subarray(from, at)
      const whole = rest.length === 0 ? tail : Buffer.concat([...rest, tail])
      batch.push(decode(whole, restBytes + tail.length))
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
  if (restBytes === 0 || (rest.length > 0 && rest.every((bytes) => bytes.every(isPadding)))) return
  yield [decode(rest.length === 0 ? emptyBytes : Buffer.concat(rest), restBytes)]
}
