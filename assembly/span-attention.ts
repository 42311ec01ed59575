/** The head of a span: its tokens' vectors weighted by the softmax of their scores (Lee et al. 2017, section 4). */

import { exp4, madd } from './math'

/** X [N,D], scores [N], spans rows[starts[s]..starts[s+1]) of X. Y [S,D], weights in the order of rows. */
export function spanAttentionForward(X: usize, scores: usize, rows: usize, starts: usize, S: i32, D: i32, Y: usize, weights: usize): void {
  const db = <usize>D << 2
  memory.fill(Y, 0, <usize>S * db)
  for (let s = 0; s < S; s++) {
    const from = load<i32>(starts + (<usize>s << 2))
    const to = load<i32>(starts + (<usize>s << 2), 4)
    let most: f32 = -Infinity
    for (let i = from; i < to; i++) most = max(most, load<f32>(scores + (<usize>load<i32>(rows + (<usize>i << 2)) << 2)))
    let total: f64 = 0
    for (let i = from; i < to; i++) {
      const e = <f64>f32x4.extract_lane(exp4(f32x4.splat(load<f32>(scores + (<usize>load<i32>(rows + (<usize>i << 2)) << 2)) - most)), 0)
      total += e
      store<f32>(weights + (<usize>i << 2), <f32>e)
    }
    const y = Y + <usize>s * db
    for (let i = from; i < to; i++) {
      const w = <f32>(<f64>load<f32>(weights + (<usize>i << 2)) / total)
      store<f32>(weights + (<usize>i << 2), w)
      const x = X + <usize>load<i32>(rows + (<usize>i << 2)) * db
      const v = f32x4.splat(w)
      let j: usize = 0
      for (; j + 16 <= db; j += 16) v128.store(y + j, madd(v, v128.load(x + j), v128.load(y + j)))
      for (; j < db; j += 4) store<f32>(y + j, load<f32>(y + j) + w * load<f32>(x + j))
    }
  }
}

/** dY [S,D] to dX [N,D] and dScores [N], both zeroed by the caller. */
export function spanAttentionBackward(dY: usize, X: usize, rows: usize, starts: usize, weights: usize, S: i32, D: i32, dX: usize, dScores: usize, scratch: usize): void {
  const db = <usize>D << 2
  for (let s = 0; s < S; s++) {
    const from = load<i32>(starts + (<usize>s << 2))
    const to = load<i32>(starts + (<usize>s << 2), 4)
    const dy = dY + <usize>s * db
    let mean: f32 = 0
    for (let i = from; i < to; i++) {
      const row = <usize>load<i32>(rows + (<usize>i << 2)) * db
      const w = load<f32>(weights + (<usize>i << 2))
      const v = f32x4.splat(w)
      let acc = f32x4.splat(0)
      let j: usize = 0
      for (; j + 16 <= db; j += 16) {
        const d = v128.load(dy + j)
        acc = madd(d, v128.load(X + row + j), acc)
        v128.store(dX + row + j, madd(v, d, v128.load(dX + row + j)))
      }
      let dot = f32x4.extract_lane(acc, 0) + f32x4.extract_lane(acc, 1) + f32x4.extract_lane(acc, 2) + f32x4.extract_lane(acc, 3)
      for (; j < db; j += 4) {
        dot += load<f32>(dy + j) * load<f32>(X + row + j)
        store<f32>(dX + row + j, load<f32>(dX + row + j) + w * load<f32>(dy + j))
      }
      store<f32>(scratch + (<usize>(i - from) << 2), dot)
      mean += w * dot
    }
    for (let i = from; i < to; i++) {
      const at = dScores + (<usize>load<i32>(rows + (<usize>i << 2)) << 2)
      store<f32>(at, load<f32>(at) + load<f32>(weights + (<usize>i << 2)) * (load<f32>(scratch + (<usize>(i - from) << 2)) - mean))
    }
  }
}
