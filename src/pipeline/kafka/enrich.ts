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
import { annotateStream } from '../annotate.ts'
import type { Outcome } from '../pool/messages.ts'
import type { Pool } from '../pool/pool.ts'
import type { Codec, ConsumerOptions, KafkaBatch, KafkaClient, KafkaProducer, KafkaRecord, OutgoingRecord } from './port.ts'
import { annotatedRecord, deadRecord, documentOfRecord, passedRecord, placeOf, type RecordOptions, recordBytes } from './record.ts'

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

interface Item {
  readonly record: KafkaRecord
  readonly document: Document | undefined
  readonly outcome: Outcome | undefined
}

/** Refusals of one chunk by brokers that answer, after which it is not tried again. */
const mostRefusals = 8

/** Longer than a fetch waits for records: after it, none are there. And how long another member's partition must stand still. */
const [quietMs, othersQuietMs] = [8000, 30_000]

/** Failures of a write that trying again cannot mend. */
const isFatal = (error: unknown): boolean =>
  error instanceof HmtlError && (['HMTL_KAFKA_AUTH', 'HMTL_KAFKA_MESSAGE', 'HMTL_KAFKA_TOO_LARGE', 'HMTL_KAFKA_TOPIC'] as ErrorCode[]).includes(error.code)

const defaults = { delivery: 'atomic', codec: 'none', chunkRecords: 200, chunkWait: 500, maxMessageBytes: 1_000_000, stopAtEnd: false, observer: {} as EnrichObserver } as const
const consumerDefaults = { sessionTimeout: 45_000, heartbeatInterval: 3000, fetchBytes: 256 * 1024, concurrency: 4, from: 'earliest' } as const

/**
 * Starts to enrich.
 * @throws HmtlError `HMTL_KAFKA_*` where topics or brokers are not there
 */
