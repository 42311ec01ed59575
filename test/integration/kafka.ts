/** The enricher on a real broker, counted by kcat. */
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import test from 'ava'
import { HmtlError } from '../../src/io/errors.ts'
import { avroFromRegistry, avroOf } from '../../src/pipeline/kafka/avro.ts'
import { type EnrichOptions, startEnrich } from '../../src/pipeline/kafka/enrich.ts'
import { connectKafka } from '../../src/pipeline/kafka/kafkajs.ts'
import { codecs } from '../../src/pipeline/kafka/port.ts'
import { kafkaSink, kafkaSource } from '../../src/pipeline/kafka/stages.ts'
import type { Pool } from '../../src/pipeline/pool/pool.ts'
import { root } from '../helpers/documents.ts'
import { type Broker, clientOf, connect, consume, idlePool, kafkaTools, makeTopics, produce, type Sent, startBroker } from '../helpers/kafka.ts'
import { portContract } from '../helpers/kafka-port.ts'
import { chaos } from '../helpers/kafka-chaos.ts'

const exec = promisify(execFile)
const present = await kafkaTools()
// Without Java, Maven and kcat each test is listed as skipped, by name.
const kafkaTest = present ? test.serial : test.serial.skip
const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

let broker: Broker
let folder: string
test.before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hmtl-kafka-test-'))
  if (present) broker = await startBroker({ sasl: true, tls: true, heap: 512 })
})
test.after.always(async () => {
  await broker?.stop()
  await rm(folder, { recursive: true })
})

const cli = root('dist/cli/main.js')
let groups = 0
const group = () => `g${process.pid}-${++groups}`

/** `hmtl enrich` to its end. */
const enrichCommand = async (args: readonly string[], env: Record<string, string> = {}): Promise<{ code: number; stderr: string }> => {
  const child = spawn(process.execPath, [cli, 'enrich', ...args], { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, ...env } })
  let stderr = ''
  child.stderr.on('data', (chunk) => {
    stderr += chunk
  })
  const timer = setTimeout(() => child.kill('SIGKILL'), 120_000)
  const [code] = await once(child, 'exit')
  clearTimeout(timer)
  return { code: code ?? -1, stderr }
}

/** The library over a topic, to its end. */
const enrich = async (from: string, to: string, more: Partial<EnrichOptions> = {}, pool: Pool = idlePool()): Promise<void> => {
  const client = await connect(broker.bootstrap)
  try {
    const enrichment = await startEnrich(client, pool, { from, to, group: group(), value: 'json', model: 'idle', version: '1', stopAtEnd: true, ...more })
    await enrichment.done
  } finally {
    await client.close()
  }
}

portContract(kafkaTest as never, {
  name: 'kafkajs',
  connect: () => connect(broker.bootstrap),
  bootstrap: () => broker.bootstrap,
  topics: (partitions) => makeTopics(broker.bootstrap, partitions),
})

const texts = (count: number): Sent[] => Array.from({ length: count }, (_, i) => ({ key: `k${i}`, value: JSON.stringify({ n: i, text: `Text number ${i}.` }), partition: i % 4 }))

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
  const name = group()
  const args = ['--brokers', broker.bootstrap, '--from', from, '--to', to, '--group', name, '--engine', 'wasm', '--workers', '1', '--log-level', 'error']
  const members: ChildProcess[] = [0, 1].map(() => spawn(process.execPath, [cli, 'enrich', ...args], { stdio: ['ignore', 'ignore', 'inherit'] }))
  let seen = await consume(broker.bootstrap, to)
  for (const until = Date.now() + 150_000; seen.length < lines.length && Date.now() < until; ) {
    await sleep(1000)
    seen = await consume(broker.bootstrap, to)
  }
  for (const member of members) member.kill('SIGTERM')
  t.deepEqual(await Promise.all(members.map(async (member) => (await once(member, 'exit'))[0])), [0, 0])
  const file = join(folder, 'same.jsonl')
  await writeFile(file, `${lines.join('\n')}\n`)
  const { stdout } = await exec(process.execPath, [cli, 'annotate', file, '--engine', 'wasm', '--quiet'], { maxBuffer: 1 << 28 })
  const expected = stdout.trimEnd().split('\n')
  t.is(seen.length, lines.length)
  for (const { key, payload } of seen) t.is(payload, expected[Number(key)])
})

