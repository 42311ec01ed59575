/**
 * Flatbuffers, written front to back: a table's vtable, the table, then what it
 * refers to. Enough for the schemas, message heads and footers of Arrow.
 */

/** A number in so many bytes. */
export interface Scalar {
  readonly bytes: 1 | 2 | 4 | 8
  readonly value: number
}

/** Structs that stand in a vector, as their bytes. */
export interface Structs {
  readonly structs: Uint8Array
  readonly count: number
}

/** Fields of a table by slot; undefined where one is left out. */
export type Table = readonly (Value | undefined)[]
export type Value = Scalar | string | Structs | { readonly table: Table } | { readonly tables: readonly Table[] }

export const int8 = (value: number): Scalar => ({ bytes: 1, value })
export const int16 = (value: number): Scalar => ({ bytes: 2, value })
export const int32 = (value: number): Scalar => ({ bytes: 4, value })
export const int64 = (value: number): Scalar => ({ bytes: 8, value })

const isScalar = (value: Value): value is Scalar => typeof value === 'object' && 'bytes' in value

/** Bytes that grow as they are written. */
class Output {
  #bytes = Buffer.alloc(1 << 12)
  size = 0

  /** Room for so many zeros from a position that is `over` past a multiple of `unit`. @returns where they begin */
  room(bytes: number, unit: number, over = 0): number {
    let at = this.size
    while (at % unit !== over) at++
    this.size = at + bytes
    while (this.size > this.#bytes.length) this.#bytes = Buffer.concat([this.#bytes, Buffer.alloc(this.#bytes.length)])
    return at
  }

  put(at: number, { bytes, value }: Scalar): void {
    if (bytes === 8) this.#bytes.writeBigInt64LE(BigInt(value), at)
    else this.#bytes.writeIntLE(value, at, bytes)
  }

  set(at: number, bytes: Uint8Array): void {
    this.#bytes.set(bytes, at)
  }

  take(): Buffer {
    return this.#bytes.subarray(0, this.size)
  }
}

const putTable = (out: Output, table: Table): number => {
  const places: number[] = []
  let size = 4
  for (const value of table) {
    const width = value === undefined ? 0 : isScalar(value) ? value.bytes : 4
    if (width > 0) size = Math.ceil(size / width) * width
    places.push(width === 0 ? 0 : size)
    size += width
  }
  const vtable = out.room(4 + 2 * table.length, 2)
  // Where the table begins at a multiple of eight, its fields lie as they must.
  const at = out.room(size, 8)
  out.put(vtable, int16(4 + 2 * table.length))
  out.put(vtable + 2, int16(size))
  places.forEach((place, i) => {
    out.put(vtable + 4 + 2 * i, int16(place))
  })
  out.put(at, int32(at - vtable))
  table.forEach((value, i) => {
    if (value === undefined) return
    if (isScalar(value)) out.put(at + places[i], value)
    else refer(out, at + places[i], putValue(out, value))
  })
  return at
}

const refer = (out: Output, from: number, to: number): void => {
  out.put(from, int32(to - from))
}

const putValue = (out: Output, value: Exclude<Value, Scalar>): number => {
  if (typeof value === 'string') {
    const bytes = Buffer.from(value)
    const at = out.room(4 + bytes.length + 1, 4)
    out.put(at, int32(bytes.length))
    out.set(at + 4, bytes)
    return at
  }
  if ('table' in value) return putTable(out, value.table)
  if ('structs' in value) {
    // The structs, not their count, must lie at a multiple of eight.
    const at = out.room(4 + value.structs.length, 8, 4)
    out.put(at, int32(value.count))
    out.set(at + 4, value.structs)
    return at
  }
  const at = out.room(4 + 4 * value.tables.length, 4)
  out.put(at, int32(value.tables.length))
  value.tables.forEach((table, i) => {
    refer(out, at + 4 + 4 * i, putTable(out, table))
  })
  return at
}

/** The bytes of a flatbuffer. @param root its outermost table */
export const flatbuffer = (root: Table): Buffer => {
  const out = new Output()
  const at = out.room(4, 4)
  refer(out, at, putTable(out, root))
  return out.take()
}
