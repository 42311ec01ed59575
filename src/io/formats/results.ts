/** What was found as a table: a row a span, a row a relation, for spreadsheets and data frames. */
import {
  type Document,
  listClusters,
  listMentions,
  listRelations,
  listSpans,
  type SpanLike,
} from '../document/document.ts'
import { fromUtf16 } from '../document/offsets.ts'
import { reportLoneSurrogates } from '../document/surrogates.ts'
import { type FormatContext, reportUncarried } from '../format.ts'

/** Columns of the table. `cluster` numbers the entity within its document that a span is a mention of. */
export const resultColumns = [
  'document',
  'layer',
  'label',
  'score',
  'start',
  'end',
  'span',
  'cluster',
  'start2',
  'end2',
  'span2',
] as const

/** Behind them: what the offsets count. A table without it, as earlier ones were, is one of results, too. */
const unitColumn = 'offset_unit'

type Row = Partial<Record<(typeof resultColumns)[number], string | number | undefined>>

const keyOf = ({ start, end }: SpanLike) => `${start} ${end}`

function* rowsOf(document: Document, context: FormatContext): Generator<Row> {
  const { id, text } = document
  const map = fromUtf16(text, context.options.offsetUnit ?? 'utf16')
  const clusters = document.clusters ? listClusters(document.clusters) : []
  const clusterOf = new Map(clusters.flatMap((cluster, c) => cluster.map((span) => [keyOf(span), c + 1] as const)))
  const span = (each: SpanLike): Row => ({
    start: map(each.start),
    end: map(each.end),
    span: text.slice(each.start, each.end),
    cluster: clusterOf.get(keyOf(each)),
  })
  const scoreOf = (score: number | undefined) => (score === undefined ? undefined : Math.round(score * 1e6) / 1e6)
  for (const each of document.entities ? listSpans(document.entities) : [])
    yield { document: id, layer: 'entity', label: each.label, score: scoreOf(each.score), ...span(each) }
  for (const each of document.mentions ? listMentions(document.mentions) : [])
    yield { document: id, layer: 'mention', label: each.label, score: scoreOf(each.score), ...span(each) }
  for (const cluster of clusters) for (const each of cluster) yield { document: id, layer: 'cluster', ...span(each) }
  for (const { label, arg1, arg2, score } of document.relations ? listRelations(document.relations) : [])
    yield {
      document: id,
      layer: 'relation',
      label,
      score: scoreOf(score),
      ...span(arg1),
      start2: map(arg2.start),
      end2: map(arg2.end),
      span2: text.slice(arg2.start, arg2.end),
    }
}

/**
 * A cell that any reader of RFC 4180 takes for what it is; it is never changed, so that offsets and words stay exact.
 */
const cell = (value: string | number | undefined, separator: string): string => {
  const text = value === undefined ? '' : String(value)
  return text.includes(separator) || /["\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** @param separator between cells */
export const resultsWriter = (separator: string) =>
  async function* write(documents: AsyncIterable<Document>, context: FormatContext): AsyncGenerator<string> {
    const line = (cells: readonly (string | number | undefined)[]) =>
      `${cells.map((value) => cell(value, separator)).join(separator)}\n`
    const { offsetUnit = 'utf16' } = context.options
    yield line([...resultColumns, unitColumn])
    for await (const document of documents) {
      reportUncarried(document, ['entities', 'mentions', 'relations', 'clusters', 'scores'], context)
      reportLoneSurrogates(document, context.report)
      let out = ''
      for (const row of rowsOf(document, context))
        out += line([...resultColumns.map((column) => row[column]), offsetUnit])
      if (out !== '') yield out
    }
  }
