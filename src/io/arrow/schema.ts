/** Schemas of Arrow: the columns, their types and what is said of them. Layout: Schema.fbs. */
import { broken, type Flat } from './flatbuffer.ts'

/** Type tags of Schema.fbs that are told apart here. */
export const typeTag = {
  null: 1,
  int: 2,
  float: 3,
  binary: 4,
  utf8: 5,
  bool: 6,
  decimal: 7,
  date: 8,
  timestamp: 10,
  list: 12,
  struct: 13,
  union: 14,
  fixedBinary: 15,
  fixedList: 16,
  map: 17,
  largeBinary: 19,
  largeUtf8: 20,
  largeList: 21,
  runEnd: 22,
  binaryView: 23,
  utf8View: 24,
  listView: 25,
  largeListView: 26,
} as const

/** An integer type. */
export interface Width {
  readonly bits: number
  readonly signed: boolean
}

export interface ArrowField {
  readonly name: string
  readonly type: number
  readonly int: Width
  /** Bits of a floating point number. */
  readonly floatBits: number
  /** Items of a fixed-size list, bytes of a value of fixed size. */
  readonly size: number
  /** Digits of a decimal after the point. */
  readonly scale: number
  /** Unit of a date or a timestamp, as in Schema.fbs. */
  readonly unit: number
  readonly children: readonly ArrowField[]
  /** Values are numbers into the dictionary of that id. */
  readonly dictionary?: { readonly id: number; readonly index: Width }
}

export interface ArrowSchema {
  readonly fields: readonly ArrowField[]
  readonly metadata: ReadonlyMap<string, string>
}

const maxDepth = 16
/** Tables may be shared, so that few bytes can say very many fields. */
const maxFields = 10_000

const widthOf = (buffer: Flat, table: number): Width => {
  if (table === 0) return { bits: 32, signed: true }
  const bitsAt = buffer.field(table, 0)
  const signedAt = buffer.field(table, 1)
  const bits = bitsAt === 0 ? 0 : buffer.int32(bitsAt)
  if (![8, 16, 32, 64].includes(bits)) throw broken(`integers of ${bits} bits`)
  return { bits, signed: signedAt !== 0 && buffer.bytes[signedAt] !== 0 }
}

/** An int32 of a table, as the schema has it where nothing is said. */
const int32At = (buffer: Flat, table: number, slot: number, usual: number): number => {
  const at = table === 0 ? 0 : buffer.field(table, slot)
  return at === 0 ? usual : buffer.int32(at)
}

const sizeOf = (buffer: Flat, type: number, details: number): number => {
  if (type === typeTag.decimal) return int32At(buffer, details, 2, 128) / 8
  return type === typeTag.fixedList || type === typeTag.fixedBinary ? int32At(buffer, details, 0, 0) : 0
}

const int64At = (buffer: Flat, at: number): number => (at === 0 ? 0 : buffer.int64(at))

const fieldOf = (buffer: Flat, table: number, depth: number, count: { left: number }): ArrowField => {
  if (depth > maxDepth || count.left-- <= 0) throw broken('too many fields, or nested too deep')
  const tagAt = buffer.field(table, 2)
  const type = tagAt === 0 ? 0 : buffer.bytes[tagAt]
  if (type === typeTag.union) throw broken('a union column')
  const details = buffer.child(table, 3)
  const encoding = buffer.child(table, 4)
  const firstAt = details === 0 ? 0 : buffer.field(details, 0)
  const short =
    firstAt === 0 || type === typeTag.null
      ? 0
      : [typeTag.float, typeTag.date, typeTag.timestamp].includes(type as 3)
        ? buffer.int16(firstAt)
        : 0
  return {
    name: buffer.string(table, 0),
    type,
    int: widthOf(buffer, type === typeTag.int ? details : 0),
    floatBits: 16 << short,
    size: sizeOf(buffer, type, details),
    scale: type === typeTag.decimal ? int32At(buffer, details, 1, 0) : 0,
    // Dates are in milliseconds where nothing is said.
    unit: type === typeTag.date && firstAt === 0 ? 1 : short,
    children: buffer.tables(table, 5).map((child) => fieldOf(buffer, child, depth + 1, count)),
    ...(encoding === 0
      ? {}
      : {
          dictionary: {
            id: int64At(buffer, buffer.field(encoding, 0)),
            index: widthOf(buffer, buffer.child(encoding, 1)),
          },
        }),
  }
}

/** The schema of a Schema table. @throws HmtlError `HMTL_FORMAT_SCHEMA` */
export const schemaOf = (buffer: Flat, table: number): ArrowSchema => {
  if (table === 0) throw broken('no schema')
  const endianAt = buffer.field(table, 0)
  if (endianAt !== 0 && buffer.int16(endianAt) !== 0) throw broken('numbers with the high byte first')
  const count = { left: maxFields }
  return {
    fields: buffer.tables(table, 1).map((field) => fieldOf(buffer, field, 0, count)),
    metadata: new Map(buffer.tables(table, 2).map((pair) => [buffer.string(pair, 0), buffer.string(pair, 1)])),
  }
}
