/** A training's streams of batches, one a task: made in this thread, or ahead in one of their own. */
import type { ContextualEncoder } from '../model/encoders/contextual.ts'
import { isBuiltIn } from '../model/heads/index.ts'
import { ahead, type Next } from '../pipeline/ahead.ts'
import { openThread } from '../pipeline/pool/worker-thread.ts'
import { type BatchSettings, type PlacedGroup, packedBatches, type TrainingBatch, taskGroups } from './batches.ts'

export interface BatchStreams {
  /** In the order of the configuration's tasks. */
  readonly streams: readonly AsyncGenerator<TrainingBatch>[]
  close(): Promise<void>
}

/**
 * @param encoder of contextual vectors, where the configuration names one
 * @throws HmtlError from the streams: as reading the data does, `HMTL_TRAIN_DATA`, `HMTL_WORKER_FAILED`
 */
export const openStreams = (settings: BatchSettings, encoder?: ContextualEncoder): BatchStreams => {
  const { tasks, training, embeddings } = settings.config
  // Another thread does not know a head that was registered in this one; the batches are the same.
  if (training.ahead === 0 || !tasks.every(({ kind }) => isBuiltIn(kind))) {
    const streams = tasks.map((task) => packedBatches(taskGroups(task, settings), settings, encoder))
    return {
      streams,
      async close() {
        await Promise.all(streams.map((stream) => stream.return(undefined)))
      },
    }
  }
  const thread = openThread<string, Next<PlacedGroup | TrainingBatch>>(
    new URL('./batches-thread.js', import.meta.url),
    settings,
    { name: 'the thread that makes batches' },
  )
  const live = embeddings.contextual && !embeddings.contextual.cache
  const streams = tasks.map(({ name }) => {
    const made = ahead(thread, name, training.ahead)
    return live
      ? packedBatches(made as AsyncGenerator<PlacedGroup>, settings, encoder)
      : (made as AsyncGenerator<TrainingBatch>)
  })
  return { streams, close: () => thread.close() }
}
