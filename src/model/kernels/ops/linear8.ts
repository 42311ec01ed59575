/**
 * y = activation(x·wᵀ + b) with w of 8-bit integers: x [N,I]; w int32 [O,I/4], the bytes of [O,I]; scales [O], a factor
 * a row of w; b [O] → [N,O]. Rows of x are rounded to 16-bit integers, each by its largest, so that all products and
 * sums are exact and what is lost is less than what the weights have lost already. Or, where products of bytes are
 * faster (`dots`), to 7 bits, each block of it between its least and its greatest number.
 */
import type * as tf from '@tensorflow/tfjs-core'
import { type FusedOp, float, run } from '../op.ts'
import { multipliesBytes } from '../simd/form.ts'

/** Largest integer of a row of x: sums of `inner` products with bytes stay within 32 bits. */
export const levelOf = (inner: number): number => Math.min(32767, Math.floor((2 ** 31 - 1) / (128 * inner)))

/** To the nearest whole number, halves to the even one, as SIMD rounds. */
export const nearest = (x: number): number => {
  const down = Math.floor(x)
  if (x - down !== 0.5) return Math.round(x)
  return down % 2 === 0 ? down : down + 1
}

/** A row or a block of one as integers: x ≈ least + step·whole. */
interface Rounded {
  readonly whole: ArrayLike<number>
  readonly step: number
  readonly least: number
}

const rounded16 = (row: Float32Array): Rounded => {
  const level = levelOf(row.length)
  const most = row.reduce((least, value) => Math.max(least, Math.abs(value)), 0)
  const inverse = most > 0 ? Math.fround(level / most) : 0
  return {
    whole: row.map((value) => nearest(Math.fround(value * inverse))),
    step: Math.fround(most / level),
    least: 0,
  }
}

/** Steps from a block's least number to its greatest, and its columns; the last may have fewer. */
export const dotLevels = 127
export const dotBlock = 128

const rounded7 = (row: Float32Array): Rounded => {
  const least = row.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY)
  const most = row.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY)
  const half = Math.fround(most * 0.5 - least * 0.5)
  const inverse = half > 0 ? Math.fround(63.5 / half) : 0
  const places = row.map((value) => Math.fround(value * inverse) - Math.fround(least * inverse))
  return {
    whole: places.map((place) => Math.max(0, Math.min(dotLevels, nearest(Math.fround(place))))),
    step: Math.fround(half / 63.5),
    least,
  }
}

export const linear8Op: FusedOp = {
  name: 'HmtlLinear8',
  host: ({ x, w, scales, b }, { relu, dots }) => {
    const [n, inner] = x.shape
    const out = w.shape[0]
    const bytes = new Int8Array(w.values.buffer, w.values.byteOffset, out * inner)
    const y = float([n, out])
    const width = dots ? dotBlock : inner
    for (let i = 0; i < n; i++) {
      const row = x.values.subarray(i * inner, (i + 1) * inner) as Float32Array
      const blocks = Array.from({ length: Math.ceil(inner / width) }, (_, block) => {
        const part = row.subarray(block * width, (block + 1) * width)
        return { from: block * width, ...(dots ? rounded7(part) : rounded16(part)) }
      })
      for (let j = 0; j < out; j++) {
        let value = b ? b.values[j] : 0
        for (const { from, whole, step, least } of blocks) {
          let [sum, weights] = [0, 0]
          for (let k = 0; k < whole.length; k++) {
            const weight = bytes[j * inner + from + k]
            sum += whole[k] * weight
            weights += weight
          }
          value += sum * Math.fround(scales.values[j] * step) + Math.fround(weights * scales.values[j]) * least
        }
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

/** @param dots round rows of x to 7 bits. @default where the running engine is faster so */
export const linear8 = (
  x: tf.Tensor2D,
  { w, scales }: Bytes,
  b?: tf.Tensor1D,
  relu = false,
  dots = multipliesBytes(),
): tf.Tensor2D => run('HmtlLinear8', { x, w, scales, b }, { relu: relu ? 1 : 0, dots: dots ? 1 : 0 })[0] as tf.Tensor2D
