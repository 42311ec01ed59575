/**
 * Values as MessagePack: what of it tables of plain values need. https://github.com/msgpack/msgpack/blob/master/spec.md
 */

export type Packable =
  | null
  | boolean
  | number
  | string
  | Uint8Array
  | readonly Packable[]
  | ReadonlyMap<Packable, Packable>
  | { readonly [key: string]: Packable }

const header = (
  size: number,
  fix: readonly [most: number, code: number],
  codes: readonly [number, number, number],
): Buffer => {
  const [small, code] = fix
  if (size <= small) return Buffer.from([code | size])
  const [one, two, four] = codes
  if (size < 0x100 && one !== 0) return Buffer.from([one, size])
  if (size < 0x10000) return Buffer.from([two, size >> 8, size & 255])
  const long = Buffer.alloc(5)
  long[0] = four
  long.writeUInt32BE(size, 1)
  return long
}

const numberBytes = (value: number): Buffer => {
  if (Number.isInteger(value) && value >= 0 && value < 0x80) return Buffer.from([value])
  if (Number.isInteger(value) && value >= -0x80000000 && value <= 0x7fffffff) {
    const bytes = Buffer.alloc(5)
    bytes[0] = 0xd2
    bytes.writeInt32BE(value, 1)
    return bytes
  }
  const bytes = Buffer.alloc(9)
  bytes[0] = 0xcb
  bytes.writeDoubleBE(value, 1)
  return bytes
}

function* pieces(value: Packable): Generator<Uint8Array> {
  if (value === null) yield Buffer.from([0xc0])
  else if (typeof value === 'boolean') yield Buffer.from([value ? 0xc3 : 0xc2])
  else if (typeof value === 'number') yield numberBytes(value)
  else if (typeof value === 'string') {
    const bytes = Buffer.from(value, 'utf8')
    yield header(bytes.length, [31, 0xa0], [0xd9, 0xda, 0xdb])
    yield bytes
  } else if (value instanceof Uint8Array) {
    yield header(value.length, [-1, 0], [0xc4, 0xc5, 0xc6])
    yield value
  } else if (Array.isArray(value)) {
    yield header(value.length, [15, 0x90], [0, 0xdc, 0xdd])
    for (const item of value) yield* pieces(item)
  } else {
    const entries = value instanceof Map ? [...value] : Object.entries(value)
    yield header(entries.length, [15, 0x80], [0, 0xde, 0xdf])
    for (const [key, item] of entries) {
      yield* pieces(key)
      yield* pieces(item)
    }
  }
}

/** @example packed({ a: [1, 'b'] }) */
export const packed = (value: Packable): Buffer => Buffer.concat([...pieces(value)])
