/** E-mails: a message is a document, a mailbox has many. What understands them is loaded when there is one. */
import { createDocument, type Document } from '../document/document.ts'
import { toHmtlError } from '../errors.ts'
import { type Format, type FormatContext, maxDocumentBytes } from '../format.ts'
import { type Source, stem } from '../source.ts'
import { messagesOf, unmarked } from '../syntax/mbox.ts'

async function* read(source: Source, context: FormatContext): AsyncGenerator<Document> {
  const { parseEmail } = await import('../syntax/email.ts')
  const name = source.path === undefined ? 'email' : stem(source, '.eml', '.mbox')
  let number = 0
  for await (const { bytes, boxed } of messagesOf(source, maxDocumentBytes(context))) {
    number++
    const place = boxed ? `${name}:${number}` : name
    let document: Document
    try {
      const { id = place, text, metadata, leftOut } = await parseEmail(bytes)
      for (const [kind, detail, count] of leftOut) context.report.add(kind, id, detail, count)
      if (text === '') context.report.add('empty-document', id)
      document = createDocument({ id, text: boxed ? unmarked(text) : text, metadata })
    } catch (error) {
      context.onError(toHmtlError(error, 'HMTL_INPUT_SYNTAX', { source: source.name, document: place }))
      continue
    }
    yield document
  }
}

/** Names of headers that a message has, and of those that no letter has which was typed. */
const usual = /^(?:from|to|cc|subject|date|reply-to|sender|in-reply-to|references|list-[\w-]+|x-[\w-]+)$/
const ofPrograms =
  /^(?:received|return-path|mime-version|message-id|content-[\w-]+|delivered-to|dkim-signature|authentication-results|arc-[\w-]+)$/

/** Whether a text begins as a message does: with headers alone, some of which only programs write. */
const sniff = (head: string): 0 | 2 => {
  const [first, ...others] = head.split(/\r?\n/)
  const boxed = /^From \S+ .*\d{4}/.test(first)
  const names = new Set<string>()
  // The last line may go on.
  for (const line of (boxed ? others : [first, ...others]).slice(0, -1)) {
    if (line === '') break
    if (/^[ \t]/.test(line) && names.size > 0) continue
    const name = /^([!-9;-~]{1,70}):/.exec(line)?.[1].toLowerCase()
    if (name === undefined) return 0
    names.add(name)
  }
  const known = [...names].filter((name) => usual.test(name) || ofPrograms.test(name))
  return known.length >= 3 && (boxed || known.some((name) => ofPrograms.test(name))) ? 2 : 0
}

export const email: Format = {
  name: 'email',
  summary: 'e-mails (.eml, .mbox): plain text, else the page’s; a message a document (reading only)',
  accepts: (path) => /\.(?:eml|mbox)$/i.test(path),
  sniff,
  read,
  beside: () => [],
  needsTokens: false,
  carries: [],
  extension: '',
}
