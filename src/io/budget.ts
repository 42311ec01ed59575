/**
 * The one rule by which anything is filled: an item that would go past the budget
 * begins the next group, and a group that has all it may have is not kept waiting.
 * So a group is within its budget unless a single item is not.
 */

export interface Budget {
  /** Most items of a group. @default no limit */
  readonly items?: number | undefined
  /** Most tokens of a group, or whatever else the sizes count; 0 is no limit. @default no limit */
  readonly tokens?: number | undefined
}

export interface Filler<T> {
  /** Items of the group that is being filled. */
  readonly open: number
  /** Takes an item. @returns the groups that are complete by it: the one before it, its own, both, or none */
  add(item: T): T[][]
  /** @returns what was left, if anything was */
  flush(): T[] | undefined
}

/** @param budget looked at with each item, so that it may change between groups */
export const createFiller = <T>(budget: Budget, tokensOf: (item: T) => number): Filler<T> => {
  let group: T[] = []
  let tokens = 0
  const isFull = (more: number) =>
    group.length > 0 && (group.length >= (budget.items ?? Infinity) || tokens + more > (budget.tokens || Infinity))
  const flush = () => {
    if (group.length === 0) return undefined
    const done = group
    group = []
    tokens = 0
    return done
  }
  return {
    get open() {
      return group.length
    },
    add(item) {
      const done: T[][] = []
      const size = tokensOf(item)
      const close = () => {
        const closed = flush()
        if (closed) done.push(closed)
      }
      if (isFull(size)) close()
      group.push(item)
      tokens += size
      if (isFull(1)) close()
      return done
    },
    flush,
  }
}

/** Items in groups within a budget, in their order. */
export function* filled<T>(items: Iterable<T>, budget: Budget, tokensOf: (item: T) => number): Generator<T[]> {
  const filler = createFiller(budget, tokensOf)
  for (const item of items) yield* filler.add(item)
  const rest = filler.flush()
  if (rest) yield rest
}
