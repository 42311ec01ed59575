/** What is written for some records: their outputs and dead letters, in batches that a broker takes. */
import type { Document } from '../../io/document.ts'
import { HmtlError } from '../../io/errors.ts'
import type { Outcome } from '../pool/messages.ts'
import type { KafkaProducer, KafkaRecord, OutgoingRecord } from './port.ts'
import { annotatedRecord, deadRecord, passedRecord, placeOf, type RecordOptions, recordBytes } from './record.ts'

/** A record with what became of it; one without an outcome passes through. */
export interface Item {
  readonly record: KafkaRecord
  readonly document: Document | undefined
  readonly outcome: Outcome | undefined
}

export interface ChunkOptions extends RecordOptions {
  readonly maxMessageBytes: number
  /** Partitions of the output topic. */
  readonly width: number
  /** Partitions of the dead-letter topic; undefined without one. */
  readonly deadWidth: number | undefined
  readonly onDead?: ((place: string, error: { code: string; message: string }) => void) | undefined
}

/** @throws HmtlError `HMTL_KAFKA_MESSAGE` for a record that failed where there is no topic for it */
export const resultOf = ({ record, document, outcome }: Item, options: ChunkOptions): { out?: OutgoingRecord; dead?: OutgoingRecord } => {
  const { width, deadWidth, maxMessageBytes } = options
  const partition = record.partition % width
  const refuse = (error: { code: string; message: string }) => {
    if (deadWidth === undefined)
      throw new HmtlError('HMTL_KAFKA_MESSAGE', `record ${placeOf(record)} failed: ${error.code}: ${error.message}`, {
        remedy: 'Name a topic for such records with --dead-letter; nothing after it was committed',
      })
    options.onDead?.(placeOf(record), error)
    return { dead: deadRecord(record, error, record.partition % deadWidth) }
  }
  if (!outcome) return { out: passedRecord(record, partition) }
  if ('error' in outcome) return refuse(outcome.error)
  if (!('json' in outcome) || !document) throw new HmtlError('HMTL_INTERNAL', 'the workers were not asked for JSON')
  const out = annotatedRecord(record, document, outcome.json, options, partition)
  const bytes = recordBytes(out)
  return bytes <= maxMessageBytes ? { out } : refuse({ code: 'HMTL_KAFKA_TOO_LARGE', message: `the annotated record has ${bytes} bytes, more than ${maxMessageBytes}` })
}

/** Sends records in their order, so many at a time as a broker takes. */
export const sendBatches = async (writer: Pick<KafkaProducer, 'send'>, topic: string, records: readonly OutgoingRecord[], mostBytes: number): Promise<void> => {
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
