/** Matrix products and the LSTMs by SIMD. */
import { levelOf16, sizesOf } from '../ops/integers.ts'
import { levelOf } from '../ops/linear8.ts'
import { type Heap, type HeapTensor, type SimdKernel, sizeOf } from './heap.ts'

/** c = a·b (+ bias), a and b as they lie or transposed. */
const gemm = <T extends HeapTensor>(
  heap: Heap<T>,
  [a, transA]: readonly [T, boolean],
  [b, transB]: readonly [T, boolean],
  c: T,
  bias?: T,
): void => {
  const { k, at } = heap
  const [M, K] = transA ? [a.shape[1], a.shape[0]] : a.shape
  const N = transB ? b.shape[0] : b.shape[1]
  if (M === 0 || N === 0) return
  if (K === 0) {
    heap.values(c).fill(0)
    return
  }
  const [flipA, flipB] = [transA ? 1 : 0, transB ? 1 : 0]
  heap.withScratch(k.gemmScratchFloats(K, N), (scratch) =>
    k.gemm(at(a), a.shape[1], flipA, at(b), b.shape[1], flipB, at(c), N, M, K, N, at(bias), 0, scratch),
  )
}

/** d [N,O], x [N,I], w [I,O] → dx, dw, db. */
const productGradients = <T extends HeapTensor>(heap: Heap<T>, d: T, x: T, w: T): T[] => {
  const [dx, dw, db] = [heap.floats(...x.shape), heap.floats(...w.shape), heap.floats(w.shape[1])]
  gemm(heap, [d, false], [w, true], dx)
  gemm(heap, [x, true], [d, false], dw)
  heap.k.columnSums(heap.at(d), d.shape[0], d.shape[1], heap.at(db))
  return [dx, dw, db]
}

/** The recurrent part of the LSTM: xp [N,8H] input projections, u [2,H,4H] → y [N,2H], gates [N,8H], cells [N,2H]. */
export const lstmRecurrence: SimdKernel = (heap, { xp, u, offsets }) => {
  const { k, at } = heap
  const n = xp.shape[0]
  const h = u.shape[1]
  const [y, gates, cells] = [heap.floats(n, 2 * h), heap.floats(n, 8 * h), heap.floats(n, 2 * h)]
  heap.withScratch(4 * h * h + 64, (scratch) =>
    k.lstmForward(at(xp), at(u), at(offsets), offsets.shape[0] - 1, n, h, at(y), at(gates), at(cells), scratch),
  )
  return [y, gates, cells]
}

/** dy [N,2H] and what `lstmRecurrence` gave → dxp [N,8H], du [2,H,4H]. */
export const lstmRecurrenceGradient: SimdKernel = (heap, { dy, u, offsets, y, gates, cells }) => {
  const { k, at } = heap
  const n = dy.shape[0]
  const h = u.shape[1]
  const steps = offsets.shape[0] - 1
  const sequences = steps > 0 ? heap.values(offsets)[1] : 0
  const [dxp, du] = [heap.floats(n, 8 * h), heap.floats(2, h, 4 * h)]
  const saved = [at(y), at(gates), at(cells)]
  heap.withScratch(k.lstmScratchFloats(n, sequences, h), (scratch) =>
    k.lstmBackward(at(dy), at(u), at(offsets), steps, n, h, ...saved, at(dxp), at(du), sequences, scratch),
  )
  return [dxp, du]
}

/** x·w + b with w as integers, into y or added to it. */
const linear16 = <T extends HeapTensor>(
  heap: Heap<T>,
  { x, panels, scales, b }: Readonly<Record<string, T>>,
  y: T,
  add: boolean,
): void => {
  const { k, at } = heap
  const [n, inner] = x.shape
  const out = scales.shape[0]
  heap.withScratch(k.linear16ScratchFloats(n, inner), (scratch) =>
    k.linear16(at(x), at(panels), at(scales), at(b), n, inner, out, levelOf16(inner), at(y), add ? 1 : 0, scratch),
  )
}

