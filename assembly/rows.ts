/** Gathers, scatters and pairings of rows. Index -1 stands for a row of zeros. */
import { madd } from './math'

export function gatherRows(X: usize, ids: usize, n: i32, D: i32, out: usize): void {
  const db = <usize>D << 2
  for (let i = 0; i < n; i++) {
    const id = load<i32>(ids + (<usize>i << 2))
    if (id < 0) memory.fill(out, 0, db)
    else memory.copy(out, X + <usize>id * db, db)
    out += db
  }
}

// @ts-ignore: decorator
@inline
function addInto(to: usize, from: usize, db: usize): void {
  let j: usize = 0
  for (; j + 16 <= db; j += 16) v128.store(to + j, f32x4.add(v128.load(to + j), v128.load(from + j)))
  for (; j < db; j += 4) store<f32>(to + j, load<f32>(to + j) + load<f32>(from + j))
}

/** out[ids[i]] += X[i]; `out` zeroed by the caller. */
export function scatterAddRows(X: usize, ids: usize, n: i32, D: i32, out: usize): void {
  const db = <usize>D << 2
  for (let i = 0; i < n; i++) {
    const id = load<i32>(ids + (<usize>i << 2))
    if (id >= 0) addInto(out + <usize>id * db, X + <usize>i * db, db)
  }
}

/** out[p] = relu(A[a[p]] + B[b[p]] (+ C[c[p]]) (+ X[p])); C and X may be 0. */
export function pairSumForward(A: usize, a: usize, B: usize, b: usize, C: usize, c: usize, X: usize, n: i32, D: i32, out: usize): void {
  const db = <usize>D << 2
  const zero = f32x4.splat(0)
  for (let p = 0; p < n; p++) {
    const x = A + <usize>load<i32>(a + (<usize>p << 2)) * db
    const y = B + <usize>load<i32>(b + (<usize>p << 2)) * db
    const z = C ? C + <usize>load<i32>(c + (<usize>p << 2)) * db : 0
    const w = X ? X + <usize>p * db : 0
    const o = out + <usize>p * db
    let j: usize = 0
    for (; j + 16 <= db; j += 16) {
      let s = f32x4.add(v128.load(x + j), v128.load(y + j))
      if (z) s = f32x4.add(s, v128.load(z + j))
      if (w) s = f32x4.add(s, v128.load(w + j))
      v128.store(o + j, f32x4.max(s, zero))
    }
    for (; j < db; j += 4) {
      let s = load<f32>(x + j) + load<f32>(y + j)
      if (z) s += load<f32>(z + j)
      if (w) s += load<f32>(w + j)
      store<f32>(o + j, max(s, <f32>0))
    }
  }
}

/** dOut [n,D] masked by out > 0 into dX (may be 0), and added into dA, dB, dC (zeroed by the caller; dC may be 0). */
export function pairSumBackward(dOut: usize, out: usize, a: usize, b: usize, c: usize, n: i32, D: i32, dA: usize, dB: usize, dC: usize, dX: usize, row: usize): void {
  const db = <usize>D << 2
  for (let p = 0; p < n; p++) {
    const d = dOut + <usize>p * db
    const o = out + <usize>p * db
    const to = dX ? dX + <usize>p * db : row
    for (let j: usize = 0; j < db; j += 4) store<f32>(to + j, load<f32>(o + j) > 0 ? load<f32>(d + j) : 0)
    addInto(dA + <usize>load<i32>(a + (<usize>p << 2)) * db, to, db)
    addInto(dB + <usize>load<i32>(b + (<usize>p << 2)) * db, to, db)
    if (dC) addInto(dC + <usize>load<i32>(c + (<usize>p << 2)) * db, to, db)
  }
}

/** out[p] = X[a[p]] ∘ X[b[p]]. */
export function pairProductForward(X: usize, a: usize, b: usize, n: i32, D: i32, out: usize): void {
  const db = <usize>D << 2
  for (let p = 0; p < n; p++) {
    const x = X + <usize>load<i32>(a + (<usize>p << 2)) * db
    const y = X + <usize>load<i32>(b + (<usize>p << 2)) * db
    const o = out + <usize>p * db
    let j: usize = 0
    for (; j + 16 <= db; j += 16) v128.store(o + j, f32x4.mul(v128.load(x + j), v128.load(y + j)))
    for (; j < db; j += 4) store<f32>(o + j, load<f32>(x + j) * load<f32>(y + j))
  }
}

/** dX[a] += d ∘ X[b], dX[b] += d ∘ X[a]; dX zeroed by the caller. */
export function pairProductBackward(dOut: usize, X: usize, a: usize, b: usize, n: i32, D: i32, dX: usize): void {
  const db = <usize>D << 2
  for (let p = 0; p < n; p++) {
    const ia = <usize>load<i32>(a + (<usize>p << 2)) * db
    const ib = <usize>load<i32>(b + (<usize>p << 2)) * db
    const d = dOut + <usize>p * db
    let j: usize = 0
    for (; j + 16 <= db; j += 16) {
      const v = v128.load(d + j)
      v128.store(dX + ia + j, madd(v, v128.load(X + ib + j), v128.load(dX + ia + j)))
      v128.store(dX + ib + j, madd(v, v128.load(X + ia + j), v128.load(dX + ib + j)))
    }
    for (; j < db; j += 4) {
      const v = load<f32>(d + j)
      store<f32>(dX + ia + j, load<f32>(dX + ia + j) + v * load<f32>(X + ib + j))
      store<f32>(dX + ib + j, load<f32>(dX + ib + j) + v * load<f32>(X + ia + j))
    }
  }
}

/** Copies an [n,D] block between matrices of other widths. */
export function copyColumns(from: usize, ldFrom: i32, to: usize, ldTo: i32, n: i32, D: i32): void {
  for (let i = 0; i < n; i++) memory.copy(to + ((<usize>i * <usize>ldTo) << 2), from + ((<usize>i * <usize>ldFrom) << 2), <usize>D << 2)
}

export function addColumns(from: usize, ldFrom: i32, to: usize, ldTo: i32, n: i32, D: i32): void {
  for (let i = 0; i < n; i++) addInto(to + ((<usize>i * <usize>ldTo) << 2), from + ((<usize>i * <usize>ldFrom) << 2), <usize>D << 2)
}
