/** The recurrence of `lstm.ts` for a model that is only used: recurrent weights of 16-bit integers, states rounded to such. */
import { panelProduct, store4 } from './integers'
import { madd, sigmoid4, tanh4 } from './math'

/** Floats of scratch: states as integers, a factor a row. */
export function lstm16ScratchFloats(B: i32, H: i32): i32 {
  return B * ((H >> 1) + 1) + 48
}

/**
 * XP [N,8H] input projections, which become the activated gates; U two times panels of [H,4H], scales [2,4H]; B the most
 * rows of a step. `level`: the largest integer of a state. H is a multiple of four. Out: Y [N,2H], and C [N,2H] cells.
 */
export function lstmForward16(XP: usize, U: usize, scales: usize, offsets: usize, T: i32, B: i32, H: i32, level: f32, Y: usize, C: usize, scratch: usize): void {
  const states = (scratch + 15) & ~15
  const rx: usize = <usize>H << 1
  const factors = (states + <usize>B * rx + 15) & ~15
  const inverse = f32x4.splat(level)
  for (let r = 0; r < B; r++) store<f32>(factors + (<usize>r << 2), <f32>1 / level)
  const panel: usize = rx << 3
  const hb = <usize>H << 2
  for (let direction = 0; direction < 2; direction++) {
    const weights = U + <usize>direction * <usize>(H >> 1) * panel
    const columns = scales + <usize>direction * (hb << 2)
    let previous = 0
    let previousRows = 0
    for (let step = 0; step < T; step++) {
      const t = direction == 0 ? step : T - 1 - step
      const first = load<i32>(offsets + (<usize>t << 2))
      const rows = load<i32>(offsets + (<usize>t << 2), 4) - first
      const carried = step == 0 ? 0 : min(rows, previousRows)
      const gates = XP + ((<usize>first * 8 + <usize>direction * 4) * <usize>H << 2)
      if (carried > 0)
        for (let j = 0; j < 4 * H; j += 8) {
          const at = <usize>j << 2
          panelProduct(states, rx, carried, weights + <usize>(j >> 3) * panel, columns + at, 0, factors, gates + at, hb << 3, 8, true)
        }
      for (let r = 0; r < rows; r++) {
        const g = gates + (<usize>r * <usize>H << 5)
        const at = ((<usize>(first + r) * 2 + <usize>direction) * <usize>H) << 2
        const before = ((<usize>(previous + r) * 2 + <usize>direction) * <usize>H) << 2
        const state = states + <usize>r * rx
        for (let j: usize = 0; j < hb; j += 16) {
          const i = sigmoid4(v128.load(g + j))
          const f = sigmoid4(v128.load(g + hb + j))
          const o = sigmoid4(v128.load(g + 2 * hb + j))
          const z = tanh4(v128.load(g + 3 * hb + j))
          let c = f32x4.mul(i, z)
          if (r < carried) c = madd(f, v128.load(C + before + j), c)
          v128.store(C + at + j, c)
          const y = f32x4.mul(o, tanh4(c))
          v128.store(Y + at + j, y)
          store4(y, inverse, state + (j >> 1))
        }
      }
      previous = first
      previousRows = rows
    }
  }
}
