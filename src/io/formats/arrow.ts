/**
 * Arrow IPC, file or stream, one record batch at a time. Columns are built as
 * whole typed arrays with offsets of our own (the library's builders are ten
 * times slower) and read as views into the batch, without a copy.
 *
 * A file on disk is read by its footer, batch by batch; the stream form needs no
 * disk. A file form that comes down a pipe has to be held whole.
 */

import { type FileHandle, open } from 'node:fs/promises'
import {
  type Data,
  Field,
  Float32,
  Int32,
  List,
  makeData,
  RecordBatch,
  RecordBatchFileWriter,
  RecordBatchReader,
  RecordBatchStreamWriter,
  Schema,
  Struct,
  Utf8,
} from 'apache-arrow'
import { verifyFile, verifyStream } from '../arrow-verify.ts'
import type { Document } from '../document.ts'
import { Drain } from '../drain.ts'
import { HmtlError, toHmtlError } from '../errors.ts'
import { attempt, type Format, type FormatContext, layersAll, maxDocumentBytes } from '../format.ts'
import type { OffsetUnit } from '../offsets.ts'
import { readAll, type Source } from '../source.ts'
import {
  documentOfRow,
  inUnit,
  type IntColumn,
  intColumns,
  metadataJson,
  type NameColumn,
  nameColumns,
  type Row,
  type ScoreColumn,
  schemaName,
  schemaVersion,
  scoreColumns,
  tableMetadata,
  tableUnit,
} from '../table.ts'

const batchBytes = 1 << 20
const magic = 'ARROW1'

const itemField = <T extends Int32 | Float32 | Utf8>(type: T) => new List(new Field('item', type, true))

const fields = [
  new Field('id', new Utf8(), false),
  new Field('text', new Utf8(), false),
  ...intColumns.map(([name]) => new Field(name, itemField(new Int32()), true)),
  ...nameColumns.map(([name]) => new Field(name, itemField(new Utf8()), true)),
  ...scoreColumns.map(([name]) => new Field(name, itemField(new Float32()), true)),
  new Field('metadata', new Utf8(), true),
]

const utf8Data = (values: readonly (string | null)[]): Data<Utf8> => {
  const offsets = new Int32Array(values.length + 1)
  for (let i = 0; i < values.length; i++) offsets[i + 1] = offsets[i] + Buffer.byteLength(values[i] ?? '')
  const data = Buffer.allocUnsafeSlow(offsets[values.length])
  for (let i = 0; i < values.length; i++) data.write(values[i] ?? '', offsets[i], 'utf8')
  return makeData({ type: new Utf8(), length: values.length, valueOffsets: offsets, data: new Uint8Array(data.buffer, data.byteOffset, data.length), ...validity(values) })
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

const numberLists = <T extends Int32Array | Float32Array>(lists: readonly (T | undefined)[], type: Int32 | Float32, make: (size: number) => T): Data => {
  const valueOffsets = listOffsets(lists)
  const values = make(valueOffsets[lists.length])
  lists.forEach((list, i) => {
    if (list) values.set(list as never, valueOffsets[i])
  })
  const child = makeData({ type: type as Int32, length: values.length, nullCount: 0, data: values as Int32Array })
  return makeData({ type: itemField(type as Int32), length: lists.length, valueOffsets, child, ...validity(lists) }) as Data
}

const nameLists = (lists: readonly (readonly string[] | undefined)[]): Data =>
  makeData({
    type: itemField(new Utf8()),
    length: lists.length,
    valueOffsets: listOffsets(lists),
    child: utf8Data(lists.flatMap((list) => list ?? [])),
    ...validity(lists),
  }) as Data

/** One record batch of documents. */
const recordBatch = (documents: readonly Document[], schema: Schema): RecordBatch => {
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
  ]
  return new RecordBatch(schema, makeData({ type: new Struct(schema.fields), length: documents.length, nullCount: 0, children: children as Data[] }) as never)
}

