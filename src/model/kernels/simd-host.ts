/**
 * Ops that other engines leave to the host, by the SIMD kernels over a memory of
 * their own: arrays are copied in and out. The same arithmetic as the wasm engine.
 */
import { HmtlError } from '../../io/errors.ts'
import { float, type HostKernel, type HostTensor, int, type Values } from './op.ts'
import { type Kernels, loadKernels } from './wasm/module.ts'

interface Arena {
  readonly k: Kernels
  /** Copies an array in; absent ones stand at 0. */
  put(values: Values | undefined): number
  /** Room for an output, as it comes. */
  room(floats: number): number
  /** Room that is zeroed. */
  zeros(floats: number): number
  /** What stands at an address. */
  take(pointer: number, size: number): Float32Array
  takeInts(pointer: number, size: number): Int32Array
}

const page = 65536
const mostPages = 32768
let memory: WebAssembly.Memory | undefined
let kernels: Kernels | undefined

/** Runs over the memory from its beginning; what a run before left is overwritten. */
const withArena = <T>(use: (arena: Arena) => T): T => {
  memory ??= new WebAssembly.Memory({ initial: 16, maximum: mostPages })
  kernels ??= loadKernels(memory)
  const heap = memory
  let top = 64
  const reserve = (bytes: number): number => {
    const at = top
    top = (top + bytes + 63) & ~63
    const missing = Math.ceil((top - heap.buffer.byteLength) / page)
    if (missing > 0)
      try {
        heap.grow(missing)
      } catch (cause) {
        throw new HmtlError('HMTL_ENGINE_OUT_OF_MEMORY', `the kernels have no ${bytes} bytes left`, {
          cause,
          remedy: 'Use smaller batches',
        })
      }
    return at
  }
  return use({
    k: kernels,
    put(values) {
      if (!values) return 0
      const at = reserve(4 * values.length)
      if (values instanceof Float32Array) new Float32Array(heap.buffer, at, values.length).set(values)
      else new Int32Array(heap.buffer, at, values.length).set(values)
      return at
    },
    room: (floats) => reserve(4 * floats),
    zeros(floats) {
      const at = reserve(4 * floats)
      new Float32Array(heap.buffer, at, floats).fill(0)
      return at
    },
    take: (pointer, size) => new Float32Array(heap.buffer, pointer, size).slice(),
    takeInts: (pointer, size) => new Int32Array(heap.buffer, pointer, size).slice(),
  })
}

const crf: HostKernel = ({ emissions, transitions, start, end, tags, offsets, lengths }, { gradients }) => {
  const [n, L] = emissions.shape
  const B = lengths.values.length
  const T = offsets.values.length - 1
  return withArena(({ k, put, room, zeros, take }) => {
    const inputs = [emissions, transitions, start, end, tags, offsets, lengths].map((tensor) => put(tensor?.values))
    const sizes = [B, n * L, gradients ? n * L : 0, L * L, L, L]
    const outputs = sizes.map((size, i) => (i < 3 ? room(size) : zeros(size)))
    const [loss, marginals, dE, ...rest] = outputs
    k.crfForwardBackward(
      ...inputs,
      B,
      T,
      L,
      loss,
      marginals,
      gradients ? dE : 0,
      ...rest,
      room(k.crfScratchFloats(L, T)),
    )
    const shapes = [[B], [n, L], [gradients ? n : 0, L], [L, L], [L], [L]]
    return outputs.map((pointer, i) => float(shapes[i], take(pointer, sizes[i])))
  })
}

const charPool: HostKernel = ({ p, bias, chars, starts }, { width }) => {
  const U = starts.values.length - 1
  const F = bias.shape[0]
  return withArena(({ k, put, room, take, takeInts }) => {
    const [P, b, c, s] = [put(p.values), put(bias.values), put(chars.values), put(starts.values)]
    const [y, best] = [room(U * F), room(U * F)]
    k.charPoolForward(P, b, c, s, U, F, width, y, best)
    return [float([U, F], take(y, U * F)), int([U, F], takeInts(best, U * F))]
  })
}

const charPoolGrad: HostKernel = ({ dy, best, chars }, { width, characters }) => {
  const [U, F] = dy.shape
  return withArena(({ k, put, zeros, take }) => {
    const [d, b, c] = [put(dy.values), put(best.values), put(chars.values)]
    const [dp, dBias] = [zeros(characters * width * F), zeros(F)]
    k.charPoolBackward(d, b, c, U, F, width, dp, dBias)
    return [float([characters, width * F], take(dp, characters * width * F)), float([F], take(dBias, F))]
  })
}

