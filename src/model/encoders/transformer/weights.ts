/**
 * An encoder as the model hubs lay it out: config.json and model.safetensors. Every shape is checked against the
 * configuration.
 */
import * as tf from '@tensorflow/tfjs-core'
import { HmtlError } from '../../../io/errors.ts'
import { type ModelFiles, textOf } from '../../model-files.ts'
import type { Bytes } from '../../kernels/ops/linear8.ts'
import { openSafetensors, type StoredBytes, type TensorFile } from '../../safetensors.ts'
import { type Family, families } from './families.ts'

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

interface Norm {
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

/** @param keepBytes leave what is stored in 8 bits as it is. @throws HmtlError `HMTL_MODEL_*` */
export const readTransformerWeights = async (
  from: ModelFiles,
  config: TransformerConfig,
  keepBytes: boolean,
): Promise<TransformerWeights> => {
  const name = 'model.safetensors'
  const file = await openSafetensors(await from.open(name), from.pathOf(name))
  const kept: tf.Tensor[] = []
  const dispose = () => tf.dispose(kept)
  try {
    return { ...(await readAll(file, config, keepBytes, kept)), dispose }
  } catch (error) {
    dispose()
    throw error
  } finally {
    await file.close()
  }
}

const readAll = async (
  file: TensorFile,
  config: TransformerConfig,
  keepBytes: boolean,
  kept: tf.Tensor[],
): Promise<Omit<TransformerWeights, 'dispose'>> => {
  const { family, hidden, embedding, inner, layers, vocabulary, positions, firstPosition, types } = config
  const prefix = file.has('embeddings.word_embeddings.weight') ? '' : family.prefix
  const read = (name: string, ...shape: number[]) => file.read(prefix + name, shape)
  const readBytes = async (name: string, ...shape: number[]) =>
    keepBytes ? file.readBytes(prefix + name, shape) : undefined
  const keep = <T extends tf.Tensor>(values: Float32Array | Int32Array, shape: number[]): T => {
    const tensor = tf.keep(tf.tensor(values, shape, values instanceof Int32Array ? 'int32' : 'float32'))
    kept.push(tensor)
    return tensor as T
  }
  const norm = async (name: string, size: number): Promise<Norm> => {
    // Checkpoints that were converted from TensorFlow say gamma and beta.
    const [gamma, beta] = file.has(`${prefix}${name}.gamma`) ? ['gamma', 'beta'] : ['weight', 'bias']
    return {
      gamma: keep(await read(`${name}.${gamma}`, size), [size]),
      beta: keep(await read(`${name}.${beta}`, size), [size]),
    }
  }
  /** Linear layers of one input side by side. */
  const linear = async (names: readonly string[], input: number, output: number): Promise<Layer> => {
    const width = names.length * output
    const b = new Float32Array(width)
    for (const [i, name] of names.entries()) b.set(await read(`${name}.bias`, output), i * output)
    const parts = await Promise.all(names.map((name) => readBytes(`${name}.weight`, output, input)))
    if (parts.every((part) => part !== undefined)) {
      const bytes = new Int8Array(width * input)
      const scales = new Float32Array(width)
      for (const [i, part] of parts.entries()) {
        bytes.set(part.integers, i * output * input)
        scales.set(part.scales, i * output)
      }
      const w = {
        w: keep<tf.Tensor2D>(new Int32Array(bytes.buffer), [width, input / 4]),
        scales: keep<tf.Tensor1D>(scales, [width]),
      }
      return { w, b: keep(b, [width]) }
    }
    const w = new Float32Array(input * width)
    for (const [i, name] of names.entries())
      transposed(await read(`${name}.weight`, output, input), output, input, w, width, i * output)
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
  const project = embedding === hidden ? undefined : await linear(['embeddings_project'], embedding, hidden)
  for (let i = 0; i < layers; i++) {
    const names = family.layer(i)
    stack.push({
      qkv: await linear([names.query, names.key, names.value], hidden, hidden),
      attended: await linear([names.attended], hidden, hidden),
      attendedNorm: await norm(names.attendedNorm, hidden),
      inner: await linear([names.inner], hidden, inner),
      outer: await linear([names.outer], inner, hidden),
      outerNorm: await norm(names.outerNorm, hidden),
    })
  }
  return { words, positions: table, norm: embeddingNorm, project, layers: stack }
}