/** By the name of the op. */
export const products: Readonly<Record<string, SimdKernel>> = {
  HmtlLinear(heap, { x, w, b }, { relu }) {
    const y = heap.floats(x.shape[0], w.shape[1])
    gemm(heap, [x, false], [w, false], y, b)
    const size = sizeOf(y.shape)
    if (relu && size > 0) heap.k.reluBackward(heap.at(y), heap.at(y), size, heap.at(y))
    return [y]
  },
  HmtlLinearGrad(heap, { dy, x, w, y }, { relu }) {
    if (!relu) return productGradients(heap, dy, x, w)
    const d = heap.floats(...dy.shape)
    heap.k.reluBackward(heap.at(dy), heap.at(y), sizeOf(dy.shape), heap.at(d))
    const gradients = productGradients(heap, d, x, w)
    heap.free(d)
    return gradients
  },
  HmtlLinear8(heap, { x, w, scales, b }, { relu, dots }) {
    const { k, at } = heap
    const [n, inner] = x.shape
    const out = w.shape[0]
    const y = heap.floats(n, out)
    const given = [at(x), at(w), at(scales), at(b), n, inner, out]
    if (dots) heap.withScratch(k.linear7ScratchFloats(n, inner), (scratch) => k.linear7(...given, at(y), scratch))
    else
      heap.withScratch(k.linear8ScratchFloats(n, inner), (scratch) =>
        k.linear8(...given, levelOf(inner), at(y), scratch),
      )
    const size = sizeOf(y.shape)
    if (relu && size > 0) k.reluBackward(at(y), at(y), size, at(y))
    return [y]
  },
  HmtlIntegers(heap, { w }) {
    const { count, inner, out, pairs, perMatrix } = sizesOf(w.shape)
    const [panels, scales] = [heap.ints(count * perMatrix, pairs, 8), heap.floats(count * out)]
    for (let i = 0; i < count; i++) {
      const places = [heap.at(panels) + 32 * i * perMatrix * pairs, heap.at(scales) + 4 * i * out]
      heap.k.toIntegers(heap.at(w) + 4 * i * inner * out, inner, out, levelOf16(inner), ...places)
    }
    return [panels, scales]
  },
  HmtlLinear16(heap, { x, panels, scales, b }, { relu }) {
    const y = heap.floats(x.shape[0], scales.shape[0])
    linear16(heap, { x, panels, scales, b }, y, false)
    const size = sizeOf(y.shape)
    if (relu && size > 0) heap.k.reluBackward(heap.at(y), heap.at(y), size, heap.at(y))
    return [y]
  },
  HmtlBiLstm16(heap, { x, panels, scales, b, rows, of, uPanels, uScales, offsets }) {
    const { k, at } = heap
    const n = (of ?? x).shape[0]
    const h = uScales.shape[0] / 8
    const xp = heap.floats(n, 8 * h)
    if (rows) k.gatherRows(at(rows), at(of), n, 8 * h, at(xp))
    if (x) linear16(heap, { x, panels, scales, b }, xp, rows !== undefined)
    const steps = offsets.shape[0] - 1
    const most = steps > 0 ? heap.values(offsets)[1] : 0
    const [y, cells] = [heap.floats(n, 2 * h), heap.floats(n, 2 * h)]
    const weights = [at(xp), at(uPanels), at(uScales), at(offsets)]
    heap.withScratch(k.lstm16ScratchFloats(most, h), (scratch) =>
      k.lstmForward16(...weights, steps, most, h, levelOf16(h), at(y), at(cells), scratch),
    )
    heap.free(xp)
    heap.free(cells)
    return [y]
  },
  HmtlBiLstm(heap, { x, w, b, u, offsets }) {
    const xp = heap.floats(x.shape[0], w.shape[1])
    gemm(heap, [x, false], [w, false], xp, b)
    const outputs = lstmRecurrence(heap, { xp, u, offsets }, {})
    heap.free(xp)
    return outputs
  },
  HmtlBiLstmGrad(heap, { dy, x, w, u, offsets, s0: y, s1: gates, s2: cells }) {
    const [dxp, du] = lstmRecurrenceGradient(heap, { dy, u, offsets, y, gates, cells }, {})
    const gradients = productGradients(heap, dxp, x, w)
    heap.free(dxp)
    return [...gradients, du]
  },
  HmtlLstmProjected(heap, { xp, u, w, offsets, c, h }, { reverse, cellClip, projectionClip }) {
    const { k, at } = heap
    const [H, P] = w.shape
    const B = c.shape[0]
    const [y, cells, states] = [heap.floats(xp.shape[0], P), heap.floats(B, H), heap.floats(B, P)]
    heap.values(cells).set(heap.values(c))
    heap.values(states).set(heap.values(h))
    const weights = [at(xp), at(u), at(w), at(offsets)]
    const sizes = [offsets.shape[0] - 1, B, H, P]
    heap.withScratch(k.lstmProjectedScratchFloats(B, H, P), (scratch) =>
      k.lstmProjected(...weights, ...sizes, reverse, cellClip, projectionClip, at(cells), at(states), at(y), scratch),
    )
    return [y, cells, states]
  },
}
