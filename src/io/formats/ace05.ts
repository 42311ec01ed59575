/**
 * ACE 2005 (and 2004): a text as `NAME.sgm` and its annotation as `NAME.apf.xml` (`syntax/apf.ts`). The whole
 * annotation (values, times, events, attributes) passes through, so ACE is written as read.
 */
import { createDocument, type Document } from '../document/document.ts'
import { HmtlError, within } from '../errors.ts'
import { attempt, type Format, type FormatContext, maxDocumentBytes, reportUncarried } from '../format.ts'
import { nameBeside, readAll, readBeside, type Source, stem } from '../source.ts'
import { decodeApf, documentElement, encodeApf, fittingCharseqs, isOfDocument } from '../syntax/apf.ts'
import { decodeReferences, restoreTags, stripTags, type Tag } from '../syntax/sgml.ts'
import { layerToWrite, reportEntities } from '../syntax/span-layer.ts'
import { decodeUtf8 } from '../syntax/text.ts'
import type { XmlElement } from '../syntax/plain-xml.ts'
import { isXmlElement, parseXml, serializeXml } from '../syntax/xml.ts'
import { safeName } from './brat.ts'

const key = 'ace'
interface Extras {
  readonly apf: XmlElement
  readonly tags?: readonly Tag[]
  /** The source file, where references were decoded and tags alone cannot give it back. */
  readonly sgml?: string
  readonly doctype?: string
}

/** Name of the text's annotation, or of the annotation's text. */
const otherFile = (source: Source): string =>
  `${stem(source, '.sgm', '.apf.xml')}${source.relative.endsWith('.apf.xml') ? '.sgm' : '.apf.xml'}`

async function* read(source: Source, context: FormatContext): AsyncGenerator<Document> {
  const name = stem(source, '.sgm', '.apf.xml')
  const fromApf = source.relative.endsWith('.apf.xml')
  const [own, beside] = await Promise.all([
    readAll(source, maxDocumentBytes(context)),
    readBeside(source, otherFile(source), maxDocumentBytes(context)),
  ])
  const besideName = nameBeside(source, otherFile(source))
  const [sgmBytes, apfBytes] = fromApf ? [beside, own] : [own, beside]
  const document = attempt(context, { source: source.name, document: name }, undefined, () => {
    if (!sgmBytes) throw new HmtlError('HMTL_INPUT_NOT_FOUND', `${name}.sgm is not beside ${source.name}`)
    if (!apfBytes)
      throw new HmtlError('HMTL_INPUT_NOT_FOUND', `${name}.apf.xml is not beside ${source.name}`, {
        remedy: 'ACE keeps the text and its annotation side by side',
      })
    const [sgmName, apfName] = fromApf ? [besideName, source.name] : [source.name, besideName]
    const sgml = within(sgmName, () => decodeUtf8(sgmBytes))
    return within(apfName, () => aceDocument(sgml, decodeUtf8(apfBytes), name, apfName, context))
  })
  if (document) yield document
}

interface Reading {
  readonly text: string
  /** Absent where tags alone do not give the file back. */
  readonly tags?: readonly Tag[]
}

/**
 * What a source file's characters are: most corpora count none of a tag's
 * newlines, one for a line end of Windows, and references as they are written;
 * the others are taken where more charseqs fit them.
 */
const bestReading = (sgml: string, apf: XmlElement): Reading => {
  const unix = sgml.replace(/\r\n/g, '\n')
  const readings: Reading[] = []
  const add = (file: string, newlines: boolean) => {
    const { text, tags } = stripTags(file, newlines)
    readings.push(file === sgml ? { text, tags } : { text })
    const decoded = decodeReferences(text)
    if (decoded !== text) readings.push({ text: decoded })
    return tags
  }
  for (const file of unix === sgml ? [sgml] : [unix, sgml])
    if (add(file, false).some(([, tag]) => tag.includes('\n'))) add(file, true)
  if (readings.length === 1) return readings[0]
  const scores = readings.map(({ text }) => fittingCharseqs(apf, text))
  return readings[scores.indexOf(Math.max(...scores))]
}

/** One ACE document from the text of its two files. */
export const aceDocument = (
  sgml: string,
  apfText: string,
  name: string,
  source: string,
  context: FormatContext,
): Document => {
  const apf = parseXml(apfText, source)
  const { text, tags } = bestReading(sgml, apf)
  const id = documentElement(apf)[1].DOCID ?? name
  const doctype = /<!DOCTYPE[^>[]*>/.exec(apfText)?.[0]
  const extras: Extras = { apf, ...(tags ? { tags } : { sgml }), ...(doctype ? { doctype } : {}) }
  return createDocument({ id, text, ...decodeApf(apf, text, id, context), metadata: { [key]: extras } })
}

const writeFiles = (document: Document, context: FormatContext) => {
  const layer = layerToWrite(document, context, 'mentions')
  reportEntities(document, layer, context)
  reportUncarried(document, [layer, 'heads', 'relations', 'clusters'], context, key)
  const extras = document.metadata[key] as Partial<Extras> | undefined
  const name = safeName(document.id)
  const tags = areTags(extras?.tags) ? extras.tags : undefined
  const sgml =
    typeof extras?.sgml === 'string' ? extras.sgml : restoreTags(document.text, tags ?? plainTags(document.text))
  const kept =
    isXmlElement(extras?.apf) && layer === 'mentions' && isOfDocument(extras.apf, document) ? extras.apf : undefined
  if (extras?.apf && !kept) context.report.add('field', document.id, key)
  if (!extras?.tags && !extras?.sgml)
    context.report.add('text-like-a-tag', document.id, '', document.text.match(/<[^<>]*>/g)?.length ?? 0)
  const doctype =
    typeof extras?.doctype === 'string' && /^<!DOCTYPE[^<>[]*>$/.test(extras.doctype)
      ? extras.doctype
      : '<!DOCTYPE source_file SYSTEM "apf.v5.1.1.dtd">'
  const apf = kept ?? encodeApf(document, `${name}.sgm`, layer, context)
  return [
    { name: `${name}.sgm`, data: sgml },
    { name: `${name}.apf.xml`, data: `<?xml version="1.0"?>\n${doctype}\n${serializeXml(apf)}\n` },
  ]
}

const areTags = (tags: unknown): tags is readonly Tag[] =>
  Array.isArray(tags) &&
  tags.every((tag) => Array.isArray(tag) && Number.isInteger(tag[0]) && typeof tag[1] === 'string')

/** Tags around a text that came from elsewhere; they add no character. */
const plainTags = (text: string): Tag[] => [
  [0, '<DOC><BODY><TEXT>'],
  [text.length, '</TEXT></BODY></DOC>'],
]

export const ace05: Format = {
  name: 'ace05',
  summary: 'ACE 2005 / 2004, NAME.sgm with NAME.apf.xml',
  accepts: (path) => path.endsWith('.sgm') && !/(^|\/)(adj|fp1|fp2)\//.test(path),
  sniff: (head, path) =>
    path.endsWith('.apf.xml') || (/^\s*</.test(head) && /<source_file\b/.test(head))
      ? 2
      : path.endsWith('.sgm') && /<DOC>/i.test(head)
        ? 2
        : 0,
  read,
  beside: (source) => [otherFile(source)],
  writeFiles,
  needsTokens: false,
  offsetUnit: 'codepoint',
  carries: ['mentions', 'relations', 'clusters'],
  extension: '',
}
