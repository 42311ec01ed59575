/**
 * Which partitions this process writes for, and how far each is.
 *
 * kafkajs commits offsets without the group's generation, so a member that was
 * taken for dead and wakes up is fenced off by the transactional id alone: one an
 * input partition. Whoever gets a partition first fences its former owner, and
 * only then asks where to go on.
 */
import type { Codec, KafkaClient, KafkaProducer } from './port.ts'

export interface Owned {
  readonly producer: KafkaProducer
  /** Next offset of the partition, as the group has it; -1 where it has none, or was not asked. */
  next: bigint
}

export interface Ownership {
  /** Takes a partition over, or says that it is this process's already (`fresh` is false). */
  take(partition: number): Promise<{ readonly owned: Owned; readonly fresh: boolean }>
  get(partition: number): Owned | undefined
  /** Lets a partition go; taken again, it is asked for anew. */
  drop(partition: number): void
  /** Lets go all but these. */
  keep(partitions: readonly number[]): void
  close(): Promise<void>
}

export interface OwnershipOptions {
  readonly group: string
  readonly from: string
  readonly codec: Codec
}

const quietly = (closing: Promise<void> | undefined): Promise<void> =>
  (closing ?? Promise.resolve()).catch(() => undefined)

/** Partitions by their transactional ids: at most one process can write for each. */
export const fencedOwnership = (client: KafkaClient, { group, from, codec }: OwnershipOptions): Ownership => {
  const all = new Map<number, Owned>()

  /** Fences off whoever had the partition, whose open transaction so ends; then asks for its offset. */
  const acquire = async (partition: number): Promise<Owned> => {
    const producer = await client.producer({ codec, transactionalId: `${group}:${from}:${partition}` })
    try {
      await (await producer.transaction()).abort()
      return { producer, next: (await client.committed(group, from)).get(partition) ?? -1n }
    } catch (error) {
      await quietly(producer.close())
      throw error
    }
  }

  const drop = (partition: number): Promise<void> => {
    const owned = all.get(partition)
    all.delete(partition)
    return quietly(owned?.producer.close())
  }

  return {
    async take(partition) {
      const known = all.get(partition)
      if (known) return { owned: known, fresh: false }
      const owned = await acquire(partition)
      all.set(partition, owned)
      return { owned, fresh: true }
    },
    get: (partition) => all.get(partition),
    drop,
    keep(partitions) {
      for (const partition of all.keys()) if (!partitions.includes(partition)) drop(partition)
    },
    async close() {
      await Promise.all([...all.keys()].map(drop))
    },
  }
}

/** One producer for all, that nothing fences: the group's word is enough where records may be written twice. */
export const sharedOwnership = async (client: KafkaClient, { codec }: OwnershipOptions): Promise<Ownership> => {
  const producer = await client.producer({ codec })
  const all = new Map<number, Owned>()
  return {
    async take(partition) {
      const known = all.get(partition)
      const owned = known ?? { producer, next: -1n }
      all.set(partition, owned)
      return { owned, fresh: !known }
    },
    get: (partition) => all.get(partition),
    drop: (partition) => void all.delete(partition),
    keep(partitions) {
      for (const partition of all.keys()) if (!partitions.includes(partition)) all.delete(partition)
    },
    close: () => quietly(producer.close()),
  }
}
