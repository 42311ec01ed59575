/** The loss of a task over a group of its examples. */
import type * as tf from '@tensorflow/tfjs-core'
import type { TaskConfig } from './config/keys.ts'
import type { Example, Forward } from './heads/head.ts'
import { headOf } from './heads/index.ts'
import type { Model } from './hierarchy.ts'
import type { Seeds } from './layers/encoder.ts'

/** Sentences of examples, in order. */
export const sentencesOf = (examples: readonly Example[]): (readonly string[])[] =>
  examples.flatMap(({ sentences }) => sentences)

/** Summed loss [1], or undefined where the examples have nothing to learn from. */
export const taskLoss = (
  model: Model,
  task: TaskConfig,
  state: Forward,
  examples: readonly Example[],
  seeds: Seeds,
): tf.Tensor1D | undefined => headOf(task.kind).loss(model, task, state, examples, seeds)
