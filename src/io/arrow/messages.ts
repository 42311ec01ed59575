/**
 * The messages of an Arrow file or stream. Every length is checked before it is
 * believed: a footer, a head and each buffer lie inside of what holds them, and
 * memory is taken for bytes that are there. Layout: Message.fbs and File.fbs.
 */
import { type ArrowSchema, schemaOf } from './schema.ts'
import { broken, type Flat, flat } from './flatbuffer.ts'

const maxMetadataBytes = 64 * 1024 * 1024
const trailer = 10

/** Values of columns: a record batch, or a dictionary's. */
export interface ArrowBatch {
  /** Id of the dictionary whose values these are; undefined for rows. */
  readonly dictionary: number | undefined
  readonly rows: number
  readonly nodes: readonly { readonly length: number; readonly nulls: number }[]
  readonly buffers: readonly Uint8Array[]
  readonly compression: 'lz4' | 'zstd' | undefined
  /** Data buffers of each column of views, in order. */
  readonly variadic: readonly number[]
}

export type ArrowMessage = ArrowSchema | ArrowBatch

const headers = { schema: 1, dictionary: 2, batch: 3 }

interface Head {
  readonly buffer: Flat
  readonly type: number
  readonly table: number
  /** Bytes of the body that follows. */
  readonly body: number
}

const headOf = (bytes: Buffer): Head => {
  const buffer = flat(bytes)
  const message = buffer.root()
  const typeAt = buffer.field(message, 1)
  const type = typeAt === 0 ? 0 : bytes[typeAt]
  const table = buffer.child(message, 2)
  const bodyAt = buffer.field(message, 3)
  const body = bodyAt === 0 ? 0 : buffer.int64(bodyAt)
  if (!(body >= 0 && body < 2 ** 31)) throw broken(`a body of ${body} bytes`)
  if (table === 0 || !Object.values(headers).includes(type)) throw broken(`a message of type ${type}`)
  return { buffer, type, table, body }
}

const codecs = ['lz4', 'zstd'] as const

const batchOf = ({ buffer, type, table: header }: Head, body: Uint8Array): ArrowBatch => {
  const isDictionary = type === headers.dictionary
  const table = isDictionary ? buffer.child(header, 1) : header
  if (table === 0) throw broken('a dictionary without values')
  const deltaAt = isDictionary ? buffer.field(header, 2) : 0
  if (deltaAt !== 0 && buffer.bytes[deltaAt] !== 0) throw broken('a dictionary that is added to, which is not read')
  const number = (at: number) => (at === 0 ? 0 : buffer.int64(at))
  const rows = number(buffer.field(table, 0))
  const nodes = buffer.vector(table, 1, 16)
  const buffers = buffer.vector(table, 2, 16)
  const counts = buffer.vector(table, 4, 8)
  const compression = buffer.child(table, 3)
  const codecAt = compression === 0 ? 0 : buffer.field(compression, 0)
  const codec = codecs[codecAt === 0 ? 0 : buffer.bytes[codecAt]]
  if (compression !== 0 && !codec) throw broken('a compression that is not known')
  if (!(rows >= 0)) throw broken(`${rows} rows`)
  return {
    dictionary: isDictionary ? number(buffer.field(header, 0)) : undefined,
    rows,
    compression: compression === 0 ? undefined : codec,
    nodes: Array.from({ length: nodes.count }, (_, i) => {
      const [length, nulls] = [buffer.int64(nodes.first + 16 * i), buffer.int64(nodes.first + 16 * i + 8)]
      if (!(length >= 0 && nulls >= 0 && nulls <= length)) throw broken(`a column of ${length} values`)
      return { length, nulls }
    }),
    buffers: Array.from({ length: buffers.count }, (_, i) => {
      const [offset, length] = [buffer.int64(buffers.first + 16 * i), buffer.int64(buffers.first + 16 * i + 8)]
      if (!(offset >= 0 && length >= 0 && offset + length <= body.length))
        throw broken(`a buffer at ${offset} of ${length} bytes in a body of ${body.length}`)
      return body.subarray(offset, offset + length)
    }),
    variadic: Array.from({ length: counts.count }, (_, i) => buffer.int64(counts.first + 8 * i)),
  }
}

const messageOf = (head: Head, body: Uint8Array): ArrowMessage =>
  head.type === headers.schema ? schemaOf(head.buffer, head.table) : batchOf(head, body)

/** Reads `length` bytes at `offset` of a file; fewer where it ends. */
export type ReadAt = (offset: number, length: number) => Promise<Buffer>

