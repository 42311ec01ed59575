/**
 * Re-DocRED and DocRED: one JSON array of documents, each with sentences, a
 * vertex set (the mentions of each entity) and labels between entities.
 *
 * A relation holds between entities; it is laid on every pair of their mentions
 * that stand in one sentence, which is what a sentence-level head can learn. A
 * label none of whose pairs share a sentence is laid on the first mentions, so
 * that nothing is lost, and counted as `cross-sentence-relation`.
 */
import { sentencesOfLengths } from '../syntax/columns.ts'
import {
  createDocument,
  type Document,
  listClusters,
  listRelations,
  listSpans,
  type RelationLike,
  type SpanLike,
} from '../document/document.ts'
import { HmtlError } from '../errors.ts'
import { idText, parseExact, stringifyExact } from '../syntax/exact-json.ts'
import { fieldsOf, metadataOfFields } from '../syntax/fields.ts'
import {
  attempt,
  type Format,
  type FormatContext,
  formatContext,
  maxDocumentBytes,
  reportLayers,
  requireTokens,
} from '../format.ts'
import { jsonArrayItems } from '../syntax/json-array.ts'
import { lenient } from '../syntax/lenient.ts'
import type { Source } from '../source.ts'
import { joinTokens, sentenceOfToken, sentenceSpans, tokenSpan, words } from '../document/tokens.ts'

const key = 'redocred'

interface Vertex {
  readonly type: string
  readonly sent_id: number
  readonly pos: readonly [number, number]
}
interface Label {
  readonly r: string
  readonly h: number
  readonly t: number
  readonly evidence?: readonly number[]
}
interface Entry {
  readonly title: string | number
  readonly sents: readonly (readonly string[])[]
  readonly vertexSet: readonly (readonly Vertex[])[]
  readonly labels?: readonly Label[]
}

const known = ['sents', 'vertexSet', 'labels']

/** The record with the fields that a document cannot do without. @throws HmtlError `HMTL_INPUT_FIELD` */
const check = (record: unknown): { readonly id: string; readonly entry: Entry } => {
  const entry = record as Entry
  const id = idText(entry?.title)
  const bad = (field: string) =>
    new HmtlError('HMTL_INPUT_FIELD', `field "${field}" is missing or of the wrong form`, { document: id })
  if (id === undefined) throw bad('title')
  if (
    !Array.isArray(entry.sents) ||
    !entry.sents.every((row) => Array.isArray(row) && row.every((word) => typeof word === 'string'))
  )
    throw bad('sents')
  if (!Array.isArray(entry.vertexSet) || !entry.vertexSet.every((set) => Array.isArray(set))) throw bad('vertexSet')
  if (entry.labels !== undefined && entry.labels !== null && !Array.isArray(entry.labels)) throw bad('labels')
  return { id, entry }
}

