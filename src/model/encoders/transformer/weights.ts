/**
 * An encoder as the model hubs lay it out: config.json and model.safetensors. Every shape is checked against the
 * configuration.
 */
import * as tf from '@tensorflow/tfjs-core'
import { HmtlError } from '../../../io/errors.ts'
import { type ModelFiles, textOf } from '../../model-files.ts'
import type { Bytes } from '../../kernels/ops/linear8.ts'
import { openSafetensors, type StoredBytes, type TensorFile } from '../../safetensors.ts'
import { type Family, families, type LayerNames } from './families.ts'

export interface TransformerConfig {
  readonly family: Family
  readonly hidden: number
  /** Width of the embeddings, which ELECTRA projects. */
  readonly embedding: number
  readonly inner: number
  readonly layers: number
  readonly heads: number
  readonly activation: 'gelu' | 'gelu_new' | 'relu'
  readonly epsilon: number
  /** Rows of the position table that pieces may take, and the first of them. */
  readonly positions: number
  readonly firstPosition: number
  readonly types: number
  readonly vocabulary: number
}

const activations: Readonly<Record<string, TransformerConfig['activation']>> = {
  gelu: 'gelu',
  gelu_new: 'gelu_new',
  gelu_pytorch_tanh: 'gelu_new',
  relu: 'relu',
}

const isWhole = (value: unknown, most: number): value is number =>
  Number.isInteger(value) && (value as number) > 0 && (value as number) <= most

/**
 * @throws HmtlError `HMTL_MODEL_NOT_FOUND`, `HMTL_MODEL_CORRUPT`, `HMTL_MODEL_MISMATCH` for an architecture that is
 * none of the family
 */
export const readTransformerConfig = async (from: ModelFiles): Promise<TransformerConfig> => {
  const path = from.pathOf('config.json')
  const refuse = (message: string, code: 'HMTL_MODEL_CORRUPT' | 'HMTL_MODEL_MISMATCH' = 'HMTL_MODEL_CORRUPT') =>
    new HmtlError(code, `${path}: ${message}`, {
      remedy: `Name the folder of a ${Object.keys(families).join(', ')} encoder with config.json, tokenizer.json and model.safetensors`,
    })
  const text = textOf(
    await from.read('config.json').catch((cause) => {
      throw new HmtlError('HMTL_MODEL_NOT_FOUND', `cannot read ${path}: ${(cause as Error).message}`, {
        cause,
        remedy: 'Name the folder of an encoder, or run hmtl setup minilm',
      })
    }),
  )
  let given: Record<string, unknown>
  try {
    given = JSON.parse(text) as Record<string, unknown>
  } catch {
    throw refuse('not valid JSON')
  }
  if (typeof given !== 'object' || given === null) throw refuse('not an object')
  const type = String(given.model_type)
  if (!Object.hasOwn(families, type))
    throw refuse(`model_type is "${type}", not one of ${Object.keys(families).join(', ')}`, 'HMTL_MODEL_MISMATCH')
  const family = families[type]
  const { sizes } = family
  const [hidden, inner, layers, heads] = [
    given[sizes.hidden],
    given[sizes.inner],
    given[sizes.layers],
    given[sizes.heads],
  ]
  const {
    vocab_size: vocabulary,
    max_position_embeddings: table,
    embedding_size: embedding = hidden,
    pad_token_id: padding = 0,
    layer_norm_eps: epsilon = 1e-12,
  } = given
  const types = family.types ? (given.type_vocab_size ?? 2) : 0
  if (
    !isWhole(hidden, 16384) ||
    !isWhole(inner, 65536) ||
    !isWhole(layers, 256) ||
    !isWhole(heads, 1024) ||
    !isWhole(embedding, 16384)
  )
    throw refuse('a size is missing or out of bounds')
  if (!isWhole(vocabulary, 4_000_000) || !isWhole(table, 1_000_000))
    throw refuse('vocab_size or max_position_embeddings is missing or out of bounds')
  if (hidden % heads !== 0 || (hidden / heads) % 4 !== 0 || inner % 4 !== 0 || embedding % 4 !== 0)
    throw refuse('sizes must be multiples of 4, and of the number of heads')
  if (
    !Number.isInteger(padding) ||
    (padding as number) < 0 ||
    (padding as number) > 1000 ||
    (types !== 0 && !isWhole(types, 64))
  )
    throw refuse('pad_token_id or type_vocab_size is out of bounds')
  if (typeof epsilon !== 'number' || !(epsilon > 0 && epsilon < 0.1)) throw refuse('layer_norm_eps is out of bounds')
  const activation = activations[String(given[sizes.activation] ?? 'gelu')]
  if (!activation)
    throw refuse(
      `the activation "${String(given[sizes.activation])}" is none of ${Object.keys(activations).join(', ')}`,
      'HMTL_MODEL_MISMATCH',
    )
  if ((given.position_embedding_type ?? 'absolute') !== 'absolute')
    throw refuse(`positions are "${String(given.position_embedding_type)}", not absolute`, 'HMTL_MODEL_MISMATCH')
  const firstPosition = family.firstPosition(padding as number)
  if (table - firstPosition < 4) throw refuse('max_position_embeddings is too small')
  return {
    family,
    hidden,
    embedding,
    inner,
    layers,
    heads,
    activation,
    epsilon,
    positions: table - firstPosition,
    firstPosition,
    types: types as number,
    vocabulary,
  }
}

