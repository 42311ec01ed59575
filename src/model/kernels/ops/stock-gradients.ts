/** Gradients of the few of tfjs's own ops that are in use: tfjs-core in Node comes without any. */
import * as tf from '@tensorflow/tfjs-core'
import { type OpGradient, run } from '../op.ts'

/** By the name of the op. */
export const stockGradients: Readonly<Record<string, OpGradient>> = {
  Reshape: { inputs: ['x'], outputs: [], of: ([dy], [x]) => ({ x: () => tf.reshape(dy, x.shape) }) },
  Identity: { inputs: [], outputs: [], of: ([dy]) => ({ x: () => tf.clone(dy) }) },
  // Only for equal shapes, which is how losses are added and taken off.
  Add: { inputs: [], outputs: [], of: ([dy]) => ({ a: () => tf.clone(dy), b: () => tf.clone(dy) }) },
  Sub: {
    inputs: [],
    outputs: [],
    of: ([dy]) => ({
      a: () => tf.clone(dy),
      b: () => run('HmtlScale', { x: dy, factor: tf.tensor1d([-1]) })[0],
    }),
  },
}
