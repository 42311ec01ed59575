/** Subtitles, SubRip's and WebVTT: a file is a document, whose lines are what is said. */
import { createDocument, type Document } from '../document/document.ts'
import { HmtlError, toHmtlError } from '../errors.ts'
import { type Format, type FormatContext, maxDocumentBytes } from '../format.ts'
import { readAll, type Source, stem } from '../source.ts'
import { parseCues } from '../syntax/cues.ts'
import { decodeUtf8 } from '../syntax/text.ts'

async function* read(source: Source, context: FormatContext): AsyncGenerator<Document> {
  const bytes = await readAll(source, maxDocumentBytes(context))
  const id = source.path === undefined ? 'subtitles' : stem(source, '.srt', '.vtt')
  let document: Document
  try {
    const { lines, times, repeated, other } = parseCues(decodeUtf8(bytes))
    context.report.add('repeated-line', id, '', repeated)
    context.report.add('not-a-cue', id, '', other)
    if (times.length === 0 && other > 0)
      throw new HmtlError('HMTL_INPUT_SYNTAX', 'no cue: a line such as 00:01:02,500 --> 00:01:04,000', {
        remedy: 'Name what it is with --from',
      })
    document = createDocument({ id, text: lines.join('\n'), metadata: { times } })
  } catch (error) {
    context.onError(toHmtlError(error, 'HMTL_INPUT_SYNTAX', { source: source.name, document: id }))
    return
  }
  yield document
}

const begin = /^\s*(?:WEBVTT(?:[ \t]|\r?\n|$)|\d+[ \t]*\r?\n\d{1,3}:\d\d:\d\d[,.]\d{1,3}[ \t]*-->[ \t]*\d)/

export const subtitles: Format = {
  name: 'subtitles',
  summary: 'SubRip (.srt) and WebVTT (.vtt), a file a document, a line a cue’s line (reading only)',
  accepts: (path) => /\.(?:srt|vtt)$/i.test(path),
  sniff: (head) => (begin.test(head) ? 2 : 0),
  read,
  beside: () => [],
  needsTokens: false,
  carries: [],
  extension: '',
}
