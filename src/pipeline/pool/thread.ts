/** The side of a thread that asks. */
import { Worker } from 'node:worker_threads'
import { HmtlError } from '../../io/errors.ts'
import { errorOf } from '../../io/plain-error.ts'
import type { Reply, Request } from './protocol.ts'

export interface Thread<In, Out> {
  /** Settles when the thread has what it needs, or cannot have it. */
  readonly ready: Promise<void>
  /** Why it is no more, once it is not. */
  readonly ended: HmtlError | undefined
  /** @throws HmtlError as answering does; `HMTL_WORKER_FAILED` where the thread ended before it had answered */
  ask(value: In): Promise<Out>
  close(): Promise<void>
}

export interface ThreadOptions {
  /** What the thread is, for the message of its end. @default 'a worker thread' */
  readonly name?: string
  /** Told of its end, closed or not, before those who wait for an answer. */
  readonly onEnd?: (error: HmtlError) => void
}

interface Waiting<Out> {
  readonly resolve: (value: Out) => void
  readonly reject: (error: Error) => void
}

/** @param module calls `serve`. @param settings what it begins with; plain data */
export const openThread = <In, Out>(
  module: URL,
  settings: unknown,
  { name = 'a worker thread', onEnd }: ThreadOptions = {},
): Thread<In, Out> => {
  const worker = new Worker(module, { workerData: settings })
  const waiting = new Map<number, Waiting<Out>>()
  let nextId = 0
  let ended: HmtlError | undefined
  let begin: Waiting<void> | undefined
  const ready = new Promise<void>((resolve, reject) => {
    begin = { resolve, reject }
  })
  // Who asks without waiting for it is told by the answer.
  ready.catch(() => undefined)
  const end = (error: HmtlError) => {
    if (ended) return
    ended = error
    onEnd?.(error)
    begin?.reject(error)
    for (const { reject } of waiting.values()) reject(error)
    waiting.clear()
    worker.terminate().catch(() => undefined)
  }
  const died = (cause: unknown) =>
    end(
      new HmtlError('HMTL_WORKER_FAILED', `${name} ended: ${cause instanceof Error ? cause.message : String(cause)}`, {
        cause,
        remedy: 'Use fewer --workers if memory ran out',
      }),
    )
  const answered = (id: number): Waiting<Out> | undefined => {
    const asked = waiting.get(id)
    waiting.delete(id)
    return asked
  }
  worker.on('message', (reply: Reply<Out>) => {
    if ('ready' in reply) begin?.resolve()
    else if ('failed' in reply) {
      if (reply.id === undefined) end(errorOf(reply.failed))
      else answered(reply.id)?.reject(errorOf(reply.failed))
    } else answered(reply.id)?.resolve(reply.value)
  })
  worker.on('error', died)
  worker.on('messageerror', died)
  worker.on('exit', (code) => died(`exit code ${code}`))
  return {
    ready,
    get ended() {
      return ended
    },
    ask(value) {
      if (ended) return Promise.reject(ended)
      const id = nextId++
      return new Promise<Out>((resolve, reject) => {
        worker.postMessage({ id, value } satisfies Request<In>)
        waiting.set(id, { resolve, reject })
      })
    },
    async close() {
      await worker.terminate()
    },
  }
}
