/**
 * LitBank: `entities/tsv/NAME.tsv` (a token a line, nested BIO layers) with
 * `coref/tsv/NAME.ann` and `.txt` beside it. Mentions come from the entity
 * layers, clusters from the coreference file, entities from its proper names.
 * Copula and apposition mentions stand alone, as in LitBank's own CoNLL files;
 * a mention that no line names again is in no cluster.
 */
import { join } from 'node:path'
import { columnWord, metadataOf, onText, sentencesOfLengths } from '../syntax/columns.ts'
import {
  createDocument,
  type Document,
  type LabelledLike,
  listClusters,
  type SpanLike,
  type Spans,
} from '../document/document.ts'
import { HmtlError, within } from '../errors.ts'
import {
  attempt,
  type Format,
  type FormatContext,
  formatContext,
  maxDocumentBytes,
  reportUncarried,
  requireTokens,
} from '../format.ts'
import { checkCovered, lenient } from '../syntax/lenient.ts'
import { encodeCoreference, layered, layers, listed } from '../syntax/litbank-rows.ts'
import { withNewlines } from '../syntax/line-ends.ts'
import { isBlankLine, tabFieldsOf } from '../syntax/line-fields.ts'
import { nameBeside, readAll, readBeside, type Source, stem } from '../source.ts'
import { decodeTags, isTag, type TagSpan } from '../document/tags.ts'
import { decodeUtf8 } from '../syntax/text.ts'
import { joinTokens, sentenceSpans, words } from '../document/tokens.ts'
import { fileName } from './brat.ts'
import { gather } from '../gather.ts'

const key = 'litbank'

interface Tokens {
  readonly text: string
  readonly tokens: Spans
  readonly sentences: Spans
  /** First token of each line that a sentence number counts. */
  readonly starts: Int32Array
}

interface Coreference {
  readonly entities: LabelledLike[]
  /** Undefined where mentions are in no relation of any kind. */
  readonly clusters: SpanLike[][] | undefined
  readonly mentions: LabelledLike[]
}

/** @param rows a line of words each; a line without words counts where sentences are numbered, but is none */
const tokensOf = (rows: readonly (readonly string[])[]): Tokens => {
  const { text, tokens } = joinTokens(rows.flat())
  const lengths = rows.map((row) => row.length)
  return {
    text,
    tokens,
    sentences: sentencesOfLengths(lengths.filter((length) => length > 0)),
    starts: sentencesOfLengths(lengths).begin,
  }
}

/** A file's text, its lines ended by newlines where old programs end them otherwise. */
const textOf = (bytes: Buffer): string => withNewlines(decodeUtf8(bytes))

/** Words of a coreference text: a line a sentence, the space alone separates them. */
const rowsOfText = (bytes: Buffer): string[][] =>
  textOf(bytes)
    .replace(/\n$/, '')
    .split('\n')
    .map((line) => line.replace(/\r$/, '').split(' ').filter(Boolean))

const remedy = 'Sentences are the lines of the text, from 0, and tokens are separated by single spaces'

