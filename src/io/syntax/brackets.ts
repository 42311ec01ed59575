/**
 * The bracket columns of CoNLL-2012 and of the original's ACE form: `(PER*`,
 * `*)`, `(12|(3)`. A bracket without its other half is counted, and the rest read.
 */
import { columnLabel } from './columns.ts'
import type { Document, SpanLike, Spans } from '../document/document.ts'
import { spanKey } from '../document/span-keys.ts'
import { fieldsOf, isBlankLine } from './line-fields.ts'
import type { FormatContext } from '../format.ts'
import type { TagSpan } from '../document/tags.ts'
import { tokenSpan } from '../document/tokens.ts'
import { gather } from '../gather.ts'

/** Token span with the id of its cluster. */
export interface ClusterSpan {
  readonly cluster: string
  readonly begin: number
  readonly end: number
}

/** Told of a bracket without its other half, which costs that annotation and no other. */
export type OnUnbalanced = (kind: 'bracket-not-opened' | 'bracket-not-closed' | 'odd-cell', detail: string) => void

/** Counts them in the report. */
export const countUnbalanced =
  (context: FormatContext, document: string): OnUnbalanced =>
  (kind, detail) =>
    context.report.add(kind, document, detail)

/** The cell of a column beside a token. */
export type CellAt = (token: number) => string

const isBracketSign = (character: string): boolean => character === '(' || character === ')' || character === '*'

/** Spans of a column of brackets within one sentence; nested ones come out too. */
export const decodeBrackets = (cellAt: CellAt, begin: number, end: number, unbalanced: OnUnbalanced): TagSpan[] => {
  const open: { label: string; begin: number }[] = []
  const spans: TagSpan[] = []
  for (let i = begin; i < end; i++) {
    const cell = cellAt(i)
    if (cell === '*' || cell === '-' || cell === '_' || cell === '') continue
    for (let at = 0; at < cell.length; at++) {
      if (cell[at] === '(') {
        const from = at + 1
        while (at + 1 < cell.length && !isBracketSign(cell[at + 1])) at++
        if (at + 1 > from) open.push({ label: cell.slice(from, at + 1), begin: i })
      } else if (cell[at] === ')') {
        const last = open.pop()
        if (last) spans.push({ begin: last.begin, end: i + 1, label: last.label })
        else unbalanced('bracket-not-opened', `token ${i} ${cell}`)
      }
    }
  }
  for (const { label, begin: from } of open) unbalanced('bracket-not-closed', `token ${from} (${label}`)
  return spans.sort((a, b) => a.begin - b.begin || b.end - a.end)
}

/** Column of brackets for flat spans; labels that hold brackets are changed, and counted. */
export const encodeBrackets = (
  spans: readonly TagSpan[],
  count: number,
  document: Document,
  context: FormatContext,
): string[] => {
  const cells = new Array<string>(count).fill('*')
  for (const { begin, end, label: given } of spans) {
    const label = columnLabel(given, document, context, /[\s()*]/g)
    cells[begin] = `(${label}${end - begin === 1 ? ')' : '*'}`
    if (end - begin > 1) cells[end - 1] = '*)'
  }
  return cells
}

/** One item of a coreference cell: `(1+2)`, which the scorer throws away, `(1)`, `(1` or `1)`. */
const corefItem = /\((-?\w+\+\w+)\)|\((-?\w+)\)|\((-?\w+)|(-?\w+)\)|[^|()]+|[()]/g

/** The characters of a cell from `begin` to `end`, where they are digits and nothing else. */
const plainNumber = (cell: string, begin: number, end: number): string | undefined => {
  if (begin >= end) return undefined
  for (let at = begin; at < end; at++) {
    const code = cell.charCodeAt(at)
    if (code < 48 || code > 57) return undefined
  }
  return cell.slice(begin, end)
}

/** Whether a cell could be one of the coreference column. */
export const isCorefCell = (cell: string): boolean => /^(?:|[-*_]|(?=.*[()])[\w()|+-]+)$/.test(cell)

/**
 * Members of the coreference column, read as the reference scorer reads a cell,
 * with `|` between the items or without: single tokens, then what opens, then
 * what closes. The same id may be open twice (a stack an id). Clusters are in
 * the order in which they are first seen.
 */
