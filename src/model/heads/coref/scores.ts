/**
 * Mention ranking over spans (Lee et al. 2017; spec section 9). The first layer
 * of both scorers is linear in the parts of a span vector, so each part is
 * projected once a token or once a span (exact, not an approximation); only the
 * product of two span vectors is left for every pair.
 */
import * as tf from '@tensorflow/tfjs-core'
import { indexes } from '../../batch.ts'
import { linear } from '../../kernels/ops/linear.ts'
import { concat, gather, pairProduct, pairSumFull } from '../../kernels/ops/rows.ts'
import { spanAttention } from '../../kernels/ops/span-attention.ts'
import { dropoutIf, type Seeds } from '../../layers/encoder.ts'
import { type Parameters, weightOf } from '../../parameters.ts'
import { conventionAt, conventionsOf } from '../convention.ts'
import type { CorefTaskConfig } from './keys.ts'
import { antecedentBuckets, comparisons, compare, type Surface } from './surface.ts'

/** Spans as first and last rows, with the rows between. */
export interface SpanRows {
  readonly first: Int32Array
  readonly last: Int32Array
  /** Width in tokens less one. */
  readonly width: Int32Array
  /** Rows of every span's tokens one span after another, and where each begins. */
  readonly rows: Int32Array
  readonly starts: Int32Array
}

/** @param tokenRows row of each token of the document */
export const spanRows = (begins: ArrayLike<number>, ends: ArrayLike<number>, tokenRows: Int32Array): SpanRows => {
  const count = begins.length
  const starts = new Int32Array(count + 1)
  for (let s = 0; s < count; s++) starts[s + 1] = starts[s] + ends[s] - begins[s]
  const rows = new Int32Array(starts[count])
  const [first, last, width] = [new Int32Array(count), new Int32Array(count), new Int32Array(count)]
  for (let s = 0; s < count; s++) {
    first[s] = tokenRows[begins[s]]
    last[s] = tokenRows[ends[s] - 1]
    width[s] = ends[s] - begins[s] - 1
    for (let t = begins[s]; t < ends[s]; t++) rows[starts[s] + t - begins[s]] = tokenRows[t]
  }
  return { first, last, width, rows, starts }
}

const scorer = (name: string, parameters: Parameters, hidden: number) => ({
  second: weightOf<tf.Tensor2D>(parameters, `${name}.second.weight`, [hidden, hidden], { kind: 'xavier' }),
  secondBias: parameters.get<tf.Tensor1D>(`${name}.second.bias`, [hidden], { kind: 'zeros' }),
  out: parameters.get<tf.Tensor2D>(`${name}.score.weight`, [hidden, 1], { kind: 'xavier' }),
  outBias: parameters.get<tf.Tensor1D>(`${name}.score.bias`, [1], { kind: 'zeros' }),
})

/** Second layer and score of a scorer, from its first layer [n, hidden] → [n, 1]. */
const score = (
  name: string,
  task: CorefTaskConfig,
  parameters: Parameters,
  layer: tf.Tensor2D,
  seeds: Seeds,
): tf.Tensor2D => {
  const { second, secondBias, out, outBias } = scorer(name, parameters, task.hidden)
  const deeper = linear(dropoutIf(layer, task.headDropout, seeds), second, secondBias, true)
  return linear(dropoutIf(deeper, task.headDropout, seeds), out, outBias)
}

/** Span vectors g = [c_first; c_last; width; head]: [spans, 2C + F + E]. */
export const spanVectors = (
  task: CorefTaskConfig,
  parameters: Parameters,
  states: tf.Tensor2D,
  inputs: tf.Tensor2D,
  spans: SpanRows,
): tf.Tensor2D => {
  const widths = parameters.get<tf.Tensor2D>(`${task.name}.widths`, [task.maxSpanWidth, task.feature], {
    kind: 'xavier',
  })
  const attention = parameters.get<tf.Tensor2D>(`${task.name}.attention`, [inputs.shape[1], 1], { kind: 'xavier' })
  const heads = spanAttention(inputs, linear(inputs, attention), indexes(spans.rows), indexes(spans.starts))
  const edges = concat(gather(states, indexes(spans.first)), gather(states, indexes(spans.last)))
  return concat(concat(edges, gather(widths, indexes(spans.width))), heads)
}

