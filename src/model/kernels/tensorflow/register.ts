/**
 * The fused ops by TensorFlow's own, the same on the CPU and on a GPU. The CRF,
 * the pooling over characters and small losses are cheaper on the host than as a
 * row of small ops: they run there, by SIMD where there is a kernel.
 */
import * as tf from '@tensorflow/tfjs-core'
import { fusedOps } from '../index.ts'
import type { Attributes, HostTensor, Values } from '../op.ts'
import { dropoutMask, simdHostKernels } from '../simd/arena.ts'
import { type Native, TensorflowBackend } from './backend.ts'
import type { Binding } from './binding.ts'
import { blockForward, blockGradient, gatherOrZero, hostForward, hostGradient } from './lstm.ts'
import { projectedForward } from './lstm-projected.ts'
import { type Compute, Scope } from './scope.ts'
import { transformerGradients } from './transformer.ts'

const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1)

const linear: Compute = (s, { x, w, b }, { relu }) => {
  let y = s.matmul(x, w)
  if (b) y = s.one('BiasAdd', y, b)
  return [relu ? s.one('Relu', y) : y]
}

const linearGrad: Compute = (s, { dy, x, w, y }, { relu }) => {
  const d = relu ? s.one('ReluGrad', dy, y) : dy
  return [s.matmul(d, w, false, true), s.matmul(x, d, true, false), s.columnSums(d)]
}

const pairSum: Compute = (s, { a, ia, b, ib, c, ic, x }) => {
  const terms = [s.gather(a, ia), s.gather(b, ib), ...(c ? [s.gather(c, ic)] : []), ...(x ? [x] : [])]
  return [s.one('Relu', s.addAll(terms))]
}

const pairSumGrad: Compute = (s, { dy, y, ia, ib, ic }, { rowsA, rowsB, rowsC, hasX }) => {
  const width = dy.shape[1]
  const d = s.one('ReluGrad', dy, y)
  return [
    s.segmentSum(d, ia, rowsA),
    s.segmentSum(d, ib, rowsB),
    rowsC > 0 ? s.segmentSum(d, ic, rowsC) : s.zeros(0, width),
    hasX ? d : s.zeros(0, width),
  ]
}

const pairProductGrad: Compute = (s, { dy, x, ia, ib }) => {
  const rows = x.shape[0]
  return [
    s.one(
      'AddV2',
      s.segmentSum(s.one('Mul', dy, s.gather(x, ib)), ia, rows),
      s.segmentSum(s.one('Mul', dy, s.gather(x, ia)), ib, rows),
    ),
  ]
}

/** The span of each entry of `rows`. */
const spanOfEntry = (starts: Values): Int32Array => {
  const out = new Int32Array(starts[starts.length - 1] ?? 0)
  for (let span = 0; span + 1 < starts.length; span++) out.fill(span, starts[span], starts[span + 1])
  return out
}

/** Pairs (span, row) as int64 coordinates of a sparse [spans, rows] matrix. */
const coordinates = (s: Scope, spans: Int32Array, rows: Values): Native => {
  const words = new Int32Array(4 * spans.length)
  for (let i = 0; i < spans.length; i++) {
    words[4 * i] = spans[i]
    words[4 * i + 2] = rows[i]
  }
  return s.longs(words, [spans.length, 2])
}

const sparseTimes = (
  s: Scope,
  at: Native,
  weights: Native,
  shape: readonly [number, number],
  x: Native,
  adjoint: boolean,
): Native =>
  s.op(
    'SparseTensorDenseMatMul',
    [at, weights, s.longs(Int32Array.of(shape[0], 0, shape[1], 0), [2]), x],
    [s.type('T', 'float'), s.type('Tindices', 'long'), s.flag('adjoint_a', adjoint), s.flag('adjoint_b', false)],
  )[0]

/** Spans as a sparse matrix of weights: one product, and nothing as large as all spans' tokens. */
const spanAttention: Compute = (s, { x, scores, rows }, _, host) => {
  const starts = host('starts')
  const count = starts.length - 1
  const spans = spanOfEntry(starts)
  const of = s.ints(spans)
  const score = s.gather(s.reshape(scores, scores.shape[0]), rows)
  const most = s.op(
    'UnsortedSegmentMax',
    [score, of, s.int(count)],
    [s.type('T', 'float'), s.type('Tindices', 'int'), s.type('Tnumsegments', 'int')],
  )[0]
  const e = s.one('Exp', s.one('Sub', score, s.gather(most, of)))
  const weights = s.one('RealDiv', e, s.gather(s.segmentSum(e, of, count), of))
  return [sparseTimes(s, coordinates(s, spans, host('rows')), weights, [count, x.shape[0]], x, false), weights]
}

