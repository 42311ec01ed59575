/** The enricher on a cluster in memory: what is kept, what fails, what ends. */
import test, { type ExecutionContext } from 'ava'
import avro from 'avsc'
import { HmtlError } from '../src/io/errors.ts'
import { avroOf } from '../src/pipeline/kafka/avro.ts'
import { startEnrich } from '../src/pipeline/kafka/enrich.ts'
import type { ChunkReport, EnrichOptions } from '../src/pipeline/kafka/enrich-options.ts'
import type { Header, KafkaRecord, OutgoingRecord } from '../src/pipeline/kafka/port.ts'
import type { Pool } from '../src/pipeline/pool/pool.ts'
import { idlePool } from './helpers/idle-pool.ts'
import { memoryCluster } from './helpers/kafka-memory.ts'
import type { TopicSettings } from './helpers/kafka-memory-log.ts'

const later = { mostAhead: Number.POSITIVE_INFINITY }

const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))

/** A cluster with an input, an output and a topic for dead letters, and the enricher over them. */
const setUp = (
  settings: readonly (number | TopicSettings)[] = [{ partitions: 1, ...later }, 1, { partitions: 1, ...later }],
) => {
  const cluster = memoryCluster()
  const [from, to, dead] = cluster.topics(settings)
  const send = async (records: readonly (Partial<OutgoingRecord> & { text?: string })[]) => {
    const producer = await cluster.client(true).producer({ codec: 'none' })
    for (const { text = 'Some text.', ...more } of records)
      await producer.send(from, [
        { key: Buffer.from('k'), value: Buffer.from(JSON.stringify({ text })), headers: [], partition: 0, ...more },
      ])
  }
  const start = (more: Partial<EnrichOptions> = {}, pool: Pool = idlePool()) =>
    startEnrich(cluster.client(), pool, {
      from,
      to,
      group: 'g',
      deadLetter: dead,
      value: 'json',
      model: 'idle',
      version: '1',
      stopAtEnd: true,
      ...more,
    })
  const enrich = async (more: Partial<EnrichOptions> = {}, pool?: Pool) => (await start(more, pool)).done
  return { cluster, from, to, dead, send, start, enrich }
}

const header = (record: KafkaRecord, name: string): string | undefined => {
  const found = record.headers.findLast(([each]) => each === name)
  return found && String(found[1])
}
const codes = (records: readonly KafkaRecord[]) => records.map((record) => header(record, 'hmtl-error-code'))
const textOf = ({ value }: KafkaRecord): string => JSON.parse(String(value)).text
const codeOf = async (t: ExecutionContext, promise: Promise<unknown>): Promise<string> =>
  ((await t.throwsAsync(promise, { instanceOf: HmtlError })) as HmtlError).code
const flat = (headers: readonly Header[]) =>
  headers.map(([name, value]) => [name, value === null ? null : String(value)])

const odd: readonly Header[] = [
  ['b', '1'],
  ['a', '2'],
  ['b', '3'],
  ['10', 'x'],
  ['2', 'y'],
  ['trace', null],
  ['__proto__', 'p'],
]

test('headers come through as the list they are, null values and any name too; two more say what annotated', async (t) => {
  const { cluster, to, dead, send, enrich } = setUp()
  await send([{ headers: odd }, { headers: odd, value: Buffer.from('no json') }, { headers: odd, value: null }])
  await enrich()
  const [annotated, passed] = cluster.read(to)
  t.deepEqual(flat(annotated.headers), [...flat(odd), ['hmtl-model', 'idle'], ['hmtl-version', '1']])
  t.deepEqual(flat(passed.headers), flat(odd))
  t.deepEqual(flat(cluster.read(dead)[0].headers).slice(0, odd.length), flat(odd))
})

test('key and timestamp stay, tombstones and empty values pass', async (t) => {
  const { cluster, to, send, enrich } = setUp()
  await send([
    { key: Buffer.from('a'), timestamp: '1700000000123' },
    { key: null, value: null, timestamp: '-1' },
    { value: Buffer.alloc(0), timestamp: '0' },
  ])
  await enrich()
  t.deepEqual(
    cluster.read(to).map(({ key, value, timestamp }) => [key && String(key), value && String(value), timestamp]),
    [
      ['a', '{"text":"Some text.","hmtl":{"characters":10}}', '1700000000123'],
      [null, null, '-1'],
      ['k', '', '0'],
    ],
  )
})

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

test('what is counted is what was written: documents, their words, dead letters once they are', async (t) => {
  const { cluster, send, enrich } = setUp()
  await send([{ text: 'Three short words.' }, { value: Buffer.from('no json') }, { text: 'Two more.' }])
  const chunks: ChunkReport[] = []
  let dead = 0
  cluster.fail('commit', 'before')
  cluster.fail('send', 'before')
  await enrich({ observer: { onChunk: (chunk) => chunks.push(chunk), onDead: () => dead++ } })
  const sum = (key: keyof ChunkReport) => chunks.reduce((total, chunk) => total + chunk[key], 0)
  t.deepEqual([sum('records'), sum('written'), sum('words'), sum('dead'), dead], [3, 2, 5, 1, 1])
  t.is(sum('lag'), 0)
})

