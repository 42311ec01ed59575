/** `hmtl enrich`: a Kafka topic through the model into another. */
import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { pino } from 'pino'
import type { Argv } from 'yargs'
import { HmtlError } from '../src/io/errors.ts'
import { type OffsetUnit, offsetUnits } from '../src/io/document/offsets.ts'
import { openPool } from '../src/open-pool.ts'
import { engineNames } from '../src/model/engine-choice.ts'
import { avroFromRegistry, avroOf } from '../src/pipeline/kafka/avro.ts'
import { startEnrich } from '../src/pipeline/kafka/enrich.ts'
import { type ClientOptions, codecs, type KafkaClient, type SaslMechanism } from '../src/pipeline/kafka/port.ts'
import { valueTypes } from '../src/pipeline/kafka/record.ts'
import { names, number, probability } from './support/command.ts'
import { onLauncherGone } from './support/launcher.ts'
import { createMetrics, serveMetrics } from './support/metrics.ts'
import { exitCodes } from './support/output.ts'
import { packageVersion } from './support/version.ts'

/** A secret is no option, and no child process or report should see it: read at once and taken out. */
const takeSecret = (name: string): string | undefined => {
  const value = process.env[name]
  delete process.env[name]
  return value
}
const password = takeSecret('HMTL_SASL_PASSWORD')
const registryAuth = takeSecret('HMTL_REGISTRY_AUTH')

const mechanisms: readonly SaslMechanism[] = ['plain', 'scram-sha-256', 'scram-sha-512']

export const builder = (yargs: Argv) =>
  yargs
    .option('brokers', names('host:port, one or more'))
    .option('from', { type: 'string', demandOption: true, describe: 'Topic that is read' })
    .option('to', { type: 'string', demandOption: true, describe: 'Topic that is written' })
    .option('group', {
      type: 'string',
      demandOption: true,
      describe: 'Consumer group; processes of one group share the partitions',
    })
    .option('dead-letter', {
      type: 'string',
      describe: 'Topic for records that fail; without one the first stops the run',
    })
    .option('value', { type: 'string', choices: valueTypes, default: 'json' as const, describe: 'What the values are' })
    .option('avro-schema', { type: 'string', describe: 'File with the schema of Avro values' })
    .option('schema-registry', {
      type: 'string',
      describe: 'URL of the registry that Avro values name their schema in; user:password is HMTL_REGISTRY_AUTH',
    })
    .option('text-field', { type: 'string', default: 'text', describe: 'Field of a JSON value that holds the text' })
    .option('input-offset-unit', {
      type: 'string',
      choices: offsetUnits,
      describe: 'What offsets in values count that do not say it (default: utf16)',
    })
    .option('offset-unit', {
      type: 'string',
      choices: offsetUnits,
      default: 'utf16' as const,
      describe: 'What offsets in the output count',
    })
    .option('model', { type: 'string', default: 'en', describe: 'A bundled model, or the folder of one' })
    .option('tasks', names('Only the layers of these tasks'))
    .option('labels', names('Only these labels, in the layers that have one of them: PER,employer'))
    .option('min-score', probability('min-score', 'Leave out what is less probable'))
    .option('workers', number('workers', 'Worker threads (default: the number of cores)', { least: 1 }))
    .option('engine', { type: 'string', choices: engineNames, describe: 'What computes (default: auto)' })
    .option('delivery', {
      type: 'string',
      choices: ['atomic', 'at-least-once'] as const,
      default: 'atomic' as const,
      describe: 'Whether outputs and offsets are one transaction',
    })
    .option('codec', {
      type: 'string',
      choices: codecs,
      default: 'none' as const,
      describe: 'Compression of what is written',
    })
    .option('start', {
      type: 'string',
      choices: ['earliest', 'latest'] as const,
      default: 'earliest' as const,
      describe: 'Where a group without offsets begins',
    })
    .option('stop-at-end', {
      type: 'boolean',
      default: false,
      describe: 'End when the topic is read to where it ended at the start',
    })
    .option('chunk-records', { ...number('chunk-records', 'Most records a transaction', { least: 1 }), default: 200 })
    .option('deadline', {
      ...number('deadline', 'Longest that the model may take over some documents, in seconds', {
        least: 0.001,
        most: 86_400,
        whole: false,
      }),
      default: 120,
    })
    .option('max-message-bytes', {
      ...number('max-message-bytes', 'Largest record that the output topic takes', { least: 1 }),
      default: 1_000_000,
    })
    .option('fetch-bytes', {
      ...number('fetch-bytes', 'Most bytes fetched of a partition at once', { least: 1, most: 2 ** 31 - 1 }),
      default: 256 * 1024,
    })
    .option('session-timeout', {
      ...number('session-timeout', 'Seconds without a sign of life after which the group takes the partitions away', {
        least: 1,
        most: 86_400,
        whole: false,
      }),
      default: 45,
    })
    .option('tls', { type: 'boolean', describe: 'Encrypt the connections' })
    .option('tls-ca', { type: 'string', describe: 'File with the certificate authority' })
    .option('tls-cert', { type: 'string', describe: 'File with the client’s certificate' })
    .option('tls-key', { type: 'string', describe: 'File with the client’s key' })
    .option('sasl', {
      type: 'string',
      choices: mechanisms,
      describe: 'How to log in; the password is HMTL_SASL_PASSWORD or in --client-config',
    })
    .option('sasl-username', { type: 'string', describe: 'User name' })
    .option('client-config', {
      type: 'string',
      describe: 'JSON file with brokers, tls {ca, cert, key} and sasl {mechanism, username, password}',
    })
    .option('fail-on-dead-letters', {
      type: 'boolean',
      default: false,
      describe: 'After SIGTERM too: end with 3 if there were dead letters',
    })
    .option('metrics-port', number('metrics-port', 'Serves /metrics, /healthz and /readyz', { most: 65_535 }))
    .option('log-level', {
      type: 'string',
      choices: ['error', 'warn', 'info', 'debug', 'silent'] as const,
      default: 'info' as const,
      describe: 'Logs are JSON lines on standard error',
    })
    .example(
      '$0 enrich --brokers localhost:9092 --from news --to news-annotated --group hmtl --dead-letter news-failed',
      'until it is stopped',
    )
    .example(
      'HMTL_SASL_PASSWORD=… $0 enrich --brokers kafka:9094 --tls --sasl scram-sha-512 --sasl-username hmtl --from a --to b --group g',
      'with a login',
    )

