/** Vector transcendental functions, single precision. */

/**
 * a·b + c: rounded once where the module is built with relaxed SIMD and the machine has fused multiply-add, else twice.
 * Every product and sum of a kernel goes through it, so that one source makes both modules.
 */
// @ts-ignore: decorator
@inline
export function madd(a: v128, b: v128, c: v128): v128 {
  return ASC_FEATURE_RELAXED_SIMD ? f32x4.relaxed_madd(a, b, c) : f32x4.add(f32x4.mul(a, b), c)
}

// @ts-ignore: decorator
@inline
export function tanh4(v: v128): v128 {
  // Rational minimax approximation on [-7.9, 7.9] (the coefficients that Eigen and XNNPACK use).
  const limit = f32x4.splat(7.90531110763549805)
  const c = f32x4.max(f32x4.min(v, limit), f32x4.neg(limit))
  const x2 = f32x4.mul(c, c)
  let p = madd(f32x4.splat(-2.76076847742355e-16), x2, f32x4.splat(2.00018790482477e-13))
  p = madd(p, x2, f32x4.splat(-8.60467152213735e-11))
  p = madd(p, x2, f32x4.splat(5.12229709037114e-8))
  p = madd(p, x2, f32x4.splat(1.48572235717979e-5))
  p = madd(p, x2, f32x4.splat(6.37261928875436e-4))
  p = madd(p, x2, f32x4.splat(4.89352455891786e-3))
  p = f32x4.mul(p, c)
  let q = madd(f32x4.splat(1.19825839466702e-6), x2, f32x4.splat(1.18534705686654e-4))
  q = madd(q, x2, f32x4.splat(2.2684346324390e-3))
  q = madd(q, x2, f32x4.splat(4.89352518554385e-3))
  return f32x4.div(p, q)
}

// @ts-ignore: decorator
@inline
export function sigmoid4(v: v128): v128 {
  const half = f32x4.splat(0.5)
  return madd(tanh4(f32x4.mul(v, half)), half, half)
}

// @ts-ignore: decorator
@inline
export function exp4(v: v128): v128 {
  // exp(x) = 2^n · exp(r) with |r| <= ln 2 / 2; degree 6 in r (Cephes).
  const x = f32x4.max(f32x4.min(v, f32x4.splat(88.0)), f32x4.splat(-87.0))
  const n = f32x4.nearest(f32x4.mul(x, f32x4.splat(1.44269504088896341)))
  let r = f32x4.sub(x, f32x4.mul(n, f32x4.splat(0.693359375)))
  r = f32x4.sub(r, f32x4.mul(n, f32x4.splat(-2.12194440e-4)))
  let p = madd(f32x4.splat(1.9875691500e-4), r, f32x4.splat(1.3981999507e-3))
  p = madd(p, r, f32x4.splat(8.3334519073e-3))
  p = madd(p, r, f32x4.splat(4.1665795894e-2))
  p = madd(p, r, f32x4.splat(1.6666665459e-1))
  p = madd(p, r, f32x4.splat(5.0000001201e-1))
  p = f32x4.add(madd(p, f32x4.mul(r, r), r), f32x4.splat(1.0))
  const scale = i32x4.shl(i32x4.add(i32x4.trunc_sat_f32x4_s(n), i32x4.splat(127)), 23)
  return f32x4.mul(p, scale)
}

// @ts-ignore: decorator
@inline
export function sum4(v: v128): f32 {
  return f32x4.extract_lane(v, 0) + f32x4.extract_lane(v, 1) + (f32x4.extract_lane(v, 2) + f32x4.extract_lane(v, 3))
}

/** Natural logarithm of a positive normal number; no table, since there must be no static data. */
export function log(x: f64): f64 {
  const bits = reinterpret<u64>(x)
  let e = <i32>((bits >> 52) & 0x7ff) - 1023
  let m = reinterpret<f64>((bits & 0x000fffffffffffff) | 0x3ff0000000000000)
  if (m > 1.4142135623730951) {
    m *= 0.5
    e++
  }
  const s = (m - 1) / (m + 1)
  const z = s * s
  let p: f64 = 1.0 / 19
  p = p * z + 1.0 / 17
  p = p * z + 1.0 / 15
  p = p * z + 1.0 / 13
  p = p * z + 1.0 / 11
  p = p * z + 1.0 / 9
  p = p * z + 1.0 / 7
  p = p * z + 1.0 / 5
  p = p * z + 1.0 / 3
  p = p * z + 1.0
  return 2 * s * p + <f64>e * 0.6931471805599453
}
