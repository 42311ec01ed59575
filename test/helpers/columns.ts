/** What tests of column formats look at, and lines made for them. */
import { type Document, listClusters, listMentions, listSpans } from '../../src/io/document/document.ts'
import { read, write } from './documents.ts'

export const rewritten = async (format: string, text: string): Promise<string> =>
  (await write(format, (await read(format, text)).documents)).bytes.toString()
export const texts = (documents: readonly Document[]) => documents.map(({ text }) => text)
export const wordsOf = ({ text, tokens }: Document) =>
  Array.from(tokens!.begin, (from, i) => text.slice(from, tokens!.end[i]))
export const entitiesOf = (document: Document) =>
  listSpans(document.entities!).map(({ start, end, label }) => `${document.text.slice(start, end)} ${label}`)
export const mentionsOf = (document: Document) =>
  listMentions(document.mentions!).map(({ start, end, label }) => `${document.text.slice(start, end)} ${label}`)
export const clustersOf = (document: Document) =>
  listClusters(document.clusters!)
    .map((cluster) => cluster.map(({ start, end }) => document.text.slice(start, end)).sort())
    .sort()

/** CoNLL-U lines: number, form and `Entity=` of each. */
export const conlluLines = (...rows: readonly (readonly [number: string, form: string, entity?: string])[]) =>
  `${rows.map(([number, form, entity]) => `${number}\t${form}\t_\t_\t_\t_\t_\t_\t_\t${entity ? `Entity=${entity}` : '_'}`).join('\n')}\n\n`
export const part = (rows: readonly string[], header = '#begin document (p); part 000', footer = '#end document') =>
  `${header}\n${rows.join('\n')}\n\n${footer}\n`