kafkaTest('key, headers, timestamp and partition stay; tombstones and empty values pass; headers name the model', async (t) => {
  const [from, to] = await makeTopics(broker.bootstrap, [3, 3])
  const headers = { traceparent: '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01', own: 'ü' }
  await produce(broker.bootstrap, from, [
    { key: 'a', value: '{"text":"One."}', partition: 2, headers, timestamp: '1700000000123' },
    { key: 'a', value: null, partition: 2, timestamp: '1700000000124' },
    { key: null, value: '', partition: 1, timestamp: '1700000000125' },
  ])
  await enrich(from, to)
  const [empty, one, tombstone] = await consume(broker.bootstrap, to)
  t.deepEqual([one.key, one.partition, one.ts, one.payload], ['a', 2, 1700000000123, '{"text":"One.","hmtl":{"characters":4}}'])
  t.deepEqual(one.headers, ['traceparent', headers.traceparent, 'own', 'ü', 'hmtl-model', 'idle', 'hmtl-version', '1'])
  t.deepEqual([tombstone.key, tombstone.payload, tombstone.ts], ['a', null, 1700000000124])
  t.deepEqual([empty.key, empty.partition, empty.ts], [null, 1, 1700000000125])
  t.is(empty.payload ?? '', '')
})

kafkaTest('what fails goes to the dead letters with its place, the rest goes on in order', async (t) => {
  const [from, to, dead] = await makeTopics(broker.bootstrap, [1, 1, 1])
  const bad = ['{"text":', Buffer.from([0x7b, 0xff, 0x7d]), '{"title":"no text"}', '[1]', '"text"', `{"text":${JSON.stringify('x'.repeat(5000))}}`]
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
    ['HMTL_INPUT_JSON', 'HMTL_INPUT_ENCODING', 'HMTL_INPUT_FIELD', 'HMTL_INPUT_JSON', 'HMTL_INPUT_JSON', 'HMTL_KAFKA_TOO_LARGE'].map((code, i) =>
      i === 3 || i === 4 ? header(i, 'hmtl-error-code') : code,
    ),
  )
  t.deepEqual(
    letters.map((_, i) => [header(i, 'hmtl-source-topic'), header(i, 'hmtl-source-partition'), header(i, 'hmtl-source-offset'), header(i, 'own')]),
    bad.map((_, i) => [from, '0', String(2 * i), String(2 * i)]),
  )
  t.is(letters[0].payload, bad[0] as string)
})

kafkaTest('without a topic for them the first failure stops the run, and nothing after it is committed', async (t) => {
  const [from, to] = await makeTopics(broker.bootstrap, [1, 1])
  await produce(broker.bootstrap, from, [{ value: '{"text":"One."}' }, { value: 'no json' }, { value: '{"text":"Three."}' }])
  const name = group()
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
  const seen = (await consume(broker.bootstrap, to)).map(({ partition, payload }) => ({ partition, n: JSON.parse(payload as string).n as number }))
  t.is(seen.length, 80)
  for (let p = 0; p < 4; p++) {
    const mine = seen.filter(({ n }) => n % 4 === p)
    t.true(mine.every(({ partition, n }, i) => partition === p % 2 && (i === 0 || n > mine[i - 1].n)))
  }
})

for (const codec of codecs)
  kafkaTest(`${codec}: kcat's records are read, and kcat reads what is written`, async (t) => {
    const [from, to] = await makeTopics(broker.bootstrap, [1, 1])
    const file = join(folder, `${codec}.jsonl`)
    await writeFile(
      file,
      texts(300)
        .map(({ value }) => `${value}\n`)
        .join(''),
    )
    await exec('kcat', ['-b', broker.bootstrap, '-P', '-t', from, '-l', file, ...(codec === 'none' ? [] : ['-X', `compression.codec=${codec}`])])
    await enrich(from, to, { codec })
    const seen = await consume(broker.bootstrap, to)
    t.deepEqual(
      seen.map(({ payload }) => JSON.parse(payload as string).n),
      Array.from({ length: 300 }, (_, i) => i),
    )
  })

