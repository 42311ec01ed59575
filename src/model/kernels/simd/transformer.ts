/** The parts of a transformer that are no products, by SIMD. */
import { type SimdKernel, sizeOf } from './heap.ts'

/** By the name of the op. */
export const transformer: Readonly<Record<string, SimdKernel>> = {
  HmtlLayerNorm(heap, { x, residual, gamma, beta }, { epsilon }) {
    const { k, at } = heap
    const y = heap.floats(...x.shape)
    k.layerNorm(at(x), at(residual), at(gamma), at(beta), x.shape[0], x.shape[1], epsilon, at(y))
    return [y]
  },
  HmtlGelu(heap, { x }, { approximate }) {
    const y = heap.floats(...x.shape)
    heap.k.gelu(heap.at(x), sizeOf(x.shape), approximate, heap.at(y))
    return [y]
  },
  HmtlAttention(heap, { qkv, starts }, { heads, longest }) {
    const { k, at } = heap
    const [n, D] = [qkv.shape[0], qkv.shape[1] / 3]
    const width = D / heads
    const y = heap.floats(n, D)
    heap.withScratch(k.attentionScratchFloats(longest, width), (scratch) =>
      k.attention(at(qkv), at(starts), starts.shape[0] - 1, D, heads, 1 / Math.sqrt(width), at(y), scratch),
    )
    return [y]
  },
  HmtlGeluGrad(heap, { dy, x }, { approximate }) {
    const dx = heap.floats(...x.shape)
    heap.k.geluGrad(heap.at(dy), heap.at(x), sizeOf(x.shape), approximate, heap.at(dx))
    return [dx]
  },
  HmtlAttentionGrad(heap, { dy, qkv, starts }, { heads, longest }) {
    const { k, at } = heap
    const D = dy.shape[1]
    const d = heap.floats(...qkv.shape)
    const scale = 1 / Math.sqrt(D / heads)
    heap.withScratch(k.attentionGradScratchFloats(longest, D / heads), (scratch) =>
      k.attentionGrad(at(dy), at(qkv), at(starts), starts.shape[0] - 1, D, heads, scale, at(d), scratch),
    )
    return [d]
  },
}
