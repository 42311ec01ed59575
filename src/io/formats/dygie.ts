/** DyGIE and SciERC JSON lines: token lists by sentence, inclusive token indexes over the document. */
import { metadataOf, sentencesOfLengths } from '../syntax/columns.ts'
import { createDocument, type Document, listRelations, type SpanLike, type Spans } from '../document/document.ts'
import { HmtlError } from '../errors.ts'
import { idText, stringifyExact, withDoubles } from '../syntax/exact-json.ts'
import { fieldsOf, metadataOfFields } from '../syntax/fields.ts'
import { type Format, type FormatContext, reportLayers, requireTokens } from '../format.ts'
import { gather } from '../gather.ts'
import { headOf } from '../syntax/head.ts'
import { documentsOfArray, documentsOfLines } from '../syntax/json-records.ts'
import { lenient } from '../syntax/lenient.ts'
import { type Source, stem } from '../source.ts'
import { joinTokens, sentenceSpans, type TokenSpan, tokenSpan, words } from '../document/tokens.ts'
import { tokenClusters } from '../syntax/brackets.ts'
import { tokenSpanReader } from '../syntax/token-spans.ts'
import { layersToWrite, reportMerged, spansToWrite } from '../syntax/span-layer.ts'

const key = 'dygie'

type Row = readonly unknown[]

const fail = (field: string, document: string, expected: string) =>
  new HmtlError('HMTL_INPUT_FIELD', `field "${field}" must be ${expected}`, { document })

const rowsOf = (value: unknown, field: string, document: string): Row[] => {
  if (!Array.isArray(value) || !value.every(Array.isArray)) throw fail(field, document, 'an array of arrays')
  return value
}

/** Layers of a record, gold or as `allennlp predict` adds them. */
const layerFields = ['ner', 'relations', 'clusters'] as const
const predicted = <T extends string>(field: T) => `predicted_${field}` as const

/**
 * Which of a record's fields are its layers. A record with predictions holds the
 * gold layers too; whoever wants what was predicted must not be given those.
 */
const layersOf = (
  record: Readonly<Record<string, unknown>>,
  predictions: boolean,
): Partial<Record<(typeof layerFields)[number], unknown>> => {
  const take = predictions && layerFields.some((field) => isPresent(record[predicted(field)]))
  return Object.fromEntries(layerFields.map((field) => [field, record[take ? predicted(field) : field] ?? undefined]))
}

const isPresent = (value: unknown): boolean => value !== undefined && value !== null

/** Clusters of PreCo: mentions as `[sentence, begin, end]`, the end exclusive. Undefined of anything else. */
const clustersOfPreco = (value: unknown, starts: Int32Array): number[][][] | undefined => {
  if (!Array.isArray(value)) return undefined
  const clusters: number[][][] = []
  for (const row of value) {
    if (!Array.isArray(row)) return undefined
    const cluster: number[][] = []
    for (const mention of row) {
      if (!Array.isArray(mention) || mention.length !== 3 || !mention.every(Number.isInteger)) return undefined
      const [sentence, from, to] = mention as number[]
      const [begin, end] = [starts[sentence] + from, starts[sentence] + to]
      if (!(from >= 0 && begin < end && end <= starts[sentence + 1])) return undefined
      cluster.push([begin, end - 1])
    }
    clusters.push(cluster)
  }
  return clusters
}

