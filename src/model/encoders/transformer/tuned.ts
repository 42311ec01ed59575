/**
 * The upper layers of a transformer as parameters of a model, so that a training tunes them. A model keeps them beside
 * its other weights, as `contextual.layer.N.PART`, matrices as [in, out]; who only uses it takes them for the encoder's.
 */
import * as tf from '@tensorflow/tfjs-core'
import { HmtlError } from '../../../io/errors.ts'
import { indexes, type Pieces } from '../../batch.ts'
import { linear } from '../../kernels/ops/linear.ts'
import { concat } from '../../kernels/ops/rows.ts'
import { attention, gelu, layerNorm } from '../../kernels/ops/transformer.ts'
import { dropoutIf, type Seeds } from '../../layers/encoder.ts'
import type { ModelFiles } from '../../model-files.ts'
import type { Parameters } from '../../parameters.ts'
import type { StoredTensor } from '../../safetensors.ts'
import {
  type Checkpoint,
  type Keep,
  linearsOf,
  type Norm,
  readLinear,
  readNorm,
  type TransformerConfig,
  type TransformerLayer,
  withCheckpoint,
} from './weights.ts'

export type Tensors = ReadonlyMap<string, StoredTensor>
/** Sizes of a layer, and how it computes. */
type LayerConfig = Pick<TransformerConfig, 'hidden' | 'inner' | 'heads' | 'epsilon' | 'activation'>

const prefix = 'contextual.layer.'

/** Whether a parameter of a model is an encoder's. */
export const isTuned = (name: string): boolean => name.startsWith(prefix)

/** A layer out of whatever `get` gives for each of its parts. */
const layerOf = (
  index: number,
  config: LayerConfig,
  get: <T extends tf.Tensor>(name: string, shape: readonly number[]) => T,
): TransformerLayer => {
  const at = `${prefix}${index}.`
  const { hidden, inner } = config
  const product = (name: string, input: number, output: number) => ({
    w: get<tf.Tensor2D>(`${at}${name}.w`, [input, output]),
    b: get<tf.Tensor1D>(`${at}${name}.b`, [output]),
  })
  const norm = (name: string): Norm => ({
    gamma: get<tf.Tensor1D>(`${at}${name}.gamma`, [hidden]),
    beta: get<tf.Tensor1D>(`${at}${name}.beta`, [hidden]),
  })
  return {
    qkv: product('qkv', hidden, 3 * hidden),
    attended: product('attended', hidden, hidden),
    attendedNorm: norm('attendedNorm'),
    inner: product('inner', hidden, inner),
    outer: product('outer', inner, hidden),
    outerNorm: norm('outerNorm'),
  }
}

/** A layer of an encoder as a model tuned it, undefined where it did not. @throws HmtlError `HMTL_MODEL_MISMATCH` */
export const tunedLayer = (
  tensors: Tensors | undefined,
  index: number,
  config: LayerConfig,
  keep: Keep,
): TransformerLayer | undefined => {
  if (!tensors?.has(`${prefix}${index}.qkv.w`)) return undefined
  return layerOf(index, config, (name, shape) => {
    const found = tensors.get(name)
    if (found?.shape.join() !== shape.join())
      throw new HmtlError(
        'HMTL_MODEL_MISMATCH',
        `${name} is ${found ? `[${found.shape}]` : 'missing'} where the encoder has [${shape}]`,
        { remedy: 'Weights and encoder are of different models' },
      )
    return keep(found.values, shape)
  })
}

/** The weights of an encoder's layers from `first` on, by the names that a model keeps them under. */
export const readUpperLayers = (from: ModelFiles, config: TransformerConfig, first: number): Promise<Tensors> =>
  withCheckpoint(from, config, async (checkpoint) => {
    const tensors = new Map<string, StoredTensor>()
    for (let i = first; i < config.layers; i++) await readLayer(checkpoint, config, i, tensors)
    return tensors
  })

const readLayer = async (
  checkpoint: Checkpoint,
  config: TransformerConfig,
  index: number,
  tensors: Map<string, StoredTensor>,
): Promise<void> => {
  const names = config.family.layer(index)
  const at = `${prefix}${index}.`
  for (const [part, described] of Object.entries(linearsOf(names, config))) {
    const { w, b } = await readLinear(checkpoint, described)
    tensors.set(`${at}${part}.w`, { shape: [described.input, b.length], values: w })
    tensors.set(`${at}${part}.b`, { shape: [b.length], values: b })
  }
  for (const part of ['attendedNorm', 'outerNorm'] as const) {
    const norm = await readNorm(checkpoint, names[part], config.hidden)
    for (const [name, values] of Object.entries(norm))
      tensors.set(`${at}${part}.${name}`, { shape: [config.hidden], values })
  }
}

