/** Stacked bidirectional LSTMs over the packed layout (spec section 6). */
import type * as tf from '@tensorflow/tfjs-core'
import type { EncoderConfig } from '../config/keys.ts'
import { biLstm } from '../kernels/ops/lstm.ts'
import { dropout } from '../kernels/ops/rows.ts'
import { type Parameters, weightOf } from '../parameters.ts'

/** Where dropout gets its seeds; absent when nothing is dropped. */
export type Seeds = (() => number) | undefined

/** Drops out in training, passes through otherwise. */
export const dropoutIf = <T extends tf.Tensor>(x: T, rate: number, seeds: Seeds): T =>
  seeds && rate > 0 ? dropout(x, rate, seeds()) : x

/** x [tokens, input] → [tokens, 2·hidden]; offsets int32 [steps + 1]. */
export const encode = (
  name: string,
  { hidden, layers, dropout: rate }: EncoderConfig,
  parameters: Parameters,
  x: tf.Tensor2D,
  offsets: tf.Tensor1D,
  seeds: Seeds,
): tf.Tensor2D => {
  const init = { kind: 'uniform', limit: 1 / Math.sqrt(hidden) } as const
  let states = x
  for (let layer = 0; layer < layers; layer++) {
    if (layer > 0) states = dropoutIf(states, rate, seeds)
    const input = states.shape[1]
    const at = `${name}.encoder.${layer}`
    const w = weightOf<tf.Tensor2D>(parameters, `${at}.input`, [input, 8 * hidden], init)
    const b = parameters.get<tf.Tensor1D>(`${at}.bias`, [8 * hidden], init)
    const u = weightOf<tf.Tensor3D>(parameters, `${at}.recurrent`, [2, hidden, 4 * hidden], init)
    states = biLstm({ x: states, w, b, u, offsets }, seeds !== undefined)
  }
  return states
}
