/**
 * Linear-chain CRF: log likelihood and its gradient in one pass, by
 * forward-backward on probabilities rescaled at every step. Sequences are in the
 * packed layout of the LSTM: row of step t of sequence b is offsets[t] + b.
 */
import { exp4, log, sum4, madd } from './math'

/** Floats of scratch for L labels and sequences of at most T steps. */
export function crfScratchFloats(L: i32, T: i32): i32 {
  const P = (L + 3) & ~3
  return 2 * L * P + 2 * P + 3 * P * T + T + 8 * P + 64
}

// @ts-ignore: decorator
@inline
function f(p: usize, i: i32): f32 {
  return load<f32>(p + (<usize>i << 2))
}

/**
 * E [N,L] emissions, A [L,L] transitions (from, to), start and end [L], tags [N].
 * Out: loss[b] = -log p(tags), marginals [N,L], and the gradients of the summed
 * loss dE [N,L], dA [L,L], dStart, dEnd [L] (zeroed by the caller). With tags 0
 * (no tags) the loss is log Z, and so are the gradients; with dE 0 there are none.
 */
export function crfForwardBackward(E: usize, A: usize, start: usize, end: usize, tags: usize, offsets: usize, lengths: usize, B: i32, T: i32, L: i32, loss: usize, marginals: usize, dE: usize, dA: usize, dStart: usize, dEnd: usize, scratch: usize): void {
  const P = (L + 3) & ~3
  const pb = <usize>P << 2
  const lb = <usize>L << 2
  const expA = scratch
  const expAT = expA + <usize>L * pb
  const expStart = expAT + <usize>L * pb
  const expEnd = expStart + pb
  const alpha = expEnd + pb
  const beta = alpha + pb * <usize>T
  const psi = beta + pb * <usize>T
  const scale = psi + pb * <usize>T
  const tmp = scale + ((<usize>T + 3) & ~3) * 4
  memory.fill(expA, 0, (<usize>(2 * L) + 2) * pb)
  for (let i = 0; i < L; i++) {
    for (let j = 0; j < L; j++) store<f32>(tmp + (<usize>j << 2), f(A, i * L + j))
    for (let j = L; j < P; j++) store<f32>(tmp + (<usize>j << 2), -87)
    for (let j: usize = 0; j < pb; j += 16) v128.store(expA + <usize>i * pb + j, exp4(v128.load(tmp + j)))
    for (let j = L; j < P; j++) store<f32>(expA + <usize>i * pb + (<usize>j << 2), 0)
    for (let j = 0; j < L; j++) store<f32>(expAT + <usize>j * pb + (<usize>i << 2), f(expA, i * P + j))
  }
  for (let j = 0; j < L; j++) {
    store<f32>(expStart + (<usize>j << 2), f32x4.extract_lane(exp4(f32x4.splat(f(start, j))), 0))
    store<f32>(expEnd + (<usize>j << 2), f32x4.extract_lane(exp4(f32x4.splat(f(end, j))), 0))
  }
  for (let b = 0; b < B; b++) {
    const n = load<i32>(lengths + (<usize>b << 2))
    let logZ: f64 = 0
    // Forward.
    for (let t = 0; t < n; t++) {
      const row = load<i32>(offsets + (<usize>t << 2)) + b
      const e = E + <usize>row * lb
      const q = psi + <usize>t * pb
      const a = alpha + <usize>t * pb
      let most = f(e, 0)
      for (let j = 1; j < L; j++) most = max(most, f(e, j))
      for (let j = 0; j < P; j++) store<f32>(q + (<usize>j << 2), j < L ? f(e, j) - most : -87)
      for (let j: usize = 0; j < pb; j += 16) v128.store(q + j, exp4(v128.load(q + j)))
      for (let j = L; j < P; j++) store<f32>(q + (<usize>j << 2), 0)
      if (t == 0) {
        for (let j: usize = 0; j < pb; j += 16) v128.store(a + j, f32x4.mul(v128.load(q + j), v128.load(expStart + j)))
      } else {
        const p = a - pb
        memory.fill(a, 0, pb)
        for (let i = 0; i < L; i++) {
          const w = v128.load32_splat(p + (<usize>i << 2))
          const m = expA + <usize>i * pb
          for (let j: usize = 0; j < pb; j += 16) v128.store(a + j, madd(w, v128.load(m + j), v128.load(a + j)))
        }
        for (let j: usize = 0; j < pb; j += 16) v128.store(a + j, f32x4.mul(v128.load(a + j), v128.load(q + j)))
      }
      let total = f32x4.splat(0)
      for (let j: usize = 0; j < pb; j += 16) total = f32x4.add(total, v128.load(a + j))
      let c = sum4(total)
      if (c < 1e-37) c = 1e-37
      const inverse = f32x4.splat(1 / c)
      for (let j: usize = 0; j < pb; j += 16) v128.store(a + j, f32x4.mul(v128.load(a + j), inverse))
      store<f32>(scale + (<usize>t << 2), c)
      logZ += log(<f64>c) + <f64>most
    }
    // End potentials close the last step.
    const lastAlpha = alpha + <usize>(n - 1) * pb
    let closing = f32x4.splat(0)
    for (let j: usize = 0; j < pb; j += 16) closing = madd(v128.load(lastAlpha + j), v128.load(expEnd + j), closing)
    const z = sum4(closing)
    logZ += log(<f64>z)
    // Backward: beta scaled so that alpha · beta is the marginal.
    for (let t = n - 1; t >= 0; t--) {
      const bt = beta + <usize>t * pb
      if (t == n - 1) {
        const inverse = f32x4.splat(1 / z)
        for (let j: usize = 0; j < pb; j += 16) v128.store(bt + j, f32x4.mul(v128.load(expEnd + j), inverse))
      } else {
        const next = bt + pb
        const inverse = f32x4.splat(1 / f(scale, t + 1))
        // psi · beta of the next step, scaled.
        for (let j: usize = 0; j < pb; j += 16) v128.store(tmp + j, f32x4.mul(f32x4.mul(v128.load(psi + <usize>(t + 1) * pb + j), v128.load(next + j)), inverse))
        memory.fill(bt, 0, pb)
        for (let i = 0; i < L; i++) {
          const w = v128.load32_splat(tmp + (<usize>i << 2))
          const m = expAT + <usize>i * pb
          for (let j: usize = 0; j < pb; j += 16) v128.store(bt + j, madd(w, v128.load(m + j), v128.load(bt + j)))
        }
        if (dE) {
          const a = alpha + <usize>t * pb
          for (let i = 0; i < L; i++) {
            const w = f(a, i)
            const m = expA + <usize>i * pb
            const out = dA + <usize>i * lb
            for (let j = 0; j < L; j++) store<f32>(out + (<usize>j << 2), f(out, j) + w * f(m, j) * f(tmp, j))
          }
        }
      }
      const row = load<i32>(offsets + (<usize>t << 2)) + b
      const a = alpha + <usize>t * pb
      const p = marginals + <usize>row * lb
      for (let j = 0; j < L; j++) store<f32>(p + (<usize>j << 2), f(a, j) * f(bt, j))
    }
    if (!dE) {
      store<f32>(loss + (<usize>b << 2), <f32>logZ)
      continue
    }
    let gold: f64 = 0
    let before = -1
    for (let t = 0; t < n; t++) {
      const row = load<i32>(offsets + (<usize>t << 2)) + b
      memory.copy(dE + <usize>row * lb, marginals + <usize>row * lb, lb)
      if (!tags) continue
      const tag = load<i32>(tags + (<usize>row << 2))
      gold += <f64>f(E, row * L + tag)
      const at = dE + (<usize>(row * L + tag) << 2)
      store<f32>(at, load<f32>(at) - 1)
      if (t == 0) gold += <f64>f(start, tag)
      else {
        gold += <f64>f(A, before * L + tag)
        const cell = dA + (<usize>(before * L + tag) << 2)
        store<f32>(cell, load<f32>(cell) - 1)
      }
      before = tag
    }
    if (tags) gold += <f64>f(end, before)
    const firstRow = load<i32>(offsets) + b
    const lastRow = load<i32>(offsets + (<usize>(n - 1) << 2)) + b
    for (let j = 0; j < L; j++) {
      store<f32>(dStart + (<usize>j << 2), f(dStart, j) + f(dE, firstRow * L + j))
      store<f32>(dEnd + (<usize>j << 2), f(dEnd, j) + f(dE, lastRow * L + j))
    }
    store<f32>(loss + (<usize>b << 2), <f32>(logZ - gold))
  }
}