const entityLayers = (tsv: string, id: string) => {
  const sentences: string[][][] = [[]]
  tsv.split('\n').forEach((raw, i) => {
    const line = raw.replace(/\r$/, '')
    if (isBlankLine(line)) {
      if (sentences[sentences.length - 1].length > 0) sentences.push([])
      return
    }
    const fields = tabFieldsOf(line)
    if (fields.length < 2 || fields[0] === '')
      throw new HmtlError('HMTL_INPUT_SYNTAX', 'a line without a word and a tag', { document: id, line: i + 1 })
    const odd = fields.slice(1).find((cell) => cell !== '' && !isTag(cell))
    if (odd !== undefined)
      throw new HmtlError('HMTL_INPUT_SYNTAX', `"${odd}" is not a tag`, { document: id, line: i + 1 })
    sentences[sentences.length - 1].push(fields)
  })
  const rows = sentences.filter((sentence) => sentence.length > 0)
  const base = tokensOf(rows.map((sentence) => sentence.map((fields) => fields[0])))
  const spans: TagSpan[] = []
  rows.forEach((sentence, s) => {
    // Four layers in LitBank; whatever a file has. Of each only what is tagged, or one wide row would widen them all.
    const tagged: { at: number; tags: string[] }[][] = []
    sentence.forEach((fields, at) => {
      fields.forEach((tag, layer) => {
        if (layer === 0 || tag === '' || tag === 'O') return
        const runs = (tagged[layer] ??= [])
        const run = runs[runs.length - 1]
        if (run && run.at + run.tags.length === at) run.tags.push(tag)
        else runs.push({ at, tags: [tag] })
      })
    })
    for (const { at, tags } of tagged.flat())
      for (const { begin, end, label } of decodeTags(tags))
        spans.push({ begin: begin + at + base.starts[s], end: end + at + base.starts[s], label })
  })
  return { ...base, mentions: onText(spans, base.tokens) }
}

const coreference = (ann: string, base: Tokens, id: string, context: FormatContext): Coreference => {
  const mentions = new Map<string, LabelledLike & { category: string }>()
  const entityOf = new Map<string, string>()
  const linked = new Set<string>()
  let links = 0
  const { take, end } = lenient(id, context)
  const count = base.tokens.begin.length
  const tokenAt = (sentence: number, token: number): number | undefined => {
    const at = base.starts[sentence] + token
    const next = base.starts[sentence + 1] ?? count
    return Number.isInteger(at) && token >= 0 && at < next ? at : undefined
  }
  ann.split('\n').forEach((raw, i) => {
    const line = raw.replace(/\r$/, '')
    if (line === '') return
    take(line.startsWith('MENTION') ? 'unreadable-mention' : 'unreadable-line', () => {
      const fail = (message: string) => new HmtlError('HMTL_INPUT_SYNTAX', message, { document: id, line: i + 1 })
      const [kind, name, ...fields] = line.split('\t')
      if (kind === 'MENTION') {
        const [s1, t1, s2, t2] = fields.slice(0, 4).map(Number)
        const [begin, end] = [tokenAt(s1, t1), tokenAt(s2, t2)]
        if (begin === undefined || end === undefined || begin > end)
          throw fail(`mention ${name} is not inside the text`)
        const [start, stop] = [base.tokens.begin[begin], base.tokens.end[end]]
        checkCovered(fields[4] ?? '', base.text.slice(start, stop), `mention ${name}`, id, i + 1, remedy)
        if (mentions.has(name)) context.report.add('repeated-id', id, name)
        mentions.set(name, { start, end: stop, label: fields[5] ?? 'UNKNOWN', category: fields[6] ?? '' })
      } else if (kind === 'COREF') {
        if (!fields[0]) throw fail(`${name} is of no entity`)
        if ((entityOf.get(name) ?? fields[0]) !== fields[0])
          context.report.add('duplicate-cluster-member', id, `${name} ${fields[0]}`)
        entityOf.set(name, fields[0])
      } else if (kind === 'COP' || kind === 'APPOS') {
        links++
        for (const each of [name, fields[0]]) linked.add(each)
      } else throw fail(`"${kind}" is not a LitBank annotation`)
    })
  })
  end()
  context.report.add('copula-or-apposition', id, '', links)
  for (const name of entityOf.keys()) if (!mentions.has(name)) context.report.add('dangling-reference', id, name)
  const clusters = new Map<string, SpanLike[]>()
  const taken = new Map<string, string>()
  for (const [name, { start, end }] of mentions) {
    const entity = entityOf.get(name) ?? (linked.has(name) ? name : undefined)
    const place = `${start} ${end}`
    // One span with several labels has a line for each.
    if (entity === undefined || taken.get(place) === entity) continue
    if (taken.has(place)) {
      context.report.add('duplicate-cluster-member', id, `${name} ${place}`)
      continue
    }
    taken.set(place, entity)
    gather(clusters, entity, { start, end })
  }
  const list = [...mentions.values()]
  const plain = ({ start, end, label }: LabelledLike) => ({ start, end, label })
  return {
    entities: list.filter(({ category }) => category === 'PROP').map(plain),
    mentions: list.map(plain),
    clusters:
      mentions.size > 0 && entityOf.size === 0 && linked.size === 0
        ? undefined
        : [...clusters.values()].filter((cluster) => cluster.length > 1 || context.options.singletons !== false),
  }
}

