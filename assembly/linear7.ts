/**
 * Y[N,O] = X[N,I]·Wᵀ as `linear8`, with rows of X as integers of 7 bits: sixteen products and their sums are one
 * instruction where relaxed SIMD has the dot product and the engine gives it the machine's own (Node 24). A block of a
 * row is rounded between its least and its greatest number, x ≈ least + step·q, so that
 * Σ x·w = step·Σ q·w + least·Σ w; both sums are exact, whatever the machine. Blocks, since a few columns of an encoder's
 * states are many times as large as the others, which would be left with few steps. I is a multiple of 4.
 */
import { loadPart, put } from './gemm'
import { madd } from './math'

/** Columns of a block; the last may have fewer. */
const block: i32 = 128

/** Floats of scratch: X as bytes, a step and a least number a block of a row, a block of a panel and its sums. */
export function linear7ScratchFloats(N: i32, I: i32): i32 {
  return ((N * I) >> 2) + 2 * N * ((I + block - 1) / block) + (block << 1) + 64
}

/** c + sums of four products of bytes; x of 7 bits, so that no sum of two leaves 16 bits. */
// @ts-ignore: decorator
@inline
function dot(w: v128, x: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return i32x4.relaxed_dot_i8x16_i7x16_add_s(w, x, c)
  const low = i32x4.extadd_pairwise_i16x8_s(i16x8.extmul_low_i8x16_s(w, x))
  const high = i32x4.extadd_pairwise_i16x8_s(i16x8.extmul_high_i8x16_s(w, x))
  const even = v128.shuffle<i32>(low, high, 0, 2, 4, 6)
  const odd = v128.shuffle<i32>(low, high, 1, 3, 5, 7)
  return i32x4.add(c, i32x4.add(even, odd))
}

// @ts-ignore: decorator
@inline
function least4(v: v128): f32 {
  return min(
    min(f32x4.extract_lane(v, 0), f32x4.extract_lane(v, 1)),
    min(f32x4.extract_lane(v, 2), f32x4.extract_lane(v, 3)),
  )
}

/** A block to integers from 0 to 127; its step and its least number to `factors`. */
function bytesOf(x: usize, I: i32, out: usize, factors: usize): void {
  let low = v128.load(x)
  let high = low
  for (let k = 4; k < I; k += 4) {
    const v = v128.load(x + (<usize>k << 2))
    low = f32x4.min(low, v)
    high = f32x4.max(high, v)
  }
  const least = least4(low)
  // Of the halves: the difference of the two largest numbers of opposite signs is none.
  const half = -least4(f32x4.neg(high)) * 0.5 - least * 0.5
  const step = half / 63.5
  const inverse = f32x4.splat(half > 0 ? 63.5 / half : 0)
  const least4s = f32x4.splat(least)
  for (let k = 0; k < I; k += 4) {
    const v = f32x4.sub(f32x4.mul(v128.load(x + (<usize>k << 2)), inverse), f32x4.mul(least4s, inverse))
    const whole = i32x4.trunc_sat_f32x4_s(f32x4.nearest(v))
    // Rounding of the difference may lead one past the end.
    const bounded = i32x4.max_s(i32x4.min_s(whole, i32x4.splat(127)), i32x4.splat(0))
    const words = i16x8.narrow_i32x4_s(bounded, bounded)
    v128.store32_lane(out + <usize>k, i8x16.narrow_i16x8_u(words, words), 0)
  }
  store<f32>(factors, step)
  store<f32>(factors, least, 4)
}

/**
 * A block of eight rows of W, the missing ones as zeros: four bytes of row c at [k/4][c]. The sums of its rows to `sums`.
 * `rw`: bytes from row to row.
 */
// @ts-ignore: decorator
@inline
function panelOf(W: usize, rw: usize, rows: i32, columns: i32, panel: usize, sums: usize): void {
  for (let c = 0; c < 8; c++) {
    let to = panel + (<usize>c << 2)
    const row = W + <usize>c * rw
    for (let k = 0; k < columns; k += 4) {
      store<i32>(to, c < rows ? load<i32>(row + <usize>k) : 0)
      to += 32
    }
  }
  const ones = i8x16.splat(1)
  let s0 = i32x4.splat(0)
  let s1 = i32x4.splat(0)
  for (let k = 0; k < columns; k += 4) {
    const p = panel + (<usize>k << 3)
    s0 = dot(v128.load(p), ones, s0)
    s1 = dot(v128.load(p, 16), ones, s1)
  }
  v128.store(sums, f32x4.convert_i32x4_s(s0))
  v128.store(sums, f32x4.convert_i32x4_s(s1), 16)
}

