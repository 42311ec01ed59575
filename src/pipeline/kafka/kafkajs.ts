/** The port on kafkajs. */
import { createRequire } from 'node:module'
import type { Admin, Consumer, KafkaMessage, Producer, RecordMetadata, SASLOptions } from 'kafkajs'
import { HmtlError } from '../../io/errors.ts'
import { registerCodecs } from './codecs.ts'
import { patchKafkajs } from './kafkajs-patches.ts'
import type { ClientOptions, Codec, Headers, KafkaBatch, KafkaClient, KafkaConsumer, KafkaProducer, KafkaRecord, OutgoingRecord } from './port.ts'

patchKafkajs()
const kafkajs = createRequire(import.meta.url)('kafkajs') as typeof import('kafkajs')
const { CompressionCodecs, CompressionTypes, Kafka, logLevel } = kafkajs
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

interface KafkaError extends Error {
  readonly type?: string
  readonly cause?: unknown
}

const chain = (error: unknown): KafkaError[] => {
  const out: KafkaError[] = []
  for (let at = error; at instanceof Error && out.length < 8; at = (at as KafkaError).cause) out.push(at as KafkaError)
  return out
}

/** An error of kafkajs as one of ours: what it means, and what to do. */
export const kafkaError = (error: unknown, doing: string): HmtlError => {
  if (error instanceof HmtlError) return error
  const errors = chain(error)
  const types = errors.map(({ type, name }) => `${type ?? ''} ${name}`).join(' ')
  const message = errors.at(-1)?.message ?? String(error)
  if (/AUTHORIZATION_FAILED/.test(types))
    return new HmtlError('HMTL_KAFKA_AUTH', `${doing}: not allowed (${message})`, {
      cause: error,
      remedy: 'Ask for the rights on the topics, the group and the transactional ids of this group',
    })
  if (/SASL|AUTHENTICATION/.test(types))
    return new HmtlError('HMTL_KAFKA_AUTH', `${doing}: the brokers refused the credentials (${message})`, {
      cause: error,
      remedy: 'Check --sasl, the user name and HMTL_SASL_PASSWORD',
    })
  if (/UNKNOWN_TOPIC_OR_PARTITION|TopicMetadataNotLoaded/.test(types))
    return new HmtlError('HMTL_KAFKA_TOPIC', `${doing}: no such topic`, { cause: error, remedy: 'Create it first, or check its name' })
  if (/MESSAGE_TOO_LARGE|RECORD_LIST_TOO_LARGE/.test(types))
    return new HmtlError('HMTL_KAFKA_TOO_LARGE', `${doing}: ${message}`, { cause: error, remedy: 'Lower --max-message-bytes to the topic’s max.message.bytes' })
  if (/KafkaJSConnection|ECONNREFUSED|ENOTFOUND|ETIMEDOUT|CoordinatorNotFound|BrokerNotFound/.test(`${types} ${message}`))
    return new HmtlError('HMTL_KAFKA_UNREACHABLE', `${doing}: the brokers cannot be reached (${message})`, {
      cause: error,
      remedy: 'Check --brokers, the network, and whether the listener wants --tls or --sasl',
    })
  return new HmtlError('HMTL_KAFKA_FAILED', `${doing}: ${message}`, { cause: error })
}

const trying = async <T>(doing: string, run: () => Promise<T>): Promise<T> => {
  try {
    return await run()
  } catch (error) {
    throw kafkaError(error, doing)
  }
}

/** Longest that a question to the cluster is repeated while it says to come back, as a coordinator does that is just starting. */
const patience = 30_000

const patiently = async <T>(doing: string, run: () => Promise<T>): Promise<T> => {
  const until = Date.now() + patience
  for (let wait = 50; ; wait = Math.min(1000, 2 * wait))
    try {
      return await run()
    } catch (error) {
      const again = chain(error).some((each) => (each as { retriable?: boolean }).retriable === true && each.type !== 'UNKNOWN_TOPIC_OR_PARTITION')
      if (!again || Date.now() > until) throw kafkaError(error, doing)
      await new Promise((resolve) => setTimeout(resolve, wait))
    }
}

