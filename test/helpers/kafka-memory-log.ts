/**
 * The part of a cluster that keeps records: logs of partitions, transactions with
 * their fencing, offsets of groups. Each operation is done at once or not at all.
 */
import { HmtlError } from '../../src/io/errors.ts'
import type { KafkaRecord, OutgoingRecord } from '../../src/pipeline/kafka/port.ts'
import { recordBytes } from '../../src/pipeline/kafka/record.ts'

export interface TopicSettings {
  readonly partitions: number
  /** Most bytes of a batch. @default 1,048,588 */
  readonly mostBytes?: number
  /** Whether records need keys. @default false */
  readonly compacted?: boolean
  /** Most milliseconds that a record may be in the future. @default an hour, as Kafka 4 has it */
  readonly mostAhead?: number
}

/** A record in a log, or the marker of a transaction's end. */
interface Entry {
  readonly record: OutgoingRecord | undefined
  readonly timestamp: string
  state: 'plain' | 'open' | 'committed' | 'aborted'
}

interface Topic extends TopicSettings {
  readonly logs: readonly Entry[][]
}

interface Transaction {
  readonly entries: Entry[]
  readonly logs: Set<Entry[]>
  readonly offsets: {
    readonly group: string
    readonly topic: string
    readonly partition: number
    readonly next: bigint
  }[]
}

export interface Fetched {
  readonly records: readonly KafkaRecord[]
  readonly next: bigint
  readonly end: bigint
}

/** What a producer is to the log: an id in an epoch, or nobody. */
export interface Writer {
  readonly id: string
  readonly epoch: number
}

export const kafkaFailure = (code: 'HMTL_KAFKA_FAILED' | 'HMTL_KAFKA_UNREACHABLE', message: string) =>
  new HmtlError(code, message)

export const memoryLog = () => {
  const topics = new Map<string, Topic>()
  const epochs = new Map<string, number>()
  const open = new Map<string, Transaction>()
  const offsets = new Map<string, Map<number, bigint>>()
  const watchers = new Set<() => void>()
  const changed = () => {
    for (const watcher of watchers) watcher()
  }

  const topicOf = (name: string): Topic => {
    const topic = topics.get(name)
    if (!topic) throw new HmtlError('HMTL_KAFKA_TOPIC', `looking for topic ${name}: no such topic`)
    return topic
  }
  const offsetsOf = (group: string, topic: string): Map<number, bigint> => {
    const key = JSON.stringify([group, topic])
    const known = offsets.get(key) ?? new Map<number, bigint>()
    offsets.set(key, known)
    return known
  }
  const current = ({ id, epoch }: Writer): void => {
    if (epochs.get(id) !== epoch) throw kafkaFailure('HMTL_KAFKA_FAILED', `the producer of ${id} is fenced off`)
  }
  const endTransaction = (id: string, state: 'committed' | 'aborted') => {
    const transaction = open.get(id)
    open.delete(id)
    if (!transaction) return
    for (const entry of transaction.entries) entry.state = state
    for (const log of transaction.logs) log.push({ record: undefined, timestamp: '0', state })
    if (state === 'committed')
      for (const { group, topic, partition, next } of transaction.offsets) offsetsOf(group, topic).set(partition, next)
    changed()
  }
  const transactionOf = (id: string): Transaction => {
    const transaction = open.get(id) ?? { entries: [], logs: new Set(), offsets: [] }
    open.set(id, transaction)
    return transaction
  }
  const check = (
    { mostBytes = 1_048_588, compacted = false, mostAhead = 3_600_000 }: Topic,
    records: readonly OutgoingRecord[],
  ) => {
    const bytes = records.reduce((sum, record) => sum + recordBytes(record), 0)
    if (bytes > mostBytes)
      throw new HmtlError('HMTL_KAFKA_TOO_LARGE', `a batch of ${bytes} bytes, more than ${mostBytes}`)
    for (const { key, timestamp = '0' } of records) {
      if (compacted && key === null)
        throw new HmtlError('HMTL_KAFKA_REFUSED', 'a compacted topic takes no record without a key')
      if (Number(timestamp) > Date.now() + mostAhead)
        throw new HmtlError('HMTL_KAFKA_REFUSED', 'the timestamp is out of range')
    }
  }
  /** First offset that a reader of committed records is not shown yet. */
  const stableEnd = (log: readonly Entry[]): number => {
    const first = log.findIndex(({ state }) => state === 'open')
    return first < 0 ? log.length : first
  }

  return {
    create: (name: string, settings: TopicSettings) =>
      void topics.set(name, { ...settings, logs: Array.from({ length: settings.partitions }, () => []) }),
    partitions: (topic: string): number => topicOf(topic).partitions,
    end: (topic: string, partition: number): bigint => BigInt(topicOf(topic).logs[partition].length),
    offsetsOf,
    /** Calls when there is something new to read. */
    watch(watcher: () => void): () => void {
      watchers.add(watcher)
      return () => watchers.delete(watcher)
    },
    /** Fences off whoever had the id, whose open transaction ends aborted. */
    begin(id: string): Writer {
      const epoch = (epochs.get(id) ?? -1) + 1
      epochs.set(id, epoch)
      endTransaction(id, 'aborted')
      return { id, epoch }
    },
    append(topic: string, records: readonly OutgoingRecord[], writer: Writer | undefined) {
      if (writer) current(writer)
      const { logs } = topicOf(topic)
      check(topicOf(topic), records)
      for (const record of records) {
        const entry: Entry = {
          record,
          timestamp: record.timestamp ?? String(Date.now()),
          state: writer ? 'open' : 'plain',
        }
        logs[record.partition].push(entry)
        if (!writer) continue
        const transaction = transactionOf(writer.id)
        transaction.entries.push(entry)
        transaction.logs.add(logs[record.partition])
      }
      changed()
    },
    addOffset(writer: Writer, group: string, topic: string, partition: number, next: bigint) {
      current(writer)
      transactionOf(writer.id).offsets.push({ group, topic, partition, next })
    },
    finish(writer: Writer, state: 'committed' | 'aborted') {
      current(writer)
      endTransaction(writer.id, state)
    },
    /** Records that are committed, from an offset on, until there are so many bytes of them. */
    fetch(topic: string, partition: number, from: bigint, mostBytes: number): Fetched {
      const log = topicOf(topic).logs[partition]
      const records: KafkaRecord[] = []
      let at = Number(from)
      for (let bytes = 0; at < stableEnd(log) && bytes < mostBytes; at++) {
        const { record, timestamp, state } = log[at]
        if (!record || state === 'aborted') continue
        const headers = record.headers.map(
          ([name, value]) => [name, value === null ? null : Buffer.from(value as string)] as const,
        )
        records.push({ topic, partition, offset: BigInt(at), key: record.key, value: record.value, headers, timestamp })
        bytes += recordBytes(record)
      }
      // Markers behind the last record are of its batch.
      while (at < stableEnd(log) && !log[at].record) at++
      return { records, next: BigInt(at), end: BigInt(log.length) }
    },
  }
}

export type MemoryLog = ReturnType<typeof memoryLog>
