/**
 * The thread that makes batches: a task's name in, its next batch out. Vectors that
 * were computed beforehand are read here; an encoder runs where the engine is, so
 * that for a model that stands on one the thread stops at groups.
 */
import { loadContextual } from '../model/encoders/load.ts'
import { type Next, nextOf } from '../pipeline/ahead.ts'
import { serve } from '../pipeline/pool/worker-thread.ts'
import { type BatchSettings, type PlacedGroup, packedBatches, type TrainingBatch, taskGroups } from './batches.ts'

serve(
  async (settings: BatchSettings) => {
    const { config } = settings
    const { contextual } = config.embeddings
    const encoder = contextual?.cache ? await loadContextual(config, { cached: true }) : undefined
    const streams = config.tasks.map((task): [string, AsyncIterator<PlacedGroup | TrainingBatch>] => {
      const groups = taskGroups(task, settings)
      return [task.name, contextual && !encoder ? groups : packedBatches(groups, settings, encoder)]
    })
    return nextOf(new Map(streams))
  },
  (next: Next<PlacedGroup | TrainingBatch>) => {
    const vectors = next && 'batch' in next.value ? next.value.batch.contextual?.values : undefined
    return vectors ? [vectors.buffer as ArrayBuffer] : []
  },
)
