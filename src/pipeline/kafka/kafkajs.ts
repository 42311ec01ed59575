/** The port on kafkajs. */
import { createRequire } from 'node:module'
import type { Admin, Consumer, Kafka, KafkaConfig, KafkaMessage, Producer, RecordMetadata, SASLOptions } from 'kafkajs'
import type { HmtlError } from '../../io/errors.ts'
import { registerCodecs } from './codecs.ts'
import { kafkaError, messageOf, notAllowed, patiently, trying } from './kafkajs-errors.ts'
import { headersOf } from './kafkajs-headers.ts'
import { patchKafkajs } from './kafkajs-patches.ts'
import type {
  ClientOptions,
  Codec,
  KafkaBatch,
  KafkaClient,
  KafkaConsumer,
  KafkaProducer,
  KafkaRecord,
  LogLevel,
  OutgoingRecord,
} from './port.ts'
import { reachBrokers } from './reach.ts'

patchKafkajs()
const kafkajs = createRequire(import.meta.url)('kafkajs') as typeof import('kafkajs')
const { CompressionCodecs, CompressionTypes, logLevel } = kafkajs
registerCodecs(CompressionCodecs, CompressionTypes)

const compression: Readonly<Record<Codec, number>> = {
  none: CompressionTypes.None,
  gzip: CompressionTypes.GZIP,
  snappy: CompressionTypes.Snappy,
  lz4: CompressionTypes.LZ4,
  zstd: CompressionTypes.ZSTD,
}

/** Waits between tries: short at first, for a transaction's marker takes milliseconds to be written. */
const retry = { initialRetryTime: 10, factor: 0.2, multiplier: 1.5, maxRetryTime: 1000, retries: 25 }

const toMessages = (records: readonly OutgoingRecord[]) =>
  records.map(({ key, value, headers, timestamp, partition }) => ({
    key,
    value,
    // A list, which the patched encoder takes.
    headers: headers as never,
    partition,
    ...(timestamp ? { timestamp } : {}),
  }))

const toRecord = (
  topic: string,
  partition: number,
  { offset, key, value, headers, timestamp }: KafkaMessage,
): KafkaRecord => ({
  topic,
  partition,
  offset: BigInt(offset),
  key,
  value,
  headers: headersOf(headers),
  timestamp,
})

/** Refusals that kafkajs only logs: it goes on looking for a coordinator that would not refuse. */
interface Refusals {
  latest: HmtlError | undefined
  readonly listeners: Set<(error: HmtlError) => void>
}

const wrapConsumer = (
  consumer: Consumer,
  concurrency: number,
  fromBeginning: boolean,
  refusals: Refusals,
): KafkaConsumer => ({
  async run(topic, handle) {
    await trying(`subscribing to ${topic}`, () => consumer.subscribe({ topics: [topic], fromBeginning }))
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: concurrency,
      eachBatch: async ({ batch, heartbeat, isRunning, isStale, resolveOffset }) => {
        const wrapped: KafkaBatch = {
          topic: batch.topic,
          partition: batch.partition,
          records: batch.messages.map((message) => toRecord(batch.topic, batch.partition, message)),
          next: BigInt(batch.lastOffset()) + 1n,
          end: BigInt(batch.highWatermark),
          heartbeat,
          running: () => isRunning() && !isStale(),
          resolve: (offset) => resolveOffset(String(offset)),
        }
        await handle(wrapped)
      },
    })
  },
  seek: (topic, partition, offset) => consumer.seek({ topic, partition, offset: String(offset) }),
  commit: (topic, partition, next) =>
    trying('committing', () => consumer.commitOffsets([{ topic, partition, offset: String(next) }])),
  onAssigned(listener) {
    consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => listener(Object.values(payload.memberAssignment).flat()))
  },
  onSkipped(listener) {
    consumer.on(consumer.events.END_BATCH_PROCESS, ({ payload: { partition, batchSize, lastOffset } }) => {
      if (batchSize === 0) listener(partition, BigInt(lastOffset) + 1n)
    })
  },
  onFailed(listener) {
    refusals.listeners.add(listener)
    consumer.on(consumer.events.DISCONNECT, () => refusals.listeners.delete(listener))
    consumer.on(consumer.events.CRASH, ({ payload }) => {
      if (!payload.restart) listener(kafkaError(payload.error, 'consuming'))
    })
  },
  close: () => consumer.disconnect(),
})

const wrapProducer = (producer: Producer, codec: Codec): KafkaProducer => {
  const sending =
    (to: { send(record: never): Promise<RecordMetadata[]> }) =>
    async (topic: string, records: readonly OutgoingRecord[]) => {
      if (records.length > 0)
        await trying(`writing to ${topic}`, () =>
          to.send({ topic, acks: -1, compression: compression[codec], messages: toMessages(records) } as never),
        )
    }
  return {
    send: sending(producer),
    async transaction() {
      const transaction = await patiently('beginning a transaction', () => producer.transaction())
      return {
        send: sending(transaction),
        sendOffset: (group, topic, partition, next) =>
          trying('writing the offsets', () =>
            transaction.sendOffsets({
              consumerGroupId: group,
              topics: [{ topic, partitions: [{ partition, offset: String(next) }] }],
            }),
          ),
        commit: () => trying('committing a transaction', () => transaction.commit()),
        async abort() {
          if (transaction.isActive()) await transaction.abort()
        },
      }
    },
    close: () => producer.disconnect(),
  }
}

