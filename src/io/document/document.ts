/**
 * The one thing that moves through the program. A document is its text once,
 * and layers over it as typed arrays of offsets: reading a corpus makes a few
 * arrays a document, not an object a token.
 *
 * A layer that is `undefined` was not annotated; an empty layer was, and holds nothing.
 */
import { HmtlError, toHmtlError } from '../errors.ts'
import { defineLate, type Late, lateParts, mark } from './late.ts'
import { checkWhole, hasPairs } from './pairs.ts'
import { spansSeen } from './span-keys.ts'

/** Half-open spans. The unit is the owner's: UTF-16 code units of `text`, or token indexes. */
export interface Spans {
  readonly begin: Int32Array
  readonly end: Int32Array
}

/** Spans of text with a label each; `labels[label[i]]` names span `i`. */
export interface LabelledSpans extends Spans {
  readonly label: Int32Array
  readonly labels: readonly string[]
  /** Probability of each span, 0 to 1, where a model made them. */
  readonly score?: Float32Array | undefined
}

/** Entity mentions; the head (the syntactic head of the extent, ACE) lies inside the span. */
export interface Mentions extends LabelledSpans {
  readonly headBegin: Int32Array
  readonly headEnd: Int32Array
}

/** Directed relations between two spans of text. */
export interface Relations {
  readonly begin1: Int32Array
  readonly end1: Int32Array
  readonly begin2: Int32Array
  readonly end2: Int32Array
  readonly label: Int32Array
  readonly labels: readonly string[]
  readonly score?: Float32Array | undefined
}

/** Coreference clusters: members of cluster `c` are spans `offsets[c]` to `offsets[c + 1]`. */
export interface Clusters extends Spans {
  readonly offsets: Int32Array
}

export type Metadata = Readonly<Record<string, unknown>>

/** The annotation layers of a document, in the order the program lists them. */
export const layerNames = ['entities', 'mentions', 'relations', 'clusters'] as const
export type LayerName = (typeof layerNames)[number]