const decode = (record: unknown, context: FormatContext): Document => {
  const { id, entry } = check(record)
  const { sents, vertexSet, labels, title, ...others } = entry
  const { take, end } = lenient(id, context)
  // An empty word would be an empty token; DocRED has a few blank ones.
  const clean = sents.map((row) => row.map((word) => (word.trim() === '' ? '_' : word.replace(/\s+/g, '_'))))
  const lengths = clean.map((row) => row.length)
  const { text, tokens } = joinTokens(clean.flat())
  const starts = sentencesOfLengths(lengths).begin
  const spanOf = (vertex: Vertex) => {
    const { type, sent_id: sentence, pos } = vertex ?? {}
    if (typeof type !== 'string' || !Number.isInteger(sentence) || !Array.isArray(pos) || !pos.every(Number.isInteger))
      throw new HmtlError('HMTL_INPUT_FIELD', 'a mention without type, sent_id and pos', { document: id })
    const [from, to] = pos
    if (!(sentence >= 0 && sentence < lengths.length && from >= 0 && to <= lengths[sentence] && from < to))
      throw new HmtlError('HMTL_DOCUMENT_OFFSET', `mention ${sentence}:${from}..${to} is not inside its sentence`, {
        document: id,
      })
    return {
      start: tokens.begin[starts[sentence] + from],
      end: tokens.end[starts[sentence] + to - 1],
      label: type,
      sentence,
    }
  }
  const entitySpans = vertexSet.map((set) =>
    set.flatMap((vertex) => take('unreadable-mention', () => spanOf(vertex)) ?? []),
  )
  const relations: RelationLike[] = []
  const addRelation = ({ r, h, t }: Label) => {
    const heads = entitySpans[h]
    const tails = entitySpans[t]
    if (typeof r !== 'string' || !heads?.length || !tails?.length)
      throw new HmtlError('HMTL_INPUT_FIELD', `label ${r} names entities ${h} and ${t} of ${entitySpans.length}`, {
        document: id,
      })
    const label = context.options.relationNames?.[r] ?? r
    const pairs = heads.flatMap((arg1) =>
      tails.filter((arg2) => arg2.sentence === arg1.sentence).map((arg2) => ({ label, arg1, arg2 })),
    )
    if (pairs.length === 0) context.report.add('cross-sentence-relation', id, `${label} ${h} ${t}`)
    relations.push(...(pairs.length > 0 ? pairs : [{ label, arg1: heads[0], arg2: tails[0] }]))
  }
  for (const label of labels ?? []) take('unreadable-relation', () => addRelation(label ?? {}))
  end()
  const seen = new Set<string>()
  const clusters = entitySpans.map((set) =>
    set.filter(({ start, end }) => {
      const name = `${start} ${end}`
      if (seen.has(name)) {
        context.report.add('duplicate-cluster-member', id, name)
        return false
      }
      seen.add(name)
      return true
    }),
  )
  const full = lengths.filter((n) => n > 0)
  return createDocument({
    id,
    text,
    tokens,
    sentences: sentencesOfLengths(full),
    entities: entitySpans.flat(),
    relations: labels ? relations : undefined,
    clusters: clusters.filter((cluster) => cluster.length > 0),
    metadata: metadataOfFields(typeof title === 'string' ? others : { ...others, title }, key, {
      vertexSet,
      labels,
      sents:
        lengths.includes(0) || clean.some((row, s) => row.some((word, i) => word !== sents[s][i])) ? sents : undefined,
    }),
  })
}

async function* read(source: Source, context: FormatContext): AsyncGenerator<Document> {
  for await (const { text, index, offset, error } of jsonArrayItems(source, maxDocumentBytes(context))) {
    const document = attempt(
      context,
      { source: source.name, document: `#${index}`, offset },
      text.slice(0, 1000),
      () => {
        if (error) throw error
        return decode(parseExact(text), context)
      },
    )
    if (document) yield document
  }
}

async function* write(documents: AsyncIterable<Document>, context: FormatContext) {
  let first = true
  for await (const document of documents) {
    yield `${first ? '[' : ',\n '}${stringifyExact(encode(document, context))}`
    first = false
  }
  yield first ? '[]\n' : ']\n'
}

