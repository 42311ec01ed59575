/**
 * Markers of transactions, and records of aborted ones, have offsets too. Where a
 * partition has nothing else, these are committed by themselves: they are no lag,
 * and the end of a topic can be come to.
 */
import { pause } from './pause.ts'

export interface Skips {
  /** Commits that all before an offset is done, again and again until it is. */
  add(partition: number, next: bigint): void
  /** Waits until nothing is being committed: a commit that came after a later one would take the group back. */
  settled(partition: number): Promise<void>
  /** Forgets what is not committed yet. */
  clear(): void
}

const interval = 250

export const createSkips = (
  commit: (partition: number, next: bigint) => Promise<void>,
  onFailed: (partition: number, error: Error) => void,
  signal: AbortSignal,
): Skips => {
  const due = new Map<number, bigint>()
  const under = new Map<number, Promise<void>>()

  const work = async (partition: number) => {
    for (let next = due.get(partition); next !== undefined && !signal.aborted; next = due.get(partition))
      try {
        await commit(partition, next)
        if (due.get(partition) === next) due.delete(partition)
      } catch (error) {
        onFailed(partition, error as Error)
        await pause(interval, signal)
      }
    under.delete(partition)
  }

  return {
    add(partition, next) {
      due.set(partition, next)
      if (!under.has(partition)) under.set(partition, work(partition))
    },
    async settled(partition) {
      due.delete(partition)
      await under.get(partition)
    },
    clear: () => due.clear(),
  }
}
