/**
 * What spaCy was trained on before its DocBin, as JSON: `["text", {"entities": [[0, 3, "PER"]]}]`, a line each or in an
 * array, or in the object of an annotator for it. Offsets are Python's, code points. Read only.
 */
import { createDocument, type Document } from '../document/document.ts'
import { attempt, type Format, type FormatContext, maxDocumentBytes } from '../format.ts'
import { type Source, stem } from '../source.ts'
import { metadataOfFields } from '../syntax/fields.ts'
import { headOf } from '../syntax/head.ts'
import { jsonArrayItems } from '../syntax/json-array.ts'
import { pairHead } from '../syntax/json-head.ts'
import { documentsOfArray, documentsOfLines, parseJsonLine } from '../syntax/json-records.ts'
import { lenient } from '../syntax/lenient.ts'
import { fieldFault, isObject, type Json, spanLayer, spanOfTriple, spanReader, textOf } from '../syntax/span-records.ts'

const key = 'spacy-train'

const decode = (item: unknown, id: string, context: FormatContext): Document => {
  const [given, annotations] = Array.isArray(item) ? item : []
  if (!Array.isArray(item) || item.length !== 2 || typeof given !== 'string' || !isObject(annotations))
    throw fieldFault('entities', 'in an item ["text", {"entities": [[start, end, "LABEL"]]}]')
  const { entities, ...fields } = annotations
  if (!Array.isArray(entities)) throw fieldFault('entities', 'a list of spans as [start, end, label]')
  const spanOf = spanReader(given)
  const { take, end } = lenient(id, context)
  const spans = entities.flatMap((entity: unknown) => {
    const read = () => {
      const span = spanOfTriple(entity, 'entities')
      return [{ ...spanOf(span, 'entities'), label: textOf(span.label, 'label') }]
    }
    return take('unreadable-span', read) ?? []
  })
  end()
  return createDocument({ id, text: given, [spanLayer(context)]: spans, metadata: metadataOfFields(fields, key) })
}

/** The items of the object that an annotator writes, which holds all of them; what it did not annotate is null. */
const itemsOf = ({ annotations }: Json): unknown[] => {
  if (!Array.isArray(annotations)) throw fieldFault('annotations', 'a list')
  return annotations.filter((item) => item !== null)
}

async function* read(given: Source, context: FormatContext) {
  const name = stem(given, '.jsonl', '.json')
  const { head, source } = await headOf(given, (text) => /^\s*[[{]\s*\S/.test(text))
  if (/^\s*\[\s*"/.test(head)) yield* documentsOfLines(source, name, decode, context)
  else if (!head.trimStart().startsWith('{')) yield* documentsOfArray(source, name, decode, context, 'array')
  else
    for await (const { text, offset } of jsonArrayItems(source, maxDocumentBytes(context))) {
      const items = attempt(context, { source: source.name, offset }, text, () => itemsOf(parseJsonLine(text) as Json))
      for (const [i, item] of (items ?? []).entries()) {
        const id = `${name}:${i}`
        const place = { source: source.name, document: id, offset }
        const document = attempt(context, place, undefined, () => decode(item, id, context))
        if (document) yield document
      }
    }
}

export const spacyTrain: Format = {
  name: 'spacy-train',
  summary: 'spaCy’s training data as JSON, ["text", {"entities": [[0, 3, "PER"]]}]: spans of one layer (reading only)',
  accepts: (path) => path.endsWith('.spacy-train.json'),
  sniff: (head) => (pairHead(head)?.fields.get('entities')?.startsWith('[') ? 2 : 0),
  sniffJson({ broken, fields, begins: values }) {
    if (broken) return undefined
    return fields.has('classes') && /^\[\s*(null\s*,\s*)*\[\s*"/.test(values.get('annotations') ?? '') ? 2 : 0
  },
  read,
  needsTokens: false,
  carries: ['entities'],
  extension: '',
}
