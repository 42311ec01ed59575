/**
 * A look at Arrow IPC metadata before apache-arrow reads it. The library trusts
 * the lengths it finds: a damaged vector length sends it round a loop for
 * minutes. Here every table, vector and buffer must lie inside of what holds it.
 * Layout: flatbuffers, and Schema.fbs, Message.fbs and File.fbs of Arrow.
 */
import { broken, type Flat, flat } from './flatbuffer.ts'

const maxDepth = 16

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
      if (!(length >= 0 && length <= 8 * body + 64 && nulls >= 0 && nulls <= length))
        throw broken(`a column of ${length} values`)
    }
    const buffers = buffer.vector(header, 2, 16)
    for (let i = 0; i < buffers.count; i++) {
      const [offset, length] = [buffer.int64(buffers.first + 16 * i), buffer.int64(buffers.first + 16 * i + 8)]
      if (!(offset >= 0 && length >= 0 && offset + length <= body))
        throw broken(`a buffer at ${offset} of ${length} bytes in a body of ${body}`)
    }
  }
  return body
}

/**
 * Where the buffers of a record batch lie in its body, checked as `verifyMessage` does; undefined for a message of
 * another kind.
 */
export const recordBatchOf = (
  bytes: Buffer,
):
  | { readonly rows: number; readonly buffers: readonly { readonly offset: number; readonly length: number }[] }
  | undefined => {
  verifyMessage(bytes)
  const buffer = flat(bytes)
  const message = buffer.root()
  if (bytes[buffer.field(message, 1)] !== recordBatchHeader) return undefined
  const header = buffer.child(message, 2)
  const lengthAt = buffer.field(header, 0)
  const { first, count } = buffer.vector(header, 2, 16)
  return {
    rows: lengthAt === 0 ? 0 : buffer.int64(lengthAt),
    buffers: Array.from({ length: count }, (_, i) => ({
      offset: buffer.int64(first + 16 * i),
      length: buffer.int64(first + 16 * i + 8),
    })),
  }
}
