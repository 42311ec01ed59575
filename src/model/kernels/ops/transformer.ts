/**
 * What a transformer's encoder layer has besides products (Vaswani et al. 2017;
 * Hendrycks and Gimpel 2016; Ba et al. 2016). Rows are packed, sequence after
 * sequence. Gradients are for the layers that a training tunes.
 */
import type * as tf from '@tensorflow/tfjs-core'
import { type FusedOp, float, run, type Values } from '../op.ts'

/** x [N,D], residual [N,D] or none, gamma and beta [D] → [N,D]. There is no gradient of a residual: it is added before. */
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
  gradient: {
    inputs: ['x', 'gamma'],
    outputs: [],
    of: ([dy], [x, gamma], attributes) => {
      const grads = run('HmtlLayerNormGrad', { dy, x, gamma }, attributes)
      return { x: () => grads[0], gamma: () => grads[1], beta: () => grads[2] }
    },
  },
}

/** dy [N,D], x [N,D], gamma [D] → dx [N,D], dgamma [D], dbeta [D]. */
export const layerNormGradOp: FusedOp = {
  name: 'HmtlLayerNormGrad',
  host: ({ dy, x, gamma }, { epsilon }) => {
    const [n, D] = x.shape
    const [dx, dgamma, dbeta] = [float([n, D]), float([D]), float([D])]
    for (let i = 0; i < n; i++) {
      const at = i * D
      let [mean, variance] = [0, 0]
      for (let j = 0; j < D; j++) mean += x.values[at + j] / D
      for (let j = 0; j < D; j++) variance += (x.values[at + j] - mean) ** 2 / D
      const scale = 1 / Math.sqrt(variance + epsilon)
      // What moving all of a row, and stretching it, would change: the norm takes both away.
      let [moved, stretched] = [0, 0]
      for (let j = 0; j < D; j++) {
        const normed = (x.values[at + j] - mean) * scale
        const d = dy.values[at + j] * gamma.values[j]
        moved += d / D
        stretched += (d * normed) / D
        dgamma.values[j] += dy.values[at + j] * normed
        dbeta.values[j] += dy.values[at + j]
      }
      for (let j = 0; j < D; j++) {
        const normed = (x.values[at + j] - mean) * scale
        dx.values[at + j] = scale * (dy.values[at + j] * gamma.values[j] - moved - normed * stretched)
      }
    }
    return [dx, dgamma, dbeta]
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

/** What the tanh of the approximation is taken of. */
const tanhOf = (v: number): number => Math.sqrt(2 / Math.PI) * (v + 0.044715 * v ** 3)

/** x [N,D] → x·Φ(x), exactly or (`approximate`) by tanh. */
export const geluOp: FusedOp = {
  name: 'HmtlGelu',
  host: ({ x }, { approximate }) => {
    const y = float(x.shape)
    for (let i = 0; i < y.values.length; i++) {
      const v = x.values[i]
      y.values[i] = approximate ? 0.5 * v * (1 + Math.tanh(tanhOf(v))) : 0.5 * v * (1 + erf(v / Math.SQRT2))
    }
    return [y]
  },
  gradient: {
    inputs: ['x'],
    outputs: [],
    of: ([dy], [x], attributes) => ({ x: () => run('HmtlGeluGrad', { dy, x }, attributes)[0] }),
  },
}

/** dy, x [N,D] → dx [N,D]. */
export const geluGradOp: FusedOp = {
  name: 'HmtlGeluGrad',
  host: ({ dy, x }, { approximate }) => {
    const dx = float(x.shape)
    for (let i = 0; i < dx.values.length; i++) {
      const v = x.values[i]
      const t = Math.tanh(tanhOf(v))
      const slope = approximate
        ? 0.5 * (1 + t) + 0.5 * v * (1 - t * t) * Math.sqrt(2 / Math.PI) * (1 + 3 * 0.044715 * v * v)
        : 0.5 * (1 + erf(v / Math.SQRT2)) + (v * Math.exp((-v * v) / 2)) / Math.sqrt(2 * Math.PI)
      dx.values[i] = dy.values[i] * slope
    }
    return [dx]
  },
}

/** One sequence as one head sees it: where its row i's query, key and value begin in qkv, and its own in [N,D]. */
interface Head {
  readonly size: number
  readonly length: number
  query(i: number): number
  key(i: number): number
  value(i: number): number
  own(i: number): number
}

/** Heads of all sequences. @param starts first row of each sequence, and their total */
function* headsOf(D: number, starts: Values, heads: number): Generator<Head> {
  const size = D / heads
  for (let s = 0; s + 1 < starts.length; s++)
    for (let h = 0; h < heads; h++) {
      const at = (i: number, part: number) => (starts[s] + i) * 3 * D + part * D + h * size
      yield {
        size,
        length: starts[s + 1] - starts[s],
        query: (i) => at(i, 0),
        key: (i) => at(i, 1),
        value: (i) => at(i, 2),
        own: (i) => (starts[s] + i) * D + h * size,
      }
    }
}

const dot = (a: Values, i: number, b: Values, j: number, size: number): number => {
  let sum = 0
  for (let k = 0; k < size; k++) sum += a[i + k] * b[j + k]
  return sum
}

/** How much row i attends to each row of its sequence: they add up to 1. */
const attended = (qkv: Values, { size, length, query, key }: Head, i: number): Float64Array => {
  const scores = Float64Array.from({ length }, (_, j) => dot(qkv, query(i), qkv, key(j), size) / Math.sqrt(size))
  const most = scores.reduce((a, b) => Math.max(a, b))
  const weights = scores.map((score) => Math.exp(score - most))
  const total = weights.reduce((a, b) => a + b)
  return weights.map((weight) => weight / total)
}

/** qkv [N,3D], queries, keys and values side by side; starts int32 [S+1], first row of each sequence → [N,D]. */
export const attentionOp: FusedOp = {
  name: 'HmtlAttention',
  host: ({ qkv, starts }, { heads }) => {
    const [n, width] = qkv.shape
    const y = float([n, width / 3])
    for (const head of headsOf(width / 3, starts.values, heads))
      for (let i = 0; i < head.length; i++)
        attended(qkv.values, head, i).forEach((weight, j) => {
          for (let k = 0; k < head.size; k++) y.values[head.own(i) + k] += weight * qkv.values[head.value(j) + k]
        })
    return [y]
  },
  gradient: {
    inputs: ['qkv', 'starts'],
    outputs: [],
    of: ([dy], [qkv, starts], attributes) => ({
      qkv: () => run('HmtlAttentionGrad', { dy, qkv, starts }, attributes)[0],
    }),
  },
}

/** dy [N,D], qkv [N,3D], starts → dqkv [N,3D]. */
export const attentionGradOp: FusedOp = {
  name: 'HmtlAttentionGrad',
  host: ({ dy, qkv, starts }, { heads }) => {
    const d = float(qkv.shape)
    const v = qkv.values
    for (const head of headsOf(qkv.shape[1] / 3, starts.values, heads)) {
      const { size, length, query, key, value, own } = head
      for (let i = 0; i < length; i++) {
        const weights = attended(v, head, i)
        const dots = Float64Array.from({ length }, (_, j) => dot(dy.values, own(i), v, value(j), size))
        const mean = weights.reduce((sum, weight, j) => sum + weight * dots[j], 0)
        weights.forEach((weight, j) => {
          const score = (weight * (dots[j] - mean)) / Math.sqrt(size)
          for (let k = 0; k < size; k++) {
            d.values[query(i) + k] += score * v[key(j) + k]
            d.values[key(j) + k] += score * v[query(i) + k]
            d.values[value(j) + k] += weight * dy.values[own(i) + k]
          }
        })
      }
    }
    return [d]
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
