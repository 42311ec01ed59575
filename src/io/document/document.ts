/**
 * The one thing that moves through the program. A document is its text once,
 * and layers over it as typed arrays of offsets: reading a corpus makes a few
 * arrays a document, not an object a token.
 *
 * A layer that is `undefined` was not annotated; an empty layer was, and holds nothing.
 */
import { HmtlError, toHmtlError } from '../errors.ts'
import { checkLayers } from './check-layers.ts'
import { defineLate, type Late, lateParts, mark } from './late.ts'
import type { Clusters, LabelledSpans, Layers, Mentions, Relations, Spans } from './layers.ts'

export type { Clusters, LabelledSpans, Layers, Mentions, Relations, Spans } from './layers.ts'

export type Metadata = Readonly<Record<string, unknown>>

/** The annotation layers of a document, in the order the program lists them. */
export const layerNames = ['entities', 'mentions', 'relations', 'clusters'] as const
export type LayerName = (typeof layerNames)[number]

export interface Document extends Layers {
  readonly id: string
  readonly text: string
  /** Whatever else the source said, passed through untouched. */
  readonly metadata: Metadata
}

/** A document that the model can take: `prepareDocument` makes one of any. */
export interface Prepared extends Document {
  readonly tokens: Spans
  readonly sentences: Spans
}

/** Loose, readable forms that builders and the JSON format take. Offsets in UTF-16 code units. */
export interface SpanLike {
  readonly start: number
  readonly end: number
}
export interface LabelledLike extends SpanLike {
  readonly label: string
  readonly score?: number | undefined
}
export interface MentionLike extends LabelledLike {
  readonly head?: SpanLike | undefined
}
export interface RelationLike {
  readonly label: string
  readonly arg1: SpanLike
  readonly arg2: SpanLike
  readonly score?: number | undefined
}
export interface DocumentLike {
  readonly id: string
  readonly text: string
  readonly tokens?: Spans | undefined
  readonly sentences?: Spans | undefined
  readonly entities?: readonly LabelledLike[] | undefined
  readonly mentions?: readonly MentionLike[] | undefined
  readonly relations?: readonly RelationLike[] | undefined
  readonly clusters?: readonly (readonly SpanLike[])[] | undefined
  /** A function makes it when somebody asks for it first. */
  readonly metadata?: Metadata | (() => Metadata) | undefined
}

/** Typed spans from pairs. */
export const spansOf = (pairs: readonly (readonly [number, number])[]): Spans => ({
  begin: Int32Array.from(pairs, ([begin]) => begin),
  end: Int32Array.from(pairs, ([, end]) => end),
})

const labelIds = (items: readonly { label: string }[]) => {
  const ids = new Map<string, number>()
  const label = new Int32Array(items.length)
  for (let i = 0; i < items.length; i++) {
    const name = items[i].label
    let id = ids.get(name)
    if (id === undefined) ids.set(name, (id = ids.size))
    label[i] = id
  }
  return { label, labels: [...ids.keys()] }
}

const scoresOf = (items: readonly { score?: number | undefined }[]): Float32Array | undefined =>
  items.some((item) => item.score !== undefined)
    ? Float32Array.from(items, (item) => item.score ?? Number.NaN)
    : undefined

/** A number of each item; `Int32Array.from` would go through an iterator. */
const column = <T>(items: readonly T[], get: (item: T) => number): Int32Array => {
  const out = new Int32Array(items.length)
  for (let i = 0; i < items.length; i++) {
    const offset = get(items[i])
    out[i] = offset
    // What is no such number would become another one.
    if (out[i] !== offset) throw new HmtlError('HMTL_DOCUMENT_OFFSET', `${String(offset)} is no offset`)
  }
  return out
}

const starts = (items: readonly SpanLike[]) => column(items, (item) => item.start)
const ends = (items: readonly SpanLike[]) => column(items, (item) => item.end)

export const labelledSpansOf = (items: readonly LabelledLike[]): LabelledSpans => ({
  begin: starts(items),
  end: ends(items),
  ...labelIds(items),
  score: scoresOf(items),
})

export const mentionsOf = (items: readonly MentionLike[]): Mentions => ({
  ...labelledSpansOf(items),
  headBegin: column(items, (item) => (item.head ?? item).start),
  headEnd: column(items, (item) => (item.head ?? item).end),
})

export const relationsOf = (items: readonly RelationLike[]): Relations => ({
  begin1: column(items, (item) => item.arg1.start),
  end1: column(items, (item) => item.arg1.end),
  begin2: column(items, (item) => item.arg2.start),
  end2: column(items, (item) => item.arg2.end),
  ...labelIds(items),
  score: scoresOf(items),
})

export const clustersOf = (clusters: readonly (readonly SpanLike[])[]): Clusters => {
  const offsets = new Int32Array(clusters.length + 1)
  for (let c = 0; c < clusters.length; c++) offsets[c + 1] = offsets[c] + clusters[c].length
  const members = clusters.flat()
  return { offsets, begin: starts(members), end: ends(members) }
}

/** The loose forms back from the layers, for writers that go item by item. */
export const listSpans = (spans: LabelledSpans): LabelledLike[] =>
  Array.from(spans.begin, (start, i) => ({
    start,
    end: spans.end[i],
    label: spans.labels[spans.label[i]],
    ...scoreAt(spans.score, i),
  }))