/**
 * Messages of the file form by its footer: the schema, the dictionaries, the batches. @throws HmtlError
 * `HMTL_FORMAT_SCHEMA`
 */
export async function* fileMessages(readAt: ReadAt, size: number): AsyncGenerator<ArrowMessage> {
  if (size < trailer + 8) throw broken('the file is too short')
  const end = await readAt(size - trailer, trailer)
  if (end.toString('latin1', 4) !== 'ARROW1')
    throw broken('the file does not end as an Arrow file does; it was cut short')
  const length = end.readInt32LE(0)
  if (!(length > 0 && length <= maxMetadataBytes && length + trailer <= size))
    throw broken(`a footer of ${length} bytes`)
  const buffer = flat(await readAt(size - trailer - length, length))
  const footer = buffer.root()
  yield schemaOf(buffer, buffer.child(footer, 1))
  const blocks = [2, 3].flatMap((slot) => {
    const { first, count } = buffer.vector(footer, slot, 24)
    return Array.from({ length: count }, (_, i) => ({
      type: slot === 2 ? headers.dictionary : headers.batch,
      i,
      at: first + 24 * i,
    }))
  })
  const open = async ({ i, at }: (typeof blocks)[number]) => {
    const [offset, metadata, body] = [buffer.int64(at), buffer.int32(at + 8), buffer.int64(at + 16)]
    if (!(offset >= 8 && metadata > 8 && metadata <= maxMetadataBytes && body >= 0 && offset + metadata + body <= size))
      throw broken(`block ${i} at ${offset}`)
    return { metadata, body, bytes: await readAt(offset, metadata + body) }
  }
  let next: ReturnType<typeof open> | undefined
  for (const [k, block] of blocks.entries()) {
    const { metadata, body, bytes } = await (next ?? open(block))
    // The next one is read while this one is looked at.
    next = k + 1 < blocks.length ? open(blocks[k + 1]) : undefined
    next?.catch(() => undefined)
    const prefix = bytes.readInt32LE(0) === -1 ? 8 : 4
    const inner = bytes.readInt32LE(prefix - 4)
    if (!(inner > 0 && prefix + inner <= metadata)) throw broken(`message ${block.i} of ${inner} bytes`)
    const head = headOf(bytes.subarray(prefix, prefix + inner))
    if (head.body > body || head.type !== block.type) throw broken(`the body of message ${block.i}`)
    yield messageOf(head, bytes.subarray(metadata, metadata + head.body))
  }
}

/** Messages of the stream form. @throws HmtlError `HMTL_FORMAT_SCHEMA` */
export async function* streamMessages(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<ArrowMessage> {
  const iterator = chunks[Symbol.asyncIterator]()
  let held: Buffer[] = []
  let size = 0
  /** Whether so many bytes are there; what is claimed and never comes takes no memory. */
  const has = async (bytes: number): Promise<boolean> => {
    while (size < bytes) {
      const next = await iterator.next()
      if (next.done) return false
      held.push(Buffer.from(next.value.buffer, next.value.byteOffset, next.value.byteLength))
      size += next.value.length
    }
    return true
  }
  /** Takes bytes that are there, in memory of their own so that numbers lie where they may. */
  const take = (bytes: number): Buffer => {
    const out = Buffer.allocUnsafeSlow(bytes)
    let at = 0
    let used = 0
    while (at < bytes) {
      const part = held[used].subarray(0, bytes - at)
      out.set(part, at)
      at += part.length
      if (part.length === held[used].length) used++
      else held[used] = held[used].subarray(part.length)
    }
    held = held.slice(used)
    size -= bytes
    return out
  }
  try {
    for (;;) {
      if (!(await has(4))) break
      let length = take(4).readInt32LE(0)
      if (length === -1) {
        if (!(await has(4))) throw broken('the stream is cut short')
        length = take(4).readInt32LE(0)
      }
      // The end of the stream; what follows is not ours.
      if (length === 0) return
      if (!(length > 0 && length <= maxMetadataBytes)) throw broken(`a message of ${length} bytes`)
      if (!(await has(length))) throw broken('the stream is cut short')
      const head = headOf(take(length))
      const padded = Math.ceil(head.body / 8) * 8
      if (!(await has(padded))) throw broken('the stream is cut short')
      yield messageOf(head, take(padded).subarray(0, head.body))
    }
    if (size > 0) throw broken('the stream is cut short')
  } finally {
    await iterator.return?.()
  }
}
