/**
 * Reads what `vectorStream` writes, a sentence at a time by its key: the file is
 * gone through once for where everything lies, then only the vectors that are
 * asked for are read.
 */
import { type FileHandle, open } from 'node:fs/promises'
import { closeSync, openSync, readSync } from 'node:fs'
import { type FixedSizeList, type List, Precision, type Schema, tableFromIPC } from 'apache-arrow'
import { recordBatchOf, verifyMessage } from '../arrow/verify.ts'
import { HmtlError } from '../errors.ts'
import { floatsOfHalves } from '../arrow/half.ts'
import { readAt } from '../read-at.ts'
import { vectorSchemaName, vectorSchemaVersion } from './stream.ts'

const maxMetadataBytes = 16 * 1024 * 1024
/**
 * Buffers of a batch in the order of the schema: three of id, two of sentence, three of key, two of the list, one of
 * the fixed-size one, two of its numbers.
 */
const [sentenceData, keyOffsets, keyData, listOffsets, numbers, bufferCount] = [4, 6, 7, 9, 12, 13]
const [idOffsets, idData] = [1, 2]

export interface VectorFile {
  /** Width of a vector. */
  readonly size: number
  readonly half: boolean
  readonly metadata: ReadonlyMap<string, string>
  /** Rows in whole record batches. */
  readonly rows: number
  /** Byte after the last whole record batch. */
  readonly end: number
  /** The last of the rows. */
  readonly last: { readonly id: string; readonly sentence: number } | undefined
  /** Whether it has a sentence, by its key. Answers after `close`, too. */
  has(key: string): boolean
  /** Vectors of a sentence [vectors, size], undefined for one that the file does not have. */
  read(key: string): Float32Array | undefined
  close(): void
}

const broken = (path: string, what: string, cause?: unknown) =>
  new HmtlError('HMTL_FORMAT_SCHEMA', `${path}: ${what}`, { cause, remedy: 'Make it again with hmtl embed' })

const schemaOf = (path: string, message: Buffer): { schema: Schema; size: number; half: boolean } => {
  let schema: Schema
  try {
    schema = tableFromIPC(Buffer.concat([message, Buffer.from([0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0])])).schema
  } catch (cause) {
    throw broken(path, 'its schema cannot be read', cause)
  }
  if (schema.metadata.get('schema') !== vectorSchemaName || schema.metadata.get('version') !== vectorSchemaVersion)
    throw broken(
      path,
      `it is ${schema.metadata.get('schema') ?? 'of no known schema'} ${schema.metadata.get('version') ?? ''}, not ${vectorSchemaName} ${vectorSchemaVersion}`,
    )
  const vector = (schema.fields[3]?.type as List<FixedSizeList> | undefined)?.children?.[0]?.type as
    | FixedSizeList
    | undefined
  const number = vector?.children?.[0]?.type as { precision?: Precision } | undefined
  if (schema.fields.map(({ name }) => name).join() !== 'id,sentence,key,vectors' || !vector || !(vector.listSize > 0))
    throw broken(path, 'its columns are others')
  return { schema, size: vector.listSize, half: number?.precision === Precision.HALF }
}

/**
 * Opens a file of vectors. One that was broken off while it was written is read
 * up to its last whole record batch.
 * @throws HmtlError `HMTL_INPUT_NOT_FOUND`, `HMTL_FORMAT_SCHEMA`
 */
export const openVectors = async (path: string): Promise<VectorFile> => {
  let handle: FileHandle
  try {
    handle = await open(path, 'r')
  } catch (cause) {
    throw new HmtlError('HMTL_INPUT_NOT_FOUND', `there is no ${path}`, {
      cause,
      remedy: 'Make it with hmtl embed --encoder or --elmo',
    })
  }
  try {
    return await readIndex(path, handle)
  } finally {
    await handle.close()
  }
}

