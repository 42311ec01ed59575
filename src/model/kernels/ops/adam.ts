/** Adam in place, and the norm of gradients for clipping. */
import type * as tf from '@tensorflow/tfjs-core'
import { type FusedOp, float, run } from '../op.ts'

export interface AdamStep {
  /** Factor on the gradient (norm clipping). */
  readonly scale: number
  /** Bound on each element of the gradient before scaling. */
  readonly clip: number
  readonly beta1: number
  readonly beta2: number
  /** Learning rate with the bias correction folded in. */
  readonly step: number
  readonly epsilon: number
  /** Decoupled weight decay times the learning rate. */
  readonly decay: number
}

/** Updates w, m and v (all of one shape) in place; has no output. */
export const adamOp: FusedOp = {
  name: 'HmtlAdam',
  host: ({ w, g, m, v }, { scale, clip, beta1, beta2, step, epsilon, decay }) => {
    for (let i = 0; i < w.values.length; i++) {
      const d = Math.max(-clip, Math.min(clip, g.values[i])) * scale
      m.values[i] = beta1 * m.values[i] + (1 - beta1) * d
      v.values[i] = beta2 * v.values[i] + (1 - beta2) * d * d
      w.values[i] = w.values[i] * (1 - decay) - (step * m.values[i]) / (Math.sqrt(v.values[i]) + epsilon)
    }
    return []
  },
}

/** Sum of squares of x, [1]. */
export const sumSquaresOp: FusedOp = {
  name: 'HmtlSumSquares',
  host: ({ x }) => [
    float([1], Float32Array.of((x.values as Float32Array).reduce((sum, value) => sum + value * value, 0))),
  ],
}

export const adamUpdate = (w: tf.Tensor, g: tf.Tensor, m: tf.Tensor, v: tf.Tensor, step: AdamStep): void => {
  run('HmtlAdam', { w, g, m, v }, { ...step })
}

export const sumSquares = (x: tf.Tensor): tf.Tensor1D => run('HmtlSumSquares', { x })[0] as tf.Tensor1D
