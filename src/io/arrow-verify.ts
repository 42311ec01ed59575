/**
 * A look at Arrow IPC metadata before apache-arrow reads it. The library trusts
 * the lengths it finds: a damaged vector length sends it round a loop for
 * minutes. Here every table, vector and buffer must lie inside of what holds it.
 * Layout: flatbuffers, and Schema.fbs, Message.fbs and File.fbs of Arrow.
 */
import { HmtlError } from './errors.ts'

const maxMetadataBytes = 64 * 1024 * 1024
const maxDepth = 16
const trailer = 10

const broken = (what: string) => new HmtlError('HMTL_FORMAT_SCHEMA', `damaged Arrow metadata: ${what}`, { remedy: 'Make the file again' })

/** Bounds-checked reading of a flatbuffer. */
const flat = (bytes: Buffer) => {
  const check = (at: number, size: number) => {
    if (!(at >= 0 && size >= 0 && at + size <= bytes.length)) throw broken(`${size} bytes at ${at} of ${bytes.length}`)
    return at
  }
  const int32 = (at: number) => bytes.readInt32LE(check(at, 4))
  const int64 = (at: number) => Number(bytes.readBigInt64LE(check(at, 8)))
  const root = () => int32(0)
  /** Position of a field's value, 0 where it is absent. */
  const field = (table: number, slot: number): number => {
    const vtable = table - int32(table)
    check(vtable, 4)
    const size = bytes.readUInt16LE(vtable)
    check(vtable, size)
    if (4 + 2 * slot + 2 > size) return 0
    const offset = bytes.readUInt16LE(vtable + 4 + 2 * slot)
    return offset === 0 ? 0 : check(table + offset, 1)
  }
  const child = (table: number, slot: number): number => {
    const at = field(table, slot)
    return at === 0 ? 0 : check(at + int32(at), 4)
  }
  /** First element and count of a vector whose elements take `width` bytes. */
  const vector = (table: number, slot: number, width: number): { first: number; count: number } => {
    const at = child(table, slot)
    if (at === 0) return { first: 0, count: 0 }
    const count = bytes.readUInt32LE(at)
    check(at + 4, count * width)
    return { first: at + 4, count }
  }
  const tables = (table: number, slot: number): number[] => {
    const { first, count } = vector(table, slot, 4)
    return Array.from({ length: count }, (_, i) => check(first + 4 * i + int32(first + 4 * i), 4))
  }
  return { bytes, check, int32, int64, root, field, child, vector, tables }
}

type Flat = ReturnType<typeof flat>

const verifyKeyValues = (buffer: Flat, table: number, slot: number): void => {
  for (const pair of buffer.tables(table, slot)) {
    buffer.vector(pair, 0, 1)
    buffer.vector(pair, 1, 1)
  }
}

const unionType = 14

const verifyField = (buffer: Flat, table: number, depth: number): void => {
  if (depth > maxDepth) throw broken('fields nested too deep')
  buffer.vector(table, 0, 1)
  const typeAt = buffer.field(table, 2)
  if (typeAt !== 0 && buffer.bytes[typeAt] === unionType) throw broken('a union column')
  buffer.child(table, 3)
  buffer.child(table, 4)
  for (const field of buffer.tables(table, 5)) verifyField(buffer, field, depth + 1)
  verifyKeyValues(buffer, table, 6)
}

const verifySchema = (buffer: Flat, table: number): void => {
  if (table === 0) throw broken('no schema')
  for (const field of buffer.tables(table, 1)) verifyField(buffer, field, 0)
  verifyKeyValues(buffer, table, 2)
  buffer.vector(table, 3, 8)
}

const schemaHeader = 1
const recordBatchHeader = 3

/** Checks a message's metadata. @returns bytes of the body that follows it */
export const verifyMessage = (bytes: Buffer): number => {
  const buffer = flat(bytes)
  const message = buffer.root()
  const typeAt = buffer.field(message, 1)
  const header = buffer.child(message, 2)
  const bodyAt = buffer.field(message, 3)
  const body = bodyAt === 0 ? 0 : buffer.int64(bodyAt)
  if (!(body >= 0 && body < 2 ** 31)) throw broken(`a body of ${body} bytes`)
  verifyKeyValues(buffer, message, 4)
  const type = typeAt === 0 ? 0 : bytes[typeAt]
  if (header === 0 || (type !== schemaHeader && type !== recordBatchHeader)) throw broken(`a message of type ${type}`)
  if (type === schemaHeader) verifySchema(buffer, header)
  else {
    const nodes = buffer.vector(header, 1, 16)
    for (let i = 0; i < nodes.count; i++) {
      const [length, nulls] = [buffer.int64(nodes.first + 16 * i), buffer.int64(nodes.first + 16 * i + 8)]
      if (!(length >= 0 && length <= 8 * body + 64 && nulls >= 0 && nulls <= length)) throw broken(`a column of ${length} values`)
    }
    const buffers = buffer.vector(header, 2, 16)
    for (let i = 0; i < buffers.count; i++) {
      const [offset, length] = [buffer.int64(buffers.first + 16 * i), buffer.int64(buffers.first + 16 * i + 8)]
      if (!(offset >= 0 && length >= 0 && offset + length <= body)) throw broken(`a buffer at ${offset} of ${length} bytes in a body of ${body}`)
    }
  }
  return body
}

