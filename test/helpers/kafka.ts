/** A broker for tests, topics on it, and an independent client (kcat) to count with. */
import { execFile } from 'node:child_process'
import { createRequire } from 'node:module'
import { promisify } from 'node:util'
import type { Kafka } from 'kafkajs'
import { connectKafka } from '../../src/pipeline/kafka/kafkajs.ts'
import { root } from './documents.ts'
import type { TopicSettings } from './kafka-memory-log.ts'

const exec = promisify(execFile)
const kafkajs = createRequire(import.meta.url)('kafkajs') as typeof import('kafkajs')

export interface Broker {
  readonly bootstrap: string
  readonly sasl: string | undefined
  readonly tls: string | undefined
  readonly ca: string | undefined
  kill(): Promise<void>
  restart(): Promise<void>
  stop(): Promise<void>
}

export const startBroker = async (options: object = {}): Promise<Broker> =>
  ((await import(root('scripts/kafka.mjs'))) as { startKafka(options: object): Promise<Broker> }).startKafka(options)

/** Whether Java, Maven and kcat are here; without them the tests are listed as skipped. */
export const kafkaTools = async (): Promise<boolean> => {
  try {
    await Promise.all([exec('java', ['-version']), exec('mvn', ['-version']), exec('kcat', ['-V'])])
    return true
  } catch {
    return false
  }
}

export const clientOf = (bootstrap: string): Kafka =>
  new kafkajs.Kafka({
    brokers: [bootstrap],
    logLevel: kafkajs.logLevel.NOTHING,
    retry: { initialRetryTime: 50, maxRetryTime: 1000, retries: 40 },
  })

let topics = 0

const configOf = ({ mostBytes, compacted, mostAhead }: TopicSettings): { name: string; value: string }[] => [
  ...(mostBytes === undefined ? [] : [{ name: 'max.message.bytes', value: String(mostBytes) }]),
  ...(compacted ? [{ name: 'cleanup.policy', value: 'compact' }] : []),
  ...(mostAhead === undefined ? [] : [{ name: 'message.timestamp.after.max.ms', value: String(mostAhead) }]),
]

/** Makes topics with names of their own, of so many partitions. */
export const makeTopics = async (
  bootstrap: string,
  settings: readonly (number | TopicSettings)[],
): Promise<string[]> => {
  const admin = clientOf(bootstrap).admin()
  await admin.connect()
  const names = settings.map((each) => {
    const given = typeof each === 'number' ? { partitions: each } : each
    return { topic: `t${process.pid}-${++topics}`, numPartitions: given.partitions, configEntries: configOf(given) }
  })
  await admin.createTopics({ topics: names, waitForLeaders: true })
  await admin.disconnect()
  return names.map(({ topic }) => topic)
}

export interface Sent {
  readonly key?: string | Buffer | null
  readonly value: string | Buffer | null
  readonly partition?: number
  readonly headers?: Record<string, string>
  readonly timestamp?: string
}

export const produce = async (bootstrap: string, topic: string, messages: readonly Sent[]): Promise<void> => {
  const producer = clientOf(bootstrap).producer({ idempotent: true })
  await producer.connect()
  for (let at = 0; at < messages.length; at += 500)
    await producer.send({ topic, messages: messages.slice(at, at + 500) as never })
  await producer.disconnect()
}

export interface Seen {
  readonly partition: number
  readonly offset: number
  readonly ts: number
  readonly key: string | null
  readonly payload: string | null
  readonly headers: readonly (string | null)[]
}

/**
 * What a topic holds for a reader of committed records, by kcat: partition after partition, each in the
 * order of its offsets. kcat itself prints whichever partition's answer is there first.
 */
export const consume = async (bootstrap: string, topic: string, options: readonly string[] = []): Promise<Seen[]> => {
  const { stdout } = await exec(
    'kcat',
    ['-b', bootstrap, '-C', '-t', topic, '-e', '-q', '-J', '-X', 'isolation.level=read_committed', ...options],
    {
      maxBuffer: 1 << 28,
      timeout: 60_000,
    },
  )
  return stdout
    .split('\n')
    .filter(Boolean)
    .map((line): Seen => ({ headers: [], ...JSON.parse(line) }))
    .sort((a, b) => a.partition - b.partition || a.offset - b.offset)
}

export const connect = (bootstrap: string) => connectKafka({ brokers: [bootstrap] })
