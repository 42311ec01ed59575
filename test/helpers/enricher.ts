/** The enricher on a cluster in memory, and what is looked at of its records. */
import type { ExecutionContext } from 'ava'
import { HmtlError } from '../../src/io/errors.ts'
import { startEnrich } from '../../src/pipeline/kafka/enrich.ts'
import type { EnrichOptions } from '../../src/pipeline/kafka/enrich-options.ts'
import type { Header, KafkaRecord, OutgoingRecord } from '../../src/pipeline/kafka/port.ts'
import type { Pool } from '../../src/pipeline/pool/pool.ts'
import { idlePool } from './idle-pool.ts'
import { memoryCluster } from './kafka-memory.ts'
import type { TopicSettings } from './kafka-memory-log.ts'

export const later = { mostAhead: Number.POSITIVE_INFINITY }

export const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))

/** A cluster with an input, an output and a topic for dead letters, and the enricher over them. */
export const setUp = (
  settings: readonly (number | TopicSettings)[] = [{ partitions: 1, ...later }, 1, { partitions: 1, ...later }],
) => {
  const cluster = memoryCluster()
  const [from, to, dead] = cluster.topics(settings)
  const send = async (records: readonly (Partial<OutgoingRecord> & { text?: string })[]) => {
    const producer = await cluster.client(true).producer({ codec: 'none' })
    for (const { text = 'Some text.', ...more } of records)
      await producer.send(from, [
        { key: Buffer.from('k'), value: Buffer.from(JSON.stringify({ text })), headers: [], partition: 0, ...more },
      ])
  }
  const start = (more: Partial<EnrichOptions> = {}, pool: Pool = idlePool()) =>
    startEnrich(cluster.client(), pool, {
      from,
      to,
      group: 'g',
      deadLetter: dead,
      value: 'json',
      model: 'idle',
      version: '1',
      stopAtEnd: true,
      ...more,
    })
  const enrich = async (more: Partial<EnrichOptions> = {}, pool?: Pool) => (await start(more, pool)).done
  return { cluster, from, to, dead, send, start, enrich }
}

export const header = (record: KafkaRecord, name: string): string | undefined => {
  const found = record.headers.findLast(([each]) => each === name)
  return found && String(found[1])
}
export const codes = (records: readonly KafkaRecord[]) => records.map((record) => header(record, 'hmtl-error-code'))
export const textOf = ({ value }: KafkaRecord): string => JSON.parse(String(value)).text
export const codeOf = async (t: ExecutionContext, promise: Promise<unknown>): Promise<string> =>
  ((await t.throwsAsync(promise, { instanceOf: HmtlError })) as HmtlError).code
export const flat = (headers: readonly Header[]) =>
  headers.map(([name, value]) => [name, value === null ? null : String(value)])
