/**
 * Y[N,O] = X[N,I]·Wᵀ with W [O,I] of 8-bit integers and a factor a row. Rows of X become 16-bit integers, each with a
 * factor of its own; products and sums are exact integers, two of them an instruction. W stays as it is in memory:
 * eight of its rows at a time are widened into a panel, column pairs side by side. I is a multiple of 4.
 */
import { loadPart, put } from './gemm'
import { madd } from './math'

/** Floats of scratch: X as 16-bit integers, a factor a row, a panel. */
export function linear8ScratchFloats(N: i32, I: i32): i32 {
  return ((N * I + 1) >> 1) + N + (I << 2) + 48
}

/** A row to integers of at most `level`, rounded to even. Its factor back. */
// @ts-ignore: decorator
@inline
function quantized(x: usize, I: i32, level: f32, out: usize): f32 {
  let most4 = f32x4.splat(0)
  for (let k = 0; k < I; k += 4) most4 = f32x4.max(most4, f32x4.abs(v128.load(x + (<usize>k << 2))))
  const most = max(
    max(f32x4.extract_lane(most4, 0), f32x4.extract_lane(most4, 1)),
    max(f32x4.extract_lane(most4, 2), f32x4.extract_lane(most4, 3)),
  )
  const inverse = f32x4.splat(most > 0 ? level / most : 0)
  for (let k = 0; k < I; k += 4) {
    const whole = i32x4.trunc_sat_f32x4_s(f32x4.nearest(f32x4.mul(v128.load(x + (<usize>k << 2)), inverse)))
    v128.store64_lane(out + (<usize>k << 1), i16x8.narrow_i32x4_s(whole, whole), 0)
  }
  return most / level
}

/** Eight rows of W from `from`, the missing ones as zeros: pair p of row c at [p][c]. */
// @ts-ignore: decorator
@inline
function widen(from: usize, rows: i32, I: i32, panel: usize): void {
  for (let c = 0; c < 8; c++) {
    let to = panel + (<usize>c << 2)
    if (c >= rows) {
      for (let k = 0; k < I; k += 2) {
        store<i32>(to, 0)
        to += 32
      }
      continue
    }
    const row = from + <usize>c * <usize>I
    let k = 0
    for (; k + 8 <= I; k += 8) {
      const v = v128.load_ext<i8>(row + <usize>k)
      v128.store32_lane(to, v, 0)
      v128.store32_lane(to, v, 1, 32)
      v128.store32_lane(to, v, 2, 64)
      v128.store32_lane(to, v, 3, 96)
      to += 128
    }
    for (; k < I; k += 2) {
      const at = row + <usize>k
      store<i32>(to, (<i32>load<i8>(at) & 0xffff) | (<i32>load<i8>(at, 1) << 16))
      to += 32
    }
  }
}

// @ts-ignore: decorator
@inline
function scaled(c: usize, v: v128, w: v128, s0: v128, s1: v128, b0: v128, b1: v128, factor: f32, width: i32): void {
  const f = f32x4.splat(factor)
  const y0 = madd(f32x4.convert_i32x4_s(v), f32x4.mul(s0, f), b0)
  const y1 = madd(f32x4.convert_i32x4_s(w), f32x4.mul(s1, f), b1)
  put(c, y0, y1, width, false)
}

/** `level`: the largest integer that a row of X may have, so that no sum leaves 32 bits. `B` 0 for none. */
export function linear8(X: usize, W: usize, scales: usize, B: usize, N: i32, I: i32, O: i32, level: f32, Y: usize, scratch: usize): void {
  const rows = (scratch + 15) & ~15
  const rx: usize = <usize>I << 1
  const panel = (rows + <usize>N * rx + 15) & ~15
  const factors = panel + (<usize>I << 4)
  for (let i = 0; i < N; i++)
    store<f32>(factors + (<usize>i << 2), quantized(X + ((<usize>i * <usize>I) << 2), I, level, rows + <usize>i * rx))
  const ry: usize = <usize>O << 2
  for (let j = 0; j < O; j += 8) {
    const width = O - j
    widen(W + <usize>j * <usize>I, width, I, panel)
    const s = scales + (<usize>j << 2)
    const full = width >= 8
    const s0 = full ? v128.load(s) : loadPart(s, 0, width)
    const s1 = full ? v128.load(s, 16) : loadPart(s + 16, 4, width)
    let b0 = f32x4.splat(0)
    let b1 = f32x4.splat(0)
    if (B) {
      const b = B + (<usize>j << 2)
      b0 = full ? v128.load(b) : loadPart(b, 0, width)
      b1 = full ? v128.load(b, 16) : loadPart(b + 16, 4, width)
    }
    let i = 0
    for (; i + 4 <= N; i += 4) {
      const x0 = rows + <usize>i * rx
      const x1 = x0 + rx
      const x2 = x1 + rx
      const x3 = x2 + rx
      const zero = i32x4.splat(0)
      let c00 = zero, c01 = zero, c10 = zero, c11 = zero, c20 = zero, c21 = zero, c30 = zero, c31 = zero
      let p = panel
      for (let k: usize = 0; k < rx; k += 4) {
        const w0 = v128.load(p)
        const w1 = v128.load(p, 16)
        p += 32
        let x = v128.load32_splat(x0 + k)
        c00 = i32x4.add(c00, i32x4.dot_i16x8_s(x, w0))
        c01 = i32x4.add(c01, i32x4.dot_i16x8_s(x, w1))
        x = v128.load32_splat(x1 + k)
        c10 = i32x4.add(c10, i32x4.dot_i16x8_s(x, w0))
        c11 = i32x4.add(c11, i32x4.dot_i16x8_s(x, w1))
        x = v128.load32_splat(x2 + k)
        c20 = i32x4.add(c20, i32x4.dot_i16x8_s(x, w0))
        c21 = i32x4.add(c21, i32x4.dot_i16x8_s(x, w1))
        x = v128.load32_splat(x3 + k)
        c30 = i32x4.add(c30, i32x4.dot_i16x8_s(x, w0))
        c31 = i32x4.add(c31, i32x4.dot_i16x8_s(x, w1))
      }
      const y = Y + <usize>i * ry + (<usize>j << 2)
      const f = factors + (<usize>i << 2)
      scaled(y, c00, c01, s0, s1, b0, b1, load<f32>(f), width)
      scaled(y + ry, c10, c11, s0, s1, b0, b1, load<f32>(f, 4), width)
      scaled(y + 2 * ry, c20, c21, s0, s1, b0, b1, load<f32>(f, 8), width)
      scaled(y + 3 * ry, c30, c31, s0, s1, b0, b1, load<f32>(f, 12), width)
    }
    for (; i < N; i++) {
      const x0 = rows + <usize>i * rx
      let c0 = i32x4.splat(0)
      let c1 = i32x4.splat(0)
      let p = panel
      for (let k: usize = 0; k < rx; k += 4) {
        const x = v128.load32_splat(x0 + k)
        c0 = i32x4.add(c0, i32x4.dot_i16x8_s(x, v128.load(p)))
        c1 = i32x4.add(c1, i32x4.dot_i16x8_s(x, v128.load(p, 16)))
        p += 32
      }
      scaled(Y + <usize>i * ry + (<usize>j << 2), c0, c1, s0, s1, b0, b1, load<f32>(factors + (<usize>i << 2)), width)
    }
  }
}
