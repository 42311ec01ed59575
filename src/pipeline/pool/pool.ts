/**
 * Worker threads with a bounded number of groups in flight. A worker that dies or
 * hangs is replaced: the group it was at is tried again document by document, so
 * that only the one to blame fails.
 */
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

export interface PoolOptions {
  /** Longest that one group may take, in milliseconds; a worker that takes longer is replaced. @default none */
  readonly deadline?: number | undefined
  /** Told of each replacement. */
  readonly onReplaced?: ((error: HmtlError) => void) | undefined
  /** The worker's module, for tests of what goes wrong in it. */
  readonly module?: URL | undefined
}

interface Job {
  readonly id: number
  readonly documents: readonly Document[]
  readonly resolve: (outcomes: readonly Outcome[]) => void
  readonly reject: (error: Error) => void
}

interface Seat {
  worker: Worker
  /** Given and not answered, in the order given: the first is the one being worked on. */
  readonly jobs: Job[]
  timer: NodeJS.Timeout | undefined
}

const groupsPerWorker = 2
/** Replacements in a row, without a group done between them, after which the fault is not a document's. */
const mostReplacements = 8

/** Starts `count` workers and waits until each has its model. @throws HmtlError as the model or engine does */
export const startPool = async (settings: WorkerSettings, count: number, options: PoolOptions = {}): Promise<Pool> => {
  const { deadline, onReplaced, module = new URL('./worker.js', import.meta.url) } = options
  const seats: Seat[] = []
  let nextId = 0
  let closing = false
  let broken: HmtlError | undefined
  let replacements = 0

  const breakDown = (error: HmtlError) => {
    broken ??= error
    for (const seat of seats)
      for (const { reject } of seat.jobs.splice(0)) {
        clearTimeout(seat.timer)
        reject(broken)
      }
  }

  const watch = (seat: Seat) => {
    clearTimeout(seat.timer)
    seat.timer = undefined
    if (deadline === undefined || seat.jobs.length === 0) return
    seat.timer = setTimeout(
      () => replace(seat, new HmtlError('HMTL_WORKER_FAILED', `a group of ${seat.jobs[0]?.documents.length} documents took longer than ${deadline} ms`)),
      deadline,
    )
  }

  const post = (seat: Seat, job: Job) => {
    seat.jobs.push(job)
    if (seat.jobs.length === 1) watch(seat)
    const request: Request = { id: job.id, documents: job.documents }
    seat.worker.postMessage(request)
  }

  /** A worker for a seat; resolves when it has its model. */
  const employ = (seat: Seat, worker: Worker): Promise<void> =>
    new Promise((resolve, reject) => {
      seat.worker = worker
      const mine = () => seat.worker === worker
      worker.on('message', (reply: Reply) => {
        if (!mine()) return
        if ('ready' in reply) resolve()
        else if ('failed' in reply) reject(new HmtlError(reply.failed.code as ErrorCode, reply.failed.message))
        else {
          const at = seat.jobs.findIndex(({ id }) => id === reply.id)
          if (at < 0) return
          const [job] = seat.jobs.splice(at, 1)
          replacements = 0
          watch(seat)
          job.resolve(reply.outcomes)
        }
      })
      const fail = (cause: unknown) => {
        const error = new HmtlError('HMTL_WORKER_FAILED', `a worker thread ended: ${cause instanceof Error ? cause.message : String(cause)}`, {
          cause,
          remedy: 'Use fewer --workers if memory ran out',
        })
        reject(error)
        if (!closing && mine()) replace(seat, error)
      }
      worker.on('error', fail)
      worker.on('exit', (code) => fail(`exit code ${code}`))
    })

  /** Puts a new worker in the place of one that failed, and gives it what was left; the group under way goes one document at a time. */
  const replace = (seat: Seat, error: HmtlError) => {
    const [head, ...others] = seat.jobs.splice(0)
    clearTimeout(seat.timer)
    const old = seat.worker
    if (++replacements > mostReplacements) {
      if (head) seat.jobs.push(head, ...others)
      breakDown(error)
      return
    }
    onReplaced?.(error)
    const ready = employ(seat, newWorker())
    old.terminate().catch(() => undefined)
    ready.then(
      () => {
        for (const job of others) post(seat, job)
        if (!head) return
        if (head.documents.length === 1) head.resolve([{ error: { code: error.code, message: error.message } }])
        else Promise.all(head.documents.map((document) => run([document]))).then((parts) => head.resolve(parts.flat()), head.reject)
      },
      (cause) => {
        if (head) seat.jobs.push(head, ...others)
        breakDown(cause)
      },
    )
  }

  const newWorker = () => new Worker(module, { workerData: settings })

  const run = (documents: readonly Document[]): Promise<readonly Outcome[]> => {
    if (broken) return Promise.reject(broken)
    const free = seats.reduce((best, other) => (other.jobs.length < best.jobs.length ? other : best))
    return new Promise((resolve, reject) => post(free, { id: nextId++, documents, resolve, reject }))
  }

  const close = async () => {
    closing = true
    for (const seat of seats) clearTimeout(seat.timer)
    await Promise.all(seats.map(({ worker }) => worker.terminate()))
  }

  // While it starts a worker's failure is the caller's, not one to replace.
  closing = true
  try {
    await Promise.all(
      Array.from({ length: count }, () => {
        const worker = newWorker()
        const seat: Seat = { worker, jobs: [], timer: undefined }
        seats.push(seat)
        return employ(seat, worker)
      }),
    )
  } catch (error) {
    await close()
    throw error
  }
  closing = false
  return { capacity: count * groupsPerWorker, run, close }
}
