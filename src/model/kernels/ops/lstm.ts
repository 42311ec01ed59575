/**
 * A bidirectional LSTM over packed sequences (rows by time step, longest
 * sequence first; see `batch.ts`): x [N,I], w [I,8H] and b [8H] the input
 * weights, forward gates first, u [2,H,4H] the recurrent ones. Gates in the
 * order input, forget, output, candidate. y [N,2H]; what else a backend needs
 * for the gradient follows it, here the activated gates [N,8H] and cells [N,2H].
 */
import type * as tf from '@tensorflow/tfjs-core'
import { type FusedOp, float, type HostTensor, run } from '../op.ts'
import { type Integers, isIntegers, levelOf16, type Weight } from './integers.ts'
import { linearGradOp, linearOp } from './linear.ts'
import { dotOf, linear16Op } from './linear16.ts'
import { nearest } from './linear8.ts'

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x))

/** Most tensors that a backend may leave for the gradient. */
const maxSaved = 512

export const lstmOp: FusedOp = {
  name: 'HmtlBiLstm',
  host: ({ x, w, b, u, offsets }) => recurrence(linearOp.host({ x, w, b }, {})[0], offsets, floatProduct(u)),
  gradient: {
    inputs: ['x', 'w', 'b', 'u', 'offsets'],
    outputs: Array.from({ length: maxSaved }, () => true),
    of: ([dy], [x, w, b, u, offsets, ...saved]) => {
      const grads = run('HmtlBiLstmGrad', {
        dy,
        x,
        w,
        b,
        u,
        offsets,
        ...Object.fromEntries(saved.map((tensor, i) => [`s${i}`, tensor])),
      })
      return { x: () => grads[0], w: () => grads[1], b: () => grads[2], u: () => grads[3] }
    },
  },
}

/** What a state [H] of a direction adds to its gates [4H]. */
type StateProduct = (state: Float32Array, direction: number) => (gate: number) => number

/** @param u [2,H,4H] */
const floatProduct =
  ({ values, shape: [, h, width] }: HostTensor): StateProduct =>
  (state, d) =>
  (j) =>
    state.reduce((sum, value, k) => sum + value * values[(d * h + k) * width + j], 0)

/** xp [N,8H] input projections → y, gates, cells. */
const recurrence = (xp: HostTensor, offsets: HostTensor, product: StateProduct): HostTensor[] => {
  const n = xp.shape[0]
  const h = xp.shape[1] / 8
  const steps = offsets.values.length - 1
  const [y, gates, cells] = [float([n, 2 * h]), float([n, 8 * h]), float([n, 2 * h])]
  for (const d of [0, 1]) {
    let previous: { first: number; rows: number } | undefined
    for (let step = 0; step < steps; step++) {
      const t = d === 0 ? step : steps - 1 - step
      const first = offsets.values[t]
      const rows = offsets.values[t + 1] - first
      for (let r = 0; r < rows; r++) {
        const has = previous !== undefined && r < previous.rows
        const before = previous ? previous.first + r : 0
        const state = y.values.subarray((before * 2 + d) * h, (before * 2 + d + 1) * h) as Float32Array
        const carried = has ? product(state, d) : () => 0
        const z = Float64Array.from(
          { length: 4 * h },
          (_, j) => xp.values[(first + r) * 8 * h + d * 4 * h + j] + carried(j),
        )
        for (let j = 0; j < h; j++) {
          const [i, f, o, g] = [sigmoid(z[j]), sigmoid(z[h + j]), sigmoid(z[2 * h + j]), Math.tanh(z[3 * h + j])]
          const c = i * g + (has ? f * cells.values[before * 2 * h + d * h + j] : 0)
          gates.values.set([i], (first + r) * 8 * h + d * 4 * h + j)
          gates.values.set([f], (first + r) * 8 * h + d * 4 * h + h + j)
          gates.values.set([o], (first + r) * 8 * h + d * 4 * h + 2 * h + j)
          gates.values.set([g], (first + r) * 8 * h + d * 4 * h + 3 * h + j)
          cells.values[(first + r) * 2 * h + d * h + j] = c
          y.values[(first + r) * 2 * h + d * h + j] = o * Math.tanh(c)
        }
      }
      previous = { first, rows }
    }
  }
  return [y, gates, cells]
}

/** dy [N,2H], the inputs and what the forward pass left (s0, s1, …) → dx [N,I], dw [I,8H], db [8H], du [2,H,4H]. */
export const lstmGradOp: FusedOp = {
  name: 'HmtlBiLstmGrad',
  host: ({ dy, x, w, u, offsets, s0, s1, s2 }) => {
    const [dxp, du] = recurrenceGradient(dy, u, offsets, s0, s1, s2)
    const [dx, dw, db] = linearGradOp.host({ dy: dxp, x, w, y: dxp }, {})
    return [dx, dw, db, du]
  },
}