const decode = (record: unknown, fallbackId: string, context: FormatContext): Document => {
  if (typeof record !== 'object' || record === null || Array.isArray(record))
    throw new HmtlError('HMTL_INPUT_FIELD', 'record is not a JSON object')
  const {
    doc_key: rawKey,
    sentences: rawSentences,
    ner: _ner,
    relations: _relations,
    clusters: _clusters,
    id: ownId,
    mention_clusters: ofMentions,
    ...rest
  } = record as Record<string, unknown>
  const {
    ner,
    relations: rawRelations,
    clusters: ownClusters,
  } = layersOf(record as Record<string, unknown>, context.options.predictions === true)
  // PreCo calls a document's key so.
  const id = idText(rawKey) ?? idText(ownId) ?? fallbackId
  const sentenceWords = rowsOf(rawSentences, 'sentences', id)
  if (!sentenceWords.every((row) => row.every((word) => typeof word === 'string' && word !== '')))
    throw fail('sentences', id, 'lists of words that are not empty')
  // A sentence without words has no place among token spans; how many words each has is kept for writing.
  const lengths = sentenceWords.map((row) => row.length)
  const full = sentenceWords.filter((row) => row.length > 0)
  const { text, tokens } = joinTokens(full.flat() as string[])
  /** The first token of each sentence, and behind them the number of all. */
  const starts = new Int32Array(lengths.length + 1)
  for (let s = 0; s < lengths.length; s++) starts[s + 1] = starts[s] + lengths[s]
  const preco = ownClusters === undefined ? clustersOfPreco(ofMentions, starts) : undefined
  const rawClusters = ownClusters ?? preco
  if (isPresent(ofMentions) && !preco)
    context.report.add('unread-clusters', id, 'mention_clusters', Array.isArray(ofMentions) ? ofMentions.length : 1)
  const others = {
    ...(isPresent(ownId) && (isPresent(rawKey) || typeof ownId !== 'string') ? { id: ownId } : {}),
    ...rest,
    ...(ofMentions === undefined || preco ? {} : { mention_clusters: ofMentions }),
  }
  const { take, end } = lenient(id, context)
  const span = tokenSpanReader(tokens, 'inclusive', id, 'the whole document')
  const label = (value: unknown, field: string): string => {
    if (typeof value !== 'string') throw fail(field, id, 'a string label')
    return value
  }
  /** Predictions have the raw score and the probability after the label. */
  const scored = (item: Row, after: number, field: string) => {
    const score = withDoubles(item[after + 2])
    if (typeof score === 'number' && score >= 0 && score <= 1) return { score }
    if (item.length > after + 1) context.report.add('item-field', id, `${field} ${JSON.stringify(item).slice(0, 60)}`)
    return {}
  }
  /** What begins in another sentence than the list is of counts from that one's begin. */
  const checkSentence = (first: unknown, s: number | undefined, field: string): void => {
    const at = withDoubles(first)
    if (s === undefined || typeof at !== 'number' || (at >= starts[s] && at < starts[s + 1])) return
    throw new HmtlError('HMTL_DOCUMENT_OFFSET', `${field}[${s}]: token ${at} is in another sentence`, {
      document: id,
      remedy: 'Indexes are inclusive and count over the whole document, not from the begin of each sentence',
    })
  }
  const said = new Set<string>()
  const countAgain = (field: string, item: Row): void => {
    const key = JSON.stringify([field, ...item])
    if (said.has(key)) context.report.add(`duplicate-${field}`, id, JSON.stringify(item))
    said.add(key)
  }
  const items = <T>(value: unknown, field: string, make: (item: Row) => T): T[] | undefined =>
    value === undefined
      ? undefined
      : rowsOf(value, field, id).flatMap((row, s, rows) => {
          const within = rows.length === lengths.length ? s : undefined
          return row.flatMap(
            (item) =>
              take(`unreadable-${field}`, () => {
                const parts = Array.isArray(item) ? item : []
                checkSentence(parts[0], within, field)
                return [make(parts)]
              }) ?? [],
          )
        })
  const spans = items(ner, 'ner', (item) => {
    const found = { ...span(item[0], item[1], 'ner'), label: label(item[2], 'ner'), ...scored(item, 2, 'ner') }
    countAgain('ner', item.slice(0, 3))
    return found
  })
  const relations = items(rawRelations, 'relations', (item) => {
    const found = {
      arg1: span(item[0], item[1], 'relations'),
      arg2: span(item[2], item[3], 'relations'),
      label: label(item[4], 'relations'),
      ...scored(item, 4, 'relations'),
    }
    countAgain('relations', item.slice(0, 5))
    return found
  })
  const seen = new Set<string>()
  const isFresh = ({ start, end: stop }: SpanLike): boolean => {
    const place = `${start} ${stop}`
    if (seen.has(place)) context.report.add('duplicate-cluster-member', id, `${start}..${stop}`)
    return !seen.has(place) && seen.add(place) !== undefined
  }
  const clusters =
    rawClusters === undefined
      ? undefined
      : rowsOf(rawClusters, 'clusters', id)
          .map((row) =>
            row
              .flatMap(
                (item) =>
                  take('unreadable-clusters', () => [span((item as Row)?.[0], (item as Row)?.[1], 'clusters')]) ?? [],
              )
              .filter(isFresh),
          )
          .filter((cluster) => cluster.length > 0)
  end()
  const layer = context.options.layer ?? 'entities'
  const metadata = metadataOfFields(
    isPresent(rawKey) && typeof rawKey !== 'string' ? { doc_key: rawKey, ...others } : others,
    key,
    lengths.includes(0) ? { lengths } : {},
  )
  return createDocument({
    id,
    text,
    tokens,
    sentences: sentencesOfLengths(full.map((row) => row.length)),
    [layer]: spans,
    relations,
    clusters,
    metadata,
  })
}

