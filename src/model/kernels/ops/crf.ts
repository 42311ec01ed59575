/**
 * Linear-chain CRF (Lafferty et al. 2001): negative log likelihood of tag
 * sequences, its gradient and the marginals in one forward-backward pass.
 * Emissions [N,L] in the packed layout, transitions [L,L] (from, to), start and
 * end [L], tags int32 [N], offsets int32 [T+1], lengths int32 [B].
 * Outputs: loss [B] (log Z without tags), marginals [N,L], and with `gradients` those of the summed loss.
 */
import type * as tf from '@tensorflow/tfjs-core'
import { type FusedOp, float, run } from '../op.ts'
import { scaled } from './scale.ts'

const logSumExp = (values: ArrayLike<number>): number => {
  let most = Number.NEGATIVE_INFINITY
  for (let i = 0; i < values.length; i++) most = Math.max(most, values[i])
  if (most === Number.NEGATIVE_INFINITY) return most
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += Math.exp(values[i] - most)
  return most + Math.log(sum)
}

/** The textbook form, in log space and double precision. */
export const crfOp: FusedOp = {
  name: 'HmtlCrf',
  host: ({ emissions, transitions, start, end, tags, offsets, lengths }, { gradients }) => {
    const [n, L] = emissions.shape
    const B = lengths.values.length
    const e = emissions.values
    const a = transitions.values
    const loss = float([B])
    const [marginals, dE, dA, dS, dZ] = [
      float([n, L]),
      float([gradients ? n : 0, L]),
      float([L, L]),
      float([L]),
      float([L]),
    ]
    for (let b = 0; b < B; b++) {
      const T = lengths.values[b]
      const row = (t: number) => (offsets.values[t] + b) * L
      const alpha = Array.from({ length: T }, () => new Float64Array(L))
      const beta = Array.from({ length: T }, () => new Float64Array(L))
      for (let t = 0; t < T; t++)
        for (let j = 0; j < L; j++)
          alpha[t][j] =
            e[row(t) + j] +
            (t === 0
              ? start.values[j]
              : logSumExp(Float64Array.from({ length: L }, (_, i) => alpha[t - 1][i] + a[i * L + j])))
      for (let t = T - 1; t >= 0; t--)
        for (let i = 0; i < L; i++)
          beta[t][i] =
            t === T - 1
              ? end.values[i]
              : logSumExp(Float64Array.from({ length: L }, (_, j) => a[i * L + j] + e[row(t + 1) + j] + beta[t + 1][j]))
      const logZ = logSumExp(alpha[T - 1].map((x, j) => x + end.values[j]))
      for (let t = 0; t < T; t++)
        for (let j = 0; j < L; j++) marginals.values[row(t) + j] = Math.exp(alpha[t][j] + beta[t][j] - logZ)
      loss.values[b] = logZ
      if (!gradients) continue
      // Without tags the gradient is that of log Z: nothing is taken off.
      const tag = (t: number) => (tags ? tags.values[offsets.values[t] + b] : -1)
      let gold = tags ? start.values[tag(0)] + end.values[tag(T - 1)] : 0
      for (let t = 0; t < T; t++) {
        if (tags) gold += e[row(t) + tag(t)]
        for (let j = 0; j < L; j++) dE.values[row(t) + j] = marginals.values[row(t) + j] - (j === tag(t) ? 1 : 0)
        if (t === 0) continue
        if (tags) gold += a[tag(t - 1) * L + tag(t)]
        for (let i = 0; i < L; i++)
          for (let j = 0; j < L; j++)
            dA.values[i * L + j] += Math.exp(alpha[t - 1][i] + a[i * L + j] + e[row(t) + j] + beta[t][j] - logZ)
        if (tags) dA.values[tag(t - 1) * L + tag(t)] -= 1
      }
      for (let j = 0; j < L; j++) {
        dS.values[j] += dE.values[row(0) + j]
        dZ.values[j] += dE.values[row(T - 1) + j]
      }
      loss.values[b] -= gold
    }
    return [loss, marginals, dE, dA, dS, dZ]
  },
  gradient: {
    inputs: [],
    outputs: [false, false, true, true, true, true],
    of: ([dLoss], [dE, dA, dS, dZ]) => {
      return {
        emissions: scaled(dE, dLoss),
        transitions: scaled(dA, dLoss),
        start: scaled(dS, dLoss),
        end: scaled(dZ, dLoss),
      }
    },
  },
}

export interface CrfInputs {
  readonly emissions: tf.Tensor2D
  readonly transitions: tf.Tensor2D
  readonly start: tf.Tensor1D
  readonly end: tf.Tensor1D
  readonly tags?: tf.Tensor1D | undefined
  readonly offsets: tf.Tensor1D
  readonly lengths: tf.Tensor1D
}

/**
 * Loss of each sequence [B], without tags log Z, and marginals [N,L]. Only a plain sum of the losses may be
 * differentiated, and only with `gradients`.
 */
export const crf = (inputs: CrfInputs, gradients = false): { loss: tf.Tensor1D; marginals: tf.Tensor2D } => {
  const [loss, marginals] = run('HmtlCrf', { ...inputs }, { gradients: gradients ? 1 : 0 })
  return { loss: loss as tf.Tensor1D, marginals: marginals as tf.Tensor2D }
}
