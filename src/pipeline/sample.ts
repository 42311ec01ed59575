/** A stream drawn by its share, and the next of that stream: proportional sampling (paper, section 3.3). */
import type { Random } from '../model/random.ts'

const draw = (shares: readonly number[], random: Random): number => {
  let x = random.next()
  for (let i = 0; i < shares.length - 1; i++) {
    x -= shares[i]
    if (x < 0) return i
  }
  return shares.length - 1
}

/**
 * Draws when it is asked and not before, so that whoever shares the generator, and
 * keeps its state with where the streams stand, can go on from any place. Ends with
 * the first stream that does; closes them all.
 * @param shares of each stream, 1 in all
 */
export async function* sample<T>(
  streams: readonly AsyncGenerator<T>[],
  shares: readonly number[],
  random: Random,
): AsyncGenerator<T> {
  try {
    for (;;) {
      const next = await streams[draw(shares, random)].next()
      if (next.done) return
      yield next.value
    }
  } finally {
    await Promise.all(streams.map((stream) => stream.return(undefined)))
  }
}
