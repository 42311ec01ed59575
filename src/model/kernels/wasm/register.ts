/**
 * The fused ops on tfjs's wasm backend: our SIMD module works in the backend's
 * own memory, on pointers to its tensors. Ops that are a small part of the time
 * run their reference over views of the heap.
 */
import * as tf from '@tensorflow/tfjs-core'
import { HmtlError } from '../../../io/errors.ts'
import { fusedOps } from '../index.ts'
import type { Attributes, Values } from '../op.ts'
import { type Heap, sizeOf } from '../simd/heap.ts'
import { simdKernels } from '../simd/index.ts'
import { type KernelModule, loadKernels } from '../simd/module.ts'

interface WasmBackend {
  readonly wasm: { readonly asm: Record<string, unknown>; readonly tfjs: { disposeData(id: number): void } }
  readonly dataIdMap: { get(id: object): { id: number; memoryOffset: number } }
  makeOutput(shape: number[], dtype: string, memoryOffset?: number): tf.TensorInfo
  typedArrayFromHeap(info: tf.TensorInfo): Values
  disposeData(id: object): boolean
  write(values: unknown, shape: number[], dtype: string): object
}

type Infos = Readonly<Record<string, tf.TensorInfo>>

const outOfMemory = (bytes: number) =>
  new HmtlError('HMTL_ENGINE_OUT_OF_MEMORY', `the wasm engine has no ${bytes} bytes left`, {
    remedy: 'Use smaller batches or documents (a WebAssembly heap holds 4 GiB), or --engine tensorflow',
  })

/** tfjs's malloc answers 0 when the heap is full and it would go on writing there: checked at every allocation. */
const guardHeap = (backend: WasmBackend): void => {
  const makeOutput = backend.makeOutput.bind(backend)
  backend.makeOutput = (shape, dtype, memoryOffset) => {
    const info = makeOutput(shape, dtype, memoryOffset)
    if (dtype !== 'string' && sizeOf(shape) > 0 && backend.dataIdMap.get(info.dataId).memoryOffset === 0)
      throw outOfMemory(4 * sizeOf(shape))
    return info
  }
  const write = backend.write.bind(backend)
  backend.write = (values, shape, dtype) => {
    const id = write(values, shape, dtype)
    if (dtype !== 'string' && sizeOf(shape) > 0 && backend.dataIdMap.get(id).memoryOffset === 0)
      throw outOfMemory(4 * sizeOf(shape))
    return id
  }
}

/** The backend's memory, for the SIMD kernels. */
const heapOf = (backend: WasmBackend, memory: WebAssembly.Memory, kernels: KernelModule): Heap<tf.TensorInfo> => {
  const at = (info: tf.TensorInfo | undefined): number =>
    info === undefined ? 0 : backend.dataIdMap.get(info.dataId).memoryOffset
  const floats = (...shape: number[]) => backend.makeOutput(shape, 'float32')
  return {
    k: loadKernels(kernels, memory),
    at,
    values: (info) => backend.typedArrayFromHeap(info),
    floats,
    ints: (...shape) => backend.makeOutput(shape, 'int32'),
    zeros(...shape) {
      const info = floats(...shape)
      if (sizeOf(shape) > 0) backend.typedArrayFromHeap(info).fill(0)
      return info
    },
    free: (info) => void backend.disposeData(info.dataId),
    withScratch(size, use) {
      const scratch = floats(size)
      try {
        return use(at(scratch))
      } finally {
        backend.disposeData(scratch.dataId)
      }
    },
  }
}

/** Registers every fused op for the running wasm backend. @param kernels the SIMD module */
export const registerWasmOps = (kernels: KernelModule): void => {
  if (tf.getKernel('HmtlLinear', 'wasm')) return
  const backend = tf.backend() as unknown as WasmBackend
  const memory = Object.values(backend.wasm.asm).find(
    (value): value is WebAssembly.Memory => value instanceof WebAssembly.Memory,
  )
  if (!memory)
    throw new HmtlError('HMTL_ENGINE_KERNEL', 'the wasm backend shows no memory', {
      remedy: 'Install the version of @tensorflow/tfjs-backend-wasm that package.json names',
    })
  guardHeap(backend)
  const heap = heapOf(backend, memory, kernels)
  const register = (kernelName: string, compute: (inputs: Infos, attributes: Attributes) => tf.TensorInfo[]) =>
    tf.registerKernel({
      kernelName,
      backendName: 'wasm',
      kernelFunc: ({ inputs, attrs }) => compute(inputs as Infos, attrs as unknown as Attributes),
    })
  for (const [name, kernel] of Object.entries(simdKernels))
    register(name, (inputs, attributes) => kernel(heap, inputs, attributes))
  // The rest are cheap: their references run on views of the heap.
  for (const { name, host } of fusedOps) {
    if (tf.getKernel(name, 'wasm')) continue
    register(name, (inputs, attributes) => {
      const views = Object.fromEntries(
        Object.entries(inputs).map(([key, info]) => [
          key,
          { shape: info.shape, values: backend.typedArrayFromHeap(info) },
        ]),
      )
      return host(views, attributes).map(({ shape, values }) => {
        const info = backend.makeOutput([...shape], values instanceof Float32Array ? 'float32' : 'int32')
        if (values.length > 0) backend.typedArrayFromHeap(info).set(values)
        return info
      })
    })
  }
}
