/** Values of Arrow columns: texts, lists, numbers, and whatever else as JSON has it. */
import { isAscii, isUtf8 } from 'node:buffer'
import type { LateText } from '../document/late.ts'
import { HmtlError } from '../errors.ts'
import { type Width, typeTag } from './schema.ts'
import { schemaFault, type Vector } from './columns.ts'
import { exactDay, exactDecimal, exactInteger, exactMoment, mostScale } from './exact-values.ts'
import { floatsOfHalves } from './half.ts'
import { lateTexts } from './late-text.ts'

type Numbers = ArrayLike<number>
type Make<T> = new (buffer: ArrayBuffer, offset: number, length: number) => T

/** Bytes as numbers; copied where they do not lie as the numbers must. */
const typed = <T extends ArrayBufferView>(
  bytes: Uint8Array,
  width: number,
  make: Make<T>,
  count = Math.floor(bytes.length / width),
): T => {
  if (count * width > bytes.length)
    throw schemaFault(`${bytes.length} bytes where ${count} numbers of ${width} were due`)
  if (bytes.byteOffset % width === 0) return new make(bytes.buffer as ArrayBuffer, bytes.byteOffset, count)
  return new make(bytes.slice(0, count * width).buffer, 0, count)
}

const integers = (
  bytes: Uint8Array,
  { bits, signed }: Width,
  count: number,
): Numbers | BigInt64Array | BigUint64Array => {
  if (bits === 8) return signed ? typed(bytes, 1, Int8Array, count) : typed(bytes, 1, Uint8Array, count)
  if (bits === 16) return signed ? typed(bytes, 2, Int16Array, count) : typed(bytes, 2, Uint16Array, count)
  if (bits === 32) return signed ? typed(bytes, 4, Int32Array, count) : typed(bytes, 4, Uint32Array, count)
  return signed ? typed(bytes, 8, BigInt64Array, count) : typed(bytes, 8, BigUint64Array, count)
}

/** Row to row of the dictionary. */
const throughDictionary = (vector: Vector, dictionary: Vector): ((row: number) => number) => {
  const indexes = integers(vector.buffer(0), vector.field.dictionary?.index ?? vector.field.int, vector.length)
  return (row) => {
    const at = Number(indexes[row])
    if (!(at >= 0 && at < dictionary.length))
      throw schemaFault(`column ${vector.field.name} names value ${at} of ${dictionary.length}`)
    return at
  }
}

/** Whether a column holds texts, however they are laid out. */
const isText = ({ field }: Vector): boolean =>
  field.type === typeTag.utf8 || field.type === typeTag.largeUtf8 || field.type === typeTag.utf8View

const asBuffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)

/** Offsets of `count` values, one more than there are; of 64 bits where the type is a large one. */
const offsetsOf = (vector: Vector, large: boolean, count = vector.length + 1): Numbers => {
  // A column without rows may have no buffer.
  if (vector.length === 0 && vector.buffer(0).length === 0) return [0]
  if (!large) return typed(vector.buffer(0), 4, Int32Array, count)
  return Float64Array.from(typed(vector.buffer(0), 8, BigInt64Array, count), Number)
}

/** Where the bytes of each value are. */
const bytesOf = (vector: Vector): ((row: number) => Buffer) => {
  const { field, length } = vector
  const check = (begin: number, end: number, size: number) => {
    if (!(begin >= 0 && begin <= end && end <= size))
      throw schemaFault(`offsets ${begin}..${end} are outside of their ${size} bytes`)
  }
  if (field.type === typeTag.utf8View || field.type === typeTag.binaryView) {
    const views = asBuffer(vector.buffer(0))
    if (views.length < 16 * length) throw schemaFault(`column ${field.name} has fewer values than it says`)
    return (row) => {
      const at = 16 * row
      const size = views.readInt32LE(at)
      if (size >= 0 && size <= 12) return views.subarray(at + 4, at + 4 + size)
      const data = asBuffer(vector.buffer(1 + views.readInt32LE(at + 8)))
      const begin = views.readInt32LE(at + 12)
      check(begin, begin + size, data.length)
      return data.subarray(begin, begin + size)
    }
  }
  const offsets = offsetsOf(vector, isLarge(vector))
  const data = asBuffer(vector.buffer(1))
  return (row) => {
    const [begin, end] = [offsets[row], offsets[row + 1]]
    check(begin, end, data.length)
    return data.subarray(begin, end)
  }
}

const isLarge = ({ field }: Vector): boolean => field.type === typeTag.largeUtf8 || field.type === typeTag.largeBinary

const textOf = (bytes: Buffer, name: string): string => {
  // Where each byte is a character a text is a copy of its bytes.
  if (isAscii(bytes)) return bytes.toString('latin1')
  if (!isUtf8(bytes))
    throw new HmtlError('HMTL_INPUT_ENCODING', `column ${name} holds what is not valid UTF-8`, {
      remedy: 'Arrow’s texts are UTF-8; write the table again from its source',
    })
  return bytes.toString('utf8')
}

