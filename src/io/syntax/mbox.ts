/**
 * The messages of a mailbox: each begins with a line `From SENDER DATE`. Any other line that begins with that word is
 * one of the message, also where nobody has quoted it. A file of one message is one.
 */
import { HmtlError } from '../errors.ts'
import type { Source } from '../source.ts'

const mark = Buffer.from('From ')
const next = Buffer.from('\nFrom ')
const [newline, carriageReturn] = [10, 13]

/** Bytes of two lines that are looked at; longer ones begin no message. */
const most = 2048

const months = 'Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec'
/** As C writes a date: `Mon Jan  6 10:00:00 2020`, perhaps with its zone. */
const date = new RegExp(`(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)\\s+(?:${months})\\s+\\d{1,2}\\s+\\d{1,2}:\\d\\d`)
/** Where there is no such date: an address or what programs write in its place. */
const sender = /^From (?:-|MAILER-DAEMON|\S+@\S+)(?:\s|$)/
const header = /^[!-9;-~]{1,70}:/

/**
 * Whether two lines are the one that begins a message and its first header. Without an empty line before them they say
 * both; with one, a date or a sender before a header is enough.
 */
const beginsMessage = (line: string, below: string, afterEmpty: boolean): boolean => {
  const dated = date.test(line)
  const headed = header.test(below) || below.startsWith('>From ')
  return afterEmpty ? dated || (headed && sender.test(line)) : dated && headed && sender.test(line)
}

/**
 * Where the next message begins at or after a place, which is not the begin of one; what cannot be known before more
 * bytes come is `unsure`.
 */
const nextBegin = (bytes: Buffer, from: number, ended: boolean): { at: number; unsure: boolean } | undefined => {
  for (let at = bytes.indexOf(next, from); at !== -1; at = bytes.indexOf(next, at + 1)) {
    const begin = at + 1
    const lineEnd = bytes.indexOf(newline, begin)
    const belowEnd = lineEnd === -1 ? -1 : bytes.indexOf(newline, lineEnd + 1)
    if (belowEnd === -1 && !ended && bytes.length - begin < most) return { at: begin, unsure: true }
    const lines = bytes.toString('latin1', begin, Math.min(begin + most, belowEnd === -1 ? bytes.length : belowEnd))
    const [line, below = ''] = lines.split('\n')
    const before = bytes[at - 1] === carriageReturn ? at - 2 : at - 1
    if (beginsMessage(line.trimEnd(), below, bytes[before] === newline)) return { at: begin, unsure: false }
  }
  return undefined
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
  /** Takes what is sure of the rest; at the end that is all of it. */
  function* taken(ended: boolean): Generator<Message> {
    let from = 0
    let found = boxed ? nextBegin(rest, 0, ended) : undefined
    for (; found && !found.unsure; found = nextBegin(rest, from, ended)) {
      put(rest.subarray(from, found.at))
      yield take()
      from = found.at
    }
    // What would begin a message has the two line ends before it; without it a mark may begin in the last bytes.
    const kept = !boxed || ended ? rest.length : (found?.at ?? rest.length) - next.length - 3
    const to = Math.max(from, kept)
    put(rest.subarray(from, to))
    rest = rest.subarray(to)
  }
  for await (const chunk of source.chunks()) {
    rest = rest.length === 0 ? Buffer.from(chunk) : Buffer.concat([rest, chunk])
    if (boxed === undefined && rest.length < mark.length) continue
    boxed ??= rest.subarray(0, mark.length).equals(mark)
    yield* taken(false)
  }
  yield* taken(true)
  if (size > 0) yield take()
}
