/**
 * Convolution over characters with max pooling. The convolution of width W is a
 * sum over positions of a per-character projection, so the projections are made
 * once a character (P [C, W·F]) and a window costs W additions a filter.
 */

/**
 * Words in `chars` from starts[w] to starts[w+1]; windows of `width` characters. Y [U,F] = relu(max), best [U,F] the
 * window that won.
 */
export function charPoolForward(P: usize, bias: usize, chars: usize, starts: usize, U: i32, F: i32, width: i32, Y: usize, best: usize): void {
  const fb = <usize>F << 2
  const row = fb * <usize>width
  const body = fb & ~15
  for (let u = 0; u < U; u++) {
    const from = load<i32>(starts + (<usize>u << 2))
    const to = load<i32>(starts + (<usize>u << 2), 4)
    const y = Y + <usize>u * fb
    const w = best + <usize>u * fb
    let j: usize = 0
    for (; j < body; j += 16) {
      const b = v128.load(bias + j)
      let most = f32x4.splat(0)
      let winner = i32x4.splat(-1)
      for (let i = from; i + width <= to; i++) {
        let s = b
        for (let k = 0; k < width; k++) {
          const c = load<i32>(chars + (<usize>(i + k) << 2))
          s = f32x4.add(s, v128.load(P + <usize>c * row + <usize>k * fb + j))
        }
        const more = f32x4.gt(s, most)
        most = v128.bitselect(s, most, more)
        winner = v128.bitselect(i32x4.splat(i), winner, more)
      }
      v128.store(y + j, most)
      v128.store(w + j, winner)
    }
    for (; j < fb; j += 4) {
      let most: f32 = 0
      let winner = -1
      for (let i = from; i + width <= to; i++) {
        let s = load<f32>(bias + j)
        for (let k = 0; k < width; k++) {
          const c = load<i32>(chars + (<usize>(i + k) << 2))
          s += load<f32>(P + <usize>c * row + <usize>k * fb + j)
        }
        if (s > most) {
          most = s
          winner = i
        }
      }
      store<f32>(y + j, most)
      store<i32>(w + j, winner)
    }
  }
}

/** dY [U,F] to dP [C, W·F] and dBias [F], both zeroed by the caller. */
export function charPoolBackward(dY: usize, best: usize, chars: usize, U: i32, F: i32, width: i32, dP: usize, dBias: usize): void {
  const row = F * width
  for (let u = 0; u < U; u++) {
    for (let j = 0; j < F; j++) {
      const winner = load<i32>(best + (<usize>(u * F + j) << 2))
      if (winner < 0) continue
      const d = load<f32>(dY + (<usize>(u * F + j) << 2))
      const b = dBias + (<usize>j << 2)
      store<f32>(b, load<f32>(b) + d)
      for (let k = 0; k < width; k++) {
        const c = load<i32>(chars + (<usize>(winner + k) << 2))
        const at = dP + (<usize>(c * row + k * F + j) << 2)
        store<f32>(at, load<f32>(at) + d)
      }
    }
  }
}
