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

/** @param module calls `serve`. @param settings what it begins with; plain data */
export const openThread = <In, Out>(module: URL, settings: unknown, options?: ThreadOptions): Thread<In, Out> =>
  threadOver(platform(new Worker(module, { workerData: settings })), options)

/** Answers whoever opened this thread: see `answer`. */
export const serve = <Settings, In, Out>(begin: Begin<Settings, In, Out>, transferred?: Transferred<Out>): void => {
  const port = parentPort
  if (!port) throw new HmtlError('HMTL_INTERNAL', 'this module is a thread’s, not a program’s')
  const hear = answer(
    (reply, list) => port.postMessage(reply, list),
    () => begin(workerData as Settings),
    transferred,
  )
  port.on('message', hear)
}