const spanAttentionGrad: Compute = (s, { dy, x, rows, weights }, _, host) => {
  const starts = host('starts')
  const count = starts.length - 1
  const spans = spanOfEntry(starts)
  const of = s.ints(spans)
  const dx = sparseTimes(s, coordinates(s, spans, host('rows')), weights, [count, x.shape[0]], dy, true)
  const dots = s.sum(s.one('Mul', s.gather(dy, of), s.gather(x, rows)), 1)
  const mean = s.segmentSum(s.one('Mul', weights, dots), of, count)
  const d = s.one('Mul', weights, s.one('Sub', dots, s.gather(mean, of)))
  return [dx, s.reshape(s.segmentSum(d, rows, x.shape[0]), x.shape[0], 1)]
}

const sigmoidLoss: Compute = (s, { logits, positive }) => {
  const size = sizeOf(logits.shape)
  const flat = s.reshape(logits, size)
  const loss = s.one('Sub', s.total(s.one('Softplus', flat)), s.total(s.gather(flat, positive)))
  const ones = s.floats([positive.shape[0]], new Float32Array(positive.shape[0]).fill(1))
  const gradient = s.one('Sub', s.one('Sigmoid', flat), s.segmentSum(ones, positive, size))
  return [s.reshape(loss, 1), s.reshape(gradient, ...logits.shape)]
}

const mix = (s: Scope, x: Native, weights: Native): Native => {
  const layers = weights.shape[0]
  const [n, width] = x.shape
  return s.sum(s.one('Mul', s.reshape(x, n, layers, width / layers), s.reshape(weights, 1, layers, 1)), 1)
}

const mixGrad = (s: Scope, dy: Native, x: Native, layers: number): Native => {
  const [n, width] = dy.shape
  return s.sum(s.one('Mul', s.reshape(x, n, layers, width), s.reshape(dy, n, 1, width)), 0, 2)
}

const mixSpread = (s: Scope, dy: Native, weights: Native): Native => {
  const layers = weights.shape[0]
  const [n, width] = dy.shape
  const spread = s.one('Mul', s.reshape(dy, n, 1, width), s.reshape(weights, 1, layers, 1))
  return s.reshape(spread, n, layers * width)
}

const kernels: Readonly<Record<string, Compute>> = {
  HmtlLinear: linear,
  HmtlLinearGrad: linearGrad,
  HmtlGather: (s, { x, ids }, _, host) => [
    host('ids').includes(-1) ? gatherOrZero(s, x, host('ids')) : s.gather(x, ids),
  ],
  HmtlScatterAdd: (s, { dy, ids }, { rows }) => [s.segmentSum(dy, ids, rows)],
  HmtlPairSum: pairSum,
  HmtlPairSumFull: pairSum,
  HmtlPairSumGrad: pairSumGrad,
  HmtlPairProduct: (s, { x, ia, ib }) => [s.one('Mul', s.gather(x, ia), s.gather(x, ib))],
  HmtlPairProductGrad: pairProductGrad,
  HmtlConcat: (s, { a, b }) => [s.concat([a, b], 1)],
  HmtlColumns: (s, { x }, { begin, size }) => [s.slice(x, [0, begin], [x.shape[0], size])],
  HmtlDropout: (s, { x }, attributes) => [s.one('Mul', x, s.floats(x.shape, dropoutMask(sizeOf(x.shape), attributes)))],
  // Of a factor a sequence all are the same.
  HmtlScale: (s, { x, factor }) => [
    s.one('Mul', x, s.reshape(s.slice(s.reshape(factor, sizeOf(factor.shape)), [0], [1]))),
  ],
  HmtlLstmProjected: (s, inputs, attributes, host) => projectedForward(s, inputs as never, host('offsets'), attributes),
  HmtlHighway: (s, { x, gate, transform }) => {
    const g = s.one('Sigmoid', gate)
    return [s.one('AddV2', x, s.one('Mul', g, s.one('Sub', transform, x)))]
  },
  HmtlMix: (s, { x, weights }) => [mix(s, x, weights)],
  HmtlMixGrad: (s, { dy, x }, { layers }) => [mixGrad(s, dy, x, layers)],
  HmtlMixSpread: (s, { dy, weights }) => [mixSpread(s, dy, weights)],
  ...transformerGradients,
  HmtlSpanAttention: spanAttention,
  HmtlSpanAttentionGrad: spanAttentionGrad,
  HmtlSigmoidLoss: sigmoidLoss,
  HmtlSum: (s, { x }) => [s.total(x)],
  HmtlFill: (s, { factor }, { size }) => [
    s.op(
      'Fill',
      [s.ints([size]), s.reshape(s.slice(s.reshape(factor, sizeOf(factor.shape)), [0], [1]))],
      [s.type('T', 'float'), s.type('index_type', 'int')],
    )[0],
  ],
  HmtlSumSquares: (s, { x }) => [s.reshape(s.one('Mul', s.one('L2Loss', x), s.scalar(2)), 1)],
  // The few of tfjs's own that are in use.
  Add: (s, { a, b }) => [s.one('AddV2', a, b)],
  Sub: (s, { a, b }) => [s.one('Sub', a, b)],
  Slice: (s, { x }, { begin, size }) => [s.slice(x, begin as never, size as never)],
}

