/**
 * Weights of products as 16-bit integers, for a model that is only used: half the memory of floats, and SIMD does twice
 * as many of their products and sums an instruction. Both sides have as many bits as sums of 32 bits allow, about 12,
 * so that the sums are exact.
 */
import * as tf from '@tensorflow/tfjs-core'
import { type FusedOp, float, int, run } from '../op.ts'
import { nearest } from './linear8.ts'

/** Columns of a panel. */
const panelColumns = 8

/** A matrix [I,O] as integers. */
export interface Integers {
  /**
   * int32 [panels, I/2, 8], I rounded up to a multiple of four: in each the integers of rows 2p and 2p + 1 of a column,
   * the former in the lower half. Missing rows and columns are 0.
   */
  readonly panels: tf.Tensor3D
  /** A scale a column [O]. */
  readonly scales: tf.Tensor1D
}

/** What a product is made with. */
export type Weight = tf.Tensor2D | Integers

export const isIntegers = (weight: object): weight is Integers => 'panels' in weight

/** Whether the running engine makes products of integers: TensorFlow's of floats are faster than ours of integers. */
export const multipliesIntegers = (): boolean => ['wasm', 'cpu'].includes(tf.getBackend())

/** Largest integer of weights and of rows: sums of `inner` products of two such stay within 32 bits. */
export const levelOf16 = (inner: number): number =>
  Math.min(32767, Math.floor(Math.sqrt((2 ** 31 - 1) / Math.max(1, inner))))

/** Rows of a panel, in pairs. */
const pairsOf = (inner: number): number => 2 * Math.ceil(inner / 4)

/** w [I,O], or several under one another [n,I,O] → int32 panels [n·panels, I/2, 8] and scales [n·O], see `Integers`. */
export const integersOp: FusedOp = {
  name: 'HmtlIntegers',
  host: ({ w }) => {
    const { count, inner, out, pairs, perMatrix } = sizesOf(w.shape)
    const level = levelOf16(inner)
    const panels = int([count * perMatrix, pairs, panelColumns])
    const integers = new Int16Array(panels.values.buffer)
    const scales = float([count * out])
    for (let i = 0; i < count; i++)
      for (let j = 0; j < out; j++) {
        const column = Array.from({ length: inner }, (_, k) => w.values[(i * inner + k) * out + j])
        const most = column.reduce((least, value) => Math.max(least, Math.abs(value)), 0)
        const inverse = most > 0 ? Math.fround(level / most) : 0
        scales.values[i * out + j] = Math.fround(most / level)
        const panel = i * perMatrix + Math.floor(j / panelColumns)
        column.forEach((value, k) => {
          const pair = (panel * pairs + (k >> 1)) * panelColumns + (j % panelColumns)
          integers[2 * pair + (k & 1)] = nearest(Math.fround(value * inverse))
        })
      }
    return [panels, scales]
  },
}

/** What panels of matrices of a shape come to. */
export const sizesOf = (shape: readonly number[]) => {
  const [inner, out] = shape.slice(-2)
  const pairs = pairsOf(inner)
  return { count: shape.length === 3 ? shape[0] : 1, inner, out, pairs, perMatrix: Math.ceil(out / panelColumns) }
}

/** The integer at row k and column j of panels. */
export const integerAt = (panels: Int32Array, inner: number, k: number, j: number): number => {
  const pairs = pairsOf(inner)
  const pair = panels[(Math.floor(j / panelColumns) * pairs + (k >> 1)) * panelColumns + (j % panelColumns)]
  return k & 1 ? pair >> 16 : (pair << 16) >> 16
}

/** One matrix or several under one another ([I,O] or [n,I,O]) as integers; the caller's to dispose. */
export const integersOf = (w: tf.Tensor): Integers => {
  const [panels, scales] = run('HmtlIntegers', { w })
  return { panels: panels as tf.Tensor3D, scales: scales as tf.Tensor1D }
}
