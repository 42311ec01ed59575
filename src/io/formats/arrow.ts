/**
 * Arrow IPC, file or stream, one record batch at a time. Columns are built as
 * whole typed arrays with offsets of our own (the library's builders are ten
 * times slower) and read as views into the batch, without a copy.
 *
 * A file on disk is read by its footer, batch by batch; the stream form needs no
 * disk. A file form that comes down a pipe has to be held whole.
 */

import { open } from 'node:fs/promises'
import {
  type Data,
  Field,
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
import { fileMessages, streamMessages } from '../arrow/messages.ts'
import { magic, schemaName, schemaVersion } from '../arrow/names.ts'
import type { ArrowSchema } from '../arrow/schema.ts'
import { dictionaryFields, type Vector, vectorsOf } from '../arrow/columns.ts'
import { budgetOf } from '../decompress.ts'
import type { Document } from '../document/document.ts'
import { Drain } from '../arrow/drain.ts'
import { HmtlError, toHmtlError } from '../errors.ts'
import { type Codec, type FormatContext, maxDocumentBytes } from '../format.ts'
import type { OffsetUnit } from '../document/offsets.ts'
import { readAt } from '../read-at.ts'
import { readAll, type Source } from '../source.ts'
import { intColumns, metadataJson, nameColumns, rowDocument, scoreColumns, unitColumn } from '../arrow/table.ts'
import { type RowReader, rowReader, schemaError } from '../arrow/rows.ts'

const batchBytes = 1 << 20

const itemField = <T extends Int32 | Float32 | Utf8>(type: T) => new List(new Field('item', type, true))

const schemaIn = (unit: OffsetUnit) =>
  new Schema(
    [
      new Field('id', new Utf8(), false),
      new Field('text', new Utf8(), false),
      ...intColumns.map(([name]) => new Field(name, itemField(new Int32()), true)),
      ...nameColumns.map(([name]) => new Field(name, itemField(new Utf8()), true)),
      ...scoreColumns.map(([name]) => new Field(name, itemField(new Float32()), true)),
      new Field('metadata', new Utf8(), true),
      ...(unit === 'utf16' ? [] : [new Field(unitColumn, new Utf8(), false)]),
    ],
    new Map([
      ['hmtl.schema', schemaName],
      ['hmtl.version', schemaVersion],
      ['hmtl.offsetUnit', unit],
    ]),
  )

const utf8Data = (values: readonly (string | null)[]): Data<Utf8> => {
  const offsets = new Int32Array(values.length + 1)
  for (let i = 0; i < values.length; i++) offsets[i + 1] = offsets[i] + Buffer.byteLength(values[i] ?? '')
  const data = Buffer.allocUnsafeSlow(offsets[values.length])
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? ''
    // As many bytes as characters: each is one.
    data.write(value, offsets[i], offsets[i + 1] - offsets[i] === value.length ? 'latin1' : 'utf8')
  }
  return makeData({
    type: new Utf8(),
    length: values.length,
    valueOffsets: offsets,
    data: new Uint8Array(data.buffer, data.byteOffset, data.length),
    ...validity(values),
  })
}

/** Bitmap of the values that are not null. */
const validity = (values: readonly unknown[]) => {
  let nullCount = 0
  for (const value of values) if (value === null || value === undefined) nullCount++
  if (nullCount === 0) return { nullCount }
  const nullBitmap = new Uint8Array((((values.length + 7) >> 3) + 63) & ~63)
  values.forEach((value, i) => {
    if (value !== null && value !== undefined) nullBitmap[i >> 3] |= 1 << (i & 7)
  })
  return { nullCount, nullBitmap }
}

const listOffsets = (lists: readonly ({ readonly length: number } | undefined)[]): Int32Array => {
  const offsets = new Int32Array(lists.length + 1)
  for (let i = 0; i < lists.length; i++) offsets[i + 1] = offsets[i] + (lists[i]?.length ?? 0)
  return offsets
}