/** Where the buffers of a record batch lie in its body, checked as `verifyMessage` does; undefined for a message of another kind. */
export const recordBatchOf = (bytes: Buffer): { readonly rows: number; readonly buffers: readonly { readonly offset: number; readonly length: number }[] } | undefined => {
  verifyMessage(bytes)
  const buffer = flat(bytes)
  const message = buffer.root()
  if (bytes[buffer.field(message, 1)] !== recordBatchHeader) return undefined
  const header = buffer.child(message, 2)
  const lengthAt = buffer.field(header, 0)
  const { first, count } = buffer.vector(header, 2, 16)
  return {
    rows: lengthAt === 0 ? 0 : buffer.int64(lengthAt),
    buffers: Array.from({ length: count }, (_, i) => ({ offset: buffer.int64(first + 16 * i), length: buffer.int64(first + 16 * i + 8) })),
  }
}

/** Reads `length` bytes at `offset` of a file. */
export type ReadAt = (offset: number, length: number) => Promise<Buffer>

/** Checks the footer of the file form and the message at each of its blocks. */
export const verifyFile = async (readAt: ReadAt, size: number): Promise<void> => {
  if (size < trailer + 8) throw broken('the file is too short')
  const end = await readAt(size - trailer, trailer)
  if (end.toString('latin1', 4) !== 'ARROW1') throw broken('the file does not end as an Arrow file does; it was cut short')
  const length = end.readInt32LE(0)
  if (!(length > 0 && length <= maxMetadataBytes && length + trailer <= size)) throw broken(`a footer of ${length} bytes`)
  const buffer = flat(await readAt(size - trailer - length, length))
  const footer = buffer.root()
  verifySchema(buffer, buffer.child(footer, 1))
  if (buffer.vector(footer, 2, 24).count > 0) throw broken('dictionaries, which no column of ours has')
  const blocks = buffer.vector(footer, 3, 24)
  verifyKeyValues(buffer, footer, 4)
  for (let i = 0; i < blocks.count; i++) {
    const at = blocks.first + 24 * i
    const [offset, metadata, body] = [buffer.int64(at), buffer.int32(at + 8), buffer.int64(at + 16)]
    if (!(offset >= 8 && metadata > 8 && metadata <= maxMetadataBytes && body >= 0 && offset + metadata + body <= size)) throw broken(`block ${i} at ${offset}`)
    const bytes = await readAt(offset, metadata)
    const prefix = bytes.readInt32LE(0) === -1 ? 8 : 4
    const inner = bytes.readInt32LE(prefix - 4)
    if (!(inner > 0 && prefix + inner <= metadata)) throw broken(`message ${i} of ${inner} bytes`)
    if (verifyMessage(bytes.subarray(prefix, prefix + inner)) > body) throw broken(`the body of message ${i}`)
  }
}

/** Passes a stream through, checking each message's metadata before it is handed on. */
export async function* verifyStream(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let held: Buffer = Buffer.alloc(0)
  let body = 0
  for await (const chunk of chunks) {
    held = held.length === 0 ? Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength) : Buffer.concat([held, chunk])
    for (;;) {
      if (body > 0) {
        const part = held.subarray(0, body)
        body -= part.length
        held = held.subarray(part.length)
        if (part.length > 0) yield part
        if (body > 0) break
      }
      if (held.length < 8) break
      const continuation = held.readInt32LE(0) === -1
      const prefix = continuation ? 8 : 4
      const length = held.readInt32LE(prefix - 4)
      if (length === 0) {
        // The end of the stream; what follows is not ours.
        yield held.subarray(0, prefix)
        return
      }
      if (!(length > 0 && length <= maxMetadataBytes)) throw broken(`a message of ${length} bytes`)
      if (held.length < prefix + length) break
      body = Math.ceil(verifyMessage(held.subarray(prefix, prefix + length)) / 8) * 8
      yield held.subarray(0, prefix + length)
      held = held.subarray(prefix + length)
    }
  }
  if (held.length > 0) yield held
}
