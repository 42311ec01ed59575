/** The native binding of @tensorflow/tfjs-node: the part of TensorFlow's C interface that it shows. */
import { copyFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import { isMainThread, threadId } from 'node:worker_threads'
import { HmtlError } from '../../../io/errors.ts'

export type NativeArray = Float32Array | Int32Array | Uint8Array

export interface Attribute {
  readonly name: string
  readonly type: number
  readonly value: number | boolean | string | readonly number[]
}

export interface Binding {
  readonly TF_FLOAT: number
  readonly TF_INT32: number
  readonly TF_INT64: number
  readonly TF_BOOL: number
  readonly TF_RESOURCE: number
  readonly TF_ATTR_TYPE: number
  readonly TF_ATTR_BOOL: number
  readonly TF_ATTR_INT: number
  readonly TF_ATTR_FLOAT: number
  readonly TF_ATTR_STRING: number
  readonly TF_ATTR_SHAPE: number
  readonly TF_Version?: string
  /** The array must not change afterwards: TensorFlow may keep using its memory. */
  createTensor(shape: readonly number[], type: number, values: NativeArray): number
  deleteTensor(id: number): void
  tensorDataSync(id: number): NativeArray
  executeOp(
    name: string,
    attributes: readonly Attribute[],
    inputs: readonly number[],
    outputs: number,
  ): { readonly id: number; readonly shape: number[]; readonly dtype: number }[]
  isUsingGpuDevice(): boolean
}

/**
 * TensorFlow's settings, read from the process's environment when it is first
 * loaded. A worker thread's `process.env` is a copy that native code does not
 * see: the main thread sets them before it starts workers.
 */
export const setTensorflowEnvironment = (): void => {
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '2'
  // The products here are too small to be worth splitting: one thread was measured to be faster.
  process.env.TF_NUM_INTRAOP_THREADS ??= '1'
  process.env.TF_NUM_INTEROP_THREADS ??= '1'
}

/**
 * The binding has state of its own that threads must not share: each loads a copy, which is no longer needed as a file
 * once it is loaded. The library behind it lies beside it, and is loaded once.
 * @throws HmtlError `HMTL_ENGINE_UNAVAILABLE` where no copy can be made
 */
const loadCopy = (path: string): Binding => {
  const own = path.replace(/\.node$/, `-${process.pid}-${threadId}.node`)
  try {
    copy(path, own)
    return createRequire(import.meta.url)(own) as Binding
  } finally {
    discard(own)
  }
}

const copy = (path: string, to: string): void => {
  try {
    copyFileSync(path, to)
  } catch (cause) {
    throw new HmtlError(
      'HMTL_ENGINE_UNAVAILABLE',
      `a thread cannot have its own ${path}: ${(cause as Error).message}`,
      {
        remedy: `Make ${dirname(path)} a folder that can be written to, or choose --engine wasm`,
        cause,
      },
    )
  }
}

const discard = (path: string): void => {
  try {
    rmSync(path, { force: true })
  } catch {
    // Windows keeps what is loaded.
  }
}

/** Loads a binding from a path. @throws HmtlError `HMTL_ENGINE_UNAVAILABLE` in a thread that cannot have its own */
export const loadBinding = (path: string): Binding => {
  setTensorflowEnvironment()
  return isMainThread ? (createRequire(import.meta.url)(path) as Binding) : loadCopy(path)
}
