/** What waits for a disk is begun before its turn. */

/**
 * What `make` gives of each item, in their order, with at most so many under way. An item whose making fails fails in
 * its turn.
 */
export async function* ahead<T, R>(
  items: AsyncIterable<T>,
  most: number,
  make: (item: T) => Promise<R>,
): AsyncGenerator<R> {
  const begun: Promise<R>[] = []
  for await (const item of items) {
    const made = make(item)
    // Nobody waits for it yet.
    made.catch(() => undefined)
    begun.push(made)
    if (begun.length >= most) yield await (begun.shift() as Promise<R>)
  }
  for (const made of begun) yield await made
}
