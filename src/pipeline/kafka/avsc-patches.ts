/**
 * avsc reads as many items of an array or a map as its bytes say there are, past
 * the end of these too: ten damaged bytes take all the memory there is. Here the
 * two readers stop: a value has at most as many items as bytes, and none begins
 * after its last byte.
 *
 * It reads an integer as a double of twice its size: -(2^52 + 1) becomes 2^52,
 * and what is beyond 2^53 costs the whole value. Here integers are exact.
 */
import { createRequire } from 'node:module'
import { exactDecimal, exactInteger, integerOfBytes, mostScale } from '../../io/arrow/exact-values.ts'

const require = createRequire(import.meta.url)

interface Tap {
  readonly buf: Buffer
  pos: number
  readLong(): number
  skipLong(): void
  readString(): string
}

interface ItemType {
  _read(tap: Tap): unknown
}

export interface AvroType {
  fromBuffer(bytes: Buffer): unknown
}

interface Avsc {
  readonly Type: { forSchema(schema: unknown, options?: object): AvroType }
  readonly types: {
    readonly LogicalType: abstract new (schema: unknown, options: object) => object
    readonly LongType: { readonly prototype: { _read(tap: Tap): unknown } }
    readonly ArrayType: { readonly prototype: { readonly itemsType: ItemType; _read(tap: Tap): unknown } }
    readonly MapType: { readonly prototype: { readonly valuesType: ItemType; _read(tap: Tap): unknown } }
  }
}

/** Items read of each value so far, those of arrays in arrays too. */
const counts = new WeakMap<Tap, number>()

const eachItem = (tap: Tap, read: () => void): void => {
  for (let left = tap.readLong(); left !== 0; left = tap.readLong()) {
    if (left < 0) {
      left = -left
      tap.skipLong()
    }
    for (; left > 0; left--) {
      const count = (counts.get(tap) ?? 0) + 1
      counts.set(tap, count)
      if (tap.pos > tap.buf.length || count > tap.buf.length)
        throw new RangeError('more items than the value has bytes')
      read()
    }
  }
}

/** Bytes of an integer at most, and of one that avsc reads as it is. */
const [mostBytes, plainBytes] = [10, 7]

/** The integer of these bytes: seven bits each, the lowest first; its lowest bit is the sign. */
const longOf = (bytes: Buffer): bigint => {
  if (bytes.length > mostBytes) throw new RangeError(`an integer of ${bytes.length} bytes`)
  const folded = bytes.reduceRight((sum, byte) => (sum << 7n) | BigInt(byte & 0x7f), 0n)
  return BigInt.asIntN(64, (folded >> 1n) ^ -(folded & 1n))
}

/** Decimals, which avsc leaves as bytes. */
const decimalType = ({ types: { LogicalType } }: Avsc) =>
  class extends LogicalType {
    readonly #scale: number

    constructor(schema: { readonly scale?: unknown }, options: object) {
      super(schema, options)
      const { scale = 0 } = schema
      if (typeof scale !== 'number' || !(Math.abs(scale) <= mostScale)) throw new Error(`decimals of ${scale} digits`)
      this.#scale = scale
    }

    _fromValue(bytes: Buffer): unknown {
      return exactDecimal(integerOfBytes(bytes), this.#scale)
    }
  }

let loaded: Avsc | undefined

/** avsc, patched once. */
const loadAvsc = (): Avsc => {
  if (loaded) return loaded
  const avsc = require('avsc') as Avsc
  avsc.types.LongType.prototype._read = (tap) => {
    const at = tap.pos
    const near = tap.readLong()
    const isPlain = tap.pos - at <= plainBytes
    return isPlain ? near : exactInteger(longOf(tap.buf.subarray(at, tap.pos)))
  }
  avsc.types.ArrayType.prototype._read = function (tap) {
    const items: unknown[] = []
    eachItem(tap, () => items.push(this.itemsType._read(tap)))
    return items
  }
  avsc.types.MapType.prototype._read = function (tap) {
    const values: Record<string, unknown> = Object.create(null)
    eachItem(tap, () => {
      const key = tap.readString()
      values[key] = this.valuesType._read(tap)
    })
    return values
  }
  loaded = avsc
  return avsc
}

/** What reads values of that schema. @throws Error where it is none */
export const avroType = (schema: string): AvroType => {
  const avsc = loadAvsc()
  return avsc.Type.forSchema(JSON.parse(schema), { logicalTypes: { decimal: decimalType(avsc) } })
}
