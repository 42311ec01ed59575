/**
 * Spans that count tokens, as the training data of extractors has them: some name the token after the last one, some
 * the last one itself, which nothing in a record tells. Which one it is belongs to the format.
 */
import type { SpanLike, Spans } from '../document/document.ts'
import { HmtlError } from '../errors.ts'
import { withDoubles } from './exact-json.ts'

/** Whether the second index of a span is that of its last token, or of the one after it. */
export type SpanEnd = 'inclusive' | 'exclusive'

/**
 * Reads spans of a document's tokens.
 * @param over what indexes count over, for the remedy
 * @throws HmtlError `HMTL_DOCUMENT_OFFSET` for what is no span of them
 */
export const tokenSpanReader = (
  { begin, end }: Spans,
  spanEnd: SpanEnd,
  document: string,
  over: string,
): ((first: unknown, stop: unknown, field: string) => SpanLike) => {
  const count = begin.length
  return (first, stop, field) => {
    const from = withDoubles(first)
    const to = withDoubles(stop)
    const last = typeof to === 'number' ? (spanEnd === 'inclusive' ? to : to - 1) : Number.NaN
    if (
      !Number.isInteger(from) ||
      !Number.isInteger(last) ||
      (from as number) < 0 ||
      last >= count ||
      (from as number) > last
    )
      throw new HmtlError('HMTL_DOCUMENT_OFFSET', `${field}: ${first}..${stop} is not a span of ${count} tokens`, {
        document,
        remedy: `Indexes are ${spanEnd} and count over ${over}`,
      })
    return { start: begin[from as number], end: end[last] }
  }
}
