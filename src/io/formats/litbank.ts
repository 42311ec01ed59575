/**
 * LitBank: `entities/tsv/NAME.tsv` (a token a line, nested BIO layers) with
 * `coref/tsv/NAME.ann` and `.txt` beside it. Mentions come from the entity
 * layers, clusters from the coreference file, entities from its proper names.
 * Copula and apposition mentions stand alone, as in LitBank's own CoNLL files.
 */
import { join } from 'node:path'
import { alignSpans, onText, sentencesOfLengths } from '../columns.ts'
import { createDocument, type Document, type LabelledLike, listClusters, listMentions, type SpanLike, type Spans } from '../document.ts'
import { HmtlError } from '../errors.ts'
import { isBlankLine, tabFieldsOf } from '../fields.ts'
import { attempt, type Format, type FormatContext, maxDocumentBytes, reportUncarried, requireTokens } from '../format.ts'
import { readAll, readBeside, type Source, stem } from '../source.ts'
import { decodeTags, encodeTags, isTag, type TagSpan } from '../tags.ts'
import { decodeUtf8 } from '../text.ts'
import { joinTokens, sentenceSpans, tokenSpan, words } from '../tokens.ts'
import { safeName } from './brat.ts'

const key = 'litbank'
const layers = 4

interface Tokens {
  readonly text: string
  readonly tokens: Spans
  readonly sentences: Spans
  /** First token of each sentence. */
  readonly starts: Int32Array
}

interface Coreference {
  readonly entities: LabelledLike[]
  readonly clusters: SpanLike[][]
  readonly mentions: LabelledLike[]
  readonly links: string[]
}

const tokensOf = (rows: readonly (readonly string[])[]): Tokens => {
  const full = rows.filter((row) => row.length > 0)
  const { text, tokens } = joinTokens(full.flat())
  const sentences = sentencesOfLengths(full.map((row) => row.length))
  return { text, tokens, sentences, starts: sentences.begin }
}

const entityLayers = (tsv: string, id: string) => {
  const sentences: string[][][] = [[]]
  tsv.split('\n').forEach((raw, i) => {
    const line = raw.replace(/\r$/, '')
    if (isBlankLine(line)) {
      if (sentences[sentences.length - 1].length > 0) sentences.push([])
      return
    }
    const fields = tabFieldsOf(line)
    if (fields.length < 2 || fields[0] === '') throw new HmtlError('HMTL_INPUT_SYNTAX', 'a line without a word and a tag', { document: id, line: i + 1 })
    const odd = fields.slice(1).find((cell) => cell !== '' && !isTag(cell))
    if (odd !== undefined) throw new HmtlError('HMTL_INPUT_SYNTAX', `"${odd}" is not a tag`, { document: id, line: i + 1 })
    sentences[sentences.length - 1].push(fields)
  })
  const rows = sentences.filter((sentence) => sentence.length > 0)
  const base = tokensOf(rows.map((sentence) => sentence.map((fields) => fields[0])))
  const spans: TagSpan[] = []
  rows.forEach((sentence, s) => {
    // Four layers in LitBank; whatever a file has.
    const last = sentence.reduce((most, fields) => Math.max(most, fields.length - 1), 0)
    for (let layer = 1; layer <= last; layer++)
      for (const { begin, end, label } of decodeTags(sentence.map((fields) => fields[layer] || 'O')))
        spans.push({ begin: begin + base.starts[s], end: end + base.starts[s], label })
  })
  return { ...base, mentions: onText(spans, base.tokens) }
}

const coreference = (ann: string, base: Tokens, id: string, context: FormatContext): Coreference => {
  const mentions = new Map<string, LabelledLike & { category: string }>()
  const entityOf = new Map<string, string>()
  const links: string[] = []
  ann.split('\n').forEach((raw, i) => {
    const line = raw.replace(/\r$/, '')
    if (line === '') return
    const fail = (message: string) => new HmtlError('HMTL_INPUT_SYNTAX', message, { document: id, line: i + 1 })
    const [kind, name, ...fields] = line.split('\t')
    if (kind === 'MENTION') {
      const [s1, t1, s2, t2] = fields.slice(0, 4).map(Number)
      const begin = base.starts[s1] + t1
      const end = base.starts[s2] + t2
      if (!(begin >= 0 && end < base.tokens.begin.length && begin <= end)) throw fail(`mention ${name} is not inside the text`)
      mentions.set(name, { start: base.tokens.begin[begin], end: base.tokens.end[end], label: fields[5], category: fields[6] })
    } else if (kind === 'COREF') entityOf.set(name, fields[0])
    else if (kind === 'COP' || kind === 'APPOS') links.push(line)
    else throw fail(`"${kind}" is not a LitBank annotation`)
  })
  context.report.add('copula-or-apposition', id, '', links.length)
  const clusters = new Map<string, SpanLike[]>()
  for (const [name, { start, end }] of mentions) {
    const entity = entityOf.get(name) ?? name
    clusters.set(entity, [...(clusters.get(entity) ?? []), { start, end }])
  }
  const list = [...mentions.values()]
  const plain = ({ start, end, label }: LabelledLike) => ({ start, end, label })
  return {
    entities: list.filter(({ category }) => category === 'PROP').map(plain),
    mentions: list.map(plain),
    clusters: [...clusters.values()].filter((cluster) => cluster.length > 1 || context.options.singletons !== false),
    links,
  }
}

