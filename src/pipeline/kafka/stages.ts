/** A topic as a source and as a sink for other people's pipelines, at least once. */
import { HmtlError } from '../../io/errors.ts'
import { keepAlive } from './heartbeat.ts'
import type { Codec, ConsumerOptions, KafkaBatch, KafkaClient, KafkaRecord, OutgoingRecord } from './port.ts'

export interface KafkaSourceOptions extends Partial<Omit<ConsumerOptions, 'group' | 'concurrency'>> {
  readonly topic: string
  readonly group: string
  readonly signal?: AbortSignal | undefined
}

/**
 * Records of a topic, one at a time. Asking for the next says that the last is
 * done: offsets are committed batch by batch behind it. The client fetches no
 * further while nobody asks.
 *
 * @example
 * for await (const record of kafkaSource(client, { topic: 'news', group: 'readers' }))
 * console.log(record.value?.toString())
 *
 * @throws HmtlError `HMTL_KAFKA_*`, `HMTL_ABORTED`
 */
export async function* kafkaSource(client: KafkaClient, options: KafkaSourceOptions): AsyncGenerator<KafkaRecord> {
  const {
    topic,
    group,
    signal,
    sessionTimeout = 45_000,
    heartbeatInterval = 3000,
    fetchBytes = 256 * 1024,
    from = 'earliest',
  } = options
  await client.partitions(topic)
  const consumer = await client.consumer({ group, sessionTimeout, heartbeatInterval, fetchBytes, from, concurrency: 1 })
  let offered: { record: KafkaRecord; done: () => void } | undefined
  let taken: typeof offered
  let wake: () => void = () => undefined
  let failure: Error | undefined
  let over = false
  consumer.onFailed((error) => {
    failure = error
    wake()
  })
  const abort = () => {
    failure = new HmtlError('HMTL_ABORTED', 'reading was aborted', { cause: signal?.reason })
    wake()
  }
  signal?.addEventListener('abort', abort)
  const handling = new Set<Promise<void>>()
  const handle = (batch: KafkaBatch): Promise<void> => {
    const work = takeIn(batch).finally(() => handling.delete(work))
    handling.add(work)
    return work
  }
  const takeIn = async (batch: KafkaBatch): Promise<void> => {
    const heartbeat = keepAlive(batch, heartbeatInterval)
    let last: bigint | undefined
    try {
      for (const record of batch.records) {
        if (over || !batch.running()) break
        await new Promise<void>((done) => {
          offered = { record, done }
          wake()
        })
        if (over) break
        last = record.offset
        batch.resolve(last)
      }
      if (last !== undefined) await consumer.commit(batch.topic, batch.partition, last + 1n)
    } finally {
      heartbeat.stop()
    }
  }
  try {
    if (signal?.aborted) abort()
    else await consumer.run(topic, handle)
    for (;;) {
      if (failure) throw failure
      if (!offered) {
        await new Promise<void>((resolve) => {
          wake = resolve
        })
        continue
      }
      taken = offered
      offered = undefined
      yield taken.record
      taken.done()
      taken = undefined
    }
  } finally {
    over = true
    signal?.removeEventListener('abort', abort)
    // A handler that waits for its record to be taken, or done, must not hold back the end.
    for (const waiting of [offered, taken] as ({ done: () => void } | undefined)[]) waiting?.done()
    // What was done is committed before the group is left.
    await Promise.allSettled(handling)
    await consumer.close()
  }
}

export interface KafkaSinkOptions {
  readonly topic: string
  readonly codec?: Codec
  /** Most records sent at once. @default 200 */
  readonly records?: number
}

/**
 * Writes records to a topic; the next are asked for when the last are acknowledged.
 * @returns how many were written
 */
export const kafkaSink = async (
  client: KafkaClient,
  source: AsyncIterable<OutgoingRecord>,
  { topic, codec = 'none', records = 200 }: KafkaSinkOptions,
): Promise<number> => {
  await client.partitions(topic)
  const producer = await client.producer({ codec })
  let batch: OutgoingRecord[] = []
  let written = 0
  const flush = async () => {
    await producer.send(topic, batch)
    written += batch.length
    batch = []
  }
  try {
    for await (const record of source) {
      batch.push(record)
      if (batch.length >= records) await flush()
    }
    await flush()
    return written
  } finally {
    await producer.close()
  }
}