/** A linear layer: weights as [in, out] floats, or in the 8 bits that they are stored in. */
export interface Layer {
  readonly w: tf.Tensor2D | Bytes
  readonly b: tf.Tensor1D
}

/** Rows of a table that are taken one at a time. */
export interface Rows {
  /** Adds row `id` to `out` from `at` on. */
  add(id: number, out: Float32Array, at: number): void
}

export interface Norm {
  readonly gamma: tf.Tensor1D
  readonly beta: tf.Tensor1D
}

export interface TransformerLayer {
  readonly qkv: Layer
  readonly attended: Layer
  readonly attendedNorm: Norm
  readonly inner: Layer
  readonly outer: Layer
  readonly outerNorm: Norm
}

/** The products of a layer: what stands side by side in each, by the checkpoint's names, and the sizes of one of those. */
export const linearsOf = (names: LayerNames, { hidden, inner }: Pick<TransformerConfig, 'hidden' | 'inner'>) => ({
  qkv: { names: [names.query, names.key, names.value], input: hidden, output: hidden },
  attended: { names: [names.attended], input: hidden, output: hidden },
  inner: { names: [names.inner], input: hidden, output: inner },
  outer: { names: [names.outer], input: inner, output: hidden },
})
export type Linear = ReturnType<typeof linearsOf>[keyof ReturnType<typeof linearsOf>]

export interface TransformerWeights {
  /** Stay on the host: a batch takes the rows it needs. */
  readonly words: Rows
  /** With the row of the first text's type added. */
  readonly positions: Float32Array
  readonly norm: Norm
  readonly project: Layer | undefined
  readonly layers: readonly TransformerLayer[]
  dispose(): void
}

const floatRows = (values: Float32Array, width: number): Rows => ({
  add(id, out, at) {
    for (let j = 0; j < width; j++) out[at + j] += values[id * width + j]
  },
})

const byteRows = ({ integers, scales }: StoredBytes, width: number): Rows => ({
  add(id, out, at) {
    for (let j = 0; j < width; j++) out[at + j] += Math.fround(integers[id * width + j] * scales[id])
  },
})

/** A linear layer is stored as [out, in]; products want [in, out]. */
const transposed = (
  values: Float32Array,
  rows: number,
  columns: number,
  out: Float32Array,
  width: number,
  from: number,
): void => {
  for (let i = 0; i < rows; i++) for (let j = 0; j < columns; j++) out[j * width + from + i] = values[i * columns + j]
}

/** Where an encoder's weights are read from, and by which names. */
export interface Checkpoint {
  readonly file: TensorFile
  readonly prefix: string
}

/** @throws HmtlError `HMTL_MODEL_*` */
export const withCheckpoint = async <T>(
  from: ModelFiles,
  { family }: TransformerConfig,
  use: (checkpoint: Checkpoint) => Promise<T>,
): Promise<T> => {
  const name = 'model.safetensors'
  const file = await openSafetensors(await from.open(name), from.pathOf(name))
  try {
    return await use({ file, prefix: file.has('embeddings.word_embeddings.weight') ? '' : family.prefix })
  } finally {
    await file.close()
  }
}

/** Linear layers of one input side by side: w [in, out], b [out]. */
export const readLinear = async (
  { file, prefix }: Checkpoint,
  { names, input, output }: Linear,
): Promise<{ w: Float32Array; b: Float32Array }> => {
  const width = names.length * output
  const [w, b] = [new Float32Array(input * width), new Float32Array(width)]
  for (const [i, name] of names.entries()) {
    b.set(await file.read(`${prefix}${name}.bias`, [output]), i * output)
    transposed(await file.read(`${prefix}${name}.weight`, [output, input]), output, input, w, width, i * output)
  }
  return { w, b }
}

/** gamma and beta [size]. */
export const readNorm = async ({ file, prefix }: Checkpoint, name: string, size: number) => {
  // Checkpoints that were converted from TensorFlow say gamma and beta.
  const [gamma, beta] = file.has(`${prefix}${name}.gamma`) ? ['gamma', 'beta'] : ['weight', 'bias']
  return {
    gamma: await file.read(`${prefix}${name}.${gamma}`, [size]),
    beta: await file.read(`${prefix}${name}.${beta}`, [size]),
  }
}