async function* read(source: Source, context: FormatContext): AsyncGenerator<Document> {
  const name = stem(source, '.tsv', '.ann')
  const isEntities = source.relative.endsWith('.tsv') || !source.relative.endsWith('.ann')
  const most = maxDocumentBytes(context)
  const bytes = await readAll(source, most)
  const beside = isEntities ? join('..', '..', 'coref', 'tsv') : '.'
  const annBytes = isEntities ? await readBeside(source, join(beside, `${name}.ann`), most) : undefined
  const textBytes = isEntities && !annBytes ? undefined : await readBeside(source, join(beside, `${name}.txt`), most)
  const [annName, textName] = ['ann', 'txt'].map((kind) => nameBeside(source, join(beside, `${name}.${kind}`)))
  const document = attempt(context, { source: source.name, document: name }, undefined, () => {
    const main = textOf(bytes)
    if (isEntities) {
      const read = entityLayers(main, name)
      const { starts, ...base } = read
      if (!annBytes) return createDocument({ id: name, ...base, metadata: { [key]: { tsv: main } } })
      const ann = within(annName, () => textOf(annBytes))
      const own = within(textName, () => startsOf(textBytes, read, name, context)) ?? starts
      const { entities, clusters } = within(annName, () => coreference(ann, { ...base, starts: own }, name, context))
      return createDocument({ id: name, ...base, entities, clusters, metadata: { [key]: { tsv: main, ann } } })
    }
    if (!textBytes) throw new HmtlError('HMTL_INPUT_NOT_FOUND', `${name}.txt is not beside ${source.name}`)
    const { starts, ...base } = within(textName, () => tokensOf(rowsOfText(textBytes)))
    const { entities, clusters, mentions } = coreference(main, { ...base, starts }, name, context)
    return createDocument({ id: name, ...base, entities, mentions, clusters, metadata: { [key]: { ann: main } } })
  })
  if (document) yield document
}

/** Lines of the coreference text, which number the sentences, where it has the words of the entity file. */
const startsOf = (
  textBytes: Buffer | undefined,
  { text, tokens }: Tokens,
  id: string,
  context: FormatContext,
): Int32Array | undefined => {
  if (!textBytes) return undefined
  const base = tokensOf(rowsOfText(textBytes))
  // A word with a space in it would be two.
  if (base.text === text && base.tokens.begin.length === tokens.begin.length) return base.starts
  context.report.add('texts-differ', id, 'the entity file and the coreference text')
  return undefined
}

