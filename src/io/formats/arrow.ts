/**
 * Arrow IPC, file or stream, one record batch at a time. Rows are encoded as
 * they come (`arrow/row-batch.ts`) and read as views into the batch, without a
 * copy.
 *
 * A file on disk is read by its footer, batch by batch; the stream form needs no
 * disk. A file form that comes down a pipe has to be held whole.
 */

import { type FileHandle, open } from 'node:fs/promises'
import { fileMessages, streamMessages } from '../arrow/messages.ts'
import { magic, schemaName, schemaVersion } from '../arrow/names.ts'
import type { ArrowSchema } from '../arrow/schema.ts'
import { dictionaryFields, type Vector, vectorsOf } from '../arrow/columns.ts'
import { budgetOf } from '../decompress.ts'
import type { Document } from '../document/document.ts'
import { HmtlError, toHmtlError } from '../errors.ts'
import { type Codec, type FormatContext, maxDocumentBytes } from '../format.ts'
import type { OffsetUnit } from '../document/offsets.ts'
import { reportLoneSurrogates } from '../document/surrogates.ts'
import { readAt } from '../read-at.ts'
import { readAll, type Source } from '../source.ts'
import { messageWriter } from '../arrow/message-writer.ts'
import { columnTypes, RowBatch } from '../arrow/row-batch.ts'
import { rowDocument } from '../arrow/table.ts'
import { isFull } from '../arrow/batches.ts'
import { type RowReader, rowReader, schemaError } from '../arrow/rows.ts'

const metadataOf = (unit: OffsetUnit) =>
  new Map([
    ['hmtl.schema', schemaName],
    ['hmtl.version', schemaVersion],
    ['hmtl.offsetUnit', unit],
  ])

const writer = (form: 'file' | 'stream') =>
  async function* write(documents: AsyncIterable<Document>, context: FormatContext): AsyncGenerator<Uint8Array> {
    const { offsetUnit: unit = 'utf16', batchDocuments } = context.options
    const messages = messageWriter(form, columnTypes(unit), metadataOf(unit))
    yield* messages.begin()
    let batch = new RowBatch(unit)
    for await (const document of documents) {
      if (batch.add(rowDocument(document, unit))) reportLoneSurrogates(document, context.report)
      if (!isFull(batch.rows, batch.bytes, batchDocuments)) continue
      yield* messages.batch(batch.rows, batch.columns())
      batch = new RowBatch(unit, batch.room)
    }
    if (batch.rows > 0) yield* messages.batch(batch.rows, batch.columns())
    yield* messages.end()
  }

/** Documents that are handed on together: a batch of another tool may hold all there are. */
const rowsAtOnce = 64

async function* read(source: Source, context: FormatContext): AsyncGenerator<readonly Document[]> {
  const fail = (error: unknown) =>
    error instanceof HmtlError
      ? toHmtlError(error, error.code, { source: source.name })
      : schemaError(`not readable as Arrow IPC: ${error instanceof Error ? error.message : String(error)}`, source.name)
  const budgetBytes = 4 * maxDocumentBytes(context)
  const dictionaries = new Map<number, Vector>()
  let schema: ArrowSchema | undefined
  let rows: RowReader | undefined
  let input: Awaited<ReturnType<typeof openMessages>> | undefined
  try {
    input = await openMessages(source, context)
    for (;;) {
      const next = await input.messages.next()
      if (next.done) break
      const message = next.value
      if ('fields' in message) {
        schema = message
        rows = rowReader(schema, source, context)
        continue
      }
      if (!schema || !rows) throw schemaError('the file holds no Arrow schema', source.name)
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
      const document = rows.batch(vectors)
      let made: Document[] = []
      for (let row = 0; row < message.rows; row++) {
        try {
          const done = document(row)
          if (done) made.push(done)
        } catch (error) {
          if (made.length > 0) yield made
          made = []
          context.onError(toHmtlError(error, 'HMTL_INPUT_SYNTAX', { source: source.name }))
        }
        if (made.length < rowsAtOnce) continue
        yield made
        made = []
      }
      if (made.length > 0) yield made
    }
    if (!schema) throw schemaError('the file holds no Arrow schema', source.name)
    const last = rows?.end()
    if (last) yield [last]
  } catch (error) {
    // Nothing after a broken batch can be trusted.
    context.onError(fail(error))
  } finally {
    await input?.close()
  }
}

const openMessages = async (source: Source, context: FormatContext) => {
  // Only what has a path can be opened twice.
  const handle = source.path === undefined || source.path.endsWith('.gz') ? undefined : await openFileForm(source.path)
  if (handle) {
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

/** A file of the file form, open; undefined for another one, and for one that cannot be opened, of which its reader tells. */
const openFileForm = async (path: string): Promise<FileHandle | undefined> => {
  const handle = await open(path).catch(() => undefined)
  const head = Buffer.alloc(magic.length)
  await handle?.read(head, 0, head.length, 0).catch(() => undefined)
  if (head.toString('latin1') === magic) return handle
  await handle?.close()
  return undefined
}

/** What reads and writes Arrow. */
export const arrowCodec: Codec = { read, write: writer('file') }
export const arrowStreamCodec: Codec = { read, write: writer('stream') }
