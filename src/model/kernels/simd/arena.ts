/**
 * The SIMD kernels for engines that compute elsewhere: a memory of their own, which
 * arrays are copied into and out of. The same arithmetic as the wasm engine's.
 */
import { HmtlError } from '../../../io/errors.ts'
import { float, type HostKernel, type HostTensor, type Inputs, int } from '../op.ts'
import { type Heap, type HeapTensor, type SimdKernel, sizeOf } from './heap.ts'
import { simdKernels } from './index.ts'
import { kernelModule } from './bytes.ts'
import { loadKernels } from './module.ts'
import { lstmRecurrence, lstmRecurrenceGradient } from './products.ts'

interface ArenaTensor extends HeapTensor {
  readonly pointer: number
  readonly integers: boolean
}

interface Arena extends Heap<ArenaTensor> {
  /** Copies an array in. */
  put(tensor: HostTensor): ArenaTensor
  /** Copies it out. */
  take(tensor: ArenaTensor): HostTensor
  /** Everything in it may be overwritten. */
  clear(): void
}

const page = 65536
const mostPages = 32768
/** The kernels' own static data lie below. */
const bottom = 64

const createArena = (): Arena => {
  const memory = new WebAssembly.Memory({ initial: 16, maximum: mostPages })
  let top = bottom
  const reserve = (floats: number): number => {
    const at = top
    top = (top + 4 * floats + 63) & ~63
    const missing = Math.ceil((top - memory.buffer.byteLength) / page)
    if (missing > 0)
      try {
        memory.grow(missing)
      } catch (cause) {
        throw new HmtlError('HMTL_ENGINE_OUT_OF_MEMORY', `the kernels have no ${4 * floats} bytes left`, {
          cause,
          remedy: 'Use smaller batches',
        })
      }
    return at
  }
  const make = (shape: readonly number[], integers: boolean): ArenaTensor => ({
    shape,
    pointer: reserve(sizeOf(shape)),
    integers,
  })
  const values = ({ pointer, shape, integers }: ArenaTensor) =>
    integers
      ? new Int32Array(memory.buffer, pointer, sizeOf(shape))
      : new Float32Array(memory.buffer, pointer, sizeOf(shape))
  return {
    k: loadKernels(kernelModule(), memory),
    at: (tensor) => tensor?.pointer ?? 0,
    values,
    floats: (...shape) => make(shape, false),
    ints: (...shape) => make(shape, true),
    zeros(...shape) {
      const tensor = make(shape, false)
      values(tensor).fill(0)
      return tensor
    },
    // All of it is free when the op is done.
    free: () => undefined,
    withScratch: (floats, use) => use(reserve(floats)),
    put(given) {
      const tensor = make(given.shape, given.values instanceof Int32Array)
      values(tensor).set(given.values)
      return tensor
    },
    take(tensor) {
      const taken = values(tensor).slice()
      return taken instanceof Int32Array ? int(tensor.shape, taken) : float(tensor.shape, taken)
    },
    clear() {
      top = bottom
    },
  }
}

let arena: Arena | undefined

/** A SIMD kernel over plain arrays. */
const onHost =
  (kernel: SimdKernel): HostKernel =>
  (inputs, attributes) => {
    const heap = (arena ??= createArena())
    heap.clear()
    const given: Record<string, ArenaTensor> = {}
    for (const [name, tensor] of Object.entries(inputs)) if (tensor) given[name] = heap.put(tensor)
    return kernel(heap, given, attributes).map(heap.take)
  }

/** By the name of the op. */
export const simdHostKernels: Readonly<Record<string, HostKernel>> = Object.fromEntries(
  Object.entries(simdKernels).map(([name, kernel]) => [name, onHost(kernel)]),
)

/** xp [N,8H], u [2,H,4H], offsets [T+1] → y [N,2H], gates [N,8H], cells [N,2H]. */
export const hostRecurrence: (inputs: Inputs) => HostTensor[] = (inputs) => onHost(lstmRecurrence)(inputs, {})

/** dy [N,2H], u, offsets, y, gates, cells → dxp [N,8H], du [2,H,4H]. */
export const hostRecurrenceGradient: (inputs: Inputs) => HostTensor[] = (inputs) =>
  onHost(lstmRecurrenceGradient)(inputs, {})

/** What each element of a dropped-out tensor is multiplied by. */
export const dropoutMask = (size: number, attributes: Readonly<Record<string, number>>): Float32Array =>
  simdHostKernels.HmtlDropout({ x: float([size], new Float32Array(size).fill(1)) }, attributes)[0]
    .values as Float32Array
