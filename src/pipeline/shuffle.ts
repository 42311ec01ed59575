/**
 * An epoch's order: units shuffled in a bounded buffer, those of like length in one
 * group, the groups shuffled. The filler stands inside, because a group is shuffled
 * as a whole and none reaches over the end of a bucket.
 */
import { type Budget, filled } from '../io/budget.ts'
import type { Random } from '../model/random.ts'
import { flushable, many, none, type Stage } from './chain.ts'
import type { Group } from './fill.ts'

export interface ShuffleOptions {
  readonly random: Random
  /** Units in memory; half of them go when it is full. */
  readonly buffer: number
  /** Units that are sorted by length together. */
  readonly bucket: number
  /** What a group may have. */
  readonly budget: Budget
}

export const shuffle = <U extends { readonly tokens: number }>(options: ShuffleOptions): Stage<U, Group<U>> => {
  const { random, bucket, budget } = options
  const most = Math.max(options.buffer, bucket)
  const buffer: U[] = []
  const drain = (count: number): Group<U>[] => {
    random.shuffle(buffer)
    const chosen = buffer.splice(0, count)
    const groups: Group<U>[] = []
    for (let from = 0; from < chosen.length; from += bucket) {
      const sorted = chosen.slice(from, from + bucket).sort((a, b) => a.tokens - b.tokens)
      for (const units of filled(sorted, budget, ({ tokens }) => tokens)) groups.push({ units })
    }
    return random.shuffle(groups)
  }
  return flushable((unit: U | typeof none) => {
    if (unit === none) return many(drain(buffer.length))
    buffer.push(unit)
    return buffer.length < most ? none : many(drain(Math.floor(buffer.length / 2)))
  })
}
