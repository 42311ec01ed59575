/**
 * A document as one row of a table: what Arrow and Parquet share. Offsets are
 * int32 lists in UTF-16 code units, or in the unit that the `offset_unit` column
 * names; labels are ids into a short list of names in the same row, so that a row
 * stands by itself and no file needs a dictionary. A null list is a layer that
 * was not annotated. Tools that rewrite tables keep columns and drop a schema's
 * metadata: the columns are what a table of ours is known by.
 */
import { checkDocument, type Document, type Spans } from '../document/document.ts'
import { HmtlError } from '../errors.ts'
import { parseExact, stringifyExact } from '../syntax/exact-json.ts'
import type { FormatContext } from '../format.ts'
import { fromUtf16, type OffsetMap, type OffsetUnit, offsetUnits, toUtf16 } from '../document/offsets.ts'
import { reportLoneSurrogates } from '../document/surrogates.ts'

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

/** Unit of the row's offsets; the column is there only where they are not UTF-16 code units. */
export const unitColumn = 'offset_unit'

const knownColumns: ReadonlySet<string> = new Set([
  'id',
  'text',
  'metadata',
  unitColumn,
  ...[...intColumns, ...nameColumns, ...scoreColumns].map(([name]) => name),
])

/** Columns that only together say something. */
const layerColumns = ['token', 'sentence', 'entity', 'mention', 'relation', 'cluster'].map((layer) =>
  [...intColumns, ...nameColumns].map(([name]) => name as string).filter((name) => name.startsWith(`${layer}_`)),
)

/**
 * Whether columns of these names are those of documents that we wrote: a text and, whole, the columns of a layer at
 * least.
 * @throws HmtlError `HMTL_FORMAT_SCHEMA` where columns of a layer are there in part: its annotations would be lost
 */
export const isDocumentTable = (names: ReadonlySet<string>, marked: boolean, source: string): boolean => {
  const layers = layerColumns.map((columns) => columns.filter((name) => names.has(name)))
  const isOurs = names.has('text') && (marked || layers.some((found, i) => found.length === layerColumns[i].length))
  layers.forEach((found, i) => {
    const missing = layerColumns[i].filter((name) => !names.has(name))
    if (missing.length > 0 && found.length > (isOurs ? 0 : 1))
      throw new HmtlError('HMTL_FORMAT_SCHEMA', `the table has column ${found[0]} but not ${missing.join(', ')}`, {
        source,
        remedy: 'Keep the columns of a layer together, or drop them all',
      })
  })
  return isOurs
}

/** Columns that are not ours: fields of the user, put into the metadata. */
export const otherColumns = (names: Iterable<string>): string[] => [...names].filter((name) => !knownColumns.has(name))

const isCharacters = (name: IntColumn): boolean => /_(begin|end)\d?$/.test(name) && !name.startsWith('sentence_')

const mapped = <T extends Spans>(spans: T | undefined, map: OffsetMap): T | undefined =>
  spans && { ...spans, begin: spans.begin.map(map), end: spans.end.map(map) }

/** The document as its row is written: offsets in the unit asked for. What UTF-8 cannot hold is counted. */
export const rowDocument = (document: Document, unit: OffsetUnit, context: FormatContext): Document => {
  reportLoneSurrogates(document, context.report)
  if (unit === 'utf16') return document
  const map = fromUtf16(document.text, unit)
  const { mentions, relations } = document
  return {
    ...document,
    tokens: mapped(document.tokens, map),
    entities: mapped(document.entities, map),
    mentions: mentions && {
      ...mentions,
      ...mapped(mentions, map),
      headBegin: mentions.headBegin.map(map),
      headEnd: mentions.headEnd.map(map),
    },
    relations: relations && {
      ...relations,
      begin1: relations.begin1.map(map),
      end1: relations.end1.map(map),
      begin2: relations.begin2.map(map),
      end2: relations.end2.map(map),
    },
    clusters: mapped(document.clusters, map),
  }
}

