/**
 * Documents of many requests into groups for the workers. Nobody waits for company: while workers are free a document
 * goes alone, and what has queued up behind busy ones goes together.
 */
import { createFiller } from '../io/budget.ts'
import type { Document } from '../io/document/document.ts'
import { tokenCount } from '../io/document/tokens.ts'
import { HmtlError } from '../io/errors.ts'
import { errorOf } from '../io/plain-error.ts'
import type { Outcome, Wish } from '../pipeline/pool/messages.ts'
import type { Pool } from '../pipeline/pool/pool.ts'

export interface DispatcherOptions {
  /** Most documents that wait. @default 1,000 */
  readonly documents?: number
  /** Most tokens that wait, guessed where a document has none yet. @default 1,000,000 */
  readonly tokens?: number
  /** Longest that a document may take from its coming to its outcome, in milliseconds. @default 60,000 */
  readonly deadline?: number
}

export interface AskOptions {
  readonly signal?: AbortSignal | undefined
  /** Wait for room instead of failing where there is none. */
  readonly patient?: boolean
}

export interface Dispatcher {
  /** Documents that wait for a worker. */
  readonly waiting: number
  /** Documents that workers have. */
  readonly underWay: number
  /**
   * What becomes of a document.
   * @throws HmtlError `HMTL_SERVE_BUSY` where there is no room, `HMTL_SERVE_DEADLINE`, `HMTL_ABORTED`; and what failed
   * in a worker
   */
  ask(document: Document, wish: Wish, options?: AskOptions): Promise<Outcome>
  /** Seconds after which there is room again, by how fast documents have gone lately. */
  retryAfter(): number
}

/** What a worker computes at once. */
const budget = { items: 64, tokens: 2048 }

interface Entry {
  readonly document: Document
  readonly tokens: number
  readonly wish: Wish
  /** Of entries with the same, documents go together. */
  readonly key: string
  readonly settle: (outcome: Outcome | HmtlError) => void
}

const aborted = (signal: AbortSignal) =>
  new HmtlError('HMTL_ABORTED', 'nobody waits for the document any more', { cause: signal.reason })

export const createDispatcher = (pool: Pool, options: DispatcherOptions = {}): Dispatcher => {
  const { documents: mostDocuments = 1000, tokens: mostTokens = 1_000_000, deadline = 60_000 } = options
  const queue = new Set<Entry>()
  let tokens = 0
  let underWay = 0
  let groups = 0
  /** Tokens a second, of late. */
  let pace = 5000
  /** Told when there is room again, first come first served. */
  const forRoom: (() => void)[] = []

  const hasRoom = (more: number) => queue.size === 0 || (queue.size < mostDocuments && tokens + more <= mostTokens)
  const leave = (entry: Entry): boolean => {
    if (!queue.delete(entry)) return false
    tokens -= entry.tokens
    forRoom.shift()?.()
    return true
  }

  /** The oldest that wait, and what is wanted alike with them. */
  const nextGroup = (): Entry[] => {
    const [first] = queue
    const filler = createFiller<Entry>(budget, (entry) => entry.tokens)
    for (const entry of queue) {
      if (entry.key !== first.key) continue
      const [group] = filler.add(entry)
      if (group) return group
    }
    return filler.flush() ?? []
  }

  const give = async (group: readonly Entry[]): Promise<void> => {
    const begun = performance.now()
    groups++
    underWay += group.length
    try {
      const outcomes = await pool.run(
        group.map(({ document }) => document),
        group[0].wish,
      )
      for (const [i, { settle }] of group.entries()) settle(outcomes[i])
      const done = group.reduce((sum, entry) => sum + entry.tokens, 0)
      pace += (done / Math.max(1e-3, (performance.now() - begun) / 1000) - pace) / 8
    } catch (error) {
      for (const { settle } of group)
        settle(error instanceof HmtlError ? error : new HmtlError('HMTL_INTERNAL', String(error)))
    } finally {
      groups--
      underWay -= group.length
      pump()
    }
  }

  const pump = () => {
    while (queue.size > 0 && groups < Math.max(1, pool.capacity)) {
      const group = nextGroup()
      for (const entry of group) leave(entry)
      give(group)
    }
  }

  const untilRoom = async (more: number, signal: AbortSignal | undefined): Promise<void> => {
    while (!hasRoom(more) && !signal?.aborted) {
      await new Promise<void>((resolve) => {
        const tell = () => {
          signal?.removeEventListener('abort', tell)
          const at = forRoom.indexOf(tell)
          if (at >= 0) forRoom.splice(at, 1)
          resolve()
        }
        forRoom.push(tell)
        signal?.addEventListener('abort', tell)
      })
    }
  }

  const retryAfter = () => Math.max(1, Math.ceil(tokens / pace))

  return {
    get waiting() {
      return queue.size
    },
    get underWay() {
      return underWay
    },
    retryAfter,
    async ask(document, wish, { signal, patient = false } = {}) {
      const size = tokenCount(document)
      if (patient) await untilRoom(size, signal)
      if (signal?.aborted) throw aborted(signal)
      if (!hasRoom(size))
        throw new HmtlError('HMTL_SERVE_BUSY', `${queue.size} documents are waiting already`, {
          remedy: `Try again in ${retryAfter()} seconds`,
        })
      return new Promise<Outcome>((resolve, reject) => {
        const settle = (outcome: Outcome | HmtlError) => {
          clearTimeout(timer)
          signal?.removeEventListener('abort', abort)
          if (outcome instanceof HmtlError) reject(outcome)
          else if ('error' in outcome) reject(errorOf(outcome.error))
          else resolve(outcome)
        }
        const entry: Entry = { document, tokens: size, wish, key: JSON.stringify(wish), settle }
        const giveUp = (error: HmtlError) => {
          leave(entry)
          settle(error)
        }
        const abort = () => giveUp(aborted(signal as AbortSignal))
        const timer = setTimeout(
          () =>
            giveUp(
              new HmtlError('HMTL_SERVE_DEADLINE', `no outcome within ${deadline / 1000} s`, {
                document: document.id,
                remedy: 'Send less at once, or a shorter text; or start the server with a longer --deadline',
              }),
            ),
          deadline,
        )
        signal?.addEventListener('abort', abort)
        queue.add(entry)
        tokens += size
        pump()
      })
    },
  }
}
