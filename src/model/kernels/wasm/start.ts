/** tfjs's wasm backend with the fused ops in it, in Node and in browsers. */
import { version_wasm } from '@tensorflow/tfjs-backend-wasm'
import * as tf from '@tensorflow/tfjs-core'
import { HmtlError } from '../../../io/errors.ts'
import type { KernelModule } from '../simd/module.ts'
import { registerWasmOps } from './register.ts'

const events = ['uncaughtException', 'unhandledRejection'] as const

/** Takes away what `use` makes Node's process listen for. */
const withoutListeners = async <T>(use: () => Promise<T>): Promise<T> => {
  const { process } = globalThis as { process?: NodeJS.Process }
  if (typeof process?.listeners !== 'function') return use()
  const before = events.map((event) => new Set<unknown>(process.listeners(event as never)))
  const result = await use()
  for (const [i, event] of events.entries())
    for (const listener of process.listeners(event as never) as (() => void)[])
      if (!before[i].has(listener)) process.off(event, listener)
  return result
}

/**
 * @param kernels the SIMD module
 * @returns the version of the backend
 * @throws HmtlError `HMTL_ENGINE_*`
 */
export const startWasmBackend = async (kernels: KernelModule): Promise<string> => {
  // The backend's module listens for every uncaught error and throws it anew without its message.
  await withoutListeners(async () => {
    if (!(await tf.setBackend('wasm')))
      throw new HmtlError('HMTL_ENGINE_UNAVAILABLE', 'the wasm backend did not start', {
        remedy: 'It needs WebAssembly with SIMD: Node 20 or newer (see hmtl doctor), or a browser of 2023 or newer',
      })
    await tf.ready()
  })
  registerWasmOps(kernels)
  return version_wasm
}