/** Adam on resource variables: one pass over each, in place. */
const registerAdam = (backend: TensorflowBackend): void => {
  tf.registerKernel({
    kernelName: 'HmtlAdam',
    backendName: backendName,
    kernelFunc: ({ inputs, attrs }) => {
      const { w, g, m, v } = inputs as Readonly<Record<string, tf.TensorInfo>>
      const { scale, clip, beta1, beta2, step, epsilon, decay } = attrs as unknown as Attributes
      const s = new Scope(backend)
      try {
        const clipped = s.op('ClipByValue', [backend.native(g.dataId), s.scalar(-clip), s.scalar(clip)])[0]
        const gradient = scale === 1 ? clipped : s.one('Mul', clipped, s.scalar(scale))
        const variables = [w, m, v].map(({ dataId }) => backend.variable(dataId))
        // Its own bias correction is switched off by powers of 0: the step has it already.
        const numbers = [0, 0, step, beta1, beta2, epsilon].map((value) => s.scalar(value))
        if (decay > 0) {
          const shrunk = s.one('Mul', backend.native(w.dataId), s.scalar(decay))
          backend.execute('AssignSubVariableOp', [s.type('dtype', 'float')], [variables[0], shrunk.id], 0)
        }
        // A value read earlier would have to be copied before the update.
        for (const { dataId } of [w, m, v]) backend.changed(dataId)
        backend.execute(
          'ResourceApplyAdam',
          [s.type('T', 'float'), s.flag('use_locking', false), s.flag('use_nesterov', false)],
          [...variables, ...numbers.map(({ id }) => id), gradient.id],
          0,
        )
        return []
      } finally {
        s.close([])
      }
    },
  })
}

const savedOf = <T>(inputs: Readonly<Record<string, T>>): T[] => {
  const saved: T[] = []
  for (let i = 0; inputs[`s${i}`] !== undefined; i++) saved.push(inputs[`s${i}`])
  return saved
}

/** Where the recurrence of the LSTM runs. */
export type Recurrence = 'block' | 'host'

/** Replaces the LSTM's kernels; the one that does not fit the device is for tests. */
export const registerLstm = (backend: TensorflowBackend, recurrence: Recurrence): void => {
  const native = ({ dataId }: tf.TensorInfo) => backend.native(dataId)
  const host = ({ dataId, shape }: tf.TensorInfo): HostTensor => ({ shape, values: backend.host(dataId) })
  const natives = (inputs: Readonly<Record<string, tf.TensorInfo>>, ...names: string[]) =>
    Object.fromEntries(names.map((name) => [name, native(inputs[name])])) as never
  const register = (
    kernelName: string,
    kernelFunc: (s: Scope, inputs: Readonly<Record<string, tf.TensorInfo>>) => tf.TensorInfo[],
  ) => {
    if (tf.getKernel(kernelName, backendName)) tf.unregisterKernel(kernelName, backendName)
    tf.registerKernel({
      kernelName,
      backendName,
      kernelFunc: ({ inputs }) => {
        const scope = new Scope(backend)
        try {
          return kernelFunc(scope, inputs as Readonly<Record<string, tf.TensorInfo>>)
        } finally {
          scope.close([])
        }
      },
    })
  }
  if (recurrence === 'block') {
    register('HmtlBiLstm', (s, inputs) =>
      s
        .close(blockForward(s, natives(inputs, 'x', 'w', 'b', 'u'), backend.host(inputs.offsets.dataId)))
        .map((output) => backend.adopt(output)),
    )
    // s0 is y, which this gradient does without.
    register('HmtlBiLstmGrad', (s, inputs) =>
      s
        .close(
          blockGradient(
            s,
            natives(inputs, 'dy', 'x', 'w', 'b', 'u'),
            backend.host(inputs.offsets.dataId),
            savedOf(inputs).slice(1).map(native),
          ),
        )
        .map((output) => backend.adopt(output)),
    )
    return
  }
  register('HmtlBiLstm', (s, inputs) =>
    hostForward(s, natives(inputs, 'x', 'w', 'b'), host(inputs.u), backend.host(inputs.offsets.dataId)).map(
      backend.adoptHost,
    ),
  )
  register('HmtlBiLstmGrad', (s, inputs) => {
    const { natives: grads, du } = hostGradient(
      s,
      natives(inputs, 'x', 'w'),
      host(inputs.dy),
      host(inputs.u),
      backend.host(inputs.offsets.dataId),
      savedOf(inputs).map(host),
    )
    return [...s.close(grads).map((output) => backend.adopt(output)), backend.adoptHost(du)]
  })
}