export const startEnrich = async (client: KafkaClient, pool: Pool, given: EnrichOptions): Promise<Enrichment> => {
  const options = { ...defaults, ...given }
  const { from, to, group, deadLetter, delivery, codec, observer } = options
  const consumerOptions = { ...consumerDefaults, ...given.consumer, group }
  await client.partitions(from)
  const width = await client.partitions(to)
  const deadWidth = deadLetter === undefined ? 0 : await client.partitions(deadLetter)
  const goal = options.stopAtEnd ? await client.bounds(from) : undefined
  const owned = new Map<number, Owned>()
  const plain = delivery === 'atomic' ? undefined : await client.producer({ codec })
  const consumer = await client.consumer(consumerOptions)
  /** Next offset of each partition after what this process wrote. */
  const reached = new Map<number, bigint>()
  /** Highest offset of each partition that this process has worked on. */
  const worked = new Map<number, bigint>()
  /** Batches under way, and when the last ended. */
  let handling = 0
  let lastHandled = performance.now()
  let assigned: ReadonlySet<number> = new Set()
  let joined = 0
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
    assigned = new Set(partitions)
    joined = performance.now()
    for (const partition of [...owned.keys()]) if (!partitions.includes(partition)) release(partition)
    for (const partition of [...worked.keys()]) if (!partitions.includes(partition)) worked.delete(partition)
  })
  consumer.onFailed((error) => fail(error))

  /** Records in batches that a broker takes. */
  const send = async (writer: Pick<KafkaProducer, 'send'>, topic: string, records: readonly OutgoingRecord[]) => {
    let batch: OutgoingRecord[] = []
    let bytes = 0
    for (const record of records) {
      const size = recordBytes(record)
      if (batch.length > 0 && bytes + size > options.maxMessageBytes) {
        await writer.send(topic, batch)
        batch = []
        bytes = 0
      }
      batch.push(record)
      bytes += size
    }
    await writer.send(topic, batch)
  }

  /** What becomes of a record: an output, or a dead letter. */
  const written = ({ record, document, outcome }: Item): { out?: OutgoingRecord; dead?: OutgoingRecord } => {
    const partition = record.partition % width
    const refuse = (error: { code: string; message: string }) => {
      if (deadLetter === undefined)
        throw new HmtlError('HMTL_KAFKA_MESSAGE', `record ${placeOf(record)} failed: ${error.code}: ${error.message}`, {
          remedy: 'Name a topic for such records with --dead-letter; nothing after it was committed',
        })
      observer.onDead?.(placeOf(record), error)
      return { dead: deadRecord(record, error, record.partition % deadWidth) }
    }
    if (!outcome) return { out: passedRecord(record, partition) }
    if ('error' in outcome) return refuse(outcome.error)
    if (!('json' in outcome) || !document) throw new HmtlError('HMTL_INTERNAL', 'the workers were not asked for JSON')
    const out = annotatedRecord(record, document, outcome.json, options, partition)
    const bytes = recordBytes(out)
    return bytes <= options.maxMessageBytes
      ? { out }
      : refuse({ code: 'HMTL_KAFKA_TOO_LARGE', message: `the annotated record has ${bytes} bytes, more than ${options.maxMessageBytes}` })
  }

  const writeChunk = async (batch: KafkaBatch, items: readonly Item[], state: Owned | undefined, begun: number): Promise<void> => {
    const { topic, partition } = batch
    const results = items.map(written)
    const outs = results.flatMap(({ out }) => (out ? [out] : []))
    const deads = results.flatMap(({ dead }) => (dead ? [dead] : []))
    const last = items[items.length - 1].record.offset
    if (state) {
      const transaction = await state.producer.transaction()
      try {
        await send(transaction, to, outs)
        if (deadLetter !== undefined) await send(transaction, deadLetter, deads)
        await transaction.sendOffset(group, topic, partition, last + 1n)
        await transaction.commit()
      } catch (error) {
        await transaction.abort().catch(() => undefined)
        throw error
      }
      state.next = last + 1n
    } else if (plain) {
      await send(plain, to, outs)
      if (deadLetter !== undefined) await send(plain, deadLetter, deads)
      await consumer.commit(topic, partition, last + 1n)
    }
    batch.resolve(last)
    reached.set(partition, last + 1n)
    observer.onChunk?.({
      partition,
      records: items.length,
      words: items.reduce((sum, { document }) => sum + (document ? Math.round(document.text.length / 5.7) : 0), 0),
      dead: deads.length,
      bytes: outs.reduce((sum, out) => sum + (out.value?.length ?? 0), 0),
      seconds: (performance.now() - begun) / 1000,
      lag: Number(batch.end - last - 1n),
    })
    if (atEnd()) finish()
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
    const stream = annotateStream(source(), pool, { wait: 0 })
    try {
      for (const [i, { document, error }] of documents.entries()) {
        if (error) yield { record: records[i], document: undefined, outcome: { error: { code: error.code, message: error.message } } }
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

  const handle = async (batch: KafkaBatch): Promise<void> => {
    const { topic, partition } = batch
    let state: Owned | undefined
    if (delivery === 'atomic') {
      const { state: mine, fresh } = await own(partition)
      state = mine
      if (fresh && mine.next >= 0n && mine.next !== batch.records[0]?.offset) {
        consumer.seek(topic, partition, mine.next)
        return
      }
    }
    const records = batch.records.filter(({ offset }) => !state || offset >= state.next)
    const before = worked.get(partition) ?? -1n
    const again = records.filter(({ offset }) => offset <= before).length
    if (again > 0) observer.onRedelivered?.(partition, again)
    const controller = new AbortController()
    let lost: Error | undefined
    // The model works in other threads: this one is free to say that it lives.
    const heart = setInterval(() => {
      batch.heartbeat().catch((error: Error) => {
        lost = error
        controller.abort()
      })
    }, consumerOptions.heartbeatInterval)
    let chunk: Item[] = []
    let begun = performance.now()
    const flush = async () => {
      if (chunk.length === 0) return
      const items = chunk
      chunk = []
      await writeChunk(batch, items, state, begun)
      begun = performance.now()
    }
    try {
      await options.decoder?.prepare(records.map(({ value }) => value))
      for await (const item of outcomes(records, controller.signal)) {
        if (lost) throw lost
        if (!batch.running()) return
        worked.set(partition, item.record.offset)
        chunk.push(item)
        if (chunk.length >= options.chunkRecords || performance.now() - begun > options.chunkWait || stopping) await flush()
        if (stopping) return
      }
      if (batch.running()) await flush()
    } catch (error) {
      if (lost) throw lost
      const unreachable = error instanceof HmtlError && error.code === 'HMTL_KAFKA_UNREACHABLE'
      const refusals = { at: state?.next ?? records[0]?.offset, count: 1 }
      const earlier = refused.get(partition)
      if (earlier?.at === refusals.at) refusals.count += earlier?.count ?? 0
      if (!unreachable) refused.set(partition, refusals)
      if (refusals.count > mostRefusals || isFatal(error) || (error instanceof HmtlError && error.code === 'HMTL_WORKER_FAILED')) {
        fail(error as Error)
        stopping = true
        return
      }
      observer.onRetry?.(partition, error as Error)
      if (!state) throw error
      // A failed commit is not known to have failed: a new owner asks the group.
      if (owned.get(partition) === state) release(partition)
      const { state: mine } = await own(partition)
      consumer.seek(topic, partition, mine.next >= 0n ? mine.next : (records[0]?.offset ?? 0n))
    } finally {
      clearInterval(heart)
    }
  }

  const handleCounted = async (batch: KafkaBatch): Promise<void> => {
    handling++
    try {
      await handle(batch)
    } finally {
      handling--
      lastHandled = performance.now()
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

  /**
   * The end is not always where the last record stands: markers of transactions
   * have offsets too, and other members have partitions of their own. Where nothing
   * comes any more, the group's offsets are asked for.
   */
  const watchEnd = (ends: ReadonlyMap<number, { readonly first: bigint; readonly end: bigint }>): NodeJS.Timeout => {
    const seen = new Map<number, { next: bigint; since: number }>()
    let asking = false
    return setInterval(async () => {
      const now = performance.now()
      if (asking || handling > 0 || now - lastHandled < quietMs) return
      asking = true
      try {
        const committed = await client.committed(group, from)
        let settled = true
        for (const [partition, { first, end }] of ends) {
          const next = committed.get(partition) ?? -1n
          const before = seen.get(partition)
          if (before?.next !== next) seen.set(partition, { next, since: now })
          if (end === first || next >= end) continue
          // Mine, and the brokers have sent no more of it; another's, and it has stood still for long.
          const still = now - (seen.get(partition)?.since ?? now)
          if (!(assigned.has(partition) && joined > 0 && now - joined > quietMs) && still < othersQuietMs) settled = false
        }
        if (settled && handling === 0) finish()
      } catch (error) {
        observer.onRetry?.(-1, error as Error)
      } finally {
        asking = false
      }
    }, 1000)
  }

  const atEnd = () => goal !== undefined && [...goal].every(([partition, { first, end }]) => end === first || (reached.get(partition) ?? -1n) >= end)
  try {
    if (goal) for (const [partition, next] of await client.committed(group, from)) if (next >= 0n) reached.set(partition, next)
    if (atEnd()) finish()
    else {
      await consumer.run(from, handleCounted)
      if (goal) ending = watchEnd(goal)
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
