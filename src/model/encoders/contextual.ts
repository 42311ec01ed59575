/** The contextual part of g_e: a frozen encoder that gives every token several layers of vectors. */
export interface ContextualEncoder {
  readonly layers: number
  /** Width of a layer. */
  readonly size: number
  /** [tokens, layers·size], sentence by sentence. */
  encode(sentences: readonly (readonly string[])[]): Float32Array
  dispose(): void
}
