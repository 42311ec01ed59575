/**
 * Y[N,O] = X[N,I]·Wᵀ with W [O,I] of 8-bit integers and a factor a row. Rows of X become 16-bit integers, each with a
 * factor of its own; products and sums are exact integers, two of them an instruction. W stays as it is in memory:
 * eight of its rows at a time are widened into a panel, column pairs side by side. I is a multiple of 4.
 */
import { panelProduct, quantized } from './integers'

/** Floats of scratch: X as 16-bit integers, a factor a row, a panel. */
export function linear8ScratchFloats(N: i32, I: i32): i32 {
  return ((N * I + 1) >> 1) + N + (I << 2) + 48
}

/** Eight rows of W from `from`, the missing ones as zeros: pair p of row c at [p][c]. */
// @ts-ignore: decorator
@inline
function widen(from: usize, rows: i32, I: i32, panel: usize): void {
  for (let c = 0; c < 8; c++) {
    let to = panel + (<usize>c << 2)
    if (c >= rows) {
      for (let k = 0; k < I; k += 2) {
        store<i32>(to, 0)
        to += 32
      }
      continue
    }
    const row = from + <usize>c * <usize>I
    let k = 0
    for (; k + 8 <= I; k += 8) {
      const v = v128.load_ext<i8>(row + <usize>k)
      v128.store32_lane(to, v, 0)
      v128.store32_lane(to, v, 1, 32)
      v128.store32_lane(to, v, 2, 64)
      v128.store32_lane(to, v, 3, 96)
      to += 128
    }
    for (; k < I; k += 2) {
      const at = row + <usize>k
      store<i32>(to, (<i32>load<i8>(at) & 0xffff) | (<i32>load<i8>(at, 1) << 16))
      to += 32
    }
  }
}

/** `level`: the largest integer that a row of X may have, so that no sum leaves 32 bits. `B` 0 for none. */
export function linear8(X: usize, W: usize, scales: usize, B: usize, N: i32, I: i32, O: i32, level: f32, Y: usize, scratch: usize): void {
  const rows = (scratch + 15) & ~15
  const rx: usize = <usize>I << 1
  const panel = (rows + <usize>N * rx + 15) & ~15
  const factors = panel + (<usize>I << 4)
  for (let i = 0; i < N; i++)
    store<f32>(factors + (<usize>i << 2), quantized(X + ((<usize>i * <usize>I) << 2), I, level, rows + <usize>i * rx))
  const ry: usize = <usize>O << 2
  for (let j = 0; j < O; j += 8) {
    const width = O - j
    widen(W + <usize>j * <usize>I, width, I, panel)
    const at = <usize>j << 2
    panelProduct(rows, rx, N, panel, scales + at, B ? B + at : 0, factors, Y + at, ry, width, false)
  }
}