/** A value that is made when it is first needed: to look through a column that nobody asks for costs what reading it does. */
const once = <T>(make: () => T): (() => T) => {
  let made: { readonly value: T } | undefined
  return () => (made ??= { value: make() }).value
}

/** Texts of a column. @throws HmtlError where it holds something else */
export const textsOf = (vector: Vector): ((row: number) => string) => {
  if (!isText(vector)) throw schemaFault(`column ${vector.field.name} is not of texts`)
  const { dictionary, field } = vector
  if (dictionary) {
    const rowOf = throughDictionary(vector, dictionary)
    const at = textsOf(dictionary)
    return (row) => at(rowOf(row))
  }
  const at = bytesOf(vector)
  const plain = (row: number) => textOf(at(row), field.name)
  if (field.type === typeTag.utf8View) return plain
  const data = asBuffer(vector.buffer(1))
  const ascii = once(() => isAscii(data))
  const offsets = offsetsOf(vector, isLarge(vector))
  return (row) => {
    const [begin, end] = [offsets[row], offsets[row + 1]]
    return begin >= 0 && begin <= end && end <= data.length && ascii()
      ? data.toString('latin1', begin, end)
      : plain(row)
  }
}

/**
 * Texts of a column, left as bytes where they lie in a row and are UTF-8. @throws HmtlError where it holds something
 * else
 */
export const lateTextsOf = (vector: Vector): ((row: number) => string | LateText) => {
  const plain = textsOf(vector)
  if (vector.dictionary || vector.field.type === typeTag.utf8View) return plain
  const data = asBuffer(vector.buffer(1))
  if (!isUtf8(data)) return plain
  const at = lateTexts(data)
  const offsets = offsetsOf(vector, isLarge(vector))
  return (row) => at(offsets[row], offsets[row + 1]) ?? plain(row)
}

const isList = (type: number): boolean =>
  [typeTag.list, typeTag.largeList, typeTag.listView, typeTag.largeListView, typeTag.fixedList, typeTag.map].includes(
    type as 12,
  )

/** A column of lists: where each begins and ends among the items. @throws HmtlError where it holds something else */
export const listsOf = (
  vector: Vector,
): { readonly items: Vector; readonly bounds: (row: number) => readonly [number, number] } => {
  const { field, length, children } = vector
  const items = children[0]
  if (!isList(field.type) || field.dictionary || !items) throw schemaFault(`column ${field.name} is not of lists`)
  const checked = (begin: number, end: number): readonly [number, number] => {
    if (!(begin >= 0 && begin <= end && end <= items.length))
      throw schemaFault(`list ${begin}..${end} is outside of its ${items.length} values`)
    return [begin, end]
  }
  if (field.type === typeTag.fixedList)
    return { items, bounds: (row) => checked(row * field.size, (row + 1) * field.size) }
  if (field.type === typeTag.listView || field.type === typeTag.largeListView) {
    const large = field.type === typeTag.largeListView
    const width = { bits: large ? 64 : 32, signed: true }
    const [begins, sizes] = [integers(vector.buffer(0), width, length), integers(vector.buffer(1), width, length)]
    return { items, bounds: (row) => checked(Number(begins[row]), Number(begins[row]) + Number(sizes[row])) }
  }
  const offsets = offsetsOf(vector, field.type === typeTag.largeList)
  return { items, bounds: (row) => checked(offsets[row], offsets[row + 1]) }
}

const isInt32 = (value: number) => (value | 0) === value

/**
 * The integers of a column, all of them; a view where they are laid out so. @throws HmtlError where one is null or no
 * int32
 */
export const int32sOf = (vector: Vector): Int32Array => {
  const { field, length, dictionary } = vector
  if (dictionary) {
    const values = int32sOf(dictionary)
    const rowOf = throughDictionary(vector, dictionary)
    return Int32Array.from({ length }, (_, i) => values[rowOf(i)])
  }
  if (field.type !== typeTag.int) throw schemaFault(`column ${field.name} is not of integers`)
  const values = integers(vector.buffer(0), field.int, length)
  if (vector.nulls > 0)
    for (let i = 0; i < length; i++) if (vector.isNull(i)) throw schemaFault(`column ${field.name} holds a null`)
  if (values instanceof Int32Array) return values
  return Int32Array.from(values as Numbers, (value) => {
    if (!isInt32(Number(value))) throw schemaFault(`column ${field.name} holds ${value}`)
    return Number(value)
  })
}

/** Floating point numbers of any width; NaN where one is null. */
const floats = (vector: Vector): Float32Array | Float64Array => {
  const { field, length } = vector
  if (field.floatBits === 16) return floatsOfHalves(typed(vector.buffer(0), 2, Uint16Array, length))
  return field.floatBits === 32
    ? typed(vector.buffer(0), 4, Float32Array, length)
    : typed(vector.buffer(0), 8, Float64Array, length)
}

