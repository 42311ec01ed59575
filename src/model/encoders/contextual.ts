/** The contextual part of g_e: a frozen encoder that gives every token several layers of vectors. */
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
  dispose(): void
}
