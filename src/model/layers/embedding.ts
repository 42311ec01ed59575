/**
 * g_e, the base representation: word vector, character CNN and mixed contextual layers side by side (spec section 4).
 */
import * as tf from '@tensorflow/tfjs-core'
import { type Batch, indexes, type Pieces } from '../batch.ts'
import type { ModelConfig } from '../config/keys.ts'
import type { ContextualEncoder } from '../encoders/contextual.ts'
import { charPool } from '../kernels/ops/char-pool.ts'
import { linear } from '../kernels/ops/linear.ts'
import { mixWeights, scalarMix } from '../kernels/ops/mix.ts'
import { concat, gather } from '../kernels/ops/rows.ts'
import { spanAttention } from '../kernels/ops/span-attention.ts'
import type { Parameters } from '../parameters.ts'
import type { Seeds } from './encoder.ts'

/** The vectors of a batch's different words by their form: [forms, words + filters]; a token's is that of its form. */
export const embedForms = (
  config: ModelConfig,
  parameters: Parameters,
  batch: Batch,
  wordRows: tf.Tensor2D,
  characterCount: number,
): tf.Tensor2D => {
  const wordOfForm = new Int32Array(batch.charStarts.length - 1)
  batch.formOf.forEach((form, row) => {
    wordOfForm[form] = batch.wordOf[row]
  })
  const words = gather(wordRows, indexes(wordOfForm))
  const forms = characterForms(config, parameters, batch, characterCount)
  return forms ? concat(words, forms) : words
}

/** What of a model makes g_e. */
interface EmbeddedBy {
  readonly config: ModelConfig
  readonly parameters: Parameters
  readonly contextual: ContextualEncoder | undefined
}

/**
 * @param wordRows [different words, size], the rows of the batch's words, which a gradient may be taken of
 * @returns [tokens, words + contextual + filters] in the packed layout
 */
export const embed = (
  { config, parameters, contextual: encoder }: EmbeddedBy,
  batch: Batch,
  wordRows: tf.Tensor2D,
  characterCount: number,
  seeds: Seeds,
): tf.Tensor2D => {
  const contextual = mixedLayers(parameters, batch, encoder, seeds)
  const gathered = gather(wordRows, indexes(batch.wordOf))
  const words = contextual ? concat(gathered, contextual) : gathered
  const forms = characterForms(config, parameters, batch, characterCount)
  return forms ? concat(words, gather(forms, indexes(batch.formOf))) : words
}

/** The character CNN of each different form [forms, filters], where the model has one. */
const characterForms = (
  { embeddings: { characters } }: ModelConfig,
  parameters: Parameters,
  batch: Batch,
  characterCount: number,
): tf.Tensor2D | undefined => {
  if (!characters) return undefined
  const { size, filters, width } = characters
  const table = parameters.get<tf.Tensor2D>('characters.table', [characterCount, size], { kind: 'xavier' })
  const kernel = parameters.get<tf.Tensor2D>('characters.filters', [size, width * filters], {
    kind: 'uniform',
    limit: 1 / Math.sqrt(size * width),
  })
  const bias = parameters.get<tf.Tensor1D>('characters.bias', [filters], {
    kind: 'uniform',
    limit: 1 / Math.sqrt(size * width),
  })
  // Every character's part in every place of the window once, instead of a convolution over words.
  const projected = linear(table, kernel)
  return charPool(projected, bias, indexes(batch.chars), indexes(batch.charStarts), width)
}

/** The contextual layers as one, by weights that all tasks share: w = 0 and gamma = 1 to begin with. */
const mixedLayers = (
  parameters: Parameters,
  { contextual, packing }: Batch,
  encoder: ContextualEncoder | undefined,
  seeds: Seeds,
): tf.Tensor2D | undefined => {
  if (!contextual) return undefined
  const { values, layers, mixed, pieces } = contextual
  const x = tf.tensor2d(values, [packing.size, values.length / packing.size])
  if (mixed) return x
  const upper = pieces && encoder?.tuned?.run(parameters, pieces, seeds)
  const all = upper ? concat(x, tokenMeans(upper, pieces, packing.size)) : x
  return scalarMix(all, ...mixParameters(parameters, layers))
}

/** Means of a token's pieces, zero where it has none: [tokens, size]. */
const tokenMeans = (x: tf.Tensor2D, { tokens }: Pieces, count: number): tf.Tensor2D => {
  const starts = new Int32Array(count + 1)
  for (const token of tokens) if (token >= 0) starts[token + 1]++
  for (let token = 0; token < count; token++) starts[token + 1] += starts[token]
  const rows = new Int32Array(starts[count])
  const next = starts.slice()
  tokens.forEach((token, piece) => {
    if (token >= 0) rows[next[token]++] = piece
  })
  // The mean is what attention to equal scores gives.
  return spanAttention(x, tf.zeros([x.shape[0], 1]), indexes(rows), indexes(starts))
}

const mixParameters = (parameters: Parameters, layers: number): [w: tf.Tensor1D, gamma: tf.Tensor1D] => [
  parameters.get('contextual.mix', [layers], { kind: 'zeros' }),
  parameters.get('contextual.gamma', [1], { kind: 'constant', value: 1 }),
]

/** The present weights of an encoder's layers. */
export const mixWeightsOf = (parameters: Parameters, layers: number): Float32Array =>
  tf.tidy(() => mixWeights(...mixParameters(parameters, layers)).dataSync() as Float32Array)
