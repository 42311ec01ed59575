/**
 * A topic through the model into another. Each partition is worked on in the
 * order of its offsets, by the same stream that `annotate` runs; outputs, dead
 * letters and the offset of what they came from are written in one transaction.
 *
 * kafkajs commits offsets without the group's generation, so a member that was
 * taken for dead and wakes up is fenced off by the transactional id alone: one an
 * input partition. Whoever gets a partition first fences its former owner, and
 * only then asks where to go on.
 */
import type { Document } from '../../io/document.ts'
import { type ErrorCode, HmtlError, toHmtlError } from '../../io/errors.ts'
import { plainError } from '../../io/plain-error.ts'
import { chain } from '../chain.ts'
import { group as grouped } from '../group.ts'
import { inWorkers } from '../pool/in-workers.ts'
import type { Pool } from '../pool/pool.ts'
import { type ChunkOptions, type Item, resultOf, sendBatches } from './chunk.ts'
import type { Codec, ConsumerOptions, KafkaBatch, KafkaClient, KafkaProducer, KafkaRecord } from './port.ts'
import { documentOfRecord, type RecordOptions } from './record.ts'

export type Delivery = 'atomic' | 'at-least-once'

export interface EnrichOptions extends RecordOptions {
  readonly from: string
  readonly to: string
  readonly group: string
  /** Without one a record that fails stops the run. */
  readonly deadLetter?: string | undefined
  /** @default 'atomic' */
  readonly delivery?: Delivery
  readonly codec?: Codec
  /** Most records written at once. @default 200 */
  readonly chunkRecords?: number
  /** Longest that finished records wait for others to be written with, in milliseconds. @default 500 */
  readonly chunkWait?: number
  /** Most bytes of one record, and of one batch of them. @default 1,000,000 */
  readonly maxMessageBytes?: number
  readonly consumer?: Partial<Omit<ConsumerOptions, 'group'>>
  /** Ends when every partition has been read to where it ended at the start. @default false */
  readonly stopAtEnd?: boolean
  readonly observer?: EnrichObserver
}

/** What is worth counting. */
export interface EnrichObserver {
  /** A chunk was written. */
  onChunk?(chunk: { partition: number; records: number; words: number; dead: number; bytes: number; seconds: number; lag: number }): void
  onDead?(place: string, error: { code: string; message: string }): void
  /** Records that were fetched again after they had been worked on. */
  onRedelivered?(partition: number, records: number): void
  onAssigned?(partitions: readonly number[]): void
  /** A chunk could not be written and is taken up again. */
  onRetry?(partition: number, error: Error): void
}

export interface Enrichment {
  /** Ends when the run does: at the end of its topic, or when stopped. Rejects with what made it stop. */
  readonly done: Promise<void>
  /** Finishes and commits what is under way, leaves the group. */
  stop(): Promise<void>
}

interface Owned {
  readonly producer: KafkaProducer
  /** Next offset, as the group has it; -1 where it has none. */
  next: bigint
}

/** Refusals of one chunk by brokers that answer, after which it is not tried again. */
const mostRefusals = 8

/** How often the group is asked whether it has come to the end. */
const endInterval = 1000

/** Failures of a write that trying again cannot mend. */
const isFatal = (error: unknown): boolean =>
  error instanceof HmtlError && (['HMTL_KAFKA_AUTH', 'HMTL_KAFKA_MESSAGE', 'HMTL_KAFKA_TOO_LARGE', 'HMTL_KAFKA_TOPIC', 'HMTL_WORKER_FAILED'] as ErrorCode[]).includes(error.code)

const defaults = { delivery: 'atomic', codec: 'none', chunkRecords: 200, chunkWait: 500, maxMessageBytes: 1_000_000, stopAtEnd: false, observer: {} as EnrichObserver } as const
const consumerDefaults = { sessionTimeout: 45_000, heartbeatInterval: 3000, fetchBytes: 256 * 1024, concurrency: 4, from: 'earliest' } as const

/**
 * Starts to enrich.
 * @throws HmtlError `HMTL_KAFKA_*` where topics or brokers are not there
 */
