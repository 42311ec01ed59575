/**
 * C[M,N] (+)= A·B (+ bias) for A or B transposed. B is packed into panels of
 * eight columns, so that the inner loop reads both operands in order; the last
 * panel is padded with zeros and stored column by column.
 */
import { madd } from './math'

/** Floats of scratch that a product of inner size K and width N needs. */
export function gemmScratchFloats(K: i32, N: i32): i32 {
  return ((N + 7) & ~7) * K + 32
}

/** B to panels: panel p holds column 8p..8p+7 of row k at [k][0..7]. `trans`: B is given as [N,K]. */
export function pack(B: usize, ldb: i32, K: i32, N: i32, trans: bool, out: usize): void {
  const row: usize = <usize>ldb << 2
  for (let j = 0; j < N; j += 8) {
    const width = min(8, N - j)
    if (!trans) {
      let from = B + (<usize>j << 2)
      if (width == 8) {
        for (let k = 0; k < K; k++) {
          v128.store(out, v128.load(from))
          v128.store(out, v128.load(from, 16), 16)
          out += 32
          from += row
        }
      } else {
        for (let k = 0; k < K; k++) {
          for (let c = 0; c < 8; c++) store<f32>(out + (<usize>c << 2), c < width ? load<f32>(from + (<usize>c << 2)) : 0)
          out += 32
          from += row
        }
      }
    } else {
      for (let c = 0; c < 8; c++) {
        let to = out + (<usize>c << 2)
        if (c < width) {
          let from = B + <usize>(j + c) * row
          for (let k = 0; k < K; k++) {
            store<f32>(to, load<f32>(from))
            to += 32
            from += 4
          }
        } else {
          for (let k = 0; k < K; k++) {
            store<f32>(to, 0)
            to += 32
          }
        }
      }
      out += <usize>K << 5
    }
  }
}

// @ts-ignore: decorator
@inline
function storePart(c: usize, v: v128, w: v128, width: i32): void {
  if (width > 0) store<f32>(c, f32x4.extract_lane(v, 0))
  if (width > 1) store<f32>(c, f32x4.extract_lane(v, 1), 4)
  if (width > 2) store<f32>(c, f32x4.extract_lane(v, 2), 8)
  if (width > 3) store<f32>(c, f32x4.extract_lane(v, 3), 12)
  if (width > 4) store<f32>(c, f32x4.extract_lane(w, 0), 16)
  if (width > 5) store<f32>(c, f32x4.extract_lane(w, 1), 20)
  if (width > 6) store<f32>(c, f32x4.extract_lane(w, 2), 24)
}

// @ts-ignore: decorator
@inline
export function loadPart(c: usize, from: i32, width: i32): v128 {
  let v = f32x4.splat(0)
  if (from < width) v = f32x4.replace_lane(v, 0, load<f32>(c))
  if (from + 1 < width) v = f32x4.replace_lane(v, 1, load<f32>(c, 4))
  if (from + 2 < width) v = f32x4.replace_lane(v, 2, load<f32>(c, 8))
  if (from + 3 < width) v = f32x4.replace_lane(v, 3, load<f32>(c, 12))
  return v
}

/** Product with B already packed. `bias` 0 for none; `accumulate` adds to C. A is [M,K] by rows of `lda`. */
export function gemmPacked(A: usize, lda: i32, packed: usize, C: usize, ldc: i32, M: i32, K: i32, N: i32, bias: usize, accumulate: bool): void {
  const ra: usize = <usize>lda << 2
  const rc: usize = <usize>ldc << 2
  const last: usize = <usize>K << 2
  for (let j = 0; j < N; j += 8) {
    const width = N - j
    const full = width >= 8
    const panel = packed + ((<usize>K * <usize>j) << 2)
    let i0 = f32x4.splat(0)
    let i1 = f32x4.splat(0)
    if (bias) {
      const b = bias + (<usize>j << 2)
      i0 = full ? v128.load(b) : loadPart(b, 0, width)
      i1 = full ? v128.load(b, 16) : loadPart(b + 16, 4, width)
    }
    let i = 0
    for (; i + 4 <= M; i += 4) {
      const a0 = A + <usize>i * ra
      const a1 = a0 + ra
      const a2 = a1 + ra
      const a3 = a2 + ra
      let c00 = i0, c01 = i1, c10 = i0, c11 = i1, c20 = i0, c21 = i1, c30 = i0, c31 = i1
      let b = panel
      for (let k: usize = 0; k < last; k += 4) {
        const b0 = v128.load(b)
        const b1 = v128.load(b, 16)
        b += 32
        let s = v128.load32_splat(a0 + k)
        c00 = madd(s, b0, c00)
        c01 = madd(s, b1, c01)
        s = v128.load32_splat(a1 + k)
        c10 = madd(s, b0, c10)
        c11 = madd(s, b1, c11)
        s = v128.load32_splat(a2 + k)
        c20 = madd(s, b0, c20)
        c21 = madd(s, b1, c21)
        s = v128.load32_splat(a3 + k)
        c30 = madd(s, b0, c30)
        c31 = madd(s, b1, c31)
      }
      const c = C + <usize>i * rc + (<usize>j << 2)
      put(c, c00, c01, width, accumulate)
      put(c + rc, c10, c11, width, accumulate)
      put(c + 2 * rc, c20, c21, width, accumulate)
      put(c + 3 * rc, c30, c31, width, accumulate)
    }
    for (; i < M; i++) {
      const a = A + <usize>i * ra
      let c0 = i0
      let c1 = i1
      let b = panel
      for (let k: usize = 0; k < last; k += 4) {
        const s = v128.load32_splat(a + k)
        c0 = madd(s, v128.load(b), c0)
        c1 = madd(s, v128.load(b, 16), c1)
        b += 32
      }
      put(C + <usize>i * rc + (<usize>j << 2), c0, c1, width, accumulate)
    }
  }
}

