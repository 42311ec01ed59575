/** Brings every parameter of a model into being, in the order of its tasks, whatever is trained or run first. */
import * as tf from '@tensorflow/tfjs-core'
import type { ContextualEncoder } from './encoders/contextual.ts'
import { headOf } from './heads/index.ts'
import { batchOf, forward, type Model, wordRows } from './hierarchy.ts'
import { sentencesOf, taskLoss } from './loss.ts'

/** An encoder's shape without the encoder: a cache of vectors knows no made-up sentence. */
const blank = (encoder: ContextualEncoder): ContextualEncoder => ({
  ...encoder,
  encode: (sentences) =>
    new Float32Array(sentences.reduce((sum, sentence) => sum + sentence.length, 0) * encoder.layers * encoder.size),
})

/** @throws HmtlError `HMTL_MODEL_MISMATCH` where stored weights do not fit the configuration */
export const materialize = (given: Model): void => {
  const model = { ...given, contextual: given.contextual && blank(given.contextual) }
  for (const task of model.config.tasks)
    tf.tidy(() => {
      const example = headOf(task.kind).smallest(task)
      const batch = batchOf(model, sentencesOf([example]))
      const rows = tf.tensor2d(wordRows(model, batch.wordIds), [
        batch.wordIds.length,
        model.config.embeddings.words.size,
      ])
      taskLoss(model, task, forward(model, batch, rows, undefined), [example], undefined)
    })
}
