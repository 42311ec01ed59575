/** Batches made in a thread of their own while the model learns from those before them; so many of each task, and no more. */
import { Worker } from 'node:worker_threads'
import { type ErrorCode, type ErrorDetails, HmtlError } from '../../io/errors.ts'
import type { BatchSettings, BatchSource, PreparedBatch } from './batches.ts'

export type AheadReply =
  | { readonly task: string; readonly prepared: PreparedBatch }
  | { readonly task?: string; readonly failed: { readonly code: string; readonly summary: string; readonly details: ErrorDetails } }

interface Waiting {
  readonly resolve: (prepared: PreparedBatch) => void
  readonly reject: (error: Error) => void
}

/**
 * @param ahead batches of each task that are made before they are asked for
 * @throws HmtlError from `next`: as reading the data does, or `HMTL_WORKER_FAILED`
 */
export const openBatchesAhead = (settings: BatchSettings, ahead: number): BatchSource => {
  const worker = new Worker(new URL('./ahead-worker.js', import.meta.url), { workerData: settings })
  const ready = new Map<string, PreparedBatch[]>()
  const waiting = new Map<string, Waiting>()
  let broken: HmtlError | undefined
  const fail = (error: HmtlError) => {
    broken ??= error
    for (const { reject } of waiting.values()) reject(broken)
    waiting.clear()
  }
  worker.on('message', (reply: AheadReply) => {
    if ('failed' in reply) {
      const { code, summary, details } = reply.failed
      fail(new HmtlError(code as ErrorCode, summary, details))
      return
    }
    const { task, prepared } = reply
    const first = waiting.get(task)
    waiting.delete(task)
    if (first) first.resolve(prepared)
    else ready.get(task)?.push(prepared)
  })
  const died = (cause: unknown) =>
    fail(new HmtlError('HMTL_WORKER_FAILED', `the thread that makes batches ended: ${cause instanceof Error ? cause.message : String(cause)}`, { cause }))
  worker.on('error', died)
  worker.on('exit', (code) => died(`exit code ${code}`))
  for (const { name } of settings.config.tasks) {
    ready.set(name, [])
    for (let i = 0; i < ahead; i++) worker.postMessage(name)
  }
  return {
    async next(task) {
      const prepared = ready.get(task)?.shift()
      if (!prepared && broken) throw broken
      worker.postMessage(task)
      return prepared ?? new Promise((resolve, reject) => waiting.set(task, { resolve, reject }))
    },
    async close() {
      await worker.terminate()
    },
  }
}
