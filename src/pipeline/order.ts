/**
 * Work on many items at once, results in the order of the items: a bounded number
 * in flight, started as the consumer pulls. What is done comes out without waiting
 * for what comes in.
 */
import { HmtlError } from '../io/errors.ts'
import type { Over } from './chain.ts'

export interface InOrderOptions {
  /** Most items in flight; asked anew each time. */
  readonly capacity: () => number
  readonly signal?: AbortSignal | undefined
}

interface InFlight<In, Out> {
  readonly item: In
  readonly result: Promise<Out>
}

/** @throws HmtlError `HMTL_ABORTED`, and what the work and the source throw */
export const inOrder = <In, Out>(
  work: (item: In) => Promise<Out>,
  { capacity, signal }: InOrderOptions,
): Over<In, { readonly item: In; readonly result: Out }> => ({
  async *over(source) {
    const iterator = source[Symbol.asyncIterator]()
    const inFlight: InFlight<In, Out>[] = []
    let pending: Promise<IteratorResult<In>> | undefined
    let done = false
    let stop: (error: HmtlError) => void = () => undefined
    const abort = () => stop(new HmtlError('HMTL_ABORTED', 'annotation was aborted', { cause: signal?.reason }))
    signal?.addEventListener('abort', abort)
    /**
     * What is waited for, or the end of waiting. One race with the signal itself would keep every promise it was ever
     * run against.
     */
    const unlessAborted = <T>(waited: Promise<T>): Promise<T> =>
      signal === undefined
        ? waited
        : new Promise<T>((resolve, reject) => {
            stop = reject
            if (signal.aborted) abort()
            waited.then(resolve, reject)
          })
    /** The next item, or undefined when the oldest in flight is finished first. */
    const next = async (): Promise<IteratorResult<In> | undefined> => {
      pending ??= iterator.next()
      const head = inFlight[0]?.result
      const finished = head?.then(
        () => undefined,
        () => undefined,
      )
      const result = await unlessAborted(finished ? Promise.race([pending, finished]) : pending)
      if (result) pending = undefined
      return result
    }
    try {
      while (!done || inFlight.length > 0) {
        while (!done && inFlight.length < capacity()) {
          const taken = await next()
          if (!taken) break
          if (taken.done) {
            done = true
            break
          }
          const result = work(taken.value)
          // A failure is reported where it is awaited; until then it must not count as unhandled.
          result.catch(() => undefined)
          inFlight.push({ item: taken.value, result })
        }
        const head = inFlight.shift()
        if (head) yield { item: head.item, result: await unlessAborted(head.result) }
      }
    } finally {
      signal?.removeEventListener('abort', abort)
      // Not awaited: a source that is idle closes when it next wakes, and must not hold back a consumer that has left.
      iterator.return?.()?.then(undefined, () => undefined)
    }
  },
})
