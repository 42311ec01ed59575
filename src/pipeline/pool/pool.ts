/** Worker threads with a bounded number of groups in flight, results in the order of the input. */
import { Worker } from 'node:worker_threads'
import type { Document } from '../../io/document.ts'
import { type ErrorCode, HmtlError } from '../../io/errors.ts'
import type { Outcome, Reply, Request, WorkerSettings } from './messages.ts'

export interface Pool {
  /** Groups that may be in flight before `run` should be awaited. */
  readonly capacity: number
  run(documents: readonly Document[]): Promise<readonly Outcome[]>
  close(): Promise<void>
}

interface Seat {
  readonly worker: Worker
  /** Groups given to this worker and not answered. */
  busy: number
}

interface Waiting {
  readonly resolve: (outcomes: readonly Outcome[]) => void
  readonly reject: (error: Error) => void
}

const groupsPerWorker = 2

/** Starts `count` workers and waits until each has its model. @throws HmtlError as the model or engine does */
export const startPool = async (settings: WorkerSettings, count: number): Promise<Pool> => {
  const waiting = new Map<number, Waiting>()
  const seats: Seat[] = []
  let nextId = 0
  let closing = false
  let broken: HmtlError | undefined

  const breakDown = (error: HmtlError) => {
    broken ??= error
    for (const { reject } of waiting.values()) reject(broken)
    waiting.clear()
  }

  const seat = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const worker = new Worker(new URL('./worker.js', import.meta.url), { workerData: settings })
      const place: Seat = { worker, busy: 0 }
      seats.push(place)
      worker.on('message', (reply: Reply) => {
        if ('ready' in reply) resolve()
        else if ('failed' in reply) reject(new HmtlError(reply.failed.code as ErrorCode, reply.failed.message))
        else {
          place.busy--
          waiting.get(reply.id)?.resolve(reply.outcomes)
          waiting.delete(reply.id)
        }
      })
      const fail = (error: unknown) => {
        const wrapped = new HmtlError('HMTL_WORKER_FAILED', `a worker thread ended: ${error instanceof Error ? error.message : String(error)}`, {
          cause: error,
          remedy: 'Use fewer --workers if memory ran out',
        })
        reject(wrapped)
        if (!closing) breakDown(wrapped)
      }
      worker.on('error', fail)
      worker.on('exit', (code) => {
        if (!closing) fail(`exit code ${code}`)
      })
    })

  const close = async () => {
    closing = true
    await Promise.all(seats.map(({ worker }) => worker.terminate()))
  }

  try {
    await Promise.all(Array.from({ length: count }, seat))
  } catch (error) {
    await close()
    throw error
  }
  return {
    capacity: count * groupsPerWorker,
    run(documents) {
      if (broken) return Promise.reject(broken)
      const free = seats.reduce((best, other) => (other.busy < best.busy ? other : best))
      const id = nextId++
      free.busy++
      return new Promise((resolve, reject) => {
        waiting.set(id, { resolve, reject })
        const request: Request = { id, documents }
        free.worker.postMessage(request)
      })
    },
    close,
  }
}
