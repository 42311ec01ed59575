/** Brings every parameter of a model into being, in the order of its tasks, whatever is trained or run first. */
import * as tf from '@tensorflow/tfjs-core'
import type { TaskConfig } from '../config.ts'
import type { ContextualEncoder } from '../contextual.ts'
import { batchOf, forward, type Model, wordRows } from '../hierarchy.ts'
import type { Example } from './examples.ts'
import { sentencesOf, taskLoss } from './loss.ts'

const words = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']

const exampleFor = (task: TaskConfig): Example => {
  if (task.kind === 'crf') return { kind: 'crf', id: '', words, tags: new Int32Array(words.length) }
  if (task.kind === 'relation') return { kind: 'relation', id: '', words, cells: new Int32Array(0) }
  return { kind: 'coref', id: '', sentences: [words, words, words], begin: Int32Array.of(0), end: Int32Array.of(1), cluster: Int32Array.of(0) }
}

/** An encoder's shape without the encoder: a cache of vectors knows no made-up sentence. */
const blank = (encoder: ContextualEncoder): ContextualEncoder => ({
  ...encoder,
  encode: (sentences) => new Float32Array(sentences.reduce((sum, sentence) => sum + sentence.length, 0) * encoder.layers * encoder.size),
})

/** @throws HmtlError `HMTL_MODEL_MISMATCH` where stored weights do not fit the configuration */
export const materialize = (given: Model): void => {
  const model = { ...given, contextual: given.contextual && blank(given.contextual) }
  for (const task of model.config.tasks)
    tf.tidy(() => {
      const example = exampleFor(task)
      const batch = batchOf(model, sentencesOf([example]))
      const rows = tf.tensor2d(wordRows(model, batch.wordIds), [batch.wordIds.length, model.config.embeddings.words.size])
      taskLoss(model, task, forward(model, batch, rows, undefined), [example], undefined)
    })
}
