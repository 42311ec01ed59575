/** Bytes of a whole file to text. */
import { isUtf8 } from 'node:buffer'
import { HmtlError } from '../errors.ts'

/**
 * Decodes UTF-8, without a byte order mark unless it shall be `kept`, as the first character.
 * @throws HmtlError `HMTL_INPUT_ENCODING`
 */
export const decodeUtf8 = (bytes: Buffer, kept = false): string => {
  if (!isUtf8(bytes))
    throw new HmtlError('HMTL_INPUT_ENCODING', 'file is not valid UTF-8', {
      remedy: 'Convert it to UTF-8, for example with iconv',
    })
  const bom = !kept && bytes.length >= 3 && bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0
  return bytes.toString('utf8', bom)
}
