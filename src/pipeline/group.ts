/** Documents into groups for the model: enough text to fill a batch, but never waiting long for more. */
import type { Document } from '../io/document.ts'

export interface GroupOptions {
  /** Characters a group aims at. @default 12,000, about 2,000 words */
  readonly characters?: number
  /** Most documents in a group. @default 64 */
  readonly documents?: number
  /** How long an unfinished group waits for the next document, in milliseconds. @default 20 */
  readonly wait?: number
}

const timeout = Symbol('timeout')

/** The first group is this much smaller, so that something comes out soon; each after it is twice the one before. */
const firstShare = 16

export async function* groupDocuments(source: AsyncIterable<Document>, { characters = 12_000, documents = 64, wait = 20 }: GroupOptions = {}): AsyncGenerator<Document[]> {
  const iterator = source[Symbol.asyncIterator]()
  let pending: Promise<IteratorResult<Document>> | undefined
  let group: Document[] = []
  let size = 0
  let limit = characters / firstShare
  try {
    for (;;) {
      pending ??= iterator.next()
      let next: IteratorResult<Document> | typeof timeout
      if (group.length === 0) next = await pending
      else {
        // A stream that trickles must not hold back what is already here.
        let timer: NodeJS.Timeout | undefined
        next = await Promise.race([
          pending,
          new Promise<typeof timeout>((resolve) => {
            timer = setTimeout(() => resolve(timeout), wait)
          }),
        ])
        clearTimeout(timer)
      }
      if (next !== timeout) {
        pending = undefined
        if (next.done) break
        group.push(next.value)
        size += next.value.text.length
        if (size < limit && group.length < documents) continue
      }
      yield group
      limit = Math.min(characters, 2 * limit)
      group = []
      size = 0
    }
    if (group.length > 0) yield group
  } finally {
    await iterator.return?.()
  }
}
