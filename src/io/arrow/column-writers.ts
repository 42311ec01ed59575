/** Columns of a record batch as they grow, row by row: texts in one buffer, lists as they are until the batch is full. */
import type { ColumnData } from './message-writer.ts'

const noBytes = new Uint8Array(0)

const bytesOf = (values: Int32Array | Float32Array): Uint8Array =>
  new Uint8Array(values.buffer, values.byteOffset, values.byteLength)

/** Bitmap of the rows that are not null; none is needed where that is all of them. */
const validity = (rows: number, present: readonly number[]): Uint8Array => {
  if (present.length === rows) return noBytes
  const bits = new Uint8Array((rows + 7) >> 3)
  for (const row of present) bits[row >> 3] |= 1 << (row & 7)
  return bits
}

/** What UTF-8 has in place of half a surrogate pair. */
const replacement = Buffer.from('\ufffd')

/** Texts one after another in one buffer. */
class TextValues {
  #bytes: Buffer
  #size = 0
  #ends = new Int32Array(1 << 8)
  #count = 0

  /** @param expected bytes; growing is what costs */
  constructor(expected = 1 << 8) {
    this.#bytes = Buffer.allocUnsafeSlow(expected)
  }

  get length(): number {
    return this.#count
  }

  /** Bytes of all of them. */
  get size(): number {
    return this.#size
  }

  /** @returns whether the text may hold what UTF-8 cannot: told by its bytes, which are few to look through */
  add(text: string): boolean {
    const from = this.#size
    // Three bytes a code unit is the most that there can be, and mostly there is room for that.
    if (this.#size + 3 * text.length > this.#bytes.length) this.#reserve(Buffer.byteLength(text))
    this.#size += this.#bytes.write(text, this.#size)
    this.#end()
    return this.#size - from > text.length && this.#bytes.subarray(from, this.#size).includes(replacement)
  }

  /** @param write writes a text of so many bytes at most. @returns how many there were */
  addBytes(most: number, write: (into: Uint8Array, at: number) => number): void {
    this.#reserve(most)
    this.#size += write(this.#bytes, this.#size)
    this.#end()
  }

  #end(): void {
    if (this.#count + 1 === this.#ends.length) {
      const more = new Int32Array(2 * this.#ends.length)
      more.set(this.#ends)
      this.#ends = more
    }
    this.#ends[++this.#count] = this.#size
  }

  #reserve(bytes: number): void {
    if (this.#size + bytes <= this.#bytes.length) return
    const more = Buffer.allocUnsafeSlow(Math.max(2 * this.#bytes.length, this.#size + bytes))
    this.#bytes.copy(more, 0, 0, this.#size)
    this.#bytes = more
  }

  /** Offsets of the texts, and their bytes. */
  buffers(): Uint8Array[] {
    return [bytesOf(this.#ends.subarray(0, this.#count + 1)), this.#bytes.subarray(0, this.#size)]
  }
}

/** A column of texts; a row that is passed over is null. */
export class TextColumn {
  readonly #values: TextValues
  readonly #present: number[] = []

  constructor(expected?: number) {
    this.#values = new TextValues(expected)
  }

  /** @returns whether the text may hold what UTF-8 cannot */
  add(row: number, text: string): boolean {
    this.#pad(row)
    this.#present.push(row)
    return this.#values.add(text)
  }

  /** @param write writes a text of so many bytes at most. @returns how many there were */
  addBytes(row: number, most: number, write: (into: Uint8Array, at: number) => number): void {
    this.#pad(row)
    this.#present.push(row)
    this.#values.addBytes(most, write)
  }

  /** Bytes of its texts. */
  get size(): number {
    return this.#values.size
  }

  #pad(rows: number): void {
    while (this.#values.length < rows) this.#values.add('')
  }

  data(rows: number): ColumnData {
    this.#pad(rows)
    return {
      nodes: [[rows, rows - this.#present.length]],
      buffers: [validity(rows, this.#present), ...this.#values.buffers()],
    }
  }
}

/** A column of lists; a row that is passed over is null, and a column without any list costs no row anything. */
export class ListColumn<T extends { readonly length: number }> {
  readonly #lists: T[] = []
  readonly #present: number[] = []
  readonly #items: (lists: readonly T[], total: number) => Uint8Array[]

  /** @param items the buffers of all items */
  constructor(items: (lists: readonly T[], total: number) => Uint8Array[]) {
    this.#items = items
  }

  add(row: number, list: T): void {
    this.#present.push(row)
    this.#lists.push(list)
  }

  data(rows: number): ColumnData {
    const offsets = new Int32Array(rows + 1)
    for (let i = 0; i < this.#lists.length; i++) offsets[this.#present[i] + 1] = this.#lists[i].length
    for (let row = 0; row < rows; row++) offsets[row + 1] += offsets[row]
    const total = offsets[rows]
    return {
      nodes: [
        [rows, rows - this.#lists.length],
        [total, 0],
      ],
      buffers: [validity(rows, this.#present), bytesOf(offsets), noBytes, ...this.#items(this.#lists, total)],
    }
  }
}

/** Items that are numbers. @param make an array of so many */
export const numberItems =
  <T extends Int32Array | Float32Array>(make: (size: number) => T) =>
  (lists: readonly T[], total: number): Uint8Array[] => {
    const values = make(total)
    let at = 0
    for (const list of lists) {
      values.set(list as never, at)
      at += list.length
    }
    return [bytesOf(values)]
  }

/** Items that are texts. */
export const textItems = (lists: readonly (readonly string[])[]): Uint8Array[] => {
  const values = new TextValues()
  for (const list of lists) for (const text of list) values.add(text)
  return values.buffers()
}
