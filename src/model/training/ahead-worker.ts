/** The thread behind `openBatchesAhead`: a task's name in, its next batch out. */
import { parentPort, workerData } from 'node:worker_threads'
import { toHmtlError } from '../../io/errors.ts'
import { loadContextual } from '../contextual.ts'
import type { AheadReply } from './ahead.ts'
import { type BatchSettings, type BatchSource, openBatches } from './batches.ts'

const port = parentPort
const settings = workerData as BatchSettings
const { contextual } = settings.config.embeddings
// Vectors that were computed beforehand are read here; an encoder runs where the engine is.
const source: Promise<BatchSource> = (contextual?.cache ? loadContextual(settings.config, { cached: true }) : Promise.resolve(undefined)).then((encoder) =>
  openBatches(settings, encoder),
)
// One after another, as asked for.
let turn: Promise<unknown> = source.catch(() => undefined)

const answer = async (task: string): Promise<void> => {
  try {
    const prepared = await (await source).next(task)
    const values = prepared.batch.contextual?.values.buffer as ArrayBuffer | undefined
    port?.postMessage({ task, prepared } satisfies AheadReply, values ? [values] : [])
  } catch (error) {
    const { code, summary, source: from, document, line, offset, remedy } = toHmtlError(error, 'HMTL_INTERNAL')
    port?.postMessage({ task, failed: { code, summary, details: { source: from, document, line, offset, remedy } } } satisfies AheadReply)
  }
}

port?.on('message', (task: string) => {
  turn = turn.then(() => answer(task))
})
