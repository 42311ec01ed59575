/**
 * Products of 16-bit integers, two of them and their sum an instruction. Rows are integers with a factor each; weights
 * lie in panels of eight columns, the pair of rows p of column c at [p][c]. All sums are exact.
 */
import { loadPart, put } from './gemm'
import { madd } from './math'

/** Four floats to 32-bit integers, rounded to even. */
// @ts-ignore: decorator
@inline
function whole4(v: v128, inverse: v128): v128 {
  return i32x4.trunc_sat_f32x4_s(f32x4.nearest(f32x4.mul(v, inverse)))
}

/** The same to 16-bit integers in memory; `inverse` in all lanes. */
// @ts-ignore: decorator
@inline
export function store4(v: v128, inverse: v128, out: usize): void {
  const whole = whole4(v, inverse)
  v128.store64_lane(out, i16x8.narrow_i32x4_s(whole, whole), 0)
}

/** A row to integers of at most `level`, zeros up to a multiple of four. Its factor back. */
// @ts-ignore: decorator
@inline
export function quantized(x: usize, I: i32, level: f32, out: usize): f32 {
  let most4 = f32x4.splat(0)
  const whole = I & ~3
  for (let k = 0; k < whole; k += 4) most4 = f32x4.max(most4, f32x4.abs(v128.load(x + (<usize>k << 2))))
  let tail = f32x4.splat(0)
  if (whole < I) {
    tail = loadPart(x + (<usize>whole << 2), 0, I - whole)
    most4 = f32x4.max(most4, f32x4.abs(tail))
  }
  const most = max(
    max(f32x4.extract_lane(most4, 0), f32x4.extract_lane(most4, 1)),
    max(f32x4.extract_lane(most4, 2), f32x4.extract_lane(most4, 3)),
  )
  const inverse = f32x4.splat(most > 0 ? level / most : 0)
  for (let k = 0; k < whole; k += 4) store4(v128.load(x + (<usize>k << 2)), inverse, out + (<usize>k << 1))
  if (whole < I) store4(tail, inverse, out + (<usize>whole << 1))
  return most / level
}

// @ts-ignore: decorator
@inline
function scaled(c: usize, v: v128, w: v128, s0: v128, s1: v128, b0: v128, b1: v128, factor: f32, width: i32, accumulate: bool): void {
  const f = f32x4.splat(factor)
  const y0 = madd(f32x4.convert_i32x4_s(v), f32x4.mul(s0, f), b0)
  const y1 = madd(f32x4.convert_i32x4_s(w), f32x4.mul(s1, f), b1)
  put(c, y0, y1, width, accumulate)
}

/**
 * Eight columns of a product: Y (+)= rows·panel, times a row's factor and a column's scale, and the bias `B`, 0 for none.
 * `rx` and `ry`: bytes from row to row. `scales`, `B` and `Y` begin at the panel's first column, of `width` that are left.
 */
// @ts-ignore: decorator
@inline
export function panelProduct(rows: usize, rx: usize, N: i32, panel: usize, scales: usize, B: usize, factors: usize, Y: usize, ry: usize, width: i32, accumulate: bool): void {
  const full = width >= 8
  const s0 = full ? v128.load(scales) : loadPart(scales, 0, width)
  const s1 = full ? v128.load(scales, 16) : loadPart(scales + 16, 4, width)
  let b0 = f32x4.splat(0)
  let b1 = f32x4.splat(0)
  if (B) {
    b0 = full ? v128.load(B) : loadPart(B, 0, width)
    b1 = full ? v128.load(B, 16) : loadPart(B + 16, 4, width)
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
    const y = Y + <usize>i * ry
    const f = factors + (<usize>i << 2)
    scaled(y, c00, c01, s0, s1, b0, b1, load<f32>(f), width, accumulate)
    scaled(y + ry, c10, c11, s0, s1, b0, b1, load<f32>(f, 4), width, accumulate)
    scaled(y + 2 * ry, c20, c21, s0, s1, b0, b1, load<f32>(f, 8), width, accumulate)
    scaled(y + 3 * ry, c30, c31, s0, s1, b0, b1, load<f32>(f, 12), width, accumulate)
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
    scaled(Y + <usize>i * ry, c0, c1, s0, s1, b0, b1, load<f32>(factors + (<usize>i << 2)), width, accumulate)
  }
}

/** `level` over the largest, 0 for a column of zeros. */
// @ts-ignore: decorator
@inline
function inverse4(most: v128, level: v128): v128 {
  const zero = f32x4.splat(0)
  return v128.bitselect(f32x4.div(level, most), zero, f32x4.gt(most, zero))
}

/** A matrix W [I,O] to panels of integers of at most `level`, and a scale a column. */
export function toIntegers(W: usize, I: i32, O: i32, level: f32, panels: usize, scales: usize): void {
  const row: usize = <usize>O << 2
  const level4 = f32x4.splat(level)
  const low = i32x4.splat(0xffff)
  const pairs = (I + 3) >> 2 << 1
  for (let j = 0; j < O; j += 8) {
    const from = W + (<usize>j << 2)
    const width = O - j
    const full = width >= 8
    let m0 = f32x4.splat(0)
    let m1 = f32x4.splat(0)
    for (let k = 0; k < I; k++) {
      const at = from + <usize>k * row
      m0 = f32x4.max(m0, f32x4.abs(full ? v128.load(at) : loadPart(at, 0, width)))
      m1 = f32x4.max(m1, f32x4.abs(full ? v128.load(at, 16) : loadPart(at + 16, 4, width)))
    }
    put(scales + (<usize>j << 2), f32x4.div(m0, level4), f32x4.div(m1, level4), width, false)
    const i0 = inverse4(m0, level4)
    const i1 = inverse4(m1, level4)
    for (let pair = 0; pair < pairs; pair++) {
      let a0 = i32x4.splat(0), a1 = a0, b0 = a0, b1 = a0
      const k = pair << 1
      if (k < I) {
        const at = from + <usize>k * row
        a0 = whole4(full ? v128.load(at) : loadPart(at, 0, width), i0)
        a1 = whole4(full ? v128.load(at, 16) : loadPart(at + 16, 4, width), i1)
      }
      if (k + 1 < I) {
        const at = from + <usize>(k + 1) * row
        b0 = whole4(full ? v128.load(at) : loadPart(at, 0, width), i0)
        b1 = whole4(full ? v128.load(at, 16) : loadPart(at + 16, 4, width), i1)
      }
      v128.store(panels, v128.or(v128.and(a0, low), i32x4.shl(b0, 16)))
      v128.store(panels, v128.or(v128.and(a1, low), i32x4.shl(b1, 16)), 16)
      panels += 32
    }
  }
}
