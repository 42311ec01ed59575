/**
 * ELMo's LSTM: one direction over packed sequences, with a projection of its
 * output and clips of cells and output (Peters et al. 2018; spec section 5).
 * xp [N,4H] input projections with bias, gates in the order i, j, f, o and a
 * forget bias of 1 to be added; u [P,4H], w [H,P]; offsets int32 [T+1]; c [B,H]
 * and h [B,P] the states to begin with. → y [N,P], and the states at the end.
 * It is frozen: there is no gradient.
 */
import type * as tf from '@tensorflow/tfjs-core'
import { type FusedOp, float, run } from '../op.ts'

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x))

export const lstmProjectedOp: FusedOp = {
  name: 'HmtlLstmProjected',
  host: ({ xp, u, w, offsets, c, h }, { reverse, cellClip, projectionClip }) => {
    const [H, P] = w.shape
    const steps = offsets.values.length - 1
    const y = float([xp.shape[0], P])
    const [cells, states] = [Float32Array.from(c.values), Float32Array.from(h.values)]
    const clip = (x: number, most: number) => Math.max(-most, Math.min(most, x))
    for (let step = 0; step < steps; step++) {
      const t = reverse ? steps - 1 - step : step
      const first = offsets.values[t]
      for (let r = 0; r < offsets.values[t + 1] - first; r++) {
        const z = new Float64Array(4 * H)
        for (let k = 0; k < 4 * H; k++) {
          z[k] = xp.values[(first + r) * 4 * H + k]
          for (let p = 0; p < P; p++) z[k] += states[r * P + p] * u.values[p * 4 * H + k]
        }
        const hidden = new Float64Array(H)
        for (let k = 0; k < H; k++) {
          const cell = clip(
            sigmoid(z[2 * H + k] + 1) * cells[r * H + k] + sigmoid(z[k]) * Math.tanh(z[H + k]),
            cellClip,
          )
          cells[r * H + k] = cell
          hidden[k] = sigmoid(z[3 * H + k]) * Math.tanh(cell)
        }
        for (let p = 0; p < P; p++) {
          let sum = 0
          for (let k = 0; k < H; k++) sum += hidden[k] * w.values[k * P + p]
          y.values[(first + r) * P + p] = states[r * P + p] = clip(sum, projectionClip)
        }
      }
    }
    return [y, float(c.shape, cells), float(h.shape, states)]
  },
}

export interface ProjectedInputs {
  readonly xp: tf.Tensor2D
  readonly u: tf.Tensor2D
  readonly w: tf.Tensor2D
  readonly offsets: tf.Tensor1D
  readonly c: tf.Tensor2D
  readonly h: tf.Tensor2D
}

export const lstmProjected = (
  inputs: ProjectedInputs,
  reverse: boolean,
  cellClip: number,
  projectionClip: number,
): { y: tf.Tensor2D; c: tf.Tensor2D; h: tf.Tensor2D } => {
  const [y, c, h] = run('HmtlLstmProjected', { ...inputs }, { reverse: reverse ? 1 : 0, cellClip, projectionClip })
  return { y: y as tf.Tensor2D, c: c as tf.Tensor2D, h: h as tf.Tensor2D }
}

/**
 * A highway layer (Srivastava et al. 2015): x, the carry gate's scores and the rectified transform, all [N,D] →
 * gate·transform + (1 − gate)·x.
 */
export const highwayOp: FusedOp = {
  name: 'HmtlHighway',
  host: ({ x, gate, transform }) => {
    const y = float(x.shape)
    for (let i = 0; i < y.values.length; i++) {
      const g = sigmoid(gate.values[i])
      y.values[i] = g * transform.values[i] + (1 - g) * x.values[i]
    }
    return [y]
  },
}

export const highway = (x: tf.Tensor2D, gate: tf.Tensor2D, transform: tf.Tensor2D): tf.Tensor2D =>
  run('HmtlHighway', { x, gate, transform })[0] as tf.Tensor2D
