/** The messages of a mailbox: each begins with a line `From …` after an empty one. A file of one message is one. */
import { HmtlError } from '../errors.ts'
import type { Source } from '../source.ts'

const mark = Buffer.from('From ')
const next = Buffer.from('\nFrom ')
const [newline, carriageReturn] = [10, 13]

/** Where the next message begins at or after a place, which is not the begin of one; -1 where none is known to. */
const nextBegin = (bytes: Buffer, from: number): number => {
  for (let at = bytes.indexOf(next, from); at !== -1; at = bytes.indexOf(next, at + 1)) {
    const before = bytes[at - 1] === carriageReturn ? at - 2 : at - 1
    if (bytes[before] === newline) return at + 1
  }
  return -1
}

const withoutMark = (bytes: Buffer): Buffer =>
  bytes.subarray(0, mark.length).equals(mark) ? bytes.subarray(bytes.indexOf(newline) + 1 || bytes.length) : bytes

/** How a line that would begin a message is written within one. */
export const unmarked = (text: string): string => text.replace(/^>(>*From )/gm, '$1')

export interface Message {
  readonly bytes: Buffer
  /** From a mailbox. */
  readonly boxed: boolean
}

/** @throws HmtlError `HMTL_INPUT_TOO_LARGE` for a message of more bytes than that */
export async function* messagesOf(source: Source, mostBytes: number): AsyncGenerator<Message> {
  let parts: Buffer[] = []
  let size = 0
  let boxed: boolean | undefined
  /** The end of what came, in which a mark may have begun. */
  let rest: Buffer = Buffer.alloc(0)
  const put = (bytes: Buffer) => {
    size += bytes.length
    if (size > mostBytes)
      throw new HmtlError('HMTL_INPUT_TOO_LARGE', `a message of ${source.name} is larger than ${mostBytes} bytes`, {
        source: source.name,
        remedy: 'Raise the limit with --max-document-bytes',
      })
    parts.push(bytes)
  }
  const take = (): Message => {
    const message = { bytes: withoutMark(Buffer.concat(parts, size)), boxed: boxed === true }
    parts = []
    size = 0
    return message
  }
  for await (const chunk of source.chunks()) {
    rest = rest.length === 0 ? Buffer.from(chunk) : Buffer.concat([rest, chunk])
    if (boxed === undefined && rest.length < mark.length) continue
    boxed ??= rest.subarray(0, mark.length).equals(mark)
    let from = 0
    if (boxed)
      for (let at = nextBegin(rest, 0); at !== -1; at = nextBegin(rest, at)) {
        put(rest.subarray(from, at))
        yield take()
        from = at
      }
    // The two line ends before a mark, and all of it but one byte.
    const to = boxed ? Math.max(from, rest.length - next.length - 3) : rest.length
    put(rest.subarray(from, to))
    rest = rest.subarray(to)
  }
  put(rest)
  if (size > 0) yield take()
}
