/**
 * A run is a chain of stages over a source. stream-chain makes one of them: a stage
 * is a function of one item that says nothing (`none`), one thing, or `many`, waits
 * while nobody takes what it said, and is asked for the rest at the end where it is
 * `flushable`. (`pipe`, for the `chain` of stream-chain's core never flushes.)
 *
 * What has to act while nothing comes — a group that waits no longer, a worker that
 * is done — sees the stream itself and not its items: `over`.
 *
 * Stages are items' at the grain of documents and batches, where what the chain
 * costs, 1 to 3 µs an item, cannot be seen; lines are read by plain generators.
 */
import type { Many, none } from 'stream-chain/defs.js'
import pipe from 'stream-chain/utils/pipe.js'

export { flushable, many, none } from 'stream-chain/defs.js'

export type Emitted<Out> = Out | Many<Out> | typeof none | Generator<Out> | AsyncGenerator<Out>

/** A function of one item. One that remembers belongs to one run: it is made anew for each. */
export interface Stage<In, Out> {
  (item: In): Emitted<Out> | Promise<Emitted<Out>>
}

/** A stage that sees the whole stream. */
export interface Over<In, Out> {
  readonly over: (source: AsyncIterable<In>) => AsyncIterable<Out>
}

export type Link<In, Out> = Stage<In, Out> | Over<In, Out>
export type Source<T> = AsyncIterable<T> | Iterable<T>

async function* plain<T>(source: Source<T>): AsyncGenerator<T> {
  yield* source
}

const piped = (source: Source<unknown>, stages: readonly Stage<unknown, unknown>[]): AsyncGenerator<unknown> => {
  if (stages.length === 0) return plain(source)
  return pipe(...stages)(Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]())
}

/**
 * What comes out when a source goes through stages. Nothing is asked of the source
 * before the first result is asked for, and one item at most is made ahead.
 *
 * @example
 * for await (const group of chain(documents, prepareDocument, windows(1024), fill({ tokens: 2048 }))) …
 */
export function chain<A>(source: Source<A>): AsyncGenerator<A>
export function chain<A, B>(source: Source<A>, b: Link<A, B>): AsyncGenerator<B>
export function chain<A, B, C>(source: Source<A>, b: Link<A, B>, c: Link<B, C>): AsyncGenerator<C>
export function chain<A, B, C, D>(source: Source<A>, b: Link<A, B>, c: Link<B, C>, d: Link<C, D>): AsyncGenerator<D>
export function chain<A, B, C, D, E>(
  source: Source<A>,
  b: Link<A, B>,
  c: Link<B, C>,
  d: Link<C, D>,
  e: Link<D, E>,
): AsyncGenerator<E>
export function chain<A, B, C, D, E, F>(
  source: Source<A>,
  b: Link<A, B>,
  c: Link<B, C>,
  d: Link<C, D>,
  e: Link<D, E>,
  f: Link<E, F>,
): AsyncGenerator<F>
export function chain<A, B, C, D, E, F, G>(
  source: Source<A>,
  b: Link<A, B>,
  c: Link<B, C>,
  d: Link<C, D>,
  e: Link<D, E>,
  f: Link<E, F>,
  g: Link<F, G>,
): AsyncGenerator<G>
export function chain(source: Source<unknown>, ...links: Link<unknown, unknown>[]): AsyncGenerator<unknown> {
  let stream = source
  let stages: Stage<unknown, unknown>[] = []
  for (const link of links) {
    if (typeof link === 'function') stages.push(link)
    else {
      stream = link.over(piped(stream, stages))
      stages = []
    }
  }
  return piped(stream, stages)
}