const toMessages = (records: readonly OutgoingRecord[]) =>
  records.map(({ key, value, headers, timestamp, partition }) => ({ key, value, headers: headers as never, partition, ...(timestamp ? { timestamp } : {}) }))

const toRecord = (topic: string, partition: number, { offset, key, value, headers, timestamp }: KafkaMessage): KafkaRecord => ({
  topic,
  partition,
  offset: BigInt(offset),
  key,
  value,
  headers: (headers ?? {}) as Headers,
  timestamp,
})

/** Refusals that kafkajs only logs: it goes on looking for a coordinator that would not refuse. */
interface Refusals {
  latest: HmtlError | undefined
  readonly listeners: Set<(error: HmtlError) => void>
}

const notAllowed = (message: string): HmtlError =>
  new HmtlError('HMTL_KAFKA_AUTH', `the brokers refuse: ${message}`, { remedy: 'Ask for the rights on the topics, the group and the transactional ids of this group' })

const wrapConsumer = (consumer: Consumer, concurrency: number, fromBeginning: boolean, refusals: Refusals): KafkaConsumer => ({
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
  commit: (topic, partition, next) => trying('committing', () => consumer.commitOffsets([{ topic, partition, offset: String(next) }])),
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
  const sending = (to: { send(record: never): Promise<RecordMetadata[]> }) => async (topic: string, records: readonly OutgoingRecord[]) => {
    if (records.length > 0) await trying(`writing to ${topic}`, () => to.send({ topic, acks: -1, compression: compression[codec], messages: toMessages(records) } as never))
  }
  return {
    send: sending(producer),
    async transaction() {
      const transaction = await patiently('beginning a transaction', () => producer.transaction())
      return {
        send: sending(transaction),
        sendOffset: (group, topic, partition, next) =>
          trying('writing the offsets', () => transaction.sendOffsets({ consumerGroupId: group, topics: [{ topic, partitions: [{ partition, offset: String(next) }] }] })),
        commit: () => trying('committing a transaction', () => transaction.commit()),
        async abort() {
          if (transaction.isActive()) await transaction.abort()
        },
      }
    },
    close: () => producer.disconnect(),
  }
}

/** Connects to a cluster. @throws HmtlError `HMTL_KAFKA_UNREACHABLE`, `HMTL_KAFKA_AUTH` */
export const connectKafka = async ({ brokers, clientId = 'hmtl', tls, sasl, onLog }: ClientOptions): Promise<KafkaClient> => {
  const levels = { [logLevel.ERROR]: 'error', [logLevel.WARN]: 'warn', [logLevel.INFO]: 'info', [logLevel.DEBUG]: 'debug' } as Record<number, 'error' | 'warn' | 'info' | 'debug'>
  const refusals: Refusals = { latest: undefined, listeners: new Set() }
  const refused = (text: unknown) => {
    if (typeof text !== 'string' || !/authorization failed/i.test(text)) return
    refusals.latest = notAllowed(text)
    for (const listener of refusals.listeners) listener(refusals.latest)
  }
  const kafka = new Kafka({
    clientId,
    brokers: [...brokers],
    retry,
    connectionTimeout: 5000,
    logLevel: logLevel.INFO,
    logCreator:
      () =>
      ({ level, log: { message, error, groupId, broker } }) => {
        refused(error)
        // Its errors are mostly answers that it tries again after; those that count are thrown. And that retries
        // are limited is meant: a producer that gave up is replaced, and its partition taken up from the group's offset.
        const own = message.startsWith('Limiting retries') ? 'debug' : level === logLevel.ERROR ? 'info' : (levels[level] ?? 'debug')
        onLog?.(own, message, Object.fromEntries(Object.entries({ error, groupId, broker }).filter(([, value]) => value !== undefined)))
      },
    ...(tls ? { ssl: { ...(tls.ca ? { ca: [tls.ca] } : {}), ...(tls.cert ? { cert: tls.cert } : {}), ...(tls.key ? { key: tls.key } : {}) } } : {}),
    ...(sasl ? { sasl: sasl as SASLOptions } : {}),
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
        return new Map(offsets.map(({ partition, low, high }) => [partition, { first: BigInt(low), end: BigInt(high) }]))
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
