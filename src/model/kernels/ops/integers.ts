/**
 * Weights of products as 16-bit integers, for a model that is only used: half the memory of floats, and SIMD does twice
 * as many of their products and sums an instruction. Both sides have as many bits as sums of 32 bits allow, about 12,
 * so that the sums are exact.
 */
import * as tf from '@tensorflow/tfjs-core'

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
  readonly inner: number
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

/**
 * @param w [I,O]
 * @returns what `Integers` holds, on the host
 */
export const quantize = (w: Float32Array, inner: number, out: number) => {
  const level = levelOf16(inner)
  const pairs = pairsOf(inner)
  const panels = new Int32Array(Math.ceil(out / panelColumns) * pairs * panelColumns)
  const integers = new Int16Array(panels.buffer)
  const scales = new Float32Array(out)
  for (let k = 0; k < inner; k++)
    for (let j = 0; j < out; j++) scales[j] = Math.max(scales[j], Math.abs(w[k * out + j]))
  const inverse = scales.map((most) => (most > 0 ? level / most : 0))
  for (let j = 0; j < out; j++) scales[j] /= level
  for (let k = 0; k < inner; k++)
    for (let j = 0; j < out; j++) {
      const pair = (Math.floor(j / panelColumns) * pairs + (k >> 1)) * panelColumns + (j % panelColumns)
      integers[2 * pair + (k & 1)] = Math.round(w[k * out + j] * inverse[j])
    }
  return { panels, scales }
}

/** The integer at row k and column j of panels. */
export const integerAt = (panels: Int32Array, inner: number, k: number, j: number): number => {
  const pairs = pairsOf(inner)
  const pair = panels[(Math.floor(j / panelColumns) * pairs + (k >> 1)) * panelColumns + (j % panelColumns)]
  return k & 1 ? pair >> 16 : (pair << 16) >> 16
}

/** One matrix or several under one another ([I,O] or [n,I,O]) as integers; the caller's to dispose. */
export const integersOf = (w: tf.Tensor): Integers => {
  const [inner, out] = w.shape.slice(-2)
  const count = w.shape.length === 3 ? w.shape[0] : 1
  const values = w.dataSync() as Float32Array
  const parts = Array.from({ length: count }, (_, i) =>
    quantize(values.subarray(i * inner * out, (i + 1) * inner * out), inner, out),
  )
  const panels = new Int32Array(count * parts[0].panels.length)
  const scales = new Float32Array(count * out)
  parts.forEach((part, i) => {
    panels.set(part.panels, i * part.panels.length)
    scales.set(part.scales, i * out)
  })
  const pairs = pairsOf(inner)
  return {
    panels: tf.tensor3d(panels, [panels.length / (pairs * panelColumns), pairs, panelColumns], 'int32'),
    scales: tf.tensor1d(scales),
    inner,
  }
}