const recurrenceGradient = (
  dy: HostTensor,
  u: HostTensor,
  offsets: HostTensor,
  y: HostTensor,
  gates: HostTensor,
  cells: HostTensor,
): HostTensor[] => {
  const n = dy.shape[0]
  const h = u.shape[1]
  const steps = offsets.values.length - 1
  const [dxp, du] = [float([n, 8 * h]), float([2, h, 4 * h])]
  for (const d of [0, 1]) {
    // Gradients handed to the state of a row, by row.
    const [dh, dc] = [new Float64Array(n * h), new Float64Array(n * h)]
    for (let step = steps - 1; step >= 0; step--) {
      const t = d === 0 ? step : steps - 1 - step
      const p = d === 0 ? t - 1 : t + 1
      const first = offsets.values[t]
      const rows = offsets.values[t + 1] - first
      const previousRows = step === 0 ? 0 : offsets.values[p + 1] - offsets.values[p]
      for (let r = 0; r < rows; r++) {
        const row = first + r
        const has = r < previousRows
        const before = has ? offsets.values[p] + r : 0
        for (let j = 0; j < h; j++) {
          const at = row * 8 * h + d * 4 * h + j
          const [i, f, o, g] = [
            gates.values[at],
            gates.values[at + h],
            gates.values[at + 2 * h],
            gates.values[at + 3 * h],
          ]
          const th = Math.tanh(cells.values[row * 2 * h + d * h + j])
          const out = dy.values[row * 2 * h + d * h + j] + dh[row * h + j]
          const cell = dc[row * h + j] + out * o * (1 - th * th)
          const old = has ? cells.values[before * 2 * h + d * h + j] : 0
          dxp.values[at] = cell * g * i * (1 - i)
          dxp.values[at + h] = cell * old * f * (1 - f)
          dxp.values[at + 2 * h] = out * th * o * (1 - o)
          dxp.values[at + 3 * h] = cell * i * (1 - g * g)
          if (has) dc[before * h + j] += cell * f
        }
        if (!has) continue
        for (let k = 0; k < h; k++)
          for (let j = 0; j < 4 * h; j++) {
            const dz = dxp.values[row * 8 * h + d * 4 * h + j]
            dh[before * h + k] += dz * u.values[(d * h + k) * 4 * h + j]
            du.values[(d * h + k) * 4 * h + j] += dz * y.values[before * 2 * h + d * h + k]
          }
      }
    }
  }
  return [dxp, du]
}

/**
 * x [N,I], w and u as integers, u's two directions under one another → y [N,2H]: without what a gradient needs. With
 * `rows` [R,8H] and `of` [N] a row of these is added to each input projection, or, without x, stands for it.
 */
export const lstm16Op: FusedOp = {
  name: 'HmtlBiLstm16',
  host: ({ x, panels, scales, b, rows, of, uPanels, uScales, offsets }) => {
    const h = uScales.shape[0] / 8
    const level = levelOf16(h)
    const product: StateProduct = (state, d) => {
      const whole = state.map((value) => nearest(Math.fround(value * level)))
      return (j) => dotOf(whole, uPanels, (d * h) / 2, j) * Math.fround(uScales.values[d * 4 * h + j] / level)
    }
    const own = x && linear16Op.host({ x, panels, scales, b }, {})[0]
    const xp = rows ? float([of.shape[0], 8 * h]) : own
    if (rows)
      for (let i = 0; i < xp.values.length; i++) {
        const row = of.values[Math.floor(i / (8 * h))]
        xp.values[i] = rows.values[row * 8 * h + (i % (8 * h))] + (own ? own.values[i] : 0)
      }
    return recurrence(xp, offsets, product).slice(0, 1)
  },
}

export interface LstmInputs {
  readonly x: tf.Tensor2D
  readonly w: Weight
  readonly b: tf.Tensor1D
  readonly u: tf.Tensor3D | Integers
  /** int32 [T+1], first row of each step. */
  readonly offsets: tf.Tensor1D
}

/**
 * Input projections of what comes again: those of each different input [R,8H], with the bias, and which of them is each
 * row's [N]; and what is added to them, whose weights are others.
 */
export interface ProjectedInputs extends Pick<LstmInputs, 'offsets'> {
  readonly rows: tf.Tensor2D
  readonly of: tf.Tensor1D
  readonly added: { readonly x: tf.Tensor2D; readonly w: Integers } | undefined
  readonly u: Integers
}

/** A bidirectional LSTM of a model that is only used, whose inputs come again: [N,2H]. */
export const biLstmOf = ({ rows, of, added, u, offsets }: ProjectedInputs): tf.Tensor2D => {
  const own = added && { x: added.x, panels: added.w.panels, scales: added.w.scales }
  return run('HmtlBiLstm16', { ...own, rows, of, uPanels: u.panels, uScales: u.scales, offsets })[0] as tf.Tensor2D
}

/** @param differentiate whether a gradient will be asked for; without one what it would need is freed at once */
export const biLstm = ({ x, w, b, u, offsets }: LstmInputs, differentiate: boolean): tf.Tensor2D => {
  if (isIntegers(w) && isIntegers(u)) {
    const recurrent = { uPanels: u.panels, uScales: u.scales }
    return run('HmtlBiLstm16', { x, panels: w.panels, scales: w.scales, b, ...recurrent, offsets })[0] as tf.Tensor2D
  }
  const [y, ...saved] = run('HmtlBiLstm', { x, w: w as tf.Tensor2D, b, u: u as tf.Tensor3D, offsets })
  if (!differentiate) for (const tensor of saved) tensor.dispose()
  return y as tf.Tensor2D
}
