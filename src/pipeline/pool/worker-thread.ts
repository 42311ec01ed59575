/** Threads of Node: `worker_threads`, both sides. */
import { parentPort, Worker, workerData } from 'node:worker_threads'
import { HmtlError } from '../../io/errors.ts'
import { answer, type Begin, type Transferred } from './answer.ts'
import { type Platform, type Thread, type ThreadOptions, threadOver } from './thread.ts'

const platform = (worker: Worker): Platform => ({
  post: (message) => worker.postMessage(message),
  listen({ message, died }) {
    worker.on('message', message)
    worker.on('error', died)
    worker.on('messageerror', died)
    worker.on('exit', (code) => died(`exit code ${code}`))
  },
  terminate: () => worker.terminate(),
})

/** What a thread gets for settings that are yet to come. */
const later = { hmtl: 'settings come as the first message' }
const isLater = (data: unknown): boolean => (data as Partial<typeof later> | undefined)?.hmtl === later.hmtl

/** A thread that was opened before anybody knew what it is to do. */
interface Spare {
  readonly module: URL
  readonly worker: Worker
  /** Leaves it to whoever takes it. */
  release(): void
}

const spareKey = Symbol.for('hmtl.spare')
/** The process has one, whichever copy of this module opened it: what starts the program is a bundle of its own. */
const place = globalThis as { [spareKey]?: Spare | undefined }
const ignore = () => undefined

/** Opens a thread ahead: the next `openThread` of that module takes it. It keeps no program from ending. */
export const openSpare = (module: URL): void => {
  const worker = new Worker(module, { workerData: later })
  const forget = () => {
    place[spareKey] = undefined
  }
  worker.unref()
  // Whoever opens a thread of it in earnest is told what is wrong with it.
  worker.on('error', ignore)
  worker.once('exit', forget)
  place[spareKey] = {
    module,
    worker,
    release() {
      forget()
      worker.off('error', ignore)
      worker.off('exit', forget)
      worker.ref()
    },
  }
}

const taken = (module: URL, settings: unknown): Worker | undefined => {
  const spare = place[spareKey]
  if (spare?.module.href !== module.href) return undefined
  spare.release()
  spare.worker.postMessage(settings)
  return spare.worker
}

/** @param module calls `serve`. @param settings what it begins with; plain data */
export const openThread = <In, Out>(module: URL, settings: unknown, options?: ThreadOptions): Thread<In, Out> =>
  threadOver(platform(taken(module, settings) ?? new Worker(module, { workerData: settings })), options)

/** Answers whoever opened this thread: see `answer`. */
export const serve = <Settings, In, Out>(begin: Begin<Settings, In, Out>, transferred?: Transferred<Out>): void => {
  const port = parentPort
  if (!port) throw new HmtlError('HMTL_INTERNAL', 'this module is a thread’s, not a program’s')
  const hearWith = (settings: Settings) => {
    const hear = answer(
      (reply, list) => port.postMessage(reply, list),
      () => begin(settings),
      transferred,
    )
    port.on('message', hear)
  }
  if (isLater(workerData)) port.once('message', hearWith)
  else hearWith(workerData as Settings)
}
