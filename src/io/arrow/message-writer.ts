/**
 * Messages of an Arrow file or stream as they are written: schema, record
 * batches, footer. Layout: Message.fbs and File.fbs.
 */
import { flatbuffer, int8, int16, int32, int64, type Table } from './flatbuffer-writer.ts'
import { HmtlError } from '../errors.ts'
import { magic } from './names.ts'
import { typeTag } from './schema.ts'

/** A column of values, or of lists of them. */
export interface ColumnType {
  readonly name: string
  readonly of: 'utf8' | 'int32' | 'float32'
  readonly list: boolean
  readonly nullable: boolean
}

/** A column of a batch: its own length and buffers, then those of what is inside of it. */
export interface ColumnData {
  readonly nodes: readonly (readonly [length: number, nulls: number])[]
  readonly buffers: readonly Uint8Array[]
}

const version5 = int16(4)
const headers = { schema: 1, batch: 3 }
const mostBytes = 2 ** 31 - 1

const valueTypes: Readonly<Record<ColumnType['of'], { tag: number; details: Table }>> = {
  utf8: { tag: typeTag.utf8, details: [] },
  int32: { tag: typeTag.int, details: [int32(32), int8(1)] },
  float32: { tag: typeTag.float, details: [int16(1)] },
}

const field = (name: string, nullable: boolean, tag: number, details: Table, children: readonly Table[]): Table => [
  name,
  int8(nullable ? 1 : 0),
  int8(tag),
  { table: details },
  undefined,
  { tables: children },
]

const fieldOf = ({ name, of, list, nullable }: ColumnType): Table => {
  const { tag, details } = valueTypes[of]
  return list
    ? field(name, nullable, typeTag.list, [], [field('item', true, tag, details, [])])
    : field(name, nullable, tag, details, [])
}

const schemaTable = (columns: readonly ColumnType[], metadata: ReadonlyMap<string, string>): Table => [
  int16(0),
  { tables: columns.map(fieldOf) },
  { tables: [...metadata] },
]

const padded = (bytes: number): number => Math.ceil(bytes / 8) * 8

/** A message's head with its length before it; the body comes right behind. */
const headOf = (type: number, table: Table, body: number): Buffer => {
  const head = flatbuffer([version5, int8(type), { table }, int64(body)])
  const out = Buffer.alloc(8 + padded(head.length))
  out.writeInt32LE(-1, 0)
  out.writeInt32LE(out.length - 8, 4)
  out.set(head, 8)
  return out
}

/** Pairs of numbers of 64 bits. */
const pairs = (list: readonly (readonly [number, number])[]) => {
  const words = new Uint32Array(4 * list.length)
  list.forEach((pair, i) => {
    for (const [k, value] of pair.entries()) {
      words[4 * i + 2 * k] = value
      words[4 * i + 2 * k + 1] = value / 2 ** 32
    }
  })
  return { structs: new Uint8Array(words.buffer), count: list.length }
}

const zeros = Buffer.alloc(8)
const smallBytes = 1 << 16

/** Chunks with the small ones joined: each costs whoever writes it the same. */
const joined = (parts: readonly Uint8Array[]): Uint8Array[] => {
  const out: Uint8Array[] = []
  let small: Uint8Array[] = []
  const flush = () => {
    if (small.length > 0) out.push(Buffer.concat(small))
    small = []
  }
  for (const part of parts)
    if (part.length < smallBytes) small.push(part)
    else {
      flush()
      out.push(part)
    }
  flush()
  return out
}

interface Block {
  readonly offset: number
  readonly head: number
  readonly body: number
}

const blockStructs = (blocks: readonly Block[]): Uint8Array => {
  const out = Buffer.alloc(24 * blocks.length)
  blocks.forEach(({ offset, head, body }, i) => {
    out.writeBigInt64LE(BigInt(offset), 24 * i)
    out.writeInt32LE(head, 24 * i + 8)
    out.writeBigInt64LE(BigInt(body), 24 * i + 16)
  })
  return out
}

/** What writes the messages, one after another. */
export interface MessageWriter {
  /** The bytes before the first batch. */
  begin(): Uint8Array[]
  /** @throws HmtlError `HMTL_OUTPUT_FAILED` for a batch that is larger than one may be */
  batch(rows: number, columns: readonly ColumnData[]): Uint8Array[]
  end(): Uint8Array[]
}

/** Writes record batches of some columns, in the file or the stream form. */
export const messageWriter = (
  form: 'file' | 'stream',
  columns: readonly ColumnType[],
  metadata: ReadonlyMap<string, string>,
): MessageWriter => {
  const schema = schemaTable(columns, metadata)
  const blocks: Block[] = []
  let offset = 0
  const counted = (parts: Uint8Array[]) => {
    for (const { length } of parts) offset += length
    return parts
  }
  return {
    begin() {
      const lead = form === 'file' ? [Buffer.from(magic.padEnd(8, '\0'))] : []
      return counted([...lead, headOf(headers.schema, schema, 0)])
    },
    batch(rows, data) {
      const places: [number, number][] = []
      const parts: Uint8Array[] = []
      let body = 0
      for (const { buffers } of data)
        for (const bytes of buffers) {
          places.push([body, bytes.length])
          const size = padded(bytes.length)
          parts.push(bytes)
          if (size > bytes.length) parts.push(zeros.subarray(0, size - bytes.length))
          body += size
        }
      if (body > mostBytes)
        throw new HmtlError('HMTL_OUTPUT_FAILED', `a record batch of ${body} bytes, more than Arrow’s offsets count`, {
          remedy: 'Write fewer documents a batch',
        })
      const nodes = data.flatMap((column) => column.nodes)
      const head = headOf(headers.batch, [int64(rows), pairs(nodes), pairs(places)], body)
      blocks.push({ offset, head: head.length, body })
      return counted(joined([head, ...parts]))
    },
    end() {
      const last = Buffer.from([255, 255, 255, 255, 0, 0, 0, 0])
      if (form === 'stream') return [last]
      const footer = flatbuffer([
        version5,
        { table: schema },
        { structs: zeros.subarray(0, 0), count: 0 },
        { structs: blockStructs(blocks), count: blocks.length },
      ])
      const length = Buffer.alloc(4)
      length.writeInt32LE(footer.length)
      return [Buffer.concat([last, footer, length, Buffer.from(magic)])]
    },
  }
}