export interface WeightOptions {
  /** Leave what is stored in 8 bits as it is. */
  readonly keepBytes: boolean
  /** A layer's weights where they are not the checkpoint's. */
  readonly layer?: ((index: number, keep: Keep) => TransformerLayer | undefined) | undefined
}

/** Lays values into the engine's memory until the weights are disposed. */
export type Keep = <T extends tf.Tensor>(values: Float32Array | Int32Array, shape: readonly number[]) => T

/** @throws HmtlError `HMTL_MODEL_*` */
export const readTransformerWeights = (
  from: ModelFiles,
  config: TransformerConfig,
  options: WeightOptions,
): Promise<TransformerWeights> =>
  withCheckpoint(from, config, async (checkpoint) => {
    const kept: tf.Tensor[] = []
    const dispose = () => tf.dispose(kept)
    const keep = <T extends tf.Tensor>(values: Float32Array | Int32Array, shape: readonly number[]): T => {
      const tensor = tf.keep(tf.tensor(values, shape as number[], values instanceof Int32Array ? 'int32' : 'float32'))
      kept.push(tensor)
      return tensor as T
    }
    try {
      return { ...(await readAll(checkpoint, config, options, keep)), dispose }
    } catch (error) {
      dispose()
      throw error
    }
  })

const readAll = async (
  checkpoint: Checkpoint,
  config: TransformerConfig,
  { keepBytes, layer: ownLayer }: WeightOptions,
  keep: Keep,
): Promise<Omit<TransformerWeights, 'dispose'>> => {
  const { family, hidden, embedding, layers, vocabulary, positions, firstPosition, types } = config
  const { file, prefix } = checkpoint
  const read = (name: string, ...shape: number[]) => file.read(prefix + name, shape)
  const readBytes = async (name: string, ...shape: number[]) =>
    keepBytes ? file.readBytes(prefix + name, shape) : undefined
  const norm = async (name: string, size: number): Promise<Norm> => {
    const { gamma, beta } = await readNorm(checkpoint, name, size)
    return { gamma: keep(gamma, [size]), beta: keep(beta, [size]) }
  }
  /** The same as integers, where all of them are stored so. */
  const bytesOf = async ({ names, input, output }: Linear): Promise<Bytes | undefined> => {
    const width = names.length * output
    const parts = await Promise.all(names.map((name) => readBytes(`${name}.weight`, output, input)))
    if (!parts.every((part) => part !== undefined)) return undefined
    const bytes = new Int8Array(width * input)
    const scales = new Float32Array(width)
    for (const [i, part] of parts.entries()) {
      bytes.set(part.integers, i * output * input)
      scales.set(part.scales, i * output)
    }
    return {
      w: keep<tf.Tensor2D>(new Int32Array(bytes.buffer), [width, input / 4]),
      scales: keep<tf.Tensor1D>(scales, [width]),
    }
  }
  const linear = async (described: Linear): Promise<Layer> => {
    const { names, input, output } = described
    const width = names.length * output
    const bytes = await bytesOf(described)
    if (bytes) {
      const b = new Float32Array(width)
      for (const [i, name] of names.entries()) b.set(await read(`${name}.bias`, output), i * output)
      return { w: bytes, b: keep(b, [width]) }
    }
    const { w, b } = await readLinear(checkpoint, described)
    return { w: keep(w, [input, width]), b: keep(b, [width]) }
  }
  const wordsName = 'embeddings.word_embeddings.weight'
  const wordBytes = await readBytes(wordsName, vocabulary, embedding)
  const words = wordBytes
    ? byteRows(wordBytes, embedding)
    : floatRows(await read(wordsName, vocabulary, embedding), embedding)
  const table = (await read('embeddings.position_embeddings.weight', positions + firstPosition, embedding)).subarray(
    firstPosition * embedding,
  )
  if (types > 0) {
    const type = (await read('embeddings.token_type_embeddings.weight', types, embedding)).subarray(0, embedding)
    for (let i = 0; i < table.length; i++) table[i] += type[i % embedding]
  }
  const stack: TransformerLayer[] = []
  const embeddingNorm = await norm('embeddings.LayerNorm', embedding)
  const project =
    embedding === hidden ? undefined : await linear({ names: ['embeddings_project'], input: embedding, output: hidden })
  for (let i = 0; i < layers; i++) {
    const own = ownLayer?.(i, keep)
    if (own) {
      stack.push(own)
      continue
    }
    const names = family.layer(i)
    const { qkv, attended, inner, outer } = linearsOf(names, config)
    stack.push({
      qkv: await linear(qkv),
      attended: await linear(attended),
      attendedNorm: await norm(names.attendedNorm, hidden),
      inner: await linear(inner),
      outer: await linear(outer),
      outerNorm: await norm(names.outerNorm, hidden),
    })
  }
  return { words, positions: table, norm: embeddingNorm, project, layers: stack }
}
