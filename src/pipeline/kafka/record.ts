/** A record's value as a document, and a document's annotations as a record. */
import type { Document } from '../../io/document.ts'
import { createDocument } from '../../io/document.ts'
import { HmtlError, toHmtlError } from '../../io/errors.ts'
import { documentOfLine } from '../../io/formats/jsonl.ts'
import { fromJson } from '../../io/json.ts'
import type { OffsetUnit } from '../../io/offsets.ts'
import { annotatedLine } from '../annotated-line.ts'
import type { ValueDecoder } from './avro.ts'
import type { Headers, KafkaRecord, OutgoingRecord } from './port.ts'

export const valueTypes = ['json', 'text', 'avro'] as const
export type ValueType = (typeof valueTypes)[number]

export interface RecordOptions {
  readonly value: ValueType
  /** For `avro`: what turns a value into an object. */
  readonly decoder?: ValueDecoder | undefined
  readonly textField?: string | undefined
  readonly offsetUnit?: OffsetUnit | undefined
  /** Written into the headers of what is annotated. */
  readonly model: string
  readonly version: string
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false })

export const placeOf = ({ topic, partition, offset }: KafkaRecord): string => `${topic}/${partition}@${offset}`

/** @returns undefined for a tombstone or an empty value, which pass through */
export const documentOfRecord = (record: KafkaRecord, { value: type, decoder, textField, offsetUnit }: RecordOptions): Document | undefined => {
  const { value } = record
  if (value === null || value.length === 0) return undefined
  const id = placeOf(record)
  try {
    if (type === 'avro') {
      if (!decoder) throw new HmtlError('HMTL_USAGE', 'Avro values need a schema')
      return fromJson(decoder.decode(value), id, { textField, offsetUnit })
    }
    let text: string
    try {
      text = utf8.decode(value)
    } catch (cause) {
      throw new HmtlError('HMTL_INPUT_ENCODING', 'the value is not UTF-8', { cause, remedy: 'Write values as UTF-8' })
    }
    return type === 'text' ? createDocument({ id, text }) : documentOfLine(text, id, { textField, offsetUnit }, true)
  } catch (error) {
    throw toHmtlError(error, 'HMTL_INPUT_SYNTAX', { document: id })
  }
}

/** The record to write: the document's JSON with its annotations, everything else as it came. */
export const annotatedRecord = (record: KafkaRecord, document: Document, annotations: string, options: RecordOptions, partition: number): OutgoingRecord => ({
  key: record.key,
  value: Buffer.from(annotatedLine(document, annotations, options)),
  headers: { ...record.headers, 'hmtl-model': options.model, 'hmtl-version': options.version },
  timestamp: record.timestamp,
  partition,
})

export const passedRecord = ({ key, value, headers, timestamp }: KafkaRecord, partition: number): OutgoingRecord => ({ key, value, headers, timestamp, partition })

/** The record as it came, with what went wrong and where it stood in its headers. */
export const deadRecord = (record: KafkaRecord, error: { readonly code: string; readonly message: string }, partition: number): OutgoingRecord => {
  const headers: Headers = {
    ...record.headers,
    'hmtl-error-code': error.code,
    'hmtl-error-message': error.message.slice(0, 2000),
    'hmtl-source-topic': record.topic,
    'hmtl-source-partition': String(record.partition),
    'hmtl-source-offset': String(record.offset),
  }
  return { ...passedRecord(record, partition), headers }
}

const headerOverhead = 16

/** Bytes of a record in a batch, as the broker counts them before compression. */
export const recordBytes = ({ key, value, headers }: OutgoingRecord): number => {
  let bytes = 70 + (key?.length ?? 0) + (value?.length ?? 0)
  for (const [name, content] of Object.entries(headers)) {
    for (const each of Array.isArray(content) ? content : [content])
      bytes += headerOverhead + Buffer.byteLength(name) + (each === undefined ? 0 : Buffer.byteLength(each as string))
  }
  return bytes
}