type Args = Awaited<ReturnType<typeof builder>['argv']>

const readText = (path: string, what: string): string => {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    throw new HmtlError('HMTL_INPUT_NOT_FOUND', `cannot read ${what} ${path}`, { cause })
  }
}

const usage = (message: string, remedy?: string) => new HmtlError('HMTL_USAGE', message, { remedy })

interface ClientFile {
  readonly brokers?: readonly string[]
  readonly tls?: boolean | { readonly ca?: string; readonly cert?: string; readonly key?: string }
  readonly sasl?: { readonly mechanism?: string; readonly username?: string; readonly password?: string }
}

const readClientFile = (path: string): ClientFile => {
  const text = readText(path, 'the client configuration')
  try {
    const value = JSON.parse(text) as ClientFile
    for (const key of Object.keys(value))
      if (!['brokers', 'tls', 'sasl'].includes(key))
        throw usage(`unknown key "${key}" in ${path}`, 'It has brokers, tls and sasl')
    return value
  } catch (error) {
    if (error instanceof HmtlError) throw error
    // The parser's message quotes the text, and with it perhaps the password.
    throw usage(`${path} is not valid JSON`)
  }
}

/** The connection from options, file and environment; options come first. */
const clientOptionsOf = (args: Args): ClientOptions => {
  const file = args.clientConfig === undefined ? {} : readClientFile(args.clientConfig)
  const brokers = (args.brokers ?? file.brokers ?? []).flatMap((each) => each.split(',')).filter(Boolean)
  if (brokers.length === 0) throw usage('no broker is named', 'Use --brokers host:port')
  const fileTls = typeof file.tls === 'object' ? file.tls : {}
  const tlsFiles = { ca: args.tlsCa ?? fileTls.ca, cert: args.tlsCert ?? fileTls.cert, key: args.tlsKey ?? fileTls.key }
  const tls = (args.tls ?? Boolean(file.tls)) || Object.values(tlsFiles).some(Boolean)
  const mechanism = args.sasl ?? file.sasl?.mechanism
  const [username, secret] = [args.saslUsername ?? file.sasl?.username, password ?? file.sasl?.password]
  if (mechanism !== undefined) {
    if (!mechanisms.includes(mechanism as SaslMechanism))
      throw usage(`sasl mechanism "${mechanism}" is not one of ${mechanisms.join(', ')}`)
    if (!username) throw usage('--sasl needs a user name', 'Use --sasl-username')
    if (!secret) throw usage('--sasl needs a password', 'Set HMTL_SASL_PASSWORD, or use --client-config')
  }
  const content = (path: string | undefined, what: string) => (path === undefined ? undefined : readText(path, what))
  const [ca, cert, key] = [
    content(tlsFiles.ca, 'the certificate authority'),
    content(tlsFiles.cert, 'the certificate'),
    content(tlsFiles.key, 'the key'),
  ]
  return {
    brokers,
    ...(tls ? { tls: { ...(ca ? { ca } : {}), ...(cert ? { cert } : {}), ...(key ? { key } : {}) } } : {}),
    ...(mechanism !== undefined
      ? { sasl: { mechanism: mechanism as SaslMechanism, username: username as string, password: secret as string } }
      : {}),
  }
}