const writeFiles = (document: Document, context: FormatContext) => {
  reportUncarried(document, ['entities', 'mentions', 'clusters'], context, key)
  const tokens = requireTokens(document, 'litbank', context)
  const { tsv: kept, ann: keptAnn } = metadataOf(document, key)
  const isLinked = document.clusters !== undefined || !!document.entities?.begin.length || keptAnn !== undefined
  // Spaces separate the words of the coreference text.
  const own = words(document)
  const list = own.map((word) => columnWord(word, document, context, isLinked ? ' ' : '\t'))
  const isChanged = list.some((word, i) => word !== own[i])
  const sentences = sentenceSpans(document)
  // The files of one document lie in two folders of one depth.
  const name = fileName(document, context, '%2F')
  const keptTsv = typeof kept === 'string' && !isChanged && saysTheSame(kept, document) ? kept : undefined
  if (typeof kept === 'string' && keptTsv === undefined) context.report.add('field', document.id, `${key}.tsv`)
  const columns = keptTsv === undefined ? layered(document, tokens, context) : []
  const tsv: string[] = []
  const text: string[] = []
  for (let s = 0; s < sentences.begin.length; s++) {
    for (let i = sentences.begin[s]; i < sentences.end[s]; i++)
      tsv.push(`${[list[i], ...columns.map((column) => column[i])].join('\t')}\t`)
    tsv.push('')
    text.push(`${list.slice(sentences.begin[s], sentences.end[s]).join(' ')}`)
  }
  const files = [{ name: `entities/tsv/${name}.tsv`, data: keptTsv ?? `${tsv.join('\n')}\n` }]
  if (!isLinked) return files
  const again = isChanged ? undefined : unchanged(document, sentences, tokens, context)
  return [
    ...files,
    {
      name: `coref/tsv/${name}.ann`,
      data: again ?? encodeCoreference(document, list, sentences, tokens, context),
    },
    { name: `coref/tsv/${name}.txt`, data: `${text.join('\n')}\n` },
  ]
}

/** Whether an entity file that was read still says what the document says. */
const saysTheSame = (tsv: string, document: Document): boolean => {
  try {
    const { text, mentions } = entityLayers(tsv, document.id)
    return text === document.text && spanMeaning(mentions) === spanMeaning(listed(document.mentions))
  } catch {
    return false
  }
}

/** The annotation file as it was read, if it still says what the document says. */
const unchanged = (document: Document, sentences: Spans, tokens: Spans, context: FormatContext): string | undefined => {
  const { ann } = metadataOf(document, key)
  if (typeof ann !== 'string') return undefined
  try {
    const base = { text: document.text, tokens, sentences, starts: Int32Array.from(sentences.begin, (token) => token) }
    const again = coreference(ann, base, document.id, formatContext({ options: context.options }))
    if (
      meaning(again) ===
      meaning({
        entities: listed(document.entities),
        clusters: document.clusters ? listClusters(document.clusters) : [],
      })
    )
      return ann
  } catch {
    // It is of another text, and written anew.
  }
  context.report.add('field', document.id, `${key}.ann`)
  return undefined
}

const spanMeaning = (spans: readonly LabelledLike[]): string =>
  JSON.stringify(spans.map(({ start, end, label }) => `${start} ${end} ${label}`).sort())

const meaning = ({ entities, clusters = [] }: Pick<Coreference, 'entities' | 'clusters'>): string =>
  JSON.stringify([
    spanMeaning(entities),
    clusters
      .map((cluster) =>
        cluster
          .map(({ start, end }) => `${start} ${end}`)
          .sort()
          .join(),
      )
      .sort(),
  ])

export const litbank: Format = {
  name: 'litbank',
  summary: 'LitBank entities/tsv with coref/tsv',
  accepts: (path) => /\.tsv$/.test(path),
  sniff: (head, path) => {
    if (/^MENTION\t\S+\t\d+\t\d+\t\d+\t\d+\t/.test(head)) return 2
    const line = head.split('\n').find((text) => text.trim() !== '')
    const layersOf = /^\S+((?:\t(?:O|[BI]-\w+)){2,})\t?\r?$/.exec(line ?? '')?.[1].split('\t').length ?? 0
    // So many tags of one word are nobody else's; a few may be gold and predictions, unless its folder is LitBank's.
    const isItsOwn = /\t\r?$/.test(line ?? '') || /(?:^|[/\\])entities[/\\]tsv[/\\]/.test(path)
    return layersOf > layers || (layersOf > 0 && path.endsWith('.tsv') && isItsOwn) ? 2 : 0
  },
  read,
  writeFiles,
  needsTokens: true,
  carries: ['entities', 'mentions', 'clusters'],
  extension: '',
}
