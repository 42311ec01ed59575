/**
 * What a transformer's encoder layer has besides products (Vaswani et al. 2017;
 * Hendrycks and Gimpel 2016; Ba et al. 2016). Rows are packed, sequence after
 * sequence. Encoders are frozen here: there are no gradients.
 */
import type * as tf from '@tensorflow/tfjs-core'
import { type FusedOp, float, run } from '../op.ts'

/** x [N,D], residual [N,D] or none, gamma and beta [D] → [N,D]. */
export const layerNormOp: FusedOp = {
  name: 'HmtlLayerNorm',
  host: ({ x, residual, gamma, beta }, { epsilon }) => {
    const [n, D] = x.shape
    const y = float([n, D])
    for (let i = 0; i < n; i++) {
      const row = Float64Array.from(
        { length: D },
        (_, j) => x.values[i * D + j] + (residual ? residual.values[i * D + j] : 0),
      )
      const mean = row.reduce((a, b) => a + b, 0) / D
      const variance = row.reduce((a, b) => a + (b - mean) ** 2, 0) / D
      for (let j = 0; j < D; j++)
        y.values[i * D + j] = ((row[j] - mean) / Math.sqrt(variance + epsilon)) * gamma.values[j] + beta.values[j]
    }
    return [y]
  },
}

/** The error function: its series near 0, a continued fraction of the rest beyond. */
const erf = (x: number): number => {
  const z = Math.abs(x)
  if (z > 6) return Math.sign(x)

  if (z < 3) {
    let [term, sum] = [z, z]
    for (let k = 1; k < 120 && Math.abs(term) > 1e-18; k++) {
      term *= (-z * z) / k
      sum += term / (2 * k + 1)
    }
    return (Math.sign(x) * 2 * sum) / Math.sqrt(Math.PI)
  }
  let fraction = 0
  for (let k = 60; k > 0; k--) fraction = k / 2 / (z + fraction)
  return Math.sign(x) * (1 - Math.exp(-z * z) / Math.sqrt(Math.PI) / (z + fraction))
}

/** x [N,D] → x·Φ(x), exactly or (`approximate`) by tanh. */
export const geluOp: FusedOp = {
  name: 'HmtlGelu',
  host: ({ x }, { approximate }) => {
    const y = float(x.shape)
    for (let i = 0; i < y.values.length; i++) {
      const v = x.values[i]
      y.values[i] = approximate
        ? 0.5 * v * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (v + 0.044715 * v ** 3)))
        : 0.5 * v * (1 + erf(v / Math.SQRT2))
    }
    return [y]
  },
}

/** qkv [N,3D], queries, keys and values side by side; starts int32 [S+1], first row of each sequence → [N,D]. */
export const attentionOp: FusedOp = {
  name: 'HmtlAttention',
  host: ({ qkv, starts }, { heads }) => {
    const [n, width] = qkv.shape
    const D = width / 3
    const size = D / heads
    const y = float([n, D])
    const v = qkv.values
    for (let s = 0; s + 1 < starts.values.length; s++) {
      const [from, to] = [starts.values[s], starts.values[s + 1]]
      for (let h = 0; h < heads; h++)
        for (let i = from; i < to; i++) {
          const scores = Float64Array.from({ length: to - from }, (_, j) => {
            let dot = 0
            for (let k = 0; k < size; k++) dot += v[i * width + h * size + k] * v[(from + j) * width + D + h * size + k]
            return dot / Math.sqrt(size)
          })
          const most = scores.reduce((a, b) => Math.max(a, b))
          const weights = scores.map((score) => Math.exp(score - most))
          const total = weights.reduce((a, b) => a + b)
          for (let k = 0; k < size; k++) {
            let sum = 0
            for (let j = 0; j < weights.length; j++)
              sum += (weights[j] / total) * v[(from + j) * width + 2 * D + h * size + k]
            y.values[i * D + h * size + k] = sum
          }
        }
    }
    return [y]
  },
}

export const layerNorm = (
  x: tf.Tensor2D,
  gamma: tf.Tensor1D,
  beta: tf.Tensor1D,
  epsilon: number,
  residual?: tf.Tensor2D,
): tf.Tensor2D => run('HmtlLayerNorm', { x, residual, gamma, beta }, { epsilon })[0] as tf.Tensor2D

export const gelu = (x: tf.Tensor2D, approximate: boolean): tf.Tensor2D =>
  run('HmtlGelu', { x }, { approximate: approximate ? 1 : 0 })[0] as tf.Tensor2D

/** @param longest rows of the longest sequence, for scratch */
export const attention = (qkv: tf.Tensor2D, starts: tf.Tensor1D, heads: number, longest: number): tf.Tensor2D =>
  run('HmtlAttention', { qkv, starts }, { heads, longest })[0] as tf.Tensor2D
