/** Looks at what goes by. */
import type { Stage } from './chain.ts'

/** @param count told of each item before it goes on */
export const progress =
  <T>(count: (item: T) => void): Stage<T, T> =>
  (item) => {
    count(item)
    return item
  }
