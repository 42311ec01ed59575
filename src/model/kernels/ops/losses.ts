/** Losses that come with their gradient, so that the backward pass only scales. */
import * as tf from '@tensorflow/tfjs-core'
import { type FusedOp, float, run } from '../op.ts'
import { scaled } from './scale.ts'

/**
 * Binary cross-entropy with logits, summed over cells: logits [P,K], positive
 * int32 flat indexes of the cells that are true. Loss [1], gradient [P,K].
 */
export const sigmoidLossOp: FusedOp = {
  name: 'HmtlSigmoidLoss',
  host: ({ logits, positive }) => {
    const x = logits.values
    const gradient = float(logits.shape)
    let loss = 0
    for (let i = 0; i < x.length; i++) {
      // log(1 + e^x) without overflow; the true cells subtract x below.
      const e = Math.exp(-Math.abs(x[i]))
      loss += Math.max(x[i], 0) + Math.log1p(e)
      gradient.values[i] = x[i] >= 0 ? 1 / (1 + e) : e / (1 + e)
    }
    for (const i of positive.values) {
      loss -= x[i]
      gradient.values[i] -= 1
    }
    return [float([1], Float32Array.of(loss)), gradient]
  },
  gradient: {
    inputs: [],
    outputs: [false, true],
    of: ([dy], [gradient]) => ({
      logits: scaled(gradient, dy),
    }),
  },
}

/**
 * Lee et al. 2017, equation 8: for each kept span the negative log of the share
 * of its right antecedents, the dummy (score 0) being right where none is.
 * pairs [P,1] scores, mentions [S,1] scores, ia and ib int32 [P] (span and
 * antecedent), starts int32 [S+1] (pairs of each span), gold int32 [P].
 * Loss [1], gradients of pairs and mentions.
 */
export const antecedentLossOp: FusedOp = {
  name: 'HmtlAntecedentLoss',
  host: ({ pairs, mentions, ib, starts, gold }) => {
    const S = mentions.shape[0]
    const [dPairs, dMentions] = [float(pairs.shape), float(mentions.shape)]
    let loss = 0
    for (let i = 0; i < S; i++) {
      const [from, to] = [starts.values[i], starts.values[i + 1]]
      const score = (p: number) => pairs.values[p] + mentions.values[i] + mentions.values[ib.values[p]]
      // Each sum by its own maximum: right antecedents may lie far below none, and a sum that is 0 there has no
      // gradient.
      let [most, mostRight] = [0, Number.NEGATIVE_INFINITY]
      for (let p = from; p < to; p++) {
        most = Math.max(most, score(p))
        if (gold.values[p] === 1) mostRight = Math.max(mostRight, score(p))
      }
      const none = mostRight === Number.NEGATIVE_INFINITY
      if (none) mostRight = 0
      let all = Math.exp(-most)
      let right = none ? 1 : 0
      for (let p = from; p < to; p++) {
        all += Math.exp(score(p) - most)
        if (gold.values[p] === 1) right += Math.exp(score(p) - mostRight)
      }
      loss += most + Math.log(all) - mostRight - Math.log(right)
      for (let p = from; p < to; p++) {
        const share = gold.values[p] === 1 ? Math.exp(score(p) - mostRight) / right : 0
        const d = Math.exp(score(p) - most) / all - share
        dPairs.values[p] = d
        dMentions.values[i] += d
        dMentions.values[ib.values[p]] += d
      }
    }
    return [float([1], Float32Array.of(loss)), dPairs, dMentions]
  },
  gradient: {
    inputs: [],
    outputs: [false, true, true],
    of: ([dy], [dPairs, dMentions]) => ({
      pairs: scaled(dPairs, dy),
      mentions: scaled(dMentions, dy),
    }),
  },
}

/** Sum of all elements, [1]. */
export const sumOp: FusedOp = {
  name: 'HmtlSum',
  host: ({ x }) => [float([1], Float32Array.of((x.values as Float32Array).reduce((sum, value) => sum + value, 0)))],
  gradient: {
    inputs: ['x'],
    outputs: [],
    of: ([dy], [x]) => ({
      x: () => tf.reshape(run('HmtlFill', { factor: dy }, { size: x.size })[0], x.shape),
    }),
  },
}

export const fillOp: FusedOp = {
  name: 'HmtlFill',
  host: ({ factor }, { size }) => [float([size], new Float32Array(size).fill(factor.values[0]))],
}

export const sigmoidLoss = (logits: tf.Tensor2D, positive: tf.Tensor1D): tf.Tensor1D =>
  run('HmtlSigmoidLoss', { logits, positive })[0] as tf.Tensor1D

export const antecedentLoss = (inputs: {
  pairs: tf.Tensor2D
  mentions: tf.Tensor2D
  ia: tf.Tensor1D
  ib: tf.Tensor1D
  starts: tf.Tensor1D
  gold: tf.Tensor1D
}): tf.Tensor1D => run('HmtlAntecedentLoss', inputs)[0] as tf.Tensor1D

export const sum = (x: tf.Tensor): tf.Tensor1D => run('HmtlSum', { x })[0] as tf.Tensor1D
