/** y = activation(x·w + b): x [N,I], w [I,O], b [O] → [N,O]. */
import type * as tf from '@tensorflow/tfjs-core'
import { type FusedOp, float, run } from '../op.ts'
import { isIntegers, type Weight } from './integers.ts'

export const linearOp: FusedOp = {
  name: 'HmtlLinear',
  host: ({ x, w, b }, { relu }) => {
    const [n, inner] = x.shape
    const out = w.shape[1]
    const y = new Float32Array(n * out)
    for (let i = 0; i < n; i++)
      for (let j = 0; j < out; j++) {
        let sum = b ? b.values[j] : 0
        for (let k = 0; k < inner; k++) sum += x.values[i * inner + k] * w.values[k * out + j]
        y[i * out + j] = relu ? Math.max(0, sum) : sum
      }
    return [float([n, out], y)]
  },
  gradient: {
    inputs: ['x', 'w'],
    outputs: [true],
    of: ([dy], [x, w, y], attributes) => {
      const grads = run('HmtlLinearGrad', { dy, x, w, y }, attributes)
      return { x: () => grads[0], w: () => grads[1], b: () => grads[2] }
    },
  },
}

/** dy [N,O], x, w, y → dx [N,I], dw [I,O], db [O]. */
export const linearGradOp: FusedOp = {
  name: 'HmtlLinearGrad',
  host: ({ dy, x, w, y }, { relu }) => {
    const [n, inner] = x.shape
    const out = w.shape[1]
    const [dx, dw, db] = [float([n, inner]), float([inner, out]), float([out])]
    for (let i = 0; i < n; i++)
      for (let j = 0; j < out; j++) {
        const d = relu && !(y.values[i * out + j] > 0) ? 0 : dy.values[i * out + j]
        if (d === 0) continue
        db.values[j] += d
        for (let k = 0; k < inner; k++) {
          dx.values[i * inner + k] += d * w.values[k * out + j]
          dw.values[k * out + j] += d * x.values[i * inner + k]
        }
      }
    return [dx, dw, db]
  },
}

/** A fully connected layer, optionally rectified; with integers there is no gradient. */
export const linear = (x: tf.Tensor2D, w: Weight, b?: tf.Tensor1D, relu = false): tf.Tensor2D => {
  const attributes = { relu: relu ? 1 : 0 }
  const [y] = isIntegers(w)
    ? run('HmtlLinear16', { x, panels: w.panels, scales: w.scales, b }, attributes)
    : run('HmtlLinear', { x, w, b }, attributes)
  return y as tf.Tensor2D
}