const encode = (document: Document, context: FormatContext) => {
  reportLayers(
    document,
    document.entities ? ['entities', 'relations', 'clusters'] : ['mentions', 'relations', 'clusters'],
    context,
  )
  const tokens = requireTokens(document, 'redocred')
  const others = fieldsOf(document, key, 'title', known, context)
  const kept = unchanged(document, context)
  if (kept) return { ...kept, ...others }
  if (isRecord(document.metadata[key])) context.report.add('field', document.id, key)
  const list = words(document)
  const sentences = sentenceSpans(document)
  const layer = document.entities ?? document.mentions
  const spans = layer ? listSpans(layer) : []
  // Entities are the clusters, and each span outside of them by itself.
  const clusterOf = new Map<string, number>()
  const vertexSet: unknown[][] = []
  document.clusters &&
    listClusters(document.clusters).forEach((cluster, c) => {
      vertexSet.push([])
      for (const { start, end } of cluster) clusterOf.set(`${start} ${end}`, c)
    })
  const entityOf = (span: SpanLike): number => {
    const name = `${span.start} ${span.end}`
    let at = clusterOf.get(name)
    if (at === undefined) {
      at = vertexSet.push([]) - 1
      clusterOf.set(name, at)
    }
    return at
  }
  const place = (span: SpanLike & { label?: string }) => {
    const at = tokenSpan(tokens, span.start, span.end)
    const sentence = at ? sentenceOfToken(sentences, at.begin) : -1
    if (!at || at.end > sentences.end[sentence]) {
      context.report.add('off-token-entity', document.id, `${span.start}..${span.end}`)
      return
    }
    const from = at.begin - sentences.begin[sentence]
    if (span.label === undefined) context.report.add('label-added', document.id, `${span.start}..${span.end} MISC`)
    vertexSet[entityOf(span)].push({
      name: document.text.slice(span.start, span.end),
      sent_id: sentence,
      pos: [from, from + at.end - at.begin],
      type: span.label ?? 'MISC',
    })
  }
  const placed = new Set(spans.map((span) => `${span.start} ${span.end}`))
  for (const span of spans) place(span)
  for (const span of document.clusters ? listClusters(document.clusters).flat() : [])
    if (!placed.has(`${span.start} ${span.end}`)) place(span)
  const labels = new Map<string, unknown>()
  for (const { label, arg1, arg2 } of document.relations ? listRelations(document.relations) : []) {
    const at = tokenSpan(tokens, arg1.start, arg1.end)
    const [h, t] = [entityOf(arg1), entityOf(arg2)]
    if (vertexSet[h].length === 0) place(arg1)
    if (vertexSet[t].length === 0) place(arg2)
    labels.set(`${label} ${h} ${t}`, {
      r: label,
      h,
      t,
      evidence: at ? [sentenceOfToken(sentences, at.begin)] : [],
    })
  }
  return {
    title: document.id,
    sents: Array.from(sentences.begin, (from, s) => list.slice(from, sentences.end[s])),
    vertexSet,
    labels: [...labels.values()],
    ...others,
  }
}

const isRecord = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && Array.isArray((value as Record<string, unknown>).vertexSet)

/** The record as it was read, if it still says what the document says. */
const unchanged = (document: Document, context: FormatContext): Entry | undefined => {
  const extras = document.metadata[key] as
    | { vertexSet?: Entry['vertexSet']; labels?: Entry['labels']; sents?: Entry['sents'] }
    | undefined
  if (!extras?.vertexSet) return undefined
  const list = words(document)
  const { begin, end } = sentenceSpans(document)
  const entry = {
    title: document.id,
    vertexSet: extras.vertexSet,
    ...(extras.labels ? { labels: extras.labels } : {}),
    sents: extras.sents ?? Array.from(begin, (from, s) => list.slice(from, end[s])),
  }
  try {
    const again = decode(entry, formatContext({ options: context.options }))
    return meaning(again) === meaning(document) ? entry : undefined
  } catch {
    return undefined
  }
}

const meaning = (document: Document): string =>
  JSON.stringify([
    document.text,
    document.entities && listSpans(document.entities).map(({ start, end, label }) => [start, end, label]),
    document.relations &&
      listRelations(document.relations).map(({ label, arg1, arg2 }) => [
        label,
        arg1.start,
        arg1.end,
        arg2.start,
        arg2.end,
      ]),
    document.clusters && listClusters(document.clusters),
  ])

export const redocred: Format = {
  name: 'redocred',
  summary: 'DocRED / Re-DocRED JSON (title, sents, vertexSet, labels)',
  accepts: (path) => /\.json$/.test(path) && !/rel_info\.json$/.test(path),
  sniff: () => 0,
  sniffJson: ({ array, fields }) => (array && (fields.has('vertexSet') || fields.has('sents')) ? 2 : 0),
  read,
  write,
  needsTokens: true,
  carries: ['entities', 'relations', 'clusters'],
  extension: '.redocred.json',
}
