/** The beginning of a source, looked at before it is read. */
import type { Source } from '../source.ts'
import { otherKind } from './refused.ts'
import { isPlain } from './text.ts'

/** No line or sentence that says how to read the rest begins further away. */
const headBytes = 1 << 16
const newline = 10

/**
 * The first characters of a source, as many as `isEnough` wants, without a byte order mark; the source that is
 * given back begins with them again. Who does not read it closes it.
 */
export const headOf = async (
  source: Source,
  isEnough: (head: string) => boolean,
): Promise<{ head: string; ended: boolean; source: Source; close: () => Promise<void> }> => {
  const iterator = source.chunks()[Symbol.asyncIterator]()
  let bytes = Buffer.alloc(0)
  let ended = false
  const text = () => bytes.toString('utf8').replace(/^\ufeff/, '')
  while (bytes.length < headBytes) {
    const next = await iterator.next()
    ended = next.done === true
    if (next.done) break
    bytes = Buffer.concat([bytes, next.value])
    // Nothing is decided within a line.
    if (next.value.includes(newline) && isEnough(text())) break
  }
  const other = isPlain(bytes) ? undefined : otherKind(source.name, bytes, source.name)
  if (other) {
    await iterator.return?.()
    throw other
  }
  async function* chunks(): AsyncGenerator<Uint8Array> {
    try {
      if (bytes.length > 0) yield bytes
      yield* { [Symbol.asyncIterator]: () => iterator }
    } finally {
      await iterator.return?.()
    }
  }
  const close = async () => {
    await iterator.return?.()
  }
  return { head: text(), ended, source: { ...source, chunks }, close }
}
