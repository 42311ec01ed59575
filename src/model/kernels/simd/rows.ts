/** Rows picked, paired, joined, dropped and mixed, by SIMD. */
import { type Heap, type HeapTensor, type SimdKernel, sizeOf } from './heap.ts'

const pairSum = <T extends HeapTensor>(heap: Heap<T>, { a, ia, b, ib, c, ic, x }: Readonly<Record<string, T>>): T[] => {
  const { k, at } = heap
  const [n, d] = [ia.shape[0], a.shape[1]]
  const y = heap.floats(n, d)
  k.pairSumForward(at(a), at(ia), at(b), at(ib), at(c), at(ic), at(x), n, d, at(y))
  return [y]
}

/** By the name of the op. */
export const rows: Readonly<Record<string, SimdKernel>> = {
  HmtlGather(heap, { x, ids }) {
    const y = heap.floats(ids.shape[0], x.shape[1])
    heap.k.gatherRows(heap.at(x), heap.at(ids), ids.shape[0], x.shape[1], heap.at(y))
    return [y]
  },
  HmtlScatterAdd(heap, { dy, ids }, { rows: count }) {
    const x = heap.zeros(count, dy.shape[1])
    heap.k.scatterAddRows(heap.at(dy), heap.at(ids), ids.shape[0], dy.shape[1], heap.at(x))
    return [x]
  },
  HmtlPairSum: pairSum,
  HmtlPairSumFull: pairSum,
  HmtlPairSumGrad(heap, { dy, y, ia, ib, ic }, { rowsA, rowsB, rowsC, hasX }) {
    const { k, at } = heap
    const [n, d] = dy.shape
    const outputs = [heap.zeros(rowsA, d), heap.zeros(rowsB, d), heap.zeros(rowsC, d), heap.floats(hasX ? n : 0, d)]
    const [da, db, dc, dx] = outputs.map(at)
    heap.withScratch(d, (row) =>
      k.pairSumBackward(...[dy, y, ia, ib, ic].map(at), n, d, da, db, rowsC > 0 ? dc : 0, hasX ? dx : 0, row),
    )
    return outputs
  },
  HmtlPairProduct(heap, { x, ia, ib }) {
    const { k, at } = heap
    const y = heap.floats(ia.shape[0], x.shape[1])
    k.pairProductForward(at(x), at(ia), at(ib), ia.shape[0], x.shape[1], at(y))
    return [y]
  },
  HmtlPairProductGrad(heap, { dy, x, ia, ib }) {
    const { k, at } = heap
    const dx = heap.zeros(...x.shape)
    k.pairProductBackward(at(dy), at(x), at(ia), at(ib), ia.shape[0], x.shape[1], at(dx))
    return [dx]
  },
  HmtlConcat(heap, { a, b }) {
    const { k, at } = heap
    const [n, da] = a.shape
    const db = b.shape[1]
    const y = heap.floats(n, da + db)
    k.copyColumns(at(a), da, at(y), da + db, n, da)
    k.copyColumns(at(b), db, at(y) + 4 * da, da + db, n, db)
    return [y]
  },
  HmtlColumns(heap, { x }, { begin, size }) {
    const y = heap.floats(x.shape[0], size)
    heap.k.copyColumns(heap.at(x) + 4 * begin, x.shape[1], heap.at(y), size, x.shape[0], size)
    return [y]
  },
  HmtlDropout(heap, { x }, { seed, threshold, scale }) {
    const y = heap.floats(...x.shape)
    heap.k.dropout(heap.at(x), sizeOf(x.shape), seed | 0, threshold | 0, scale, heap.at(y))
    return [y]
  },
  HmtlMix(heap, { x, weights }) {
    const layers = weights.shape[0]
    const y = heap.floats(x.shape[0], x.shape[1] / layers)
    heap.k.mixForward(heap.at(x), heap.at(weights), x.shape[0], layers, y.shape[1], heap.at(y))
    return [y]
  },
  HmtlMixGrad(heap, { dy, x }, { layers }) {
    const dots = heap.floats(layers)
    heap.k.mixDots(heap.at(dy), heap.at(x), dy.shape[0], layers, dy.shape[1], heap.at(dots))
    return [dots]
  },
  HmtlAdam(heap, { w, g, m, v }, { scale, clip, beta1, beta2, step, epsilon, decay }) {
    const { k, at } = heap
    k.adam(at(w), at(g), at(m), at(v), sizeOf(w.shape), scale, clip, beta1, beta2, step, epsilon, decay)
    return []
  },
  HmtlSumSquares(heap, { x }) {
    const out = heap.floats(1)
    heap.values(out)[0] = heap.k.sumSquares(heap.at(x), sizeOf(x.shape))
    return [out]
  },
}
