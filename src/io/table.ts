/**
 * A document as one row of a table: what Arrow and Parquet share. Offsets are
 * int32 lists in the unit that the table names (UTF-16 code units unless asked otherwise), labels are ids into a short list of names in
 * the same row, so that a row stands by itself and no file needs a dictionary.
 * A null list is a layer that was not annotated.
 */
import { checkDocument, type Document, type Spans } from './document.ts'
import { HmtlError } from './errors.ts'
import { fromUtf16, type OffsetUnit, offsetUnits, toUtf16 } from './offsets.ts'

export const schemaName = 'hmtl.document'
export const schemaVersion = '1'

/** Int32 list columns and where each lies in a document. */
export const intColumns = [
  ['token_begin', (d) => d.tokens?.begin],
  ['token_end', (d) => d.tokens?.end],
  ['sentence_begin', (d) => d.sentences?.begin],
  ['sentence_end', (d) => d.sentences?.end],
  ['entity_begin', (d) => d.entities?.begin],
  ['entity_end', (d) => d.entities?.end],
  ['entity_label', (d) => d.entities?.label],
  ['mention_begin', (d) => d.mentions?.begin],
  ['mention_end', (d) => d.mentions?.end],
  ['mention_label', (d) => d.mentions?.label],
  ['mention_head_begin', (d) => d.mentions?.headBegin],
  ['mention_head_end', (d) => d.mentions?.headEnd],
  ['relation_begin1', (d) => d.relations?.begin1],
  ['relation_end1', (d) => d.relations?.end1],
  ['relation_begin2', (d) => d.relations?.begin2],
  ['relation_end2', (d) => d.relations?.end2],
  ['relation_label', (d) => d.relations?.label],
  ['cluster_offset', (d) => d.clusters?.offsets],
  ['cluster_begin', (d) => d.clusters?.begin],
  ['cluster_end', (d) => d.clusters?.end],
] as const satisfies readonly (readonly [string, (document: Document) => Int32Array | undefined])[]

/** Lists of label names, one a row. */
export const nameColumns = [
  ['entity_labels', (d) => d.entities?.labels],
  ['mention_labels', (d) => d.mentions?.labels],
  ['relation_labels', (d) => d.relations?.labels],
] as const satisfies readonly (readonly [string, (document: Document) => readonly string[] | undefined])[]

/** Float32 list columns; NaN where one item of a scored layer has no score. */
export const scoreColumns = [
  ['entity_score', (d) => d.entities?.score],
  ['mention_score', (d) => d.mentions?.score],
  ['relation_score', (d) => d.relations?.score],
] as const satisfies readonly (readonly [string, (document: Document) => Float32Array | undefined])[]

export type IntColumn = (typeof intColumns)[number][0]
export type NameColumn = (typeof nameColumns)[number][0]
export type ScoreColumn = (typeof scoreColumns)[number][0]

/** One row, however it is stored. */
export interface Row {
  readonly id: string
  readonly text: string
  /** JSON text of the metadata, or null; asked for when it is looked at. */
  metadata(): string | null | undefined
  ints(name: IntColumn): Int32Array | undefined
  names(name: NameColumn): readonly string[] | undefined
  scores(name: ScoreColumn): Float32Array | undefined
}

const unitKey = 'hmtl.offsetUnit'

/** What a table says of itself. */
export const tableMetadata = (unit: OffsetUnit = 'utf16'): readonly (readonly [string, string])[] => [
  ['hmtl.schema', schemaName],
  ['hmtl.version', schemaVersion],
  [unitKey, unit],
]

/**
 * The unit of a table's offsets: what it says, else what the user does, since other tools drop what a table says of itself.
 * @throws HmtlError `HMTL_FORMAT_SCHEMA` for one that is not known
 */
export const tableUnit = (metadata: (key: string) => string | undefined, otherwise: OffsetUnit = 'utf16'): OffsetUnit => {
  const said = metadata(unitKey) ?? otherwise
  const unit = offsetUnits.find((name) => name === said)
  if (!unit) throw new HmtlError('HMTL_FORMAT_SCHEMA', `offsets are in "${said}"`, { remedy: `Known are ${offsetUnits.join(', ')}` })
  return unit
}

