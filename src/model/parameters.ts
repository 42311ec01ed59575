/** The trainable tensors by name, made once with their initial values from a seed. */
import * as tf from '@tensorflow/tfjs-core'
import { HmtlError } from '../io/errors.ts'
import { type Integers, integersOf, multipliesIntegers } from './kernels/ops/integers.ts'
import { randomOf } from './random.ts'

export type Initializer =
  | { readonly kind: 'zeros' }
  | { readonly kind: 'constant'; readonly value: number }
  /** By someone else's training. */
  | { readonly kind: 'given'; readonly values: Float32Array }
  | { readonly kind: 'uniform'; readonly limit: number }
  | { readonly kind: 'normal'; readonly deviation: number }
  /** Glorot and Bengio 2010, normal, over the last two axes. */
  | { readonly kind: 'xavier' }

export interface Parameters {
  /** The variable of that name, made by the first caller. */
  get<T extends tf.Tensor = tf.Tensor>(name: string, shape: readonly number[], init: Initializer): T
  /**
   * What a product is made with: the tensor that `make` gives, or, where the model is only used and the engine multiplies
   * integers, that as integers, made once and kept under `key`.
   */
  weight<T extends tf.Tensor2D | tf.Tensor3D>(key: string, make: () => T): T | Integers
  /** Whether `weight` gives integers. */
  readonly givesIntegers: boolean
  /** All variables in order of their making. */
  all(): ReadonlyMap<string, tf.Variable>
  dispose(): void
}

const draw = (name: string, shape: readonly number[], init: Initializer, seed: number): Float32Array => {
  const size = shape.reduce((a, b) => a * b, 1)
  const values = new Float32Array(size)
  // Each parameter has a generator of its own: adding a task changes no other's start.
  const random = randomOf(seed, 'parameter', name)
  if (init.kind === 'constant') values.fill(init.value)
  else if (init.kind === 'given') values.set(init.values)
  else if (init.kind === 'uniform') for (let i = 0; i < size; i++) values[i] = (2 * random.next() - 1) * init.limit
  else if (init.kind !== 'zeros') {
    const [fanIn, fanOut] = [shape[shape.length - 2] ?? 1, shape[shape.length - 1]]
    const deviation = init.kind === 'normal' ? init.deviation : Math.sqrt(2 / (fanIn + fanOut))
    for (let i = 0; i < size; i++) values[i] = random.normal() * deviation
  }
  return values
}

/**
 * @param stored values to start from instead, as of a saved model
 * @param onlyUsed whether they will not change any more
 */
export const createParameters = (
  seed: number,
  stored?: ReadonlyMap<string, { shape: readonly number[]; values: Float32Array }>,
  onlyUsed = false,
): Parameters => {
  const variables = new Map<string, tf.Variable>()
  const integers = new Map<string, Integers>()
  return {
    get<T extends tf.Tensor>(name: string, shape: readonly number[], init: Initializer): T {
      let variable = variables.get(name)
      if (!variable) {
        const saved = stored?.get(name)
        if (stored && (!saved || saved.shape.join() !== shape.join()))
          throw new HmtlError(
            'HMTL_MODEL_MISMATCH',
            `parameter ${name} is ${saved ? `[${saved.shape}]` : 'missing'} where the configuration wants [${shape}]`,
            {
              remedy: 'Weights and configuration are of different models',
            },
          )
        const values = saved ? saved.values : draw(name, shape, init, seed)
        // Kept alive whatever tidy scope it is made in.
        const initial = tf.tensor(values, shape as number[], 'float32')
        variable = tf.keep(tf.variable(initial, true))
        initial.dispose()
        variables.set(name, variable)
      }
      return variable as unknown as T
    },
    get givesIntegers() {
      return onlyUsed && multipliesIntegers()
    },
    weight(key, make) {
      if (!this.givesIntegers) return make()
      let found = integers.get(key)
      if (!found) {
        found = tf.tidy(() => {
          const { panels, scales } = integersOf(make())
          return { panels: tf.keep(panels), scales: tf.keep(scales) }
        })
        integers.set(key, found)
      }
      return found
    },
    all: () => variables,
    dispose() {
      for (const { panels, scales } of integers.values()) tf.dispose([panels, scales])
      integers.clear()
      for (const variable of variables.values()) variable.dispose()
      variables.clear()
    },
  }
}

/** What a product with the whole of a parameter is made with. */
export const weightOf = <T extends tf.Tensor2D | tf.Tensor3D>(
  parameters: Parameters,
  name: string,
  shape: readonly number[],
  init: Initializer,
): T | Integers => parameters.weight(name, () => parameters.get<T>(name, shape, init))
