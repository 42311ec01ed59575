/** The bracket columns of CoNLL-2012 and of the original's ACE form: `(PER*`, `*)`, `(12|(3)`. */
import { columnLabel } from '../columns.ts'
import type { Document, Spans } from '../document.ts'
import { HmtlError } from '../errors.ts'
import type { FormatContext } from '../format.ts'
import type { TagSpan } from '../tags.ts'
import { tokenSpan } from '../tokens.ts'

/** Token span with the id of its cluster. */
export interface ClusterSpan {
  readonly cluster: string
  readonly begin: number
  readonly end: number
}

/** Spans of a column of brackets within one sentence; nested ones come out too. @throws HmtlError `HMTL_INPUT_SYNTAX` */
export const decodeBrackets = (cells: readonly string[], begin: number, end: number): TagSpan[] => {
  const open: { label: string; begin: number }[] = []
  const spans: TagSpan[] = []
  for (let i = begin; i < end; i++) {
    const cell = cells[i]
    if (cell === '*' || cell === '-' || cell === '_') continue
    for (const match of cell.matchAll(/\(([^()*]+)|(\))/g)) {
      if (match[1] !== undefined) open.push({ label: match[1], begin: i })
      else {
        const last = open.pop()
        if (!last) throw new HmtlError('HMTL_INPUT_SYNTAX', `"${cell}" closes a bracket that no token opened`)
        spans.push({ begin: last.begin, end: i + 1, label: last.label })
      }
    }
  }
  if (open.length > 0) throw new HmtlError('HMTL_INPUT_SYNTAX', `bracket "(${open[open.length - 1].label}" is not closed in its sentence`)
  return spans.sort((a, b) => a.begin - b.begin || b.end - a.end)
}

/** Column of brackets for flat spans; labels that hold brackets are changed, and counted. */
export const encodeBrackets = (spans: readonly TagSpan[], count: number, document: Document, context: FormatContext): string[] => {
  const cells = new Array<string>(count).fill('*')
  for (const { begin, end, label: given } of spans) {
    const label = columnLabel(given, document, context, /[\s()*]/g)
    cells[begin] = `(${label}${end - begin === 1 ? ')' : '*'}`
    if (end - begin > 1) cells[end - 1] = '*)'
  }
  return cells
}

/** Members of the coreference column; the same id may be open twice (a stack an id). @throws HmtlError `HMTL_INPUT_SYNTAX` */
export const decodeCoref = (cells: readonly string[]): ClusterSpan[] => {
  const members: ClusterSpan[] = []
  const open = new Map<string, number[]>()
  cells.forEach((cell, i) => {
    if (cell === '-' || cell === '' || cell === '*' || cell === '_') return
    for (const item of cell.split('|')) {
      const match = /^(\()?(-?\w+)(\))?$/.exec(item)
      if (!match || (!match[1] && !match[3])) throw new HmtlError('HMTL_INPUT_SYNTAX', `"${cell}" is not a coreference cell`)
      const [, opens, cluster, closes] = match
      if (opens && closes) members.push({ cluster, begin: i, end: i + 1 })
      else if (opens) open.set(cluster, [...(open.get(cluster) ?? []), i])
      else {
        const from = open.get(cluster)?.pop()
        if (from === undefined) throw new HmtlError('HMTL_INPUT_SYNTAX', `"${cell}" closes mention ${cluster} that no token opened`)
        members.push({ cluster, begin: from, end: i + 1 })
      }
    }
  })
  for (const [cluster, left] of open) if (left.length > 0) throw new HmtlError('HMTL_INPUT_SYNTAX', `mention (${cluster} is never closed`)
  return members
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
      ...opening[i].sort((a, b) => b.end - a.end).map(({ cluster, begin, end }) => (end - begin === 1 ? `(${cluster})` : `(${cluster}`)),
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
  return members
}
