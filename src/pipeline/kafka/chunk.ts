/** What is to be written for some records: an output or a dead letter for each. */
import type { Document } from '../../io/document/document.ts'
import { HmtlError, toHmtlError } from '../../io/errors.ts'
import type { Outcome } from '../pool/messages.ts'
import type { KafkaRecord, OutgoingRecord } from './port.ts'
import {
  annotatedRecord,
  deadRecord,
  type LetterForm,
  passedRecord,
  placeOf,
  type RecordOptions,
  type Refusal,
  recordBytes,
} from './record.ts'

/** A record with what became of it; one without an outcome passes through. */
export interface Item {
  readonly record: KafkaRecord
  readonly document: Document | undefined
  readonly outcome: Outcome | { readonly error: Refusal } | undefined
  /** How much its dead letter keeps. @default 'whole' */
  readonly letter?: LetterForm | undefined
}

export interface ChunkOptions extends RecordOptions {
  readonly maxMessageBytes: number
  /** Partitions of the output topic. */
  readonly width: number
  /** Partitions of the dead-letter topic; undefined without one. */
  readonly deadWidth: number | undefined
}

export type Result =
  | { readonly out: OutgoingRecord }
  | { readonly dead: OutgoingRecord; readonly place: string; readonly error: Refusal }

/**
 * Whatever is thrown for a record is its refusal.
 * @throws HmtlError `HMTL_KAFKA_MESSAGE` for a record that failed where there is no topic for it
 */
export const resultOf = (item: Item, options: ChunkOptions): Result => {
  const { record, document, outcome, letter } = item
  const refuse = (error: Refusal): Result => {
    const place = placeOf(record)
    if (options.deadWidth === undefined)
      throw new HmtlError('HMTL_KAFKA_MESSAGE', `record ${place} failed: ${error.code}: ${error.message}`, {
        remedy: 'Name a topic for such records with --dead-letter; nothing after it was committed',
      })
    return { dead: deadRecord(record, error, record.partition % options.deadWidth, letter), place, error }
  }
  if (outcome && 'error' in outcome) return refuse(outcome.error)
  // No fault of the record's: each would have it.
  if (outcome && !('json' in outcome)) throw new HmtlError('HMTL_INTERNAL', 'the workers were not asked for JSON')
  const partition = record.partition % options.width
  let out: OutgoingRecord
  let bytes: number
  try {
    out =
      outcome && document
        ? annotatedRecord(record, document, outcome.json, options, partition)
        : passedRecord(record, partition)
    bytes = recordBytes(out)
  } catch (error) {
    const { code, message } = toHmtlError(error, 'HMTL_OUTPUT_FAILED', { document: placeOf(record) })
    return refuse({ code, message })
  }
  if (bytes <= options.maxMessageBytes) return { out }
  return refuse({
    code: 'HMTL_KAFKA_TOO_LARGE',
    message: `the annotated record has ${bytes} bytes, more than ${options.maxMessageBytes}`,
  })
}
