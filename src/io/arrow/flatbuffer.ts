/**
 * Flatbuffers, read with every table, vector and offset checked to lie inside of
 * the bytes: what Arrow's schemas and message heads are written in.
 */
import { HmtlError } from '../errors.ts'

export const broken = (what: string) =>
  new HmtlError('HMTL_FORMAT_SCHEMA', `damaged Arrow metadata: ${what}`, { remedy: 'Make the file again' })

/** Bounds-checked reading of a flatbuffer. */
export const flat = (bytes: Buffer) => {
  const check = (at: number, size: number) => {
    if (!(at >= 0 && size >= 0 && at + size <= bytes.length)) throw broken(`${size} bytes at ${at} of ${bytes.length}`)
    return at
  }
  const int16 = (at: number) => bytes.readInt16LE(check(at, 2))
  const int32 = (at: number) => bytes.readInt32LE(check(at, 4))
  // A BigInt would be an object each, and a batch has hundreds.
  const int64 = (at: number) => bytes.readUInt32LE(check(at, 8)) + bytes.readInt32LE(at + 4) * 2 ** 32
  const root = () => int32(0)
  /** Position of a field's value, 0 where it is absent. */
  const field = (table: number, slot: number): number => {
    const vtable = table - int32(table)
    check(vtable, 4)
    const size = bytes.readUInt16LE(vtable)
    check(vtable, size)
    if (4 + 2 * slot + 2 > size) return 0
    const offset = bytes.readUInt16LE(vtable + 4 + 2 * slot)
    return offset === 0 ? 0 : check(table + offset, 1)
  }
  const child = (table: number, slot: number): number => {
    const at = field(table, slot)
    return at === 0 ? 0 : check(at + int32(at), 4)
  }
  /** First element and count of a vector whose elements take `width` bytes. */
  const vector = (table: number, slot: number, width: number): { first: number; count: number } => {
    const at = child(table, slot)
    if (at === 0) return { first: 0, count: 0 }
    const count = bytes.readUInt32LE(at)
    check(at + 4, count * width)
    return { first: at + 4, count }
  }
  const tables = (table: number, slot: number): number[] => {
    const { first, count } = vector(table, slot, 4)
    return Array.from({ length: count }, (_, i) => check(first + 4 * i + int32(first + 4 * i), 4))
  }
  const string = (table: number, slot: number): string => {
    const { first, count } = vector(table, slot, 1)
    return bytes.toString('utf8', first, first + count)
  }
  return { bytes, check, int16, int32, int64, root, field, child, vector, tables, string }
}

export type Flat = ReturnType<typeof flat>
