/** JSON that is not one record a line: an array of the records of JSON lines, or such records over several lines. */
import type { Document } from '../document/document.ts'
import { attempt, type Format, type FormatContext, jsonOptions, layersAll, maxDocumentBytes } from '../format.ts'
import { toJson } from '../document/json.ts'
import { stringifyExact } from '../syntax/exact-json.ts'
import { headOf } from '../syntax/head.ts'
import { jsonArrayItems } from '../syntax/json-array.ts'
import { type Source, stem } from '../source.ts'
import { recordsOf } from './jsonl.ts'

async function* read(given: Source, context: FormatContext): AsyncGenerator<Document> {
  const name = stem(given, '.json')
  const { head, source } = await headOf(given, () => true)
  const { keepLines } = context.options
  const records = recordsOf(name, head, context)
  for await (const { text, index, offset, error } of jsonArrayItems(source, maxDocumentBytes(context))) {
    const id = `${name}:${index}`
    // A record over several lines cannot be a line again.
    const keep = keepLines === true && !/[\r\n]/.test(text)
    const document = attempt(context, { source: source.name, document: id, offset }, text, () => {
      try {
        if (error) throw error
        return records.record(text, id, keep)
      } catch (fault) {
        records.recover()
        throw fault
      }
    })
    if (document) yield document
  }
  const last = attempt(context, { source: source.name }, undefined, () => records.end())
  if (last) yield last
}

async function* write(documents: AsyncIterable<Document>, context: FormatContext): AsyncGenerator<string> {
  const options = jsonOptions(context)
  let before = '['
  for await (const document of documents) {
    yield `${before}\n${stringifyExact(toJson(document, options))}`
    before = ','
  }
  yield before === '[' ? '[]\n' : '\n]\n'
}

export const json: Format = {
  name: 'json',
  summary: 'a JSON array of the records of JSON lines',
  accepts: (path) => path.endsWith('.json'),
  sniff: () => 0,
  // Whatever no other format knows: an array, a record over several lines, or several on one.
  sniffJson: ({ array, spread, joined }) => (array || spread || joined ? 1 : 0),
  read,
  write,
  needsTokens: false,
  carries: layersAll,
  extension: '.json',
}