/** What a convention adds to the first layer of a scorer, [hidden]. */
const biasOf = (
  bias: tf.Tensor1D,
  part: string,
  task: CorefTaskConfig,
  parameters: Parameters,
  convention: string | undefined,
): tf.Tensor1D => {
  const shifts = conventionsOf(task).map((name) =>
    parameters.get<tf.Tensor1D>(`${task.name}.${part}.convention.${name}`, [task.hidden], { kind: 'zeros' }),
  )
  const at = conventionAt(task, convention)
  return at === -1 ? bias : (tf.add(bias, shifts[at]) as tf.Tensor1D)
}

const mentionWeights = (
  task: CorefTaskConfig,
  parameters: Parameters,
  size: number,
  convention: string | undefined,
) => ({
  w: parameters.get<tf.Tensor2D>(`${task.name}.mention.first.weight`, [size, task.hidden], { kind: 'xavier' }),
  b: biasOf(
    parameters.get<tf.Tensor1D>(`${task.name}.mention.first.bias`, [task.hidden], { kind: 'zeros' }),
    'mention',
    task,
    parameters,
    convention,
  ),
})

/** s_m of span vectors: [spans, 1]. */
export const mentionScores = (
  task: CorefTaskConfig,
  parameters: Parameters,
  vectors: tf.Tensor2D,
  seeds: Seeds,
  convention?: string,
): tf.Tensor2D => {
  const { w, b } = mentionWeights(task, parameters, vectors.shape[1], convention)
  return score(`${task.name}.mention`, task, parameters, linear(vectors, w, b, true), seeds)
}

/**
 * s_m of every candidate span without making its vector: each part goes through
 * its slice of the first layer, once a token. The same numbers as
 * `mentionScores(spanVectors(…))`, for inference.
 */
export const candidateScores = (
  task: CorefTaskConfig,
  parameters: Parameters,
  states: tf.Tensor2D,
  inputs: tf.Tensor2D,
  spans: SpanRows,
  convention?: string,
): tf.Tensor2D => {
  const [C, E, F] = [states.shape[1], inputs.shape[1], task.feature]
  const { w, b } = mentionWeights(task, parameters, 2 * C + F + E, convention)
  const part = (from: number, size: number) =>
    parameters.weight(
      `${task.name}.mention.first.weight from ${from}`,
      () => tf.slice(w, [from, 0], [size, task.hidden]) as tf.Tensor2D,
    )
  const widths = parameters.get<tf.Tensor2D>(`${task.name}.widths`, [task.maxSpanWidth, F], { kind: 'xavier' })
  const attention = parameters.get<tf.Tensor2D>(`${task.name}.attention`, [E, 1], { kind: 'xavier' })
  const heads = spanAttention(
    linear(inputs, part(2 * C + F, E)),
    linear(inputs, attention),
    indexes(spans.rows),
    indexes(spans.starts),
  )
  const layer = pairSumFull(
    linear(states, part(0, C), b),
    indexes(spans.first),
    linear(states, part(C, C)),
    indexes(spans.last),
    linear(widths, part(2 * C, F)),
    indexes(spans.width),
    heads,
  )
  return score(`${task.name}.mention`, task, parameters, layer, undefined)
}

/** Distance in kept spans to one of ten buckets: 0, 1, 2, 3, 4, 5–7, 8–15, 16–31, 32–63, 64 and more. */
const antecedentBucket = (distance: number): number =>
  distance <= 4 ? distance : Math.min(9, Math.floor(Math.log2(distance)) + 3)

/** Spans and their candidate antecedents, nearest first. */
export interface AntecedentPairs {
  readonly spans: Int32Array
  readonly antecedents: Int32Array
  /** Of the distance; with surfaces, one set of buckets a comparison. */
  readonly bucket: Int32Array
  /** First pair of each span, and the total. */
  readonly starts: Int32Array
}

/**
 * Each span from `from` on with up to `most` spans before it.
 * @param count spans in all, in document order
 * @param surfaces of the spans, where their texts count
 */
export const antecedentPairs = (
  count: number,
  most: number,
  from = 0,
  surfaces?: readonly Surface[],
): AntecedentPairs => {
  const starts = new Int32Array(count - from + 1)
  for (let i = from; i < count; i++) starts[i - from + 1] = starts[i - from] + Math.min(i, most)
  const total = starts[count - from]
  const [spans, antecedents, bucket] = [new Int32Array(total), new Int32Array(total), new Int32Array(total)]
  let p = 0
  for (let i = from; i < count; i++)
    for (let offset = 1; offset <= Math.min(i, most); offset++) {
      spans[p] = i
      antecedents[p] = i - offset
      bucket[p++] =
        antecedentBucket(offset) + (surfaces ? antecedentBuckets * compare(surfaces[i], surfaces[i - offset]) : 0)
    }
  return { spans, antecedents, bucket, starts }
}

