/** Sums of layers by weight (the scalar mix of Peters et al. 2018, equation 1), and its gradient by the weights. */

import { sum4, madd } from './math'

/** X [N, layers·D], weights [layers] → Y [N,D]. */
export function mixForward(X: usize, weights: usize, N: i32, layers: i32, D: i32, Y: usize): void {
  const db = <usize>D << 2
  for (let n = 0; n < N; n++) {
    const x = X + <usize>n * <usize>layers * db
    const y = Y + <usize>n * db
    memory.fill(y, 0, db)
    for (let l = 0; l < layers; l++) {
      const weight = load<f32>(weights + (<usize>l << 2))
      const w = f32x4.splat(weight)
      const from = x + <usize>l * db
      let j: usize = 0
      for (; j + 16 <= db; j += 16) v128.store(y + j, madd(w, v128.load(from + j), v128.load(y + j)))
      for (; j < db; j += 4) store<f32>(y + j, load<f32>(y + j) + weight * load<f32>(from + j))
    }
  }
}

/** dY [N,D], X → dots [layers], the gradient of each layer's weight. */
export function mixDots(dY: usize, X: usize, N: i32, layers: i32, D: i32, dots: usize): void {
  const db = <usize>D << 2
  for (let l = 0; l < layers; l++) {
    let total: f64 = 0
    for (let n = 0; n < N; n++) {
      const x = X + (<usize>n * <usize>layers + <usize>l) * db
      const d = dY + <usize>n * db
      let acc = f32x4.splat(0)
      let j: usize = 0
      for (; j + 16 <= db; j += 16) acc = madd(v128.load(x + j), v128.load(d + j), acc)
      let sum = sum4(acc)
      for (; j < db; j += 4) sum += load<f32>(x + j) * load<f32>(d + j)
      total += <f64>sum
    }
    store<f32>(dots + (<usize>l << 2), <f32>total)
  }
}
