/** The tagging head of NER and EMD: dropout, linear, CRF (spec section 7). */
import * as tf from '@tensorflow/tfjs-core'
import { indexes, type Packing } from '../../batch.ts'
import { conventionAt, conventionsOf } from '../convention.ts'
import type { CrfTaskConfig } from './keys.ts'
import { crf } from '../../kernels/ops/crf.ts'
import { linear } from '../../kernels/ops/linear.ts'
import { sum } from '../../kernels/ops/losses.ts'
import { concat, gather } from '../../kernels/ops/rows.ts'
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
 * Whose rules hold for tokens: one convention for all, or for each row its place among the task's, -1 where none is
 * named.
 */
export type Convention = string | undefined | Int32Array

/**
 * Emission scores [tokens, tags] of the task's states [tokens, 2·hidden]. What a convention adds to weights and bias is
 * learned beside what all have in common; with one for all tokens it costs nothing.
 */
export const emissionsOf = (
  task: CrfTaskConfig,
  parameters: Parameters,
  states: tf.Tensor2D,
  labels: readonly string[],
  seeds: Seeds,
  convention?: Convention,
): tf.Tensor2D => {
  const tags = tagsOf(labels, task.scheme).length
  const size = states.shape[1]
  const w = parameters.get<tf.Tensor2D>(`${task.name}.tags.weight`, [size, tags], { kind: 'xavier' })
  const b = parameters.get<tf.Tensor1D>(`${task.name}.tags.bias`, [tags], { kind: 'zeros' })
  const known = conventionsOf(task).map((name) => {
    const added = `${task.name}.tags.convention.${name}`
    return {
      w: tf.add(w, parameters.get<tf.Tensor2D>(`${added}.weight`, [size, tags], { kind: 'zeros' })) as tf.Tensor2D,
      b: tf.add(b, parameters.get<tf.Tensor1D>(`${added}.bias`, [tags], { kind: 'zeros' })) as tf.Tensor1D,
    }
  })
  const inputs = dropoutIf(states, task.dropout, seeds)
  if (known.length === 0) return linear(inputs, w, b)
  if (!(convention instanceof Int32Array)) {
    const one = known[conventionAt(task, convention)] ?? { w, b }
    return linear(inputs, one.w, one.b)
  }
  // All of them side by side; then a row's own.
  const all = [{ w, b }, ...known].map((one) => linear(inputs, one.w, one.b)).reduce(concat)
  const rows = states.shape[0]
  const apart = tf.reshape(all, [rows * (known.length + 1), tags]) as tf.Tensor2D
  return gather(apart, indexes(convention.map((at, row) => row * (known.length + 1) + at + 1)))
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
