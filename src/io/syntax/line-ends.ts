/**
 * Bytes whose lines end as the readers of lines expect. Old programs end lines with a carriage return alone: where there
 * is no newline as far as one looks, each is one. Bytes stay where they are, so that offsets do.
 */

/** No line of a file with newlines is so long before the first. */
const mostLooked = 1 << 16
const [newline, carriageReturn] = [10, 13]

const bytesWithNewlines = (bytes: Uint8Array): Uint8Array =>
  bytes.includes(carriageReturn) ? bytes.map((byte) => (byte === carriageReturn ? newline : byte)) : bytes

export async function* withLineEnds(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  /** Undefined until it is told. */
  let isOld: boolean | undefined
  let held: Uint8Array[] = []
  let size = 0
  const told = (old: boolean): Uint8Array[] => {
    isOld = old
    const all = old ? held.map(bytesWithNewlines) : held
    held = []
    return all
  }
  const hasReturn = () => held.some((bytes) => bytes.includes(carriageReturn))
  for await (const bytes of chunks) {
    if (isOld !== undefined) {
      yield isOld ? bytesWithNewlines(bytes) : bytes
      continue
    }
    held.push(bytes)
    size += bytes.length
    if (bytes.includes(newline)) yield* told(false)
    else if (size >= mostLooked) yield* told(hasReturn())
  }
  if (isOld === undefined) yield* told(hasReturn())
}

/** The same of what was decoded: a head, or a whole file. */
export const withNewlines = (text: string): string => (text.includes('\n') ? text : text.replaceAll('\r', '\n'))

/** Whether a byte at the end of a file is no text: DOS ended files with the one, disks fill them up with the other. */
export const isPadding = (byte: number): boolean => byte === 0 || byte === 0x1a
