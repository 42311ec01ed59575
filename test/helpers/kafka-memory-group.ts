/**
 * The coordinator of a consumer group: members join, which stops the others at
 * their next sign of life; when all have come, each gets its partitions.
 */
import { kafkaFailure } from './kafka-memory-log.ts'

export interface Assignment {
  readonly generation: number
  readonly partitions: readonly number[]
}

interface Seat {
  /** Set while it waits for the others to come. */
  waits: ((assignment: Assignment) => void) | undefined
}

export const memoryGroup = (partitions: number) => {
  const seats = new Map<string, Seat>()
  let generation = 0
  let rebalancing = false

  const settle = () => {
    if (!rebalancing || [...seats.values()].some(({ waits }) => !waits)) return
    rebalancing = false
    generation++
    const all = [...seats.values()]
    for (const [i, seat] of all.entries()) {
      const mine = Array.from({ length: partitions }, (_, p) => p).filter((p) => p % all.length === i)
      seat.waits?.({ generation, partitions: mine })
      seat.waits = undefined
    }
  }

  return {
    /** Resolves when all members are here. */
    join: (member: string): Promise<Assignment> =>
      new Promise((resolve) => {
        rebalancing = true
        seats.set(member, { waits: resolve })
        settle()
      }),
    /** Of a member that leaves, or that was not heard of for too long. */
    remove(member: string) {
      const seat = seats.get(member)
      if (!seats.delete(member)) return
      // One that waits is told that it is no member, and may join again.
      seat?.waits?.({ generation: -1, partitions: [] })
      rebalancing = true
      settle()
    },
    /** Whether a member may go on with what it was given. */
    isCurrent: (member: string, of: number): boolean => seats.has(member) && generation === of && !rebalancing,
    /** @throws HmtlError for who is no member, or of an earlier generation: it may not commit. */
    checkCommit(member: string, of: number) {
      if (!seats.has(member) || generation !== of)
        throw kafkaFailure('HMTL_KAFKA_FAILED', 'the group has gone on without this member')
    },
  }
}

export type MemoryGroup = ReturnType<typeof memoryGroup>
