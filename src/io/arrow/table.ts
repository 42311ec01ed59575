/**
 * A document as one row of a table: what Arrow and Parquet share. Offsets are
 * int32 lists in UTF-16 code units, or in the unit that the `offset_unit` column
 * names; labels are ids into a short list of names in the same row, so that a row
 * stands by itself and no file needs a dictionary. A null list is a layer that
 * was not annotated. Tools that rewrite tables keep columns and drop a schema's
 * metadata: the columns are what a table of ours is known by.
 */
import {
  type Clusters,
  type Document,
  type LabelledSpans,
  lateDocument,
  type Mentions,
  type Relations,
  type Spans,
} from '../document/document.ts'
import { type LateText, lateParts } from '../document/late.ts'
import { HmtlError } from '../errors.ts'
import { parseExact, stringifyExact } from '../syntax/exact-json.ts'
import { fromUtf16, type OffsetMap, type OffsetUnit, offsetUnits, toUtf16 } from '../document/offsets.ts'

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

/** What the names of a layer's columns begin with. */
export const layerPrefixes = [
  ['token', 'tokens'],
  ['sentence', 'sentences'],
  ['entity', 'entities'],
  ['mention', 'mentions'],
  ['relation', 'relations'],
  ['cluster', 'clusters'],
] as const

