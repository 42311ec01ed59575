/**
 * The engine that computes: tfjs with one of its backends and our fused ops on
 * it. One engine a thread; the first call decides.
 */
import * as tf from '@tensorflow/tfjs-core'
import { HmtlError } from '../io/errors.ts'
import { registerFusedOps } from './kernels/index.ts'

export const engineNames = ['auto', 'wasm', 'cpu', 'tensorflow', 'gpu'] as const
export type EngineName = (typeof engineNames)[number]

export interface Engine {
  readonly name: Exclude<EngineName, 'auto'>
  /** Version of the backend package. */
  readonly version: string
}

let running: Promise<Engine> | undefined

const startWasm = async (): Promise<Engine> => {
  const { version_wasm } = await import('@tensorflow/tfjs-backend-wasm')
  if (!(await tf.setBackend('wasm')))
    throw new HmtlError('HMTL_ENGINE_UNAVAILABLE', 'the wasm backend did not start', { remedy: 'Node 20 or newer has the SIMD it needs; see hmtl doctor' })
  await tf.ready()
  const { registerWasmOps } = await import('./kernels/wasm/register.ts')
  registerWasmOps()
  return { name: 'wasm', version: version_wasm }
}

const startCpu = async (): Promise<Engine> => {
  const { version_cpu } = await import('@tensorflow/tfjs-backend-cpu')
  await tf.setBackend('cpu')
  await tf.ready()
  return { name: 'cpu', version: version_cpu }
}

/**
 * Starts an engine, or returns the one that runs.
 * @param name from `--engine` or `HMTL_ENGINE`; `auto` takes wasm
 * @throws HmtlError `HMTL_ENGINE_UNAVAILABLE`
 */
export const startEngine = (name: EngineName = 'auto'): Promise<Engine> => {
  running ??= start(name)
  return running
}

const start = async (name: EngineName): Promise<Engine> => {
  registerFusedOps()
  if (name === 'cpu') return startCpu()
  if (name === 'wasm' || name === 'auto') return startWasm()
  throw new HmtlError('HMTL_ENGINE_UNAVAILABLE', `the ${name} engine is not part of this version`, { remedy: 'Use --engine wasm' })
}

/** Switches between engines that were started; for tests that compare them. */
export const switchEngine = async (name: 'wasm' | 'cpu'): Promise<Engine> => {
  registerFusedOps()
  running = name === 'wasm' ? startWasm() : startCpu()
  return running
}

/** Tensors and bytes alive. */
export const engineMemory = (): { tensors: number; bytes: number } => {
  const { numTensors, numBytes } = tf.memory()
  return { tensors: numTensors, bytes: numBytes }
}
