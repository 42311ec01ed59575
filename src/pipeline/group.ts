/** Documents into groups for the workers: enough text to fill a batch, but never waiting long for more. */
import { createFiller } from '../io/budget.ts'
import type { Document } from '../io/document/document.ts'
import { tokenCount } from '../io/document/tokens.ts'
import type { Over } from './chain.ts'

export interface GroupOptions {
  /** Tokens a group may have, guessed where a document has none yet. @default 2,048, what a worker computes at once */
  readonly tokens?: number
  /** Most documents in a group. @default 64 */
  readonly items?: number
  /** How long an unfinished group waits for the next document, in milliseconds. @default 20 */
  readonly wait?: number
}

const timeout = Symbol('timeout')

/** The first group is this much smaller, so that something comes out soon; each after it is twice the one before. */
const firstShare = 16

/** Either the promise's value, or word that it took too long. */
const within = async <T>(promise: Promise<T>, milliseconds: number): Promise<T | typeof timeout> => {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<typeof timeout>((resolve) => {
    timer = setTimeout(() => resolve(timeout), milliseconds)
  })
  return Promise.race([promise, late]).finally(() => clearTimeout(timer))
}

/** The filler, with an eye on the clock: a stream that trickles must not hold back what is already here. */
export const group = ({ tokens = 2048, items = 64, wait = 20 }: GroupOptions = {}): Over<Document, Document[]> => ({
  async *over(source) {
    const budget = { items, tokens: Math.max(1, tokens / firstShare) }
    const filler = createFiller<Document>(budget, tokenCount)
    const iterator = source[Symbol.asyncIterator]()
    let pending: Promise<IteratorResult<Document>> | undefined
    try {
      for (;;) {
        pending ??= iterator.next()
        const next = await (filler.open === 0 ? pending : within(pending, wait))
        const rest = next === timeout || next.done ? filler.flush() : undefined
        let groups = rest ? [rest] : []
        if (next !== timeout) {
          pending = undefined
          if (!next.done) groups = filler.add(next.value)
        }
        for (const documents of groups) {
          budget.tokens = Math.min(tokens, 2 * budget.tokens)
          yield documents
        }
        if (next !== timeout && next.done) return
      }
    } finally {
      await iterator.return?.()
    }
  },
})