async function* read(given: Source, context: FormatContext) {
  const { head, source } = await headOf(given, (text) => text.trim() !== '')
  const documents = /^\s*\[/.test(head) ? documentsOfArray : documentsOfLines
  yield* documents(source, stem(given, '.jsonl', '.json'), decode, context)
}

async function* write(documents: AsyncIterable<Document>, context: FormatContext) {
  for await (const document of documents) yield `${stringifyExact(encode(document, context))}\n`
}

/** Sentences as token spans, those without words in their places where the document still has the others. */
const sentencesToWrite = (document: Document): Spans => {
  const sentences = sentenceSpans(document)
  const { lengths } = metadataOf(document, key)
  if (!Array.isArray(lengths) || !lengths.every((length) => Number.isInteger(length) && length >= 0)) return sentences
  const full = lengths.filter((length) => length > 0)
  const same =
    full.length === sentences.begin.length &&
    full.every((length, s) => length === sentences.end[s] - sentences.begin[s])
  return same ? sentencesOfLengths(lengths) : sentences
}

const encode = (document: Document, context: FormatContext): Record<string, unknown> => {
  const layers = layersToWrite(context)
  reportLayers(document, [...layers, 'relations', 'clusters'], context)
  reportMerged(document, layers, context)
  const tokens = requireTokens(document, 'dygie', context)
  const list = words(document)
  const sentences = sentencesToWrite(document)
  const sentenceOf = new Int32Array(tokens.begin.length)
  for (let s = 0; s < sentences.begin.length; s++) sentenceOf.fill(s, sentences.begin[s], sentences.end[s])
  const bySentence = <T extends readonly [number, ...unknown[]]>(items: readonly T[]): T[][] => {
    const out: T[][] = Array.from(sentences.begin, () => [])
    for (const item of items) out[sentenceOf[item[0]]].push(item)
    return out
  }
  const exact = (begin: number, end: number, kind: string): TokenSpan | undefined => {
    const span = tokenSpan(tokens, begin, end)
    if (!span) context.report.add(`off-token-${kind}`, document.id, `${begin}..${end}`)
    else if (!span.exact) context.report.add(`unaligned-${kind}`, document.id, `${begin}..${end}`)
    return span
  }
  // Indexes are the document's, so that a span may go over sentences.
  const spans = spansToWrite(document, layers).flatMap(({ start, end, label }): [number, number, string][] => {
    const span = exact(start, end, 'entity')
    return span ? [[span.begin, span.end - 1, label]] : []
  })
  const relations = (document.relations ? listRelations(document.relations) : []).flatMap(
    ({ label, arg1, arg2 }): [number, number, number, number, string][] => {
      const one = exact(arg1.start, arg1.end, 'relation')
      const two = exact(arg2.start, arg2.end, 'relation')
      return one && two ? [[one.begin, one.end - 1, two.begin, two.end - 1, label]] : []
    },
  )
  const clusters = new Map<string, [number, number][]>()
  for (const { cluster, begin, end } of tokenClusters(document, context, tokens))
    gather(clusters, cluster, [begin, end - 1])
  return {
    doc_key: document.id,
    ...fieldsOf(document, key, 'doc_key', ['sentences', ...layerFields], context),
    sentences: Array.from(sentences.begin, (begin, s) => list.slice(begin, sentences.end[s])),
    ...(layers.some((layer) => document[layer]) ? { ner: bySentence(spans) } : {}),
    ...(document.relations ? { relations: bySentence(relations) } : {}),
    ...(document.clusters ? { clusters: [...clusters.values()] } : {}),
  }
}

export const dygie: Format = {
  name: 'dygie',
  summary: 'DyGIE / SciERC JSON lines or an array (doc_key, sentences, ner, relations, clusters)',
  accepts: (path) => /\.jsonl?$/.test(path),
  sniff: () => 0,
  // The nested sentence lists are the mark; records of ours have a text, and sentences under `hmtl`.
  sniffJson({ array, whole, fields }) {
    if (array) return fields.has('doc_key') && fields.get('sentences') === '[[' ? 2 : 0
    if (!fields.has('doc_key') && (fields.has('text') || fields.has('tokens') || fields.has('hmtl'))) return 0
    if (fields.has('sentences')) return fields.get('sentences') === '[[' || fields.has('doc_key') ? 2 : 0
    return !whole && (fields.has('doc_key') || [...fields.values()].includes('[[')) ? 1 : 0
  },
  read,
  write,
  needsTokens: true,
  carries: ['entities', 'relations', 'clusters'],
  extension: '.dygie.jsonl',
}
