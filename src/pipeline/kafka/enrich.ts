/**
 * A topic through the model into another. Each partition is worked on in the
 * order of its offsets, by the same stream that `annotate` runs; outputs, dead
 * letters and the offset of what they came from are written together.
 *
 * A batch is: own its partition (ownership.ts) → records to outcomes (outcomes.ts)
 * → outputs and dead letters (chunk.ts) → a transaction (writer.ts); what fails is
 * judged by recovery.ts, and topic-end.ts says when all is done.
 */
import type { Document } from '../../io/document/document.ts'
import type { Pool } from '../pool/pool.ts'
import { type ChunkOptions, type Item, resultOf } from './chunk.ts'
import { defaultsOf, type EnrichOptions } from './enrich-options.ts'
import { type Heartbeat, keepAlive } from './heartbeat.ts'
import { oddNumbersOf } from './odd-numbers.ts'
import { outcomesOf } from './outcomes.ts'
import { fencedOwnership, type Owned, sharedOwnership } from './ownership.ts'
import { pause } from './pause.ts'
import type { KafkaBatch, KafkaClient } from './port.ts'
import { type Attempt, createRecovery, isFatal } from './recovery.ts'
import { createSkips } from './skips.ts'
import { type EndWatch, endOfTopic, watchEnd } from './topic-end.ts'
import { wordsOf } from './words.ts'
import { atLeastOnceWriter, atomicWriter } from './writer.ts'

export interface Enrichment {
  /**
   * Ends when the run does: at the end of its topic, or when stopped. Rejects with what made it stop, and with what
   * could not be written when it was stopped.
   */
  readonly done: Promise<void>
  /** Finishes and commits what is under way, leaves the group. */
  stop(): Promise<void>
}

/**
 * Starts to enrich.
 *
 * @example
 * const enrichment = await startEnrich(client, pool, { from: 'news', to: 'news-annotated', group: 'hmtl', … })
 * process.once('SIGTERM', () => enrichment.stop())
 * await enrichment.done
 *
 * @throws HmtlError `HMTL_KAFKA_*` where topics or brokers are not there
 */
