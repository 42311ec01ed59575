/**
 * Vectors of documents as an Arrow stream: a row a sentence with its document's
 * id, its number in it, and a list with a fixed-size vector for each token (or one
 * for the sentence). One record batch a group; float32, or float16 at half the size.
 */
import { Buffer } from 'node:buffer'
import { type Data, type DataType, Field, FixedSizeList, Float16, Float32, Int32, List, makeData, RecordBatch, RecordBatchStreamWriter, Schema, Struct, Utf8 } from 'apache-arrow'
import { Drain } from './drain.ts'
import { halfOf } from './half.ts'

export interface VectorRow {
  readonly id: string
  readonly sentence: number
  /** [vectors, size]. */
  readonly values: Float32Array
}

export interface VectorOptions {
  /** Width of a vector. */
  readonly size: number
  readonly half: boolean
  /** Said in the schema: what the vectors are. */
  readonly metadata: Readonly<Record<string, string>>
}

const bytesOf = (values: Float32Array, half: boolean): Float32Array | Uint16Array => (half ? Uint16Array.from(values, halfOf) : values)

/** Groups of rows as bytes of an Arrow stream. */
export async function* vectorStream(groups: AsyncIterable<readonly VectorRow[]>, { size, half, metadata }: VectorOptions): AsyncGenerator<Uint8Array> {
  const element: DataType = half ? new Float16() : new Float32()
  const vector = new FixedSizeList(size, new Field('item', element, false))
  const vectors = new List(new Field('vector', vector, false))
  const schema = new Schema(
    [new Field('id', new Utf8(), false), new Field('sentence', new Int32(), false), new Field('vectors', vectors, false)],
    new Map(Object.entries({ ...metadata, schema: 'hmtl.vectors', version: '1' })),
  )
  const drain = new Drain()
  const writer = new RecordBatchStreamWriter()
  writer.reset(drain, schema)
  for await (const rows of groups) {
    if (rows.length === 0) continue
    const counts = rows.map(({ values }) => values.length / size)
    const total = counts.reduce((a, b) => a + b, 0)
    const values = new Float32Array(total * size)
    const offsets = new Int32Array(rows.length + 1)
    rows.forEach((row, i) => {
      values.set(row.values, offsets[i] * size)
      offsets[i + 1] = offsets[i] + counts[i]
    })
    const ids = rows.map(({ id }) => Buffer.from(id))
    const idOffsets = new Int32Array(rows.length + 1)
    ids.forEach((id, i) => {
      idOffsets[i + 1] = idOffsets[i] + id.length
    })
    const inner = makeData({ type: element as Float32, length: values.length, nullCount: 0, data: bytesOf(values, half) as Float32Array })
    const list = makeData({ type: vector, length: total, nullCount: 0, child: inner as never })
    const children: Data[] = [
      makeData({ type: new Utf8(), length: rows.length, nullCount: 0, valueOffsets: idOffsets, data: Buffer.concat(ids) }),
      makeData({ type: new Int32(), length: rows.length, nullCount: 0, data: Int32Array.from(rows, ({ sentence }) => sentence) }),
      makeData({ type: vectors, length: rows.length, nullCount: 0, valueOffsets: offsets, child: list as never }),
    ]
    writer.write(new RecordBatch(schema, makeData({ type: new Struct(schema.fields), length: rows.length, nullCount: 0, children })))
    yield* drain.take()
  }
  writer.finish()
  yield* drain.take()
}
