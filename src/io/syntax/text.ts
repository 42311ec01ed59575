/** Bytes of a whole file to text. */
import { isUtf8 } from 'node:buffer'
import { HmtlError } from '../errors.ts'

/** What is to be done about it: collected texts may be in several encodings, and iconv would spoil the others. */
export const utf8Remedy =
  'Convert it to UTF-8, for example with iconv -f WINDOWS-1252 -t UTF-8: the file, or these lines where others are UTF-8'

const newline = 10

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
 * @throws HmtlError `HMTL_INPUT_ENCODING`
 */
export const decodeUtf8 = (bytes: Buffer, kept = false): string => {
  if (!isUtf8(bytes))
    throw new HmtlError('HMTL_INPUT_ENCODING', 'file is not valid UTF-8', {
      line: lineOfFault(bytes),
      remedy: utf8Remedy,
    })
  const bom = !kept && bytes.length >= 3 && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0
  return bytes.toString('utf8', bom)
}
