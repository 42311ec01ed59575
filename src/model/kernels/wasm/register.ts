/**
 * The fused ops on tfjs's wasm backend: our SIMD module works in the backend's
 * own memory, on pointers to its tensors. Ops that are a small part of the time
 * run their reference over views of the heap.
 */
import * as tf from '@tensorflow/tfjs-core'
import { fusedOps } from '../index.ts'
import type { Attributes } from '../op.ts'
import { openHeap, sizeOf } from './heap.ts'
import { loadKernels } from './module.ts'
import { registerStockOps } from './stock.ts'

type Infos = Readonly<Record<string, tf.TensorInfo>>

/** Registers every fused op for the running wasm backend. */
export const registerWasmOps = (): void => {
  if (tf.getKernel('HmtlLinear', 'wasm')) return
  const heap = openHeap()
  const { at, values, floats, ints, zeros, free, withScratch } = heap
  const k = loadKernels(heap.memory)
  const register = (kernelName: string, compute: (inputs: Infos, attributes: Attributes) => tf.TensorInfo[]) =>
    tf.registerKernel({
      kernelName,
      backendName: 'wasm',
      kernelFunc: ({ inputs, attrs }) => compute(inputs as Infos, attrs as unknown as Attributes),
    })

  const gemm = (
    a: tf.TensorInfo,
    transA: boolean,
    b: tf.TensorInfo,
    transB: boolean,
    c: tf.TensorInfo,
    bias?: tf.TensorInfo,
  ) => {
    const [M, K] = transA ? [a.shape[1], a.shape[0]] : a.shape
    const N = transB ? b.shape[0] : b.shape[1]
    if (M === 0 || N === 0) return
    if (K === 0) values(c).fill(0)
    else
      withScratch(k.gemmScratchFloats(K, N), (scratch) =>
        k.gemm(
          at(a),
          a.shape[1],
          transA ? 1 : 0,
          at(b),
          b.shape[1],
          transB ? 1 : 0,
          at(c),
          N,
          M,
          K,
          N,
          at(bias),
          0,
          scratch,
        ),
      )
  }

  register('HmtlLinear', ({ x, w, b }, { relu }) => {
    const y = floats(x.shape[0], w.shape[1])
    gemm(x, false, w, false, y, b)
    const size = sizeOf(y.shape)
    if (relu && size > 0) k.reluBackward(at(y), at(y), size, at(y))
    return [y]
  })
  register('HmtlLinearGrad', ({ dy, x, w, y }, { relu }) => {
    let d = dy
    if (relu) {
      d = floats(...dy.shape)
      k.reluBackward(at(dy), at(y), sizeOf(dy.shape), at(d))
    }
    const [dx, dw, db] = [floats(...x.shape), floats(...w.shape), floats(w.shape[1])]
    gemm(d, false, w, true, dx)
    gemm(x, true, d, false, dw)
    k.columnSums(at(d), d.shape[0], d.shape[1], at(db))
    if (d !== dy) free(d)
    return [dx, dw, db]
  })
  register('HmtlBiLstm', ({ x, w, b, u, offsets }) => {
    const n = x.shape[0]
    const h = u.shape[1]
    const xp = floats(n, 8 * h)
    gemm(x, false, w, false, xp, b)
    const [y, gates, cells] = [floats(n, 2 * h), floats(n, 8 * h), floats(n, 2 * h)]
    withScratch(4 * h * h + 64, (scratch) =>
      k.lstmForward(at(xp), at(u), at(offsets), offsets.shape[0] - 1, n, h, at(y), at(gates), at(cells), scratch),
    )
    free(xp)
    return [y, gates, cells]
  })
  register('HmtlBiLstmGrad', ({ dy, x, w, u, offsets, s0: y, s1: gates, s2: cells }) => {
    const n = dy.shape[0]
    const h = u.shape[1]
    const steps = values(offsets)
    const batch = steps.length > 1 ? steps[1] : 0
    const [dxp, du] = [floats(n, 8 * h), floats(2, h, 4 * h)]
    withScratch(k.lstmScratchFloats(n, batch, h), (scratch) =>
      k.lstmBackward(
        at(dy),
        at(u),
        at(offsets),
        offsets.shape[0] - 1,
        n,
        h,
        at(y),
        at(gates),
        at(cells),
        at(dxp),
        at(du),
        batch,
        scratch,
      ),
    )
    const [dx, dw, db] = [floats(...x.shape), floats(...w.shape), floats(w.shape[1])]
    gemm(dxp, false, w, true, dx)
    gemm(x, true, dxp, false, dw)
    k.columnSums(at(dxp), n, 8 * h, at(db))
    free(dxp)
    return [dx, dw, db, du]
  })
  register('HmtlGather', ({ x, ids }) => {
    const y = floats(ids.shape[0], x.shape[1])
    k.gatherRows(at(x), at(ids), ids.shape[0], x.shape[1], at(y))
    return [y]
  })
  register('HmtlScatterAdd', ({ dy, ids }, { rows }) => {
    const x = zeros(rows, dy.shape[1])
    k.scatterAddRows(at(dy), at(ids), ids.shape[0], dy.shape[1], at(x))
    return [x]
  })
  const pairSum = ({ a, ia, b, ib, c, ic, x }: Infos) => {
    const y = floats(ia.shape[0], a.shape[1])
    k.pairSumForward(at(a), at(ia), at(b), at(ib), at(c), at(ic), at(x), ia.shape[0], a.shape[1], at(y))
    return [y]
  }
  register('HmtlPairSum', pairSum)
  register('HmtlPairSumFull', pairSum)
  register('HmtlPairSumGrad', ({ dy, y, ia, ib, ic }, { rowsA, rowsB, rowsC, hasX }) => {
    const [n, d] = dy.shape
    const [da, db, dc, dx] = [zeros(rowsA, d), zeros(rowsB, d), zeros(rowsC, d), floats(hasX ? n : 0, d)]
    withScratch(d, (row) =>
      k.pairSumBackward(
        at(dy),
        at(y),
        at(ia),
        at(ib),
        at(ic),
        n,
        d,
        at(da),
        at(db),
        rowsC > 0 ? at(dc) : 0,
        hasX ? at(dx) : 0,
        row,
      ),
    )
    return [da, db, dc, dx]
  })
  register('HmtlPairProduct', ({ x, ia, ib }) => {
    const y = floats(ia.shape[0], x.shape[1])
    k.pairProductForward(at(x), at(ia), at(ib), ia.shape[0], x.shape[1], at(y))
    return [y]
  })
  register('HmtlPairProductGrad', ({ dy, x, ia, ib }) => {
    const dx = zeros(...x.shape)
    k.pairProductBackward(at(dy), at(x), at(ia), at(ib), ia.shape[0], x.shape[1], at(dx))
    return [dx]
  })
  register('HmtlConcat', ({ a, b }) => {
    const [n, da] = a.shape
    const db = b.shape[1]
    const y = floats(n, da + db)
    k.copyColumns(at(a), da, at(y), da + db, n, da)
    k.copyColumns(at(b), db, at(y) + 4 * da, da + db, n, db)
    return [y]
  })
  register('HmtlColumns', ({ x }, { begin, size }) => {
    const y = floats(x.shape[0], size)
    k.copyColumns(at(x) + 4 * begin, x.shape[1], at(y), size, x.shape[0], size)
    return [y]
  })
  register('HmtlDropout', ({ x }, { seed, threshold, scale }) => {
    const y = floats(...x.shape)
    k.dropout(at(x), sizeOf(x.shape), seed | 0, threshold | 0, scale, at(y))
    return [y]
  })
  register('HmtlCrf', ({ emissions, transitions, start, end, tags, offsets, lengths }, { gradients }) => {
    const [n, L] = emissions.shape
    const B = lengths.shape[0]
    const T = offsets.shape[0] - 1
    const [loss, marginals, dE, dA, dS, dZ] = [
      floats(B),
      floats(n, L),
      floats(gradients ? n : 0, L),
      zeros(L, L),
      zeros(L),
      zeros(L),
    ]
    withScratch(k.crfScratchFloats(L, T), (scratch) =>
      k.crfForwardBackward(
        at(emissions),
        at(transitions),
        at(start),
        at(end),
        at(tags),
        at(offsets),
        at(lengths),
        B,
        T,
        L,
        at(loss),
        at(marginals),
        gradients ? at(dE) : 0,
        at(dA),
        at(dS),
        at(dZ),
        scratch,
      ),
    )
    return [loss, marginals, dE, dA, dS, dZ]
  })
  register('HmtlCharPool', ({ p, bias, chars, starts }, { width }) => {
    const U = starts.shape[0] - 1
    const F = bias.shape[0]
    const [y, best] = [floats(U, F), ints(U, F)]
    k.charPoolForward(at(p), at(bias), at(chars), at(starts), U, F, width, at(y), at(best))
    return [y, best]
  })
  register('HmtlCharPoolGrad', ({ dy, best, chars }, { width, characters }) => {
    const [U, F] = dy.shape
    const [dp, dBias] = [zeros(characters, width * F), zeros(F)]
    k.charPoolBackward(at(dy), at(best), at(chars), U, F, width, at(dp), at(dBias))
    return [dp, dBias]
  })
  register('HmtlSpanAttention', ({ x, scores, rows, starts }) => {
    const S = starts.shape[0] - 1
    const [y, weights] = [floats(S, x.shape[1]), floats(rows.shape[0])]
    k.spanAttentionForward(at(x), at(scores), at(rows), at(starts), S, x.shape[1], at(y), at(weights))
    return [y, weights]
  })
  register('HmtlSpanAttentionGrad', ({ dy, x, rows, starts, weights }) => {
    const S = starts.shape[0] - 1
    const [dx, dScores] = [zeros(...x.shape), zeros(x.shape[0], 1)]
    withScratch(rows.shape[0] + 1, (scratch) =>
      k.spanAttentionBackward(
        at(dy),
        at(x),
        at(rows),
        at(starts),
        at(weights),
        S,
        x.shape[1],
        at(dx),
        at(dScores),
        scratch,
      ),
    )
    return [dx, dScores]
  })
  register('HmtlLstmProjected', ({ xp, u, w, offsets, c, h }, { reverse, cellClip, projectionClip }) => {
    const [H, P] = w.shape
    const B = c.shape[0]
    const [y, cells, states] = [floats(xp.shape[0], P), floats(B, H), floats(B, P)]
    for (const [from, to] of [
      [c, cells],
      [h, states],
    ])
      values(to).set(values(from))
    withScratch(k.lstmProjectedScratchFloats(B, H, P), (scratch) =>
      k.lstmProjected(
        at(xp),
        at(u),
        at(w),
        at(offsets),
        offsets.shape[0] - 1,
        B,
        H,
        P,
        reverse,
        cellClip,
        projectionClip,
        at(cells),
        at(states),
        at(y),
        scratch,
      ),
    )
    return [y, cells, states]
  })
  register('HmtlLayerNorm', ({ x, residual, gamma, beta }, { epsilon }) => {
    const y = floats(...x.shape)
    k.layerNorm(at(x), at(residual), at(gamma), at(beta), x.shape[0], x.shape[1], epsilon, at(y))
    return [y]
  })
  register('HmtlGelu', ({ x }, { approximate }) => {
    const y = floats(...x.shape)
    k.gelu(at(x), sizeOf(x.shape), approximate, at(y))
    return [y]
  })
  register('HmtlAttention', ({ qkv, starts }, { heads, longest }) => {
    const D = qkv.shape[1] / 3
    const y = floats(qkv.shape[0], D)
    withScratch(k.attentionScratchFloats(longest, D / heads), (scratch) =>
      k.attention(at(qkv), at(starts), starts.shape[0] - 1, D, heads, 1 / Math.sqrt(D / heads), at(y), scratch),
    )
    return [y]
  })
  register('HmtlMix', ({ x, weights }) => {
    const layers = weights.shape[0]
    const y = floats(x.shape[0], x.shape[1] / layers)
    k.mixForward(at(x), at(weights), x.shape[0], layers, y.shape[1], at(y))
    return [y]
  })
  register('HmtlMixGrad', ({ dy, x }, { layers }) => {
    const dots = floats(layers)
    k.mixDots(at(dy), at(x), dy.shape[0], layers, dy.shape[1], at(dots))
    return [dots]
  })
  register('HmtlAdam', ({ w, g, m, v }, { scale, clip, beta1, beta2, step, epsilon, decay }) => {
    k.adam(at(w), at(g), at(m), at(v), sizeOf(w.shape), scale, clip, beta1, beta2, step, epsilon, decay)
    return []
  })
  register('HmtlSumSquares', ({ x }) => {
    const out = floats(1)
    values(out)[0] = k.sumSquares(at(x), sizeOf(x.shape))
    return [out]
  })

  registerStockOps(k, heap)

  // The rest are cheap: their references run on views of the heap.
  for (const { name, host } of fusedOps) {
    if (tf.getKernel(name, 'wasm')) continue
    register(name, (inputs, attributes) => {
      const views = Object.fromEntries(
        Object.entries(inputs).map(([key, info]) => [key, { shape: info.shape, values: values(info) }]),
      )
      return host(views, attributes).map(({ shape, values: made }) => {
        const info = (made instanceof Float32Array ? floats : ints)(...shape)
        if (made.length > 0) values(info).set(made)
        return info
      })
    })
  }
}
