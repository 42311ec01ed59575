/**
 * y = activation(x·wᵀ + b) with w of 8-bit integers: x [N,I]; w int32 [O,I/4], the bytes of [O,I]; scales [O], a factor
 * a row of w; b [O] → [N,O]. Rows of x are rounded to 16-bit integers, each by its largest, so that all products and
 * sums are exact and what is lost is less than what the weights have lost already.
 */
import type * as tf from '@tensorflow/tfjs-core'
import { type FusedOp, float, run } from '../op.ts'

/** Largest integer of a row of x: sums of `inner` products with bytes stay within 32 bits. */
export const levelOf = (inner: number): number => Math.min(32767, Math.floor((2 ** 31 - 1) / (128 * inner)))

/** To the nearest whole number, halves to the even one, as SIMD rounds. */
export const nearest = (x: number): number => {
  const down = Math.floor(x)
  if (x - down !== 0.5) return Math.round(x)
  return down % 2 === 0 ? down : down + 1
}

export const linear8Op: FusedOp = {
  name: 'HmtlLinear8',
  host: ({ x, w, scales, b }, { relu }) => {
    const [n, inner] = x.shape
    const out = w.shape[0]
    const bytes = new Int8Array(w.values.buffer, w.values.byteOffset, out * inner)
    const y = float([n, out])
    const level = levelOf(inner)
    for (let i = 0; i < n; i++) {
      const row = x.values.subarray(i * inner, (i + 1) * inner) as Float32Array
      const most = row.reduce((least, value) => Math.max(least, Math.abs(value)), 0)
      const inverse = most > 0 ? Math.fround(level / most) : 0
      const whole = row.map((value) => nearest(Math.fround(value * inverse)))
      const factor = Math.fround(most / level)
      for (let j = 0; j < out; j++) {
        let sum = 0
        for (let k = 0; k < inner; k++) sum += whole[k] * bytes[j * inner + k]
        const value = sum * Math.fround(scales.values[j] * factor) + (b ? b.values[j] : 0)
        y.values[i * out + j] = relu ? Math.max(0, value) : value
      }
    }
    return [y]
  },
}

/** Weights of a linear layer as they are stored in 8 bits. */
export interface Bytes {
  /** int32 [O,I/4], the bytes of [O,I]. */
  readonly w: tf.Tensor2D
  /** [O] */
  readonly scales: tf.Tensor1D
}

export const linear8 = (x: tf.Tensor2D, { w, scales }: Bytes, b?: tf.Tensor1D, relu = false): tf.Tensor2D =>
  run('HmtlLinear8', { x, w, scales, b }, { relu: relu ? 1 : 0 })[0] as tf.Tensor2D
