/** Gradients of what a transformer's layer has besides products, for layers that a training tunes. */
import type { Values } from '../op.ts'
import { gatherOrZero } from './lstm.ts'
import type { Native } from './backend.ts'
import type { Compute, Scope } from './scope.ts'

const layerNormGrad: Compute = (s, { dy, x, gamma }, { epsilon }) => {
  const centred = s.one('Sub', x, s.lastMean(x))
  const variance = s.lastMean(s.one('Square', centred))
  const scale = s.one('Rsqrt', s.one('AddV2', variance, s.scalar(epsilon)))
  const normed = s.one('Mul', centred, scale)
  const d = s.one('Mul', dy, gamma)
  const stretched = s.one('Mul', normed, s.lastMean(s.one('Mul', d, normed)))
  const dx = s.one('Mul', scale, s.one('Sub', s.one('Sub', d, s.lastMean(d)), stretched))
  return [dx, s.columnSums(s.one('Mul', dy, normed)), s.columnSums(dy)]
}

/** Φ(x) + x·φ(x). */
const exactSlope = (s: Scope, x: Native): Native => {
  const half = s.one('Mul', s.one('Erf', s.one('Mul', x, s.scalar(Math.SQRT1_2))), s.scalar(0.5))
  const density = s.one('Exp', s.one('Mul', s.one('Square', x), s.scalar(-0.5)))
  const rest = s.one('Mul', s.one('Mul', x, density), s.scalar(1 / Math.sqrt(2 * Math.PI)))
  return s.one('AddV2', s.one('AddV2', half, s.scalar(0.5)), rest)
}

const tanhSlope = (s: Scope, x: Native): Native => {
  const [factor, cubic] = [Math.sqrt(2 / Math.PI), 0.044715]
  const squared = s.one('Square', x)
  const inner = s.one('AddV2', s.one('Mul', squared, s.scalar(factor * cubic)), s.scalar(factor))
  const t = s.one('Tanh', s.one('Mul', x, inner))
  const slope = s.one('AddV2', s.one('Mul', squared, s.scalar(3 * factor * cubic)), s.scalar(factor))
  const steep = s.one('Mul', s.one('Mul', x, slope), s.one('Sub', s.scalar(1), s.one('Square', t)))
  return s.one('Mul', s.one('AddV2', s.one('AddV2', t, s.scalar(1)), steep), s.scalar(0.5))
}

const geluGrad: Compute = (s, { dy, x }, { approximate }) => [
  s.one('Mul', dy, approximate ? tanhSlope(s, x) : exactSlope(s, x)),
]

/** Row of each place of sequences that are filled up to one length, -1 for what is filled. */
const padded = (starts: Values): { rows: Int32Array; count: number; length: number } => {
  const count = starts.length - 1
  let length = 0
  for (let i = 0; i < count; i++) length = Math.max(length, starts[i + 1] - starts[i])
  const rows = new Int32Array(count * length).fill(-1)
  for (let i = 0; i < count; i++)
    for (let row = starts[i]; row < starts[i + 1]; row++) rows[i * length + row - starts[i]] = row
  return { rows, count, length }
}

/** Below any score, so that what is filled is attended to by nobody. */
const nothing = -1e9

const attentionGrad: Compute = (s, { dy, qkv }, { heads }, host) => {
  const { rows, count, length } = padded(host('starts'))
  const [n, width] = qkv.shape
  const D = width / 3
  const size = D / heads
  const root = s.scalar(1 / Math.sqrt(size))
  const parts = s.transpose(s.reshape(gatherOrZero(s, qkv, rows), count, length, 3, heads, size), 2, 0, 3, 1, 4)
  const part = (i: number) =>
    s.reshape(s.slice(parts, [i, 0, 0, 0, 0], [1, count, heads, length, size]), count, heads, length, size)
  const [q, k, v] = [part(0), part(1), part(2)]
  const d = s.transpose(s.reshape(gatherOrZero(s, dy, rows), count, length, heads, size), 0, 2, 1, 3)
  const mask = s.floats(
    [count, 1, 1, length],
    Float32Array.from(rows, (row) => (row < 0 ? nothing : 0)),
  )
  const weights = s.one('Softmax', s.one('AddV2', s.one('Mul', s.batchMatmul(q, k, false, true), root), mask))
  const dWeights = s.batchMatmul(d, v, false, true)
  const mean = s.reshape(s.sum(s.one('Mul', weights, dWeights), 3), count, heads, length, 1)
  const dScores = s.one('Mul', s.one('Mul', weights, s.one('Sub', dWeights, mean)), root)
  const grads = [s.batchMatmul(dScores, k), s.batchMatmul(dScores, q, true), s.batchMatmul(weights, d, true)]
  const joined = s.concat(
    grads.map((grad) => s.reshape(grad, 1, count, heads, length, size)),
    0,
  )
  const byRow = s.reshape(s.transpose(joined, 1, 3, 0, 2, 4), count * length, width)
  return [s.segmentSum(byRow, s.ints(rows), n)]
}

/** By the name of the op. */
export const transformerGradients: Readonly<Record<string, Compute>> = {
  HmtlLayerNormGrad: layerNormGrad,
  HmtlGeluGrad: geluGrad,
  HmtlAttentionGrad: attentionGrad,
}
