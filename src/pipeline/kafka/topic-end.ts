/** Whether a group has come to where a topic ended when the run began. */
import type { KafkaClient } from './port.ts'

/** How often the group is asked: other members come to the end of their partitions too. */
const interval = 1000

export interface TopicEnd {
  /** Whether all that stood in the topic is committed. */
  reached(): Promise<boolean>
  /** Whether this offset is past what stood in a partition: then it is worth asking. */
  passed(partition: number, next: bigint): boolean
}

export interface TopicEndOptions {
  readonly group: string
  readonly from: string
  /** Whether a group without offsets begins with what comes later. */
  readonly latest: boolean
}

/** Takes down where the topic ends now. */
export const endOfTopic = async (client: KafkaClient, { group, from, latest }: TopicEndOptions): Promise<TopicEnd> => {
  const goal = await client.bounds(from)
  return {
    async reached() {
      const committed = await client.committed(group, from)
      return [...goal].every(([partition, { first, end }]) => {
        const next = committed.get(partition) ?? -1n
        // A group that begins with what comes later owes nothing of what is there.
        return end === first || next >= end || (latest && next < 0n)
      })
    },
    passed: (partition, next) => next >= (goal.get(partition)?.end ?? next + 1n),
  }
}

export interface EndWatch {
  /** Asks now, unless it is being asked. */
  ask(): void
  close(): void
}

/** Asks again and again whether the end is reached. */
export const watchEnd = (end: TopicEnd, onReached: () => void, onError: (error: Error) => void): EndWatch => {
  let asking = false
  const ask = () => {
    if (asking) return
    asking = true
    end
      .reached()
      .then((reached) => reached && onReached(), onError)
      .finally(() => {
        asking = false
      })
  }
  const timer = setInterval(ask, interval)
  return { ask, close: () => clearInterval(timer) }
}