// @ts-ignore: decorator
@inline
export function put(c: usize, v: v128, w: v128, width: i32, accumulate: bool): void {
  if (width >= 8) {
    if (accumulate) {
      v128.store(c, f32x4.add(v128.load(c), v))
      v128.store(c, f32x4.add(v128.load(c, 16), w), 16)
    } else {
      v128.store(c, v)
      v128.store(c, w, 16)
    }
  } else {
    if (accumulate) {
      v = f32x4.add(v, loadPart(c, 0, width))
      w = f32x4.add(w, loadPart(c + 16, 4, width))
    }
    storePart(c, v, w, width)
  }
}

/** Product with A given as [K,M] (its transpose is multiplied): four columns of A are one vector. */
export function gemmPackedTransA(A: usize, lda: i32, packed: usize, C: usize, ldc: i32, M: i32, K: i32, N: i32, accumulate: bool): void {
  const ra: usize = <usize>lda << 2
  const rc: usize = <usize>ldc << 2
  for (let j = 0; j < N; j += 8) {
    const width = N - j
    const panel = packed + ((<usize>K * <usize>j) << 2)
    let i = 0
    for (; i + 4 <= M; i += 4) {
      let a = A + (<usize>i << 2)
      const zero = f32x4.splat(0)
      let c00 = zero, c01 = zero, c10 = zero, c11 = zero, c20 = zero, c21 = zero, c30 = zero, c31 = zero
      let b = panel
      for (let k = 0; k < K; k++) {
        const b0 = v128.load(b)
        const b1 = v128.load(b, 16)
        b += 32
        let s = v128.load32_splat(a)
        c00 = madd(s, b0, c00)
        c01 = madd(s, b1, c01)
        s = v128.load32_splat(a, 4)
        c10 = madd(s, b0, c10)
        c11 = madd(s, b1, c11)
        s = v128.load32_splat(a, 8)
        c20 = madd(s, b0, c20)
        c21 = madd(s, b1, c21)
        s = v128.load32_splat(a, 12)
        c30 = madd(s, b0, c30)
        c31 = madd(s, b1, c31)
        a += ra
      }
      const c = C + <usize>i * rc + (<usize>j << 2)
      put(c, c00, c01, width, accumulate)
      put(c + rc, c10, c11, width, accumulate)
      put(c + 2 * rc, c20, c21, width, accumulate)
      put(c + 3 * rc, c30, c31, width, accumulate)
    }
    for (; i < M; i++) {
      let a = A + (<usize>i << 2)
      let c0 = f32x4.splat(0)
      let c1 = f32x4.splat(0)
      let b = panel
      for (let k = 0; k < K; k++) {
        const s = v128.load32_splat(a)
        c0 = madd(s, v128.load(b), c0)
        c1 = madd(s, v128.load(b, 16), c1)
        b += 32
        a += ra
      }
      put(C + <usize>i * rc + (<usize>j << 2), c0, c1, width, accumulate)
    }
  }
}

/**
 * C[M,N] (+)= op(A)·op(B) (+ bias). Leading dimensions in floats. `scratch`
 * holds gemmScratchFloats(K, N) floats.
 */
export function gemm(A: usize, lda: i32, transA: bool, B: usize, ldb: i32, transB: bool, C: usize, ldc: i32, M: i32, K: i32, N: i32, bias: usize, accumulate: bool, scratch: usize): void {
  pack(B, ldb, K, N, transB, scratch)
  if (transA) gemmPackedTransA(A, lda, scratch, C, ldc, M, K, N, accumulate)
  else gemmPacked(A, lda, scratch, C, ldc, M, K, N, bias, accumulate)
}
