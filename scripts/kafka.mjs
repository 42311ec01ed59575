/**
 * A real Kafka broker on this machine, for tests and for trying things: KRaft, one
 * node, data thrown away. Needs Java 17 and Maven, which fetches Kafka's jars once
 * into the user's cache.
 *
 *   node scripts/kafka.mjs [PORT] [TOPIC …]        runs until it is interrupted (npm run kafka:start)
 */
import { execFile, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, rmSync } from 'node:fs'
import { mkdir, mkdtemp, open, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { homedir, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const exec = promisify(execFile)
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

export const defaultVersion = '4.1.2'

const cache = () => process.env.HMTL_CACHE ?? join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'hmtl')

/** Folder with Kafka's jars. */
const jars = async (version) => {
  const folder = join(cache(), `kafka-${version}`)
  if (existsSync(folder)) return folder
  await mkdir(cache(), { recursive: true })
  const making = await mkdtemp(join(cache(), '.kafka-'))
  try {
    const dependency = (group, artifact, number) =>
      `<dependency><groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${number}</version></dependency>`
    await writeFile(
      join(making, 'pom.xml'),
      `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion><groupId>hmtl</groupId><artifactId>broker</artifactId><version>1</version><packaging>pom</packaging><dependencies>${
        // Without a binding for its logs a broker says nothing.
        dependency('org.apache.kafka', 'kafka_2.13', version) + dependency('org.slf4j', 'slf4j-simple', '1.7.36')
      }</dependencies></project>`,
    )
    await exec(
      'mvn',
      [
        '-q',
        '-B',
        '-f',
        join(making, 'pom.xml'),
        'dependency:copy-dependencies',
        '-DincludeScope=runtime',
        `-DoutputDirectory=${join(making, 'libs')}`,
      ],
      {
        maxBuffer: 1 << 26,
      },
    )
    await rename(join(making, 'libs'), folder).catch((error) => {
      if (!existsSync(folder)) throw error
    })
    return folder
  } finally {
    await rm(making, { recursive: true, force: true })
  }
}

const freePort = () =>
  new Promise((resolve, reject) => {
    const server = createServer().once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      server.close(() => resolve(port))
    })
  })

/** One ApiVersions round trip: a broker answers it when it serves. */
const answers = (port) =>
  new Promise((resolve) => {
    const request = Buffer.alloc(19)
    request.writeInt32BE(15, 0)
    request.writeInt16BE(18, 4)
    request.writeInt32BE(1, 8)
    request.writeInt16BE(5, 12)
    request.write('probe', 14)
    const socket = connect(port, '127.0.0.1', () => socket.write(request))
    const end = (value) => {
      socket.destroy()
      resolve(value)
    }
    socket.setTimeout(1000, () => end(false))
    socket.once('error', () => end(false))
    socket.once('close', () => end(false))
    socket.once('data', () => end(true))
  })

/** An id of 16 bytes; one that begins with a dash is taken for an option. */
const clusterId = () => {
  for (;;) {
    const id = randomBytes(16).toString('base64url')
    if (!id.startsWith('-')) return id
  }
}

/** A certificate for localhost made on the spot: key and certificate as PEM, and the certificate alone. */
const certificate = async (folder) => {
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
  await exec('openssl', [
    'req',
    '-x509',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-keyout',
    key,
    '-out',
    cert,
    '-days',
    '2',
    '-subj',
    '/CN=localhost',
    '-addext',
    'subjectAltName=DNS:localhost,IP:127.0.0.1',
  ])
  await writeFile(join(folder, 'keystore.pem'), (await readFile(key, 'utf8')) + (await readFile(cert, 'utf8')))
  return { keystore: join(folder, 'keystore.pem'), ca: cert }
}

const jaas = 'org.apache.kafka.common.security'

/**
 * Starts a broker.
 * @param options `version`, `port`, `sasl` (a listener with users alice/alice-secret by PLAIN and bob/bob-secret by
 * SCRAM), `tls`, `config` (broker settings)
 * @returns addresses `bootstrap`, `sasl`, `tls`, and `kill`, `restart`, `stop`
 */
export const startKafka = async ({
  version = defaultVersion,
  port,
  sasl = false,
  tls = false,
  config = {},
  heap = 384,
} = {}) => {
  for (let tries = 1; ; tries++)
    try {
      return await start({ version, port, sasl, tls, config, heap })
    } catch (error) {
      // A port found free may be taken before the broker binds it.
      if (tries === 3 || !/in use|BindException/.test(error.message)) throw error
    }
}

