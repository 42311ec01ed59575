/** A record's value as a document, and a document's annotations as a record. */
import type { Document } from '../../io/document/document.ts'
import { createDocument } from '../../io/document/document.ts'
import type { OffsetUnit } from '../../io/document/offsets.ts'
import { HmtlError, toHmtlError } from '../../io/errors.ts'
import { documentOfLine } from '../../io/formats/jsonl.ts'
import { fromJson } from '../../io/document/json.ts'
import { annotatedLine } from '../annotated-line.ts'
import type { SchemaSource, ValueDecoder } from './avro.ts'
import type { Header, KafkaRecord, OutgoingRecord } from './port.ts'

export const valueTypes = ['json', 'text', 'avro'] as const
export type ValueType = (typeof valueTypes)[number]

export interface RecordOptions {
  readonly value: ValueType
  /** For `avro`: what turns a value into an object. */
  readonly decoder?: SchemaSource | undefined
  readonly textField?: string | undefined
  /** What offsets in a value count that does not say it. @default 'utf16' */
  readonly inputOffsetUnit?: OffsetUnit | undefined
  /** Written into the headers of what is annotated. */
  readonly model: string
  readonly version: string
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false })

export const placeOf = ({ topic, partition, offset }: KafkaRecord): string => `${topic}/${partition}@${offset}`

/**
 * @param decode for `avro`: what the schemas of these records gave
 * @returns undefined for a tombstone or an empty value, which pass through
 * @throws HmtlError whatever is wrong with the value
 */
export const documentOfRecord = (
  record: KafkaRecord,
  { value: type, textField, inputOffsetUnit }: RecordOptions,
  decode: ValueDecoder | undefined,
): Document | undefined => {
  const { value } = record
  if (value === null || value.length === 0) return undefined
  const id = placeOf(record)
  try {
    if (type === 'avro') {
      if (!decode) throw new HmtlError('HMTL_USAGE', 'Avro values need a schema')
      return fromJson(decode(value), id, { textField, inputOffsetUnit })
    }
    let text: string
    try {
      text = utf8.decode(value)
    } catch (cause) {
      throw new HmtlError('HMTL_INPUT_ENCODING', 'the value is not UTF-8', { cause, remedy: 'Write values as UTF-8' })
    }
    return type === 'text' ? createDocument({ id, text }) : documentOfLine(text, id, { textField, inputOffsetUnit })
  } catch (error) {
    throw toHmtlError(error, 'HMTL_INPUT_SYNTAX', { document: id })
  }
}

/** The record to write: the document's JSON with its annotations, two headers more, everything else as it came. */
export const annotatedRecord = (
  record: KafkaRecord,
  document: Document,
  annotations: string,
  options: RecordOptions,
  partition: number,
): OutgoingRecord => ({
  key: record.key,
  value: Buffer.from(annotatedLine(document, annotations, options)),
  headers: [...record.headers, ['hmtl-model', options.model], ['hmtl-version', options.version]],
  timestamp: record.timestamp,
  partition,
})

/** A tombstone or an empty value, as it came. */
export const passedRecord = ({ key, value, headers, timestamp }: KafkaRecord, partition: number): OutgoingRecord => ({
  key,
  value,
  headers,
  timestamp,
  partition,
})

const headerOverhead = 16

const bytesOf = (content: Buffer | string | null): number => (content === null ? 0 : Buffer.byteLength(content))

/**
 * Bytes of a record in a batch, as the broker counts them before compression.
 * @throws TypeError for what is neither bytes nor text: what passes here can be encoded
 */
export const recordBytes = ({ key, value, headers }: OutgoingRecord): number =>
  headers.reduce(
    (sum, [name, content]) => sum + headerOverhead + Buffer.byteLength(name) + bytesOf(content),
    70 + bytesOf(key) + bytesOf(value),
  )

/** How much of a record its dead letter keeps; brokers may refuse the record for what it carries. */
export type LetterForm = 'whole' | 'without its timestamp' | 'bare'

export interface Refusal {
  readonly code: string
  readonly message: string
}

const mostMessage = 2000

/** The record as it came, with what went wrong and where it stood in its headers. */
export const deadRecord = (
  record: KafkaRecord,
  { code, message }: Refusal,
  partition: number,
  form: LetterForm = 'whole',
): OutgoingRecord => {
  const added: Header[] = [
    ['hmtl-error-code', code],
    ['hmtl-error-message', message.slice(0, mostMessage)],
    ['hmtl-source-topic', record.topic],
    ['hmtl-source-partition', String(record.partition)],
    ['hmtl-source-offset', String(record.offset)],
  ]
  if (form === 'whole') return { ...passedRecord(record, partition), headers: [...record.headers, ...added] }
  added.push(['hmtl-source-timestamp', record.timestamp])
  if (form === 'without its timestamp') {
    const { key, value, headers } = record
    return { key, value, headers: [...headers, ...added], partition }
  }
  // The place as the key: a compacted topic takes no record without one.
  added.push(['hmtl-left-out', 'key, value, headers'])
  return { key: Buffer.from(placeOf(record)), value: Buffer.alloc(0), headers: added, partition }
}
