/** What layers of a document must be, whoever made them. */
import { HmtlError } from '../errors.ts'
import type { Late } from './late.ts'
import type { Clusters, LabelledSpans, Layers, Mentions, Spans } from './layers.ts'
import { checkWhole, hasPairs } from './pairs.ts'
import { spansSeen } from './span-keys.ts'

/**
 * Offsets in range, tokens and sentences in order, whole characters, heads inside their mentions, no span twice in the
 * clusters.
 * @param text of which something is asked only where a layer has offsets in it
 * @throws HmtlError `HMTL_DOCUMENT_*`
 */
export const checkLayers = (id: string, layers: Layers, text: string | Late): void => {
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
