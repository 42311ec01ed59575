/** Sentences as single vectors: the states of a layer, pooled over their tokens (paper, section 6; spec section 13). */
import * as tf from '@tensorflow/tfjs-core'
import { HmtlError } from '../io/errors.ts'
import type { Batch } from './batch.ts'
import { forward, type Model, wordRows } from './hierarchy.ts'

export const pools = ['max', 'average'] as const
export type Pool = (typeof pools)[number]

/** Layers that can be looked at: g_e, and the encoder of each task. */
export const layerNamesOf = (model: Model): string[] => ['base', ...model.config.tasks.map(({ name }) => name)]

/** Pools rows [tokens, width] of one sentence. */
const pooled = (values: Float32Array, rows: ArrayLike<number>, width: number, pool: Pool, out: Float32Array): void => {
  out.fill(pool === 'max' ? Number.NEGATIVE_INFINITY : 0)
  for (let i = 0; i < rows.length; i++)
    for (let j = 0, at = rows[i] * width; j < width; j++, at++) {
      if (pool === 'average') out[j] += values[at] / rows.length
      else if (values[at] > out[j]) out[j] = values[at]
    }
}

export interface SentenceVectors {
  readonly size: number
  /** [sentences, size]. */
  readonly values: Float32Array
}

/**
 * Vectors of a batch's sentences by layer and pool: encoders run once however many are asked for.
 * @throws HmtlError `HMTL_USAGE` for a layer that the model does not have
 */
export const embedSentences = (
  model: Model,
  batch: Batch,
  wanted: readonly { readonly layer: string; readonly pool: Pool }[],
): SentenceVectors[] =>
  tf.tidy(() => {
    const state = forward(
      model,
      batch,
      tf.tensor2d(wordRows(model, batch.wordIds), [batch.wordIds.length, model.config.embeddings.words.size]),
      undefined,
    )
    const layers = new Map<string, { values: Float32Array; width: number }>()
    const layerOf = (name: string) => {
      const known = layers.get(name)
      if (known) return known
      const task = model.config.tasks.find((each) => each.name === name)
      if (!task && name !== 'base')
        throw new HmtlError('HMTL_USAGE', `the model has no layer "${name}"`, {
          remedy: `It has ${layerNamesOf(model).join(', ')}`,
        })
      const tensor = task ? state.states(task) : state.base
      const made = { values: tensor.dataSync() as Float32Array, width: tensor.shape[1] }
      layers.set(name, made)
      return made
    }
    const { starts, rows } = batch.packing
    const count = starts.length - 1
    return wanted.map(({ layer, pool }) => {
      const { values, width } = layerOf(layer)
      const out = new Float32Array(count * width)
      for (let s = 0; s < count; s++)
        pooled(values, rows.subarray(starts[s], starts[s + 1]), width, pool, out.subarray(s * width, (s + 1) * width))
      return { size: width, values: out }
    })
  })
