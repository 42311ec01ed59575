/** The tagging head of NER and EMD: dropout, linear, CRF (spec section 7). */
import * as tf from '@tensorflow/tfjs-core'
import { indexes, type Packing } from '../../batch.ts'
import { type Convention, linearByConvention } from '../convention-layer.ts'
import type { CrfTaskConfig } from './keys.ts'
import { crf } from '../../kernels/ops/crf.ts'
import { sum } from '../../kernels/ops/losses.ts'
import { dropoutIf, type Seeds } from '../../layers/encoder.ts'
import type { Parameters } from '../../parameters.ts'
import { type CrfWeights, createDecoder, tagsOf } from './decode.ts'

const crfParameters = (name: string, parameters: Parameters, tags: number) => ({
  transitions: parameters.get<tf.Tensor2D>(`${name}.crf.transitions`, [tags, tags], { kind: 'xavier' }),
  start: parameters.get<tf.Tensor1D>(`${name}.crf.start`, [tags], { kind: 'normal', deviation: 0.1 }),
  end: parameters.get<tf.Tensor1D>(`${name}.crf.end`, [tags], { kind: 'normal', deviation: 0.1 }),
})

const crfInputs = (task: CrfTaskConfig, parameters: Parameters, emissions: tf.Tensor2D, packing: Packing) => ({
  ...crfParameters(task.name, parameters, emissions.shape[1]),
  emissions,
  offsets: indexes(packing.offsets),
  lengths: indexes(packing.lengths),
})

/**
 * Emission scores [tokens, tags] of the task's states [tokens, 2·hidden].
 * @param convention whose rules hold: one for all tokens, or each row's
 */
export const emissionsOf = (
  task: CrfTaskConfig,
  parameters: Parameters,
  states: tf.Tensor2D,
  labels: readonly string[],
  seeds: Seeds,
  convention?: Convention,
): tf.Tensor2D => {
  const part = `${task.name}.tags`
  const tags = tagsOf(labels, task.scheme).length
  const w = parameters.get<tf.Tensor2D>(`${part}.weight`, [states.shape[1], tags], { kind: 'xavier' })
  const b = parameters.get<tf.Tensor1D>(`${part}.bias`, [tags], { kind: 'zeros' })
  return linearByConvention(task, parameters, part, dropoutIf(states, task.dropout, seeds), { w, b }, convention)
}

/** Negative log likelihood of tag ids (int32 by row), summed over the batch. [1] */
export const crfLoss = (
  task: CrfTaskConfig,
  parameters: Parameters,
  emissions: tf.Tensor2D,
  tags: Int32Array,
  packing: Packing,
): tf.Tensor1D => sum(crf({ ...crfInputs(task, parameters, emissions, packing), tags: indexes(tags) }, true).loss)

/** A score that makes a tag impossible. */
const impossible = -1e4

/**
 * Negative log likelihood of all tag sequences that partial labels allow, summed (Tsuboi et al. 2008).
 * @param barred 1 where a tag cannot be: [tokens, tags] by row
 */
export const partialCrfLoss = (
  task: CrfTaskConfig,
  parameters: Parameters,
  emissions: tf.Tensor2D,
  barred: Uint8Array,
  packing: Packing,
): tf.Tensor1D => {
  const inputs = crfInputs(task, parameters, emissions, packing)
  const mask = tf.tensor2d(
    Float32Array.from(barred, (no) => (no ? impossible : 0)),
    emissions.shape,
  )
  const possible = crf({ ...inputs, emissions: tf.add(emissions, mask) as tf.Tensor2D }, true)
  return tf.sub(sum(crf(inputs, true).loss), sum(possible.loss)) as tf.Tensor1D
}

/** Tag marginals [tokens, tags], without a gradient. */
export const tagMarginals = (
  task: CrfTaskConfig,
  parameters: Parameters,
  emissions: tf.Tensor2D,
  packing: Packing,
): tf.Tensor2D => crf(crfInputs(task, parameters, emissions, packing)).marginals

/** A decoder with the present weights. @param sharpness what they are multiplied by: below 1 less is sure */
export const crfDecoder = (task: CrfTaskConfig, parameters: Parameters, labels: readonly string[], sharpness = 1) => {
  const tags = tagsOf(labels, task.scheme)
  const { transitions, start, end } = crfParameters(task.name, parameters, tags.length)
  const values = (tensor: tf.Tensor) => (tensor.dataSync() as Float32Array).map((value) => value * sharpness)
  const weights: CrfWeights = {
    transitions: values(transitions),
    start: values(start),
    end: values(end),
  }
  return createDecoder(tags, weights, task.scheme, task.outsideBias * sharpness)
}