/** A row's eight sums of a block as numbers: step·scale·Σ q·w + least·scale·Σ w, besides the bias or what is there. */
// @ts-ignore: decorator
@inline
function finish(y: usize, v: v128, w: v128, factors: usize, s0: v128, s1: v128, t0: v128, t1: v128, b0: v128, b1: v128, width: i32, more: bool): void {
  const step = v128.load32_splat(factors)
  const least = v128.load32_splat(factors, 4)
  const y0 = madd(f32x4.convert_i32x4_s(v), f32x4.mul(s0, step), madd(t0, least, b0))
  const y1 = madd(f32x4.convert_i32x4_s(w), f32x4.mul(s1, step), madd(t1, least, b1))
  put(y, y0, y1, width, more)
}

export function linear7(X: usize, W: usize, scales: usize, B: usize, N: i32, I: i32, O: i32, Y: usize, scratch: usize): void {
  const rows = (scratch + 15) & ~15
  const rx: usize = <usize>I
  const blocks = (I + block - 1) / block
  const panel = (rows + <usize>N * rx + 15) & ~15
  const sums = panel + (<usize>block << 3)
  const factors = sums + 32
  const rf: usize = <usize>N << 3
  for (let f = 0; f < blocks; f++) {
    const from = f * block
    for (let i = 0; i < N; i++) {
      const at = <usize>i * rx + <usize>from
      bytesOf(X + (at << 2), min(block, I - from), rows + at, factors + <usize>f * rf + (<usize>i << 3))
    }
  }
  const ry: usize = <usize>O << 2
  const zero = f32x4.splat(0)
  for (let j = 0; j < O; j += 8) {
    const width = O - j
    const full = width >= 8
    const at = <usize>j << 2
    const s0 = full ? v128.load(scales + at) : loadPart(scales + at, 0, width)
    const s1 = full ? v128.load(scales + at, 16) : loadPart(scales + at + 16, 4, width)
    for (let f = 0; f < blocks; f++) {
      const from: usize = <usize>(f * block)
      const columns = min(block, I - f * block)
      const more = f > 0
      panelOf(W + <usize>j * rx + from, rx, width, columns, panel, sums)
      const t0 = f32x4.mul(v128.load(sums), s0)
      const t1 = f32x4.mul(v128.load(sums, 16), s1)
      let b0 = zero
      let b1 = zero
      if (B && !more) {
        b0 = full ? v128.load(B + at) : loadPart(B + at, 0, width)
        b1 = full ? v128.load(B + at, 16) : loadPart(B + at + 16, 4, width)
      }
      const fs = factors + <usize>f * rf
      let i = 0
      for (; i + 4 <= N; i += 4) {
        const x0 = rows + <usize>i * rx + from
        const x1 = x0 + rx
        const x2 = x1 + rx
        const x3 = x2 + rx
        const none = i32x4.splat(0)
        let c00 = none, c01 = none, c10 = none, c11 = none, c20 = none, c21 = none, c30 = none, c31 = none
        let p = panel
        for (let k: usize = 0; k < <usize>columns; k += 4) {
          const w0 = v128.load(p)
          const w1 = v128.load(p, 16)
          p += 32
          let x = v128.load32_splat(x0 + k)
          c00 = dot(w0, x, c00)
          c01 = dot(w1, x, c01)
          x = v128.load32_splat(x1 + k)
          c10 = dot(w0, x, c10)
          c11 = dot(w1, x, c11)
          x = v128.load32_splat(x2 + k)
          c20 = dot(w0, x, c20)
          c21 = dot(w1, x, c21)
          x = v128.load32_splat(x3 + k)
          c30 = dot(w0, x, c30)
          c31 = dot(w1, x, c31)
        }
        const y = Y + <usize>i * ry + at
        const g = fs + (<usize>i << 3)
        finish(y, c00, c01, g, s0, s1, t0, t1, b0, b1, width, more)
        finish(y + ry, c10, c11, g + 8, s0, s1, t0, t1, b0, b1, width, more)
        finish(y + 2 * ry, c20, c21, g + 16, s0, s1, t0, t1, b0, b1, width, more)
        finish(y + 3 * ry, c30, c31, g + 24, s0, s1, t0, t1, b0, b1, width, more)
      }
      for (; i < N; i++) {
        const x0 = rows + <usize>i * rx + from
        let c0 = i32x4.splat(0)
        let c1 = i32x4.splat(0)
        let p = panel
        for (let k: usize = 0; k < <usize>columns; k += 4) {
          const x = v128.load32_splat(x0 + k)
          c0 = dot(v128.load(p), x, c0)
          c1 = dot(v128.load(p, 16), x, c1)
          p += 32
        }
        finish(Y + <usize>i * ry + at, c0, c1, fs + (<usize>i << 3), s0, s1, t0, t1, b0, b1, width, more)
      }
    }
  }
}
