/** Tags, characters and spans by SIMD. */
import type { SimdKernel } from './heap.ts'

/** By the name of the op. */
export const spans: Readonly<Record<string, SimdKernel>> = {
  HmtlCrf(heap, { emissions, transitions, start, end, tags, offsets, lengths }, { gradients }) {
    const { k, at } = heap
    const [n, L] = emissions.shape
    const B = lengths.shape[0]
    const T = offsets.shape[0] - 1
    const [loss, marginals, dE] = [heap.floats(B), heap.floats(n, L), heap.floats(gradients ? n : 0, L)]
    const rest = [heap.zeros(L, L), heap.zeros(L), heap.zeros(L)]
    const inputs = [emissions, transitions, start, end, tags, offsets, lengths].map(at)
    heap.withScratch(k.crfScratchFloats(L, T), (scratch) =>
      k.crfForwardBackward(
        ...inputs,
        B,
        T,
        L,
        at(loss),
        at(marginals),
        gradients ? at(dE) : 0,
        ...rest.map(at),
        scratch,
      ),
    )
    return [loss, marginals, dE, ...rest]
  },
  HmtlCharPool(heap, { p, bias, chars, starts }, { width }) {
    const { k, at } = heap
    const U = starts.shape[0] - 1
    const F = bias.shape[0]
    const [y, best] = [heap.floats(U, F), heap.ints(U, F)]
    k.charPoolForward(at(p), at(bias), at(chars), at(starts), U, F, width, at(y), at(best))
    return [y, best]
  },
  HmtlCharPoolGrad(heap, { dy, best, chars }, { width, characters }) {
    const { k, at } = heap
    const [U, F] = dy.shape
    const [dp, dBias] = [heap.zeros(characters, width * F), heap.zeros(F)]
    k.charPoolBackward(at(dy), at(best), at(chars), U, F, width, at(dp), at(dBias))
    return [dp, dBias]
  },
  HmtlSpanAttention(heap, { x, scores, rows, starts }) {
    const { k, at } = heap
    const S = starts.shape[0] - 1
    const [y, weights] = [heap.floats(S, x.shape[1]), heap.floats(rows.shape[0])]
    k.spanAttentionForward(at(x), at(scores), at(rows), at(starts), S, x.shape[1], at(y), at(weights))
    return [y, weights]
  },
  HmtlSpanAttentionGrad(heap, { dy, x, rows, starts, weights }) {
    const { k, at } = heap
    const [S, D] = [starts.shape[0] - 1, x.shape[1]]
    const [dx, dScores] = [heap.zeros(...x.shape), heap.zeros(x.shape[0], 1)]
    const inputs = [dy, x, rows, starts, weights].map(at)
    heap.withScratch(rows.shape[0] + 1, (scratch) =>
      k.spanAttentionBackward(...inputs, S, D, at(dx), at(dScores), scratch),
    )
    return [dx, dScores]
  },
}
