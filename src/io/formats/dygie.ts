/** DyGIE and SciERC JSON lines: token lists by sentence, inclusive token indexes over the document. */
import { alignSpans, sentencesOfLengths } from '../columns.ts'
import { createDocument, type Document, labelledSpansOf, listRelations, type SpanLike } from '../document.ts'
import { HmtlError } from '../errors.ts'
import { type Format, type FormatContext, reportUncarried, requireTokens } from '../format.ts'
import { parseLines } from '../parse-lines.ts'
import { type Source, stem } from '../source.ts'
import { joinTokens, sentenceSpans, tokenSpan, words } from '../tokens.ts'
import { tokenClusters } from './brackets.ts'
import { spansToWrite } from './brat.ts'
import { parseJsonLine } from './jsonl.ts'

type Row = readonly unknown[]

const fail = (field: string, document: string, expected: string) => new HmtlError('HMTL_INPUT_FIELD', `field "${field}" must be ${expected}`, { document })

const rowsOf = (value: unknown, field: string, document: string): Row[] => {
  if (!Array.isArray(value) || !value.every(Array.isArray)) throw fail(field, document, 'an array of arrays')
  return value
}

const decode = (record: unknown, fallbackId: string, context: FormatContext): Document => {
  if (typeof record !== 'object' || record === null || Array.isArray(record)) throw new HmtlError('HMTL_INPUT_FIELD', 'record is not a JSON object')
  const { doc_key: rawKey, sentences: rawSentences, ner, relations: rawRelations, clusters: rawClusters, ...metadata } = record as Record<string, unknown>
  const id = typeof rawKey === 'string' ? rawKey : fallbackId
  const sentenceWords = rowsOf(rawSentences, 'sentences', id)
  if (!sentenceWords.every((row) => row.every((word) => typeof word === 'string' && word !== ''))) throw fail('sentences', id, 'lists of words that are not empty')
  // A sentence without words has no place among token spans; its lists are empty too.
  const full = sentenceWords.filter((row) => row.length > 0)
  const { text, tokens } = joinTokens(full.flat() as string[])
  const count = tokens.begin.length
  const span = (begin: unknown, end: unknown, field: string): SpanLike => {
    if (!Number.isInteger(begin) || !Number.isInteger(end) || (begin as number) < 0 || (end as number) >= count || (begin as number) > (end as number))
      throw new HmtlError('HMTL_DOCUMENT_OFFSET', `${field}: ${begin}..${end} is not a span of ${count} tokens`, {
        document: id,
        remedy: 'Indexes are inclusive and count over the whole document',
      })
    return { start: tokens.begin[begin as number], end: tokens.end[end as number] }
  }
  const label = (value: unknown, field: string): string => {
    if (typeof value !== 'string') throw fail(field, id, 'a string label')
    return value
  }
  const spans =
    ner === undefined
      ? undefined
      : rowsOf(ner, 'ner', id).flatMap((row) => rowsOf(row, 'ner', id).map((item) => ({ ...span(item[0], item[1], 'ner'), label: label(item[2], 'ner') })))
  const relations =
    rawRelations === undefined
      ? undefined
      : rowsOf(rawRelations, 'relations', id).flatMap((row) =>
          rowsOf(row, 'relations', id).map((item) => ({
            arg1: span(item[0], item[1], 'relations'),
            arg2: span(item[2], item[3], 'relations'),
            label: label(item[4], 'relations'),
          })),
        )
  const seen = new Set<string>()
  const clusters =
    rawClusters === undefined
      ? undefined
      : rowsOf(rawClusters, 'clusters', id)
          .map((row) =>
            rowsOf(row, 'clusters', id)
              .map((item) => span(item[0], item[1], 'clusters'))
              .filter(({ start, end }) => {
                const fresh = !seen.has(`${start} ${end}`)
                seen.add(`${start} ${end}`)
                if (!fresh) context.report.add('duplicate-cluster-member', id, `${start}..${end}`)
                return fresh
              }),
          )
          .filter((cluster) => cluster.length > 0)
  const layer = context.options.layer ?? 'entities'
  return createDocument({ id, text, tokens, sentences: sentencesOfLengths(full.map((row) => row.length)), [layer]: spans, relations, clusters, metadata })
}

const read = (source: Source, context: FormatContext) => {
  const name = stem(source, '.jsonl', '.json')
  return parseLines(source, context, {
    line: ({ text, number }) => (text.trim() === '' ? undefined : decode(parseJsonLine(text), `${name}:${number}`, context)),
    end: () => undefined,
    recover: () => undefined,
  })
}

async function* write(documents: AsyncIterable<Document>, context: FormatContext) {
  for await (const document of documents) yield `${JSON.stringify(encode(document, context))}\n`
}

const encode = (document: Document, context: FormatContext): Record<string, unknown> => {
  reportUncarried(document, ['entities', 'mentions', 'relations', 'clusters'], context)
  const tokens = requireTokens(document, 'dygie')
  const list = words(document)
  const sentences = sentenceSpans(document)
  const bySentence = <T>(items: readonly T[], tokenOf: (item: T) => number): T[][] => {
    const out: T[][] = Array.from(sentences.begin, () => [])
    for (const item of items)
      out[
        Math.max(
          0,
          sentences.end.findIndex((end) => tokenOf(item) < end),
        )
      ].push(item)
    return out
  }
  const spans = alignSpans(document, labelledSpansOf(spansToWrite(document, context.options.layer)), 'entity', context, tokens)
  const relations: [number, number, number, number, string][] = []
  for (const { label, arg1, arg2 } of document.relations ? listRelations(document.relations) : []) {
    const one = tokenSpan(tokens, arg1.start, arg1.end)
    const two = tokenSpan(tokens, arg2.start, arg2.end)
    if (one && two) relations.push([one.begin, one.end - 1, two.begin, two.end - 1, label])
    else context.report.add('off-token-relation', document.id, label)
  }
  const clusters = new Map<string, [number, number][]>()
  for (const { cluster, begin, end } of tokenClusters(document, context, tokens)) clusters.set(cluster, [...(clusters.get(cluster) ?? []), [begin, end - 1]])
  return {
    doc_key: document.id,
    ...document.metadata,
    sentences: Array.from(sentences.begin, (begin, s) => list.slice(begin, sentences.end[s])),
    ...(document.entities || document.mentions
      ? {
          ner: bySentence(
            spans.map(({ begin, end, label }) => [begin, end - 1, label] as const),
            ([begin]) => begin,
          ),
        }
      : {}),
    ...(document.relations ? { relations: bySentence(relations, ([begin]) => begin) } : {}),
    ...(document.clusters ? { clusters: [...clusters.values()] } : {}),
  }
}

export const dygie: Format = {
  name: 'dygie',
  summary: 'DyGIE / SciERC JSON lines (doc_key, sentences, ner, relations, clusters)',
  accepts: (path) => /\.jsonl?$/.test(path),
  sniff: () => 0,
  // The nested sentence lists are the mark; records of ours have a text, and sentences under `hmtl`.
  sniffJson({ array, whole, fields }) {
    if (array || (!fields.has('doc_key') && (fields.has('text') || fields.has('tokens') || fields.has('hmtl')))) return 0
    if (fields.has('sentences')) return fields.get('sentences') === '[[' || fields.has('doc_key') ? 2 : 0
    return !whole && (fields.has('doc_key') || [...fields.values()].includes('[[')) ? 1 : 0
  },
  read,
  write,
  needsTokens: true,
  carries: ['entities', 'relations', 'clusters'],
  extension: '.dygie.jsonl',
}
