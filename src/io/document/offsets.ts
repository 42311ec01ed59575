/**
 * Offsets in the unit the reader of the output counts in. Inside the program
 * every offset is in UTF-16 code units; Python counts code points, Rust and Go bytes.
 */
import { HmtlError } from '../errors.ts'
import { cutsPair, unitRemedy } from './pairs.ts'

export const offsetUnits = ['utf16', 'codepoint', 'utf8'] as const
export type OffsetUnit = (typeof offsetUnits)[number]

/** Maps an offset of one text to another unit. */
export type OffsetMap = (offset: number) => number

const identity: OffsetMap = (offset) => offset

const isAscii = (text: string): boolean => {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the ASCII range is the point
  return /^[\x00-\x7f]*$/.test(text)
}

/** For each UTF-16 offset of `text`, 0 to its length, the same place in `unit`. */
const table = (text: string, unit: OffsetUnit): Int32Array => {
  const out = new Int32Array(text.length + 1)
  let at = 0
  for (let i = 0; i < text.length; i++) {
    out[i] = at
    const code = text.charCodeAt(i)
    const pair = code >= 0xd800 && code < 0xdc00 && (text.charCodeAt(i + 1) & 0xfc00) === 0xdc00
    if (pair) {
      // An offset between the halves of a pair is the offset of the pair.
      out[++i] = at
      at += unit === 'utf8' ? 4 : 1
    } else at += unit === 'codepoint' || code < 0x80 ? 1 : code < 0x800 ? 2 : 3
  }
  out[text.length] = at
  return out
}

/** From UTF-16 code units to `unit`. */
export const fromUtf16 = (text: string, unit: OffsetUnit): OffsetMap => {
  if (unit === 'utf16' || isAscii(text)) return identity
  const to = table(text, unit)
  return (offset) => to[offset]
}

/**
 * From `unit` to UTF-16 code units.
 * @throws HmtlError `HMTL_DOCUMENT_OFFSET` for an offset outside the text or inside a character.
 */
export const toUtf16 = (text: string, unit: OffsetUnit): OffsetMap => {
  if (unit === 'utf16' || isAscii(text)) return identity
  const to = table(text, unit)
  return (offset) => {
    let low = 0
    let high = to.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (to[middle] < offset) low = middle + 1
      else high = middle
    }
    if (to[low] !== offset)
      throw new HmtlError(
        'HMTL_DOCUMENT_OFFSET',
        `offset ${offset} is not a character boundary of the text counted in ${unit}`,
      )
    return low
  }
}

/**
 * From `unit` to UTF-16 code units, for offsets that may lie anywhere: -1 outside of the text.
 * @throws HmtlError `HMTL_DOCUMENT_OFFSET` for an offset inside of a character
 */
export const placesIn = (text: string, unit: OffsetUnit): OffsetMap => {
  const last = fromUtf16(text, unit)(text.length)
  const map = toUtf16(text, unit)
  return (offset) => {
    if (!(offset >= 0 && offset <= last)) return -1
    const at = map(offset)
    if (cutsPair(text, at))
      throw new HmtlError('HMTL_DOCUMENT_OFFSET', `offset ${offset} is inside of a character, counted in ${unit}`, {
        remedy: unit === 'utf16' ? unitRemedy : undefined,
      })
    return at
  }
}

export const codePointPlaces = (text: string): OffsetMap => placesIn(text, 'codepoint')
