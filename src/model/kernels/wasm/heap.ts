/**
 * Memory of tfjs's wasm backend, as our kernels see it: tensors are pointers, and are made, filled and freed by the
 * backend itself.
 */
import * as tf from '@tensorflow/tfjs-core'
import { HmtlError } from '../../../io/errors.ts'
import type { Values } from '../op.ts'

interface WasmBackend {
  readonly wasm: { readonly asm: Record<string, unknown>; readonly tfjs: { disposeData(id: number): void } }
  readonly dataIdMap: { get(id: object): { id: number; memoryOffset: number } }
  makeOutput(shape: number[], dtype: string, memoryOffset?: number): tf.TensorInfo
  typedArrayFromHeap(info: tf.TensorInfo): Values
  disposeData(id: object): boolean
  write(values: unknown, shape: number[], dtype: string): object
}

export const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1)

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

export interface WasmHeap {
  readonly memory: WebAssembly.Memory
  /** Address of a tensor's first element; 0 of none. */
  at(info: tf.TensorInfo | undefined): number
  /** A view of a tensor's elements, good until memory grows. */
  values(info: tf.TensorInfo): Values
  /** A tensor whose elements are whatever was there. */
  floats(...shape: number[]): tf.TensorInfo
  ints(...shape: number[]): tf.TensorInfo
  zeros(...shape: number[]): tf.TensorInfo
  free(info: tf.TensorInfo): void
  withScratch<T>(floats: number, use: (pointer: number) => T): T
}

/** The memory of the running backend, with every allocation checked from here on. @throws HmtlError `HMTL_ENGINE_KERNEL` */
export const openHeap = (): WasmHeap => {
  const backend = tf.backend() as unknown as WasmBackend
  const memory = Object.values(backend.wasm.asm).find(
    (value): value is WebAssembly.Memory => value instanceof WebAssembly.Memory,
  )
  if (!memory)
    throw new HmtlError('HMTL_ENGINE_KERNEL', 'the wasm backend shows no memory', {
      remedy: 'Install the version of @tensorflow/tfjs-backend-wasm that package.json names',
    })
  guardHeap(backend)
  const at = (info: tf.TensorInfo | undefined): number =>
    info === undefined ? 0 : backend.dataIdMap.get(info.dataId).memoryOffset
  const values = (info: tf.TensorInfo) => backend.typedArrayFromHeap(info)
  const floats = (...shape: number[]) => backend.makeOutput(shape, 'float32')
  const free = ({ dataId }: tf.TensorInfo): void => {
    backend.disposeData(dataId)
  }
  return {
    memory,
    at,
    values,
    floats,
    free,
    ints: (...shape) => backend.makeOutput(shape, 'int32'),
    zeros(...shape) {
      const info = floats(...shape)
      if (sizeOf(shape) > 0) values(info).fill(0)
      return info
    },
    withScratch(size, use) {
      const scratch = floats(size)
      try {
        return use(at(scratch))
      } finally {
        free(scratch)
      }
    },
  }
}