export const decodeCoref = (cellAt: CellAt, count: number, unbalanced: OnUnbalanced): ClusterSpan[] => {
  const clusters = new Map<string, { members: ClusterSpan[]; open: number[] }>()
  const of = (cluster: string) => {
    let found = clusters.get(cluster)
    if (!found) clusters.set(cluster, (found = { members: [], open: [] }))
    return found
  }
  const close = (cluster: string, opensHere: boolean, i: number, cell: string) => {
    const begin = opensHere ? i : clusters.get(cluster)?.open.pop()
    if (begin === undefined) unbalanced('bracket-not-opened', `token ${i} ${cell}`)
    else of(cluster).members.push({ cluster, begin, end: i + 1 })
  }
  for (let i = 0; i < count; i++) {
    const cell = cellAt(i)
    if (cell === '-' || cell === '' || cell === '*' || cell === '_') continue
    // Nearly every cell is one number, whose brackets are its first and last character.
    const [opens, closes] = [cell[0] === '(', cell[cell.length - 1] === ')']
    const only = plainNumber(cell, opens ? 1 : 0, closes ? cell.length - 1 : cell.length)
    if (only !== undefined && (opens || closes)) {
      if (!closes) of(only).open.push(i)
      else close(only, opens, i, cell)
      continue
    }
    const items = [...cell.matchAll(corefItem)]
    for (const [, , single] of items) if (single !== undefined) close(single, true, i, cell)
    for (const [, , , opened] of items) if (opened !== undefined) of(opened).open.push(i)
    for (const [item, , single, opened, closed] of items)
      if (closed !== undefined) close(closed, false, i, cell)
      else if (single === undefined && opened === undefined) unbalanced('odd-cell', `token ${i} ${item} in ${cell}`)
  }
  for (const [cluster, { open }] of clusters)
    for (const from of open) unbalanced('bracket-not-closed', `token ${from} (${cluster}`)
  return [...clusters.values()].flatMap(({ members }) => members)
}

/**
 * Clusters of the members, on text; what two clusters claim, or one twice, is the first's, as in the reference scorer.
 */
export const groupClusters = (
  members: readonly ClusterSpan[],
  tokens: Spans,
  document: string,
  context: FormatContext,
): SpanLike[][] => {
  const clusters = new Map<string, SpanLike[]>()
  const seen = new Set<number>()
  for (const { cluster, begin: from, end: to } of members) {
    const name = spanKey(from, to)
    if (seen.has(name)) {
      context.report.add('duplicate-cluster-member', document, `tokens ${from}..${to}`)
      continue
    }
    seen.add(name)
    gather(clusters, cluster, { start: tokens.begin[from], end: tokens.end[to - 1] })
  }
  return [...clusters.values()]
}

/** Members without those that cross one of their own cluster: brackets of one name can nest only. */
export const withoutCrossing = <T extends ClusterSpan>(
  members: readonly T[],
  document: Document,
  context: FormatContext,
  kind = 'crossing-cluster-member',
): T[] => {
  const open = new Map<string, number[]>()
  const out: T[] = []
  for (const member of [...members].sort((a, b) => a.begin - b.begin || b.end - a.end)) {
    const ends = open.get(member.cluster) ?? []
    while (ends.length > 0 && ends[ends.length - 1] <= member.begin) ends.pop()
    if (ends.length > 0 && ends[ends.length - 1] < member.end) {
      context.report.add(kind, document.id, `tokens ${member.begin}..${member.end}`)
      continue
    }
    open.set(member.cluster, ends)
    ends.push(member.end)
    out.push(member)
  }
  return out
}

/** Coreference column: openings (longest first), single tokens, then closings. */
export const encodeCoref = (members: readonly ClusterSpan[], count: number, empty = '-'): string[] => {
  const opening: ClusterSpan[][] = Array.from({ length: count }, () => [])
  const closing: ClusterSpan[][] = Array.from({ length: count }, () => [])
  for (const member of members) {
    opening[member.begin].push(member)
    if (member.end - member.begin > 1) closing[member.end - 1].push(member)
  }
  return Array.from({ length: count }, (_, i) => {
    const items = [
      ...opening[i]
        .sort((a, b) => b.end - a.end)
        .map(({ cluster, begin, end }) => (end - begin === 1 ? `(${cluster})` : `(${cluster}`)),
      ...closing[i].sort((a, b) => b.begin - a.begin).map(({ cluster }) => `${cluster})`),
    ]
    return items.length === 0 ? empty : items.join('|')
  })
}

/** Cluster members of a document on tokens, numbered in order, across sentences too; what does not fit is counted. */
export const tokenClusters = (document: Document, context: FormatContext, tokens: Spans): ClusterSpan[] => {
  const { clusters } = document
  if (!clusters) return []
  const members: ClusterSpan[] = []
  for (let c = 0; c + 1 < clusters.offsets.length; c++) {
    for (let i = clusters.offsets[c]; i < clusters.offsets[c + 1]; i++) {
      const where = `${clusters.begin[i]}..${clusters.end[i]}`
      const span = tokenSpan(tokens, clusters.begin[i], clusters.end[i])
      if (!span) context.report.add('off-token-cluster-member', document.id, where)
      else {
        if (!span.exact) context.report.add('unaligned-cluster-member', document.id, where)
        members.push({ cluster: String(c), begin: span.begin, end: span.end })
      }
    }
  }
  return withoutCrossing(members, document, context)
}

/**
 * Whether a file is the original HMTL's form, whose header is much like that of CoNLL-2012 but whose third column has
 * mentions.
 */
export const isLikeConll = (head: string, path: string): boolean => {
  if (path.endsWith('like_conll')) return true
  const row = head.split('\n').find((line) => !isBlankLine(line) && !line.startsWith('#'))
  const fields = row === undefined ? [] : fieldsOf(row)
  return (
    /^#\s*begin document/m.test(head) &&
    fields.length >= 4 &&
    fields[0] === '0' &&
    /^(?:\*|[(*].*[*)])$/.test(fields[2])
  )
}
