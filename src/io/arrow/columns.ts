/**
 * The columns of an Arrow record batch, as whoever wrote it laid them out: with
 * offsets of 32 or 64 bits or views, with values in a dictionary, with buffers
 * that are compressed. A buffer is unpacked when it is first looked at.
 * Layout: the Arrow columnar format.
 */
import type { ArrowBatch } from './messages.ts'
import { type ArrowField, typeTag } from './schema.ts'
import { type Budget, unlz4Frame, unzstd } from '../decompress.ts'
import { HmtlError } from '../errors.ts'

export const schemaFault = (what: string) => new HmtlError('HMTL_FORMAT_SCHEMA', what)

/** A column, or what is inside of one. */
export interface Vector {
  readonly field: ArrowField
  readonly length: number
  /** How many of its values are null. */
  readonly nulls: number
  isNull(row: number): boolean
  /** Buffer after the validity's, unpacked. */
  buffer(i: number): Uint8Array
  /** How many there are. */
  readonly buffers: number
  readonly children: readonly Vector[]
  /** The values that an encoded column's numbers point to. */
  readonly dictionary?: Vector
}

const empty = new Uint8Array(0)

/** Buffers after the validity's; views have as many more as the batch says. */
const bufferCount = (type: number): number => {
  switch (type) {
    case typeTag.null:
    case typeTag.struct:
    case typeTag.fixedList:
    case typeTag.runEnd:
      return 0
    case typeTag.binary:
    case typeTag.utf8:
    case typeTag.largeBinary:
    case typeTag.largeUtf8:
    case typeTag.listView:
    case typeTag.largeListView:
      return 2
    default:
      return 1
  }
}

const isView = (type: number) => type === typeTag.utf8View || type === typeTag.binaryView
const hasValidity = (type: number) => type !== typeTag.null && type !== typeTag.runEnd

/** A buffer without its compression: its length comes first, -1 where it was left as it is. */
const unpack = (bytes: Uint8Array, compression: 'lz4' | 'zstd', budget: Budget): Uint8Array => {
  if (bytes.length === 0) return empty
  if (bytes.length < 8) throw schemaFault('a compressed buffer without its length')
  const size = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigInt64(0, true))
  const body = bytes.subarray(8)
  if (size === -1) return body
  budget.take(size)
  return compression === 'lz4' ? unlz4Frame(body, size) : unzstd(body, size)
}

/**
 * The columns of a batch.
 * @param dictionaries values read so far, by id
 * @throws HmtlError `HMTL_FORMAT_SCHEMA` where the batch has not what its schema says
 */
export const vectorsOf = (
  batch: ArrowBatch,
  fields: readonly ArrowField[],
  dictionaries: ReadonlyMap<number, Vector>,
  budget: Budget,
): Vector[] => {
  let node = 0
  let next = 0
  let view = 0
  const takeBuffer = (): (() => Uint8Array) => {
    const bytes = batch.buffers[next++]
    if (bytes === undefined) throw schemaFault('a batch has fewer buffers than its schema says')
    const { compression } = batch
    if (compression === undefined) return () => bytes
    let unpacked: Uint8Array | undefined
    return () => (unpacked ??= unpack(bytes, compression, budget))
  }
  const take = (field: ArrowField): Vector => {
    const { length, nulls } = batch.nodes[node++] ?? { length: -1, nulls: 0 }
    if (length < 0) throw schemaFault('a batch has fewer columns than its schema says')
    const type = field.dictionary ? typeTag.int : field.type
    const validity = hasValidity(type) ? takeBuffer() : undefined
    const count = bufferCount(type) + (isView(type) ? (batch.variadic[view++] ?? 0) : 0)
    if (!(count >= 0 && next + count <= batch.buffers.length))
      throw schemaFault('a batch has fewer buffers than its schema says')
    const buffers = Array.from({ length: count }, takeBuffer)
    const dictionary = field.dictionary && dictionaries.get(field.dictionary.id)
    if (field.dictionary && !dictionary) throw schemaFault(`the dictionary of column ${field.name} is missing`)
    return {
      field,
      length,
      nulls: type === typeTag.null ? length : nulls,
      isNull(row) {
        if (type === typeTag.null) return true
        const bits = nulls > 0 ? validity?.() : undefined
        if (bits === undefined || bits.length === 0) return false
        if (row >> 3 >= bits.length) throw schemaFault(`column ${field.name} has fewer values than it says`)
        return ((bits[row >> 3] >> (row & 7)) & 1) === 0
      },
      buffer: (i) => buffers[i]?.() ?? empty,
      buffers: buffers.length,
      // An encoded column's children are its dictionary's.
      children: field.dictionary ? [] : field.children.map(take),
      ...(dictionary ? { dictionary } : {}),
    }
  }
  return fields.map(take)
}

/** Fields whose values are in dictionaries, by the dictionary's id. */
export const dictionaryFields = (fields: readonly ArrowField[]): Map<number, ArrowField> => {
  const found = new Map<number, ArrowField>()
  const look = (field: ArrowField) => {
    if (field.dictionary) found.set(field.dictionary.id, { ...field, dictionary: undefined } as ArrowField)
    field.children.forEach(look)
  }
  fields.forEach(look)
  return found
}
