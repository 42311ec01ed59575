/**
 * An LSTM with a projection and clips (Sak et al. 2014), one direction over packed sequences: ELMo's. Gates in the
 * order i, j, f, o; forget bias 1.
 */
import { gemmPacked, pack } from './gemm'
import { sigmoid4, tanh4, madd } from './math'

// @ts-ignore: decorator
@inline
function packedFloats(K: i32, N: i32): i32 {
  return K * ((N + 7) & ~7) + 64
}

/** Floats of scratch for at most B sequences, H cells, P outputs. */
export function lstmProjectedScratchFloats(B: i32, H: i32, P: i32): i32 {
  return packedFloats(P, 4 * H) + packedFloats(H, P) + B * 4 * H + B * H + 64
}

/**
 * XP [N,4H], U [P,4H], projection W [H,P]; C [B,H] and S [B,P] the states, in
 * place. Out: Y [N,P]. H and P are multiples of 4.
 */
export function lstmProjected(XP: usize, U: usize, W: usize, offsets: usize, T: i32, B: i32, H: i32, P: i32, reverse: i32, cellClip: f32, projectionClip: f32, C: usize, S: usize, Y: usize, scratch: usize): void {
  const packedW = scratch + (<usize>packedFloats(P, 4 * H) << 2)
  const gates = packedW + (<usize>packedFloats(H, P) << 2)
  const hidden = gates + ((<usize>B * 4 * <usize>H) << 2)
  pack(U, 4 * H, P, 4 * H, false, scratch)
  pack(W, P, H, P, false, packedW)
  const hb = <usize>H << 2
  const pb = <usize>P << 2
  const one = f32x4.splat(1)
  const top = f32x4.splat(cellClip)
  const bottom = f32x4.splat(-cellClip)
  const outTop = f32x4.splat(projectionClip)
  const outBottom = f32x4.splat(-projectionClip)
  for (let step = 0; step < T; step++) {
    const t = reverse ? T - 1 - step : step
    const first = load<i32>(offsets + (<usize>t << 2))
    const rows = load<i32>(offsets + (<usize>t << 2), 4) - first
    memory.copy(gates, XP + ((<usize>first * 4 * <usize>H) << 2), (<usize>rows * 4 * <usize>H) << 2)
    gemmPacked(S, P, scratch, gates, 4 * H, rows, P, 4 * H, 0, true)
    for (let r = 0; r < rows; r++) {
      const g = gates + ((<usize>r * 4 * <usize>H) << 2)
      const c = C + <usize>r * hb
      const h = hidden + <usize>r * hb
      for (let k: usize = 0; k < hb; k += 16) {
        const i = sigmoid4(v128.load(g + k))
        const j = tanh4(v128.load(g + hb + k))
        const f = sigmoid4(f32x4.add(v128.load(g + 2 * hb + k), one))
        const o = sigmoid4(v128.load(g + 3 * hb + k))
        const cell = f32x4.max(f32x4.min(madd(i, j, f32x4.mul(f, v128.load(c + k))), top), bottom)
        v128.store(c + k, cell)
        v128.store(h + k, f32x4.mul(o, tanh4(cell)))
      }
    }
    gemmPacked(hidden, H, packedW, S, P, rows, H, P, 0, false)
    for (let r = 0; r < rows; r++) {
      const s = S + <usize>r * pb
      const y = Y + <usize>(first + r) * pb
      for (let k: usize = 0; k < pb; k += 16) {
        const v = f32x4.max(f32x4.min(v128.load(s + k), outTop), outBottom)
        v128.store(s + k, v)
        v128.store(y + k, v)
      }
    }
  }
}