/** Batches of about a mebibyte of text, or of a set number of documents. */
export async function* batched(documents: AsyncIterable<Document>, count: number | undefined): AsyncGenerator<Document[]> {
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
  async function* write(documents: AsyncIterable<Document>, { options }: FormatContext): AsyncGenerator<Uint8Array> {
    const drain = new Drain()
    const ipc = form === 'file' ? new RecordBatchFileWriter() : new RecordBatchStreamWriter()
    const schema = new Schema(fields, new Map(tableMetadata(options.offsetUnit)))
    ipc.reset(drain, schema)
    for await (const batch of batched(documents, options.batchDocuments)) {
      const rows = batch.map((document) => inUnit(document, options.offsetUnit))
      ipc.write(recordBatch(rows, schema))
      yield* drain.take()
    }
    ipc.finish()
    yield* drain.take()
  }

interface Column {
  readonly data: Data
  isNull(row: number): boolean
}

const columnOf = (batch: RecordBatch, name: string): Column | undefined => {
  const at = batch.schema.fields.findIndex((field) => field.name === name)
  if (at === -1) return undefined
  const data = batch.data.children[at]
  return { data, isNull: (row) => data.nullCount > 0 && !data.getValid(row) }
}

const schemaError = (message: string, source: string) =>
  new HmtlError('HMTL_FORMAT_SCHEMA', message, { source, remedy: `Expected an Arrow table of schema ${schemaName} v${schemaVersion}; make one with "hmtl convert --to arrow"` })

/** Reads strings of a column; the view over its bytes is made once a batch. */
const stringsOf = (data: Data): ((row: number) => string) => {
  const offsets = data.valueOffsets as Int32Array
  const values = data.values as unknown as Uint8Array
  const bytes = Buffer.from(values.buffer as ArrayBuffer, values.byteOffset, values.byteLength)
  return (row) => {
    const [begin, end] = [offsets[row], offsets[row + 1]]
    if (!(begin >= 0 && begin <= end && end <= bytes.length))
      throw new HmtlError('HMTL_FORMAT_SCHEMA', `string offsets ${begin}..${end} are outside of their ${bytes.length} bytes`)
    return bytes.toString('utf8', begin, end)
  }
}

const listBounds = (data: Data, row: number, size: number): [number, number] => {
  const offsets = data.valueOffsets as Int32Array
  const [begin, end] = [offsets[row], offsets[row + 1]]
  if (!(begin >= 0 && begin <= end && end <= size)) throw new HmtlError('HMTL_FORMAT_SCHEMA', `list offsets ${begin}..${end} are outside of their ${size} values`)
  return [begin, end]
}

/** Rows of a batch as documents; typed arrays are views into the batch. */
const rowsOf = (batch: RecordBatch, source: string, offsetUnit: OffsetUnit | undefined): ((row: number) => Document) => {
  const version = batch.schema.metadata.get('hmtl.version')
  if (batch.schema.metadata.get('hmtl.schema') !== schemaName) throw schemaError(`the schema is not ${schemaName}`, source)
  if (version !== schemaVersion) throw schemaError(`schema version ${version} is not known`, source)
  const unit = tableUnit((key) => batch.schema.metadata.get(key), offsetUnit)
  const columns = new Map<string, Column>()
  const expect = (name: string, type: string) => {
    const column = columnOf(batch, name)
    if (!column) throw schemaError(`column ${name} is missing`, source)
    if (String(column.data.type) !== type) throw schemaError(`column ${name} is ${column.data.type}, not ${type}`, source)
    columns.set(name, column)
    return column
  }
  const [id, text, metadata] = [expect('id', 'Utf8'), expect('text', 'Utf8'), expect('metadata', 'Utf8')]
  for (const [name] of intColumns) expect(name, 'List<Int32>')
  for (const [name] of nameColumns) expect(name, 'List<Utf8>')
  for (const [name] of scoreColumns) expect(name, 'List<Float32>')
  const offsets = id.data.valueOffsets as Int32Array | undefined
  if (batch.numRows > 0 && !(offsets && offsets.length > batch.numRows)) throw schemaError(`a batch says it has ${batch.numRows} rows`, source)
  // A table without rows has columns without buffers.
  if (batch.numRows === 0)
    return () => {
      throw schemaError('the batch has no rows', source)
    }
  const [idAt, textAt, metadataAt] = [stringsOf(id.data), stringsOf(text.data), stringsOf(metadata.data)]
  const namesAt = new Map(nameColumns.map(([name]) => [name, stringsOf((columns.get(name) as Column).data.children[0])]))
  const numbers = <T extends Int32Array | Float32Array>(name: string, row: number): T | undefined => {
    const { data, isNull } = columns.get(name) as Column
    if (isNull(row)) return undefined
    const values = data.children[0].values as unknown as T
    const [begin, end] = listBounds(data, row, values.length)
    return values.subarray(begin, end) as T
  }
  // Neighbouring documents mostly have the same labels.
  const lastNames = new Map<string, readonly string[]>()
  const names = (name: NameColumn, row: number): readonly string[] | undefined => {
    const { data, isNull } = columns.get(name) as Column
    if (isNull(row)) return undefined
    const child = data.children[0]
    const [begin, end] = listBounds(data, row, child.length)
    const at = namesAt.get(name) as (row: number) => string
    const list = Array.from({ length: end - begin }, (_, i) => at(begin + i))
    const last = lastNames.get(name)
    if (last && last.length === list.length && last.every((label, i) => label === list[i])) return last
    lastNames.set(name, list)
    return list
  }
  return (i) => {
    const row: Row = {
      id: idAt(i),
      text: textAt(i),
      metadata: () => (metadata.isNull(i) ? null : metadataAt(i)),
      ints: (name: IntColumn) => numbers<Int32Array>(name, i),
      names: (name) => names(name, i),
      scores: (name: ScoreColumn) => numbers<Float32Array>(name, i),
    }
    return documentOfRow(row, unit)
  }
}

async function* read(source: Source, context: FormatContext): AsyncGenerator<Document> {
  const fail = (error: unknown) =>
    error instanceof HmtlError
      ? toHmtlError(error, error.code, { source: source.name })
      : schemaError(`not readable as Arrow IPC: ${error instanceof Error ? error.message : String(error)}`, source.name)
  let input: Awaited<ReturnType<typeof openReader>> | undefined
  try {
    input = await openReader(source, context)
    for (;;) {
      let next: IteratorResult<RecordBatch>
      let document: (row: number) => Document
      try {
        next = await input.reader.next()
        if (next.done) break
        document = rowsOf(next.value, source.name, context.options.offsetUnit)
      } catch (error) {
        throw fail(error)
      }
      for (let i = 0; i < next.value.numRows; i++) {
        const made = attempt(context, { source: source.name }, undefined, () => document(i))
        if (made) yield made
      }
    }
  } catch (error) {
    // Nothing after a broken batch can be trusted.
    context.onError(fail(error))
  } finally {
    await input?.reader.cancel()
    await input?.close()
  }
}

const openReader = async (source: Source, context: FormatContext) => {
  // Only what has a path can be opened twice.
  if (source.path !== undefined && !source.path.endsWith('.gz') && (await hasMagic(source))) {
    const handle = await open(source.path)
    await verifyHandle(handle).catch(async (error) => {
      await handle.close()
      throw error
    })
    return { reader: await opened(RecordBatchReader.from(handle), source), close: () => handle.close().catch(() => undefined) }
  }
  // A pipe's first bytes tell the forms apart; only the file form is gathered.
  const iterator = source.chunks()[Symbol.asyncIterator]()
  let head = Buffer.alloc(0)
  while (head.length < magic.length) {
    const next = await iterator.next()
    if (next.done) break
    head = Buffer.concat([head, next.value])
  }
  const rest = async function* () {
    yield head as Uint8Array<ArrayBuffer>
    for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value as Uint8Array<ArrayBuffer>
  }
  const close = async () => {
    await iterator.return?.()
  }
  if (head.toString('latin1', 0, magic.length) !== magic)
    return { reader: await opened(RecordBatchReader.from(verifyStream(rest()) as AsyncIterable<Uint8Array<ArrayBuffer>>), source), close }
  const bytes = await readAll({ ...source, chunks: rest }, maxDocumentBytes(context))
  await verifyFile(async (offset, length) => bytes.subarray(offset, offset + length), bytes.length)
  return { reader: await opened(Promise.resolve(RecordBatchReader.from(bytes)), source), close }
}

const verifyHandle = async (handle: FileHandle): Promise<void> => {
  const { size } = await handle.stat()
  await verifyFile(async (offset, length) => {
    const bytes = Buffer.alloc(length)
    const { bytesRead } = await handle.read(bytes, 0, length, offset)
    return bytes.subarray(0, bytesRead)
  }, size)
}

type Reader = { open(): unknown; schema: Schema; next(): Promise<IteratorResult<RecordBatch>> | IteratorResult<RecordBatch>; cancel(): unknown }

const opened = async (reader: Promise<unknown>, source: Source): Promise<Reader> => {
  const ready = (await reader) as Reader
  await ready.open()
  if (ready.schema === undefined || ready.schema === null) throw new HmtlError('HMTL_FORMAT_SCHEMA', 'the file holds no Arrow schema', { source: source.name })
  return ready
}

const hasMagic = async (source: Source): Promise<boolean> => {
  for await (const chunk of source.chunks()) return Buffer.from(chunk).toString('latin1', 0, magic.length) === magic
  return false
}

const base = {
  read,
  needsTokens: false,
  carries: layersAll,
}

export const arrow: Format = {
  ...base,
  name: 'arrow',
  summary: `Arrow IPC file, schema ${schemaName} v${schemaVersion}`,
  accepts: (path) => /\.(arrow|feather|ipc)$/.test(path),
  sniff: (head) => (head.startsWith(magic) ? 2 : 0),
  write: writer('file'),
  extension: '.arrow',
}

export const arrowStream: Format = {
  ...base,
  name: 'arrow-stream',
  summary: `Arrow IPC stream, schema ${schemaName} v${schemaVersion}`,
  accepts: (path) => /\.arrows$/.test(path),
  sniff: (head) => (head.startsWith('\ufffd\ufffd\ufffd\ufffd') || head.startsWith('\xff\xff\xff\xff') ? 2 : 0),
  write: writer('stream'),
  extension: '.arrows',
}