/** The recurrent part of the LSTM: xp [N,8H] input projections, u [2,H,4H] → y [N,2H], gates [N,8H], cells [N,2H]. */
export const lstmRecurrence = (xp: HostTensor, u: HostTensor, offsets: Values): HostTensor[] => {
  const n = xp.shape[0]
  const h = u.shape[1]
  return withArena(({ k, put, room, take }) => {
    const [x, w, o] = [put(xp.values), put(u.values), put(offsets)]
    const [y, gates, cells] = [room(2 * n * h), room(8 * n * h), room(2 * n * h)]
    k.lstmForward(x, w, o, offsets.length - 1, n, h, y, gates, cells, room(4 * h * h + 64))
    return [
      float([n, 2 * h], take(y, 2 * n * h)),
      float([n, 8 * h], take(gates, 8 * n * h)),
      float([n, 2 * h], take(cells, 2 * n * h)),
    ]
  })
}

/** dy [N,2H] and what `lstmRecurrence` gave → dxp [N,8H], du [2,H,4H]. */
export const lstmRecurrenceGradient = (
  dy: HostTensor,
  u: HostTensor,
  offsets: Values,
  [y, gates, cells]: readonly HostTensor[],
): HostTensor[] => {
  const n = dy.shape[0]
  const h = u.shape[1]
  const sequences = offsets.length > 1 ? offsets[1] : 0
  return withArena(({ k, put, room, take }) => {
    const [d, w, o, yy, g, c] = [dy.values, u.values, offsets, y.values, gates.values, cells.values].map(put)
    const [dxp, du] = [room(8 * n * h), room(8 * h * h)]
    k.lstmBackward(
      d,
      w,
      o,
      offsets.length - 1,
      n,
      h,
      yy,
      g,
      c,
      dxp,
      du,
      sequences,
      room(k.lstmScratchFloats(n, sequences, h)),
    )
    return [float([n, 8 * h], take(dxp, 8 * n * h)), float([2, h, 4 * h], take(du, 8 * h * h))]
  })
}

/** What each element of a dropped-out tensor is multiplied by. */
export const dropoutMask = (size: number, { seed, threshold, scale }: Readonly<Record<string, number>>): Float32Array =>
  withArena(({ k, put, room, take }) => {
    const ones = put(new Float32Array(size).fill(1))
    const mask = room(size)
    k.dropout(ones, size, seed | 0, threshold | 0, scale, mask)
    return take(mask, size)
  })

const layerNorm: HostKernel = ({ x, residual, gamma, beta }, { epsilon }) => {
  const [n, D] = x.shape
  return withArena(({ k, put, room, take }) => {
    const [xs, rs, g, b] = [x, residual, gamma, beta].map((tensor) => put(tensor?.values))
    const y = room(n * D)
    k.layerNorm(xs, rs, g, b, n, D, epsilon, y)
    return [float([n, D], take(y, n * D))]
  })
}

const gelu: HostKernel = ({ x }, { approximate }) => {
  const size = x.values.length
  return withArena(({ k, put, take }) => {
    const at = put(x.values)
    k.gelu(at, size, approximate, at)
    return [float(x.shape, take(at, size))]
  })
}

const attention: HostKernel = ({ qkv, starts }, { heads, longest }) => {
  const [n, width] = qkv.shape
  const D = width / 3
  return withArena(({ k, put, room, take }) => {
    const [q, s, y] = [put(qkv.values), put(starts.values), room(n * D)]
    k.attention(
      q,
      s,
      starts.values.length - 1,
      D,
      heads,
      1 / Math.sqrt(D / heads),
      y,
      room(k.attentionScratchFloats(longest, D / heads)),
    )
    return [float([n, D], take(y, n * D))]
  })
}

/** By the name of the op. */
export const simdKernels: Readonly<Record<string, HostKernel>> = {
  HmtlCrf: crf,
  HmtlCharPool: charPool,
  HmtlCharPoolGrad: charPoolGrad,
  HmtlLayerNorm: layerNorm,
  HmtlGelu: gelu,
  HmtlAttention: attention,
}
