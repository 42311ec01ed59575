/**
 * Batches made ready for the model, in the thread that asks for them. What is
 * random in one comes from the seed and the batch's place in its epoch, so it is
 * the same whoever makes it, and when.
 */
import { type Batch, createBatch } from '../batch.ts'
import type { ModelConfig } from '../config/keys.ts'
import type { ContextualEncoder } from '../contextual.ts'
import { randomOf } from '../random.ts'
import { createIndexer, unknownWord, type Vocabulary } from '../vocabulary.ts'
import type { Example } from './examples.ts'
import { sentencesOf } from './loss.ts'
import { openStream, type StreamPosition } from './stream.ts'

export interface PreparedBatch {
  readonly examples: readonly Example[]
  readonly batch: Batch
  /** Where the task's stream stands after it. */
  readonly position: StreamPosition
}

export interface BatchSource {
  next(task: string): Promise<PreparedBatch>
  close(): Promise<void>
}

/** All that it takes to make batches; plain data, so that it can go to another thread. */
export interface BatchSettings {
  readonly config: ModelConfig
  readonly labels: Readonly<Record<string, readonly string[]>>
  readonly vocabulary: Vocabulary
  /** Where a resumed training stood. */
  readonly positions: Readonly<Record<string, StreamPosition>>
}

/** @param encoder of contextual vectors, where they too are made here */
export const openBatches = ({ config, labels, vocabulary, positions }: BatchSettings, encoder?: ContextualEncoder): BatchSource => {
  const { seed, shuffleBuffer } = config.training
  const { wordDropout } = config.embeddings.words
  const indexer = createIndexer(vocabulary)
  const streams = new Map(config.tasks.map((task) => [task.name, openStream(task, labels[task.name], seed, shuffleBuffer, positions[task.name])]))
  return {
    async next(task) {
      const stream = streams.get(task)
      if (!stream) throw new Error(`no task ${task}`)
      const examples = await stream.next()
      const position = stream.position()
      const random = randomOf(seed, 'unknown words', task, position.epoch, position.taken)
      const replace = wordDropout > 0 ? (id: number) => (random.next() < wordDropout ? unknownWord : id) : undefined
      return { examples, batch: createBatch(sentencesOf(examples), indexer, replace, encoder), position }
    },
    async close() {
      for (const stream of streams.values()) await stream.close()
    },
  }
}