export const startEnrich = async (client: KafkaClient, pool: Pool, given: EnrichOptions): Promise<Enrichment> => {
  const options = { ...defaults, ...given }
  const { from, to, group, deadLetter, delivery, codec, observer, maxMessageBytes } = options
  const consumerOptions = { ...consumerDefaults, ...given.consumer, group }
  await client.partitions(from)
  const width = await client.partitions(to)
  const deadWidth = deadLetter === undefined ? undefined : await client.partitions(deadLetter)
  const chunkOptions: ChunkOptions = { ...options, width, deadWidth, onDead: observer.onDead?.bind(observer) }
  const goal = options.stopAtEnd ? await client.bounds(from) : undefined
  const owned = new Map<number, Owned>()
  const consumer = await client.consumer(consumerOptions)
  const plain =
    delivery === 'atomic'
      ? undefined
      : await client.producer({ codec }).catch(async (error) => {
          await consumer.close()
          throw error
        })
  /** Partitions of which a batch is under way, or was not done to its end. */
  const behind = new Set<number>()
  /** Highest offset of each partition that this process has worked on. */
  const worked = new Map<number, bigint>()
  let ending: NodeJS.Timeout | undefined
  /** Refusals in a row at an offset. */
  const refused = new Map<number, { at: bigint | undefined; count: number }>()
  let stopping = false
  let finish: () => void = () => undefined
  let fail: (error: Error) => void = () => undefined
  const ended = new Promise<void>((resolve, reject) => {
    finish = resolve
    fail = reject
  })

  const release = (partition: number) => {
    const state = owned.get(partition)
    owned.delete(partition)
    state?.producer.close().catch(() => undefined)
  }

  /** Takes a partition over: fences off whoever had it, whose open transaction so ends, then asks for its offset. */
  const own = async (partition: number): Promise<{ state: Owned; fresh: boolean }> => {
    const known = owned.get(partition)
    if (known) return { state: known, fresh: false }
    const producer = await client.producer({ codec, transactionalId: `${group}:${from}:${partition}` })
    try {
      await (await producer.transaction()).abort()
      const state = { producer, next: (await client.committed(group, from)).get(partition) ?? -1n }
      owned.set(partition, state)
      return { state, fresh: true }
    } catch (error) {
      await producer.close().catch(() => undefined)
      throw error
    }
  }

  consumer.onAssigned((partitions) => {
    observer.onAssigned?.(partitions)
    for (const partition of [...owned.keys()]) if (!partitions.includes(partition)) release(partition)
    for (const partition of [...worked.keys()]) if (!partitions.includes(partition)) worked.delete(partition)
    behind.clear()
  })
  // Markers of transactions have offsets too: committed, they are no lag, and the end of a topic can be come to.
  consumer.onSkipped((partition, next) => {
    if (behind.has(partition)) return
    const state = owned.get(partition)
    if (state) state.next = next
    consumer.commit(from, partition, next).catch((error) => observer.onRetry?.(partition, error))
  })
  consumer.onFailed((error) => fail(error))

  const writeChunk = async (batch: KafkaBatch, items: readonly Item[], state: Owned | undefined, begun: number): Promise<void> => {
    const { topic, partition } = batch
    const results = items.map((item) => resultOf(item, chunkOptions))
    const outs = results.flatMap(({ out }) => (out ? [out] : []))
    const deads = results.flatMap(({ dead }) => (dead ? [dead] : []))
    const last = items[items.length - 1].record.offset
    const next = last === batch.records[batch.records.length - 1].offset ? batch.next : last + 1n
    if (state) {
      const transaction = await state.producer.transaction()
      try {
        await sendBatches(transaction, to, outs, maxMessageBytes)
        if (deadLetter !== undefined) await sendBatches(transaction, deadLetter, deads, maxMessageBytes)
        await transaction.sendOffset(group, topic, partition, next)
        await transaction.commit()
      } catch (error) {
        await transaction.abort().catch(() => undefined)
        throw error
      }
      state.next = next
    } else if (plain) {
      await sendBatches(plain, to, outs, maxMessageBytes)
      if (deadLetter !== undefined) await sendBatches(plain, deadLetter, deads, maxMessageBytes)
      await consumer.commit(topic, partition, next)
    }
    batch.resolve(next - 1n)
    observer.onChunk?.({
      partition,
      records: items.length,
      words: items.reduce((sum, { document }) => sum + (document ? Math.round(document.text.length / 5.7) : 0), 0),
      dead: deads.length,
      bytes: outs.reduce((sum, out) => sum + (out.value?.length ?? 0), 0),
      seconds: (performance.now() - begun) / 1000,
      lag: Number(batch.end - next),
    })
    if (next >= (goal?.get(partition)?.end ?? next + 1n)) checkEnd()
  }

  /** Records with their outcomes, in order; documents go through the pool, the rest past it. */
  async function* outcomes(records: readonly KafkaRecord[], signal: AbortSignal): AsyncGenerator<Item> {
    const documents = records.map((record): { document?: Document | undefined; error?: HmtlError } => {
      try {
        return { document: documentOfRecord(record, options) }
      } catch (error) {
        return { error: toHmtlError(error, 'HMTL_INPUT_SYNTAX') }
      }
    })
    async function* source() {
      for (const { document } of documents) {
        if (signal.aborted) return
        if (document) yield document
      }
    }
    const stream = chain(source(), grouped({ wait: 0 }), inWorkers(pool))
    try {
      for (const [i, { document, error }] of documents.entries()) {
        if (error) yield { record: records[i], document: undefined, outcome: { error: plainError(error) } }
        else if (!document) yield { record: records[i], document: undefined, outcome: undefined }
        else {
          const next = await stream.next()
          if (next.done) return
          yield { record: records[i], document, outcome: next.value.outcome }
        }
      }
    } finally {
      await stream.return(undefined)
    }
  }

  /** Works a batch off, from where the group stands. @returns whether to its end */
  const work = async (batch: KafkaBatch, signal: AbortSignal, lost: () => Error | undefined): Promise<boolean> => {
    const { topic, partition } = batch
    let state: Owned | undefined
    if (delivery === 'atomic') {
      const { state: mine, fresh } = await own(partition)
      state = mine
      if (fresh && mine.next >= 0n && mine.next !== batch.records[0]?.offset) {
        consumer.seek(topic, partition, mine.next)
        // Nothing before that offset is owed.
        return true
      }
    }
    const records = batch.records.filter(({ offset }) => !state || offset >= state.next)
    const before = worked.get(partition) ?? -1n
    const again = records.filter(({ offset }) => offset <= before).length
    if (again > 0) observer.onRedelivered?.(partition, again)
    let chunk: Item[] = []
    let begun = performance.now()
    const flush = async () => {
      if (chunk.length === 0) return
      const items = chunk
      chunk = []
      await writeChunk(batch, items, state, begun)
      begun = performance.now()
    }
    await options.decoder?.prepare(records.map(({ value }) => value))
    for await (const item of outcomes(records, signal)) {
      const error = lost()
      if (error) throw error
      if (!batch.running()) return false
      worked.set(partition, item.record.offset)
      chunk.push(item)
      if (chunk.length >= options.chunkRecords || performance.now() - begun > options.chunkWait || stopping) await flush()
      if (stopping) return false
    }
    const error = lost()
    if (error) throw error
    if (!batch.running()) return false
    await flush()
    return true
  }

  /** After a failure: ends the run where trying again cannot help, else goes back to where the group stands. */
  const recover = async (batch: KafkaBatch, error: unknown): Promise<void> => {
    const { topic, partition } = batch
    const state = owned.get(partition)
    const refusals = { at: state?.next ?? batch.records[0]?.offset, count: 1 }
    const earlier = refused.get(partition)
    if (earlier?.at === refusals.at) refusals.count += earlier?.count ?? 0
    if (!(error instanceof HmtlError && error.code === 'HMTL_KAFKA_UNREACHABLE')) refused.set(partition, refusals)
    if (refusals.count > mostRefusals || isFatal(error)) {
      stopping = true
      fail(error as Error)
      return
    }
    observer.onRetry?.(partition, error as Error)
    if (delivery !== 'atomic') throw error
    // A failed commit is not known to have failed: a new owner asks the group.
    release(partition)
    const { state: mine } = await own(partition)
    consumer.seek(topic, partition, mine.next >= 0n ? mine.next : (batch.records[0]?.offset ?? 0n))
  }

  const handle = async (batch: KafkaBatch): Promise<void> => {
    const controller = new AbortController()
    let lost: Error | undefined
    // The model works in other threads: this one is free to say that it lives.
    const heart = setInterval(() => {
      batch.heartbeat().catch((error: Error) => {
        lost = error
        controller.abort()
      })
    }, consumerOptions.heartbeatInterval)
    behind.add(batch.partition)
    try {
      if (await work(batch, controller.signal, () => lost)) behind.delete(batch.partition)
    } catch (error) {
      if (lost) throw lost
      await recover(batch, error)
    } finally {
      clearInterval(heart)
    }
  }

  const close = async () => {
    stopping = true
    clearInterval(ending)
    await consumer.close().catch(() => undefined)
    for (const partition of [...owned.keys()]) {
      const state = owned.get(partition)
      owned.delete(partition)
      await state?.producer.close().catch(() => undefined)
    }
    await plain?.close().catch(() => undefined)
  }

  /** Whether the group has committed all that stood in the topic at the start. */
  const atEnd = async (goal: ReadonlyMap<number, { readonly first: bigint; readonly end: bigint }>): Promise<boolean> => {
    const committed = await client.committed(group, from)
    return [...goal].every(([partition, { first, end }]) => {
      const next = committed.get(partition) ?? -1n
      // A group that begins with what comes later owes nothing of what is there.
      return end === first || next >= end || (consumerOptions.from === 'latest' && next < 0n)
    })
  }

  let asking = false
  const checkEnd = () => {
    if (asking || !goal) return
    asking = true
    atEnd(goal)
      .then(
        (reached) => {
          if (reached) finish()
        },
        (error) => (isFatal(error) ? fail(error) : observer.onRetry?.(-1, error)),
      )
      .finally(() => {
        asking = false
      })
  }

  try {
    if (goal && (await atEnd(goal))) finish()
    else {
      await consumer.run(from, handle)
      if (goal) ending = setInterval(checkEnd, endInterval)
    }
  } catch (error) {
    await close()
    throw error
  }
  let closed: Promise<void> | undefined
  const closeOnce = () => (closed ??= close())
  const done = ended.finally(closeOnce)
  done.catch(() => undefined)
  return {
    done,
    async stop() {
      stopping = true
      await closeOnce()
      finish()
      await done.catch(() => undefined)
    },
  }
}
