/**
 * The soft head of a span (Lee et al. 2017, section 4): x [N,D], scores [N,1],
 * rows int32 (the tokens of all spans one after another), starts int32 [S+1] →
 * y [S,D], each the span's vectors weighted by the softmax of their scores.
 */
import type * as tf from '@tensorflow/tfjs-core'
import { type FusedOp, float, run } from '../op.ts'

export const spanAttentionOp: FusedOp = {
  name: 'HmtlSpanAttention',
  host: ({ x, scores, rows, starts }) => {
    const d = x.shape[1]
    const S = starts.values.length - 1
    const [y, weights] = [float([S, d]), float([rows.values.length])]
    for (let s = 0; s < S; s++) {
      const [from, to] = [starts.values[s], starts.values[s + 1]]
      let most = Number.NEGATIVE_INFINITY
      for (let i = from; i < to; i++) most = Math.max(most, scores.values[rows.values[i]])
      let total = 0
      for (let i = from; i < to; i++) total += Math.exp(scores.values[rows.values[i]] - most)
      for (let i = from; i < to; i++) {
        const w = Math.exp(scores.values[rows.values[i]] - most) / total
        weights.values[i] = w
        for (let j = 0; j < d; j++) y.values[s * d + j] += w * x.values[rows.values[i] * d + j]
      }
    }
    return [y, weights]
  },
  gradient: {
    inputs: ['x', 'rows', 'starts'],
    outputs: [false, true],
    of: ([dy], [x, rows, starts, weights]) => {
      const grads = run('HmtlSpanAttentionGrad', { dy, x, rows, starts, weights })
      return { x: () => grads[0], scores: () => grads[1] }
    },
  },
}

export const spanAttentionGradOp: FusedOp = {
  name: 'HmtlSpanAttentionGrad',
  host: ({ dy, x, rows, starts, weights }) => {
    const d = x.shape[1]
    const S = starts.values.length - 1
    const [dx, dScores] = [float(x.shape), float([x.shape[0], 1])]
    for (let s = 0; s < S; s++) {
      const [from, to] = [starts.values[s], starts.values[s + 1]]
      const dots: number[] = []
      let mean = 0
      for (let i = from; i < to; i++) {
        let dot = 0
        for (let j = 0; j < d; j++) {
          dot += dy.values[s * d + j] * x.values[rows.values[i] * d + j]
          dx.values[rows.values[i] * d + j] += weights.values[i] * dy.values[s * d + j]
        }
        dots.push(dot)
        mean += weights.values[i] * dot
      }
      for (let i = from; i < to; i++) dScores.values[rows.values[i]] += weights.values[i] * (dots[i - from] - mean)
    }
    return [dx, dScores]
  },
}

export const spanAttention = (
  x: tf.Tensor2D,
  scores: tf.Tensor2D,
  rows: tf.Tensor1D,
  starts: tf.Tensor1D,
): tf.Tensor2D => run('HmtlSpanAttention', { x, scores, rows, starts })[0] as tf.Tensor2D