test('the end of a topic is come to over markers of transactions and by members together', async (t) => {
  const { cluster, from, to, send, enrich } = setUp([2, 2, 1])
  await send(Array.from({ length: 30 }, (_, i) => ({ text: String(i), partition: i % 2 })))
  const producer = await cluster.client(true).producer({ codec: 'none', transactionalId: 'foreign' })
  for (const partition of [0, 1]) {
    const transaction = await producer.transaction()
    await transaction.send(from, [{ key: null, value: null, headers: [], partition }])
    await transaction.abort()
  }
  await Promise.all([enrich({ chunkRecords: 4 }), enrich({ chunkRecords: 4 })])
  t.is(cluster.read(to).length, 30)
  for (const partition of [0, 1]) t.is(cluster.committed('g', from, partition), cluster.end(from, partition))
  // Nothing is left: it ends at once.
  await enrich()
})

test('stopping writes what is under way, and the next run goes on there', async (t) => {
  const { cluster, to, send, start, enrich } = setUp()
  await send(Array.from({ length: 100 }, (_, i) => ({ text: String(i) })))
  let written = 0
  let stop: () => void = () => undefined
  const some = new Promise<void>((resolve) => {
    stop = resolve
  })
  const observer = {
    onChunk: (chunk: ChunkReport) => {
      written += chunk.written
      stop()
    },
  }
  const first = await start(
    { chunkRecords: 5, observer, consumer: { fetchBytes: 3000 } },
    idlePool(() => 1),
  )
  await some
  await first.stop()
  await t.notThrowsAsync(first.done)
  t.true(written > 0 && written < 100)
  t.is(cluster.read(to).length, written)
  await enrich()
  t.deepEqual(
    cluster.read(to).map(textOf),
    Array.from({ length: 100 }, (_, i) => String(i)),
  )
})

test('a chunk that cannot be written while the run is stopped is said, and left to the next run', async (t) => {
  const { cluster, to, send, start, enrich } = setUp()
  await send([{ text: 'One.' }])
  let [begin, finish]: (() => void)[] = []
  const running = new Promise<void>((resolve) => {
    begin = resolve
  })
  const finished = new Promise<void>((resolve) => {
    finish = resolve
  })
  const pool: Pool = {
    ...idlePool(),
    run: async (documents) => {
      begin()
      await finished
      return documents.map(() => ({ json: '{}' }))
    },
  }
  // No sign of life is due before it ends, on however busy a machine: it is the write that fails.
  const first = await start({ consumer: { heartbeatInterval: 1_000_000 } }, pool)
  await running
  cluster.reachable(false)
  const stopped = first.stop()
  finish()
  await stopped
  t.is(await codeOf(t, first.done), 'HMTL_KAFKA_UNREACHABLE')
  cluster.heal()
  t.deepEqual(cluster.read(to), [])
  await enrich()
  t.is(cluster.read(to).length, 1)
})

test('brokers that go away are waited for', async (t) => {
  const { cluster, to, send, start } = setUp()
  await send(Array.from({ length: 20 }, (_, i) => ({ text: String(i) })))
  const run = await start(
    { chunkRecords: 2 },
    idlePool(() => 1),
  )
  for (let i = 0; i < 4; i++) {
    cluster.reachable(false)
    await new Promise((resolve) => setTimeout(resolve, 15))
    cluster.reachable(true)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  await run.done
  t.is(cluster.read(to).length, 20)
})

test('a transaction that could neither be committed nor aborted is never gone on with, also where the group was lost', async (t) => {
  const { cluster, from, to, dead, send } = setUp()
  await send([{ text: 'First.' }, { text: 'Second.' }, { text: 'Third.' }])
  const client = cluster.client()
  let cut = false
  const cutOff: typeof client.producer = async (options) => {
    const producer = await client.producer(options)
    return {
      ...producer,
      async transaction() {
        const transaction = await producer.transaction()
        return {
          ...transaction,
          async commit() {
            if (!cut) {
              cut = true
              cluster.reachable(false)
              setTimeout(() => cluster.reachable(true), 40)
              // Until a sign of life has failed too.
              await sleep(20)
            }
            return transaction.commit()
          },
        }
      },
    }
  }
  const enrichment = await startEnrich({ ...client, producer: cutOff }, idlePool(), {
    from,
    to,
    group: 'g',
    deadLetter: dead,
    value: 'json',
    model: 'idle',
    version: '1',
    stopAtEnd: true,
    consumer: { heartbeatInterval: 2 },
  })
  await enrichment.done
  t.true(cut)
  t.deepEqual(cluster.read(to).map(textOf), ['First.', 'Second.', 'Third.'])
})
