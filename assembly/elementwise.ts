/** Dropout from a counter-based random number, and small reductions. */
import { sum4, madd } from './math'

/** lowbias32 (Wellons): a hash good enough that consecutive counters look independent. */
// @ts-ignore: decorator
@inline
function hash(x: u32): u32 {
  x ^= x >> 16
  x *= 0x7feb352d
  x ^= x >> 15
  x *= 0x846ca68b
  x ^= x >> 16
  return x
}

/** y = x · mask / keep; element i is dropped where hash(i + seed) < drop · 2³². The same call on dY is the gradient. */
export function dropout(X: usize, n: i32, seed: u32, threshold: u32, scale: f32, Y: usize): void {
  const mixed = hash(seed)
  for (let i = 0; i < n; i++) {
    const at = <usize>i << 2
    store<f32>(Y + at, hash(<u32>i ^ mixed) < threshold ? 0 : load<f32>(X + at) * scale)
  }
}

export function reluBackward(dY: usize, Y: usize, n: i32, dX: usize): void {
  let i: usize = 0
  const bytes = <usize>n << 2
  const zero = f32x4.splat(0)
  for (; i + 16 <= bytes; i += 16) v128.store(dX + i, v128.and(v128.load(dY + i), f32x4.gt(v128.load(Y + i), zero)))
  for (; i < bytes; i += 4) store<f32>(dX + i, load<f32>(Y + i) > 0 ? load<f32>(dY + i) : 0)
}

export function sumSquares(X: usize, n: i32): f64 {
  let total: f64 = 0
  let i: usize = 0
  const bytes = <usize>n << 2
  // Blocks, so that single precision does not swallow small terms.
  while (i + 16 <= bytes) {
    const stop = min(bytes & ~15, i + 4096)
    let acc = f32x4.splat(0)
    for (; i < stop; i += 16) {
      const v = v128.load(X + i)
      acc = madd(v, v, acc)
    }
    total += <f64>sum4(acc)
  }
  for (; i < bytes; i += 4) total += <f64>(load<f32>(X + i) * load<f32>(X + i))
  return total
}

/** out[j] = Σ_i X[i,j]. */
export function columnSums(X: usize, n: i32, D: i32, out: usize): void {
  const db = <usize>D << 2
  memory.fill(out, 0, db)
  for (let i = 0; i < n; i++) {
    const x = X + <usize>i * db
    let j: usize = 0
    for (; j + 16 <= db; j += 16) v128.store(out + j, f32x4.add(v128.load(out + j), v128.load(x + j)))
    for (; j < db; j += 4) store<f32>(out + j, load<f32>(out + j) + load<f32>(x + j))
  }
}
