/**
 * Multi-head selection (Bekoulis et al. 2018; spec section 8): an independent
 * sigmoid for each ordered pair of tokens and each type. The pair layer is
 * additive, so its two terms are made once a token.
 */
import * as tf from '@tensorflow/tfjs-core'
import { indexes } from '../../batch.ts'
import { linear } from '../../kernels/ops/linear.ts'
import { concat, pairProduct, pairSum, pairSumFull } from '../../kernels/ops/rows.ts'
import { dropoutIf, type Seeds } from '../../layers/encoder.ts'
import { type Parameters, weightOf } from '../../parameters.ts'
import type { CrfTaskConfig } from '../crf/keys.ts'
import { emissionsOf, tagMarginals } from '../crf/scores.ts'
import type { Forward, HeadContext } from '../head.ts'
import type { RelationTaskConfig } from './keys.ts'

/** Ordered pairs of rows, and the bucket of each pair's distance in tokens. */
export interface TokenPairs {
  readonly first: Int32Array
  readonly second: Int32Array
  readonly bucket: Int32Array
}

const buckets = 9

/** Bucket of a signed distance: -16…, -8…, -4…, -1…, 0, 1…, 4…, 8…, 16…. */
const distanceBucket = (distance: number): number => {
  const size = Math.abs(distance)
  const step = size === 0 ? 0 : size < 4 ? 1 : size < 8 ? 2 : size < 16 ? 3 : 4
  return 4 + Math.sign(distance) * step
}

/**
 * All ordered pairs of some tokens of sentences; `rowsOf` lists the rows of each sentence's tokens, `placesOf` their
 * positions.
 */
export const pairTokens = (rowsOf: readonly Int32Array[], placesOf?: readonly Int32Array[]): TokenPairs => {
  const total = rowsOf.reduce((sum, rows) => sum + rows.length * rows.length, 0)
  const [first, second, bucket] = [new Int32Array(total), new Int32Array(total), new Int32Array(total)]
  let p = 0
  rowsOf.forEach((rows, s) => {
    for (let i = 0; i < rows.length; i++)
      for (let j = 0; j < rows.length; j++) {
        first[p] = rows[i]
        second[p] = rows[j]
        bucket[p++] = distanceBucket(placesOf ? placesOf[s][j] - placesOf[s][i] : j - i)
      }
  })
  return { first, second, bucket }
}

const productSize = 32

/** Scores [pairs, types] before the sigmoid. @param states [tokens, D] */
export const relationLogits = (
  task: RelationTaskConfig,
  parameters: Parameters,
  states: tf.Tensor2D,
  pairs: TokenPairs,
  types: number,
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
  let layer: tf.Tensor2D
  if (pairFeatures) {
    const small = linear(states, weight('project', input, productSize))
    const product = linear(pairProduct(small, a, b), weight('product', productSize, hidden))
    const distances = parameters.get<tf.Tensor2D>(`${name}.distances`, [buckets, hidden], {
      kind: 'normal',
      deviation: 0.1,
    })
    layer = pairSumFull(one, a, two, b, distances, indexes(pairs.bucket), product)
  } else layer = pairSum(one, a, two, b)
  // Relations are rare: start where the sigmoid says so.
  const bias = parameters.get<tf.Tensor1D>(`${name}.types.bias`, [types], { kind: 'constant', value: -4 })
  return linear(layer, weight('types', hidden, types), bias)
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