async function* read(source: Source, context: FormatContext): AsyncGenerator<Document> {
  const name = stem(source, '.tsv', '.ann')
  const isEntities = source.relative.endsWith('.tsv') || !source.relative.endsWith('.ann')
  const main = decodeUtf8(await readAll(source, maxDocumentBytes(context)))
  const beside = isEntities ? join('..', '..', 'coref', 'tsv') : '.'
  const annBytes = isEntities ? await readBeside(source, join(beside, `${name}.ann`)) : undefined
  const textBytes = isEntities ? undefined : await readBeside(source, `${name}.txt`)
  const document = attempt(context, { source: source.name, document: name }, undefined, () => {
    if (isEntities) {
      const { starts: _, ...base } = entityLayers(main, name)
      if (!annBytes) return createDocument({ id: name, ...base })
      const { entities, clusters, links } = coreference(decodeUtf8(annBytes), { ...base, starts: base.sentences.begin }, name, context)
      return createDocument({ id: name, ...base, entities, clusters, metadata: { [key]: { links } } })
    }
    if (!textBytes) throw new HmtlError('HMTL_INPUT_NOT_FOUND', `${name}.txt is not beside ${source.name}`)
    const rows = decodeUtf8(textBytes)
      .split('\n')
      .map((line) => line.split(/[ \t\r]+/).filter(Boolean))
    const { starts, ...base } = tokensOf(rows)
    const { entities, clusters, mentions, links } = coreference(main, { ...base, starts }, name, context)
    return createDocument({ id: name, ...base, entities, mentions, clusters, metadata: { [key]: { links } } })
  })
  if (document) yield document
}

const writeFiles = (document: Document, context: FormatContext) => {
  reportUncarried(document, ['entities', 'mentions', 'clusters'], context)
  const tokens = requireTokens(document, 'litbank')
  const list = words(document)
  const sentences = sentenceSpans(document)
  const name = safeName(document.id)
  const spans = document.mentions ? alignSpans(document, document.mentions, 'mention', context, tokens) : []
  const columns = layered(spans, tokens.begin.length, document, context)
  const tsv: string[] = []
  const text: string[] = []
  for (let s = 0; s < sentences.begin.length; s++) {
    for (let i = sentences.begin[s]; i < sentences.end[s]; i++) tsv.push(`${[list[i], ...columns.map((column) => column[i])].join('\t')}\t`)
    tsv.push('')
    text.push(`${list.slice(sentences.begin[s], sentences.end[s]).join(' ')}`)
  }
  const files = [{ name: `entities/tsv/${name}.tsv`, data: `${tsv.join('\n')}\n` }]
  if (!document.clusters) return files
  return [
    ...files,
    { name: `coref/tsv/${name}.ann`, data: encodeCoreference(document, sentences, tokens, context) },
    { name: `coref/tsv/${name}.txt`, data: `${text.join('\n')}\n` },
  ]
}

/** Nested spans over a few flat columns, the outer ones first. */
const layered = (spans: readonly TagSpan[], count: number, document: Document, context: FormatContext): string[][] => {
  const free: TagSpan[][] = Array.from({ length: layers }, () => [])
  for (const span of [...spans].sort((a, b) => b.end - b.begin - (a.end - a.begin) || a.begin - b.begin)) {
    const layer = free.find((taken) => taken.every((other) => span.end <= other.begin || other.end <= span.begin))
    if (layer) layer.push(span)
    else context.report.add('nested-mention', document.id, `tokens ${span.begin}..${span.end} ${span.label}`)
  }
  return free.map((taken) =>
    encodeTags(
      taken.sort((a, b) => a.begin - b.begin),
      0,
      count,
      'bio',
    ),
  )
}

const encodeCoreference = (document: Document, sentences: Spans, tokens: Spans, context: FormatContext): string => {
  const labels = new Map((document.mentions ? listMentions(document.mentions) : []).map(({ start, end, label }) => [`${start} ${end}`, label]))
  const names = new Set(document.entities ? Array.from(document.entities.begin, (start, i) => `${start} ${document.entities?.end[i]}`) : [])
  const mentionLines: string[] = []
  const corefLines: string[] = []
  const place = (token: number) => {
    const sentence = sentences.begin.findLastIndex((from) => from <= token)
    return [sentence, token - sentences.begin[sentence]]
  }
  for (const [c, cluster] of (document.clusters ? listClusters(document.clusters) : []).entries()) {
    for (const { start, end } of cluster) {
      const span = tokenSpan(tokens, start, end)
      if (!span) {
        context.report.add('off-token-cluster-member', document.id, `${start}..${end}`)
        continue
      }
      const id = `T${mentionLines.length}`
      const category = names.has(`${start} ${end}`) ? 'PROP' : 'NOM'
      mentionLines.push(
        ['MENTION', id, ...place(span.begin), ...place(span.end - 1), document.text.slice(start, end).replace(/\s+/g, ' '), labels.get(`${start} ${end}`) ?? 'PER', category].join(
          '\t',
        ),
      )
      corefLines.push(`COREF\t${id}\t${c}`)
    }
  }
  return [...mentionLines, ...corefLines].map((line) => `${line}\n`).join('')
}

export const litbank: Format = {
  name: 'litbank',
  summary: 'LitBank entities/tsv with coref/tsv',
  accepts: (path) => /\.tsv$/.test(path),
  sniff: (head, path) => {
    if (/^MENTION\t\S+\t\d+\t\d+\t\d+\t\d+\t/.test(head)) return 2
    const line = head.split('\n').find((text) => text.trim() !== '')
    return path.endsWith('.tsv') && line !== undefined && /^\S+(\t(O|[BI]-\w+)){2,}\t?$/.test(line) ? 2 : 0
  },
  read,
  writeFiles,
  needsTokens: true,
  carries: ['entities', 'mentions', 'clusters'],
  extension: '',
}