/** One row, however it is stored. */
export interface Row {
  readonly id: string
  readonly text: string
  /** Unit of the offsets. @default 'utf16' */
  readonly unit?: string | null | undefined
  /** Values of columns that are not ours, asked for when they are looked at. */
  fields?(): Record<string, unknown>
  /** JSON text of the metadata, or null; asked for when it is looked at. */
  metadata(): string | null | undefined
  ints(name: IntColumn): Int32Array | undefined
  names(name: NameColumn): readonly string[] | undefined
  scores(name: ScoreColumn): Float32Array | undefined
}

/** Metadata as JSON text, null where there is none. */
export const metadataJson = (document: Document): string | null => {
  for (const _ in document.metadata) return stringifyExact(document.metadata)
  return null
}

/** The row's unit, checked. */
const unitOf = ({ id, unit }: Row): OffsetUnit => {
  const found = offsetUnits.find((name) => name === (unit ?? 'utf16'))
  if (!found)
    throw new HmtlError('HMTL_FORMAT_SCHEMA', `offsets in "${unit}" are not known`, {
      document: id,
      remedy: `Known are ${offsetUnits.join(', ')}`,
    })
  return found
}

/** A document from a row. @throws HmtlError `HMTL_FORMAT_SCHEMA`, `HMTL_DOCUMENT_*` */
export const documentOfRow = (row: Row): Document => {
  const { id, text } = row
  let metadata: Record<string, unknown> | undefined
  const unit = unitOf(row)
  const map = unit === 'utf16' ? undefined : toUtf16(text, unit)
  const ints = map ? (name: IntColumn) => (isCharacters(name) ? row.ints(name)?.map(map) : row.ints(name)) : row.ints
  const need = <T>(value: T | undefined, name: string): T => {
    if (value === undefined)
      throw new HmtlError('HMTL_FORMAT_SCHEMA', `column ${name} is null where its layer is not`, { document: id })
    return value
  }
  const pair = (begin: IntColumn, end: IntColumn) => {
    const from = ints(begin)
    return from && { begin: from, end: need(ints(end), end) }
  }
  const labelled = (layer: 'entity' | 'mention') => {
    const spans = pair(`${layer}_begin`, `${layer}_end`)
    return (
      spans && {
        ...spans,
        label: need(ints(`${layer}_label`), `${layer}_label`),
        labels: need(row.names(`${layer}_labels`), `${layer}_labels`),
        score: row.scores(`${layer}_score`),
      }
    )
  }
  const mentions = labelled('mention')
  const begin1 = ints('relation_begin1')
  const clusters = pair('cluster_begin', 'cluster_end')
  return checkDocument({
    id,
    text,
    tokens: pair('token_begin', 'token_end'),
    sentences: pair('sentence_begin', 'sentence_end'),
    entities: labelled('entity'),
    mentions: mentions && {
      ...mentions,
      headBegin: need(ints('mention_head_begin'), 'mention_head_begin'),
      headEnd: need(ints('mention_head_end'), 'mention_head_end'),
    },
    relations: begin1 && {
      begin1,
      end1: need(ints('relation_end1'), 'relation_end1'),
      begin2: need(ints('relation_begin2'), 'relation_begin2'),
      end2: need(ints('relation_end2'), 'relation_end2'),
      label: need(ints('relation_label'), 'relation_label'),
      labels: need(row.names('relation_labels'), 'relation_labels'),
      score: row.scores('relation_score'),
    },
    clusters: clusters && { ...clusters, offsets: need(ints('cluster_offset'), 'cluster_offset') },
    // Parsed when first looked at: a training run never does.
    get metadata() {
      metadata ??= { ...parseMetadata(id, row.metadata()), ...row.fields?.() }
      return metadata
    },
  })
}

const parseMetadata = (id: string, json: string | null | undefined): Record<string, unknown> => {
  if (json === null || json === undefined) return {}
  let value: unknown
  try {
    value = parseExact(json)
  } catch (cause) {
    throw new HmtlError('HMTL_FORMAT_SCHEMA', 'metadata is not valid JSON', { document: id, cause })
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new HmtlError('HMTL_FORMAT_SCHEMA', 'metadata is not a JSON object', { document: id })
  return value as Record<string, unknown>
}
