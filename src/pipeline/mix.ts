/**
 * Streams into one, as if all that they have lay shuffled in one heap. A buffer alone
 * cannot do that for streams that come one after another: what is longer than it
 * stays apart, and a training that ends within an epoch learns last, or not at all,
 * from whatever came last.
 */

export interface Share<T> {
  readonly stream: AsyncGenerator<T>
  /** Items that it is expected to have. One that has more gives them at the end, one that has fewer ends before. */
  readonly size: number
}

/**
 * Draws each item from a stream in proportion to what is left of it; keeps the order
 * within each, and closes them all.
 * @param turn a number from 0 to 1
 *
 * @example
 * mix([{ stream: news, size: 2000 }, { stream: tweets, size: 500 }], () => random.next())
 */
export async function* mix<T>(shares: readonly Share<T>[], turn: () => number): AsyncGenerator<T> {
  const open = shares.map(({ stream, size }) => ({ stream, left: size }))
  const next = () => {
    if (open.length === 1) return 0
    const weights = open.map(({ left }) => Math.max(left, 1))
    let at = turn() * weights.reduce((sum, weight) => sum + weight, 0)
    return Math.max(
      0,
      weights.findIndex((weight) => (at -= weight) < 0),
    )
  }
  try {
    while (open.length > 0) {
      const chosen = next()
      const item = await open[chosen].stream.next()
      if (item.done) open.splice(chosen, 1)
      else {
        open[chosen].left--
        yield item.value
      }
    }
  } finally {
    await Promise.all(shares.map(({ stream }) => stream.return(undefined)))
  }
}
