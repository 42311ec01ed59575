/** Gradients of GELU and attention, for encoders' layers that a training tunes. */
import { gemmPacked, gemmPackedTransA, pack } from './gemm'
import { madd, sum4, tanh4 } from './math'
import { density4, padded, phi4, softmax } from './transformer'

/** Φ(x) + x·φ(x) */
// @ts-ignore: decorator
@inline
function slope4(x: v128): v128 {
  const density = density4(x)
  return madd(f32x4.mul(x, density), f32x4.splat(0.3989422804014327), phi4(x, density))
}

/** Of the tanh form. */
// @ts-ignore: decorator
@inline
function tanhSlope4(x: v128): v128 {
  const half = f32x4.splat(0.5)
  const one = f32x4.splat(1)
  const squared = f32x4.mul(x, x)
  const t = tanh4(f32x4.mul(x, madd(squared, f32x4.splat(0.035677408136300125), f32x4.splat(0.7978845608028654))))
  const inner = madd(squared, f32x4.splat(0.10703222440890037), f32x4.splat(0.7978845608028654))
  const steep = f32x4.mul(f32x4.mul(x, inner), f32x4.sub(one, f32x4.mul(t, t)))
  return f32x4.mul(half, f32x4.add(f32x4.add(one, t), steep))
}

/** DX = DY · slope of GELU at X, over n numbers, n a multiple of 4. */
export function geluGrad(DY: usize, X: usize, n: i32, approximate: i32, DX: usize): void {
  const bytes = <usize>n << 2
  for (let k: usize = 0; k < bytes; k += 16) {
    const x = v128.load(X + k)
    v128.store(DX + k, f32x4.mul(v128.load(DY + k), approximate ? tanhSlope4(x) : slope4(x)))
  }
}

/** Floats of scratch for sequences of at most `longest` rows and heads of `size`. */
export function attentionGradScratchFloats(longest: i32, size: i32): i32 {
  return 2 * longest * padded(longest) + padded(longest) * size + padded(size) * longest + 128
}

/** d = p · (d − Σ p·d) · scale over the first n of a row: the gradient of a softmax's scores. */
function softmaxGrad(p: usize, d: usize, n: i32, scale: f32): void {
  const bytes = <usize>n << 2
  const body = bytes & ~15
  let total = f32x4.splat(0)
  let k: usize = 0
  for (; k < body; k += 16) total = madd(v128.load(p + k), v128.load(d + k), total)
  let mean = sum4(total)
  for (; k < bytes; k += 4) mean += load<f32>(p + k) * load<f32>(d + k)
  for (k = 0; k < body; k += 16) {
    const moved = f32x4.sub(v128.load(d + k), f32x4.splat(mean))
    v128.store(d + k, f32x4.mul(f32x4.mul(v128.load(p + k), moved), f32x4.splat(scale)))
  }
  for (; k < bytes; k += 4) store<f32>(d + k, load<f32>(p + k) * (load<f32>(d + k) - mean) * scale)
}

/**
 * The gradient of attention: DY [N,D], QKV [N,3D] as it took them, starts [S+1].
 * Out: DQKV [N,3D].
 */
export function attentionGrad(DY: usize, QKV: usize, starts: usize, S: i32, D: i32, heads: i32, scale: f32, DQKV: usize, scratch: usize): void {
  const size = D / heads
  const row = 3 * D
  for (let q = 0; q < S; q++) {
    const first = load<i32>(starts + (<usize>q << 2))
    const n = load<i32>(starts + (<usize>q << 2), 4) - first
    if (n == 0) continue
    const wide = padded(n)
    const matrix = (<usize>n * <usize>wide) << 2
    const weights = scratch
    const scores = weights + matrix
    const packed = scores + matrix + 60
    for (let h = 0; h < heads; h++) {
      const at = (<usize>first * <usize>row + <usize>(h * size)) << 2
      const own = DY + ((<usize>first * <usize>D + <usize>(h * size)) << 2)
      const query = QKV + at
      const key = query + (<usize>D << 2)
      const value = key + (<usize>D << 2)
      const dQuery = DQKV + at
      const dKey = dQuery + (<usize>D << 2)
      const dValue = dKey + (<usize>D << 2)
      pack(key, row, size, n, true, packed)
      gemmPacked(query, row, packed, weights, wide, n, size, n, 0, false)
      pack(value, row, size, n, true, packed)
      gemmPacked(own, D, packed, scores, wide, n, size, n, 0, false)
      for (let i = 0; i < n; i++) {
        const line = (<usize>i * <usize>wide) << 2
        softmax(weights + line, n, scale)
        softmaxGrad(weights + line, scores + line, n, scale)
      }
      pack(key, row, n, size, false, packed)
      gemmPacked(scores, wide, packed, dQuery, row, n, n, size, 0, false)
      pack(query, row, n, size, false, packed)
      gemmPackedTransA(scores, wide, packed, dKey, row, n, n, size, false)
      pack(own, D, n, size, false, packed)
      gemmPackedTransA(weights, wide, packed, dValue, row, n, n, size, false)
    }
  }
}
