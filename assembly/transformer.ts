/**
 * What a transformer's encoder layer has besides products: layer normalization, GELU, attention. Rows are packed: no
 * sequence is padded.
 */
import { gemmPacked, pack } from './gemm'
import { exp4, sum4, tanh4, madd } from './math'

/** Y[i] = (X[i] + R[i] - mean) / sqrt(variance + epsilon) · gamma + beta; R 0 for none. D is a multiple of 4. */
export function layerNorm(X: usize, R: usize, gamma: usize, beta: usize, n: i32, D: i32, epsilon: f64, Y: usize): void {
  const db = <usize>D << 2
  for (let i = 0; i < n; i++) {
    const x = X + <usize>i * db
    const r = R + <usize>i * db
    const y = Y + <usize>i * db
    let total = f32x4.splat(0)
    for (let k: usize = 0; k < db; k += 16) {
      const v = R ? f32x4.add(v128.load(x + k), v128.load(r + k)) : v128.load(x + k)
      v128.store(y + k, v)
      total = f32x4.add(total, v)
    }
    const mean = f32x4.splat(sum4(total) / <f32>D)
    let squares = f32x4.splat(0)
    for (let k: usize = 0; k < db; k += 16) {
      const v = f32x4.sub(v128.load(y + k), mean)
      squares = madd(v, v, squares)
    }
    const scale = f32x4.splat(<f32>(1 / sqrt<f64>(<f64>sum4(squares) / <f64>D + epsilon)))
    for (let k: usize = 0; k < db; k += 16) {
      const v = f32x4.mul(f32x4.sub(v128.load(y + k), mean), scale)
      v128.store(y + k, madd(v, v128.load(gamma + k), v128.load(beta + k)))
    }
  }
}

/**
 * Φ(x), the error function by formula 7.1.26 of Abramowitz and Stegun (off by at most 1.5e-7).
 * @param density exp(−x²/2)
 */
// @ts-ignore: decorator
@inline
export function phi4(x: v128, density: v128): v128 {
  const z = f32x4.mul(f32x4.abs(x), f32x4.splat(0.7071067811865476))
  const one = f32x4.splat(1)
  const t = f32x4.div(one, madd(z, f32x4.splat(0.3275911), one))
  let p = madd(t, f32x4.splat(1.061405429), f32x4.splat(-1.453152027))
  p = madd(p, t, f32x4.splat(1.421413741))
  p = madd(p, t, f32x4.splat(-0.284496736))
  p = f32x4.mul(madd(p, t, f32x4.splat(0.254829592)), t)
  // The share beyond |x|, halved: Φ of a negative x, and one less it of a positive.
  const tail = f32x4.mul(f32x4.mul(p, density), f32x4.splat(0.5))
  return v128.bitselect(tail, f32x4.sub(one, tail), f32x4.lt(x, f32x4.splat(0)))
}

/** exp(−x²/2) */
// @ts-ignore: decorator
@inline
export function density4(x: v128): v128 {
  const z = f32x4.mul(f32x4.abs(x), f32x4.splat(0.7071067811865476))
  return exp4(f32x4.neg(f32x4.mul(z, z)))
}

/** x · Φ(x) */
// @ts-ignore: decorator
@inline
function gelu4(x: v128): v128 {
  return f32x4.mul(x, phi4(x, density4(x)))
}

/** The tanh form. */
// @ts-ignore: decorator
@inline
function geluTanh4(x: v128): v128 {
  const cube = f32x4.mul(f32x4.mul(x, x), x)
  const inner = f32x4.mul(madd(cube, f32x4.splat(0.044715), x), f32x4.splat(0.7978845608028654))
  return f32x4.mul(f32x4.mul(x, f32x4.splat(0.5)), f32x4.add(f32x4.splat(1), tanh4(inner)))
}

/** Over n numbers, n a multiple of 4. */
export function gelu(X: usize, n: i32, approximate: i32, Y: usize): void {
  const bytes = <usize>n << 2
  if (approximate) for (let k: usize = 0; k < bytes; k += 16) v128.store(Y + k, geluTanh4(v128.load(X + k)))
  else for (let k: usize = 0; k < bytes; k += 16) v128.store(Y + k, gelu4(v128.load(X + k)))
}

// @ts-ignore: decorator
@inline
export function padded(n: i32): i32 {
  return (n + 7) & ~7
}

/** Floats of scratch for sequences of at most `longest` rows and heads of `size`. */
export function attentionScratchFloats(longest: i32, size: i32): i32 {
  return longest * padded(longest) + padded(longest) * size + padded(size) * longest + 128
}

/** p = softmax(s · scale) over the first n of a row. */
export function softmax(s: usize, n: i32, scale: f32): void {
  const bytes = <usize>n << 2
  const body = bytes & ~15
  let most = load<f32>(s)
  for (let k: usize = 0; k < bytes; k += 4) most = max(most, load<f32>(s + k))
  const factor = f32x4.splat(scale)
  const top = f32x4.splat(most)
  let total = f32x4.splat(0)
  let k: usize = 0
  for (; k < body; k += 16) {
    const e = exp4(f32x4.mul(f32x4.sub(v128.load(s + k), top), factor))
    v128.store(s + k, e)
    total = f32x4.add(total, e)
  }
  let sum = sum4(total)
  for (; k < bytes; k += 4) {
    const e = f32x4.extract_lane(exp4(f32x4.splat((load<f32>(s + k) - most) * scale)), 0)
    store<f32>(s + k, e)
    sum += e
  }
  const inverse = f32x4.splat(1 / sum)
  for (k = 0; k < body; k += 16) v128.store(s + k, f32x4.mul(v128.load(s + k), inverse))
  for (; k < bytes; k += 4) store<f32>(s + k, load<f32>(s + k) / sum)
}

/**
 * Scaled dot-product attention within each sequence. QKV [N,3D] the queries, keys
 * and values side by side, each of `heads` heads; starts [S+1] the first row of
 * each sequence. Out: Y [N,D].
 */
export function attention(QKV: usize, starts: usize, S: i32, D: i32, heads: i32, scale: f32, Y: usize, scratch: usize): void {
  const size = D / heads
  const row = 3 * D
  for (let q = 0; q < S; q++) {
    const first = load<i32>(starts + (<usize>q << 2))
    const n = load<i32>(starts + (<usize>q << 2), 4) - first
    if (n == 0) continue
    const wide = padded(n)
    const scores = scratch
    const packedB = scratch + ((<usize>n * <usize>wide + 15) << 2)
    for (let h = 0; h < heads; h++) {
      const at = QKV + ((<usize>first * <usize>row + <usize>(h * size)) << 2)
      pack(at + (<usize>D << 2), row, size, n, true, packedB)
      gemmPacked(at, row, packedB, scores, wide, n, size, n, 0, false)
      for (let i = 0; i < n; i++) softmax(scores + ((<usize>i * <usize>wide) << 2), n, scale)
      pack(at + (<usize>(2 * D) << 2), row, n, size, false, packedB)
      gemmPacked(scores, wide, packedB, Y + ((<usize>first * <usize>D + <usize>(h * size)) << 2), D, n, n, size, 0, false)
    }
  }
}
