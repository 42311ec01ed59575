/** Groups of documents through a pool of workers; documents and what became of each in the order of the input. */
import type { Document } from '../../io/document/document.ts'
import { chain, many, type Over } from '../chain.ts'
import { inOrder } from '../order.ts'
import type { Outcome } from './messages.ts'
import type { Pool } from './pool.ts'

export interface Annotated<O extends Outcome = Outcome> {
  /** The document as it came in. */
  readonly source: Document
  readonly outcome: O
}

/** @throws HmtlError `HMTL_ABORTED`, `HMTL_WORKER_FAILED`, and what the source throws */
export const inWorkers = (pool: Pool, signal?: AbortSignal): Over<readonly Document[], Annotated> => ({
  over: (groups) =>
    chain(
      groups,
      inOrder((documents: readonly Document[]) => pool.run(documents), { capacity: () => pool.capacity, signal }),
      ({ item, result }) => many(item.map((source, i): Annotated => ({ source, outcome: result[i] }))),
    ),
})
