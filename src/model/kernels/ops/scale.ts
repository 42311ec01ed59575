/** Gradients that a loss made in its forward pass, scaled by what the backward pass brings. */
import type * as tf from '@tensorflow/tfjs-core'
import { type FusedOp, float, run } from '../op.ts'

/** x times the first element of `factor`: the gradient of a loss is the same for all sequences of a batch. */
export const scaleOp: FusedOp = {
  name: 'HmtlScale',
  host: ({ x, factor }) => [
    float(
      x.shape,
      Float32Array.from(x.values, (value) => value * factor.values[0]),
    ),
  ],
}

export const scaled = (x: tf.Tensor, factor: tf.Tensor) => (): tf.Tensor => run('HmtlScale', { x, factor })[0]
