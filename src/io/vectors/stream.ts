/**
 * Vectors of documents as an Arrow stream: a row a sentence with its document's
 * id, its number in it, a key made of its words, and a list with a fixed-size
 * vector for each token (or one for the sentence). One record batch a group;
 * float32, or float16 at half the size.
 */
import { Buffer } from 'node:buffer'
import { createHash } from 'node:crypto'
import {
  type Data,
  type DataType,
  Field,
  FixedSizeList,
  Float16,
  Float32,
  Int32,
  List,
  makeData,
  RecordBatch,
  RecordBatchFileWriter,
  RecordBatchStreamWriter,
  Schema,
  Struct,
  Utf8,
} from 'apache-arrow'
import { Drain } from '../arrow/drain.ts'
import { halvesOfFloats } from '../arrow/half.ts'

export interface VectorRow {
  readonly id: string
  readonly sentence: number
  /** By which the sentence is found again, whatever document it stands in: see `sentenceKey`. */
  readonly key: string
  /** [vectors, size]. */
  readonly values: Float32Array
}

/** A sentence's words as a key of 32 hexadecimal digits: the first half of the sha256 of their JSON list. */
export const sentenceKey = (words: readonly string[]): string =>
  createHash('sha256').update(JSON.stringify(words)).digest('hex').slice(0, 32)

export interface VectorOptions {
  /** Width of a vector. */
  readonly size: number
  readonly half: boolean
  /** Said in the schema: what the vectors are. */
  readonly metadata: Readonly<Record<string, string>>
  /**
   * The stream can be broken off and gone on with; other tools expect the file under a name that ends with `.arrow`.
   * @default 'stream'
   */
  readonly form?: 'file' | 'stream' | undefined
  /** Leaves the schema out: the bytes go on where a stream was broken off. @default false */
  readonly append?: boolean | undefined
}

export const vectorSchemaName = 'hmtl.vectors'
export const vectorSchemaVersion = '2'

/** A column of texts. */
const textData = (texts: readonly string[]): Data => {
  const parts = texts.map((text) => Buffer.from(text))
  const offsets = new Int32Array(texts.length + 1)
  parts.forEach((part, i) => {
    offsets[i + 1] = offsets[i] + part.length
  })
  return makeData({
    type: new Utf8(),
    length: texts.length,
    nullCount: 0,
    valueOffsets: offsets,
    data: Buffer.concat(parts),
  })
}

const bytesOf = (values: Float32Array, half: boolean): Float32Array | Uint16Array =>
  half ? halvesOfFloats(values) : values

/** Groups of rows as bytes of an Arrow stream, or of an Arrow file. */
export async function* vectorStream(
  groups: AsyncIterable<readonly VectorRow[]>,
  { size, half, metadata, form = 'stream', append = false }: VectorOptions,
): AsyncGenerator<Uint8Array> {
  const element: DataType = half ? new Float16() : new Float32()
  const vector = new FixedSizeList(size, new Field('item', element, false))
  const vectors = new List(new Field('vector', vector, false))
  const schema = new Schema(
    [
      new Field('id', new Utf8(), false),
      new Field('sentence', new Int32(), false),
      new Field('key', new Utf8(), false),
      new Field('vectors', vectors, false),
    ],
    new Map(Object.entries({ ...metadata, schema: vectorSchemaName, version: vectorSchemaVersion })),
  )
  const drain = new Drain()
  const writer = form === 'file' ? new RecordBatchFileWriter() : new RecordBatchStreamWriter()
  writer.reset(drain, schema)
  if (append) drain.take()
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
    const inner = makeData({
      type: element as Float32,
      length: values.length,
      nullCount: 0,
      data: bytesOf(values, half) as Float32Array,
    })
    const list = makeData({ type: vector, length: total, nullCount: 0, child: inner as never })
    const children: Data[] = [
      textData(rows.map(({ id }) => id)),
      makeData({
        type: new Int32(),
        length: rows.length,
        nullCount: 0,
        data: Int32Array.from(rows, ({ sentence }) => sentence),
      }),
      textData(rows.map(({ key }) => key)),
      makeData({ type: vectors, length: rows.length, nullCount: 0, valueOffsets: offsets, child: list as never }),
    ]
    writer.write(
      new RecordBatch(
        schema,
        makeData({ type: new Struct(schema.fields), length: rows.length, nullCount: 0, children }),
      ),
    )
    yield* drain.take()
  }
  writer.finish()
  yield* drain.take()
}
