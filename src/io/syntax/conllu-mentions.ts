/**
 * A document's mentions and clusters laid on the lines of its sentences as `Entity=`. Whatever else the lines say
 * stays. A mention in no cluster has a group like any other, as the format wants it; a comment that other readers
 * pass over names those groups.
 */
import { alignSpans, columnLabel, noLabel } from './columns.ts'
import {
  type Document,
  listClusters,
  listMentions,
  type MentionLike,
  mentionsOf,
  type SpanLike,
} from '../document/document.ts'
import type { FormatContext } from '../format.ts'
import { sentenceOfToken, sentenceSpans, tokenSpan } from '../document/tokens.ts'
import { type ClusterSpan, withoutCrossing } from './brackets.ts'
import { type EntityNode, type Word, withEntity } from './conllu-lines.ts'
import { type SpanLayer, spansToWrite } from './span-layer.ts'

/** What is declared of a document with clusters, and of one without. */
const [grouped, ungrouped] = ['eid-etype-head', 'etype-head']

/** The declaration that belongs to what is laid on the lines of a document. */
export const writtenGlobal = (document: Document): string => (document.clusters ? grouped : ungrouped)

const unclusteredComment = /^# hmtl\.unclustered = (.*)$/

/** The groups that are no clusters, which comments of ours name. */
export const unclusteredOf = (lines: readonly string[]): Set<string> =>
  new Set(lines.flatMap((line) => unclusteredComment.exec(line)?.[1].trimEnd().split(',') ?? []))

export interface ConlluSentence {
  readonly lines: readonly string[]
  readonly words: readonly Word[]
  readonly nodes: readonly EntityNode[]
}

interface Placed extends ClusterSpan {
  readonly mention: MentionLike
}

interface PlacedNode extends EntityNode {
  readonly sentence: number
}

const spanName = ({ start, end }: SpanLike) => `${start} ${end}`

/** What divides the fields of `Entity=`, or marks a part of a mention. */
const labelSyntax = /[-()|\s]|\[(?=\d+\/\d+\]$)/g

/** Mentions of the layer, and one for each cluster member that is none. */
const mentionsToWrite = (document: Document, layer: SpanLayer, context: FormatContext): MentionLike[] => {
  const mentions =
    layer === 'mentions' && document.mentions ? listMentions(document.mentions) : spansToWrite(document, [layer])
  const known = new Set(mentions.map(spanName))
  const added = (document.clusters ? listClusters(document.clusters) : []).flat().flatMap((span): MentionLike[] => {
    if (known.has(spanName(span))) return []
    context.report.add('label-added', document.id, `${span.start}..${span.end} ${noLabel}`)
    return [{ ...span, label: noLabel }]
  })
  return [...mentions, ...added]
}

/**
 * The groups of a document's clusters by their members. A cluster keeps the name that one of its members had: `Bridge=`
 * and `SplitAnte=` refer to it.
 */
const groupsOf = (document: Document, names: ReadonlyMap<string, string>) => {
  const taken = new Set<string>()
  const used = new Set(names.values())
  let last = 0
  const fresh = () => {
    do last++
    while (used.has(String(last)))
    return String(last)
  }
  const claim = (spans: readonly SpanLike[]): string => {
    const name = spans.map((span) => names.get(spanName(span))).find((each) => each !== undefined && !taken.has(each))
    if (name !== undefined) taken.add(name)
    return name ?? fresh()
  }
  const groups = new Map<string, string>()
  for (const cluster of document.clusters ? listClusters(document.clusters) : []) {
    const name = claim(cluster)
    for (const span of cluster) groups.set(spanName(span), name)
  }
  return { groups, claim }
}

