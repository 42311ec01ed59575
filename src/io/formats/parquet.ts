/**
 * Parquet with the columns of the Arrow form, a row group at a time; and the
 * shapes that data hubs hold: a `text` column, `tokens` with `ner_tags`, or a
 * word and its tag a row.
 */
import { open } from 'node:fs/promises'
import {
  type AsyncBuffer,
  type Compressors,
  type FileMetaData,
  parquetMetadataAsync,
  parquetReadObjects,
} from 'hyparquet'
import { compressors } from 'hyparquet-compressors'
import { ByteWriter, ParquetWriter, type SchemaElement } from 'hyparquet-writer'
import { budgetOf, unzstd } from '../decompress.ts'
import type { Document } from '../document/document.ts'
import { HmtlError, toHmtlError } from '../errors.ts'
import { idText } from '../syntax/exact-json.ts'
import { attempt, type Codec, type FormatContext, maxDocumentBytes } from '../format.ts'
import type { OffsetUnit } from '../document/offsets.ts'
import { reportLoneSurrogates } from '../document/surrogates.ts'
import { readAll, type Source } from '../source.ts'
import { textColumn } from '../syntax/text-column.ts'
import { wordColumnsOf } from '../syntax/word-rows.ts'
import {
  documentsOfRows,
  intColumns,
  isDocumentTable,
  metadataJson,
  nameColumns,
  otherColumns,
  rowDocument,
  scoreColumns,
  unitColumn,
} from '../arrow/table.ts'
import { schemaName, schemaVersion } from '../arrow/names.ts'
import { batched } from '../arrow/batches.ts'
import { hubDocuments, plainFields } from '../arrow/hub.ts'
import { nestedColumns, nestedSchema } from './parquet-nested.ts'
import { exactly } from './parquet-values.ts'

