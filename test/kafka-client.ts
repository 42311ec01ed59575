/** What stands between kafkajs and us, without a broker: its encoding, its errors, addresses, schemas. */
import { once } from 'node:events'
import { createServer as createHttpServer } from 'node:http'
import { createRequire } from 'node:module'
import { type AddressInfo, createServer } from 'node:net'
import test from 'ava'
import avro from 'avsc'
import fc from 'fast-check'
import { HmtlError } from '../src/io/errors.ts'
import { avroFromRegistry } from '../src/pipeline/kafka/avro.ts'
import { connectKafka } from '../src/pipeline/kafka/kafkajs.ts'
import { kafkaError } from '../src/pipeline/kafka/kafkajs-errors.ts'
import { headersOf } from '../src/pipeline/kafka/kafkajs-headers.ts'
import type { Header } from '../src/pipeline/kafka/port.ts'
import { reachBrokers } from '../src/pipeline/kafka/reach.ts'

const require = createRequire(import.meta.url)

// As kafkajs has them once it is patched, which importing the client does.
const encode = require('kafkajs/src/protocol/recordBatch/record/v0') as (record: object) => { buffer: Buffer }
const decode = require('kafkajs/src/protocol/recordBatch/record/v0/decoder') as (
  decoder: object,
  context: object,
) => { headers: object; key: Buffer | null; value: Buffer | null }
const Decoder = require('kafkajs/src/protocol/decoder') as new (
  bytes: Buffer,
) => { readVarInt(): number; offset: number }

const throughTheWire = (record: object) => {
  const { buffer } = encode(record)
  const decoder = new Decoder(buffer)
  const length = decoder.readVarInt()
  if (length !== buffer.length - decoder.offset) throw new Error('the length of the record is wrong')
  return decode(decoder, { firstOffset: '5', firstTimestamp: '0', magicByte: 2 })
}

const plain = (headers: readonly Header[]) =>
  headers.map(([name, value]) => [
    Buffer.from(name as string).toString('hex'),
    value === null ? null : Buffer.from(value as string).toString('hex'),
  ])

test('a record’s headers come back from the wire as they were sent, whatever they are', (t) => {
  // Names that are no UTF-8 too: the protocol has none, other clients write them.
  const name = fc.oneof(
    fc.string(),
    fc.uint8Array().map(Buffer.from),
    fc.constantFrom('__proto__', 'constructor', 'toString', '1', '0', ''),
  )
  const value = fc.oneof(fc.constant(null), fc.string(), fc.uint8Array().map(Buffer.from))
  const bytes = fc.option(fc.uint8Array().map(Buffer.from))
  fc.assert(
    fc.property(fc.array(fc.tuple(name, value), { maxLength: 30 }), bytes, bytes, (headers, key, content) => {
      const record = throughTheWire({ key, value: content, headers })
      t.deepEqual(plain(headersOf(record.headers)), plain(headers))
      t.deepEqual([record.key, record.value], [key, content])
    }),
  )
})

test('what others send and see through kafkajs stays an object, and many headers take no longer than so many', (t) => {
  const { headers } = throughTheWire({ key: null, value: null, headers: { a: ['1', '2'], b: 'x', none: undefined } })
  t.deepEqual({ ...headers }, { a: [Buffer.from('1'), Buffer.from('2')], b: Buffer.from('x'), none: null } as never)
  const many = Array.from({ length: 100_000 }, (_, i): Header => [String(i % 500), 'v'])
  const begun = performance.now()
  t.is(headersOf(throughTheWire({ key: null, value: null, headers: many }).headers).length, many.length)
  t.true(performance.now() - begun < 10_000)
  t.deepEqual(headersOf(undefined), [])
})

test('errors of kafkajs are told apart, with the broker that they are about', (t) => {
  const error = (message: string, more: object) => Object.assign(new Error(message), more)
  const codeOf = (more: object) => kafkaError(error('m', more), 'writing').code
  t.is(codeOf({ type: 'MESSAGE_TOO_LARGE' }), 'HMTL_KAFKA_TOO_LARGE')
  t.is(codeOf({ type: 'INVALID_TIMESTAMP' }), 'HMTL_KAFKA_REFUSED')
  t.is(codeOf({ type: 'INVALID_RECORD' }), 'HMTL_KAFKA_REFUSED')
  t.is(codeOf({ type: 'TOPIC_AUTHORIZATION_FAILED' }), 'HMTL_KAFKA_AUTH')
  t.is(codeOf({ type: 'UNKNOWN_TOPIC_OR_PARTITION' }), 'HMTL_KAFKA_TOPIC')
  t.is(codeOf({ type: 'INVALID_PRODUCER_EPOCH' }), 'HMTL_KAFKA_FAILED')
  const closed = kafkaError(
    error('Closed connection', { name: 'KafkaJSConnectionClosedError', broker: 'kafka:9092' }),
    'writing',
  )
  t.is(closed.code, 'HMTL_KAFKA_UNREACHABLE')
  t.regex(closed.message, /kafka:9092/)
})

