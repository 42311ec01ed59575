/**
 * Parquet with the columns of the Arrow form, a row group at a time; and the
 * shapes that data hubs hold: a `text` column, or `tokens` with `ner_tags`.
 */
import { Buffer } from 'node:buffer'
import { open } from 'node:fs/promises'
import { type AsyncBuffer, type FileMetaData, parquetMetadataAsync, parquetReadObjects } from 'hyparquet'
import { compressors } from 'hyparquet-compressors'
import { ByteWriter, ParquetWriter, type SchemaElement } from 'hyparquet-writer'
import { onText } from '../columns.ts'
import { createDocument, type Document } from '../document.ts'
import { HmtlError, toHmtlError } from '../errors.ts'
import { attempt, type Format, type FormatContext, layersAll, maxDocumentBytes } from '../format.ts'
import { fromJson } from '../json.ts'
import type { OffsetUnit } from '../offsets.ts'
import { readAll, type Source } from '../source.ts'
import { documentOfRow, intColumns, inUnit, metadataJson, nameColumns, schemaName, schemaVersion, scoreColumns, tableMetadata, tableUnit } from '../table.ts'
import { decodeTags } from '../tags.ts'
import { joinTokens } from '../tokens.ts'
import { batched } from './arrow.ts'

const listElements = (name: string, type: 'INT32' | 'FLOAT' | 'BYTE_ARRAY'): SchemaElement[] => [
  { name, repetition_type: 'OPTIONAL', num_children: 1, converted_type: 'LIST' },
  { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
  { name: 'element', repetition_type: 'OPTIONAL', type, ...(type === 'BYTE_ARRAY' ? { converted_type: 'UTF8' as const } : {}) },
]

const stringElement = (name: string, repetition: 'REQUIRED' | 'OPTIONAL'): SchemaElement => ({ name, type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: repetition })

const schema: SchemaElement[] = [
  { name: 'root', num_children: 3 + intColumns.length + nameColumns.length + scoreColumns.length },
  stringElement('id', 'REQUIRED'),
  stringElement('text', 'REQUIRED'),
  ...intColumns.flatMap(([name]) => listElements(name, 'INT32')),
  ...nameColumns.flatMap(([name]) => listElements(name, 'BYTE_ARRAY')),
  ...scoreColumns.flatMap(([name]) => listElements(name, 'FLOAT')),
  stringElement('metadata', 'OPTIONAL'),
]

async function* write(documents: AsyncIterable<Document>, { options }: FormatContext): AsyncGenerator<Uint8Array> {
  const bytes = new ByteWriter()
  const drain = () => {
    const chunk = new Uint8Array(bytes.getBuffer())
    bytes.index = 0
    return chunk
  }
  const parquet = new ParquetWriter({
    writer: bytes,
    schema,
    kvMetadata: tableMetadata(options.offsetUnit).map(([key, value]) => ({ key, value })),
    statistics: false,
    createdBy: 'hmtl',
  })
  for await (const given of batched(documents, options.batchDocuments)) {
    const batch = given.map((document) => inUnit(document, options.offsetUnit))
    const list = (values: ArrayLike<unknown> | undefined) => (values === undefined ? null : Array.from(values))
    await parquet.write({
      columnData: [
        { name: 'id', data: batch.map((document) => document.id) },
        { name: 'text', data: batch.map((document) => document.text) },
        ...intColumns.map(([name, get]) => ({ name, data: batch.map((document) => list(get(document))) })),
        ...nameColumns.map(([name, get]) => ({ name, data: batch.map((document) => list(get(document))) })),
        ...scoreColumns.map(([name, get]) => ({ name, data: batch.map((document) => list(get(document))) })),
        { name: 'metadata', data: batch.map(metadataJson) },
      ],
      rowGroupSize: batch.length,
    })
    yield drain()
  }
  await parquet.finish()
  yield drain()
}

/** Random access to a local file, or to the bytes of a stream within the limit. */
const openBuffer = async (source: Source, context: FormatContext): Promise<{ buffer: AsyncBuffer; close: () => Promise<void> }> => {
  if (source.path !== undefined && !source.path.endsWith('.gz')) {
    const handle = await open(source.path)
    const { size } = await handle.stat()
    const slice = async (start: number, end = size): Promise<ArrayBuffer> => {
      const bytes = new Uint8Array(Math.max(0, end - start))
      const { bytesRead } = await handle.read(bytes, 0, bytes.length, start)
      if (bytesRead < bytes.length) throw new HmtlError('HMTL_INPUT_TRUNCATED', 'the file is shorter than it says', { source: source.name })
      return bytes.buffer
    }
    return { buffer: { byteLength: size, slice }, close: () => handle.close() }
  }
  const bytes = await readAll(source, maxDocumentBytes(context))
  const whole = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer
  return { buffer: { byteLength: whole.byteLength, slice: (start, end) => whole.slice(start, end) }, close: async () => undefined }
}

const schemaError = (message: string, source: string) =>
  new HmtlError('HMTL_FORMAT_SCHEMA', message, { source, remedy: 'The table needs the hmtl columns, or a "text" or "tokens" column' })

async function* read(source: Source, context: FormatContext): AsyncGenerator<Document> {
  const { buffer, close } = await openBuffer(source, context)
  try {
    const metadata = await parquetMetadataAsync(buffer)
    const ours = metadata.key_value_metadata?.find(({ key }) => key === 'hmtl.schema')?.value === schemaName
    if (ours && metadata.key_value_metadata?.find(({ key }) => key === 'hmtl.version')?.value !== schemaVersion) throw schemaError('the schema version is not known', source.name)
    const unit = tableUnit((name) => metadata.key_value_metadata?.find(({ key }) => key === name)?.value, context.options.offsetUnit)
    const toDocument = ours ? (row: Record<string, unknown>) => documentOf(row, unit) : hubDocument(metadata, source, context)
    checkMetadata(metadata, buffer.byteLength, source.name)
    let rowStart = 0
    for (const group of metadata.row_groups) {
      const rowEnd = rowStart + Number(group.num_rows)
      const rows = await parquetReadObjects({ file: buffer, metadata, compressors, rowStart, rowEnd })
      for (let i = 0; i < rows.length; i++) {
        const document = attempt(context, { source: source.name, document: `row ${rowStart + i}` }, undefined, () => toDocument(rows[i], rowStart + i))
        if (document) yield document
      }
      rowStart = rowEnd
    }
  } catch (error) {
    const known =
      error instanceof HmtlError
        ? toHmtlError(error, error.code, { source: source.name })
        : schemaError(`not readable as Parquet: ${error instanceof Error ? error.message : String(error)}`, source.name)
    context.onError(known)
  } finally {
    await close()
  }
}

/**
 * Lengths that the footer claims, against the size of the file: the reader makes
 * arrays of them. Damage inside of a page is left to the reader's own checks.
 */
const checkMetadata = (metadata: FileMetaData, size: number, source: string): void => {
  // A run-length coded page holds many rows in few bytes, but not without bound.
  const most = 1000 * size + 1024
  for (const group of metadata.row_groups) {
    const rows = Number(group.num_rows)
    if (!(rows >= 0 && rows <= most)) throw schemaError(`a row group says it has ${group.num_rows} rows`, source)
    for (const { meta_data: column } of group.columns) {
      if (!column) throw schemaError('a column has no metadata', source)
      const values = Number(column.num_values)
      const begin = Number(column.dictionary_page_offset ?? column.data_page_offset)
      if (!(values >= 0 && values <= most && begin >= 0 && begin + Number(column.total_compressed_size) <= size)) throw schemaError('a column lies outside of the file', source)
    }
  }
}

const numbers = <T>(value: unknown, make: (list: ArrayLike<number>) => T): T | undefined => {
  if (value === null || value === undefined) return undefined
  const list = value as ArrayLike<number>
  if (typeof list.length !== 'number' || Array.from(list).some((item) => typeof item !== 'number')) throw new HmtlError('HMTL_FORMAT_SCHEMA', 'a number list holds something else')
  return make(list)
}

const documentOf = (row: Record<string, unknown>, unit: OffsetUnit): Document => {
  if (typeof row.id !== 'string' || typeof row.text !== 'string') throw new HmtlError('HMTL_FORMAT_SCHEMA', 'id and text must be strings')
  return documentOfRow(
    {
      id: row.id,
      text: row.text,
      metadata: () => row.metadata as string | null,
      ints: (name) => numbers(row[name], (list) => Int32Array.from(list)),
      names: (name) => (row[name] === null || row[name] === undefined ? undefined : (row[name] as string[])),
      scores: (name) => numbers(row[name], (list) => Float32Array.from(list)),
    },
    unit,
  )
}

/** Names of integer tags, from the features that the Hugging Face hub writes into the file. */
const tagNames = (metadata: FileMetaData, column: string): string[] | undefined => {
  const json = metadata.key_value_metadata?.find(({ key }) => key === 'huggingface')?.value
  if (!json) return undefined
  try {
    const feature = JSON.parse(json).info?.features?.[column]
    const names = feature?.feature?.names ?? feature?.names
    return Array.isArray(names) && names.every((name) => typeof name === 'string') ? names : undefined
  } catch {
    return undefined
  }
}

const hubDocument = (metadata: FileMetaData, source: Source, context: FormatContext) => {
  const columns = new Set(metadata.schema.map(({ name }) => name))
  const { textField = 'text' } = context.options
  if (!columns.has(textField) && !columns.has('tokens')) throw schemaError(`no column "${textField}" and no "tokens"`, source.name)
  const names = tagNames(metadata, 'ner_tags')
  return (row: Record<string, unknown>, index: number): Document => {
    const plain = toPlain(row) as Record<string, unknown>
    const id = `${source.relative}:${index}`
    if (!Array.isArray(plain.ner_tags) || plain[textField] !== undefined) return fromJson(plain, id, context.options)
    const { tokens: rawTokens, ner_tags: rawTags, id: rawId, ...rest } = plain
    const { text, tokens } = joinTokens(rawTokens as string[])
    const tags = rawTags.map((tag) => (typeof tag === 'string' ? tag : names?.[Number(tag)]))
    if (tags.some((tag) => tag === undefined)) throw schemaError('ner_tags are numbers and the file does not name them', source.name)
    const count = tokens.begin.length
    return createDocument({
      id: typeof rawId === 'string' ? rawId : id,
      text,
      tokens,
      sentences: count === 0 ? undefined : { begin: Int32Array.of(0), end: Int32Array.of(count) },
      entities: onText(decodeTags(tags as string[]), tokens),
      metadata: rest,
    })
  }
}

/** Parquet values as JSON has them: bigints that fit become numbers, dates and bytes text. */
const toPlain = (value: unknown): unknown => {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value)
  if (value instanceof Date) return value.toISOString()
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64')
  if (Array.isArray(value)) return value.map(toPlain)
  if (value === null || value === undefined) return undefined
  if (typeof value === 'object') return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, toPlain(item)]))
  return value
}

export const parquet: Format = {
  name: 'parquet',
  summary: 'Parquet, the Arrow columns; reads hub tables with "text" or "tokens" too',
  accepts: (path) => path.endsWith('.parquet'),
  sniff: (head) => (head.startsWith('PAR1') ? 2 : 0),
  read,
  write,
  needsTokens: false,
  carries: layersAll,
  extension: '.parquet',
}
