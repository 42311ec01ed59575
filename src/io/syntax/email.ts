/** An e-mail as a text: its plain text, else that of its page. */
import PostalMime, { type Address, type Email } from 'postal-mime'
import { HmtlError } from '../errors.ts'
import { isCharset } from './charset.ts'
import { unflowed } from './flowed.ts'
import { parseHtml } from './html.ts'
import { otherKind } from './refused.ts'
import { isPlain, notUtf8, wideEncoding } from './text.ts'
import { asWindows1252 } from './windows-1252.ts'

export interface Mail {
  readonly id: string | undefined
  readonly text: string
  readonly metadata: Readonly<Record<string, string | readonly string[]>>
  /** What is not in the text, by kind, with its name. */
  readonly leftOut: readonly (readonly [kind: string, detail: string, count: number])[]
}

const limits = { maxNestingDepth: 64, maxHeadersSize: 1 << 20, maxRfc822NestingDepth: 8 }

// The parser joins flowed lines with the marks of quotes within them, and leaves no other way in.
Object.getPrototypeOf((new PostalMime() as unknown as { root: object }).root).decodeFlowedText = unflowed

/** Headers that become metadata, and those that say how the message is written. */
const taken = new Set(['subject', 'from', 'to', 'cc', 'date', 'message-id'])
const form = /^(?:mime-version|content-)/

const textParts = /^content-type:\s*text\/(?:plain|html)\b[^\n]*(?:\n[ \t][^\n]*)*/gim
const charset = /\bcharset\s*=\s*"?([^\s";]{1,60})/i

/** A character set that a text of it names and nobody knows, which would be read as another one. */
const unknownCharset = (bytes: Buffer): string | undefined => {
  for (const [header] of bytes.toString('latin1').matchAll(textParts)) {
    const label = charset.exec(header)?.[1]
    // Those of Windows and IBM have more names than the platform knows; the parser knows them.
    if (label && !isCharset(label) && !/^(?:x-|cp|ms|ibm|windows|utf8)/i.test(label)) return label
  }
  return undefined
}

const written = ({ name, address, group }: Address): string =>
  group
    ? `${name}: ${group.map(written).join(', ')}`
    : name && address && name !== address
      ? `${name} <${address}>`
      : address || name

const listed = (addresses: readonly Address[] | undefined) =>
  addresses && addresses.length > 0 ? addresses.map(written) : undefined

const metadataOf = ({ subject, from, to, cc, date }: Email): Mail['metadata'] => {
  const found = {
    subject: subject && asWindows1252(subject),
    from: from && written(from),
    to: listed(to),
    cc: listed(cc),
    date,
  }
  return Object.fromEntries(
    Object.entries(found).filter((entry): entry is [string, string | string[]] => Boolean(entry[1])),
  )
}

const tidy = (text: string): string => asWindows1252(text.replace(/\r\n?/g, '\n')).trimEnd()

/** @throws HmtlError `HMTL_INPUT_SYNTAX`, `HMTL_INPUT_ENCODING` */
export const parseEmail = async (bytes: Buffer): Promise<Mail> => {
  if (wideEncoding(bytes)) throw notUtf8('e-mail', bytes, {})
  const other = isPlain(bytes) ? undefined : otherKind('e-mail', bytes)
  if (other) throw other
  const email = await PostalMime.parse(bytes, limits).catch((cause: Error) => {
    throw new HmtlError('HMTL_INPUT_SYNTAX', `e-mail: ${cause.message}`, { cause })
  })
  const leftOut: [string, string, number][] = email.attachments.map(({ filename, mimeType }) => [
    'attachment',
    filename ?? mimeType,
    1,
  ])
  const plain = tidy(email.text ?? '')
  const page = plain === '' && email.html ? parseHtml(email.html) : undefined
  for (const [part, count] of page?.leftOut ?? []) leftOut.push(['page-part', part, count])
  const text = page ? tidy(page.text) : plain
  const headers = email.headers.filter(({ key }) => !taken.has(key) && !form.test(key)).length
  leftOut.push(['header', '', headers], ['replaced-character', '', text.split('\ufffd').length - 1])
  // ASCII is the same in nearly all of them.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII is meant
  const label = /[^\x00-\x7f]/.test(text) ? unknownCharset(bytes) : undefined
  if (label !== undefined)
    throw new HmtlError(
      'HMTL_INPUT_ENCODING',
      `an e-mail labelled "${label}", which is no character set that is known`,
      {
        remedy: 'Save its text as UTF-8 with the program that it comes from',
      },
    )
  return { id: email.messageId?.replace(/^<|>$/g, '') || undefined, text, metadata: metadataOf(email), leftOut }
}