/** First layer of FF_a of some pairs, [pairs, hidden]. */
type PairLayer = (pairs: Omit<AntecedentPairs, 'starts'>) => tf.Tensor2D

/** What of a pair's first layer is a span's alone is made once a span. @param vectors [spans, D] */
const pairLayer = (
  { name, hidden, feature, project, ...task }: CorefTaskConfig,
  parameters: Parameters,
  vectors: tf.Tensor2D,
  bias: tf.Tensor1D,
): PairLayer => {
  const D = vectors.shape[1]
  const weight = (part: string, inner: number, out = hidden) =>
    weightOf<tf.Tensor2D>(parameters, `${name}.antecedent.${part}`, [inner, out], { kind: 'xavier' })
  const distances = parameters.get<tf.Tensor2D>(
    `${name}.distances`,
    [antecedentBuckets * (task.textFeatures ? comparisons : 1), feature],
    { kind: 'xavier' },
  )
  const compared = project > 0 ? linear(vectors, weight('project', D, project)) : vectors
  const product = weight('product', compared.shape[1])
  const spans = linear(vectors, weight('span', D), bias)
  const candidates = linear(vectors, weight('candidate', D))
  const places = linear(distances, weight('distance', feature))
  return (pairs) => {
    const [a, b] = [indexes(pairs.spans), indexes(pairs.antecedents)]
    const products = linear(pairProduct(compared, a, b), product)
    return pairSumFull(spans, a, candidates, b, places, indexes(pairs.bucket), products)
  }
}

const antecedentBias = (task: CorefTaskConfig, parameters: Parameters, convention: string | undefined) =>
  biasOf(
    parameters.get<tf.Tensor1D>(`${task.name}.antecedent.bias`, [task.hidden], { kind: 'zeros' }),
    'antecedent',
    task,
    parameters,
    convention,
  )

/** FF_a of each pair, without the mention scores: [pairs, 1]. @param vectors [spans, D] */
export const pairScores = (
  task: CorefTaskConfig,
  parameters: Parameters,
  vectors: tf.Tensor2D,
  pairs: AntecedentPairs,
  seeds: Seeds,
  convention?: string,
): tf.Tensor2D => {
  const layer = pairLayer(task, parameters, vectors, antecedentBias(task, parameters, convention))
  return score(`${task.name}.antecedent`, task, parameters, layer(pairs), seeds)
}

/** Pairs that are scored at once where no gradient is asked for: their layers stay in a core's cache. */
const pairsAtOnce = 2048

/** The same numbers as `pairScores`, in memory that does not grow with the pairs. */
export const pairScoreValues = (
  task: CorefTaskConfig,
  parameters: Parameters,
  vectors: tf.Tensor2D,
  { spans, antecedents, bucket }: AntecedentPairs,
  convention?: string,
): Float32Array =>
  tf.tidy(() => {
    const values = new Float32Array(spans.length)
    const layer = pairLayer(task, parameters, vectors, antecedentBias(task, parameters, convention))
    for (let from = 0; from < spans.length; from += pairsAtOnce)
      tf.tidy(() => {
        const [some, others, buckets] = [spans, antecedents, bucket].map((list) =>
          list.subarray(from, from + pairsAtOnce),
        )
        const part = layer({ spans: some, antecedents: others, bucket: buckets })
        values.set(score(`${task.name}.antecedent`, task, parameters, part, undefined).dataSync(), from)
      })
    return values
  })

/** Every span within a sentence of at most `maxWidth` tokens, in order of begin and end. */
export const candidateSpans = (
  sentenceStarts: Int32Array,
  maxWidth: number,
): { begin: Int32Array; end: Int32Array } => {
  const begin: number[] = []
  const end: number[] = []
  for (let s = 0; s + 1 < sentenceStarts.length; s++)
    for (let from = sentenceStarts[s]; from < sentenceStarts[s + 1]; from++)
      for (let to = from + 1; to <= Math.min(from + maxWidth, sentenceStarts[s + 1]); to++) {
        begin.push(from)
        end.push(to)
      }
  return { begin: Int32Array.from(begin), end: Int32Array.from(end) }
}

/** Indexes of the `count` highest scores, in order of index. */
export const keepBest = (scores: Float32Array, count: number): Int32Array => {
  if (count >= scores.length) return Int32Array.from(scores.keys())
  const order = Int32Array.from(scores.keys()).sort((a, b) => scores[b] - scores[a] || a - b)
  return order.slice(0, Math.max(0, count)).sort()
}