export interface Document {
  readonly id: string
  readonly text: string
  /** Token spans in UTF-16 code units of `text`, in order, not overlapping. */
  readonly tokens?: Spans | undefined
  /** Sentence spans as token indexes, in order, covering every token. */
  readonly sentences?: Spans | undefined
  readonly entities?: LabelledSpans | undefined
  readonly mentions?: Mentions | undefined
  readonly relations?: Relations | undefined
  readonly clusters?: Clusters | undefined
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

/** A document without id, text and metadata. */
export type Layers = Omit<Document, 'id' | 'text' | 'metadata'>

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

/** @param text of which something is asked only where a layer has offsets in it */
const checkLayers = (id: string, layers: Layers, text: string | Late): void => {
  const { tokens, sentences, entities, mentions, relations, clusters } = layers
  const size = tokens || entities || mentions || relations || clusters ? text.length : 0
  if (tokens && !isOrdered(tokens, size)) {
    checkRange(id, 'tokens', tokens, size)
    checkOrder(id, 'tokens', tokens)
  }
  if (sentences) {
    if (!tokens) throw new HmtlError('HMTL_DOCUMENT_ORDER', 'sentences without tokens', { document: id })
    checkSentences(id, sentences, tokens.begin.length)
  }
  if (entities) checkLabelled(id, 'entities', entities, size)
  if (mentions) {
    checkLabelled(id, 'mentions', mentions, size)
    checkHeads(id, mentions)
  }
  if (relations) {
    checkRange(id, 'relations.arg1', { begin: relations.begin1, end: relations.end1 }, size)
    checkRange(id, 'relations.arg2', { begin: relations.begin2, end: relations.end2 }, size)
    checkLabels(id, 'relations', relations.label, relations.labels, relations.begin1.length)
    checkScores(id, 'relations', relations.score, relations.begin1.length)
  }
  if (clusters) checkClusters(id, clusters, size)
  if (size > 0 && (typeof text === 'string' ? hasPairs(text) : text.hasPairs))
    checkCharacters(id, layers, typeof text === 'string' ? text : text.text)
}

/** Spans of a text that has characters of two code units begin and end where characters do. */
const checkCharacters = (
  id: string,
  { tokens, entities, mentions, relations, clusters }: Layers,
  text: string,
): void => {
  const check = (layer: string, begin: Int32Array, end: Int32Array) => checkWhole(id, layer, begin, end, text)
  if (tokens) check('tokens', tokens.begin, tokens.end)
  if (entities) check('entities', entities.begin, entities.end)
  if (mentions) {
    check('mentions', mentions.begin, mentions.end)
    check('mentions.head', mentions.headBegin, mentions.headEnd)
  }
  if (relations) {
    check('relations.arg1', relations.begin1, relations.end1)
    check('relations.arg2', relations.begin2, relations.end2)
  }
  if (clusters) check('clusters', clusters.begin, clusters.end)
}

/** Whether spans are in order and in range, told in one pass: the checks that follow say which is not. */
const isOrdered = ({ begin, end }: Spans, size: number): boolean => {
  let at = 0
  for (let i = 0; i < begin.length; i++) {
    if (begin[i] < at || end[i] <= begin[i]) return false
    at = end[i]
  }
  return at <= size && begin.length === end.length
}

const checkRange = (id: string, layer: string, { begin, end }: Spans, size: number): void => {
  if (begin.length !== end.length)
    throw new HmtlError('HMTL_DOCUMENT_TYPE', `${layer}: ${begin.length} begins but ${end.length} ends`, {
      document: id,
    })
  for (let i = 0; i < begin.length; i++)
    if (begin[i] < 0 || end[i] > size || begin[i] >= end[i])
      throw new HmtlError(
        'HMTL_DOCUMENT_OFFSET',
        `${layer}[${i}] = ${begin[i]}..${end[i]} is not a span of a text of ${size} characters`,
        {
          document: id,
          remedy: 'Offsets are half-open, in UTF-16 code units of the text unless offsetUnit says otherwise',
        },
      )
}

const checkOrder = (id: string, layer: string, { begin, end }: Spans): void => {
  for (let i = 1; i < begin.length; i++)
    if (begin[i] < end[i - 1])
      throw new HmtlError(
        'HMTL_DOCUMENT_ORDER',
        `${layer}[${i}] begins at ${begin[i]}, before ${layer}[${i - 1}] ends at ${end[i - 1]}`,
        { document: id },
      )
}

const checkSentences = (id: string, sentences: Spans, tokens: number): void => {
  const { begin, end } = sentences
  let at = 0
  for (let i = 0; i < begin.length; i++) {
    if (begin[i] !== at || end[i] <= begin[i])
      throw new HmtlError(
        'HMTL_DOCUMENT_ORDER',
        `sentences[${i}] = tokens ${begin[i]}..${end[i]} where one from token ${at} was due`,
        { document: id },
      )
    at = end[i]
  }
  if (at !== tokens)
    throw new HmtlError('HMTL_DOCUMENT_ORDER', `sentences end at token ${at} of ${tokens}`, { document: id })
}

const checkLabelled = (id: string, layer: string, spans: LabelledSpans, size: number): void => {
  checkRange(id, layer, spans, size)
  checkLabels(id, layer, spans.label, spans.labels, spans.begin.length)
  checkScores(id, layer, spans.score, spans.begin.length)
}

const checkLabels = (id: string, layer: string, label: Int32Array, labels: readonly string[], count: number): void => {
  if (label.length !== count)
    throw new HmtlError('HMTL_DOCUMENT_TYPE', `${layer}: ${count} items but ${label.length} labels`, { document: id })
  for (let i = 0; i < count; i++)
    if (label[i] < 0 || label[i] >= labels.length)
      throw new HmtlError('HMTL_DOCUMENT_TYPE', `${layer}[${i}] has label ${label[i]} of ${labels.length}`, {
        document: id,
      })
}

/** What sums of probabilities in single precision may be over one. */
const overOne = 1e-5

/** Scores are probabilities; not a number is none. */
const checkScores = (id: string, layer: string, scores: Float32Array | undefined, count: number): void => {
  if (!scores) return
  if (scores.length !== count)
    throw new HmtlError('HMTL_DOCUMENT_TYPE', `${layer}: ${count} items but ${scores.length} scores`, { document: id })
  for (let i = 0; i < count; i++)
    if (scores[i] < 0 || scores[i] > 1 + overOne)
      throw new HmtlError('HMTL_DOCUMENT_TYPE', `${layer}[${i}] has score ${scores[i]}, which is no probability`, {
        document: id,
        remedy: 'Scores are from 0 to 1; what has none leaves it away',
      })
}

const checkHeads = (id: string, { begin, end, headBegin, headEnd }: Mentions): void => {
  for (let i = 0; i < begin.length; i++)
    if (!(headBegin[i] >= begin[i] && headEnd[i] <= end[i] && headBegin[i] < headEnd[i]))
      throw new HmtlError(
        'HMTL_DOCUMENT_OFFSET',
        `mentions[${i}]: head ${headBegin[i]}..${headEnd[i]} is not inside ${begin[i]}..${end[i]}`,
        { document: id },
      )
}

const checkClusters = (id: string, clusters: Clusters, size: number): void => {
  checkRange(id, 'clusters', clusters, size)
  const { offsets, begin, end } = clusters
  if (offsets.length === 0 || offsets[0] !== 0 || offsets[offsets.length - 1] !== begin.length)
    throw new HmtlError('HMTL_DOCUMENT_CLUSTER', 'cluster offsets do not cover the members', { document: id })
  const seen = spansSeen(begin.length)
  for (let c = 0; c + 1 < offsets.length; c++) {
    if (offsets[c + 1] <= offsets[c])
      throw new HmtlError('HMTL_DOCUMENT_CLUSTER', `clusters[${c}] is empty`, { document: id })
    for (let i = offsets[c]; i < offsets[c + 1]; i++)
      if (seen(begin[i], end[i]))
        throw new HmtlError('HMTL_DOCUMENT_CLUSTER', `span ${begin[i]}..${end[i]} is in the clusters twice`, {
          document: id,
          remedy: 'A span belongs to one cluster, once',
        })
  }
}
