/** Who a document talks about and how they relate, as a graph: entities joined by clusters, relations between them. */
import {
  type Document,
  type LabelledLike,
  listClusters,
  listMentions,
  listRelations,
  listSpans,
  type SpanLike,
} from './document.ts'

export interface GraphNode {
  readonly name: string
  /** What kind of entity it is, where something says so. */
  readonly label: string | undefined
  /** How often it is mentioned. */
  readonly mentions: number
}

export interface GraphEdge {
  /** Places of nodes. */
  readonly from: number
  readonly to: number
  readonly label: string
  readonly score: number | undefined
}

export interface Graph {
  readonly nodes: readonly GraphNode[]
  readonly edges: readonly GraphEdge[]
}

interface Group {
  readonly spans: SpanLike[]
  readonly labels: string[]
  readonly names: string[]
}

const keyOf = ({ start, end }: SpanLike) => `${start} ${end}`

/** The commonest of some, the first of those that are as common. */
const commonest = (values: readonly string[]): string | undefined => {
  const counts = new Map<string, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  return [...counts].reduce<[string, number] | undefined>(
    (best, each) => (best && best[1] >= each[1] ? best : each),
    undefined,
  )?.[0]
}

const longest = (values: readonly string[]): string | undefined =>
  values.reduce<string | undefined>(
    (best, each) => (best !== undefined && best.length >= each.length ? best : each),
    undefined,
  )

/**
 * The graph of one document. A name belongs to the cluster that has a mention of the same words or, if none has, one
 * that ends with it ("President Marsh" is the cluster of "Marsh"); names that no cluster has are nodes by their words
 * and label; an argument that is neither is a node of its own.
 */
export const graphOf = (document: Document): Graph => {
  const { text } = document
  const words = ({ start, end }: SpanLike) => text.slice(start, end)
  const groups: Group[] = (document.clusters ? listClusters(document.clusters) : []).map((spans) => ({
    spans: [...spans],
    labels: [],
    names: [],
  }))
  const at = new Map<string, number>()
  const ending = new Map<number, { readonly start: number; readonly group: number }>()
  groups.forEach(({ spans }, group) => {
    for (const span of spans) {
      at.set(keyOf(span), group)
      ending.set(span.end, { start: span.start, group })
    }
  })
  const labelAt = new Map<string, string>()
  const byName = new Map<string, number>()
  const groupFor = (span: LabelledLike): number => {
    const known = at.get(keyOf(span))
    if (known !== undefined) return known
    const around = ending.get(span.end)
    if (around && around.start <= span.start) return around.group
    const name = JSON.stringify([words(span), span.label])
    const same = byName.get(name) ?? groups.push({ spans: [], labels: [], names: [] }) - 1
    byName.set(name, same)
    groups[same].spans.push(span)
    return same
  }
  for (const entity of document.entities ? listSpans(document.entities) : []) {
    const group = groupFor(entity)
    at.set(keyOf(entity), group)
    groups[group].labels.push(entity.label)
    groups[group].names.push(words(entity))
  }
  for (const mention of document.mentions ? listMentions(document.mentions) : [])
    labelAt.set(keyOf(mention), mention.label)
  const nodeOf = (span: SpanLike): number => {
    const known = at.get(keyOf(span)) ?? groups.push({ spans: [span], labels: [], names: [] }) - 1
    at.set(keyOf(span), known)
    return known
  }
  const edges = (document.relations ? listRelations(document.relations) : []).map(({ label, arg1, arg2, score }) => ({
    from: nodeOf(arg1),
    to: nodeOf(arg2),
    label,
    score,
  }))
  return {
    nodes: groups.map(({ spans, labels, names }) => ({
      name: longest(names) ?? longest(spans.map(words)) ?? '',
      label: commonest(labels) ?? commonest(spans.flatMap((span) => labelAt.get(keyOf(span)) ?? [])),
      mentions: spans.length,
    })),
    edges,
  }
}
