/**
 * Headers as the list that they are. kafkajs 2.2.4 holds them in an object, which
 * forgets their order, takes a name such as `__proto__` for something else, cannot
 * write a null value, and needs time quadratic in their number. Here its encoder
 * and decoder of a record are replaced: messages may be sent with `headers` as a
 * list, and `headersOf` gives the list of a message that came. What other users
 * of kafkajs in this process see and send is what it always was.
 */
import { createRequire } from 'node:module'
import type { Header, Headers } from './port.ts'

const require = createRequire(import.meta.url)

interface Long {
  add(other: number): Long
  toString(): string
}

interface Decoder {
  readInt8(): number
  readVarInt(): number
  readVarLong(): number
  readVarIntBytes(): Buffer | null
}

interface Encoder {
  writeVarInt(value: number): Encoder
  writeInt8(value: number): Encoder
  writeVarLong(value: number): Encoder
  writeVarIntBytes(value: Buffer | string | null): Encoder
}

interface EncoderClass {
  new (bytes: number): Encoder
  sizeOfVarInt(value: number): number
  sizeOfVarLong(value: number): number
  sizeOfVarIntBytes(value: Buffer | string | null): number
}

interface BatchContext {
  readonly firstOffset: string
  readonly firstTimestamp: string
  readonly magicByte: number
  readonly isControlBatch?: boolean
  readonly timestampType?: number
  readonly maxTimestamp?: string
}

interface WireRecord {
  readonly offsetDelta?: number
  readonly timestampDelta?: number
  readonly key: Buffer | string | null
  readonly value: Buffer | string | null
  readonly headers?: Headers | Readonly<Record<string, HeaderValue | readonly HeaderValue[]>>
}

type HeaderValue = Buffer | string | null

/** Text, as the protocol has it; the bytes of a name that is no UTF-8, which would not come out as they went in. */
const nameOf = (bytes: Buffer | null): string | Buffer => {
  if (!bytes) return ''
  const text = bytes.toString('utf8')
  return Buffer.from(text).equals(bytes) ? text : bytes
}

const lists = new WeakMap<object, Headers>()

/** Headers of a message of kafkajs, in the order of the wire; none before Kafka 0.11. */
export const headersOf = (headers: object | undefined): Headers => (headers && lists.get(headers)) ?? []

/** The form that kafkajs gives: a repeated name has an array of its values. */
const asObject = (list: Headers): object => {
  const values = new Map<string, HeaderValue[]>()
  for (const [bytes, value] of list) {
    const name = String(bytes)
    const known = values.get(name)
    if (known) known.push(value)
    else values.set(name, [value])
  }
  return Object.fromEntries(Array.from(values, ([name, all]) => [name, all.length === 1 ? all[0] : all]))
}

const asList = (headers: WireRecord['headers'] = []): Headers =>
  Array.isArray(headers)
    ? (headers as Headers)
    : Object.entries(headers).flatMap(([name, value]): Header[] =>
        Array.isArray(value)
          ? (value as readonly HeaderValue[]).map((each) => [name, each])
          : [[name, value as HeaderValue]],
      )

const decodeRecord = (decoder: Decoder, batchContext: BatchContext) => {
  const Long = require('kafkajs/src/utils/long') as { fromValue(value: string): Long }
  const logAppendTime = (require('kafkajs/src/protocol/timestampTypes') as { LOG_APPEND_TIME: number }).LOG_APPEND_TIME
  const { firstOffset, firstTimestamp, magicByte, isControlBatch = false, timestampType, maxTimestamp } = batchContext
  const attributes = decoder.readInt8()
  const timestampDelta = decoder.readVarLong()
  const offsetDelta = decoder.readVarInt()
  const key = decoder.readVarIntBytes()
  const value = decoder.readVarIntBytes()
  const list: Header[] = []
  for (let left = decoder.readVarInt(); left > 0; left--)
    list.push([nameOf(decoder.readVarIntBytes()), decoder.readVarIntBytes()])
  const headers = asObject(list)
  lists.set(headers, list)
  return {
    magicByte,
    attributes,
    timestamp:
      timestampType === logAppendTime && maxTimestamp
        ? maxTimestamp
        : Long.fromValue(firstTimestamp).add(timestampDelta).toString(),
    offset: Long.fromValue(firstOffset).add(offsetDelta).toString(),
    key,
    value,
    headers,
    isControlRecord: isControlBatch,
    batchContext,
  }
}

/** Bytes of a length at most. */
const mostLength = 5

const encodeRecord = ({ offsetDelta = 0, timestampDelta = 0, key, value, headers }: WireRecord): Encoder => {
  const Encoder = require('kafkajs/src/protocol/encoder') as EncoderClass
  const list = asList(headers)
  const size =
    1 +
    Encoder.sizeOfVarLong(timestampDelta) +
    Encoder.sizeOfVarInt(offsetDelta) +
    Encoder.sizeOfVarIntBytes(key) +
    Encoder.sizeOfVarIntBytes(value) +
    list.reduce(
      (sum, [name, content]) => sum + Encoder.sizeOfVarIntBytes(name) + Encoder.sizeOfVarIntBytes(content),
      Encoder.sizeOfVarInt(list.length),
    )
  const encoder = new Encoder(size + mostLength)
    .writeVarInt(size)
    .writeInt8(0)
    .writeVarLong(timestampDelta)
    .writeVarInt(offsetDelta)
    .writeVarIntBytes(key)
    .writeVarIntBytes(value)
    .writeVarInt(list.length)
  for (const [name, content] of list) encoder.writeVarIntBytes(name).writeVarIntBytes(content)
  return encoder
}

/** Replacements of modules of kafkajs, by their names. */
export const headerModules = {
  'kafkajs/src/protocol/recordBatch/record/v0': encodeRecord,
  'kafkajs/src/protocol/recordBatch/record/v0/decoder': decodeRecord,
} as const
