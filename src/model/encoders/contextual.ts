/** The contextual part of g_e: an encoder that gives every token several layers of vectors. */
import type { Pieces, TokenVectors } from '../batch.ts'
import type { TunedLayers } from './transformer/tuned.ts'

export interface ContextualEncoder {
  readonly layers: number
  /** Width of a layer. */
  readonly size: number
  /** [tokens, layers·size], sentence by sentence. */
  encode(sentences: readonly (readonly string[])[]): Float32Array
  /**
   * [tokens, size]: the layers summed by weights, one a layer, of an encoder that can do so without holding them all at
   * once; reading needs no more, only training looks at each.
   */
  encodeMixed?(sentences: readonly (readonly string[])[], weights: Float32Array): Float32Array
  /** Of an encoder whose upper layers are a model's parameters: those, and what it makes of the layers below. */
  readonly tuned?: TunedLayers & {
    /** Layers below of each token [tokens, below·size], and what goes into the first above. */
    encodeBelow(sentences: readonly (readonly string[])[]): { values: Float32Array; pieces: Pieces }
  }
  dispose(): void
}

/**
 * What an encoder makes of sentences, as a batch takes it.
 * @param mix weights of its layers, where they are not to change; see `mixWeightsOf`
 */
export const vectorsOf = (
  encoder: ContextualEncoder,
  sentences: readonly (readonly string[])[],
  mix?: Float32Array,
): TokenVectors => {
  const { layers, tuned } = encoder
  if (tuned) return { ...tuned.encodeBelow(sentences), layers }
  return mix && encoder.encodeMixed
    ? { values: encoder.encodeMixed(sentences, mix), layers: 1, mixed: true }
    : { values: encoder.encode(sentences), layers }
}
