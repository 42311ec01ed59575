/** A stream that is chosen, and the next of that stream. */

/**
 * Chooses when it is asked and not before, so that whoever keeps what the choice comes
 * from, and where the streams stand, can go on from any place. Ends with the first
 * stream that does; closes them all.
 * @param choose the stream that is next, by its place in the list
 */
export async function* sample<T>(streams: readonly AsyncGenerator<T>[], choose: () => number): AsyncGenerator<T> {
  try {
    for (;;) {
      const next = await streams[choose()].next()
      if (next.done) return
      yield next.value
    }
  } finally {
    await Promise.all(streams.map((stream) => stream.return(undefined)))
  }
}