/** The numbers of a column as single floats. @throws HmtlError where it holds something else */
export const float32sOf = (vector: Vector): Float32Array => {
  const { field, length } = vector
  if (field.dictionary || (field.type !== typeTag.float && field.type !== typeTag.int))
    throw schemaFault(`column ${field.name} is not of numbers`)
  const values = field.type === typeTag.int ? integers(vector.buffer(0), field.int, length) : floats(vector)
  if (values instanceof Float32Array && vector.nulls === 0) return values
  return Float32Array.from({ length }, (_, i) => (vector.isNull(i) ? Number.NaN : Number(values[i])))
}

const perSecond = [1, 1e3, 1e6, 1e9]

/** Values of a size of their own, one after another. */
const fixedOf = (vector: Vector): ((row: number) => Buffer) => {
  const { size } = vector.field
  const data = asBuffer(vector.buffer(0))
  if (!(size >= 0 && vector.length * size <= data.length))
    throw schemaFault(`column ${vector.field.name} has fewer values than it says`)
  return (row) => data.subarray(row * size, (row + 1) * size)
}

/** The number that bytes are in two's complement, the lowest first. */
const bigIntOf = (bytes: Buffer): bigint => {
  let value = 0n
  for (let at = bytes.length - 4; at >= 0; at -= 4) value = (value << 32n) | BigInt(bytes.readUInt32LE(at))
  return BigInt.asIntN(8 * bytes.length, value)
}

/** Whether bytes stand behind a column's length; where none do it may be anything. */
const isBacked = ({ field, length, children, dictionary }: Vector): boolean => {
  if (dictionary) return true
  if (field.type === typeTag.null || field.type === typeTag.runEnd) return false
  if (field.type === typeTag.struct) return children.some((child) => child.length === length && isBacked(child))
  return field.type === typeTag.fixedList
    ? field.size > 0 && children[0].length === length * field.size && isBacked(children[0])
    : true
}

/**
 * Values of a column of any kind as JSON has them, null as absent; undefined for a kind that JSON has no form for.
 * @param lost told of each field of a structure that is of such a kind
 */
export const valuesOf = (
  vector: Vector,
  lost: (name: string) => void = () => undefined,
): ((row: number) => unknown) | undefined => {
  const { field, length, dictionary } = vector
  const orAbsent = (at: (row: number) => unknown) => (row: number) => (vector.isNull(row) ? undefined : at(row))
  if (dictionary) {
    const at = valuesOf(dictionary, lost)
    const rowOf = throughDictionary(vector, dictionary)
    return at && orAbsent((row) => at(rowOf(row)))
  }
  if (isText(vector)) return orAbsent(textsOf(vector))
  if (isList(field.type) && field.type !== typeTag.map) {
    const { items, bounds } = listsOf(vector)
    const at = isBacked(items) ? valuesOf(items, lost) : undefined
    return (
      at &&
      orAbsent((row) => {
        const [begin, end] = bounds(row)
        return Array.from({ length: end - begin }, (_, i) => at(begin + i))
      })
    )
  }
  switch (field.type) {
    case typeTag.null:
      return () => undefined
    case typeTag.int: {
      const values = integers(vector.buffer(0), field.int, length)
      return orAbsent((row) => exactInteger(values[row]))
    }
    case typeTag.float: {
      const values = floats(vector)
      return orAbsent((row) => values[row])
    }
    case typeTag.bool: {
      const bits = vector.buffer(0)
      if (8 * bits.length < length) throw schemaFault(`column ${field.name} has fewer values than it says`)
      return orAbsent((row) => ((bits[row >> 3] >> (row & 7)) & 1) === 1)
    }
    case typeTag.decimal: {
      const { size, scale } = field
      if (![4, 8, 16, 32].includes(size) || Math.abs(scale) > mostScale) return undefined
      const at = fixedOf(vector)
      return orAbsent((row) => exactDecimal(bigIntOf(at(row)), scale))
    }
    case typeTag.date: {
      const days = field.unit === 0
      const values = integers(vector.buffer(0), { bits: days ? 32 : 64, signed: true }, length)
      return orAbsent((row) => (days ? exactDay(Number(values[row])) : exactMoment(values[row], 1000)))
    }
    case typeTag.timestamp: {
      const values = integers(vector.buffer(0), { bits: 64, signed: true }, length)
      return orAbsent((row) => exactMoment(values[row], perSecond[field.unit]))
    }
    case typeTag.fixedBinary: {
      const at = fixedOf(vector)
      return orAbsent((row) => at(row).toString('base64'))
    }
    case typeTag.binary:
    case typeTag.largeBinary:
    case typeTag.binaryView: {
      const at = bytesOf(vector)
      return orAbsent((row) => at(row).toString('base64'))
    }
    case typeTag.struct: {
      const fields = vector.children.map((child) => {
        const within = (name: string) => lost(`${child.field.name}.${name}`)
        const at = valuesOf(child, within)
        if (!at) lost(child.field.name)
        return [child.field.name, at] as const
      })
      return orAbsent((row) => Object.fromEntries(fields.flatMap(([name, at]) => (at ? [[name, at(row)]] : []))))
    }
    default:
      return undefined
  }
}
