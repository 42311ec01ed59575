/** Plain text with a document on each line: tweets, headlines, sentences. Lines without a word are passed over. */
import { createDocument } from '../document/document.ts'
import type { Format } from '../format.ts'
import { parseLines } from '../syntax/parse-lines.ts'
import { stem } from '../source.ts'

export const lines: Format = {
  name: 'lines',
  summary: 'plain text, a line a document (reading only, named with --from)',
  accepts: (path) => path.endsWith('.txt'),
  // A text has lines too: which of the two it is, only the user knows.
  sniff: () => 0,
  read(source, context) {
    const name = stem(source, '.txt')
    return parseLines(source, context, {
      line: ({ text, number }) => (text.trim() === '' ? undefined : createDocument({ id: `${name}:${number}`, text })),
      end: () => undefined,
      recover: () => undefined,
    })
  },
  needsTokens: false,
  carries: [],
  extension: '',
}