const place = (
  document: Document,
  layer: SpanLayer,
  names: ReadonlyMap<string, string>,
  context: FormatContext,
): { placed: Placed[]; unclustered: string[] } => {
  const { tokens } = document
  if (!tokens) return { placed: [], unclustered: [] }
  const sentences = sentenceSpans(document)
  const { groups, claim } = groupsOf(document, names)
  const all = mentionsToWrite(document, layer, context)
  // Aligned together only to count; each mention needs its own head.
  alignSpans(document, mentionsOf(all), 'mention', context, tokens)
  const unclustered: string[] = []
  const placed: Placed[] = []
  for (const mention of all.sort((a, b) => a.start - b.start || b.end - a.end)) {
    const at = tokenSpan(tokens, mention.start, mention.end)
    const sentence = at ? sentenceOfToken(sentences, at.begin) : -1
    if (!at || sentence === -1 || at.end > sentences.end[sentence]) continue
    const label = columnLabel(mention.label, document, context, labelSyntax)
    let cluster = document.clusters ? groups.get(spanName(mention)) : label
    if (cluster === undefined) unclustered.push((cluster = claim([mention])))
    placed.push({ cluster, begin: at.begin, end: at.end, mention: { ...mention, label } })
  }
  const kind = document.clusters ? 'crossing-cluster-member' : 'crossing-mention'
  return { placed: withoutCrossing(placed, document, context, kind), unclustered }
}

/** Brackets of each node. */
const cellsOf = (placed: readonly Placed[], nodes: readonly PlacedNode[], document: Document): string[] => {
  const open = nodes.map((): string[] => [])
  const close = nodes.map((): string[] => [])
  const whole = nodes.map((): string[] => [])
  const first = new Map<number, number>()
  const last = new Map<number, number>()
  nodes.forEach(({ token, empty }, n) => {
    if (empty) return
    if (!first.has(token)) first.set(token, n)
    last.set(token, n)
  })
  for (const { cluster, begin, end, mention } of placed) {
    const from = first.get(begin)
    const to = last.get(end - 1)
    if (from === undefined || to === undefined || !document.tokens) continue
    const head = mention.head && tokenSpan(document.tokens, mention.head.start, mention.head.end)
    // Empty nodes count, but are no head.
    const heads = nodes
      .slice(from, to + 1)
      .flatMap(({ token, empty }, n) => (head && !empty && token >= head.begin && token < head.end ? [n + 1] : []))
    const fields = document.clusters ? [cluster, mention.label] : [mention.label]
    const opening = `(${[...fields, heads.join(',')].join('-')}`
    if (from === to) whole[from].push(`${opening})`)
    else {
      open[from].push(opening)
      close[to].unshift(`${cluster})`)
    }
  }
  return nodes.map((_, n) => [...close[n], ...open[n], ...whole[n]].join(''))
}

/**
 * The lines of a document's sentences with its mentions and clusters for what they had.
 * @param names groups that spans had, by `start end`
 */
export const withMentions = (
  document: Document,
  layer: SpanLayer,
  sentences: readonly ConlluSentence[],
  names: ReadonlyMap<string, string>,
  context: FormatContext,
): { sentences: string[][]; unclustered: string | undefined } => {
  const { placed, unclustered } = place(document, layer, names, context)
  const nodes: PlacedNode[] = []
  let base = 0
  sentences.forEach(({ nodes: own, words }, sentence) => {
    for (const node of own) nodes.push({ ...node, token: base + node.token, sentence })
    base += words.length
  })
  const cells = cellsOf(placed, nodes, document)
  const entityAt = sentences.map(() => new Map<number, string>())
  nodes.forEach(({ sentence, line }, n) => {
    entityAt[sentence].set(line, cells[n])
  })
  return {
    sentences: sentences.map(({ lines: own }, s) =>
      own
        .map((line, at) => (line.startsWith('#') ? line : withEntity(line, entityAt[s].get(at) ?? '')))
        .filter((line) => !unclusteredComment.test(line)),
    ),
    unclustered: unclustered.length > 0 ? `# hmtl.unclustered = ${unclustered.join(',')}` : undefined,
  }
}
