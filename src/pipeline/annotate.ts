/**
 * Documents through a pool of workers: grouped, a bounded number of groups in
 * flight, pulled by the consumer, in the order of the input.
 */
import type { Document } from '../io/document.ts'
import { HmtlError } from '../io/errors.ts'
import { type GroupOptions, groupDocuments } from './group.ts'
import type { Outcome } from './pool/messages.ts'
import type { Pool } from './pool/pool.ts'

export interface Annotated {
  /** The document as it came in. */
  readonly source: Document
  readonly outcome: Outcome
}

export interface AnnotateStreamOptions extends GroupOptions {
  readonly signal?: AbortSignal | undefined
}

/** @throws HmtlError `HMTL_ABORTED`, `HMTL_WORKER_FAILED`, and what the source throws */
export async function* annotateStream(documents: AsyncIterable<Document>, pool: Pool, options: AnnotateStreamOptions = {}): AsyncGenerator<Annotated> {
  const groups = groupDocuments(documents, options)
  const inFlight: { group: Document[]; outcomes: Promise<readonly Outcome[]> }[] = []
  let done = false
  try {
    for (;;) {
      while (!done && inFlight.length < pool.capacity) {
        if (options.signal?.aborted) throw new HmtlError('HMTL_ABORTED', 'annotation was aborted', { cause: options.signal.reason })
        const next = await nextOrHead(groups, inFlight)
        if (next === 'head') break
        if (next.done) {
          done = true
          break
        }
        const outcomes = pool.run(next.value)
        // A failure is reported where it is awaited; until then it must not count as unhandled.
        outcomes.catch(() => undefined)
        inFlight.push({ group: next.value, outcomes })
      }
      const head = inFlight.shift()
      if (!head) {
        if (done) return
        continue
      }
      const outcomes = await head.outcomes
      for (let i = 0; i < head.group.length; i++) yield { source: head.group[i], outcome: outcomes[i] }
    }
  } finally {
    // Not awaited: a source that is idle closes when it next wakes, and must not hold back a consumer that has left.
    groups.return(undefined).catch(() => undefined)
  }
}

const pendingOf = new WeakMap<object, Promise<IteratorResult<Document[]>>>()

/** The next group, or word that the oldest one in flight is finished: output does not wait for input. */
const nextOrHead = async (groups: AsyncGenerator<Document[]>, inFlight: readonly { outcomes: Promise<readonly Outcome[]> }[]): Promise<IteratorResult<Document[]> | 'head'> => {
  const pending = pendingOf.get(groups) ?? groups.next()
  pendingOf.set(groups, pending)
  const head = inFlight[0]
  const result = await (head
    ? Promise.race([
        pending,
        head.outcomes.then(
          () => 'head' as const,
          () => 'head' as const,
        ),
      ])
    : pending)
  if (result !== 'head') pendingOf.delete(groups)
  return result
}