const numberLists = <T extends Int32Array | Float32Array>(
  lists: readonly (T | undefined)[],
  type: Int32 | Float32,
  make: (size: number) => T,
): Data => {
  if (lists.every((list) => list === undefined)) return nullLists(lists.length, type)
  const valueOffsets = listOffsets(lists)
  const values = make(valueOffsets[lists.length])
  lists.forEach((list, i) => {
    if (list) values.set(list as never, valueOffsets[i])
  })
  const child = makeData({ type: type as Int32, length: values.length, nullCount: 0, data: values as Int32Array })
  return makeData({
    type: itemField(type as Int32),
    length: lists.length,
    valueOffsets,
    child,
    ...validity(lists),
  }) as Data
}

/** A column of nothing: most layers of most batches. */
const nullLists = (length: number, type: Int32 | Float32 | Utf8): Data =>
  makeData({
    type: itemField(type as Int32),
    length,
    valueOffsets: new Int32Array(length + 1),
    child: makeData({ type: type as Int32, length: 0, nullCount: 0 }),
    nullCount: length,
    nullBitmap: new Uint8Array((((length + 7) >> 3) + 63) & ~63),
  }) as Data

const nameLists = (lists: readonly (readonly string[] | undefined)[]): Data =>
  makeData({
    type: itemField(new Utf8()),
    length: lists.length,
    valueOffsets: listOffsets(lists),
    child: utf8Data(lists.flatMap((list) => list ?? [])),
    ...validity(lists),
  }) as Data

/** One record batch of documents whose offsets are in that unit. */
const recordBatch = (documents: readonly Document[], schema: Schema, unit: OffsetUnit): RecordBatch => {
  const children = [
    utf8Data(documents.map((document) => document.id)),
    utf8Data(documents.map((document) => document.text)),
    ...intColumns.map(([, get]) =>
      numberLists(
        documents.map((document) => get(document)),
        new Int32(),
        (size) => new Int32Array(size),
      ),
    ),
    ...nameColumns.map(([, get]) => nameLists(documents.map((document) => get(document)))),
    ...scoreColumns.map(([, get]) =>
      numberLists(
        documents.map((document) => get(document)),
        new Float32(),
        (size) => new Float32Array(size),
      ),
    ),
    utf8Data(documents.map(metadataJson)),
    ...(unit === 'utf16' ? [] : [utf8Data(documents.map(() => unit))]),
  ]
  return new RecordBatch(
    schema,
    makeData({
      type: new Struct(schema.fields),
      length: documents.length,
      nullCount: 0,
      children: children as Data[],
    }) as never,
  )
}

/** Batches of about a mebibyte of text, or of a set number of documents. */
export async function* batched(
  documents: AsyncIterable<Document>,
  count: number | undefined,
): AsyncGenerator<Document[]> {
  let batch: Document[] = []
  let size = 0
  for await (const document of documents) {
    batch.push(document)
    size += document.text.length + 8 * (document.tokens?.begin.length ?? 0)
    if (count === undefined ? size >= batchBytes : batch.length >= count) {
      yield batch
      batch = []
      size = 0
    }
  }
  if (batch.length > 0) yield batch
}

const writer = (form: 'file' | 'stream') =>
  async function* write(documents: AsyncIterable<Document>, context: FormatContext): AsyncGenerator<Uint8Array> {
    const { offsetUnit: unit = 'utf16', batchDocuments } = context.options
    const schema = schemaIn(unit)
    const drain = new Drain()
    const ipc = form === 'file' ? new RecordBatchFileWriter() : new RecordBatchStreamWriter()
    ipc.reset(drain, schema)
    for await (const batch of batched(documents, batchDocuments)) {
      const rows = batch.map((document) => rowDocument(document, unit, context))
      ipc.write(recordBatch(rows, schema, unit))
      yield* drain.take()
    }
    ipc.finish()
    yield* drain.take()
  }

