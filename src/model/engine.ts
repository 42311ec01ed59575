/**
 * The engine that computes: tfjs with one of its backends and our fused ops on
 * it. One engine a thread; the first call decides.
 */
import * as tf from '@tensorflow/tfjs-core'
import { HmtlError } from '../io/errors.ts'
import { chooseEngine, type EngineName } from './engine-choice.ts'
import { registerFusedOps } from './kernels/index.ts'
import type { SimdForm } from './kernels/simd/form.ts'

export interface Engine {
  readonly name: Exclude<EngineName, 'auto'>
  /** Version of the backend package, or of the TensorFlow library. */
  readonly version: string
  /** Whether a GPU computes. */
  readonly gpu: boolean
  /** How the wasm engine's kernels round: see `simdForms`. */
  readonly simd?: SimdForm
}

let running: Promise<Engine> | undefined

const startWasm = async (): Promise<Engine> => {
  const [{ startWasmBackend }, { kernelModule }] = await Promise.all([
    import('./kernels/wasm/start.ts'),
    import('./kernels/simd/bytes.ts'),
  ])
  const kernels = kernelModule()
  return { name: 'wasm', version: await startWasmBackend(kernels), gpu: false, simd: kernels.form }
}

const startCpu = async (): Promise<Engine> => {
  const { version_cpu } = await import('@tensorflow/tfjs-backend-cpu')
  await tf.setBackend('cpu')
  await tf.ready()
  return { name: 'cpu', version: version_cpu, gpu: false }
}

const startTensorflow = async (kind: 'tensorflow' | 'gpu'): Promise<Engine> => {
  const { findTensorflow } = await import('./kernels/tensorflow/found.ts')
  const found = await findTensorflow(kind)
  const command = `npx hmtl setup tensorflow${kind === 'gpu' ? ' --gpu' : ''}`
  if (!found)
    throw new HmtlError('HMTL_ENGINE_UNAVAILABLE', `the ${kind} engine is not set up`, { remedy: `Run ${command}` })
  const { loadBinding } = await import('./kernels/tensorflow/binding.ts')
  const { startTensorflow: start } = await import('./kernels/tensorflow/register.ts')
  try {
    const backend = start(loadBinding(found.path))
    return { name: kind, version: found.version, gpu: backend.binding.isUsingGpuDevice() }
  } catch (cause) {
    if (cause instanceof HmtlError) throw cause
    throw new HmtlError('HMTL_ENGINE_UNAVAILABLE', `the ${kind} engine cannot be loaded: ${(cause as Error).message}`, {
      cause,
      remedy: `Make it again with ${command} --force`,
    })
  }
}

/**
 * Starts an engine, or returns the one that runs.
 * @param name from `--engine` or `HMTL_ENGINE`
 * @throws HmtlError `HMTL_ENGINE_UNAVAILABLE`; no other engine takes its place
 */
export const startEngine = (name: EngineName = 'auto'): Promise<Engine> => {
  running ??= start(name)
  return running
}

const start = async (wanted: EngineName): Promise<Engine> => {
  registerFusedOps()
  const name = await chooseEngine(wanted)
  if (name === 'cpu') return startCpu()
  return name === 'wasm' ? startWasm() : startTensorflow(name)
}

/** Switches between engines; for tests that compare them. */
export const switchEngine = async (name: Exclude<EngineName, 'auto'>): Promise<Engine> => {
  running = start(name)
  return running
}

/** Tensors and bytes alive. */
export const engineMemory = (): { tensors: number; bytes: number } => {
  const { numTensors, numBytes } = tf.memory()
  return { tensors: numTensors, bytes: numBytes }
}
