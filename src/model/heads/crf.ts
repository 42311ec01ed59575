/** The tagging head of NER and EMD: dropout, linear, CRF (spec section 7). */
import type * as tf from '@tensorflow/tfjs-core'
import { indexes, type Packing } from '../batch.ts'
import type { CrfTaskConfig } from '../config.ts'
import { crf } from '../kernels/ops/crf.ts'
import { linear } from '../kernels/ops/linear.ts'
import { sum } from '../kernels/ops/losses.ts'
import { dropoutIf, type Seeds } from '../layers/encoder.ts'
import type { Parameters } from '../parameters.ts'
import { type CrfWeights, createDecoder, tagsOf } from './crf-decode.ts'

const crfParameters = (name: string, parameters: Parameters, tags: number) => ({
  transitions: parameters.get<tf.Tensor2D>(`${name}.crf.transitions`, [tags, tags], { kind: 'xavier' }),
  start: parameters.get<tf.Tensor1D>(`${name}.crf.start`, [tags], { kind: 'normal', deviation: 0.1 }),
  end: parameters.get<tf.Tensor1D>(`${name}.crf.end`, [tags], { kind: 'normal', deviation: 0.1 }),
})

/** Emission scores [tokens, tags] of the task's states [tokens, 2·hidden]. */
export const emissionsOf = (task: CrfTaskConfig, parameters: Parameters, states: tf.Tensor2D, labels: readonly string[], seeds: Seeds): tf.Tensor2D => {
  const tags = tagsOf(labels, task.scheme).length
  const w = parameters.get<tf.Tensor2D>(`${task.name}.tags.weight`, [states.shape[1], tags], { kind: 'xavier' })
  const b = parameters.get<tf.Tensor1D>(`${task.name}.tags.bias`, [tags], { kind: 'zeros' })
  return linear(dropoutIf(states, task.dropout, seeds), w, b)
}

/** Negative log likelihood of tag ids (int32 by row), summed over the batch. [1] */
export const crfLoss = (task: CrfTaskConfig, parameters: Parameters, emissions: tf.Tensor2D, tags: Int32Array, packing: Packing): tf.Tensor1D =>
  sum(
    crf({
      ...crfParameters(task.name, parameters, emissions.shape[1]),
      emissions,
      tags: indexes(tags),
      offsets: indexes(packing.offsets),
      lengths: indexes(packing.lengths),
    }).loss,
  )

/** Tag marginals [tokens, tags], without a gradient. */
export const tagMarginals = (task: CrfTaskConfig, parameters: Parameters, emissions: tf.Tensor2D, packing: Packing): tf.Tensor2D =>
  crf({ ...crfParameters(task.name, parameters, emissions.shape[1]), emissions, offsets: indexes(packing.offsets), lengths: indexes(packing.lengths) }).marginals

/** A decoder with the present weights. */
export const crfDecoder = (task: CrfTaskConfig, parameters: Parameters, labels: readonly string[]) => {
  const tags = tagsOf(labels, task.scheme)
  const { transitions, start, end } = crfParameters(task.name, parameters, tags.length)
  const weights: CrfWeights = { transitions: transitions.dataSync() as Float32Array, start: start.dataSync() as Float32Array, end: end.dataSync() as Float32Array }
  return createDecoder(tags, weights, task.scheme)
}
