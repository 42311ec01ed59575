/** One Adam update in place (Kingma and Ba 2015, the efficient form of section 2). */
import { madd } from './math'

export function adam(W: usize, G: usize, M: usize, V: usize, n: i32, scale: f32, clip: f32, beta1: f32, beta2: f32, step: f32, epsilon: f32, decay: f32): void {
  const bytes = <usize>n << 2
  const b1 = f32x4.splat(beta1)
  const b2 = f32x4.splat(beta2)
  const c1 = f32x4.splat(1 - beta1)
  const c2 = f32x4.splat(1 - beta2)
  const s = f32x4.splat(scale)
  const rate = f32x4.splat(step)
  const eps = f32x4.splat(epsilon)
  const top = f32x4.splat(clip)
  const bottom = f32x4.splat(-clip)
  const keep = f32x4.splat(1 - decay)
  let i: usize = 0
  for (; i + 16 <= bytes; i += 16) {
    const g = f32x4.mul(f32x4.max(f32x4.min(v128.load(G + i), top), bottom), s)
    const m = madd(c1, g, f32x4.mul(b1, v128.load(M + i)))
    const v = madd(c2, f32x4.mul(g, g), f32x4.mul(b2, v128.load(V + i)))
    v128.store(M + i, m)
    v128.store(V + i, v)
    v128.store(W + i, f32x4.sub(f32x4.mul(v128.load(W + i), keep), f32x4.div(f32x4.mul(rate, m), f32x4.add(f32x4.sqrt(v), eps))))
  }
  for (; i < bytes; i += 4) {
    const g = max(min(load<f32>(G + i), clip), -clip) * scale
    const m = beta1 * load<f32>(M + i) + (1 - beta1) * g
    const v = beta2 * load<f32>(V + i) + (1 - beta2) * g * g
    store<f32>(M + i, m)
    store<f32>(V + i, v)
    store<f32>(W + i, load<f32>(W + i) * (1 - decay) - (step * m) / (sqrt<f32>(v) + epsilon))
  }
}
