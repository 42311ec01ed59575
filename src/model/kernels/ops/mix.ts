/**
 * The scalar mix (Peters et al. 2018, equation 1): layers [N, L·D] side by side,
 * w [L] and gamma [1] → y [N,D] = gamma · Σ softmax(w)_l · layer l.
 */
import type * as tf from '@tensorflow/tfjs-core'
import { type FusedOp, float, run } from '../op.ts'

/** Layers summed by weights: x [N, L·D], weights [L] → [N,D]. */
export const mixOp: FusedOp = {
  name: 'HmtlMix',
  host: ({ x, weights }) => {
    const L = weights.values.length
    const [n, width] = x.shape
    const D = width / L
    const y = float([n, D])
    for (let i = 0; i < n; i++)
      for (let l = 0; l < L; l++)
        for (let j = 0; j < D; j++) y.values[i * D + j] += weights.values[l] * x.values[i * width + l * D + j]
    return [y]
  },
  gradient: {
    inputs: ['x', 'weights'],
    outputs: [],
    of: ([dy], [x, weights]) => ({
      weights: () => run('HmtlMixGrad', { dy, x }, { layers: weights.size })[0],
      // Only where some layer is tuned.
      x: () => run('HmtlMixSpread', { dy, weights })[0],
    }),
  },
}

/** dy [N,D], x [N, L·D] → the gradient of each weight [L]. */
export const mixGradOp: FusedOp = {
  name: 'HmtlMixGrad',
  host: ({ dy, x }, { layers }) => {
    const [n, D] = dy.shape
    const dots = float([layers])
    for (let i = 0; i < n; i++)
      for (let l = 0; l < layers; l++)
        for (let j = 0; j < D; j++) dots.values[l] += dy.values[i * D + j] * x.values[i * layers * D + l * D + j]
    return [dots]
  },
}

/** dy [N,D], weights [L] → the gradient of each layer, [N, L·D]. */
export const mixSpreadOp: FusedOp = {
  name: 'HmtlMixSpread',
  host: ({ dy, weights }) => {
    const [n, D] = dy.shape
    const L = weights.values.length
    const dx = float([n, L * D])
    for (let i = 0; i < n; i++)
      for (let l = 0; l < L; l++)
        for (let j = 0; j < D; j++) dx.values[(i * L + l) * D + j] = weights.values[l] * dy.values[i * D + j]
    return [dx]
  },
}

/** gamma · softmax(w): [L]. */
export const mixWeightsOp: FusedOp = {
  name: 'HmtlMixWeights',
  host: ({ w, gamma }) => {
    const most = Math.max(...w.values)
    const e = Array.from(w.values, (value) => Math.exp(value - most))
    const total = e.reduce((a, b) => a + b, 0)
    return [
      float(
        [w.values.length],
        Float32Array.from(e, (value) => (gamma.values[0] * value) / total),
      ),
    ]
  },
  gradient: {
    inputs: ['w', 'gamma'],
    outputs: [],
    of: ([dy], [w, gamma]) => {
      const grads = run('HmtlMixWeightsGrad', { dy, w, gamma })
      return { w: () => grads[0], gamma: () => grads[1] }
    },
  },
}

export const mixWeightsGradOp: FusedOp = {
  name: 'HmtlMixWeightsGrad',
  host: ({ dy, w, gamma }) => {
    const [weights] = mixWeightsOp.host({ w, gamma: float([1], Float32Array.of(1)) }, {})
    const shares = Array.from(weights.values)
    const mean = shares.reduce((sum, s, l) => sum + s * dy.values[l], 0)
    return [
      float(
        w.shape,
        Float32Array.from(shares, (s, l) => gamma.values[0] * s * (dy.values[l] - mean)),
      ),
      float([1], Float32Array.of(mean)),
    ]
  },
}

/** gamma · softmax(w): [L]. */
export const mixWeights = (w: tf.Tensor1D, gamma: tf.Tensor1D): tf.Tensor1D =>
  run('HmtlMixWeights', { w, gamma })[0] as tf.Tensor1D

/** @param x [N, L·D]; w [L], gamma [1] */
export const scalarMix = (x: tf.Tensor2D, w: tf.Tensor1D, gamma: tf.Tensor1D): tf.Tensor2D =>
  run('HmtlMix', { x, weights: mixWeights(w, gamma) })[0] as tf.Tensor2D
