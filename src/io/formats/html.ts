/** Pages of HTML and XHTML: a page is a document. What understands them is loaded when there is one. */
import { createDocument, type Document } from '../document/document.ts'
import { toHmtlError } from '../errors.ts'
import { type Format, type FormatContext, maxDocumentBytes } from '../format.ts'
import { readAll, type Source, stem } from '../source.ts'
import { decodeAs } from '../syntax/charset.ts'

async function* read(source: Source, context: FormatContext): AsyncGenerator<Document> {
  const bytes = await readAll(source, maxDocumentBytes(context))
  const id = source.path === undefined ? 'page' : stem(source, '.html', '.htm', '.xhtml')
  const { charsetOfPage, parseHtml } = await import('../syntax/html.ts')
  let document: Document
  try {
    const { text, leftOut, ...metadata } = parseHtml(
      decodeAs(bytes, charsetOfPage(bytes)),
      /\.xhtml(?:\.gz)?$/i.test(source.relative) || undefined,
    )
    for (const [part, count] of leftOut) context.report.add('page-part', id, part, count)
    if (text === '') context.report.add('empty-document', id)
    document = createDocument({ id, text, metadata })
  } catch (error) {
    context.onError(toHmtlError(error, 'HMTL_INPUT_SYNTAX', { source: source.name, document: id }))
    return
  }
  yield document
}

/** How a page, or a piece of one, begins, after what may stand before it. */
const begin =
  /^\s*(?:<\?xml[^>]{0,500}>\s*)?(?:<!--(?:[^-]|-(?!->))*-->\s*)*<(?:!doctype\s+html|(?:html|head|body|title|meta|link|script|style|div|main|article|section|header|nav|table|center|h1|p)(?=[\s>]))/i

export const html: Format = {
  name: 'html',
  summary: 'the text of a page of HTML or XHTML (reading; hmtl annotate draws pages, too)',
  accepts: (path) => /\.(?:html?|xhtml)$/i.test(path),
  sniff: (head) => (begin.test(head) ? 2 : 0),
  read,
  beside: () => [],
  needsTokens: false,
  carries: [],
  extension: '',
}
