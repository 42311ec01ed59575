/**
 * A Kafka cluster in memory, and a client of it under the port's contract
 * (`kafka-port.ts`), for tests of what stands on the port. What a cluster does to
 * its clients can be had at will: faults of an operation, brokers that are away,
 * members that are taken for dead, processes that end.
 */
import type { KafkaClient, KafkaProducer, KafkaRecord, OutgoingRecord } from '../../src/pipeline/kafka/port.ts'
import { memoryConsumer } from './kafka-memory-consumer.ts'
import { type MemoryGroup, memoryGroup } from './kafka-memory-group.ts'
import { kafkaFailure, memoryLog, type TopicSettings, type Writer } from './kafka-memory-log.ts'

/** Where an operation is cut off: before it is done, or before its answer comes. */
export type Cut = 'before' | 'after'

export interface MemoryClient extends KafkaClient {
  /** As kill −9: nothing of it reaches the cluster any more, and its group does without it. */
  crash(): void
  /** As a process that was stopped for longer than its session: its group does without it, and it does not know. */
  expire(): void
}

let names = 0

export const memoryCluster = () => {
  const log = memoryLog()
  const groups = new Map<string, MemoryGroup>()
  const faults: { readonly operation: string; readonly cut: Cut }[] = []
  let away = false

  const groupOf = (name: string, topic: string): MemoryGroup => {
    const key = JSON.stringify([name, topic])
    const group = groups.get(key) ?? memoryGroup(log.partitions(topic))
    groups.set(key, group)
    return group
  }

  /** @param steady whether faults pass it by */
  const client = (steady = false): MemoryClient => {
    let dead = false
    const members: { readonly name: string; leave: () => void }[] = []
    const over = async <T>(operation: string, run: () => T): Promise<T> => {
      await new Promise<void>((resolve) => setImmediate(resolve))
      if (dead) throw kafkaFailure('HMTL_KAFKA_UNREACHABLE', 'this process has ended')
      if (steady) return run()
      if (away) throw kafkaFailure('HMTL_KAFKA_UNREACHABLE', 'the brokers are away')
      const at = faults.findIndex((fault) => fault.operation === operation)
      const [fault] = at < 0 ? [] : faults.splice(at, 1)
      const failure = kafkaFailure('HMTL_KAFKA_FAILED', `${operation} failed`)
      if (fault?.cut === 'before') throw failure
      const answer = run()
      if (fault) throw failure
      return answer
    }

    const producer = async (transactionalId: string | undefined): Promise<KafkaProducer> => {
      await over('connect', () => undefined)
      let writer: Writer | undefined
      const send = async (topic: string, records: readonly OutgoingRecord[]) => {
        if (records.length > 0) await over('send', () => log.append(topic, records, writer))
      }
      return {
        send,
        async transaction() {
          const mine = writer ?? (await over('begin', () => log.begin(transactionalId ?? '')))
          writer = mine
          let over_ = false
          const end = async (state: 'committed' | 'aborted') => {
            await over(state === 'committed' ? 'commit' : 'abort', () => log.finish(mine, state))
            over_ = true
          }
          return {
            send,
            sendOffset: (group, topic, partition, next) =>
              over('send offset', () => log.addOffset(mine, group, topic, partition, next)),
            commit: () => end('committed'),
            abort: async () => {
              if (!over_) await end('aborted')
            },
          }
        },
        close: async () => undefined,
      }
    }

    const leaveAll = () => {
      for (const { leave } of members) leave()
    }
    return {
      partitions: (topic) => over('metadata', () => log.partitions(topic)),
      committed: (group, topic) => over('committed', () => new Map(log.offsetsOf(group, topic))),
      bounds: (topic) =>
        over(
          'metadata',
          () =>
            new Map(
              Array.from({ length: log.partitions(topic) }, (_, p) => [p, { first: 0n, end: log.end(topic, p) }]),
            ),
        ),
      async consumer(options) {
        const name = `member-${++names}`
        const member = { name, leave: () => undefined as void }
        members.push(member)
        const group = (topic: string) => {
          const joined = groupOf(options.group, topic)
          member.leave = () => joined.remove(name)
          return joined
        }
        return memoryConsumer({ log, member: name, options, group, over, dead: () => dead })
      },
      producer: ({ transactionalId }) => producer(transactionalId),
      close: async () => undefined,
      crash() {
        dead = true
        leaveAll()
      },
      expire: leaveAll,
    }
  }

  return {
    client,
    topics: (settings: readonly (number | TopicSettings)[]): string[] =>
      settings.map((each) => {
        const name = `topic-${++names}`
        log.create(name, typeof each === 'number' ? { partitions: each } : each)
        return name
      }),
    /** What a reader of committed records is shown. */
    read: (topic: string): KafkaRecord[] =>
      Array.from(
        { length: log.partitions(topic) },
        (_, p) => log.fetch(topic, p, 0n, Number.POSITIVE_INFINITY).records,
      ).flat(),
    /** Next offset of a group. */
    committed: (group: string, topic: string, partition: number): bigint =>
      log.offsetsOf(group, topic).get(partition) ?? 0n,
    end: log.end,
    /** Cuts off the next operation of this name. */
    fail: (operation: string, cut: Cut) => void faults.push({ operation, cut }),
    /** Whether brokers can be reached. */
    reachable(value: boolean) {
      away = !value
    },
    /** No more faults. */
    heal() {
      faults.length = 0
      away = false
    },
  }
}

export type MemoryCluster = ReturnType<typeof memoryCluster>