const backendName = 'tensorflow'

/** Makes the backend of a binding, with every op on it, the current one. */
export const startTensorflow = (binding: Binding): TensorflowBackend => {
  const known = tf.findBackend(backendName)
  if (known instanceof TensorflowBackend) {
    tf.setBackend(backendName)
    return known
  }
  const backend = new TensorflowBackend(binding)
  tf.registerBackend(backendName, () => backend)
  tf.setBackend(backendName)
  const register = (
    kernelName: string,
    kernelFunc: (inputs: tf.NamedTensorInfoMap, attributes: Attributes) => tf.TensorInfo | tf.TensorInfo[],
  ) =>
    tf.registerKernel({
      kernelName,
      backendName,
      kernelFunc: ({ inputs, attrs }) => kernelFunc(inputs as tf.NamedTensorInfoMap, attrs as unknown as Attributes),
    })

  for (const [name, compute] of Object.entries(kernels))
    register(name, (inputs, attributes) => {
      const scope = new Scope(backend)
      const natives = Object.fromEntries(
        Object.entries(inputs).map(([key, info]) => [key, backend.native((info as tf.TensorInfo).dataId)]),
      )
      let infos: tf.TensorInfo[] = []
      try {
        const outputs = compute(scope, natives, attributes, (key) =>
          backend.host((inputs[key] as tf.TensorInfo).dataId),
        )
        infos = scope.close(outputs).map((native) => backend.adopt(native))
      } finally {
        // What a failing op leaves half made is freed too.
        scope.close([])
      }
      // tfjs's own kernels return one tensor, not a list.
      return name.startsWith('Hmtl') ? infos : infos[0]
    })
  registerAdam(backend)
  registerLstm(backend, binding.isUsingGpuDevice() ? 'block' : 'host')
  for (const [name, kernelFunc] of Object.entries(aliases(backend))) register(name, kernelFunc)
  for (const { name, host } of fusedOps) {
    if (tf.getKernel(name, backendName)) continue
    const compute = simdHostKernels[name] ?? host
    register(name, (inputs, attributes) => {
      const hosts: Record<string, HostTensor> = {}
      for (const [key, info] of Object.entries(inputs))
        hosts[key] = { shape: (info as tf.TensorInfo).shape, values: backend.host((info as tf.TensorInfo).dataId) }
      return compute(hosts, attributes).map(backend.adoptHost)
    })
  }
  return backend
}

/** tfjs's own ops that only give a tensor another shape or owner. */
const aliases = (backend: TensorflowBackend) => ({
  Reshape: (inputs: tf.NamedTensorInfoMap, attributes: Attributes): tf.TensorInfo => {
    const x = inputs.x as tf.TensorInfo
    const shape = tf.util.inferFromImplicitShape(attributes.shape as unknown as number[], sizeOf(x.shape))
    if (x.dtype !== 'float32') {
      const values = backend.host(x.dataId)
      return { dataId: backend.write(values, shape, x.dtype), shape, dtype: x.dtype }
    }
    const scope = new Scope(backend)
    const [native] = scope.close([scope.reshape(backend.native(x.dataId), ...shape)])
    return backend.adopt(native)
  },
  Identity: (inputs: tf.NamedTensorInfoMap): tf.TensorInfo => {
    const x = inputs.x as tf.TensorInfo
    backend.incRef(x.dataId)
    return { dataId: x.dataId, shape: x.shape, dtype: x.dtype }
  },
})
