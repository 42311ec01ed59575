/**
 * The one driver of every line format: a parser takes lines and now and then
 * returns a document. Parsers are synchronous and know nothing of chunks, which
 * is why no chunk boundary can change what is read.
 */
import type { Document } from '../document/document.ts'
import { toHmtlError } from '../errors.ts'
import { documentsOf, type FormatContext, type Given, maxLineBytes } from '../format.ts'
import { type Line, lineBatches } from './lines.ts'
import { withLineEnds } from './line-ends.ts'
import type { Source } from '../source.ts'

const byteOrderMark = 0xfeff
/** What column files begin with and words are hardly. */
const beginsFile = /^.(#begin document |#(doc| newdoc| newpar| sent_id| text| global\.\w+)\b|-DOCSTART-|0\t)/

/** What a line completes: most often nothing, or a document; several where a parser had to look ahead. */
export type Completed = Given | undefined

export interface LineParser {
  /** Takes a line; returns what it completed. Throws for a fault, after which `line` is called with the next. */
  line(line: Line): Completed
  /** What the end of the source completes. */
  end(): Completed
  /** Lines come as bytes, decoded when they are asked for their text. @default false */
  readonly asBytes?: boolean
  /** After a fault: forget the document under way up to the next boundary. Returns its id for the message. */
  recover(): string | undefined
}

/** The documents of a source, together those that the lines of a chunk complete. */
export async function* parseLines(
  source: Source,
  context: FormatContext,
  parser: LineParser,
): AsyncGenerator<readonly Document[]> {
  let last: Line | undefined
  let made: Document[] = []
  const take = () => {
    const all = made
    made = []
    return all
  }
  const keep = (completed: Completed) => {
    if (completed) for (const document of documentsOf(completed)) made.push(document)
  }
  const fail = (error: unknown, line: Line | undefined) => {
    const document = parser.recover()
    context.onError(
      toHmtlError(error, 'HMTL_INPUT_SYNTAX', {
        source: source.name,
        document,
        line: line?.number,
        offset: line?.offset,
      }),
      line?.text,
    )
  }
  /** A line without the mark of a file that was joined to the one before it; before a word it may be part of that. */
  const bare = (line: Line): Line => {
    const { text, number } = line
    if (number === 1 || text.charCodeAt(0) !== byteOrderMark || !beginsFile.test(text)) return line
    context.report.add('byte-order-mark', source.name, `line ${number}`)
    return { ...line, text: text.slice(1) }
  }
  const given = { ...source, chunks: () => withLineEnds(source.chunks()) }
  for await (const batch of lineBatches(given, maxLineBytes(context), parser.asBytes)) {
    for (const line of batch) {
      last = line
      try {
        if (line.error) throw line.error
        keep(parser.line(parser.asBytes ? line : bare(line)))
      } catch (error) {
        // Whatever the fault leads to, the documents before it come first.
        if (made.length > 0) yield take()
        fail(error, line)
      }
    }
    if (made.length > 0) yield take()
  }
  try {
    keep(parser.end())
  } catch (error) {
    fail(error, last)
  }
  if (made.length > 0) yield take()
}