/** A document whose offsets of the text are in another unit, to be written into a table that says so. */
export const inUnit = (document: Document, unit: OffsetUnit = 'utf16'): Document => {
  if (unit === 'utf16') return document
  const map = fromUtf16(document.text, unit)
  const all = (offsets: Int32Array) => offsets.map((offset) => map(offset))
  const spans = <T extends Spans>(layer: T | undefined): T | undefined => layer && { ...layer, begin: all(layer.begin), end: all(layer.end) }
  const { mentions, relations } = document
  return {
    ...document,
    tokens: spans(document.tokens),
    entities: spans(document.entities),
    mentions: mentions && { ...mentions, ...spans<Spans>(mentions), headBegin: all(mentions.headBegin), headEnd: all(mentions.headEnd) },
    relations: relations && { ...relations, begin1: all(relations.begin1), end1: all(relations.end1), begin2: all(relations.begin2), end2: all(relations.end2) },
    clusters: spans(document.clusters),
  }
}

/** Columns that count tokens, labels or members, not places of the text. */
const counting = /^sentence_|_label$|^cluster_offset$/

/** A row whose offsets are in UTF-16 code units, of one in another unit. */
const inUtf16 = (row: Row, unit: OffsetUnit): Row => {
  if (unit === 'utf16') return row
  const map = toUtf16(row.text, unit)
  return { ...row, ints: (name) => (counting.test(name) ? row.ints(name) : row.ints(name)?.map((offset) => map(offset))) }
}

/** Metadata as JSON text, null where there is none. */
export const metadataJson = (document: Document): string | null => {
  for (const _ in document.metadata) return JSON.stringify(document.metadata)
  return null
}

/** A document from a row. @throws HmtlError `HMTL_FORMAT_SCHEMA`, `HMTL_DOCUMENT_*` */
export const documentOfRow = (given: Row, unit: OffsetUnit = 'utf16'): Document => {
  const row = inUtf16(given, unit)
  const { id, text } = row
  let metadata: Record<string, unknown> | undefined
  const need = <T>(value: T | undefined, name: string): T => {
    if (value === undefined) throw new HmtlError('HMTL_FORMAT_SCHEMA', `column ${name} is null where its layer is not`, { document: id })
    return value
  }
  const pair = (begin: IntColumn, end: IntColumn) => {
    const from = row.ints(begin)
    return from && { begin: from, end: need(row.ints(end), end) }
  }
  const labelled = (layer: 'entity' | 'mention') => {
    const spans = pair(`${layer}_begin`, `${layer}_end`)
    return (
      spans && {
        ...spans,
        label: need(row.ints(`${layer}_label`), `${layer}_label`),
        labels: need(row.names(`${layer}_labels`), `${layer}_labels`),
        score: row.scores(`${layer}_score`),
      }
    )
  }
  const mentions = labelled('mention')
  const begin1 = row.ints('relation_begin1')
  const clusters = pair('cluster_begin', 'cluster_end')
  return checkDocument({
    id,
    text,
    tokens: pair('token_begin', 'token_end'),
    sentences: pair('sentence_begin', 'sentence_end'),
    entities: labelled('entity'),
    mentions: mentions && { ...mentions, headBegin: need(row.ints('mention_head_begin'), 'mention_head_begin'), headEnd: need(row.ints('mention_head_end'), 'mention_head_end') },
    relations: begin1 && {
      begin1,
      end1: need(row.ints('relation_end1'), 'relation_end1'),
      begin2: need(row.ints('relation_begin2'), 'relation_begin2'),
      end2: need(row.ints('relation_end2'), 'relation_end2'),
      label: need(row.ints('relation_label'), 'relation_label'),
      labels: need(row.names('relation_labels'), 'relation_labels'),
      score: row.scores('relation_score'),
    },
    clusters: clusters && { ...clusters, offsets: need(row.ints('cluster_offset'), 'cluster_offset') },
    // Parsed when first looked at: a training run never does.
    get metadata() {
      metadata ??= parseMetadata(id, row.metadata())
      return metadata
    },
  })
}

const parseMetadata = (id: string, json: string | null | undefined): Record<string, unknown> => {
  if (json === null || json === undefined) return {}
  let value: unknown
  try {
    value = JSON.parse(json)
  } catch (cause) {
    throw new HmtlError('HMTL_FORMAT_SCHEMA', 'metadata is not valid JSON', { document: id, cause })
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new HmtlError('HMTL_FORMAT_SCHEMA', 'metadata is not a JSON object', { document: id })
  return value as Record<string, unknown>
}
