/** JSON lines: `{"text": …}` or `{"tokens": […]}` in, the same with `hmtl` out. */
import type { Document } from '../document.ts'
import { HmtlError } from '../errors.ts'
import { type Format, type FormatContext, layersAll } from '../format.ts'
import { fromJson, type JsonOptions, toJson } from '../json.ts'
import type { Line } from '../lines.ts'
import { parseLines } from '../parse-lines.ts'
import type { Source } from '../source.ts'
import { stem } from '../source.ts'

/** Parses one JSON line. @throws HmtlError `HMTL_INPUT_JSON` or what `fromJson` throws */
export const parseJsonLine = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new HmtlError('HMTL_INPUT_JSON', `not valid JSON: ${(cause as Error).message}`, {
      cause,
      remedy: 'Each line must hold one complete JSON object',
    })
  }
}

const rawLines = new WeakMap<Document, string>()

/** The line a document was read from, where the reader was asked to keep it. */
export const rawLineOf = (document: Document): string | undefined => rawLines.get(document)

/**
 * A document of one JSON line.
 * @param keep whether `rawLineOf` shall know the line
 * @throws HmtlError `HMTL_INPUT_JSON` or what `fromJson` throws
 */
export const documentOfLine = (text: string, fallbackId: string, options: JsonOptions, keep: boolean): Document => {
  const record = parseJsonLine(text)
  const document = fromJson(record, fallbackId, options)
  // A line that is annotated already is written anew, not spliced.
  if (keep && !Object.hasOwn(record as object, 'hmtl')) rawLines.set(document, text)
  return document
}

const read = (source: Source, context: FormatContext) => {
  const name = stem(source, '.jsonl', '.ndjson', '.json')
  const { textField, offsetUnit, keepLines } = context.options
  return parseLines(source, context, {
    line: (line: Line) => (line.text.trim() === '' ? undefined : documentOfLine(line.text, `${name}:${line.number}`, { textField, offsetUnit }, keepLines === true)),
    end: () => undefined,
    recover: () => undefined,
  })
}

async function* write(documents: AsyncIterable<Document>, { options }: FormatContext) {
  for await (const document of documents) yield `${JSON.stringify(toJson(document, options))}\n`
}

export const jsonl: Format = {
  name: 'jsonl',
  summary: 'JSON lines {"id", "text" | "tokens", …, "hmtl": {layers}}',
  accepts: (path) => /\.(jsonl|ndjson)$/.test(path),
  // Not even the beginning of a record: a damaged first line, after which the others are read.
  sniff: (head, path) => (/^\s*\{\S/.test(head) ? (/^\s*\{.*\n/.test(head) ? 2 : 1) : /\.(jsonl|ndjson)$/.test(path) ? 1 : 0),
  sniffJson: ({ array, spread, whole }, path) => (array || (whole && spread) ? 0 : /\.(jsonl|ndjson)$/.test(path) || whole ? 2 : 1),
  read,
  write,
  needsTokens: false,
  carries: layersAll,
  extension: '.jsonl',
}
