/** Plain text: a file is a document. */
import { createDocument, type Document } from '../document/document.ts'
import { attempt, type Format, type FormatContext, maxDocumentBytes } from '../format.ts'
import { readAll, type Source, stem } from '../source.ts'
import { decodeUtf8 } from '../syntax/text.ts'

async function* read(source: Source, context: FormatContext): AsyncGenerator<Document> {
  const bytes = await readAll(source, maxDocumentBytes(context))
  const id = source.path === undefined ? 'text' : stem(source, '.txt')
  const document = attempt(context, { source: source.name, document: id }, undefined, () =>
    createDocument({ id, text: decodeUtf8(bytes) }),
  )
  if (document) yield document
}

export const text: Format = {
  name: 'text',
  summary: 'plain text, a file a document (reading only)',
  accepts: (path) => path.endsWith('.txt'),
  // Whatever is nothing else.
  sniff: () => 0,
  read,
  beside: () => [],
  needsTokens: false,
  carries: [],
  extension: '',
}
