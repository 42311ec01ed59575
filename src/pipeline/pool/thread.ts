/** The side of a thread that asks, over whatever the platform has as one. */
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

/** A thread as the platform gives it. */
export interface Platform {
  post(message: unknown): void
  /** @param on is told of each message, and of its end if nobody wished it */
  listen(on: { readonly message: (value: unknown) => void; readonly died: (cause: unknown) => void }): void
  terminate(): Promise<unknown>
}

interface Waiting<Out> {
  readonly resolve: (value: Out) => void
  readonly reject: (error: Error) => void
}

/** @param worker has a module that calls `answer` */
export const threadOver = <In, Out>(
  worker: Platform,
  { name = 'a worker thread', onEnd }: ThreadOptions = {},
): Thread<In, Out> => {
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
  const heard = (reply: Reply<Out>) => {
    if ('ready' in reply) begin?.resolve()
    else if ('failed' in reply) {
      if (reply.id === undefined) end(errorOf(reply.failed))
      else answered(reply.id)?.reject(errorOf(reply.failed))
    } else answered(reply.id)?.resolve(reply.value)
  }
  worker.listen({ message: (value) => heard(value as Reply<Out>), died })
  return {
    ready,
    get ended() {
      return ended
    },
    ask(value) {
      if (ended) return Promise.reject(ended)
      const id = nextId++
      return new Promise<Out>((resolve, reject) => {
        worker.post({ id, value } satisfies Request<In>)
        waiting.set(id, { resolve, reject })
      })
    },
    async close() {
      await worker.terminate()
    },
  }
}