const listElements = (name: string, type: 'INT32' | 'FLOAT' | 'BYTE_ARRAY'): SchemaElement[] => [
  { name, repetition_type: 'OPTIONAL', num_children: 1, converted_type: 'LIST' },
  { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
  {
    name: 'element',
    repetition_type: 'OPTIONAL',
    type,
    ...(type === 'BYTE_ARRAY' ? { converted_type: 'UTF8' as const } : {}),
  },
]

const stringElement = (name: string, repetition: 'REQUIRED' | 'OPTIONAL'): SchemaElement => ({
  name,
  type: 'BYTE_ARRAY',
  converted_type: 'UTF8',
  repetition_type: repetition,
})

const schemaIn = (unit: OffsetUnit): SchemaElement[] => [
  {
    name: 'root',
    num_children:
      (unit === 'utf16' ? 3 : 4) + intColumns.length + nameColumns.length + scoreColumns.length + nestedColumns.length,
  },
  stringElement('id', 'REQUIRED'),
  stringElement('text', 'REQUIRED'),
  ...intColumns.flatMap(([name]) => listElements(name, 'INT32')),
  ...nameColumns.flatMap(([name]) => listElements(name, 'BYTE_ARRAY')),
  ...scoreColumns.flatMap(([name]) => listElements(name, 'FLOAT')),
  ...nestedSchema,
  stringElement('metadata', 'OPTIONAL'),
  ...(unit === 'utf16' ? [] : [stringElement(unitColumn, 'REQUIRED')]),
]

async function* write(documents: AsyncIterable<Document>, context: FormatContext): AsyncGenerator<Uint8Array> {
  const { offsetUnit: unit = 'utf16', batchDocuments } = context.options
  const bytes = new ByteWriter()
  const drain = () => {
    const chunk = new Uint8Array(bytes.getBuffer())
    bytes.index = 0
    return chunk
  }
  const parquet = new ParquetWriter({
    writer: bytes,
    schema: schemaIn(unit),
    kvMetadata: [
      { key: 'hmtl.schema', value: schemaName },
      { key: 'hmtl.version', value: schemaVersion },
      { key: 'hmtl.offsetUnit', value: unit },
    ],
    statistics: false,
    createdBy: 'hmtl',
  })
  for await (const given of batched(documents, batchDocuments)) {
    const batch = given.map((document) => {
      reportLoneSurrogates(document, context.report)
      return rowDocument(document, unit)
    })
    const list = (values: ArrayLike<unknown> | undefined) => (values === undefined ? null : Array.from(values))
    await parquet.write({
      columnData: [
        { name: 'id', data: batch.map((document) => document.id) },
        { name: 'text', data: batch.map((document) => document.text) },
        ...intColumns.map(([name, get]) => ({ name, data: batch.map((document) => list(get(document))) })),
        ...nameColumns.map(([name, get]) => ({ name, data: batch.map((document) => list(get(document))) })),
        ...scoreColumns.map(([name, get]) => ({ name, data: batch.map((document) => list(get(document))) })),
        ...nestedColumns.map(([name, get]) => ({
          name,
          data: batch.map((row, i) => get(row.text, given[i], row)),
        })),
        { name: 'metadata', data: batch.map(metadataJson) },
        ...(unit === 'utf16' ? [] : [{ name: unitColumn, data: batch.map(() => unit) }]),
      ],
      rowGroupSize: batch.length,
    })
    yield drain()
  }
  await parquet.finish()
  yield drain()
}

/** Random access to a local file, or to the bytes of a stream within the limit. */
const openBuffer = async (
  source: Source,
  context: FormatContext,
): Promise<{ buffer: AsyncBuffer; close: () => Promise<void> }> => {
  if (source.path !== undefined && !source.path.endsWith('.gz')) {
    const handle = await open(source.path)
    const { size } = await handle.stat()
    const slice = async (start: number, end = size): Promise<ArrayBuffer> => {
      const bytes = new Uint8Array(Math.max(0, end - start))
      const { bytesRead } = await handle.read(bytes, 0, bytes.length, start)
      if (bytesRead < bytes.length)
        throw new HmtlError('HMTL_INPUT_TRUNCATED', 'the file is shorter than it says', { source: source.name })
      return bytes.buffer
    }
    return { buffer: { byteLength: size, slice }, close: () => handle.close() }
  }
  const bytes = await readAll(source, maxDocumentBytes(context))
  const whole = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer
  return {
    buffer: { byteLength: whole.byteLength, slice: (start, end) => whole.slice(start, end) },
    close: async () => undefined,
  }
}

const schemaError = (message: string, source: string) =>
  new HmtlError('HMTL_FORMAT_SCHEMA', message, {
    source,
    remedy: 'The table needs the hmtl columns, or a "text" or "tokens" column',
  })

async function* read(source: Source, context: FormatContext): AsyncGenerator<Document> {
  const { buffer, close } = await openBuffer(source, context)
  try {
    if (buffer.byteLength === 0) throw schemaError('the file is empty, which no Parquet is', source.name)
    const metadata = await parquetMetadataAsync(buffer)
    const ours = metadata.key_value_metadata?.find(({ key }) => key === 'hmtl.schema')?.value === schemaName
    if (ours && metadata.key_value_metadata?.find(({ key }) => key === 'hmtl.version')?.value !== schemaVersion)
      throw schemaError('the schema version is not known', source.name)
    const leaves = topLevel(metadata.schema)
    const all = new Set(leaves.keys())
    const isDocuments = isDocumentTable(all, ours, source.name)
    // What says nested once more what our other columns say is not read; all else that is called so is the user's.
    const columns = isDocuments ? new Set([...all].filter((name) => leaves.get(name) !== nestedLeaves.get(name))) : all
    const features = metadata.key_value_metadata?.find(({ key }) => key === 'huggingface')?.value
    const ofHub = isDocuments ? undefined : hubDocuments([...columns], features, source, context)
    checkMetadata(metadata, buffer.byteLength, source.name)
    const { options, finish } = exactly(metadata, textColumns(isDocuments, [...columns], context))
    let rowStart = 0
    for (const group of metadata.row_groups) {
      const rowEnd = rowStart + Number(group.num_rows)
      const rows = await parquetReadObjects({
        ...options,
        file: buffer,
        compressors: bounded(context),
        columns: [...columns],
        rowStart,
        rowEnd,
      })
      const ofTable = documentsOf(rows, columns, context)
      for (let i = 0; i < rows.length; i++) {
        const at = rowStart + i
        const document = attempt(context, { source: source.name, document: `row ${at}` }, undefined, () => {
          const row = finish(rows[i])
          return ofHub ? ofHub.row(row, at) : ofTable(i, idText(row.id) ?? `${source.relative}:${at}`)
        })
        if (document) yield document
      }
      rowStart = rowEnd
    }
    const last = attempt(context, { source: source.name }, undefined, () => ofHub?.end())
    if (last) yield last
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

/** Columns of texts, whether a file says so or not. */
const textColumns = (ours: boolean, names: readonly string[], { options }: FormatContext): ReadonlySet<string> => {
  if (ours) return new Set(['text', 'metadata', unitColumn, ...nameColumns.map(([name]) => name)])
  const words = wordColumnsOf(names)
  const ofWords = words ? [words.word, ...words.tags, words.sentence, words.document].map((c) => names[c]) : []
  const { textField = 'text' } = options
  return new Set([textColumn(names, textField) ?? textField, 'tokens', 'ner_tags', ...ofWords])
}

/** Names of the columns, each with those of the values that are nested in it. */
const topLevel = ([root, ...elements]: readonly SchemaElement[]): Map<string, string> => {
  const columns = new Map<string, string>()
  let at = 0
  const leavesOf = (depth: number): string[] => {
    if (depth > 64) throw new Error('columns nested too deep')
    const { name, num_children: children = 0 } = elements[at++] ?? {}
    if (children === 0) return name === undefined ? [] : [name]
    const leaves: string[] = []
    for (let i = 0; i < children && at < elements.length; i++) leaves.push(...leavesOf(depth + 1))
    return leaves
  }
  for (let i = 0; i < (root?.num_children ?? 0) && at < elements.length; i++)
    columns.set(elements[at].name, leavesOf(0).join())
  return columns
}

const nestedLeaves = topLevel([{ name: 'root', num_children: nestedColumns.length }, ...nestedSchema])

/** The codecs, with what all pages of a row group may unpack to taken off a budget before anything is unpacked. */
const bounded = (context: FormatContext): Compressors => {
  const budget = budgetOf(4 * maxDocumentBytes(context))
  const all: Compressors = { ...compressors, ZSTD: unzstd }
  return Object.fromEntries(
    Object.entries(all).map(([name, unpack]) => [
      name,
      (input: Uint8Array, size: number) => unpack?.(input, budget.take(size)),
    ]),
  ) as Compressors
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
      if (!(values >= 0 && values <= most && begin >= 0 && begin + Number(column.total_compressed_size) <= size))
        throw schemaError('a column lies outside of the file', source)
    }
  }
}

/** A list of numbers of any width, checked to be what the array holds. */
const numbers = <T>(value: unknown, make: (list: number[]) => T, holds: (item: number) => boolean): T | undefined => {
  if (value === null || value === undefined) return undefined
  const list = value as ArrayLike<unknown>
  const items =
    typeof list.length === 'number'
      ? Array.from(list, (item) => (typeof item === 'bigint' ? Number(item) : item))
      : [undefined]
  if (!items.every((item) => typeof item === 'number' && holds(item)))
    throw new HmtlError('HMTL_FORMAT_SCHEMA', 'a number list holds something else')
  return make(items as number[])
}

const isInt32 = (item: number) => (item | 0) === item

const namesOf = (value: unknown): readonly string[] | undefined => {
  if (value === null || value === undefined) return undefined
  if (!Array.isArray(value) || !value.every((item) => typeof item === 'string'))
    throw new HmtlError('HMTL_FORMAT_SCHEMA', 'a list of names holds something else')
  return value
}

/** Documents of the rows of a row group. */
const documentsOf = (
  rows: readonly Record<string, unknown>[],
  columns: ReadonlySet<string>,
  context: FormatContext,
): ((row: number, id: string) => Document) => {
  const others = otherColumns(columns)
  return documentsOfRows({
    text(row) {
      const { text } = rows[row]
      if (typeof text !== 'string') throw new HmtlError('HMTL_FORMAT_SCHEMA', 'text must be a string')
      return text
    },
    unit: (row) => (rows[row][unitColumn] ?? undefined) as string | undefined,
    metadata: (row) => (rows[row].metadata ?? undefined) as string | undefined,
    fields: (row, id) =>
      plainFields(
        others.map((name) => [name, rows[row][name]]),
        id,
        context,
      ),
    ints: (name) => (row) => numbers(rows[row][name], (list) => Int32Array.from(list), isInt32),
    names: (name) => (row) => namesOf(rows[row][name]),
    scores: (name) => (row) => {
      const value = rows[row][name]
      return numbers(
        // A score that a span has not is no number here, and nothing in tables that have been through pandas.
        Array.isArray(value) ? value.map((score: unknown) => score ?? Number.NaN) : value,
        (list) => Float32Array.from(list),
        () => true,
      )
    },
  })
}

/** What reads and writes Parquet. */
export const parquetCodec: Codec = { read, write }
