/**
 * A bidirectional LSTM over packed sequences: rows are sorted by time step, and
 * within a step by sequence, longest first, so that step t is the rows
 * offsets[t] to offsets[t+1] and a sequence keeps its place in every step.
 * No padding is computed. Gates in the order i, f, o, g.
 */
import { gemmPacked, gemmPackedTransA, pack } from './gemm'
import { sigmoid4, tanh4, madd } from './math'

/** Floats of scratch for N rows, at most B sequences, hidden size H. */
export function lstmScratchFloats(N: i32, B: i32, H: i32): i32 {
  // The recurrent weights packed, and for the gradient the carries, previous states and packed dZ.
  return 4 * H * ((H + 7) & ~7) + 64 + 2 * B * H + N * H + 4 * H * N + 64
}

// @ts-ignore: decorator
@inline
function clear(p: usize, floats: i32): void {
  memory.fill(p, 0, <usize>floats << 2)
}

/**
 * XP [N,8H] input projections (forward gates, then backward), U [2,H,4H].
 * Out: Y [N,2H], S [N,8H] activated gates, C [N,2H] cells.
 */
export function lstmForward(XP: usize, U: usize, offsets: usize, T: i32, N: i32, H: i32, Y: usize, S: usize, C: usize, scratch: usize): void {
  memory.copy(S, XP, (<usize>N * <usize>H) << 5)
  for (let direction = 0; direction < 2; direction++) {
    pack(U + ((<usize>direction * <usize>H * <usize>H) << 4), 4 * H, H, 4 * H, false, scratch)
    let previous = 0
    let previousRows = 0
    for (let step = 0; step < T; step++) {
      const t = direction == 0 ? step : T - 1 - step
      const first = load<i32>(offsets + (<usize>t << 2))
      const rows = load<i32>(offsets + (<usize>t << 2), 4) - first
      // Forward: sequences only end, so all rows have a state. Backward: they only begin, the first rows have one.
      const carried = step == 0 ? 0 : min(rows, previousRows)
      const gates = S + ((<usize>first * 8 + <usize>direction * 4) * <usize>H << 2)
      if (carried > 0) gemmPacked(Y + ((<usize>previous * 2 + <usize>direction) * <usize>H << 2), 2 * H, scratch, gates, 8 * H, carried, H, 4 * H, 0, true)
      for (let r = 0; r < rows; r++) {
        const g = gates + (<usize>r * <usize>H << 5)
        const at = ((<usize>(first + r) * 2 + <usize>direction) * <usize>H) << 2
        const before = ((<usize>(previous + r) * 2 + <usize>direction) * <usize>H) << 2
        const hb = <usize>H << 2
        for (let j: usize = 0; j < hb; j += 16) {
          const i = sigmoid4(v128.load(g + j))
          const f = sigmoid4(v128.load(g + hb + j))
          const o = sigmoid4(v128.load(g + 2 * hb + j))
          const z = tanh4(v128.load(g + 3 * hb + j))
          v128.store(g + j, i)
          v128.store(g + hb + j, f)
          v128.store(g + 2 * hb + j, o)
          v128.store(g + 3 * hb + j, z)
          let c = f32x4.mul(i, z)
          if (r < carried) c = madd(f, v128.load(C + before + j), c)
          v128.store(C + at + j, c)
          v128.store(Y + at + j, f32x4.mul(o, tanh4(c)))
        }
      }
      previous = first
      previousRows = rows
    }
  }
}

/**
 * dY [N,2H] to dZ [N,8H] (the gradient of XP) and dU [2,H,4H].
 */
export function lstmBackward(dY: usize, U: usize, offsets: usize, T: i32, N: i32, H: i32, Y: usize, S: usize, C: usize, dZ: usize, dU: usize, B: i32, scratch: usize): void {
  const hb = <usize>H << 2
  const packedU = scratch
  const dh = packedU + (<usize>(4 * H * ((H + 7) & ~7) + 64) << 2)
  const dc = dh + (<usize>(B * H) << 2)
  const states = dc + (<usize>(B * H) << 2)
  const packedZ = states + (<usize>(N * H) << 2)
  const one = f32x4.splat(1)
  for (let direction = 0; direction < 2; direction++) {
    const weights = U + ((<usize>direction * <usize>H * <usize>H) << 4)
    // U transposed: dh = dz · Uᵀ has inner size 4H and width H.
    pack(weights, 4 * H, 4 * H, H, true, packedU)
    clear(dh, B * H)
    clear(dc, B * H)
    clear(states, N * H)
    for (let step = T - 1; step >= 0; step--) {
      const t = direction == 0 ? step : T - 1 - step
      const first = load<i32>(offsets + (<usize>t << 2))
      const rows = load<i32>(offsets + (<usize>t << 2), 4) - first
      let previous = 0
      let carried = 0
      if (step > 0) {
        const p = direction == 0 ? t - 1 : t + 1
        previous = load<i32>(offsets + (<usize>p << 2))
        carried = min(rows, load<i32>(offsets + (<usize>p << 2), 4) - previous)
      }
      for (let r = 0; r < rows; r++) {
        const row = <usize>(first + r)
        const g = S + ((row * 8 + <usize>direction * 4) * <usize>H << 2)
        const d = dZ + ((row * 8 + <usize>direction * 4) * <usize>H << 2)
        const at = ((row * 2 + <usize>direction) * <usize>H) << 2
        const before = ((<usize>(previous + r) * 2 + <usize>direction) * <usize>H) << 2
        const carry = <usize>r * hb
        for (let j: usize = 0; j < hb; j += 16) {
          const i = v128.load(g + j)
          const f = v128.load(g + hb + j)
          const o = v128.load(g + 2 * hb + j)
          const z = v128.load(g + 3 * hb + j)
          const th = tanh4(v128.load(C + at + j))
          const dy = f32x4.add(v128.load(dY + at + j), v128.load(dh + carry + j))
          const dcell = madd(f32x4.mul(dy, o), f32x4.sub(one, f32x4.mul(th, th)), v128.load(dc + carry + j))
          const cPrevious = r < carried ? v128.load(C + before + j) : f32x4.splat(0)
          v128.store(d + j, f32x4.mul(f32x4.mul(dcell, z), f32x4.mul(i, f32x4.sub(one, i))))
          v128.store(d + hb + j, f32x4.mul(f32x4.mul(dcell, cPrevious), f32x4.mul(f, f32x4.sub(one, f))))
          v128.store(d + 2 * hb + j, f32x4.mul(f32x4.mul(dy, th), f32x4.mul(o, f32x4.sub(one, o))))
          v128.store(d + 3 * hb + j, f32x4.mul(f32x4.mul(dcell, i), f32x4.sub(one, f32x4.mul(z, z))))
          v128.store(dc + carry + j, r < carried ? f32x4.mul(dcell, f) : f32x4.splat(0))
          if (r < carried) v128.store(states + ((row * <usize>H) << 2) + j, v128.load(Y + before + j))
        }
      }
      // Sequences that have no earlier step hand nothing back.
      if (step > 0) {
        clear(dh, B * H)
        if (carried > 0) gemmPacked(dZ + ((<usize>first * 8 + <usize>direction * 4) * <usize>H << 2), 8 * H, packedU, dh, H, carried, 4 * H, H, 0, false)
      }
    }
    pack(dZ + ((<usize>direction * 4 * <usize>H) << 2), 8 * H, N, 4 * H, false, packedZ)
    gemmPackedTransA(states, H, packedZ, dU + ((<usize>direction * <usize>H * <usize>H) << 4), 4 * H, H, N, 4 * H, false)
  }
}
