/**
 * Worker threads with a bounded number of groups in flight. A worker that dies or
 * hangs is replaced: the group it was at is tried again, each document by itself
 * with nothing else at that worker, so that only the one to blame fails. (Answers
 * that a dying worker has sent may be lost with it: who was at work when it died is
 * known for sure only if there was nobody else.)
 */
import { Worker } from 'node:worker_threads'
import type { Document } from '../../io/document.ts'
import { type ErrorCode, HmtlError } from '../../io/errors.ts'
import type { Outcome, Reply, Request, WorkerSettings } from './messages.ts'

export interface Pool {
  /** Groups that may be in flight before `run` should be awaited; it grows as workers get ready. */
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
  /** Whether it is at its worker by itself. */
  readonly alone: boolean
  readonly resolve: (outcomes: readonly Outcome[]) => void
  readonly reject: (error: Error) => void
}

interface Seat {
  worker: Worker
  /** Given and not answered, in the order given: the first is the one being worked on. */
  readonly jobs: Job[]
  /** Whether documents are being tried one by one; other jobs wait. */
  trying: boolean
  readonly waiting: Job[]
  timer: NodeJS.Timeout | undefined
}

const groupsPerWorker = 2
/** Replacements in a row, without a group done between them, after which the fault is not a document's. */
const mostReplacements = 8

/**
 * Starts the first worker and waits until it has its model; the others follow when
 * it has done its first group, so that the first document need not wait for cores.
 * @throws HmtlError as the model or engine does
 */
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
      for (const { reject } of [...seat.jobs.splice(0), ...seat.waiting.splice(0)]) {
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
    if (seat.trying && !job.alone) {
      seat.waiting.push(job)
      return
    }
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
          openOthers()
        }
      })
      const fail = (cause: unknown) => {
        const error = new HmtlError('HMTL_WORKER_FAILED', `a worker thread ended: ${cause instanceof Error ? cause.message : String(cause)}`, {
          cause,
          remedy: 'Use fewer --workers if memory ran out',
        })
        reject(error)
        if (!closing && mine() && seats.includes(seat)) replace(seat, error)
      }
      worker.on('error', fail)
      worker.on('exit', (code) => fail(`exit code ${code}`))
    })

  /** Each document of a job by itself, one after another. */
  const tryAlone = async (seat: Seat, { documents, resolve }: Job): Promise<void> => {
    const outcomes: Outcome[] = []
    for (const document of documents)
      outcomes.push(...(await new Promise<readonly Outcome[]>((done, reject) => post(seat, { id: nextId++, documents: [document], alone: true, resolve: done, reject }))))
    resolve(outcomes)
  }

  /** Puts a new worker in the place of one that failed, tries what it was at document by document, then gives it what was left. */
  const replace = (seat: Seat, error: HmtlError) => {
    const [head, ...others] = seat.jobs.splice(0)
    seat.waiting.unshift(...others)
    clearTimeout(seat.timer)
    const old = seat.worker
    const giveUp = (cause: HmtlError) => {
      if (head) seat.waiting.unshift(head)
      breakDown(cause)
    }
    if (++replacements > mostReplacements) {
      giveUp(error)
      return
    }
    onReplaced?.(error)
    const ready = employ(seat, newWorker())
    old.terminate().catch(() => undefined)
    const goOn = async () => {
      await ready
      if (head?.alone) {
        head.resolve([{ error: { code: error.code, message: error.message } }])
        return
      }
      seat.trying = true
      try {
        if (head) await tryAlone(seat, head)
      } finally {
        seat.trying = false
      }
      for (const job of seat.waiting.splice(0)) post(seat, job)
    }
    goOn().catch((cause) => giveUp(cause instanceof HmtlError ? cause : error))
  }

  const newWorker = () => new Worker(module, { workerData: settings })

  const run = (documents: readonly Document[]): Promise<readonly Outcome[]> => {
    if (broken) return Promise.reject(broken)
    const load = ({ jobs, waiting }: Seat) => jobs.length + waiting.length
    const free = seats.reduce((best, other) => (load(other) < load(best) ? other : best))
    return new Promise((resolve, reject) => post(free, { id: nextId++, documents, alone: false, resolve, reject }))
  }

  /** Not yet with their model. */
  const starting = new Set<Worker>()

  const close = async () => {
    closing = true
    for (const seat of seats) clearTimeout(seat.timer)
    await Promise.all([...seats.map(({ worker }) => worker.terminate()), ...[...starting].map((worker) => worker.terminate())])
  }

  /** A new seat, taken once its worker has its model; failing before that is not to be replaced. */
  const open = async (): Promise<void> => {
    const worker = newWorker()
    const seat: Seat = { worker, jobs: [], trying: false, waiting: [], timer: undefined }
    starting.add(worker)
    try {
      await employ(seat, worker)
      seats.push(seat)
    } finally {
      starting.delete(worker)
    }
  }

  const others = async () => {
    while (seats.length < count && !closing && !broken) await open()
  }
  /** Once, when there is something to show for the first. */
  let openOthers = () => {
    openOthers = () => undefined
    others().catch((error) => {
      if (!closing) breakDown(error instanceof HmtlError ? error : new HmtlError('HMTL_WORKER_FAILED', String(error)))
    })
  }

  try {
    await open()
  } catch (error) {
    await close()
    throw error
  }
  return {
    get capacity() {
      return seats.length * groupsPerWorker
    },
    run,
    close,
  }
}
