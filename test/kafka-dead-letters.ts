/** What the enricher cannot annotate or write: dead letters, and what ends a run. On a cluster in memory. */
import test from 'ava'
import avro from 'avsc'
import { HmtlError } from '../src/io/errors.ts'
import { avroOf } from '../src/pipeline/kafka/avro.ts'
import type { Pool } from '../src/pipeline/pool/pool.ts'
import { idlePool } from './helpers/idle-pool.ts'
import { codeOf, codes, header, later, setUp, textOf } from './helpers/enricher.ts'

test('what fails by its value, its annotation or its size is a dead letter; the others go on in order', async (t) => {
  const { cluster, to, dead, send, enrich } = setUp()
  await send([
    { text: 'First.' },
    { value: Buffer.from('{"text":') },
    { value: Buffer.from([0x7b, 0xff, 0x7d]) },
    { text: 'The workers refuse it.' },
    { text: 'The pool throws over it.' },
    { text: `long ${'x'.repeat(4000)}` },
    { text: 'Last.' },
  ])
  const pool: Pool = {
    ...idlePool(
      () => 0,
      (text) =>
        text.startsWith('The workers')
          ? { error: { code: 'HMTL_WORKER_FAILED', message: 'a worker ended', summary: 'a worker ended' } }
          : { json: '{}' },
    ),
  }
  const throwing: Pool = {
    ...pool,
    run: async (documents) => {
      if (documents.some(({ text }) => text.startsWith('The pool'))) throw new TypeError('could not be cloned')
      return pool.run(documents)
    },
  }
  await enrich({ maxMessageBytes: 3000 }, throwing)
  t.deepEqual(cluster.read(to).map(textOf), ['First.', 'Last.'])
  const letters = cluster.read(dead)
  t.deepEqual(codes(letters), [
    'HMTL_INPUT_JSON',
    'HMTL_INPUT_ENCODING',
    'HMTL_WORKER_FAILED',
    'HMTL_INTERNAL',
    'HMTL_KAFKA_TOO_LARGE',
  ])
  t.deepEqual(
    letters.map((letter) => header(letter, 'hmtl-source-offset')),
    ['1', '2', '3', '4', '5'],
  )
  t.is(String(letters[0].value), '{"text":')
})

test('what cannot be encoded is a dead letter: an annotation that is no text', async (t) => {
  const { cluster, to, dead, send, enrich } = setUp()
  await send([{ text: 'Good.' }, { text: 'Bad.' }])
  const broken = {
    toString() {
      throw new TypeError('no text')
    },
  } as unknown as string
  await enrich(
    {},
    idlePool(
      () => 0,
      (text) => ({ json: text === 'Bad.' ? broken : '{}' }),
    ),
  )
  t.deepEqual(cluster.read(to).map(textOf), ['Good.'])
  t.deepEqual(codes(cluster.read(dead)), ['HMTL_OUTPUT_FAILED'])
})

test('records that brokers refuse are found one by one and become dead letters; the others are written', async (t) => {
  const { cluster, to, dead, send, enrich } = setUp([
    { partitions: 1, ...later },
    { partitions: 1, compacted: true, mostBytes: 2000 },
    { partitions: 1, ...later },
  ])
  const future = String(Date.now() + 1e9)
  await send([
    { text: '0' },
    { text: '1', timestamp: future },
    { text: '2' },
    { text: '3', key: null },
    { text: '4' },
    { text: `5 ${'x'.repeat(3000)}` },
    { text: '6' },
  ])
  const dead_: string[] = []
  const retries: Error[] = []
  const observer = {
    onDead: (place: string) => dead_.push(place.split('@')[1]),
    onRetry: (_: number, error: Error) => retries.push(error),
  }
  await enrich({ observer, maxMessageBytes: 100_000 })
  t.deepEqual(cluster.read(to).map(textOf), ['0', '2', '4', '6'])
  t.deepEqual(codes(cluster.read(dead)), ['HMTL_KAFKA_REFUSED', 'HMTL_KAFKA_REFUSED', 'HMTL_KAFKA_TOO_LARGE'])
  // Told of once each, however often they were tried.
  t.deepEqual(dead_, ['1', '3', '5'])
  t.true(retries.length >= 4)
})

