/**
 * Which engine computes. It is chosen where nothing is computed yet, so what computes is not loaded here: that takes as
 * long as all else.
 */
import { findTensorflow } from './kernels/tensorflow/found.ts'

export const engineNames = ['auto', 'wasm', 'cpu', 'tensorflow', 'gpu'] as const
export type EngineName = (typeof engineNames)[number]

/** What `auto` takes: an engine that was set up here, for that was somebody's wish, else wasm. */
export const chooseEngine = async (name: EngineName): Promise<Exclude<EngineName, 'auto'>> => {
  if (name !== 'auto') return name
  for (const kind of ['gpu', 'tensorflow'] as const) if (await findTensorflow(kind)) return kind
  return 'wasm'
}
