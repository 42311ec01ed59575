/** Writes a chunk: outputs, dead letters and the offset after what they came from. */
import type { Owned } from './ownership.ts'
import type { KafkaConsumer, KafkaProducer, OutgoingRecord } from './port.ts'
import { recordBytes } from './record.ts'

export interface Chunk {
  readonly partition: number
  readonly outs: readonly OutgoingRecord[]
  readonly deads: readonly OutgoingRecord[]
  /** Offset that the group goes on from. */
  readonly next: bigint
}

export interface WriterOptions {
  readonly group: string
  readonly from: string
  readonly to: string
  readonly deadLetter?: string | undefined
  readonly maxMessageBytes: number
}

/** @throws HmtlError as the client does; what was written of the chunk then depends on the writer */
export type ChunkWriter = (owned: Owned, chunk: Chunk) => Promise<void>

/** Sends records in their order, so many at a time as a broker takes. */
const sendBatches = async (
  writer: Pick<KafkaProducer, 'send'>,
  topic: string,
  records: readonly OutgoingRecord[],
  mostBytes: number,
): Promise<void> => {
  let batch: OutgoingRecord[] = []
  let bytes = 0
  for (const record of records) {
    const size = recordBytes(record)
    if (batch.length > 0 && bytes + size > mostBytes) {
      await writer.send(topic, batch)
      batch = []
      bytes = 0
    }
    batch.push(record)
    bytes += size
  }
  await writer.send(topic, batch)
}

const sendAll = async (
  writer: Pick<KafkaProducer, 'send'>,
  { outs, deads }: Chunk,
  options: WriterOptions,
): Promise<void> => {
  await sendBatches(writer, options.to, outs, options.maxMessageBytes)
  if (options.deadLetter !== undefined) await sendBatches(writer, options.deadLetter, deads, options.maxMessageBytes)
}

/** All in one transaction: after a failure nothing of the chunk is seen, or the commit's outcome is not known. */
export const atomicWriter =
  (options: WriterOptions): ChunkWriter =>
  async (owned, chunk) => {
    const transaction = await owned.producer.transaction()
    try {
      await sendAll(transaction, chunk, options)
      await transaction.sendOffset(options.group, options.from, chunk.partition, chunk.next)
      await transaction.commit()
    } catch (error) {
      await transaction.abort().catch(() => undefined)
      throw error
    }
    owned.next = chunk.next
  }

/** First the records, then the offset: after a failure some may be written again. */
export const atLeastOnceWriter =
  (options: WriterOptions, consumer: Pick<KafkaConsumer, 'commit'>): ChunkWriter =>
  async (owned, chunk) => {
    await sendAll(owned.producer, chunk, options)
    await consumer.commit(options.from, chunk.partition, chunk.next)
    owned.next = chunk.next
  }
