/**
 * Y[N,O] = X[N,I]·W with W of 16-bit integers that lie in panels already, and a scale a column. Rows of X become 16-bit
 * integers, each with a factor of its own.
 */
import { panelProduct, quantized } from './integers'

/** Floats of scratch: X as 16-bit integers, a factor a row. */
export function linear16ScratchFloats(N: i32, I: i32): i32 {
  return N * ((I + 3) >> 2 << 1) + N + 16
}

/**
 * `level`: the largest integer that a row of X may have, so that no sum leaves 32 bits. `B` 0 for none. `add`: to what Y
 * holds.
 */
export function linear16(X: usize, W: usize, scales: usize, B: usize, N: i32, I: i32, O: i32, level: f32, Y: usize, add: i32, scratch: usize): void {
  const rows = (scratch + 15) & ~15
  const rx: usize = <usize>((I + 3) & ~3) << 1
  const factors = (rows + <usize>N * rx + 15) & ~15
  for (let i = 0; i < N; i++)
    store<f32>(factors + (<usize>i << 2), quantized(X + ((<usize>i * <usize>I) << 2), I, level, rows + <usize>i * rx))
  const panel: usize = rx << 3
  const ry: usize = <usize>O << 2
  for (let j = 0; j < O; j += 8) {
    const at = <usize>j << 2
    panelProduct(rows, rx, N, W + <usize>(j >> 3) * panel, scales + at, B ? B + at : 0, factors, Y + at, ry, O - j, add != 0)
  }
}
