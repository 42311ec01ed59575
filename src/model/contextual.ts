/** The contextual part of g_e: a frozen encoder that gives every token several layers of vectors. */
import { HmtlError } from '../io/errors.ts'
import type { ModelConfig } from './config.ts'

export interface ContextualEncoder {
  readonly layers: number
  /** Width of a layer. */
  readonly size: number
  /** [tokens, layers·size], sentence by sentence. */
  encode(sentences: readonly (readonly string[])[]): Float32Array
}

/** The encoder that a configuration names, on the running engine; undefined where it names none. @throws HmtlError `HMTL_MODEL_*` */
export const loadContextual = async ({ embeddings: { contextual } }: ModelConfig): Promise<ContextualEncoder | undefined> => {
  if (!contextual) return undefined
  const { existsSync } = await import('node:fs')
  for (const path of [contextual.options, contextual.weights])
    if (!existsSync(path))
      throw new HmtlError('HMTL_MODEL_NOT_FOUND', `the model stands on ELMo, and there is no ${path}`, {
        remedy: 'Its weights are not part of the model: fetch them, or name them with --set embeddings.contextual.weights=…',
      })
  const { loadElmo } = await import('./elmo/elmo.ts')
  return loadElmo(contextual.options, contextual.weights)
}
