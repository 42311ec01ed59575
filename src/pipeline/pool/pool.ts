/**
 * Worker threads with a bounded number of groups in flight. A worker that dies or
 * hangs is replaced: the group it was at is tried again, each document by itself
 * with nothing else at that worker, so that only the one to blame fails. (Answers
 * that a dying worker has sent may be lost with it: who was at work when it died is
 * known for sure only if there was nobody else.)
 */
import { createDocument, type Document } from '../../io/document/document.ts'
import { HmtlError } from '../../io/errors.ts'
import { plainError } from '../../io/plain-error.ts'
import { forWorker, withMetadata } from './crossing.ts'
import type { Asked, Outcome, Wish } from './messages.ts'
import type { Thread, ThreadOptions } from './thread.ts'

/** A worker: groups of documents in, what became of each out. */
type Worker = Thread<Asked, readonly Outcome[]>

export interface Pool {
  /** Groups that may be in flight before `run` should be awaited; it grows as workers get ready. */
  readonly capacity: number
  /** @param wish what is wanted of them. @default what the pool was started for */
  run(documents: readonly Document[], wish?: Wish): Promise<readonly Outcome[]>
  close(): Promise<void>
}

export interface PoolOptions {
  /** Longest that one group may take, in milliseconds; a worker that takes longer is replaced. @default none */
  readonly deadline?: number | undefined
  /** Told of each replacement. */
  readonly onReplaced?: ((error: HmtlError) => void) | undefined
}

interface Job extends Asked {
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
  timer: ReturnType<typeof setTimeout> | undefined
}

const isBusy = ({ jobs, waiting }: Seat): boolean => jobs.length + waiting.length > 0

const groupsPerWorker = 2
/** Replacements in a row, without a group done between them, after which the fault is not a document's. */
const mostReplacements = 8
/** What every worker can do. One that can is well, whatever the document before did to the one in its place. */
const harmless = createDocument({ id: 'harmless', text: 'All is well.' })

/**
 * Starts the first worker and waits until it has its model; the others follow when
 * it has done its first group and there are more, so that the first document need not
 * wait for cores, and a single one starts no thread in vain.
 * @param openWorker opens a thread that begins to get its model
 * @param usual what is wanted of a group that says nothing else
 * @throws HmtlError as the model or engine does
 */
export const startPool = async (
  openWorker: (options: ThreadOptions) => Worker,
  usual: Wish,
  count: number,
  { deadline, onReplaced }: PoolOptions = {},
): Promise<Pool> => {
  const seats: Seat[] = []
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
      () =>
        replace(
          seat,
          new HmtlError(
            'HMTL_WORKER_FAILED',
            `a group of ${seat.jobs[0]?.documents.length} documents took longer than ${deadline} ms`,
          ),
        ),
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
    const { worker } = seat
    const settle = (tell: () => void) => {
      const at = seat.worker === worker ? seat.jobs.indexOf(job) : -1
      if (at < 0) return
      seat.jobs.splice(at, 1)
      replacements = 0
      watch(seat)
      tell()
      begun = true
      if (seats.some(isBusy)) openOthers()
    }
    worker.ask({ documents: job.documents.map(forWorker), wish: job.wish }).then(
      (outcomes) => settle(() => job.resolve(outcomes.map((outcome, i) => withMetadata(outcome, job.documents[i])))),
      (error) => {
        // What a worker that ended was at goes to the one in its place.
        if (!worker.ended) settle(() => job.reject(error))
      },
    )
  }

  /** A worker, which is replaced when it ends while it has a seat. */
  const hire = (): Worker => {
    const worker: Worker = openWorker({
      onEnd: (error) => {
        const seat = seats.find((each) => each.worker === worker)
        if (seat && !closing) replace(seat, error)
      },
    })
    return worker
  }

  const alone = (seat: Seat, document: Document, wish: Wish): Promise<readonly Outcome[]> =>
    new Promise((resolve, reject) => post(seat, { documents: [document], wish, alone: true, resolve, reject }))

  /** Each document of a job by itself, one after another. */
  const tryAlone = async (seat: Seat, { documents, wish, resolve }: Job): Promise<void> => {
    const outcomes: Outcome[] = []
    for (const document of documents) outcomes.push(...(await alone(seat, document, wish)))
    resolve(outcomes)
  }

  /**
   * Puts a new worker in the place of one that failed, tries what it was at document by document, then gives it what
   * was left.
   */
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
    seat.worker = hire()
    const { ready } = seat.worker
    old.close().catch(() => undefined)
    const goOn = async () => {
      await ready
      if (head?.alone) {
        await alone(seat, harmless, usual)
        head.resolve([{ error: plainError(error) }])
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

  const run = (documents: readonly Document[], wish: Wish = usual): Promise<readonly Outcome[]> => {
    if (broken) return Promise.reject(broken)
    if (begun) openOthers()
    const load = ({ jobs, waiting }: Seat) => jobs.length + waiting.length
    const free = seats.reduce((best, other) => (load(other) < load(best) ? other : best))
    return new Promise((resolve, reject) => post(free, { documents, wish, alone: false, resolve, reject }))
  }

  /** Not yet with their model. */
  const starting = new Set<Worker>()

  const close = async () => {
    closing = true
    for (const seat of seats) clearTimeout(seat.timer)
    await Promise.all([...seats.map(({ worker }) => worker.close()), ...[...starting].map((worker) => worker.close())])
  }

  /** A new seat, taken once its worker has its model; failing before that is not to be replaced. */
  const open = async (): Promise<void> => {
    const worker = hire()
    starting.add(worker)
    try {
      await worker.ready
      seats.push({ worker, jobs: [], trying: false, waiting: [], timer: undefined })
    } finally {
      starting.delete(worker)
    }
  }

  const others = async () => {
    while (seats.length < count && !closing && !broken) await open()
  }
  /** Whether there is something to show for the first. */
  let begun = false
  /** Once. */
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
