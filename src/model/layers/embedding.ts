/** g_e, the base representation: word vector and character CNN side by side (spec section 4). */
import type * as tf from '@tensorflow/tfjs-core'
import { type Batch, indexes } from '../batch.ts'
import type { ModelConfig } from '../config.ts'
import { charPool } from '../kernels/ops/char-pool.ts'
import { linear } from '../kernels/ops/linear.ts'
import { concat, gather } from '../kernels/ops/rows.ts'
import type { Parameters } from '../parameters.ts'

/** Width of g_e. */
export const embeddingSize = ({ embeddings }: ModelConfig): number => embeddings.words.size + (embeddings.characters?.filters ?? 0)

/**
 * @param wordRows [different words, size], the rows of the batch's words, which a gradient may be taken of
 * @returns [tokens, words + filters] in the packed layout
 */
export const embed = (config: ModelConfig, parameters: Parameters, batch: Batch, wordRows: tf.Tensor2D, characterCount: number): tf.Tensor2D => {
  const words = gather(wordRows, indexes(batch.wordOf))
  const { characters } = config.embeddings
  if (!characters) return words
  const { size, filters, width } = characters
  const table = parameters.get<tf.Tensor2D>('characters.table', [characterCount, size], { kind: 'xavier' })
  const kernel = parameters.get<tf.Tensor2D>('characters.filters', [size, width * filters], { kind: 'uniform', limit: 1 / Math.sqrt(size * width) })
  const bias = parameters.get<tf.Tensor1D>('characters.bias', [filters], { kind: 'uniform', limit: 1 / Math.sqrt(size * width) })
  // Every character's part in every place of the window once, instead of a convolution over words.
  const projected = linear(table, kernel)
  const forms = charPool(projected, bias, indexes(batch.chars), indexes(batch.charStarts), width)
  return concat(words, gather(forms, indexes(batch.formOf)))
}
