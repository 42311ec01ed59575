/**
 * What the enricher needs of a Kafka client, and no more. kafkajs stands behind
 * it today (`kafkajs.ts`); `test/helpers/kafka-port.ts` is the contract that
 * another would be held to, and that the in-memory client of the tests is.
 */

/** A header as it is on the wire, where a value may be null; a name is bytes where it is no UTF-8. */
export type Header = readonly [name: string | Buffer, value: Buffer | string | null]

/** A list: order counts, and a name may come again. */
export type Headers = readonly Header[]

export interface KafkaRecord {
  readonly topic: string
  readonly partition: number
  readonly offset: bigint
  readonly key: Buffer | null
  /** Null is a tombstone. */
  readonly value: Buffer | null
  readonly headers: Headers
  /** Milliseconds since 1970, as the log has it. */
  readonly timestamp: string
}

export interface OutgoingRecord {
  readonly key: Buffer | null
  readonly value: Buffer | null
  readonly headers: Headers
  readonly timestamp?: string
  readonly partition: number
}

/** Records of one partition, as they were fetched. */
export interface KafkaBatch {
  readonly topic: string
  readonly partition: number
  readonly records: readonly KafkaRecord[]
  /** Offset after the batch, with what is not shown of it (markers of transactions, aborted records). */
  readonly next: bigint
  /** Offset that the next record written to the partition will have. */
  readonly end: bigint
  /** Tells the group that this member lives; rejects when the group is rebalancing. */
  heartbeat(): Promise<void>
  /** Whether the partition is still this member's and the consumer runs. */
  running(): boolean
  /** Says that a record is done; a batch that returns early is taken up after the last of them. */
  resolve(offset: bigint): void
}

export interface ConsumerOptions {
  readonly group: string
  readonly sessionTimeout: number
  readonly heartbeatInterval: number
  /** Most bytes fetched of a partition at once. */
  readonly fetchBytes: number
  /** Batches of different partitions handled at once. */
  readonly concurrency: number
  /** Where a partition without a committed offset begins. */
  readonly from: 'earliest' | 'latest'
}

export interface KafkaConsumer {
  /** Begins to consume; a rejection of the handler makes the client fetch the batch again. */
  run(topic: string, handle: (batch: KafkaBatch) => Promise<void>): Promise<void>
  seek(topic: string, partition: number, offset: bigint): void
  commit(topic: string, partition: number, next: bigint): Promise<void>
  /** Called with this member's partitions at each join of the group. */
  onAssigned(listener: (partitions: readonly number[]) => void): void
  /** Called where all that was fetched of a partition is not shown: its readers are at `next`. */
  onSkipped(listener: (partition: number, next: bigint) => void): void
  /** Called when the consumer has given up. */
  onFailed(listener: (error: Error) => void): void
  /** Lets what is being handled end, then leaves the group. */
  close(): Promise<void>
}

export interface KafkaTransaction {
  /**
   * @throws HmtlError `HMTL_KAFKA_TOO_LARGE`, `HMTL_KAFKA_REFUSED` where brokers take none of the records
   *   because of one of them
   */
  send(topic: string, records: readonly OutgoingRecord[]): Promise<void>
  /** The group's next offset of a partition, visible when the transaction commits. After a `send`. */
  sendOffset(group: string, topic: string, partition: number, next: bigint): Promise<void>
  commit(): Promise<void>
  abort(): Promise<void>
}

export interface ProducerOptions {
  /** Makes the producer transactional; another with the same id is fenced off. */
  readonly transactionalId?: string
  readonly transactionTimeout?: number
  readonly codec: Codec
}

export interface KafkaProducer {
  /** As a transaction's. */
  send(topic: string, records: readonly OutgoingRecord[]): Promise<void>
  transaction(): Promise<KafkaTransaction>
  close(): Promise<void>
}

export const codecs = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const
export type Codec = (typeof codecs)[number]

export interface KafkaClient {
  /** Number of partitions. @throws HmtlError `HMTL_KAFKA_TOPIC`, `HMTL_KAFKA_AUTH`, `HMTL_KAFKA_UNREACHABLE` */
  partitions(topic: string): Promise<number>
  /** The group's next offset of each partition; -1 where it has none. */
  committed(group: string, topic: string): Promise<ReadonlyMap<number, bigint>>
  /** First offset of each partition, and that of the next record. */
  bounds(topic: string): Promise<ReadonlyMap<number, { readonly first: bigint; readonly end: bigint }>>
  consumer(options: ConsumerOptions): Promise<KafkaConsumer>
  producer(options: ProducerOptions): Promise<KafkaProducer>
  close(): Promise<void>
}

export type SaslMechanism = 'plain' | 'scram-sha-256' | 'scram-sha-512'

export type LogLevel = 'error' | 'warn' | 'info' | 'debug'

export interface ClientOptions {
  readonly brokers: readonly string[]
  readonly clientId?: string
  readonly tls?: { readonly ca?: string; readonly cert?: string; readonly key?: string } | undefined
  readonly sasl?:
    | { readonly mechanism: SaslMechanism; readonly username: string; readonly password: string }
    | undefined
  readonly onLog?: (level: LogLevel, message: string, details: Readonly<Record<string, unknown>>) => void
}
