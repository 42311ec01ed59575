/**
 * The one driver of every line format: a parser takes lines and now and then
 * returns a document. Parsers are synchronous and know nothing of chunks, which
 * is why no chunk boundary can change what is read.
 */
import type { Document } from '../document/document.ts'
import { toHmtlError } from '../errors.ts'
import { type FormatContext, maxLineBytes } from '../format.ts'
import { type Line, lineBatches } from './lines.ts'
import type { Source } from '../source.ts'

/** What a line completes: most often nothing, or a document; several where a parser had to look ahead. */
export type Completed = Document | readonly Document[] | undefined

export interface LineParser {
  /** Takes a line; returns what it completed. Throws for a fault, after which `line` is called with the next. */
  line(line: Line): Completed
  /** What the end of the source completes. */
  end(): Completed
  /** After a fault: forget the document under way up to the next boundary. Returns its id for the message. */
  recover(): string | undefined
}

export async function* parseLines(
  source: Source,
  context: FormatContext,
  parser: LineParser,
): AsyncGenerator<Document> {
  let last: Line | undefined
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
  for await (const batch of lineBatches(source, maxLineBytes(context))) {
    for (const line of batch) {
      last = line
      let completed: Completed
      try {
        if (line.error) throw line.error
        completed = parser.line(line)
      } catch (error) {
        fail(error, line)
      }
      if (completed) yield* listOf(completed)
    }
  }
  let completed: Completed
  try {
    completed = parser.end()
  } catch (error) {
    fail(error, last)
  }
  if (completed) yield* listOf(completed)
}

const listOf = (completed: Document | readonly Document[]): readonly Document[] =>
  'id' in completed ? [completed] : completed
