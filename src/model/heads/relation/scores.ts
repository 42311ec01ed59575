/**
 * Multi-head selection (Bekoulis et al. 2018; spec section 8): an independent
 * sigmoid for each ordered pair of tokens and each type. The pair layer is
 * additive, so its two terms are made once a token.
 */
import * as tf from '@tensorflow/tfjs-core'
import { indexes } from '../../batch.ts'
import { between } from '../../kernels/ops/between.ts'
import { linear } from '../../kernels/ops/linear.ts'
import { concat, pairProduct, pairSum, pairSumFull } from '../../kernels/ops/rows.ts'
import { dropoutIf, type Seeds } from '../../layers/encoder.ts'
import { type Parameters, weightOf } from '../../parameters.ts'
import type { CrfTaskConfig } from '../crf/keys.ts'
import { emissionsOf, tagMarginals } from '../crf/scores.ts'
import { type Convention, linearByConvention } from '../convention-layer.ts'
import type { Forward, HeadContext } from '../head.ts'
import type { RelationTaskConfig } from './keys.ts'

/** Ordered pairs of tokens of each sentence, sentence by sentence. */
export interface TokenPairs {
  /** Rows of a pair's tokens. */
  readonly first: Int32Array
  readonly second: Int32Array
  /** Of their distance in tokens. */
  readonly bucket: Int32Array
  /** Rows of all tokens in the order of the text. */
  readonly order: Int32Array
  /** Where the paired tokens are in it. */
  readonly places: Int32Array
  /** How many of them each sentence has. */
  readonly counts: Int32Array
}

const buckets = 9

/** Bucket of a signed distance: -16…, -8…, -4…, -1…, 0, 1…, 4…, 8…, 16…. */
const distanceBucket = (distance: number): number => {
  const size = Math.abs(distance)
  const step = size === 0 ? 0 : size < 4 ? 1 : size < 8 ? 2 : size < 16 ? 3 : 4
  return 4 + Math.sign(distance) * step
}

/**
 * @param order rows of all tokens in the order of the text
 * @param placesOf where in it the tokens to pair are, of each sentence, rising
 */
export const pairTokens = (order: Int32Array, placesOf: readonly Int32Array[]): TokenPairs => {
  const total = placesOf.reduce((sum, places) => sum + places.length * places.length, 0)
  const [first, second, bucket] = [new Int32Array(total), new Int32Array(total), new Int32Array(total)]
  let p = 0
  for (const places of placesOf)
    for (const one of places)
      for (const two of places) {
        first[p] = order[one]
        second[p] = order[two]
        bucket[p++] = distanceBucket(two - one)
      }
  const counts = Int32Array.from(placesOf, ({ length }) => length)
  return { first, second, bucket, order, places: Int32Array.from(placesOf.flatMap((places) => [...places])), counts }
}

/** The places of all tokens of sentences that begin where `starts` says; the last start is their number. */
export const allPlaces = (starts: ArrayLike<number>): Int32Array[] =>
  Array.from({ length: starts.length - 1 }, (_, s) =>
    Int32Array.from({ length: starts[s + 1] - starts[s] }, (_, i) => starts[s] + i),
  )

const productSize = 32

/**
 * Scores [pairs, types] before the sigmoid.
 * @param states [tokens, D]
 * @param convention whose rules hold: one for all pairs, or each pair's
 */
export const relationLogits = (
  task: RelationTaskConfig,
  parameters: Parameters,
  states: tf.Tensor2D,
  pairs: TokenPairs,
  types: number,
  convention?: Convention,
): tf.Tensor2D => {
  const { name, hidden, pairFeatures } = task
  const input = states.shape[1]
  const weight = (part: string, inner: number, out: number) =>
    weightOf<tf.Tensor2D>(parameters, `${name}.${part}`, [inner, out], {
      kind: 'normal',
      deviation: Math.sqrt(2 / inner),
    })
  const one = linear(
    states,
    weight('first', input, hidden),
    parameters.get<tf.Tensor1D>(`${name}.bias`, [hidden], { kind: 'zeros' }),
  )
  const two = linear(states, weight('second', input, hidden))
  const [a, b] = [indexes(pairs.first), indexes(pairs.second)]
  /** Context between two arguments, pooled (Eberts and Ulges, "Span-based Joint Entity and Relation Extraction", 2020). */
  const withBetween = (product: tf.Tensor2D): tf.Tensor2D => {
    if (task.between === 0) return product
    const seen = linear(states, weight('seen', input, task.between))
    const pooled = between(seen, indexes(pairs.order), indexes(pairs.places), indexes(pairs.counts))
    // Begun at zero, so that a model that is taught on computes at first what it did.
    const read = parameters.get<tf.Tensor2D>(`${name}.between`, [task.between, hidden], { kind: 'zeros' })
    return tf.add(product, linear(pooled, read)) as tf.Tensor2D
  }
  let layer: tf.Tensor2D
  if (pairFeatures) {
    const small = linear(states, weight('project', input, productSize))
    const product = withBetween(linear(pairProduct(small, a, b), weight('product', productSize, hidden)))
    const distances = parameters.get<tf.Tensor2D>(`${name}.distances`, [buckets, hidden], {
      kind: 'normal',
      deviation: 0.1,
    })
    layer = pairSumFull(one, a, two, b, distances, indexes(pairs.bucket), product)
  } else layer = pairSum(one, a, two, b)
  // Relations are rare: start where the sigmoid says so.
  const bias = parameters.get<tf.Tensor1D>(`${name}.types.bias`, [types], { kind: 'constant', value: -4 })
  const part = `${name}.types`
  const w = parameters.get<tf.Tensor2D>(part, [hidden, types], { kind: 'normal', deviation: Math.sqrt(2 / hidden) })
  return linearByConvention(task, parameters, part, layer, { w, b: bias, integers: true }, convention)
}

const tagFeature = 24

/** The same values outside of the tape. */
const detach = (x: tf.Tensor2D): tf.Tensor2D => tf.tensor2d(x.dataSync() as Float32Array, x.shape)

/** What the head sees [tokens, D]: its states, with the tag marginals it was configured to see. */
export const relationStates = (
  { parameters, labels, config }: HeadContext,
  task: RelationTaskConfig,
  state: Forward,
  seeds: Seeds,
): tf.Tensor2D => {
  const own = dropoutIf(state.states(task), task.dropout, seeds)
  if (task.tagsOf === '') return own
  const tagger = config.tasks.find(({ name }) => name === task.tagsOf) as CrfTaskConfig
  const emissions = emissionsOf(tagger, parameters, state.states(tagger), labels[tagger.name], undefined)
  const marginals = tagMarginals(tagger, parameters, emissions, state.batch.packing)
  const table = parameters.get<tf.Tensor2D>(`${task.name}.tags`, [marginals.shape[1], tagFeature], { kind: 'xavier' })
  // No gradient goes back through the tagger: it is trained by its own labels.
  return concat(own, linear(detach(marginals), table))
}
