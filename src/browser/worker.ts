/** A web worker: one engine, one model, groups of documents in, outcomes out. It is bundled with all that it needs. */
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm'
import backend from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm'
import * as tf from '@tensorflow/tfjs-core'
import { HmtlError } from '../io/errors.ts'
import type { ModelConfig } from '../model/config/keys.ts'
import { loadTransformer } from '../model/encoders/transformer/transformer.ts'
import type { Tensors } from '../model/encoders/transformer/tuned.ts'
import { registerFusedOps } from '../model/kernels/index.ts'
import plain from '../model/kernels/simd/kernels-plain.wasm'
import relaxed from '../model/kernels/simd/kernels-relaxed.wasm'
import { chosenKernels } from '../model/kernels/simd/module.ts'
import { startWasmBackend } from '../model/kernels/wasm/start.ts'
import { readModel } from '../model/read-model.ts'
import { answer } from '../pipeline/pool/answer.ts'
import { answerGroups } from '../pipeline/pool/answer-groups.ts'
import type { Asked, Outcome, Wish } from '../pipeline/pool/messages.ts'
import type { Request } from '../pipeline/pool/protocol.ts'
import { bytesFiles, type ModelBytes } from './model-bytes.ts'
import { worker } from './platform.ts'

export interface BrowserWorkerSettings {
  readonly bytes: ModelBytes
  /** Where they came from, for people. */
  readonly place: string
  readonly wish: Wish
}

const startEngine = async (): Promise<void> => {
  registerFusedOps()
  // One thread a worker: pages have threads inside of WebAssembly only under headers that few servers send.
  tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false)
  const url = URL.createObjectURL(new Blob([backend], { type: 'application/wasm' }))
  const simd = 'tfjs-backend-wasm-simd.wasm'
  // All three must be named, also those that are not asked for.
  setWasmPaths({ [simd]: url, 'tfjs-backend-wasm.wasm': url, 'tfjs-backend-wasm-threaded-simd.wasm': url })
  await startWasmBackend(chosenKernels((form) => ({ plain, relaxed })[form]))
  URL.revokeObjectURL(url)
}

const engine = startEngine()
// Who waits for it is told.
engine.catch(() => undefined)

const begin = async ({ bytes, place, wish }: BrowserWorkerSettings) => {
  await engine
  const contextual = async ({ embeddings: { contextual } }: ModelConfig, stored: Tensors) => {
    if (!contextual) return undefined
    if (contextual.kind === 'transformer')
      return loadTransformer(bytesFiles(bytes, place, `${contextual.model}/`), { layers: contextual.layers, stored })
    throw new HmtlError('HMTL_MODEL_MISMATCH', 'a model that stands on ELMo does not run in a browser')
  }
  const model = await readModel(bytesFiles(bytes, place), contextual, true)
  return answerGroups(model, place, wish)
}

/** The first message says what to begin with; all others ask. */
worker.onmessage = ({ data }) => {
  const hear = answer<Asked, readonly Outcome[]>(
    (reply, transferred = []) => worker.postMessage(reply, transferred),
    () => begin(data as BrowserWorkerSettings),
  )
  worker.onmessage = ({ data: request }) => hear(request as Request<Asked>)
}