test('brokers that fail while they are asked are away for the time being, not a fault of the program', async (t) => {
  const Cluster = require('kafkajs/src/cluster') as { prototype: { metadata(options: object): Promise<unknown> } }
  const away = {
    retrier: (run: () => Promise<unknown>) => run(),
    brokerPool: { refreshMetadataIfNecessary: async () => undefined, withBroker: async () => null },
  }
  const error = await t.throwsAsync(Cluster.prototype.metadata.call(away, { topics: ['in'] }))
  t.like(error, { name: 'KafkaJSBrokerNotFound', retriable: true })
  t.is(kafkaError(error, 'looking for topic in').code, 'HMTL_KAFKA_UNREACHABLE')
})

test('where no broker listens or answers, its address is named within three seconds', async (t) => {
  const rude = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1')
  await once(rude, 'listening')
  const closing = `127.0.0.1:${(rude.address() as AddressInfo).port}`
  for (const brokers of [['127.0.0.1:1', 'localhost:2'], ['no.such.host.invalid:9092'], [closing], ['no-port']]) {
    const begun = performance.now()
    const error = (await t.throwsAsync(connectKafka({ brokers }), { instanceOf: HmtlError })) as HmtlError
    t.true(performance.now() - begun < 3000)
    t.is(error.code, 'HMTL_KAFKA_UNREACHABLE')
    for (const broker of brokers) t.true(error.message.includes(broker), error.message)
    t.regex(error.message, /--brokers/)
  }
  rude.close()
})

test('brokers that name themselves by addresses out of reach are told from those that are away', async (t) => {
  const seed = createServer().listen(0, '127.0.0.1')
  await once(seed, 'listening')
  const address = `127.0.0.1:${(seed.address() as AddressInfo).port}`
  const messageOf = (error: unknown) => (error as Error).message
  await t.notThrowsAsync(
    reachBrokers(['127.0.0.1:1', address], { ask: async () => [address, '127.0.0.1:1'], messageOf }),
  )
  const error = await t.throwsAsync(reachBrokers([address], { ask: async () => ['127.0.0.1:1'], messageOf }))
  t.regex(error?.message ?? '', /127\.0\.0\.1:1.*advertised\.listeners/)
  seed.close()
})

test('an answer about a schema is its records’ fault, a registry that does not answer is nobody’s', async (t) => {
  const type = avro.Type.forSchema({
    type: 'record',
    name: 'News',
    fields: [{ name: 'text', type: 'string' }],
  } as never)
  const framed = (id: number) => {
    const head = Buffer.alloc(5)
    head.writeUInt32BE(id, 1)
    return Buffer.concat([head, type.toBuffer({ text: `With schema ${id}.` })])
  }
  let down = false
  const registry = createHttpServer(({ url }, response) => {
    const id = Number(url?.split('/').at(-1))
    if (down) response.writeHead(503).end()
    else if (id === 1) response.end(JSON.stringify({ schema: JSON.stringify(type) }))
    else if (id === 2) response.end(JSON.stringify({ schema: '{"type":"no such"}' }))
    else if (id === 3) response.end(JSON.stringify({ schema: 'syntax = "proto3"', schemaType: 'PROTOBUF' }))
    else if (id === 4) response.end('<html>')
    else response.writeHead(id === 5 ? 422 : 404).end('{}')
  }).listen(0, '127.0.0.1')
  await once(registry, 'listening')
  const source = avroFromRegistry(`http://127.0.0.1:${(registry.address() as AddressInfo).port}`, undefined, 10)
  // More schemas than are kept: what this batch needs is there all the same.
  const many = Array.from({ length: 20 }, (_, i) => framed(10_000 + i))
  const bad = [framed(2), framed(3), framed(5), framed(6), framed(0xffffffff), Buffer.from('no'), ...many]
  const decoder = await source.decoderFor([framed(1), null, ...bad])
  t.deepEqual(decoder(framed(1)), { text: 'With schema 1.' })
  for (const value of bad)
    t.is((t.throws(() => decoder(value), { instanceOf: HmtlError }) as HmtlError).code, 'HMTL_INPUT_SYNTAX')
  for (const value of [framed(4), framed(7)]) {
    down = value.readUInt32BE(1) === 7
    const error = await t.throwsAsync(source.decoderFor([value]), { instanceOf: HmtlError })
    t.is((error as HmtlError).code, 'HMTL_KAFKA_UNREACHABLE')
  }
  registry.close()
})
