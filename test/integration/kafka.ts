/** The enricher on a real broker, counted by kcat: what is kept, what fails, what ends, what survives. */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import test from 'ava'
import { HmtlError } from '../../src/io/errors.ts'
import { kafkaSink, kafkaSource } from '../../src/pipeline/kafka/stages.ts'
import { root } from '../helpers/documents.ts'
import { idlePool } from '../helpers/idle-pool.ts'
import { clientOf, connect, consume, makeTopics, produce } from '../helpers/kafka.ts'
import { chaos } from '../helpers/kafka-chaos.ts'
import { cli, enrichCommand, kafkaSuite, newGroup, sleep, texts } from '../helpers/kafka-suite.ts'

const exec = promisify(execFile)
const { kafkaTest, broker, folder, enrich } = await kafkaSuite(test)

kafkaTest('examples/kafka.mjs enriches a topic and ends with it', async (t) => {
  const [from, to] = await makeTopics(broker.bootstrap, [1, 1])
  await produce(broker.bootstrap, from, [{ key: 'a', value: '{"text":"Ada lives in Oslo."}', partition: 0 }])
  await exec(process.execPath, [root('examples/kafka.mjs'), broker.bootstrap, from, to])
  const [record] = await consume(broker.bootstrap, to)
  t.regex(String(record.payload), /"hmtl":\{.*"label":"PER"/)
})

kafkaTest('two processes over four partitions write what annotate writes, byte for byte', async (t) => {
  const data = join(process.env.HMTL_DATA ?? root('../shared/data'), 'stream', 'corpus.jsonl')
  const lines = (
    existsSync(data)
      ? (await readFile(data, 'utf8')).split('\n').slice(0, 160)
      : await Promise.all(Array.from({ length: 40 }, () => readFile(root('datasets/example.txt'), 'utf8')))
  ).map((line, i) => (line.startsWith('{') ? line : JSON.stringify({ n: i, text: line })))
  const [from, to] = await makeTopics(broker.bootstrap, [4, 4])
  await produce(
    broker.bootstrap,
    from,
    lines.map((value, i) => ({ key: String(i), value, partition: i % 4 })),
  )
  const name = newGroup()
  const ends = ['--brokers', broker.bootstrap, '--from', from, '--to', to, '--group', name]
  const args = [...ends, ...'--engine wasm --workers 1 --log-level error'.split(' ')]
  const members: ChildProcess[] = [0, 1].map(() =>
    spawn(process.execPath, [cli, 'enrich', ...args], { stdio: ['ignore', 'ignore', 'inherit'] }),
  )
  let seen = await consume(broker.bootstrap, to)
  for (const until = Date.now() + 150_000; seen.length < lines.length && Date.now() < until; ) {
    await sleep(1000)
    seen = await consume(broker.bootstrap, to)
  }
  for (const member of members) member.kill('SIGTERM')
  t.deepEqual(await Promise.all(members.map(async (member) => (await once(member, 'exit'))[0])), [0, 0])
  const file = join(folder, 'same.jsonl')
  await writeFile(file, `${lines.join('\n')}\n`)
  const { stdout } = await exec(process.execPath, [cli, 'annotate', file, '--engine', 'wasm', '--quiet'], {
    maxBuffer: 1 << 28,
  })
  const expected = stdout.trimEnd().split('\n')
  t.is(seen.length, lines.length)
  for (const { key, payload } of seen) t.is(payload, expected[Number(key)])
})

kafkaTest(
  'key, headers, timestamp and partition stay; tombstones and empty values pass; headers name the model',
  async (t) => {
    const [from, to] = await makeTopics(broker.bootstrap, [3, 3])
    const headers = { traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01', own: 'ü' }
    await produce(broker.bootstrap, from, [
      { key: 'a', value: '{"text":"One."}', partition: 2, headers, timestamp: '1700000000123' },
      { key: 'a', value: null, partition: 2, timestamp: '1700000000124' },
      { key: null, value: '', partition: 1, timestamp: '1700000000125' },
    ])
    await enrich(from, to)
    const [empty, one, tombstone] = await consume(broker.bootstrap, to)
    t.deepEqual(
      [one.key, one.partition, one.ts, one.payload],
      ['a', 2, 1700000000123, '{"text":"One.","hmtl":{"characters":4}}'],
    )
    t.deepEqual(one.headers, [
      'traceparent',
      headers.traceparent,
      'own',
      'ü',
      'hmtl-model',
      'idle',
      'hmtl-version',
      '1',
    ])
    t.deepEqual([tombstone.key, tombstone.payload, tombstone.ts], ['a', null, 1700000000124])
    t.deepEqual([empty.key, empty.partition, empty.ts], [null, 1, 1700000000125])
    t.is(empty.payload ?? '', '')
  },
)

kafkaTest('headers that kcat writes come out as kcat reads them: order, repeats, null values, any name', async (t) => {
  const [from, to] = await makeTopics(broker.bootstrap, [1, 1])
  const headers = ['b=1', 'a=2', 'b=3', '10=x', '2=y', 'trace', '__proto__=p', '__proto__']
  const file = join(folder, 'record.json')
  await writeFile(file, '{"text":"Ada met Bob."}')
  await exec('kcat', [
    '-b',
    broker.bootstrap,
    '-P',
    '-t',
    from,
    '-k',
    'k',
    ...headers.flatMap((each) => ['-H', each]),
    file,
  ])
  await enrich(from, to)
  const [{ headers: seen }] = await consume(broker.bootstrap, to)
  const sent = headers.flatMap((each) => [each.split('=')[0], each.split('=')[1] ?? null])
  t.deepEqual(seen, [...sent, 'hmtl-model', 'idle', 'hmtl-version', '1'])
})

kafkaTest('what fails goes to the dead letters with its place, the rest goes on in order', async (t) => {
  const [from, to, dead] = await makeTopics(broker.bootstrap, [1, 1, 1])
  const bad = [
    '{"text":',
    Buffer.from([0x7b, 0xff, 0x7d]),
    '{"title":"no text"}',
    '[1]',
    '"text"',
    `{"text":${JSON.stringify('x'.repeat(5000))}}`,
  ]
  const values = bad.flatMap((value, i) => [value, `{"n":${i},"text":"Good."}`])
  await produce(
    broker.bootstrap,
    from,
    values.map((value, i) => ({ key: String(i), value, headers: { own: String(i) } })),
  )
  await enrich(from, to, { deadLetter: dead, maxMessageBytes: 3000 })
  const good = await consume(broker.bootstrap, to)
  t.deepEqual(
    good.map(({ payload }) => JSON.parse(payload as string).n),
    [0, 1, 2, 3, 4, 5],
  )
  const letters = await consume(broker.bootstrap, dead)
  const header = (i: number, name: string) => letters[i].headers[letters[i].headers.indexOf(name) + 1]
  t.deepEqual(
    letters.map((_, i) => header(i, 'hmtl-error-code')),
    [
      'HMTL_INPUT_JSON',
      'HMTL_INPUT_ENCODING',
      'HMTL_INPUT_FIELD',
      'HMTL_INPUT_FIELD',
      'HMTL_INPUT_FIELD',
      'HMTL_KAFKA_TOO_LARGE',
    ],
  )
  t.deepEqual(
    letters.map((_, i) => [
      header(i, 'hmtl-source-topic'),
      header(i, 'hmtl-source-partition'),
      header(i, 'hmtl-source-offset'),
      header(i, 'own'),
    ]),
    bad.map((_, i) => [from, '0', String(2 * i), String(2 * i)]),
  )
  t.is(letters[0].payload, bad[0] as string)
})

kafkaTest('without a topic for them the first failure stops the run, and nothing after it is committed', async (t) => {
  const [from, to] = await makeTopics(broker.bootstrap, [1, 1])
  await produce(broker.bootstrap, from, [
    { value: '{"text":"One."}' },
    { value: 'no json' },
    { value: '{"text":"Three."}' },
  ])
  const name = newGroup()
  const error = await t.throwsAsync(enrich(from, to, { group: name, chunkRecords: 1 }), { instanceOf: HmtlError })
  t.is((error as HmtlError).code, 'HMTL_KAFKA_MESSAGE')
  t.regex((error as HmtlError).message, /@1 failed: HMTL_INPUT_JSON.*--dead-letter/)
  t.is((await consume(broker.bootstrap, to)).length, 1)
  const client = await connect(broker.bootstrap)
  t.is((await client.committed(name, from)).get(0), 1n)
  await client.close()
})

kafkaTest('a model slower than the session is no dead member: nothing is fetched twice', async (t) => {
  const [from, to] = await makeTopics(broker.bootstrap, [1, 1])
  await produce(broker.bootstrap, from, [{ value: '{"text":"Slow."}' }, { value: '{"text":"Slower."}' }])
  let [joins, again] = [0, 0]
  await enrich(
    from,
    to,
    {
      consumer: { sessionTimeout: 1500, heartbeatInterval: 300 },
      observer: { onAssigned: () => joins++, onRedelivered: (_, records) => (again += records) },
    },
    idlePool(() => 5000),
  )
  t.deepEqual([joins, again, (await consume(broker.bootstrap, to)).length], [1, 0, 2])
})

kafkaTest('an output topic with fewer partitions: order within each partition of the input stays', async (t) => {
  const [from, to] = await makeTopics(broker.bootstrap, [4, 2])
  await produce(broker.bootstrap, from, texts(80))
  await enrich(from, to, { chunkRecords: 7 })
  const seen = (await consume(broker.bootstrap, to)).map(({ partition, payload }) => ({
    partition,
    n: JSON.parse(payload as string).n as number,
  }))
  t.is(seen.length, 80)
  for (let p = 0; p < 4; p++) {
    const mine = seen.filter(({ n }) => n % 4 === p)
    t.true(mine.every(({ partition, n }, i) => partition === p % 2 && (i === 0 || n > mine[i - 1].n)))
  }
})

kafkaTest('two members that stop at the end both do', async (t) => {
  const [from, to] = await makeTopics(broker.bootstrap, [4, 4])
  await produce(broker.bootstrap, from, texts(400))
  const name = newGroup()
  await Promise.all(
    [0, 1].map(() =>
      enrich(
        from,
        to,
        { group: name, chunkRecords: 20 },
        idlePool(() => 20),
      ),
    ),
  )
  t.is((await consume(broker.bootstrap, to)).length, 400)
})

kafkaTest(
  'a topic as a source and a sink: in order, committed behind the reader, a reader that leaves early goes on there',
  async (t) => {
    const [from, to] = await makeTopics(broker.bootstrap, [1, 1])
    await produce(
      broker.bootstrap,
      from,
      texts(50).map((message) => ({ ...message, partition: 0 })),
    )
    const client = await connect(broker.bootstrap)
    const name = newGroup()
    async function* some(count: number) {
      for await (const { key, value, headers, timestamp } of kafkaSource(client, { topic: from, group: name })) {
        yield { key, value, headers, timestamp, partition: 0 }
        if (--count === 0) return
      }
    }
    t.is(await kafkaSink(client, some(20), { topic: to, records: 7 }), 20)
    const committed = Number((await client.committed(name, from)).get(0))
    // The last one taken was not said to be done.
    t.is(committed, 19)
    t.is(await kafkaSink(client, some(31), { topic: to }), 31)
    t.deepEqual(
      (await consume(broker.bootstrap, to)).map(({ key }) => Number(key?.slice(1))),
      [...Array.from({ length: 20 }, (_, i) => i), ...Array.from({ length: 31 }, (_, i) => i + 19)],
    )
    const controller = new AbortController()
    setTimeout(() => controller.abort(), 500)
    const error = await t.throwsAsync(
      async () => {
        for await (const _ of kafkaSource(client, { topic: from, group: name, signal: controller.signal }));
      },
      { instanceOf: HmtlError },
    )
    t.is((error as HmtlError).code, 'HMTL_ABORTED')
    await client.close()
  },
)

kafkaTest('at least once: the same records, without transactions', async (t) => {
  const [from, to] = await makeTopics(broker.bootstrap, [4, 4])
  await produce(broker.bootstrap, from, texts(100))
  await enrich(from, to, { delivery: 'at-least-once' })
  t.is((await consume(broker.bootstrap, to)).length, 100)
})

kafkaTest('records of aborted transactions are not read, as kcat does not read them', async (t) => {
  const [from, to] = await makeTopics(broker.bootstrap, [1, 1])
  const producers = await Promise.all(
    ['a', 'b', 'c'].map(async (id) => {
      const producer = clientOf(broker.bootstrap).producer({
        transactionalId: `${from}-${id}`,
        idempotent: true,
        maxInFlightRequests: 1,
      })
      await producer.connect()
      return producer
    }),
  )
  // Transactions that begin together and end in another order.
  for (let round = 0; round < 6; round++) {
    const open = []
    for (const [i, producer] of producers.entries()) {
      const transaction = await producer.transaction()
      await transaction.send({ topic: from, messages: [{ value: JSON.stringify({ text: `${round} ${i}` }) }] })
      open.push(transaction)
    }
    for (const [i, transaction] of [...open.entries()].reverse())
      await ((round + i) % 2 === 0 ? transaction.abort() : transaction.commit())
  }
  for (const producer of producers) await producer.disconnect()
  const committed = (await consume(broker.bootstrap, from)).map(({ payload }) => payload)
  t.is(committed.length, 9)
  // The last offsets are markers, which no record stands at: the end is found all the same.
  await enrich(from, to)
  t.deepEqual(
    (await consume(broker.bootstrap, to)).map(({ payload }) => JSON.parse(payload as string).text),
    committed.map((payload) => JSON.parse(payload as string).text),
  )
})

kafkaTest('SIGTERM finishes what is under way and leaves; the next process goes on there; metrics tell', async (t) => {
  const [from, to, dead] = await makeTopics(broker.bootstrap, [2, 2, 1])
  const count = 600
  const text = 'Ada Lovelace wrote to Charles Babbage in London about the engine that he had drawn. '.repeat(6)
  await produce(broker.bootstrap, from, [
    { key: 'bad', value: 'no json', partition: 0 },
    ...Array.from({ length: count }, (_, i) => ({
      key: String(i),
      value: JSON.stringify({ n: i, text }),
      partition: i % 2,
    })),
  ])
  const name = newGroup()
  const args = [
    '--brokers',
    broker.bootstrap,
    '--from',
    from,
    '--to',
    to,
    '--dead-letter',
    dead,
    '--group',
    name,
    '--tasks',
    'ner',
    '--engine',
    'wasm',
    '--workers',
    '1',
    '--chunk-records',
    '20',
    '--log-level',
    'error',
  ]
  const port = 20000 + (process.pid % 20000)
  const first = spawn(process.execPath, [cli, 'enrich', ...args, '--metrics-port', String(port)], {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  let metrics = ''
  for (
    const until = Date.now() + 60_000;
    !(
      /hmtl_documents_total [1-9]/.test(metrics) && /hmtl_dead_letters_total\{code="HMTL_INPUT_JSON"\} 1/.test(metrics)
    ) && Date.now() < until;
    await sleep(20)
  )
    metrics = await fetch(`http://127.0.0.1:${port}/metrics`)
      .then((answer) => answer.text())
      .catch(() => '')
  t.regex(metrics, /hmtl_lag\{partition="\d"\} \d+/)
  t.is((await fetch(`http://127.0.0.1:${port}/readyz`)).status, 200)
  first.kill('SIGTERM')
  // A dead letter was written: a process that was asked to stop has done well all the same.
  t.is((await once(first, 'exit'))[0], 0)
  const part = (await consume(broker.bootstrap, to)).length
  t.true(part > 0)
  const { code } = await enrichCommand([...args, '--stop-at-end'])
  t.is(code, 0)
  const seen = await consume(broker.bootstrap, to)
  t.deepEqual(
    seen.map(({ key }) => Number(key)).sort((a, b) => a - b),
    Array.from({ length: count }, (_, i) => i),
  )
})

for (const [version, seed] of [
  ['4.1.2', 11],
  ['3.9.2', 12],
] as const)
  kafkaTest(
    `chaos on Kafka ${version}: members killed and stopped, the broker restarted; nothing lost, nothing doubled, order kept`,
    async (t) => {
      t.timeout(300_000)
      const result = await chaos({ version, messages: 4000, members: 2, events: 4, seed })
      t.log(JSON.stringify(result))
      for (const count of [result.kcat, result.client])
        t.deepEqual(count, { read: 4000, lost: 0, doubled: 0, outOfOrder: 0 })
    },
  )
