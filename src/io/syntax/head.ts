/** The beginning of a source, looked at before it is read. */
import { HmtlError } from '../errors.ts'
import type { Source } from '../source.ts'

/** No line or sentence that says how to read the rest begins further away. */
const headBytes = 1 << 16
const newline = 10

/** Tables by the bytes that they begin with. */
const tables = [
  ['an Arrow file', Buffer.from('ARROW1\0\0')],
  ['an Arrow stream', Buffer.of(0xff, 0xff, 0xff, 0xff)],
  ['Parquet', Buffer.from('PAR1\x15')],
] as const

/** @throws HmtlError `HMTL_FORMAT_UNSUPPORTED` where a table is read as lines */
const refuseTable = (bytes: Uint8Array, name: string): void => {
  const found = tables.find(([, mark]) => mark.equals(bytes.subarray(0, mark.length)))
  if (found)
    throw new HmtlError('HMTL_FORMAT_UNSUPPORTED', `${name} is ${found[0]}, which has no lines`, {
      source: name,
      remedy:
        'Leave --from out; or make JSON lines of it first, hmtl convert FILE -o FILE.jsonl, and read these with it',
    })
}

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
  try {
    refuseTable(bytes, source.name)
  } catch (error) {
    await iterator.return?.()
    throw error
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
