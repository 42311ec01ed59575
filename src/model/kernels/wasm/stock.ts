/**
 * tfjs's own ops on its wasm backend that are missing, wrong or slow in 4.22.0,
 * for whoever computes with plain tfjs ops on this engine. The model uses none.
 *
 * - `UnsortedSegmentSum` (the gradient of gather) and `Conv2DBackpropFilter` are missing.
 * - `_FusedMatMul` is silently wrong for more than 48 inner terms with a transpose or a batch.
 * - `BatchMatMul` is scalar code where it is transposed or batched.
 */
import * as tf from '@tensorflow/tfjs-core'
import { sizeOf, type WasmHeap } from './heap.ts'
import type { Kernels } from './module.ts'

interface MatMulInputs {
  readonly a: tf.TensorInfo
  readonly b: tf.TensorInfo
  readonly bias?: tf.TensorInfo
  readonly preluActivationWeights?: tf.TensorInfo
}

interface MatMulAttributes {
  readonly transposeA: boolean
  readonly transposeB: boolean
  readonly activation?: string
}

export const registerStockOps = (k: Kernels, heap: WasmHeap): void => {
  const replace = (kernelName: string, kernelFunc: tf.KernelFunc) => {
    if (tf.getKernel(kernelName, 'wasm')) tf.unregisterKernel(kernelName, 'wasm')
    tf.registerKernel({ kernelName, backendName: 'wasm', kernelFunc })
  }

  const matMul = ({ a, b, bias }: MatMulInputs, { transposeA, transposeB }: MatMulAttributes): tf.TensorInfo => {
    const [rankA, rankB] = [a.shape.length, b.shape.length]
    const [M, K] = transposeA ? [a.shape[rankA - 1], a.shape[rankA - 2]] : [a.shape[rankA - 2], a.shape[rankA - 1]]
    const N = transposeB ? b.shape[rankB - 2] : b.shape[rankB - 1]
    const batch = tf.broadcast_util.assertAndGetBroadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2))
    const count = sizeOf(batch)
    const [countA, countB] = [sizeOf(a.shape.slice(0, -2)), sizeOf(b.shape.slice(0, -2))]
    const c = heap.zeros(...batch, M, N)
    if (M * N * K === 0) return c
    heap.withScratch(k.gemmScratchFloats(K, N), (scratch) => {
      for (let i = 0; i < count; i++)
        k.gemm(
          heap.at(a) + 4 * M * K * (countA === 1 ? 0 : i % countA),
          transposeA ? M : K,
          transposeA ? 1 : 0,
          heap.at(b) + 4 * K * N * (countB === 1 ? 0 : i % countB),
          transposeB ? K : N,
          transposeB ? 1 : 0,
          heap.at(c) + 4 * M * N * i,
          N,
          M,
          K,
          N,
          bias && sizeOf(bias.shape) === N ? heap.at(bias) : 0,
          0,
          scratch,
        )
    })
    if (bias && sizeOf(bias.shape) === 1 && N > 1) {
      const [value, out] = [heap.values(bias)[0], heap.values(c)]
      for (let i = 0; i < out.length; i++) out[i] += value
    }
    return c
  }

  replace('BatchMatMul', ({ inputs, attrs }) =>
    matMul(inputs as unknown as MatMulInputs, attrs as unknown as MatMulAttributes),
  )
  replace('_FusedMatMul', ({ inputs, attrs }) => {
    const { activation = 'linear' } = attrs as unknown as MatMulAttributes
    const act = activations[activation]
    if (!act) throw new Error(`fused matMul with ${activation} is not in use on this engine`)
    const y = matMul(inputs as unknown as MatMulInputs, attrs as unknown as MatMulAttributes)
    const values = heap.values(y)
    if (activation !== 'linear') for (let i = 0; i < values.length; i++) values[i] = act(values[i])
    return y
  })
  replace('UnsortedSegmentSum', ({ inputs, attrs }) => {
    const { x, segmentIds } = inputs as unknown as { x: tf.TensorInfo; segmentIds: tf.TensorInfo }
    const { numSegments } = attrs as unknown as { numSegments: number }
    const inner = x.shape.slice(segmentIds.shape.length)
    const out = heap.zeros(numSegments, ...inner)
    if (sizeOf(x.shape) > 0)
      k.scatterAddRows(heap.at(x), heap.at(segmentIds), sizeOf(segmentIds.shape), sizeOf(inner), heap.at(out))
    return out
  })
  replace('Conv2DBackpropFilter', ({ inputs, attrs }) => {
    const { x, dy } = inputs as unknown as { x: tf.TensorInfo; dy: tf.TensorInfo }
    const { strides, pad, dimRoundingMode, filterShape } = attrs as unknown as tf.Conv2DBackpropFilterAttrs
    const c = tf.backend_util.computeConv2DInfo(
      x.shape as [number, number, number, number],
      filterShape,
      strides,
      1,
      pad,
      dimRoundingMode,
    )
    const out = heap.zeros(...filterShape)
    const [filter, input, gradient] = [heap.values(out), heap.values(x), heap.values(dy)]
    const {
      batchSize,
      inHeight,
      inWidth,
      inChannels,
      outHeight,
      outWidth,
      outChannels,
      filterHeight,
      filterWidth,
      strideHeight,
      strideWidth,
      padInfo,
    } = c
    for (let b = 0; b < batchSize; b++)
      for (let oy = 0; oy < outHeight; oy++)
        for (let ox = 0; ox < outWidth; ox++)
          for (let fy = 0; fy < filterHeight; fy++)
            for (let fx = 0; fx < filterWidth; fx++) {
              const [iy, ix] = [oy * strideHeight + fy - padInfo.top, ox * strideWidth + fx - padInfo.left]
              if (iy < 0 || iy >= inHeight || ix < 0 || ix >= inWidth) continue
              const [from, grad, to] = [
                ((b * inHeight + iy) * inWidth + ix) * inChannels,
                ((b * outHeight + oy) * outWidth + ox) * outChannels,
                (fy * filterWidth + fx) * inChannels * outChannels,
              ]
              for (let i = 0; i < inChannels; i++)
                for (let o = 0; o < outChannels; o++)
                  filter[to + i * outChannels + o] += input[from + i] * gradient[grad + o]
            }
    return out
  })
}

const activations: Readonly<Record<string, (x: number) => number>> = {
  linear: (x) => x,
  relu: (x) => Math.max(0, x),
  relu6: (x) => Math.min(6, Math.max(0, x)),
  sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  tanh: Math.tanh,
  elu: (x) => (x >= 0 ? x : Math.expm1(x)),
}
