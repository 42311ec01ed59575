/**
 * Character CNN with max pooling over words: p [C,W·F] projections of every
 * character at each place of the window, bias [F], chars int32 (all words one
 * after another), starts int32 [U+1]. y [U,F] = relu(max over windows), and the
 * winning window of each. A word's vector depends on the word alone.
 */
import type * as tf from '@tensorflow/tfjs-core'
import { type FusedOp, float, int, run } from '../op.ts'

export const charPoolOp: FusedOp = {
  name: 'HmtlCharPool',
  host: ({ p, bias, chars, starts }, { width }) => {
    const F = bias.shape[0]
    const U = starts.values.length - 1
    const [y, best] = [float([U, F]), int([U, F])]
    for (let u = 0; u < U; u++)
      for (let j = 0; j < F; j++) {
        let most = 0
        let winner = -1
        for (let i = starts.values[u]; i + width <= starts.values[u + 1]; i++) {
          let sum = bias.values[j]
          for (let k = 0; k < width; k++) sum += p.values[chars.values[i + k] * width * F + k * F + j]
          if (sum > most) {
            most = sum
            winner = i
          }
        }
        y.values[u * F + j] = most
        best.values[u * F + j] = winner
      }
    return [y, best]
  },
  gradient: {
    inputs: ['p', 'chars'],
    outputs: [false, true],
    of: ([dy], [p, chars, best], { width }) => {
      const grads = run('HmtlCharPoolGrad', { dy, best, chars }, { width, characters: p.shape[0] })
      return { p: () => grads[0], bias: () => grads[1] }
    },
  },
}

export const charPoolGradOp: FusedOp = {
  name: 'HmtlCharPoolGrad',
  host: ({ dy, best, chars }, { width, characters }) => {
    const [U, F] = dy.shape
    const [dp, dBias] = [float([characters, width * F]), float([F])]
    for (let u = 0; u < U; u++)
      for (let j = 0; j < F; j++) {
        const winner = best.values[u * F + j]
        if (winner < 0) continue
        dBias.values[j] += dy.values[u * F + j]
        for (let k = 0; k < width; k++)
          dp.values[chars.values[winner + k] * width * F + k * F + j] += dy.values[u * F + j]
      }
    return [dp, dBias]
  },
}

export const charPool = (
  p: tf.Tensor2D,
  bias: tf.Tensor1D,
  chars: tf.Tensor1D,
  starts: tf.Tensor1D,
  width: number,
): tf.Tensor2D => run('HmtlCharPool', { p, bias, chars, starts }, { width })[0] as tf.Tensor2D
