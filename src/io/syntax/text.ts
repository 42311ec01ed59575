/** Bytes of a whole file to text. */
import { isUtf8 } from 'node:buffer'
import { type ErrorPlace, HmtlError } from '../errors.ts'
import { otherKind } from './refused.ts'

/** What is to be done about it: collected texts may be in several encodings, and iconv would spoil the others. */
export const utf8Remedy =
  'Convert it to UTF-8, for example with iconv -f WINDOWS-1252 -t UTF-8: the file, or these lines where others are UTF-8'

const newline = 10

/** Enough bytes to tell characters of two by their zeros. */
const [fewest, looked] = [8, 32]

/** Whether these are characters of two bytes: by a mark before them, or every second byte of ASCII, which is 0. */
const isUtf16 = (head: Uint8Array): boolean => {
  const [first, second] = head
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) return head[2] !== 0xff
  const some = head.subarray(0, looked)
  return some.length >= fewest && [0, 1].some((odd) => some.every((byte, i) => (byte === 0) === (i % 2 === odd)))
}

/** Whether a mark says that these are characters of four bytes; the little end of it is one of UTF-16 too. */
const isUtf32 = ([a, b, c, d]: Uint8Array): boolean =>
  (a === 0xff && b === 0xfe && c === 0 && d === 0) || (a === 0 && b === 0 && c === 0xfe && d === 0xff)

/** What the first bytes of a file say of characters of two or four bytes, which no format is read in. */
export const wideEncoding = (head: Uint8Array): 'UTF-16' | 'UTF-32' | undefined =>
  isUtf32(head) ? 'UTF-32' : isUtf16(head) ? 'UTF-16' : undefined

/** Whether the beginning of a file is UTF-8 without a NUL; its last character may be cut. */
export const isPlain = (head: Uint8Array): boolean =>
  !head.includes(0) && [0, 1, 2, 3].some((cut) => isUtf8(head.subarray(0, head.length - cut)))

/** What is said of bytes that are not UTF-8. @param what they are */
export const notUtf8 = (what: string, bytes: Uint8Array, place: ErrorPlace): HmtlError => {
  const wide = wideEncoding(bytes)
  return new HmtlError('HMTL_INPUT_ENCODING', wide ? `${what} is ${wide}` : `${what} is not valid UTF-8`, {
    ...place,
    remedy: wide ? `Convert it to UTF-8, for example with iconv -f ${wide} -t UTF-8` : utf8Remedy,
  })
}

/** The first line that is not UTF-8, from 1; the last where all are. */
export const lineOfFault = (bytes: Uint8Array): number => {
  let line = 1
  for (let from = 0; ; line++) {
    const end = bytes.indexOf(newline, from)
    if (end === -1 || !isUtf8(bytes.subarray(from, end))) return line
    from = end + 1
  }
}

/**
 * Decodes UTF-8, without a byte order mark unless it shall be `kept`, as the first character.
 * @throws HmtlError `HMTL_INPUT_ENCODING`, `HMTL_FORMAT_UNSUPPORTED` of a file of another kind
 */
export const decodeUtf8 = (bytes: Buffer, kept = false): string => {
  if (wideEncoding(bytes)) throw notUtf8('file', bytes, {})
  if (!isUtf8(bytes)) throw otherKind('file', bytes) ?? notUtf8('file', bytes, { line: lineOfFault(bytes) })
  const bom = !kept && bytes.length >= 3 && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0
  return bytes.toString('utf8', bom)
}