/** Columns that only together say something. */
const layerColumns = layerPrefixes.map(([prefix]) =>
  [...intColumns, ...nameColumns].map(([name]) => name as string).filter((name) => name.startsWith(`${prefix}_`)),
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

/** The document as its row is written: offsets in the unit asked for. */
export const rowDocument = (document: Document, unit: OffsetUnit): Document => {
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

/** The value of a row; undefined where it is null. */
export type At<T> = (row: number) => T | undefined

/** Columns of a table, or of a part of it, however they are stored; undefined where one has nothing in any row. */
export interface Columns {
  readonly text: (row: number) => string | LateText
  /** Unit of the offsets. @default 'utf16' */
  readonly unit: At<string> | undefined
  /** JSON text of the metadata. */
  readonly metadata: At<string> | undefined
  /** Values of columns that are not ours. */
  readonly fields: ((row: number, id: string) => Record<string, unknown>) | undefined
  ints(name: IntColumn): At<Int32Array> | undefined
  names(name: NameColumn): At<readonly string[]> | undefined
  scores(name: ScoreColumn): At<Float32Array> | undefined
}

/** Metadata as JSON text, null where there is none. */
export const metadataJson = (document: Document): string | null => {
  for (const _ in document.metadata) return stringifyExact(document.metadata)
  return null
}

/** The unit of a row, checked. */
const unitOf = (unit: string, id: string): OffsetUnit => {
  const found = offsetUnits.find((name) => name === unit)
  if (!found)
    throw new HmtlError('HMTL_FORMAT_SCHEMA', `offsets in "${unit}" are not known`, {
      document: id,
      remedy: `Known are ${offsetUnits.join(', ')}`,
    })
  return found
}

/** A row that is being read. */
interface Reading {
  readonly row: number
  readonly id: string
  /** From the row's unit of offsets, where that is not ours. */
  readonly map: OffsetMap | undefined
}

type LayerAt<T> = (reading: Reading) => T | undefined

/** What the columns have of each layer: asked once for many rows, so that a layer that none of them has costs nothing. */
const layersOf = (columns: Columns) => {
  const ints = (name: IntColumn): LayerAt<Int32Array> | undefined => {
    const at = columns.ints(name)
    if (!at || !isCharacters(name)) return at && (({ row }) => at(row))
    return ({ row, map }) => (map ? at(row)?.map(map) : at(row))
  }
  /** A column whose layer is there. */
  const needed = <T>(at: LayerAt<T> | undefined, name: string): ((reading: Reading) => T) => {
    return (reading) => {
      const value = at?.(reading)
      if (value === undefined)
        throw new HmtlError('HMTL_FORMAT_SCHEMA', `column ${name} is null where its layer is not`, {
          document: reading.id,
        })
      return value
    }
  }
  const needInts = (name: IntColumn) => needed(ints(name), name)
  const needNames = (name: NameColumn) => {
    const at = columns.names(name)
    return needed(at && (({ row }) => at(row)), name)
  }
  const pair = (first: IntColumn, last: IntColumn): LayerAt<Spans> | undefined => {
    const begin = ints(first)
    const end = needInts(last)
    return (
      begin &&
      ((reading) => {
        const from = begin(reading)
        return from && { begin: from, end: end(reading) }
      })
    )
  }
  const labelled = (layer: 'entity' | 'mention'): LayerAt<LabelledSpans> | undefined => {
    const spans = pair(`${layer}_begin`, `${layer}_end`)
    const [label, labels] = [needInts(`${layer}_label`), needNames(`${layer}_labels`)]
    const score = columns.scores(`${layer}_score`)
    return (
      spans &&
      ((reading) => {
        const found = spans(reading)
        if (!found) return undefined
        const { begin, end } = found
        return { begin, end, label: label(reading), labels: labels(reading), score: score?.(reading.row) }
      })
    )
  }
  const mentions = (): LayerAt<Mentions> | undefined => {
    const spans = labelled('mention')
    const [headBegin, headEnd] = [needInts('mention_head_begin'), needInts('mention_head_end')]
    return (
      spans &&
      ((reading) => {
        const found = spans(reading)
        return found && { ...found, headBegin: headBegin(reading), headEnd: headEnd(reading) }
      })
    )
  }
  const relations = (): LayerAt<Relations> | undefined => {
    const first = ints('relation_begin1')
    const [end1, begin2, end2, label, labels] = [
      needInts('relation_end1'),
      needInts('relation_begin2'),
      needInts('relation_end2'),
      needInts('relation_label'),
      needNames('relation_labels'),
    ]
    const score = columns.scores('relation_score')
    return (
      first &&
      ((reading) => {
        const begin1 = first(reading)
        return (
          begin1 && {
            begin1,
            end1: end1(reading),
            begin2: begin2(reading),
            end2: end2(reading),
            label: label(reading),
            labels: labels(reading),
            score: score?.(reading.row),
          }
        )
      })
    )
  }
  const clusters = (): LayerAt<Clusters> | undefined => {
    const spans = pair('cluster_begin', 'cluster_end')
    const offsets = needInts('cluster_offset')
    return (
      spans &&
      ((reading) => {
        const found = spans(reading)
        return found && { offsets: offsets(reading), begin: found.begin, end: found.end }
      })
    )
  }
  return {
    tokens: pair('token_begin', 'token_end'),
    sentences: pair('sentence_begin', 'sentence_end'),
    entities: labelled('entity'),
    mentions: mentions(),
    relations: relations(),
    clusters: clusters(),
  }
}

/**
 * Documents of the rows of some columns.
 * @returns a function that throws HmtlError `HMTL_FORMAT_SCHEMA`, `HMTL_DOCUMENT_*`
 */
export const documentsOfRows = (columns: Columns): ((row: number, id: string) => Document) => {
  const { tokens, sentences, entities, mentions, relations, clusters } = layersOf(columns)
  return (row, id) => {
    const text = columns.text(row)
    const named = columns.unit?.(row)
    const unit = named === undefined ? 'utf16' : unitOf(named, id)
    const map = unit === 'utf16' ? undefined : toUtf16(typeof text === 'string' ? text : text.make(), unit)
    const reading = { row, id, map }
    return lateDocument(
      id,
      lateParts(text, () => ({ ...parseMetadata(id, columns.metadata?.(row)), ...columns.fields?.(row, id) })),
      {
        tokens: tokens?.(reading),
        sentences: sentences?.(reading),
        entities: entities?.(reading),
        mentions: mentions?.(reading),
        relations: relations?.(reading),
        clusters: clusters?.(reading),
      },
    )
  }
}

const parseMetadata = (id: string, json: string | undefined): Record<string, unknown> => {
  if (json === undefined) return {}
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
