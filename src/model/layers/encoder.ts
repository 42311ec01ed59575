/** Stacked bidirectional LSTMs over the packed layout (spec section 6). */
import * as tf from '@tensorflow/tfjs-core'
import type { EncoderConfig } from '../config/keys.ts'
import type { Integers } from '../kernels/ops/integers.ts'
import { linear } from '../kernels/ops/linear.ts'
import { biLstm, biLstmOf } from '../kernels/ops/lstm.ts'
import { dropout } from '../kernels/ops/rows.ts'
import { type Parameters, weightOf } from '../parameters.ts'

/** Where dropout gets its seeds; absent when nothing is dropped. */
export type Seeds = (() => number) | undefined

/** Drops out in training, passes through otherwise. */
export const dropoutIf = <T extends tf.Tensor>(x: T, rate: number, seeds: Seeds): T =>
  seeds && rate > 0 ? dropout(x, rate, seeds()) : x

/** What a model that is only used reads: the vectors of different forms, which of them is each token's, and states. */
export interface ByForm {
  /** [forms, D] */
  readonly forms: tf.Tensor2D
  /** int32 [tokens] */
  readonly of: tf.Tensor1D
  /** [tokens, E] of the task below, after them in what is read. */
  readonly below: tf.Tensor2D | undefined
}

/** @param x [tokens, input] → [tokens, 2·hidden]; offsets int32 [steps + 1] */
export const encode = (
  name: string,
  { hidden, layers, dropout: rate }: EncoderConfig,
  parameters: Parameters,
  x: tf.Tensor2D | ByForm,
  offsets: tf.Tensor1D,
  seeds: Seeds,
): tf.Tensor2D => {
  const init = { kind: 'uniform', limit: 1 / Math.sqrt(hidden) } as const
  let states = x
  for (let layer = 0; layer < layers; layer++) {
    const at = `${name}.encoder.${layer}`
    const others = () => ({
      b: parameters.get<tf.Tensor1D>(`${at}.bias`, [8 * hidden], init),
      u: weightOf<tf.Tensor3D>(parameters, `${at}.recurrent`, [2, hidden, 4 * hidden], init),
      offsets,
    })
    if ('forms' in states) {
      const { b, u } = others()
      states = encodeByForm(`${at}.input`, parameters, states, b, u as Integers, offsets)
      continue
    }
    if (layer > 0) states = dropoutIf(states, rate, seeds)
    const w = weightOf<tf.Tensor2D>(parameters, `${at}.input`, [states.shape[1], 8 * hidden], init)
    states = biLstm({ x: states, w, ...others() }, seeds !== undefined)
  }
  return states as tf.Tensor2D
}

/** What a token's form adds to its gates is made once a form: in running text half of the tokens or fewer differ. */
const encodeByForm = (
  input: string,
  parameters: Parameters,
  { forms, of, below }: ByForm,
  b: tf.Tensor1D,
  u: Integers,
  offsets: tf.Tensor1D,
): tf.Tensor2D => {
  const [own, lower] = [forms.shape[1], below?.shape[1] ?? 0]
  const rowsOf = (from: number, size: number) =>
    parameters.weight(`${input} from ${from}`, () => {
      const whole = parameters.get<tf.Tensor2D>(input, [own + lower, b.shape[0]], { kind: 'zeros' })
      return tf.slice(whole, [from, 0], [size, b.shape[0]]) as tf.Tensor2D
    }) as Integers
  const rows = linear(forms, rowsOf(0, own), b)
  const states = biLstmOf({ rows, of, added: below && { x: below, w: rowsOf(own, lower) }, u, offsets })
  rows.dispose()
  return states
}
