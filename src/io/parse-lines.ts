/**
 * The one driver of every line format: a parser takes lines and now and then
 * returns a document. Parsers are synchronous and know nothing of chunks, which
 * is why no chunk boundary can change what is read.
 */
import type { Document } from './document.ts'
import { toHmtlError } from './errors.ts'
import { type FormatContext, maxLineBytes } from './format.ts'
import { type Line, lineBatches } from './lines.ts'
import type { Source } from './source.ts'

export interface LineParser {
  /** Takes a line; returns a document that it completed. Throws for a fault, after which `line` is called with the next. */
  line(line: Line): Document | undefined
  /** The document that the end of the source completes. */
  end(): Document | undefined
  /** After a fault: forget the document under way up to the next boundary. Returns its id for the message. */
  recover(): string | undefined
}

export async function* parseLines(source: Source, context: FormatContext, parser: LineParser): AsyncGenerator<Document> {
  let last: Line | undefined
  const fail = (error: unknown, line: Line | undefined) => {
    const document = parser.recover()
    context.onError(toHmtlError(error, 'HMTL_INPUT_SYNTAX', { source: source.name, document, line: line?.number, offset: line?.offset }), line?.text)
  }
  for await (const batch of lineBatches(source, maxLineBytes(context))) {
    for (const line of batch) {
      last = line
      let document: Document | undefined
      try {
        if (line.error) throw line.error
        document = parser.line(line)
      } catch (error) {
        fail(error, line)
      }
      if (document) yield document
    }
  }
  let document: Document | undefined
  try {
    document = parser.end()
  } catch (error) {
    fail(error, last)
  }
  if (document) yield document
}