export const listMentions = (mentions: Mentions): MentionLike[] =>
  listSpans(mentions).map((mention, i) =>
    mentions.headBegin[i] === mention.start && mentions.headEnd[i] === mention.end
      ? mention
      : { ...mention, head: { start: mentions.headBegin[i], end: mentions.headEnd[i] } },
  )

export const listRelations = (relations: Relations): RelationLike[] =>
  Array.from(relations.begin1, (start, i) => ({
    label: relations.labels[relations.label[i]],
    arg1: { start, end: relations.end1[i] },
    arg2: { start: relations.begin2[i], end: relations.end2[i] },
    ...scoreAt(relations.score, i),
  }))

export const listClusters = (clusters: Clusters): SpanLike[][] =>
  Array.from({ length: clusters.offsets.length - 1 }, (_, c) =>
    Array.from({ length: clusters.offsets[c + 1] - clusters.offsets[c] }, (_, k) => {
      const i = clusters.offsets[c] + k
      return { start: clusters.begin[i], end: clusters.end[i] }
    }),
  )

const scoreAt = (score: Float32Array | undefined, i: number): { score?: number } =>
  score === undefined || Number.isNaN(score[i]) ? {} : { score: score[i] }

/**
 * A validated document from loose parts.
 * @throws HmtlError `HMTL_DOCUMENT_*` naming the layer and the item at fault.
 */
export const createDocument = (like: DocumentLike): Document => {
  const { id, text, metadata = {} } = like
  checkTypes(id, text)
  checkTyped(id, 'tokens', like.tokens)
  checkTyped(id, 'sentences', like.sentences)
  const layers: Layers = ofDocument(id, () => ({
    tokens: like.tokens,
    sentences: like.sentences,
    entities: like.entities && labelledSpansOf(like.entities),
    mentions: like.mentions && mentionsOf(like.mentions),
    relations: like.relations && relationsOf(like.relations),
    clusters: like.clusters && clustersOf(like.clusters),
  }))
  if (typeof metadata !== 'function') return checkDocument({ id, text, ...layers, metadata })
  return lateDocument(id, lateParts(text, metadata), layers)
}

/** Loose spans where typed ones are due. @throws HmtlError `HMTL_DOCUMENT_TYPE` */
const checkTyped = (id: string, layer: 'tokens' | 'sentences', spans: unknown): void => {
  const { begin, end } = (spans ?? {}) as { readonly begin?: unknown; readonly end?: unknown }
  if ((spans ?? undefined) === undefined || (begin instanceof Int32Array && end instanceof Int32Array)) return
  throw new HmtlError('HMTL_DOCUMENT_TYPE', `${layer} are not { begin, end } of two Int32Arrays`, {
    document: id,
    remedy:
      'spansOf([[0, 3], [4, 7]]) of hmtl/io makes them of pairs; layers of spans are lists of { start, end, label }',
  })
}

/** What `make` gives; a fault in loose layers is of that document. */
const ofDocument = <T>(id: string, make: () => T): T => {
  try {
    return make()
  } catch (error) {
    if (error instanceof HmtlError) throw toHmtlError(error, error.code, { document: id })
    throw new HmtlError('HMTL_DOCUMENT_TYPE', 'a layer is no list of spans', {
      document: id,
      cause: error,
      remedy: 'Layers are lists of { start, end, label }, relations of { label, arg1, arg2 }, clusters lists of lists',
    })
  }
}

/**
 * A checked document whose text and metadata are made when somebody asks for them first.
 * @throws HmtlError `HMTL_DOCUMENT_*`
 */
export const lateDocument = (id: string, late: Late, layers: Layers): Document => {
  checkLayers(id, layers, late)
  // Assigned one by one, in the order that every document has: any other way costs what the rest of it does.
  const document = { id, [mark]: late } as { -readonly [K in keyof Document]: Document[K] } & { [mark]: Late }
  defineLate(document, 'text')
  document.tokens = layers.tokens
  document.sentences = layers.sentences
  document.entities = layers.entities
  document.mentions = layers.mentions
  document.relations = layers.relations
  document.clusters = layers.clusters
  defineLate(document, 'metadata')
  return Object.freeze(document)
}

/** A document that came from where marks do not go, such as another thread. */
export const marked = (document: Document): Document =>
  mark in document
    ? document
    : Object.freeze(Object.defineProperty({ ...(document as Document) }, mark, { value: true, enumerable: true }))

/** Whether it was made by `createDocument` or `checkDocument`, or is a copy of one that was. */
export const isDocument = (value: unknown): value is Document =>
  typeof value === 'object' && value !== null && mark in value

/**
 * Checks a document and freezes it: offsets in range, tokens and sentences in
 * order, heads inside their mentions, no span twice in the clusters.
 * @throws HmtlError `HMTL_DOCUMENT_*`
 */
export const checkDocument = (document: Document): Document => {
  const { id, text } = document
  checkTypes(id, text)
  checkLayers(id, document, text)
  // An assignment: defining a property costs a document what its layers do.
  if (!(mark in document) && !Object.isFrozen(document)) (document as { [mark]?: true })[mark] = true
  return Object.freeze(document)
}

const checkTypes = (id: unknown, text: unknown): void => {
  if (typeof id !== 'string') throw new HmtlError('HMTL_DOCUMENT_TYPE', 'document id is not a string')
  if (typeof text !== 'string')
    throw new HmtlError('HMTL_DOCUMENT_TYPE', 'document text is not a string', { document: id })
}
