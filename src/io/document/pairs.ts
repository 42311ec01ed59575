/**
 * Characters of two UTF-16 code units, such as emoji. A span that begins or ends between the two is the sign of offsets
 * that were counted otherwise.
 */
import { HmtlError } from '../errors.ts'

/** Whether some characters are two code units. */
export const hasPairs = (text: string): boolean => /[\ud800-\udbff][\udc00-\udfff]/.test(text)

/** Whether an offset lies between the two code units of a character. */
export const cutsPair = (text: string, offset: number): boolean =>
  (text.charCodeAt(offset) & 0xfc00) === 0xdc00 && (text.charCodeAt(offset - 1) & 0xfc00) === 0xd800

/** What can be done about an offset that was counted otherwise than in UTF-16 code units. */
export const unitRemedy =
  'Offsets count UTF-16 code units unless said otherwise: those that count code points, as Python does, are read with ' +
  '--input-offset-unit codepoint, or with "offsetUnit": "codepoint" beside them in a record\'s "hmtl"'

/** @throws HmtlError `HMTL_DOCUMENT_OFFSET` for a span that cuts a character */
export const checkWhole = (id: string, layer: string, begin: Int32Array, end: Int32Array, text: string): void => {
  for (let i = 0; i < begin.length; i++)
    if (cutsPair(text, begin[i]) || cutsPair(text, end[i]))
      throw new HmtlError(
        'HMTL_DOCUMENT_OFFSET',
        `${layer}[${i}] = ${begin[i]}..${end[i]} ${cutsPair(text, begin[i]) ? 'begins' : 'ends'} inside of a character`,
        { document: id, remedy: unitRemedy },
      )
}