const levels = {
  [logLevel.ERROR]: 'error',
  [logLevel.WARN]: 'warn',
  [logLevel.INFO]: 'info',
  [logLevel.DEBUG]: 'debug',
} as Record<number, LogLevel>

const configOf = ({ brokers, clientId = 'hmtl', tls, sasl }: ClientOptions): KafkaConfig => ({
  clientId,
  brokers: [...brokers],
  connectionTimeout: 5000,
  ...(tls
    ? {
        ssl: {
          ...(tls.ca ? { ca: [tls.ca] } : {}),
          ...(tls.cert ? { cert: tls.cert } : {}),
          ...(tls.key ? { key: tls.key } : {}),
        },
      }
    : {}),
  ...(sasl ? { sasl: sasl as SASLOptions } : {}),
})

/** One try at one broker. @returns the addresses by which the brokers of its cluster call themselves */
const askBroker = async (options: ClientOptions, broker: string): Promise<readonly string[]> => {
  const once = { retry: { retries: 0 }, logLevel: logLevel.NOTHING }
  const admin = new kafkajs.Kafka({ ...configOf({ ...options, brokers: [broker] }), ...once }).admin()
  try {
    return await trying(`connecting to ${broker}`, async () => {
      await admin.connect()
      return (await admin.describeCluster()).brokers.map(({ host, port }) => `${host}:${port}`)
    })
  } finally {
    await admin.disconnect().catch(() => undefined)
  }
}

const openKafka = (options: ClientOptions, onRefused: (text: unknown) => void): Kafka =>
  new kafkajs.Kafka({
    ...configOf(options),
    retry,
    logLevel: logLevel.INFO,
    logCreator:
      () =>
      ({ level, log: { message, error, groupId, broker } }) => {
        onRefused(error)
        // Its errors are mostly answers that it tries again after; those that count are thrown. And that retries are
        // limited is meant: a producer that gave up is replaced, and its partition taken up from the group's offset.
        const own = message.startsWith('Limiting retries')
          ? 'debug'
          : level === logLevel.ERROR
            ? 'info'
            : (levels[level] ?? 'debug')
        const details = Object.entries({ error, groupId, broker }).filter(([, value]) => value !== undefined)
        options.onLog?.(own, message, Object.fromEntries(details))
      },
  })

/**
 * Connects to a cluster. Addresses where no broker listens are named within three
 * seconds; once connected, those that go away are waited for.
 *
 * @example
 * const client = await connectKafka({ brokers: ['localhost:9092'] })
 *
 * @throws HmtlError `HMTL_KAFKA_UNREACHABLE`, `HMTL_KAFKA_AUTH`
 */
export const connectKafka = async (options: ClientOptions): Promise<KafkaClient> => {
  const { brokers } = options
  await reachBrokers(brokers, {
    ask: (broker) => askBroker(options, broker),
    messageOf,
    onSlow: (message) => options.onLog?.('warn', message, {}),
  })
  const refusals: Refusals = { latest: undefined, listeners: new Set() }
  const kafka = openKafka(options, (text) => {
    if (typeof text !== 'string' || !/authorization failed/i.test(text)) return
    refusals.latest = notAllowed(text)
    for (const listener of refusals.listeners) listener(refusals.latest)
  })
  const admin: Admin = kafka.admin()
  await trying(`connecting to ${brokers.join(', ')}`, () => admin.connect())
  return {
    partitions: (topic) =>
      patiently(`looking for topic ${topic}`, async () => {
        const { topics } = await admin.fetchTopicMetadata({ topics: [topic] })
        return topics[0].partitions.length
      }),
    committed: (group, topic) =>
      patiently('asking for the offsets', async () => {
        refusals.latest = undefined
        const [{ partitions }] = await admin.fetchOffsets({ groupId: group, topics: [topic] }).catch((error) => {
          throw refusals.latest ?? error
        })
        return new Map(partitions.map(({ partition, offset }) => [partition, BigInt(offset)]))
      }),
    bounds: (topic) =>
      patiently(`asking for the ends of ${topic}`, async () => {
        const offsets = await admin.fetchTopicOffsets(topic)
        return new Map(
          offsets.map(({ partition, low, high }) => [partition, { first: BigInt(low), end: BigInt(high) }]),
        )
      }),
    async consumer({ group, sessionTimeout, heartbeatInterval, fetchBytes, concurrency, from }) {
      const consumer = kafka.consumer({
        groupId: group,
        sessionTimeout,
        heartbeatInterval,
        rebalanceTimeout: Math.max(sessionTimeout, 10_000),
        maxBytesPerPartition: fetchBytes,
        maxWaitTimeInMs: 500,
        readUncommitted: false,
        // The consumer outlives its brokers: it begins anew after every failure that may pass.
        retry: { ...retry, restartOnFailure: async () => true },
      })
      await trying('connecting the consumer', () => consumer.connect())
      return wrapConsumer(consumer, concurrency, from === 'earliest', refusals)
    },
    async producer({ transactionalId, transactionTimeout, codec }) {
      const producer = kafka.producer({
        idempotent: true,
        maxInFlightRequests: transactionalId ? 1 : 5,
        ...(transactionalId ? { transactionalId, transactionTimeout: transactionTimeout ?? 20_000 } : {}),
      })
      await trying('connecting a producer', () => producer.connect())
      return wrapProducer(producer, codec)
    },
    close: () => admin.disconnect(),
  }
}
