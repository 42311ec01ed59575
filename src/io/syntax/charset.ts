/** Bytes of a page to text, by the character set that it says it is in. */
import { isUtf8 } from 'node:buffer'
import { HmtlError } from '../errors.ts'
import { otherKind } from './refused.ts'
import { decodeUtf8, notUtf8, wideEncoding } from './text.ts'
import { asWindows1252 } from './windows-1252.ts'

/** What the platform decodes under that name; undefined for a name that nobody knows. */
const decoderOf = (label: string) => {
  try {
    return new TextDecoder(label, { fatal: true })
  } catch {
    return undefined
  }
}

export const isCharset = (label: string): boolean => decoderOf(label) !== undefined

const faulty = (message: string) =>
  new HmtlError('HMTL_INPUT_ENCODING', message, {
    remedy: 'Convert it to UTF-8, for example with iconv -f WINDOWS-1252 -t UTF-8',
  })

/**
 * What is valid UTF-8 is UTF-8, whatever its label: texts in other character sets hardly ever are, but for those that
 * are written in ASCII's bytes.
 * @throws HmtlError `HMTL_INPUT_ENCODING`
 */
export const decodeAs = (bytes: Buffer, label: string | undefined): string => {
  if (label === undefined && wideEncoding(bytes)) throw notUtf8('file', bytes, {})
  const decoder = label === undefined ? undefined : decoderOf(label)
  if (decoder?.encoding === 'utf-8' || (isUtf8(bytes) && decoder?.encoding !== 'iso-2022-jp')) return decodeUtf8(bytes)
  if (label === undefined) throw otherKind('file', bytes) ?? faulty('neither UTF-8 nor labelled with a character set')
  if (!decoder) throw faulty(`labelled "${label.slice(0, 40)}", which is no character set that is known`)
  try {
    const text = decoder.decode(bytes)
    return decoder.encoding === 'windows-1252' ? asWindows1252(text) : text
  } catch {
    throw faulty(`labelled "${label}", which it is not`)
  }
}
