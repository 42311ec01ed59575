/** Texts of a column of UTF-8 that stay bytes until somebody asks for them. */
import { isAscii } from 'node:buffer'
import type { LateText } from '../document/late.ts'

const isContinuation = (byte: number): boolean => (byte & 0xc0) === 0x80

/** UTF-16 code units that a byte begins: none in the middle of a character, two where the character has four bytes. */
const unitsOf = (byte: number): number => (isContinuation(byte) ? 0 : byte >= 0xf0 ? 2 : 1)

/**
 * UTF-16 code units of valid UTF-8, counted four bytes at a time: one bit a byte, which is set for all but
 * continuations and, in a second word, for the first byte of four.
 */
const utf16Length = (bytes: Uint8Array, begin: number, end: number): number => {
  let units = 0
  let at = begin
  for (; at < end && (bytes.byteOffset + at) % 4 !== 0; at++) units += unitsOf(bytes[at])
  // A text that ends before the first whole word has none, and a view cannot begin there.
  if (at === end) return units
  const words = new Int32Array(bytes.buffer, bytes.byteOffset + at, (end - at) >> 2)
  for (let i = 0; i < words.length; ) {
    // A byte of the sum holds no more than 255.
    const most = Math.min(words.length, i + 127)
    let sum = 0
    for (; i < most; i++) {
      const word = words[i]
      const high = word >>> 7
      const next = word >>> 6
      sum += ((~high | next) & 0x01010101) + (high & next & (word >>> 5) & (word >>> 4) & 0x01010101)
    }
    units += (sum & 0xff) + ((sum >>> 8) & 0xff) + ((sum >>> 16) & 0xff) + (sum >>> 24)
  }
  for (at += 4 * words.length; at < end; at++) units += unitsOf(bytes[at])
  return units
}

/** Whether valid UTF-8 has characters of four bytes, looked for four bytes at a time. */
const hasFour = (bytes: Uint8Array, begin: number, end: number): boolean => {
  let at = begin
  for (; at < end && (bytes.byteOffset + at) % 4 !== 0; at++) if (bytes[at] >= 0xf0) return true
  if (at === end) return false
  const words = new Int32Array(bytes.buffer, bytes.byteOffset + at, (end - at) >> 2)
  for (const word of words) if ((word & (word << 1) & (word << 2) & (word << 3) & 0x80808080) !== 0) return true
  for (at += 4 * words.length; at < end; at++) if (bytes[at] >= 0xf0) return true
  return false
}

/** A text of bytes that are a character each where `ascii` says so, else UTF-8. */
class ColumnText implements LateText {
  readonly #data: Buffer
  readonly #begin: number
  readonly #end: number
  readonly #ascii: boolean

  constructor(data: Buffer, begin: number, end: number, ascii: boolean) {
    this.#data = data
    this.#begin = begin
    this.#end = end
    this.#ascii = ascii
  }

  get length(): number {
    return this.#ascii ? this.#end - this.#begin : utf16Length(this.#data, this.#begin, this.#end)
  }

  get hasPairs(): boolean {
    return !this.#ascii && hasFour(this.#data, this.#begin, this.#end)
  }

  make(): string {
    return this.#data.toString(this.#ascii ? 'latin1' : 'utf8', this.#begin, this.#end)
  }
}

/** Texts of bytes that are UTF-8 as a whole; undefined for one that lies outside of them, or cuts a character. */
export const lateTexts = (data: Buffer): ((begin: number, end: number) => LateText | undefined) => {
  const ascii = isAscii(data)
  return (begin, end) =>
    begin >= 0 && begin <= end && end <= data.length && !isContinuation(data[begin]) && !isContinuation(data[end])
      ? new ColumnText(data, begin, end, ascii)
      : undefined
}
