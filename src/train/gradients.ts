/** What a batch says about the weights. */
import * as tf from '@tensorflow/tfjs-core'
import type { Batch } from '../model/batch.ts'
import type { TaskConfig } from '../model/config/keys.ts'
import { batchOf, forward, type Model, wordRows } from '../model/hierarchy.ts'
import type { Random } from '../model/random.ts'
import type { Example } from '../model/examples.ts'
import { sentencesOf, taskLoss } from '../model/loss.ts'
import type { WordGradient } from './optimizer.ts'

export interface Gradients {
  readonly loss: number
  /** By parameter name. */
  readonly gradients: ReadonlyMap<string, tf.Tensor>
  /** Undefined where word vectors are not trained. */
  readonly words: WordGradient | undefined
}

/**
 * Loss and gradients of one batch of a materialized model; undefined where its examples have nothing to learn from.
 * The gradients are the caller's to dispose.
 * @param batch of the examples' sentences, where it was made beforehand
 */
export const computeGradients = (
  model: Model,
  task: TaskConfig,
  examples: readonly Example[],
  random: Random,
  batch: Batch = batchOf(model, sentencesOf(examples)),
): Gradients | undefined => {
  const { size } = model.config.embeddings.words
  const { only } = model.config.training
  const trainable = model.config.embeddings.words.trainable && only.length === 0
  const isLearned = (name: string) => only.length === 0 || only.includes(name.slice(0, name.indexOf('.')))
  const seeds = () => random.seed()
  const rowsTensor = tf.tensor2d(wordRows(model, batch.wordIds), [batch.wordIds.length, size])
  const compute = (rows: tf.Tensor2D) => taskLoss(model, task, forward(model, batch, rows, seeds), examples, seeds)
  try {
    const variables = [...model.parameters.all()].filter(([name]) => isLearned(name))
    let empty = false
    const { value, grads } = tf.engine().gradients(
      () => {
        const loss = compute(rowsTensor)
        if (!loss) {
          empty = true
          return tf.scalar(0)
        }
        return tf.reshape(loss, [])
      },
      [...variables.map(([, variable]) => variable), ...(trainable ? [rowsTensor] : [])] as tf.Tensor[],
      undefined,
      true,
    ) as unknown as { value: tf.Scalar; grads: (tf.Tensor | null)[] }
    const loss = value.dataSync()[0]
    value.dispose()
    const gradients = new Map<string, tf.Tensor>()
    variables.forEach(([name], i) => {
      const gradient = grads[i]
      if (gradient) gradients.set(name, gradient)
    })
    const wordGradient = grads[variables.length]
    if (empty) {
      for (const gradient of grads) gradient?.dispose()
      return undefined
    }
    return { loss, gradients, words: wordGradient ? { ids: batch.wordIds, gradient: wordGradient } : undefined }
  } finally {
    rowsTensor.dispose()
  }
}