/** An encoder's layers that a training tunes. */
export interface TunedLayers {
  /** How many are not, what goes into the first of all counted as one. */
  readonly below: number
  /** States after each tuned layer, one beside another: [pieces, layers·size]. */
  run(parameters: Parameters, pieces: Pieces, seeds: Seeds): tf.Tensor2D
}

/**
 * @param first number of the first layer that is tuned
 * @param initial weights that a model without its own begins with
 * @param dropout of what each half of a layer adds, in training
 */
export const tunedLayers = (
  config: TransformerConfig,
  first: number,
  initial: Tensors,
  dropout: number,
): TunedLayers => ({
  below: first + 1,
  run(parameters, { states, starts, size, longest }, seeds) {
    const offsets = indexes(starts)
    let x = tf.tensor2d(states, [states.length / size, size])
    const made: tf.Tensor2D[] = []
    for (let i = first; i < config.layers; i++) {
      const layer = layerOf(i, config, (name, shape) =>
        parameters.get(name, shape, { kind: 'given', values: (initial.get(name) as StoredTensor).values }),
      )
      x = runTuned(layer, config, x, offsets, longest, (y) => dropoutIf(y, dropout, seeds))
      made.push(x)
    }
    return made.reduce((left, right) => concat(left, right))
  },
})

/** As `runLayers` has it, of ops that have gradients. */
const runTuned = (
  { qkv, attended, attendedNorm, inner, outer, outerNorm }: TransformerLayer,
  { heads, epsilon, activation }: LayerConfig,
  x: tf.Tensor2D,
  offsets: tf.Tensor1D,
  longest: number,
  drop: (y: tf.Tensor2D) => tf.Tensor2D,
): tf.Tensor2D => {
  const product = (y: tf.Tensor2D, { w, b }: TransformerLayer['qkv'], relu = false) =>
    linear(y, w as tf.Tensor2D, b, relu)
  const normed = (y: tf.Tensor2D, beside: tf.Tensor2D, { gamma, beta }: Norm) =>
    layerNorm(tf.add(drop(y), beside) as tf.Tensor2D, gamma, beta, epsilon)
  const middle = normed(product(attention(product(x, qkv), offsets, heads, longest), attended), x, attendedNorm)
  const wide = product(middle, inner, activation === 'relu')
  const active = activation === 'relu' ? wide : gelu(wide, activation === 'gelu_new')
  return normed(product(active, outer), middle, outerNorm)
}

/** Columns `from` to `from + width` of a matrix [rows, columns], as the rows of another. */
const transposedColumns = ({ shape: [rows, columns], values }: StoredTensor, from: number, width: number) => {
  const out = new Float32Array(rows * width)
  for (let i = 0; i < rows; i++) for (let j = 0; j < width; j++) out[j * rows + i] = values[i * columns + from + j]
  return { shape: [width, rows], values: out }
}

/** A model's tuned layers by the names and in the layout of the encoder's own checkpoint. */
export const checkpointTensors = (
  tensors: Tensors,
  config: Pick<TransformerConfig, 'family' | 'hidden' | 'inner' | 'layers'>,
): Map<string, StoredTensor> => {
  const out = new Map<string, StoredTensor>()
  for (let i = 0; i < config.layers; i++) {
    const at = `${prefix}${i}.`
    if (!tensors.has(`${at}qkv.w`)) continue
    const get = (name: string) => tensors.get(at + name) as StoredTensor
    const names = config.family.layer(i)
    for (const [part, { names: each, output }] of Object.entries(linearsOf(names, config)))
      each.forEach((name, k) => {
        out.set(`${name}.weight`, transposedColumns(get(`${part}.w`), k * output, output))
        const values = get(`${part}.b`).values.slice(k * output, (k + 1) * output)
        out.set(`${name}.bias`, { shape: [output], values })
      })
    for (const part of ['attendedNorm', 'outerNorm'] as const) {
      out.set(`${names[part]}.weight`, get(`${part}.gamma`))
      out.set(`${names[part]}.bias`, get(`${part}.beta`))
    }
  }
  return out
}
