/**
 * Decompression that knows beforehand how much comes out. A few bytes can ask
 * for gigabytes: whoever reads a file has a budget, and each length is taken off
 * it before memory is. LZ4 frames are unpacked here since the packages that know
 * them either trust the lengths inside or do not know linked blocks.
 */
import { decompress as decompressZstd } from 'fzstd'
import { HmtlError } from './errors.ts'

const damaged = (what: string) =>
  new HmtlError('HMTL_FORMAT_SCHEMA', `damaged compressed data: ${what}`, { remedy: 'Make the file again' })

/** Bytes that may still be unpacked. */
export interface Budget {
  /** Takes bytes off. @throws HmtlError `HMTL_INPUT_TOO_LARGE` where they are more than there are. */
  take(bytes: number): number
}

export const budgetOf = (most: number): Budget => {
  let left = most
  return {
    take(bytes) {
      if (!(bytes >= 0)) throw damaged(`a length of ${bytes}`)
      if (bytes > left)
        throw new HmtlError('HMTL_INPUT_TOO_LARGE', `the data unpack to more than ${most} bytes`, {
          remedy: 'Raise the limit with --max-document-bytes',
        })
      left -= bytes
      return bytes
    },
  }
}

/** Zstandard of one frame. @param size of what comes out, exactly */
export const unzstd = (input: Uint8Array, size: number): Uint8Array => {
  let output: Uint8Array
  try {
    // Given its target the decoder writes nowhere else, whatever the frame says of itself.
    output = decompressZstd(input, new Uint8Array(size))
  } catch (cause) {
    throw damaged(`Zstandard, ${cause instanceof Error ? cause.message : String(cause)}`)
  }
  if (output.length !== size) throw damaged(`a Zstandard frame of ${output.length} bytes where ${size} were due`)
  return output
}

const lz4Magic = 0x184d2204
const uncompressed = 0x80000000
const minMatch = 4

/** An LZ4 frame; its blocks may refer to those before them. @param size of what comes out, exactly */
export const unlz4Frame = (input: Uint8Array, size: number): Uint8Array => {
  const view = new DataView(input.buffer, input.byteOffset, input.byteLength)
  const check = (at: number, bytes: number) => {
    if (at + bytes > input.length) throw damaged('an LZ4 frame is cut short')
  }
  check(0, 7)
  if (view.getUint32(0, true) !== lz4Magic) throw damaged('not an LZ4 frame')
  const flags = input[4]
  const blockChecksum = flags & 0x10 ? 4 : 0
  let at = 7 + (flags & 0x08 ? 8 : 0) + (flags & 0x01 ? 4 : 0)
  const output = new Uint8Array(size)
  let length = 0
  for (;;) {
    check(at, 4)
    const word = view.getUint32(at, true)
    at += 4
    if (word === 0) break
    const bytes = word & ~uncompressed
    check(at, bytes)
    const block = input.subarray(at, at + bytes)
    if (word & uncompressed) {
      if (length + bytes > size) throw damaged('an LZ4 frame holds more than it says')
      output.set(block, length)
      length += bytes
    } else length = unlz4Block(block, output, length)
    at += bytes + blockChecksum
  }
  if (length !== size) throw damaged(`an LZ4 frame of ${length} bytes where ${size} were due`)
  return output
}

/** Unpacks one block into `output` from `to`, where the blocks before it lie. @returns where it ends */
const unlz4Block = (input: Uint8Array, output: Uint8Array, to: number): number => {
  let at = 0
  const lengthFrom = (nibble: number): number => {
    let length = nibble
    if (nibble === 15)
      for (let byte = 255; byte === 255; ) {
        if (at >= input.length) throw damaged('an LZ4 length is cut short')
        byte = input[at++]
        length += byte
      }
    return length
  }
  while (at < input.length) {
    const token = input[at++]
    const literals = lengthFrom(token >> 4)
    if (at + literals > input.length || to + literals > output.length)
      throw damaged('LZ4 literals outside of their block')
    output.set(input.subarray(at, at + literals), to)
    at += literals
    to += literals
    if (at >= input.length) break
    if (at + 2 > input.length) throw damaged('an LZ4 match is cut short')
    const back = input[at] | (input[at + 1] << 8)
    at += 2
    const length = lengthFrom(token & 15) + minMatch
    if (back === 0 || back > to || to + length > output.length) throw damaged('an LZ4 match outside of its block')
    // Byte by byte, since a match may overlap what it writes.
    for (let end = to + length; to < end; to++) output[to] = output[to - back]
  }
  return to
}
