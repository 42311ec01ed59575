/** The enricher on a cluster in memory: what is kept, what is counted, how it ends. */
import test from 'ava'
import avro from 'avsc'
import { avroOf } from '../src/pipeline/kafka/avro.ts'
import { startEnrich } from '../src/pipeline/kafka/enrich.ts'
import type { ChunkReport } from '../src/pipeline/kafka/enrich-options.ts'
import type { Header } from '../src/pipeline/kafka/port.ts'
import type { Pool } from '../src/pipeline/pool/pool.ts'
import { idlePool } from './helpers/idle-pool.ts'
import { codeOf, flat, setUp, sleep, textOf } from './helpers/enricher.ts'

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

test('offsets of a value that does not say what they count are what inputOffsetUnit says', async (t) => {
  const { cluster, to, send, enrich } = setUp()
  const value = Buffer.from('{"text":"😀 Ada","hmtl":{"entities":[{"start":2,"end":5,"label":"PER"}]}}')
  await send([{ value }])
  const read: string[] = []
  const pool: Pool = {
    ...idlePool(),
    run: (documents) => {
      for (const { text, entities } of documents) read.push(text.slice(entities?.begin[0], entities?.end[0]))
      return idlePool().run(documents)
    },
  }
  await enrich({ inputOffsetUnit: 'codepoint' }, pool)
  t.deepEqual([read, cluster.read(to).length], [['Ada'], 1])
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

test('NaN and infinities of Avro, which JSON has not, are null in what is written, and counted', async (t) => {
  const { cluster, to, send, enrich } = setUp()
  const fields = [
    { name: 'text', type: 'string' },
    { name: 'score', type: 'double' },
    { name: 'all', type: { type: 'array', items: ['null', 'float'] } },
    { name: 'by', type: { type: 'map', values: 'double' } },
  ]
  const schema = { type: 'record', name: 'News', fields }
  const type = avro.Type.forSchema(schema as never)
  const { NaN: odd, POSITIVE_INFINITY: most, NEGATIVE_INFINITY: least } = Number
  await send([
    { value: type.toBuffer({ text: 'Ada.', score: odd, all: [most, null, 0.5], by: { a: least } }) },
    { value: type.toBuffer({ text: 'Bob.', score: 1.5, all: [], by: {} }) },
    { value: Buffer.from([4, 0x48]) },
  ])
  let counted = 0
  const onChunk = (chunk: ChunkReport) => {
    counted += chunk.numbersAsNull
  }
  await enrich({ value: 'avro', decoder: avroOf(JSON.stringify(schema)), observer: { onChunk } })
  t.regex(String(cluster.read(to)[0].value), /"score":null,"all":\[null,null,0.5\],"by":\{"a":null\}/)
  t.is(counted, 3)
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
