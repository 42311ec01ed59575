/** Outcomes as the answer of a request: JSON as `hmtl annotate` writes it, or any format of one stream. */
import type { Document } from '../io/document/document.ts'
import type { HmtlError } from '../io/errors.ts'
import { formatContext } from '../io/format.ts'
import { formatNamed } from '../io/formats/index.ts'
import { fragments, htmlPage } from '../io/draw/html.ts'
import { annotatedLine } from '../pipeline/annotated-line.ts'
import type { Outcome } from '../pipeline/pool/messages.ts'
import type { Shape } from './body.ts'
import type { Query } from './parameters.ts'

export type Answered =
  | { readonly source: Document; readonly outcome: Outcome }
  | { readonly source?: Document; readonly error: HmtlError }

/** Statuses by code; what is not listed is the server's own fault. */
const statuses: Readonly<Record<string, number>> = {
  HMTL_USAGE: 400,
  HMTL_INPUT_TOO_LARGE: 413,
  HMTL_FORMAT_UNSUPPORTED: 415,
  HMTL_SERVE_BUSY: 429,
  HMTL_SERVE_DEADLINE: 503,
  HMTL_SERVE_IDLE: 408,
  HMTL_ABORTED: 499,
}

export const statusOf = ({ code }: HmtlError): number =>
  statuses[code] ?? (/^HMTL_(INPUT|DOCUMENT|FORMAT)_/.test(code) ? 422 : 500)

/** An error as JSON; of what went wrong inside only that it did. */
export const errorJson = (error: HmtlError): Record<string, unknown> => {
  const { code, summary, remedy, document, line, offset } = error
  return { code, message: code === 'HMTL_INTERNAL' ? 'internal error' : summary, remedy, document, line, offset }
}

const recordOf = (answered: Answered, { textField, wish: { json } }: Query): string => {
  if ('error' in answered) {
    const error = JSON.stringify({ error: errorJson(answered.error) })
    return answered.source ? annotatedLine(answered.source, error, { textField, offsetUnit: json }) : error
  }
  const { source, outcome } = answered
  return annotatedLine(source, 'json' in outcome ? outcome.json : '{}', { textField, offsetUnit: json })
}

/** Records as one, an array or lines. */
export async function* jsonAnswer(
  answers: AsyncIterable<Answered>,
  shape: Shape,
  query: Query,
): AsyncGenerator<string> {
  let before = shape === 'list' ? '[\n' : ''
  for await (const answered of answers) {
    yield `${before}${recordOf(answered, query)}${shape === 'list' ? '' : '\n'}`
    if (shape === 'list') before = ',\n'
  }
  if (shape === 'list') yield before === '[\n' ? '[]\n' : '\n]\n'
}

/** The documents that came out, as another format. */
export const formatAnswer = (
  documents: AsyncIterable<Document>,
  { to, wish }: Query,
): AsyncIterable<string | Uint8Array> => {
  if (to === 'html') return htmlPage(documents)
  if (to === 'drawing') return fragments(documents)
  const { write, name } = formatNamed(to)
  if (!write) throw new Error(`${name} is not a format of one stream`)
  return write(documents, formatContext({ options: { offsetUnit: wish.json } }))
}

const types: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  drawing: 'text/html; charset=utf-8',
  csv: 'text/csv; charset=utf-8',
  tsv: 'text/tab-separated-values; charset=utf-8',
  graphml: 'application/graphml+xml',
  jsonld: 'application/ld+json',
  arrow: 'application/vnd.apache.arrow.file',
  'arrow-stream': 'application/vnd.apache.arrow.stream',
  parquet: 'application/vnd.apache.parquet',
  spacy: 'application/octet-stream',
}

export const contentTypeOf = (to: string, shape: Shape): string => {
  if (to === 'json' || to === 'jsonl') return shape === 'lines' ? 'application/x-ndjson' : 'application/json'
  return types[to] ?? 'text/plain; charset=utf-8'
}
