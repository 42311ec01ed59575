/** The rows of LitBank's two files, as they are written: mentions over columns of tags, and who is the same. */
import { alignSpans, columnLabel } from './columns.ts'
import {
  type Document,
  type LabelledLike,
  type LabelledSpans,
  listClusters,
  listSpans,
  type SpanLike,
  type Spans,
} from '../document/document.ts'
import { type FormatContext, formatContext } from '../format.ts'
import { encodeTags, type TagSpan } from '../document/tags.ts'
import { sentenceOfToken, tokenSpan } from '../document/tokens.ts'

/** Columns of tags that a word has. */
export const layers = 4

export const listed = (spans: LabelledSpans | undefined): LabelledLike[] => (spans ? listSpans(spans) : [])

/** What divides the cells of a line. */
const cellSyntax = /[\t\n\r]/g

/** Nested mentions over a few flat columns, the outer ones first; entities, where no mentions are known. */
export const layered = (document: Document, tokens: Spans, context: FormatContext): string[][] => {
  const { mentions, entities } = document
  // What of the entities does not fit here is written, or counted, beside the clusters.
  const counting = mentions ? context : formatContext()
  if (!mentions) context.report.add('entity-as-mention', document.id, '', entities?.begin.length ?? 0)
  const layer = mentions ?? entities
  const spans = layer ? alignSpans(document, layer, 'mention', counting, tokens) : []
  const free = Array.from({ length: layers }, () => ({ spans: [] as TagSpan[], full: new Set<number>() }))
  for (const span of [...spans].sort((a, b) => b.end - b.begin - (a.end - a.begin) || a.begin - b.begin)) {
    // What is taken is as long or longer: it holds the first token of this one, or its last, where it holds any.
    const column = free.find(({ full }) => !full.has(span.begin) && !full.has(span.end - 1))
    if (column) {
      column.spans.push({ ...span, label: columnLabel(span.label, document, counting, cellSyntax) })
      for (let token = span.begin; token < span.end; token++) column.full.add(token)
    } else counting.report.add('nested-mention', document.id, `tokens ${span.begin}..${span.end} ${span.label}`)
  }
  return free.map(({ spans: taken }) =>
    encodeTags(
      taken.sort((a, b) => a.begin - b.begin),
      0,
      tokens.begin.length,
      'bio',
    ),
  )
}

const spanName = ({ start, end }: SpanLike) => `${start} ${end}`

/**
 * Entities as proper names, cluster members as they are, or with a label that their mention has.
 * @param list the words as they are written
 */
export const encodeCoreference = (
  document: Document,
  list: readonly string[],
  sentences: Spans,
  tokens: Spans,
  context: FormatContext,
): string => {
  const mentionLines: string[] = []
  const corefLines: string[] = []
  const entities = document.entities ? listSpans(document.entities) : []
  const clusters = document.clusters ? listClusters(document.clusters) : []
  const clusterOf = new Map(clusters.flatMap((cluster, c) => cluster.map((span) => [spanName(span), c] as const)))
  const place = (token: number) => {
    const sentence = sentenceOfToken(sentences, token)
    return [sentence, token - sentences.begin[sentence]]
  }
  const add = (span: SpanLike, label: string, category: string, kind: string) => {
    const at = tokenSpan(tokens, span.start, span.end)
    if (!at) {
      context.report.add(`off-token-${kind}`, document.id, `${span.start}..${span.end}`)
      return
    }
    if (!at.exact) context.report.add(`unaligned-${kind}`, document.id, `${span.start}..${span.end}`)
    const id = `T${mentionLines.length}`
    const covered = list.slice(at.begin, at.end).join(' ')
    const fit = columnLabel(label, document, context, cellSyntax)
    mentionLines.push(['MENTION', id, ...place(at.begin), ...place(at.end - 1), covered, fit, category].join('\t'))
    const cluster = clusterOf.get(spanName(span))
    if (cluster !== undefined) corefLines.push(`COREF\t${id}\t${cluster}`)
  }
  for (const entity of entities) add(entity, entity.label, 'PROP', 'entity')
  const named = new Set(entities.map(spanName))
  const labels = new Map(listed(document.mentions).map((mention) => [spanName(mention), mention.label]))
  for (const member of clusters.flat()) {
    if (named.has(spanName(member))) continue
    const label = labels.get(spanName(member))
    if (label === undefined) context.report.add('label-added', document.id, `${member.start}..${member.end} PER`)
    add(member, label ?? 'PER', 'NOM', 'cluster-member')
  }
  return [...mentionLines, ...corefLines].map((line) => `${line}\n`).join('')
}