const start = async ({ version, port, sasl, tls, config, heap }) => {
  const libs = await jars(version)
  const folder = await mkdtemp(join(tmpdir(), 'hmtl-kafka-'))
  const [main, controller, saslPort, tlsPort] = [
    port ?? (await freePort()),
    await freePort(),
    sasl ? await freePort() : 0,
    tls ? await freePort() : 0,
  ]
  const made = tls ? await certificate(folder) : undefined
  const listeners = [
    `PLAINTEXT://127.0.0.1:${main}`,
    `CONTROLLER://127.0.0.1:${controller}`,
    ...(sasl ? [`SASL_PLAINTEXT://127.0.0.1:${saslPort}`] : []),
    ...(tls ? [`SSL://127.0.0.1:${tlsPort}`] : []),
  ]
  const settings = {
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': `1@127.0.0.1:${controller}`,
    listeners: listeners.join(','),
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'PLAINTEXT',
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SASL_PLAINTEXT:SASL_PLAINTEXT,SSL:SSL',
    'log.dirs': join(folder, 'data'),
    'offsets.topic.replication.factor': 1,
    'offsets.topic.num.partitions': 1,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'transaction.state.log.num.partitions': 1,
    'transaction.abort.timed.out.transaction.cleanup.interval.ms': 1000,
    'group.initial.rebalance.delay.ms': 0,
    'group.min.session.timeout.ms': 1000,
    'auto.create.topics.enable': false,
    'log.cleaner.enable': false,
    // Records of any timestamp stay.
    'log.retention.ms': -1,
    'num.network.threads': 2,
    'num.io.threads': 2,
    ...(sasl && {
      'sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-256,SCRAM-SHA-512',
      'listener.name.sasl_plaintext.plain.sasl.jaas.config': `${jaas}.plain.PlainLoginModule required user_alice="alice-secret";`,
      'listener.name.sasl_plaintext.scram-sha-256.sasl.jaas.config': `${jaas}.scram.ScramLoginModule required;`,
      'listener.name.sasl_plaintext.scram-sha-512.sasl.jaas.config': `${jaas}.scram.ScramLoginModule required;`,
    }),
    ...(made && { 'ssl.keystore.type': 'PEM', 'ssl.keystore.location': made.keystore }),
    ...config,
  }
  const file = join(folder, 'server.properties')
  await writeFile(
    file,
    Object.entries(settings)
      .map(([key, value]) => `${key}=${value}\n`)
      .join(''),
  )
  const java = ['-XX:+UseSerialGC', '-Djava.awt.headless=true', '-Djava.net.preferIPv4Stack=true', '-cp', `${libs}/*`]
  const scram = sasl
    ? [
        '--add-scram',
        'SCRAM-SHA-256=[name=bob,password=bob-secret]',
        '--add-scram',
        'SCRAM-SHA-512=[name=bob,password=bob-secret]',
      ]
    : []
  await exec('java', [
    '-Xmx128m',
    '-XX:TieredStopAtLevel=1',
    ...java,
    'kafka.tools.StorageTool',
    'format',
    '-t',
    clusterId(),
    '-c',
    file,
    ...scram,
  ]).catch((error) => {
    throw new Error(`the broker's storage cannot be formatted: ${error.stdout ?? ''}${error.stderr ?? error.message}`)
  })
  const logFile = join(folder, 'broker.log')
  const log = await open(logFile, 'a')
  const complaints = async () =>
    (await readFile(logFile, 'utf8'))
      .split('\n')
      .filter((line) => /ERROR|FATAL|Exception/.test(line))
      .slice(0, 6)
      .join('\n')
  let child
  let ended = true
  // Its standard input is a pipe that this process holds: however this one ends, the reader behind it ends the broker.
  const guard = '"$@" </dev/null & p=$!; echo $p >&3; cat >/dev/null; kill -9 $p 2>/dev/null'
  let pid
  const up = async () => {
    child = spawn('sh', ['-c', guard, 'sh', 'java', `-Xms${heap}m`, `-Xmx${heap}m`, ...java, 'kafka.Kafka', file], {
      stdio: ['pipe', log.fd, log.fd, 'pipe'],
    })
    ended = false
    pid = Number(await new Promise((resolve) => child.stdio[3].once('data', resolve)))
    const deadline = Date.now() + 180_000
    while (!(await answers(main))) {
      const alive = existsSync(`/proc/${pid}`) || process.platform !== 'linux'
      if (!alive || Date.now() > deadline) throw new Error(`the broker did not start: ${await complaints()}`)
      await sleep(50)
    }
    child.unref()
    child.stdin.unref()
    child.stdio[3].unref?.()
  }
  const signal = (name) => {
    try {
      process.kill(pid, name)
    } catch {
      // Gone already.
    }
  }
  const down = async (name) => {
    if (ended) return
    signal(name)
    for (let waited = 0; existsSync(`/proc/${pid}`); waited += 50) {
      if (waited > 10_000) signal('SIGKILL')
      await sleep(50)
    }
    child.stdin.end()
    ended = true
  }
  const atExit = () => {
    signal('SIGKILL')
    rmSync(folder, { recursive: true, force: true })
  }
  process.once('exit', atExit)
  try {
    await up()
  } catch (error) {
    process.off('exit', atExit)
    await down('SIGKILL')
    await log.close()
    await rm(folder, { recursive: true, force: true })
    throw error
  }
  return {
    version,
    bootstrap: `127.0.0.1:${main}`,
    sasl: sasl ? `127.0.0.1:${saslPort}` : undefined,
    tls: tls ? `localhost:${tlsPort}` : undefined,
    ca: made?.ca,
    /** As a crash. */
    kill: () => down('SIGKILL'),
    async restart() {
      await down('SIGKILL')
      await up()
    },
    async stop() {
      await down('SIGTERM')
      process.off('exit', atExit)
      await log.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [port = '9092', ...named] = process.argv.slice(2)
  const topics = named.length > 0 ? named : ['news', 'news-annotated', 'news-failed']
  const broker = await startKafka({ port: Number(port) })
  const { default: kafkajs } = await import('kafkajs')
  const admin = new kafkajs.Kafka({ brokers: [broker.bootstrap], logLevel: kafkajs.logLevel.NOTHING }).admin()
  await admin.connect()
  await admin.createTopics({ topics: topics.map((topic) => ({ topic, numPartitions: 4 })) })
  await admin.disconnect()
  console.log(
    `Kafka ${broker.version} at ${broker.bootstrap} with the topics ${topics.join(', ')}, 4 partitions each. Ctrl-C ends it.`,
  )
  for (const name of ['SIGINT', 'SIGTERM']) process.once(name, () => broker.stop().then(() => process.exit(0)))
  setInterval(() => {}, 1 << 30)
}
