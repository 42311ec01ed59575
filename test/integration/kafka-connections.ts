/** Connecting to Kafka and reading what others write: the port's contract, codecs, Avro, logins, rights. */
import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import test from 'ava'
import { HmtlError } from '../../src/io/errors.ts'
import { avroFromRegistry, avroOf } from '../../src/pipeline/kafka/avro.ts'
import { startEnrich } from '../../src/pipeline/kafka/enrich.ts'
import { connectKafka } from '../../src/pipeline/kafka/kafkajs.ts'
import { codecs } from '../../src/pipeline/kafka/port.ts'
import { idlePool } from '../helpers/idle-pool.ts'
import { clientOf, connect, consume, makeTopics, produce, startBroker } from '../helpers/kafka.ts'
import { portContract } from '../helpers/kafka-port.ts'
import { enrichCommand, kafkaSuite, texts } from '../helpers/kafka-suite.ts'

const exec = promisify(execFile)
const { kafkaTest, broker, folder, enrich } = await kafkaSuite(test, { sasl: true, tls: true })

portContract(kafkaTest as never, {
  name: 'kafkajs on a broker',
  connect: () => connect(broker.bootstrap),
  topics: (settings) => makeTopics(broker.bootstrap, settings),
  read: async (topic) => (await consume(broker.bootstrap, topic)).map(({ payload }) => payload),
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
    await exec('kcat', [
      '-b',
      broker.bootstrap,
      '-P',
      '-t',
      from,
      '-l',
      file,
      ...(codec === 'none' ? [] : ['-X', `compression.codec=${codec}`]),
    ])
    await enrich(from, to, { codec })
    const seen = await consume(broker.bootstrap, to)
    t.deepEqual(
      seen.map(({ payload }) => JSON.parse(payload as string).n),
      Array.from({ length: 300 }, (_, i) => i),
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
      (await consume(broker.bootstrap, to))
        .map(({ payload }) => JSON.parse(payload as string))
        .map(({ n, text }) => [n, text]),
      [
        [1, 'Avro 1.'],
        [2, 'Avro 2.'],
      ],
    )
    await produce(broker.bootstrap, framedFrom, [
      { value: framed(7, 3) },
      { value: framed(8, 4) },
      { value: framed(7, 5) },
    ])
    await enrich(framedFrom, framedTo, {
      value: 'avro',
      decoder: avroFromRegistry(`http://127.0.0.1:${port}`, 'me:secret'),
      deadLetter: dead,
    })
    t.deepEqual(
      (await consume(broker.bootstrap, framedTo)).map(({ payload }) => JSON.parse(payload as string).n),
      [3, 5],
    )
    t.is(asked, 2)
    t.is((await consume(broker.bootstrap, dead)).length, 2)
    const refused = await t.throwsAsync(
      enrich(framedFrom, framedTo, {
        value: 'avro',
        decoder: avroFromRegistry(`http://127.0.0.1:${port}`, 'me:wrong'),
        deadLetter: dead,
      }),
      {
        instanceOf: HmtlError,
      },
    )
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
    const client = await connectKafka({
      brokers: [broker.sasl as string],
      sasl: { mechanism, username, password: `${username}-secret` },
    })
    const [topic] = await makeTopics(broker.bootstrap, [2])
    t.is(await client.partitions(topic), 2)
    await client.close()
  }
  const secure = await connectKafka({ brokers: [broker.tls as string], tls: { ca } })
  const [topic] = await makeTopics(broker.bootstrap, [5])
  t.is(await secure.partitions(topic), 5)
  await secure.close()
  const { code, stderr } = await enrichCommand(
    [
      '--brokers',
      broker.sasl as string,
      '--sasl',
      'plain',
      '--sasl-username',
      'alice',
      '--from',
      'a',
      '--to',
      'b',
      '--group',
      'g',
      '--log-level',
      'debug',
    ],
    { HMTL_SASL_PASSWORD: 'not-the-password' },
  )
  t.is(code, 1)
  t.regex(stderr, /HMTL_KAFKA_AUTH/)
  t.notRegex(stderr, /not-the-password/)
})

kafkaTest('a user without rights on the topic or the group is refused with a code', async (t) => {
  const guarded = await startBroker({
    sasl: true,
    config: {
      'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
      'super.users': 'User:ANONYMOUS;User:bob',
    },
  })
  try {
    const [from, to] = await makeTopics(guarded.bootstrap, [1, 1])
    const as = (username: 'alice' | 'bob') =>
      connectKafka({
        brokers: [guarded.sasl as string],
        sasl: { mechanism: username === 'alice' ? 'plain' : 'scram-sha-256', username, password: `${username}-secret` },
      })
    const alice = await as('alice')
    const error = await t.throwsAsync(
      startEnrich(alice, idlePool(), { from, to, group: 'g', value: 'json', model: 'idle', version: '1' }),
      { instanceOf: HmtlError },
    )
    t.is((error as HmtlError).code, 'HMTL_KAFKA_AUTH')
    const refused = await t.throwsAsync(alice.committed('g', from), { instanceOf: HmtlError })
    t.is((refused as HmtlError).code, 'HMTL_KAFKA_AUTH')
    // Allowed the topics, not the group: the run ends instead of looking for another coordinator for ever.
    const admin = clientOf(guarded.bootstrap).admin()
    await admin.connect()
    const { AclOperationTypes, AclPermissionTypes, AclResourceTypes, ResourcePatternTypes } = await import(
      'kafkajs'
    ).then((module) => module.default)
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
    const run = await startEnrich(alice, idlePool(), {
      from,
      to,
      group: 'g',
      value: 'json',
      model: 'idle',
      version: '1',
    })
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
  const nobody = await enrichCommand([
    '--brokers',
    '127.0.0.1:1',
    '--from',
    'a',
    '--to',
    'b',
    '--group',
    'g',
    '--log-level',
    'error',
  ])
  t.is(nobody.code, 1)
  t.regex(nobody.stderr, /HMTL_KAFKA_UNREACHABLE: .*127\.0\.0\.1:1.*--brokers/)
})
