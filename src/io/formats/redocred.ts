/**
 * Re-DocRED and DocRED: one JSON array of documents, each with sentences, a
 * vertex set (the mentions of each entity) and labels between entities.
 *
 * A relation holds between entities; it is laid on every pair of their mentions
 * that stand in one sentence, which is what a sentence-level head can learn. A
 * label none of whose pairs share a sentence is laid on the first mentions, so
 * that nothing is lost, and counted as `cross-sentence-relation`.
 *
 * What that cannot say, a record of ours says in fields that other readers pass
 * over: `pairs` of a label are the mentions that it holds between, and `clusters`
 * of `hmtl` the entities that are clusters, null where none were annotated.
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
import { layerToWrite, type SpanLayer } from '../syntax/span-layer.ts'
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
  /** Places in `vertexSet[h]` and `vertexSet[t]`. */
  readonly pairs?: readonly (readonly [number, number])[]
}
interface Entry {
  readonly title: string | number
  readonly sents: readonly (readonly string[])[]
  readonly vertexSet: readonly (readonly Vertex[])[]
  readonly labels?: readonly Label[]
  readonly hmtl?: Own
}
/** What we add to a record. */
interface Own {
  readonly clusters: readonly number[] | null
}

const isOwn = (value: unknown): value is Own => {
  const clusters = (value as Own | undefined)?.clusters
  return clusters === null || (Array.isArray(clusters) && clusters.every(Number.isInteger))
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
  const { sents, vertexSet, labels, title, hmtl, ...rest } = entry
  const own = isOwn(hmtl) ? hmtl : undefined
  const others = own || hmtl === undefined ? rest : { ...rest, hmtl }
  const { take, end } = lenient(id, context)
  // An empty word would be an empty token.
  const clean = sents.map((row) => row.map((word) => word || '_'))
  context.report.add('empty-word', id, '', sents.flat().filter((word) => word === '').length)
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
  const vertices = vertexSet.map((set) => set.map((vertex) => take('unreadable-mention', () => spanOf(vertex))))
  const entitySpans = vertices.map((set) => set.filter((span) => span !== undefined))
  const relations: RelationLike[] = []
  const addRelation = ({ r, h, t, pairs: said }: Label) => {
    const heads = distinct(entitySpans[h] ?? [])
    const tails = distinct(entitySpans[t] ?? [])
    if (typeof r !== 'string' || heads.length === 0 || tails.length === 0)
      throw new HmtlError('HMTL_INPUT_FIELD', `label ${r} names entities ${h} and ${t} of ${entitySpans.length}`, {
        document: id,
      })
    const label = context.options.relationNames?.[r] ?? r
    if (said !== undefined) {
      const pairs = (Array.isArray(said) ? said : [undefined]).map((pair: readonly number[] | undefined) => {
        const [arg1, arg2] = [vertices[h][pair?.[0] ?? -1], vertices[t][pair?.[1] ?? -1]]
        if (!arg1 || !arg2)
          throw new HmtlError('HMTL_INPUT_FIELD', `pairs of label ${r} are not mentions of ${h} and ${t}`, {
            document: id,
          })
        return { label, arg1, arg2 }
      })
      relations.push(...pairs)
      return
    }
    const pairs = pairsWithin(heads, tails)
    if (pairs.length === 0) context.report.add('cross-sentence-relation', id, `${label} ${h} ${t}`)
    for (const [arg1, arg2] of pairs.length > 0 ? pairs : [[heads[0], tails[0]]]) relations.push({ label, arg1, arg2 })
  }
  for (const label of labels ?? []) take('unreadable-relation', () => addRelation(label ?? {}))
  end()
  const seen = new Set<string>()
  const isCluster = new Set(own?.clusters ?? entitySpans.keys())
  const clusters = entitySpans.map((set, c) =>
    (isCluster.has(c) ? distinct(set) : []).filter(({ start, end }) => {
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
    clusters:
      own?.clusters === null
        ? undefined
        : clusters.filter(({ length }) => length > (context.options.singletons === false ? 1 : 0)),
    metadata: metadataOfFields(typeof title === 'string' ? others : { ...others, title }, key, {
      vertexSet,
      labels,
      hmtl: own,
      sents:
        lengths.includes(0) || clean.some((row, s) => row.some((word, i) => word !== sents[s][i])) ? sents : undefined,
    }),
  })
}

interface Placed extends SpanLike {
  readonly sentence: number
}

const spanName = ({ start, end }: SpanLike): string => `${start} ${end}`

/** The mentions of an entity, each span once: one with several labels is there several times. */
const distinct = <T extends SpanLike>(set: readonly T[]): T[] => [
  ...new Map(set.map((span) => [spanName(span), span])).values(),
]

/** Every pair of mentions of two entities within a sentence. */
const pairsWithin = <T extends Placed>(heads: readonly T[], tails: readonly T[]): [T, T][] =>
  heads.flatMap((arg1) => tails.filter((arg2) => arg2.sentence === arg1.sentence).map((arg2): [T, T] => [arg1, arg2]))

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

/** A mention as it is written, on whole tokens. */
interface Written extends Placed {
  readonly vertex: Vertex
}

const encode = (document: Document, context: FormatContext) => {
  const layer = layerToWrite(document, context)
  reportLayers(document, [layer, 'relations', 'clusters'], context)
  const tokens = requireTokens(document, 'redocred', context)
  const others = fieldsOf(document, key, 'title', known, context)
  const kept = unchanged(document, layer, context)
  if (kept) return { ...kept, ...others }
  if (isRecord(document.metadata[key])) context.report.add('field', document.id, key)
  const list = words(document)
  const sentences = sentenceSpans(document)
  // Entities are the clusters, and each span outside of them by itself.
  const clusters = (document.clusters ? listClusters(document.clusters) : []).map((cluster) => ({
    cluster,
    set: [] as Written[],
  }))
  const sets = clusters.map(({ set }) => set)
  const setOf = new Map(clusters.flatMap(({ cluster, set }) => cluster.map((span) => [spanName(span), set] as const)))
  /** Where each span of the document was placed. */
  const placed = new Map<string, Written | undefined>()
  const place = (span: SpanLike & { label?: string }) => {
    const where = `${span.start}..${span.end}`
    const name = spanName(span)
    const at = tokenSpan(tokens, span.start, span.end)
    const sentence = at ? sentenceOfToken(sentences, at.begin) : -1
    if (!at || at.end > sentences.end[sentence]) {
      context.report.add(at ? 'cross-sentence-entity' : 'off-token-entity', document.id, where)
      placed.set(name, undefined)
      return
    }
    if (!at.exact) context.report.add('unaligned-entity', document.id, where)
    if (span.label === undefined) context.report.add('label-added', document.id, `${where} MISC`)
    const from = at.begin - sentences.begin[sentence]
    const vertex = {
      name: document.text.slice(span.start, span.end),
      sent_id: sentence,
      pos: [from, from + at.end - at.begin] as const,
      type: span.label ?? 'MISC',
    }
    const written = { vertex, sentence, start: tokens.begin[at.begin], end: tokens.end[at.end - 1] }
    let set = setOf.get(name)
    if (!set) {
      sets.push((set = []))
      setOf.set(name, set)
    }
    set.push(written)
    placed.set(name, written)
  }
  const relations = document.relations ? listRelations(document.relations) : []
  for (const span of document[layer] ? listSpans(document[layer]) : []) place(span)
  const unlabelled = [
    ...clusters.flatMap(({ cluster }) => cluster),
    ...relations.flatMap(({ arg1, arg2 }) => [arg1, arg2]),
  ]
  for (const span of unlabelled) if (!placed.has(spanName(span))) place(span)
  const used = sets.filter((set) => set.length > 0)
  const numbers = new Map(used.map((set, at) => [set, at]))
  const labels = new Map<string, LabelledPairs>()
  for (const { label, arg1, arg2 } of relations) {
    const [one, two] = [placed.get(spanName(arg1)), placed.get(spanName(arg2))]
    const [heads, tails] = [setOf.get(spanName(arg1)), setOf.get(spanName(arg2))]
    if (!one || !two || !heads || !tails) {
      context.report.add('off-token-relation', document.id, label)
      continue
    }
    const [h, t] = [numbers.get(heads) as number, numbers.get(tails) as number]
    const name = `${h} ${t} ${label}`
    const known = labels.get(name)
    if (known) known.pairs.push([one, two])
    else labels.set(name, { label, h, t, heads, tails, pairs: [[one, two]] })
  }
  const clustered = clusters.flatMap(({ set }) => numbers.get(set) ?? [])
  const own: Own = { clusters: document.clusters ? clustered : null }
  return {
    title: document.id,
    sents: Array.from(sentences.begin, (from, s) => list.slice(from, sentences.end[s])),
    vertexSet: used.map((set) => set.map(({ vertex }) => vertex)),
    ...(document.relations ? { labels: [...labels.values()].map((label) => labelOf(label, document, context)) } : {}),
    ...(own.clusters?.length === used.length ? {} : { hmtl: own }),
    ...others,
  }
}

/** A label between two entities, with the mentions that it holds between. */
interface LabelledPairs {
  readonly label: string
  readonly h: number
  readonly t: number
  readonly heads: readonly Written[]
  readonly tails: readonly Written[]
  readonly pairs: (readonly [Written, Written])[]
}

const labelOf = (
  { label, h, t, heads, tails, pairs: all }: LabelledPairs,
  document: Document,
  context: FormatContext,
): Label => {
  const names = (pairs: readonly (readonly [Written, Written])[]) =>
    pairs.map(([one, two]) => `${spanName(one)} ${spanName(two)}`).sort()
  const pairs = [...new Map(all.map((pair, i) => [names([pair])[0], all[i]])).values()]
  context.report.add('duplicate-relation', document.id, label, all.length - pairs.length)
  const read = pairsWithin(distinct(heads), distinct(tails))
  const at = (set: readonly Written[], span: Written) => set.findIndex((each) => spanName(each) === spanName(span))
  return {
    r: label,
    h,
    t,
    evidence: [...new Set(pairs.map(([one]) => one.sentence))].sort((a, b) => a - b),
    ...(String(names(read)) === String(names(pairs))
      ? {}
      : { pairs: pairs.map(([one, two]) => [at(heads, one), at(tails, two)] as const) }),
  }
}

const isRecord = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && Array.isArray((value as Record<string, unknown>).vertexSet)

/** The record as it was read, if it still says what the document says. */
const unchanged = (document: Document, layer: SpanLayer, context: FormatContext): Entry | undefined => {
  const extras = document.metadata[key] as
    | { vertexSet?: Entry['vertexSet']; labels?: Entry['labels']; sents?: Entry['sents']; hmtl?: Own }
    | undefined
  if (!extras?.vertexSet) return undefined
  const list = words(document)
  const { begin, end } = sentenceSpans(document)
  const entry = {
    title: document.id,
    vertexSet: extras.vertexSet,
    ...(extras.labels ? { labels: extras.labels } : {}),
    ...(isOwn(extras.hmtl) ? { hmtl: extras.hmtl } : {}),
    sents: extras.sents ?? Array.from(begin, (from, s) => list.slice(from, end[s])),
  }
  try {
    const again = decode(entry, formatContext({ options: context.options }))
    return layer === 'entities' && meaning(again) === meaning(document) ? entry : undefined
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