async function* read(source: Source, context: FormatContext): AsyncGenerator<Document> {
  const fail = (error: unknown) =>
    error instanceof HmtlError
      ? toHmtlError(error, error.code, { source: source.name })
      : schemaError(`not readable as Arrow IPC: ${error instanceof Error ? error.message : String(error)}`, source.name)
  const budgetBytes = 4 * maxDocumentBytes(context)
  const dictionaries = new Map<number, Vector>()
  let schema: ArrowSchema | undefined
  let documentsOf: RowReader | undefined
  let input: Awaited<ReturnType<typeof openMessages>> | undefined
  try {
    input = await openMessages(source, context)
    for (;;) {
      const next = await input.messages.next()
      if (next.done) break
      const message = next.value
      if ('fields' in message) {
        schema = message
        documentsOf = rowReader(schema, source, context)
        continue
      }
      if (!schema || !documentsOf) throw schemaError('the file holds no Arrow schema', source.name)
      if (message.dictionary !== undefined) {
        const field = dictionaryFields(schema.fields).get(message.dictionary)
        if (!field) throw schemaError(`a dictionary of no column, ${message.dictionary}`, source.name)
        dictionaries.set(message.dictionary, vectorsOf(message, [field], dictionaries, budgetOf(budgetBytes))[0])
        continue
      }
      const vectors = vectorsOf(message, schema.fields, dictionaries, budgetOf(budgetBytes))
      const wrong = vectors.find(({ length }) => length !== message.rows)
      if (wrong)
        throw schemaError(
          `a batch says it has ${message.rows} rows, its column ${wrong.field.name} ${wrong.length}`,
          source.name,
        )
      if (message.rows === 0) continue
      const document = documentsOf(vectors)
      for (let row = 0; row < message.rows; row++) {
        let made: Document
        try {
          made = document(row)
        } catch (error) {
          context.onError(toHmtlError(error, 'HMTL_INPUT_SYNTAX', { source: source.name }))
          continue
        }
        yield made
      }
    }
    if (!schema) throw schemaError('the file holds no Arrow schema', source.name)
  } catch (error) {
    // Nothing after a broken batch can be trusted.
    context.onError(fail(error))
  } finally {
    await input?.close()
  }
}

const openMessages = async (source: Source, context: FormatContext) => {
  // Only what has a path can be opened twice.
  if (source.path !== undefined && !source.path.endsWith('.gz') && (await hasMagic(source))) {
    const handle = await open(source.path)
    const cut = () => schemaError('the file is shorter than it says', source.name)
    const bytesAt = (offset: number, length: number) => readAt(handle, offset, length, cut)
    const messages = fileMessages(bytesAt, (await handle.stat()).size)
    return { messages, close: () => handle.close().catch(() => undefined) }
  }
  // A pipe's first bytes tell the forms apart; only the file form is gathered.
  const iterator = source.chunks()[Symbol.asyncIterator]()
  let head: Buffer = Buffer.alloc(0)
  while (head.length < magic.length) {
    const next = await iterator.next()
    if (next.done) break
    head = Buffer.concat([head, next.value])
  }
  const rest = async function* () {
    yield head as Uint8Array
    for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value
  }
  const close = async () => {
    await iterator.return?.()
  }
  if (head.toString('latin1', 0, magic.length) !== magic) return { messages: streamMessages(rest()), close }
  const bytes = await readAll({ ...source, chunks: rest }, maxDocumentBytes(context))
  return {
    messages: fileMessages(async (offset, length) => bytes.subarray(offset, offset + length), bytes.length),
    close,
  }
}

const hasMagic = async (source: Source): Promise<boolean> => {
  for await (const chunk of source.chunks()) return Buffer.from(chunk).toString('latin1', 0, magic.length) === magic
  return false
}

/** What reads and writes Arrow. */
export const arrowCodec: Codec = { read, write: writer('file') }
export const arrowStreamCodec: Codec = { read, write: writer('stream') }
