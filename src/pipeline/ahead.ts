/** A stream of a thread of its own, so many items ahead of whoever takes them, and no more. */
import type { Thread } from './pool/thread.ts'

/** What the thread answers to a stream's name. */
export type Next<T> = { readonly value: T } | undefined

/**
 * Items of one of the thread's streams, the first of them asked for at once. The
 * thread is its opener's to close.
 * @param ahead how many are made before they are asked for
 * @throws HmtlError from `next`: as the stream does, or `HMTL_WORKER_FAILED`
 */
export const ahead = <T>(thread: Thread<string, Next<T>>, stream: string, ahead: number): AsyncGenerator<T> => {
  const asked: Promise<Next<T>>[] = []
  const ask = () => {
    const answer = thread.ask(stream)
    // A failure is told where it is waited for.
    answer.catch(() => undefined)
    asked.push(answer)
  }
  for (let i = 0; i < ahead; i++) ask()
  return taken()
  async function* taken() {
    for (;;) {
      ask()
      const next = await asked.shift()
      if (!next) return
      yield next.value
    }
  }
}

/** What a thread answers with: the next of its streams by their names. */
export const nextOf =
  <T>(streams: ReadonlyMap<string, AsyncIterator<T>>) =>
  async (name: string): Promise<Next<T>> => {
    const next = await streams.get(name)?.next()
    return next === undefined || next.done ? undefined : { value: next.value }
  }