test('a dead letter refused too is written without its timestamp, then without all that it carried', async (t) => {
  const { cluster, to, dead, send, enrich } = setUp([
    { partitions: 1, ...later },
    1,
    { partitions: 1, mostBytes: 1000 },
  ])
  const future = String(Date.now() + 1e9)
  await send([
    { text: 'late', timestamp: future },
    { value: Buffer.from(`no json ${'x'.repeat(2000)}`), headers: [['own', 'h']] },
    { text: 'good' },
  ])
  await enrich()
  t.deepEqual(cluster.read(to).map(textOf), ['good'])
  const [late, large] = cluster.read(dead)
  t.deepEqual(
    [textOf(late), header(late, 'hmtl-source-timestamp'), header(late, 'hmtl-error-code')],
    ['late', future, 'HMTL_KAFKA_REFUSED'],
  )
  t.deepEqual(
    [String(large.value), header(large, 'own'), header(large, 'hmtl-left-out')],
    ['', undefined, 'key, value, headers'],
  )
  t.is(header(large, 'hmtl-source-offset'), '1')
})

test('a topic that takes no dead letter at all ends the run, and nothing is committed', async (t) => {
  const { cluster, from, to, send, enrich } = setUp([1, 1, { partitions: 1, mostBytes: 10 }])
  await send([{ value: Buffer.from('no json') }])
  t.is(await codeOf(t, enrich()), 'HMTL_KAFKA_TOO_LARGE')
  t.deepEqual([cluster.committed('g', from, 0), cluster.read(to)], [0n, []])
})

test('without a topic for them the first failure ends the run, and nothing after it is committed', async (t) => {
  const { cluster, from, to, send, enrich } = setUp()
  await send([{ text: 'One.' }, { value: Buffer.from('no json') }, { text: 'Three.' }])
  t.is(await codeOf(t, enrich({ deadLetter: undefined, chunkRecords: 1 })), 'HMTL_KAFKA_MESSAGE')
  t.deepEqual(cluster.read(to).map(textOf), ['One.'])
  t.is(cluster.committed('g', from, 0), 1n)
})

test('a pool that is broken is no record’s fault: the run ends with what broke it', async (t) => {
  const { cluster, dead, send, enrich } = setUp()
  await send([{ text: 'One.' }])
  const broken: Pool = {
    ...idlePool(),
    run: () => Promise.reject(new HmtlError('HMTL_WORKER_FAILED', 'no worker is left')),
  }
  t.is(await codeOf(t, enrich({}, broken)), 'HMTL_WORKER_FAILED')
  t.deepEqual(cluster.read(dead), [])
})

test('damaged Avro is a dead letter: also an array that claims more items than there is memory', async (t) => {
  const { cluster, to, dead, send, enrich } = setUp()
  const schema = {
    type: 'record',
    name: 'News',
    fields: [
      { name: 'text', type: 'string' },
      { name: 'tags', type: { type: 'array', items: 'null' } },
      { name: 'sizes', type: { type: 'map', values: 'int' } },
    ],
  }
  const good = avro.Type.forSchema(schema as never).toBuffer({ text: 'Good.', tags: [null, null], sizes: { a: 1 } })
  const text = Buffer.from([4, 0x48, 0x69])
  const huge = Buffer.from([0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x1f])
  await send([
    { value: good },
    { value: Buffer.concat([text, huge]) },
    { value: Buffer.concat([text, Buffer.from([0]), huge]) },
    { value: Buffer.from([0xff]) },
    { value: good },
  ])
  await enrich({ value: 'avro', decoder: avroOf(JSON.stringify(schema)) })
  t.deepEqual(cluster.read(to).map(textOf), ['Good.', 'Good.'])
  t.deepEqual(codes(cluster.read(dead)), ['HMTL_INPUT_SYNTAX', 'HMTL_INPUT_SYNTAX', 'HMTL_INPUT_SYNTAX'])
})
