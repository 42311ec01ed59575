/** What an enricher is told, and what it tells. */
import type { Codec, ConsumerOptions } from './port.ts'
import type { RecordOptions, Refusal } from './record.ts'

export type Delivery = 'atomic' | 'at-least-once'

export interface EnrichOptions extends RecordOptions {
  /** Topic that is read. */
  readonly from: string
  /** Topic that is written. */
  readonly to: string
  /** Consumer group; processes of one group share the partitions. */
  readonly group: string
  /** Topic for records that fail. Without one the first stops the run. */
  readonly deadLetter?: string | undefined
  /** @default 'atomic' */
  readonly delivery?: Delivery
  /** @default 'none' */
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

/** What became of a chunk, once it is written. */
export interface ChunkReport {
  readonly partition: number
  /** Records that it came from: outputs and dead letters. */
  readonly records: number
  /** Records written to the output topic. */
  readonly written: number
  /** Words of the documents written. */
  readonly words: number
  readonly dead: number
  /** Numbers of Avro that JSON has no form for, written as null: NaN, infinities. */
  readonly numbersAsNull: number
  /** Bytes of the values written. */
  readonly bytes: number
  /** From its first record to its commit. */
  readonly seconds: number
  /** Records of the partition that are not yet written. */
  readonly lag: number
}

/** What is worth counting. */
export interface EnrichObserver {
  /** A chunk was written. */
  onChunk?(chunk: ChunkReport): void
  /** A dead letter was written. */
  onDead?(place: string, error: Refusal): void
  /** Records that were fetched again after they had been worked on. */
  onRedelivered?(partition: number, records: number): void
  onAssigned?(partitions: readonly number[]): void
  /** A chunk could not be written and is taken up again. */
  onRetry?(partition: number, error: Error): void
}

const defaults = {
  delivery: 'atomic' as Delivery,
  codec: 'none' as Codec,
  chunkRecords: 200,
  chunkWait: 500,
  maxMessageBytes: 1_000_000,
  stopAtEnd: false,
  observer: {} as EnrichObserver,
} as const

const consumerDefaults = {
  sessionTimeout: 45_000,
  heartbeatInterval: 3000,
  fetchBytes: 256 * 1024,
  concurrency: 4,
  from: 'earliest' as ConsumerOptions['from'],
} as const

/** The options with what was left out. */
export const defaultsOf = (given: EnrichOptions) => {
  const consumer: ConsumerOptions = { ...consumerDefaults, ...given.consumer, group: given.group }
  return { options: { ...defaults, ...given }, consumer }
}