const decoderOf = ({ value, avroSchema, schemaRegistry }: Args) => {
  if (value !== 'avro') return undefined
  if (schemaRegistry !== undefined) return avroFromRegistry(schemaRegistry, registryAuth)
  if (avroSchema !== undefined) return avroOf(readText(avroSchema, 'the schema'), avroSchema)
  throw usage('--value avro needs --avro-schema or --schema-registry')
}

export const handler = async (args: Args): Promise<number> => {
  const { connectKafka } = await import('../src/pipeline/kafka/kafkajs.ts')
  return enrich(args, connectKafka)
}

/** The command on a client. @returns exit code */
export const enrich = async (
  args: Args,
  connect: (options: ClientOptions) => Promise<KafkaClient>,
): Promise<number> => {
  const log = pino(
    { level: args.logLevel, base: { name: 'hmtl' }, timestamp: pino.stdTimeFunctions.isoTime },
    pino.destination({ dest: 2, sync: true }),
  )
  const connection = clientOptionsOf(args)
  const metrics = createMetrics(args.metricsPort !== undefined)
  const { observer } = metrics
  const workers = args.workers ?? availableParallelism()
  let assigned: readonly number[] | undefined
  const client = await connect({
    ...connection,
    onLog: (level, message, details) => log[level === 'info' ? 'debug' : level](details, message),
  })
  const pool = await openPool(
    args.model,
    { workers, engine: args.engine, tasks: args.tasks, labels: args.labels, minScore: args.minScore },
    args.offsetUnit as OffsetUnit,
    {
      deadline: args.deadline * 1000,
      onReplaced: (error) => log.warn({ error: error.message }, 'a worker was replaced'),
    },
  ).catch(async (error) => {
    await client.close()
    throw error
  })
  let signalled: NodeJS.Signals | undefined
  const signals = ['SIGTERM', 'SIGINT'] as const
  const started = performance.now()
  let server: Awaited<ReturnType<typeof serveMetrics>> | undefined
  try {
    const enrichment = await startEnrich(client, pool, {
      from: args.from,
      to: args.to,
      group: args.group,
      deadLetter: args.deadLetter,
      value: args.value,
      decoder: decoderOf(args),
      textField: args.textField,
      inputOffsetUnit: args.inputOffsetUnit as OffsetUnit | undefined,
      model: args.model.split(/[/\\]/).filter(Boolean).pop() ?? args.model,
      version: packageVersion(),
      delivery: args.delivery,
      codec: args.codec,
      chunkRecords: args.chunkRecords,
      maxMessageBytes: args.maxMessageBytes,
      stopAtEnd: args.stopAtEnd,
      consumer: {
        sessionTimeout: args.sessionTimeout * 1000,
        heartbeatInterval: Math.min(3000, (args.sessionTimeout * 1000) / 5),
        fetchBytes: args.fetchBytes,
        concurrency: workers + 2,
        from: args.start,
      },
      observer: {
        ...observer,
        onDead(place, error) {
          observer.onDead(place, error)
          log.warn({ place, ...error }, 'dead letter')
        },
        onRetry(partition, error) {
          observer.onRetry(partition, error)
          log.warn({ partition, error: error.message }, 'a chunk is taken up again')
        },
        onAssigned(partitions) {
          observer.onAssigned(partitions)
          assigned = partitions
          log.info({ partitions }, 'assigned')
        },
      },
    })
    const stop = (signal: NodeJS.Signals) => {
      if (signalled) return
      signalled = signal
      log.info({ signal }, 'finishing what is under way')
      enrichment.stop().catch((error) => log.error({ error: (error as Error).message }, 'stopping failed'))
    }
    for (const signal of signals) process.on(signal, stop)
    const unwatch = onLauncherGone(() => stop('SIGTERM'))
    try {
      if (args.metricsPort !== undefined)
        server = await serveMetrics(metrics, args.metricsPort, () => assigned !== undefined && signalled === undefined)
      log.info(
        { from: args.from, to: args.to, group: args.group, delivery: args.delivery, model: args.model, workers },
        'enriching',
      )
      await enrichment.done
    } finally {
      for (const signal of signals) process.off(signal, stop)
      unwatch()
      await enrichment.stop()
    }
  } finally {
    server?.close()
    server?.closeAllConnections()
    await pool.close()
    await client.close().catch(() => undefined)
  }
  const totals = await metrics.totals()
  log.info({ ...totals, seconds: Math.round((performance.now() - started) / 100) / 10 }, 'ended')
  if (signalled === 'SIGINT') return exitCodes.interrupted
  // Stopped from outside, it has done what it was asked to: a supervisor would take 3 for a crash.
  const tells = signalled === undefined || args.failOnDeadLetters
  return tells && totals.deadLetters > 0 ? exitCodes.deadLetters : exitCodes.ok
}