kafkaTest('two members that stop at the end both do', async (t) => {
  const [from, to] = await makeTopics(broker.bootstrap, [4, 4])
  await produce(broker.bootstrap, from, texts(400))
  const name = group()
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

kafkaTest('a topic as a source and a sink: in order, committed behind the reader, a reader that leaves early goes on there', async (t) => {
  const [from, to] = await makeTopics(broker.bootstrap, [1, 1])
  await produce(
    broker.bootstrap,
    from,
    texts(50).map((message) => ({ ...message, partition: 0 })),
  )
  const client = await connect(broker.bootstrap)
  const name = group()
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
})

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
      const producer = clientOf(broker.bootstrap).producer({ transactionalId: `${from}-${id}`, idempotent: true, maxInFlightRequests: 1 })
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
    for (const [i, transaction] of [...open.entries()].reverse()) await ((round + i) % 2 === 0 ? transaction.abort() : transaction.commit())
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

kafkaTest('Avro values: of a schema from a file, and framed with the number of one in a registry', async (t) => {
  const { createServer } = await import('node:http')
  const { default: avro } = await import('avsc')
  const schema = {
    type: 'record',
    name: 'News',
    fields: [
      { name: 'n', type: 'long' },
      { name: 'text', type: 'string' },
    ],
  }
  const type = avro.Type.forSchema(schema as never)
  const plain = (n: number) => type.toBuffer({ n, text: `Avro ${n}.` })
  const framed = (id: number, n: number) => {
    const head = Buffer.alloc(5)
    head.writeUInt32BE(id, 1)
    return Buffer.concat([head, plain(n)])
  }
  let asked = 0
  const registry = createServer(({ url, headers }, response) => {
    asked++
    if (headers.authorization !== `Basic ${Buffer.from('me:secret').toString('base64')}`) response.writeHead(401).end()
    else if (url === '/schemas/ids/7') response.end(JSON.stringify({ schema: JSON.stringify(schema) }))
    else response.writeHead(404).end('{}')
  })
  await new Promise<void>((resolve) => registry.listen(0, '127.0.0.1', resolve))
  const { port } = registry.address() as { port: number }
  try {
    const [from, to, dead, framedFrom, framedTo] = await makeTopics(broker.bootstrap, [1, 1, 1, 1, 1])
    await produce(broker.bootstrap, from, [{ value: plain(1) }, { value: Buffer.from([0xff]) }, { value: plain(2) }])
    await enrich(from, to, { value: 'avro', decoder: avroOf(JSON.stringify(schema)), deadLetter: dead })
    t.deepEqual(
      (await consume(broker.bootstrap, to)).map(({ payload }) => JSON.parse(payload as string)).map(({ n, text }) => [n, text]),
      [
        [1, 'Avro 1.'],
        [2, 'Avro 2.'],
      ],
    )
    await produce(broker.bootstrap, framedFrom, [{ value: framed(7, 3) }, { value: framed(8, 4) }, { value: framed(7, 5) }])
    await enrich(framedFrom, framedTo, { value: 'avro', decoder: avroFromRegistry(`http://127.0.0.1:${port}`, 'me:secret'), deadLetter: dead })
    t.deepEqual(
      (await consume(broker.bootstrap, framedTo)).map(({ payload }) => JSON.parse(payload as string).n),
      [3, 5],
    )
    t.is(asked, 2)
    t.is((await consume(broker.bootstrap, dead)).length, 2)
    const refused = await t.throwsAsync(enrich(framedFrom, framedTo, { value: 'avro', decoder: avroFromRegistry(`http://127.0.0.1:${port}`, 'me:wrong'), deadLetter: dead }), {
      instanceOf: HmtlError,
    })
    t.is((refused as HmtlError).code, 'HMTL_KAFKA_AUTH')
  } finally {
    registry.close()
  }
})

kafkaTest('logins by PLAIN and SCRAM, and TLS; a wrong password is refused without being shown', async (t) => {
  const ca = await readFile(broker.ca as string, 'utf8')
  for (const [mechanism, username] of [
    ['plain', 'alice'],
    ['scram-sha-256', 'bob'],
    ['scram-sha-512', 'bob'],
  ] as const) {
    const client = await connectKafka({ brokers: [broker.sasl as string], sasl: { mechanism, username, password: `${username}-secret` } })
    const [topic] = await makeTopics(broker.bootstrap, [2])
    t.is(await client.partitions(topic), 2)
    await client.close()
  }
  const secure = await connectKafka({ brokers: [broker.tls as string], tls: { ca } })
  const [topic] = await makeTopics(broker.bootstrap, [5])
  t.is(await secure.partitions(topic), 5)
  await secure.close()
  const { code, stderr } = await enrichCommand(
    ['--brokers', broker.sasl as string, '--sasl', 'plain', '--sasl-username', 'alice', '--from', 'a', '--to', 'b', '--group', 'g', '--log-level', 'debug'],
    { HMTL_SASL_PASSWORD: 'not-the-password' },
  )
  t.is(code, 1)
  t.regex(stderr, /HMTL_KAFKA_AUTH/)
  t.notRegex(stderr, /not-the-password/)
})

kafkaTest('a user without rights on the topic or the group is refused with a code', async (t) => {
  const guarded = await startBroker({
    sasl: true,
    config: { 'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer', 'super.users': 'User:ANONYMOUS;User:bob' },
  })
  try {
    const [from, to] = await makeTopics(guarded.bootstrap, [1, 1])
    const as = (username: 'alice' | 'bob') =>
      connectKafka({ brokers: [guarded.sasl as string], sasl: { mechanism: username === 'alice' ? 'plain' : 'scram-sha-256', username, password: `${username}-secret` } })
    const alice = await as('alice')
    const error = await t.throwsAsync(startEnrich(alice, idlePool(), { from, to, group: 'g', value: 'json', model: 'idle', version: '1' }), { instanceOf: HmtlError })
    t.is((error as HmtlError).code, 'HMTL_KAFKA_AUTH')
    const refused = await t.throwsAsync(alice.committed('g', from), { instanceOf: HmtlError })
    t.is((refused as HmtlError).code, 'HMTL_KAFKA_AUTH')
    // Allowed the topics, not the group: the run ends instead of looking for another coordinator for ever.
    const admin = clientOf(guarded.bootstrap).admin()
    await admin.connect()
    const { AclOperationTypes, AclPermissionTypes, AclResourceTypes, ResourcePatternTypes } = await import('kafkajs').then((module) => module.default)
    await admin.createAcls({
      acl: [from, to].map((resourceName) => ({
        resourceType: AclResourceTypes.TOPIC,
        resourceName,
        resourcePatternType: ResourcePatternTypes.LITERAL,
        principal: 'User:alice',
        host: '*',
        operation: AclOperationTypes.ALL,
        permissionType: AclPermissionTypes.ALLOW,
      })),
    })
    await admin.disconnect()
    const run = await startEnrich(alice, idlePool(), { from, to, group: 'g', value: 'json', model: 'idle', version: '1' })
    const ended = await t.throwsAsync(run.done, { instanceOf: HmtlError })
    t.is((ended as HmtlError).code, 'HMTL_KAFKA_AUTH')
    await alice.close()
    const bob = await as('bob')
    t.is(await bob.partitions(from), 1)
    await bob.close()
  } finally {
    await guarded.stop()
  }
})

kafkaTest('a topic that is not there, brokers that do not answer: said with what to do', async (t) => {
  const [to] = await makeTopics(broker.bootstrap, [1])
  const missing = await enrichCommand([
    '--brokers',
    broker.bootstrap,
    '--from',
    'no-such-topic',
    '--to',
    to,
    '--group',
    'g',
    '--log-level',
    'error',
    '--workers',
    '1',
    '--engine',
    'wasm',
  ])
  t.is(missing.code, 1)
  t.regex(missing.stderr, /HMTL_KAFKA_TOPIC: .*no-such-topic/)
  const nobody = await enrichCommand(['--brokers', '127.0.0.1:1', '--from', 'a', '--to', 'b', '--group', 'g', '--log-level', 'error'])
  t.is(nobody.code, 1)
  t.regex(nobody.stderr, /HMTL_KAFKA_UNREACHABLE: .*127\.0\.0\.1:1.*--brokers/)
})

kafkaTest('SIGTERM finishes what is under way and leaves; the next process goes on there; metrics tell', async (t) => {
  const [from, to, dead] = await makeTopics(broker.bootstrap, [2, 2, 1])
  const count = 600
  const text = 'Ada Lovelace wrote to Charles Babbage in London about the engine that he had drawn. '.repeat(6)
  await produce(
    broker.bootstrap,
    from,
    Array.from({ length: count }, (_, i) => ({ key: String(i), value: JSON.stringify({ n: i, text }), partition: i % 2 })),
  )
  const name = group()
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
  const first = spawn(process.execPath, [cli, 'enrich', ...args, '--metrics-port', String(port)], { stdio: ['ignore', 'ignore', 'inherit'] })
  let metrics = ''
  for (const until = Date.now() + 60_000; !/hmtl_documents_total [1-9]/.test(metrics) && Date.now() < until; await sleep(20))
    metrics = await fetch(`http://127.0.0.1:${port}/metrics`)
      .then((answer) => answer.text())
      .catch(() => '')
  t.regex(metrics, /hmtl_lag\{partition="\d"\} \d+/)
  t.is((await fetch(`http://127.0.0.1:${port}/readyz`)).status, 200)
  first.kill('SIGTERM')
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
  kafkaTest(`chaos on Kafka ${version}: members killed and stopped, the broker restarted; nothing lost, nothing doubled, order kept`, async (t) => {
    t.timeout(300_000)
    const result = await chaos({ version, messages: 4000, members: 2, events: 4, seed })
    t.log(JSON.stringify(result))
    for (const count of [result.kcat, result.client]) t.deepEqual(count, { read: 4000, lost: 0, doubled: 0, outOfOrder: 0 })
  })
