/** A member of a group: joins, fetches, has batches handled, joins again when the group says so. */
import type { ConsumerOptions, KafkaBatch, KafkaConsumer } from '../../src/pipeline/kafka/port.ts'
import type { MemoryGroup } from './kafka-memory-group.ts'
import { type Fetched, kafkaFailure, type MemoryLog } from './kafka-memory-log.ts'

export interface ConsumerPlace {
  readonly log: MemoryLog
  readonly member: string
  readonly options: ConsumerOptions
  group(topic: string): MemoryGroup
  /** Passes an operation through the network; rejects while that fails. */
  over<T>(operation: string, run: () => T): Promise<T>
  /** Whether the process is gone. */
  dead(): boolean
}

/** Waits for the next thing to happen, but not for ever: a network that comes back says nothing. */
const mostIdle = 3

export const memoryConsumer = ({ log, member, options, group: groupOf, over, dead }: ConsumerPlace): KafkaConsumer => {
  const assigned: ((partitions: readonly number[]) => void)[] = []
  const skipped: ((partition: number, next: bigint) => void)[] = []
  const positions = new Map<number, bigint>()
  const sought = new Map<number, bigint>()
  const busy = new Map<number, Promise<void>>()
  let generation = 0
  let mine: readonly number[] = []
  let again = false
  let closing = false
  let wake: () => void = () => undefined
  let loop: Promise<void> = Promise.resolve()
  let group: MemoryGroup | undefined
  const unwatch = log.watch(() => wake())

  const idle = (): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, mostIdle)
      wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })

  const heartbeat = () =>
    over('heartbeat', () => {
      if (!group?.isCurrent(member, generation)) throw kafkaFailure('HMTL_KAFKA_FAILED', 'the group is rebalancing')
    })

  const batchOf = (topic: string, partition: number, { records, next, end }: Fetched): KafkaBatch => ({
    topic,
    partition,
    records,
    next,
    end,
    heartbeat,
    running: () => !closing && !dead() && !sought.has(partition),
    resolve(offset) {
      const last = records[records.length - 1].offset
      positions.set(partition, offset >= last ? next : offset + 1n)
    },
  })

  const startAt = async (topic: string): Promise<void> => {
    const known = await over('committed', () => new Map(log.offsetsOf(options.group, topic)))
    for (const partition of mine)
      positions.set(partition, known.get(partition) ?? (options.from === 'latest' ? log.end(topic, partition) : 0n))
  }

  const fetchInto = (topic: string, handle: (batch: KafkaBatch) => Promise<void>) => {
    for (const partition of mine) {
      if (busy.has(partition) || busy.size >= options.concurrency) continue
      const from = sought.get(partition) ?? positions.get(partition) ?? 0n
      sought.delete(partition)
      positions.set(partition, from)
      const fetched = log.fetch(topic, partition, from, options.fetchBytes)
      if (fetched.next === from) continue
      if (fetched.records.length === 0) {
        positions.set(partition, fetched.next)
        for (const listener of skipped) listener(partition, fetched.next)
        continue
      }
      const work = over('fetch', () => undefined)
        .then(() => handle(batchOf(topic, partition, fetched)))
        // Whatever it is, the member begins anew where the group stands.
        .catch(() => {
          again = true
        })
        .finally(() => {
          busy.delete(partition)
          wake()
        })
      busy.set(partition, work)
    }
  }

  const consume = async (topic: string, handle: (batch: KafkaBatch) => Promise<void>) => {
    const mineIn = groupOf(topic)
    group = mineIn
    while (!closing && !dead()) {
      ;({ generation, partitions: mine } = await mineIn.join(member))
      if (!mineIn.isCurrent(member, generation)) continue
      positions.clear()
      sought.clear()
      again = false
      for (const listener of assigned) listener(mine)
      try {
        await startAt(topic)
      } catch {
        await idle()
        continue
      }
      while (!closing && !dead() && !again && mineIn.isCurrent(member, generation)) {
        fetchInto(topic, handle)
        await idle()
      }
      await Promise.all(busy.values())
    }
    mineIn.remove(member)
  }

  return {
    async run(topic, handle) {
      log.partitions(topic)
      loop = consume(topic, handle)
      loop.catch(() => undefined)
    },
    seek: (_, partition, offset) => void sought.set(partition, offset),
    commit: (topic, partition, next) =>
      over('commit offset', () => {
        group?.checkCommit(member, generation)
        log.offsetsOf(options.group, topic).set(partition, next)
      }),
    onAssigned: (listener) => void assigned.push(listener),
    onSkipped: (listener) => void skipped.push(listener),
    // It never gives up.
    onFailed: () => undefined,
    async close() {
      closing = true
      wake()
      // One that waits for the others to join is not waited for.
      await Promise.all(busy.values())
      group?.remove(member)
      unwatch()
    },
  }
}