export const startEnrich = async (client: KafkaClient, pool: Pool, given: EnrichOptions): Promise<Enrichment> => {
  const { options, consumer: consumerOptions } = defaultsOf(given)
  const { from, to, group, deadLetter, observer } = options
  await client.partitions(from)
  const width = await client.partitions(to)
  const deadWidth = deadLetter === undefined ? undefined : await client.partitions(deadLetter)
  const chunkOptions: ChunkOptions = { ...options, width, deadWidth }
  const end = options.stopAtEnd
    ? await endOfTopic(client, { group, from, latest: consumerOptions.from === 'latest' })
    : undefined
  const atomic = options.delivery === 'atomic'
  const ownership = atomic ? fencedOwnership(client, options) : await sharedOwnership(client, options)
  const consumer = await client.consumer(consumerOptions).catch(async (error) => {
    await ownership.close()
    throw error
  })
  const write = atomic ? atomicWriter(options) : atLeastOnceWriter(options, consumer)
  const recovery = createRecovery()
  /** Partitions of which a batch is under way, or was not done to its end. */
  const behind = new Set<number>()
  /** Highest offset of each partition that this process has worked on. */
  const worked = new Map<number, bigint>()
  let watch: EndWatch | undefined
  const stopping = new AbortController()
  const skips = createSkips(
    (partition, next) => consumer.commit(from, partition, next),
    (partition, error) => observer.onRetry?.(partition, error),
    stopping.signal,
  )
  let finish: () => void = () => undefined
  let fail: (error: Error) => void = () => undefined
  const ended = new Promise<void>((resolve, reject) => {
    finish = resolve
    fail = reject
  })

  consumer.onAssigned((partitions) => {
    observer.onAssigned?.(partitions)
    ownership.keep(partitions)
    for (const partition of worked.keys()) if (!partitions.includes(partition)) worked.delete(partition)
    behind.clear()
    skips.clear()
  })
  consumer.onSkipped((partition, next) => {
    if (behind.has(partition)) return
    const owned = ownership.get(partition)
    if (owned) owned.next = next
    skips.add(partition, next)
  })
  consumer.onFailed((error) => fail(error))

  const writeChunk = async (batch: KafkaBatch, items: readonly Item[], owned: Owned, begun: number): Promise<void> => {
    const { partition } = batch
    const results = items.map((item) => resultOf(item, chunkOptions))
    const outs = results.flatMap((result) => ('out' in result ? [result.out] : []))
    const letters = results.flatMap((result) => ('dead' in result ? [result] : []))
    /** Of the documents written. */
    const sumOf = (of: (document: Document) => number) =>
      items.reduce((sum, { document }, i) => sum + (document && 'out' in results[i] ? of(document) : 0), 0)
    const last = items[items.length - 1].record.offset
    const next = last === batch.records[batch.records.length - 1].offset ? batch.next : last + 1n
    try {
      await write(owned, { partition, outs, deads: letters.map(({ dead }) => dead), next })
    } catch (error) {
      // Neither whether the offset was committed nor whether the transaction is over is known: a new owner ends it, and
      // asks.
      if (atomic) ownership.drop(partition)
      throw error
    }
    batch.resolve(next - 1n)
    recovery.written(partition, next)
    for (const { place, error } of letters) observer.onDead?.(place, error)
    observer.onChunk?.({
      partition,
      records: items.length,
      written: outs.length,
      words: sumOf(wordsOf),
      dead: letters.length,
      numbersAsNull: options.value === 'avro' ? sumOf(oddNumbersOf) : 0,
      bytes: outs.reduce((sum, out) => sum + (out.value?.length ?? 0), 0),
      seconds: (performance.now() - begun) / 1000,
      lag: Number(batch.end - next),
    })
    if (end?.passed(partition, next)) watch?.ask()
  }

  /** Works a batch off, from where the group stands. @returns whether to its end */
  const work = async (
    batch: KafkaBatch,
    heartbeat: Heartbeat,
    attempting: (items: readonly Item[]) => void,
  ): Promise<boolean> => {
    const { topic, partition } = batch
    const { owned, fresh } = await ownership.take(partition)
    if (fresh && owned.next >= 0n && owned.next !== batch.records[0]?.offset) {
      consumer.seek(topic, partition, owned.next)
      // Nothing before that offset is owed.
      return true
    }
    const records = batch.records.filter(({ offset }) => offset >= owned.next)
    const before = worked.get(partition) ?? -1n
    const again = records.filter(({ offset }) => offset <= before).length
    if (again > 0) observer.onRedelivered?.(partition, again)
    let chunk: Item[] = []
    let begun = performance.now()
    const flush = async () => {
      if (chunk.length === 0) return
      const items = chunk
      chunk = []
      attempting(items)
      await writeChunk(batch, items, owned, begun)
      begun = performance.now()
    }
    // What was annotated when the run is stopped is written: the group is left after that.
    const goesOn = () => batch.running() || stopping.signal.aborted
    const isFull = ({ record }: Item) =>
      chunk.length >= options.chunkRecords ||
      recovery.alone(record) ||
      performance.now() - begun > options.chunkWait ||
      stopping.signal.aborted
    for await (const item of outcomesOf(records, pool, options, recovery.blamed, heartbeat.signal)) {
      heartbeat.check()
      if (!goesOn()) return false
      worked.set(partition, item.record.offset)
      chunk.push(item)
      if (isFull(item)) await flush()
      if (stopping.signal.aborted) return false
    }
    heartbeat.check()
    if (!goesOn()) return false
    await flush()
    return true
  }

  /** After a failure: ends the run where trying again cannot help, else goes back to where the group stands. */
  const recover = async (batch: KafkaBatch, attempt: Attempt | undefined, error: unknown): Promise<void> => {
    const { topic, partition } = batch
    const first = batch.records[0]?.offset ?? 0n
    const known = ownership.get(partition)?.next ?? -1n
    const at = known > first ? known : first
    const wait = recovery.failed(partition, attempt ?? { first: at, last: at }, error)
    if (wait === undefined || stopping.signal.aborted) {
      stopping.abort()
      fail(error as Error)
      return
    }
    observer.onRetry?.(partition, error as Error)
    await pause(wait, stopping.signal)
    // Perhaps the group has gone on without this member, which nothing but joining it again tells.
    if (!atomic && wait > 0) throw error
    const { owned } = await ownership.take(partition)
    consumer.seek(topic, partition, owned.next >= 0n ? owned.next : first)
  }

  const handle = async (batch: KafkaBatch): Promise<void> => {
    const heartbeat = keepAlive(batch, consumerOptions.heartbeatInterval)
    let attempt: Attempt | undefined
    behind.add(batch.partition)
    try {
      await skips.settled(batch.partition)
      const done = await work(batch, heartbeat, (items) => {
        attempt = { first: items[0].record.offset, last: items[items.length - 1].record.offset }
      })
      if (done) behind.delete(batch.partition)
    } catch (error) {
      heartbeat.check()
      await recover(batch, attempt, error)
    } finally {
      heartbeat.stop()
    }
  }

  const close = async () => {
    stopping.abort()
    watch?.close()
    await consumer.close().catch(() => undefined)
    await ownership.close()
  }

  try {
    if (await end?.reached()) finish()
    else {
      await consumer.run(from, handle)
      if (end) watch = watchEnd(end, finish, (error) => (isFatal(error) ? fail(error) : observer.onRetry?.(-1, error)))
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
      await closeOnce()
      finish()
      await done.catch(() => undefined)
    },
  }
}