const readIndex = async (path: string, handle: FileHandle): Promise<VectorFile> => {
  const { size: fileSize } = await handle.stat()
  const bytesAt = async (position: number, length: number) =>
    readAt(handle, position, length, () => broken(path, 'it changes while it is read'))
  /**
   * Message that begins at a byte: its metadata and where its body lies; undefined at the end or where the file is cut.
   */
  const messageAt = async (at: number) => {
    if (at + 8 > fileSize) return undefined
    const prefix = await bytesAt(at, 8)
    const length = prefix.readInt32LE(4)
    if (prefix.readInt32LE(0) !== -1 || length < 0 || length > maxMetadataBytes)
      throw broken(path, `no message begins at byte ${at}`)
    if (length === 0 || at + 8 + length > fileSize) return undefined
    const metadata = await bytesAt(at + 8, length)
    const body = at + 8 + length
    const end = body + Math.ceil(verifyMessage(metadata) / 8) * 8
    return end > fileSize ? undefined : { metadata, body, end, bytes: Buffer.concat([prefix, metadata]) }
  }
  if (fileSize >= 6 && (await bytesAt(0, 6)).toString('latin1') === 'ARROW1')
    throw new HmtlError('HMTL_FORMAT_SCHEMA', `${path} is an Arrow file where an Arrow stream is read`, {
      remedy: 'Make it again with hmtl embed -o NAME.arrows',
    })
  const first = await messageAt(0)
  if (!first) throw broken(path, 'it has no schema')
  const { schema, size, half } = schemaOf(path, first.bytes)
  const width = size * (half ? 2 : 4)
  const index = new Map<string, { readonly at: number; readonly count: number }>()
  let rows = 0
  let end = first.end
  let last: VectorFile['last']
  for (let message = await messageAt(end); message; message = await messageAt(end)) {
    const batch = recordBatchOf(message.metadata)
    if (!batch || batch.buffers.length !== bufferCount)
      throw broken(path, `the message at byte ${end} is no batch of vectors`)
    const { body } = message
    const read = async (buffer: number, least: number) => {
      const { offset, length } = batch.buffers[buffer]
      if (length < least) throw broken(path, `the batch at byte ${end} is too short`)
      return bytesAt(body + offset, length)
    }
    const n = batch.rows
    if (n > 0) {
      const keys = await read(keyOffsets, 4 * (n + 1))
      const text = await read(keyData, keys.readInt32LE(4 * n))
      const offsets = await read(listOffsets, 4 * (n + 1))
      const { offset, length } = batch.buffers[numbers]
      for (let i = 0; i < n; i++) {
        const [from, to] = [offsets.readInt32LE(4 * i), offsets.readInt32LE(4 * i + 4)]
        if (!(from >= 0 && to >= from && to * width <= length))
          throw broken(path, `row ${i} of the batch at byte ${end} lies outside of it`)
        const key = text.toString('latin1', keys.readInt32LE(4 * i), keys.readInt32LE(4 * i + 4))
        if (!index.has(key)) index.set(key, { at: body + offset + from * width, count: to - from })
      }
      const ids = await read(idOffsets, 4 * (n + 1))
      const idText = await read(idData, ids.readInt32LE(4 * n))
      last = {
        id: idText.toString('utf8', ids.readInt32LE(4 * (n - 1)), ids.readInt32LE(4 * n)),
        sentence: (await read(sentenceData, 4 * n)).readInt32LE(4 * (n - 1)),
      }
    }
    rows += n
    end = message.end
  }
  let descriptor: number | undefined = openSync(path, 'r')
  return {
    size,
    half,
    metadata: schema.metadata,
    rows,
    end,
    last,
    has: (key) => index.has(key),
    read(key) {
      const found = index.get(key)
      if (!found || descriptor === undefined) return undefined
      const bytes = new Uint8Array(found.count * width)
      if (readSync(descriptor, bytes, 0, bytes.length, found.at) !== bytes.length)
        throw broken(path, 'it was cut short while it was read')
      return half ? floatsOfHalves(new Uint16Array(bytes.buffer)) : new Float32Array(bytes.buffer)
    },
    close() {
      if (descriptor !== undefined) closeSync(descriptor)
      descriptor = undefined
    },
  }
}
