/**
 * CoNLL-2012 (OntoNotes 5) `*_conll` files, one document a part. The columns
 * that the document has no place for (parts of speech, parse bits, lemmas,
 * frames, speakers, arguments) and the widths of the gaps are kept, so that a
 * file is written again as it was read.
 */
import { columnWord, flatTokenSpans, isStrings, metadataOf, onText, sentencesOfLengths } from '../columns.ts'
import { createDocument, type Document, type SpanLike } from '../document.ts'
import { HmtlError } from '../errors.ts'
import { type Format, type FormatContext, reportUncarried, requireTokens } from '../format.ts'
import type { Line } from '../lines.ts'
import { type LineParser, parseLines } from '../parse-lines.ts'
import type { TagSpan } from '../tags.ts'
import { joinTokens, lowerBound, sentenceSpans, words } from '../tokens.ts'
import { type ClusterSpan, decodeBrackets, decodeCoref, encodeBrackets, encodeCoref, tokenClusters } from './brackets.ts'

const key = 'conll2012'
/** Columns kept as they stand: part of speech, parse bit, lemma, frameset, sense, speaker. */
const kept = ['pos', 'parse', 'lemma', 'frameset', 'sense', 'speaker'] as const
const fixedColumns = 11

interface Extras {
  readonly document?: string
  readonly part?: string
  /** The `#begin document` line where it is not the usual one. */
  readonly header?: string
  readonly columns?: Readonly<Record<string, readonly string[]>>
  /** Predicate-argument columns of each sentence, `[sentence][column][token]`. */
  readonly predicates?: readonly (readonly (readonly string[])[])[]
  readonly entities?: readonly string[]
  readonly coref?: readonly string[]
  /** `\t`, or the gap widths of each line as characters (`a` is 1). */
  readonly separator?: string
  readonly gaps?: readonly string[]
  readonly empty?: string
  /** The first three columns of each line, where they are not the document's name, part and word index. */
  readonly lead?: readonly string[]
  /** No blank line before `#end document`. */
  readonly tight?: boolean
  /** Blank lines before `#begin document`. */
  readonly before?: number
  /** Lines without their last column, where they have fewer columns than CoNLL-2012. */
  readonly short?: readonly string[]
}

const begin = /^#begin document \((.*)\);(?: part (\d+))?\s*$/

const parser = (context: FormatContext): LineParser => {
  let header: { text: string; document: string; part: string } | undefined
  /** After a fault, until the next document. */
  let skipping = false
  /** The fault was the last document's; the one just begun is sound. */
  let begunAnew: string | undefined
  let rows: string[][] = []
  let gaps: string[] = []
  let tabs = false
  let lengths: number[] = []
  let sentenceStart = 0

  const reset = () => {
    header = undefined
    rows = []
    gaps = []
    lengths = []
    sentenceStart = 0
  }
  let blanks = 0
  let before = 0
  const closeSentence = () => {
    if (rows.length > sentenceStart) lengths.push(rows.length - sentenceStart)
    sentenceStart = rows.length
  }
  const id = () => header && documentId(header.document, header.part)

  const build = (): Document => {
    const tight = rows.length > sentenceStart
    closeSentence()
    const documentName = id() as string
    const { text, tokens } = joinTokens(rows.map((row) => row[wordColumn(row.length)]))
    const sentences = sentencesOfLengths(lengths)
    // Only words and coreference: the reference scorer's own files.
    const short = rows.some((row) => row.length <= fixedColumns)
    const rawEntities = rows.map((row) => (short ? '-' : row[10]))
    const rawCoref = rows.map((row) => row[row.length - 1])
    const spans: TagSpan[] = []
    for (let s = 0; s < lengths.length; s++) spans.push(...decodeBrackets(rawEntities, sentences.begin[s], sentences.end[s]))
    const clusters = decodeCoref(rawCoref)
    const predicates = lengths.map((_, s) =>
      Array.from({ length: Math.max(0, rows[sentences.begin[s]].length - fixedColumns - 1) }, (_, c) =>
        Array.from({ length: lengths[s] }, (_, i) => rows[sentences.begin[s] + i][fixedColumns + c]),
      ),
    )
    const empty = rawCoref.find((cell) => cell === '' || cell === '-') ?? '-'
    const columns = short ? {} : Object.fromEntries(kept.map((name, c) => [name, rows.map((row) => row[4 + c])]))
    const { text: headerText, document, part } = header as { text: string; document: string; part: string }
    const usual = headerText === usualHeader(document, part)
    const usualLead = short || rows.every((row, i) => row[0] === document && row[1] === partColumn(part) && row[2] === String(i - sentences.begin[sentenceAt(sentences.begin, i)]))
    const lead = rows.map((row) => row.slice(0, 3).join('\t'))
    const extras: Extras = {
      ...(usualLead ? {} : { lead }),
      document,
      part,
      ...(usual ? {} : { header: headerText }),
      columns,
      ...(short ? { short: rows.map((row) => row.slice(0, -1).join('\t')) } : {}),
      ...(predicates.some((list) => list.length > 0) ? { predicates } : {}),
      entities: rawEntities,
      coref: rawCoref,
      ...(tabs ? { separator: '\t' } : { gaps: compressGaps(gaps, rows) }),
      ...(empty === '' ? { empty } : {}),
      ...(tight ? { tight } : {}),
      ...(before > 0 ? { before } : {}),
    }
    const isAnnotated = rawEntities.some((cell) => cell !== '_' && cell !== '-') || rawEntities.length === 0
    reset()
    return createDocument({
      id: documentName,
      text,
      tokens,
      sentences,
      entities: isAnnotated ? onText(spans, tokens) : undefined,
      clusters: groupClusters(clusters, tokens, documentName, context),
      metadata: { [key]: extras },
    })
  }

  return {
    line({ text }: Line) {
      if (text.startsWith('#begin document')) {
        const match = begin.exec(text)
        if (!match) throw new HmtlError('HMTL_INPUT_SYNTAX', 'a #begin document line without (name)')
        const unfinished = header && id()
        reset()
        before = blanks
        blanks = 0
        skipping = false
        header = { text: text.trimEnd(), document: match[1], part: match[2] ?? '' }
        begunAnew = unfinished
        if (unfinished !== undefined) throw new HmtlError('HMTL_INPUT_TRUNCATED', '#begin document before the last one ended', { document: unfinished })
        return undefined
      }
      if (text.startsWith('#end document')) return header ? build() : undefined
      if (text.trim() === '') {
        if (!header && !skipping) blanks++
        closeSentence()
        return undefined
      }
      if (skipping) return undefined
      if (!header) {
        throw new HmtlError('HMTL_INPUT_SYNTAX', 'a line outside of any document', { remedy: 'Documents stand between #begin document and #end document' })
      }
      tabs = text.includes('\t')
      const fields = tabs ? text.split('\t') : text.trim().split(/ +/)
      if (fields.length < 2) throw new HmtlError('HMTL_INPUT_SYNTAX', `a line of ${fields.length} column where CoNLL-2012 has at least ${fixedColumns + 1}`)
      const first = rows[sentenceStart]
      if (first && first.length !== fields.length) throw new HmtlError('HMTL_INPUT_SYNTAX', `${fields.length} columns in a sentence of ${first.length}`)
      if (fields[wordColumn(fields.length)] === '') throw new HmtlError('HMTL_INPUT_SYNTAX', 'an empty word')
      rows.push(fields)
      if (!tabs) gaps.push(gapWidths(text))
      return undefined
    },
    end() {
      if (!header) return undefined
      const name = id()
      reset()
      throw new HmtlError('HMTL_INPUT_TRUNCATED', 'the file ends inside a document', { document: name, remedy: 'The file was cut short: fetch or make it again' })
    },
    recover() {
      const failed = begunAnew ?? (header && id())
      if (begunAnew === undefined) {
        reset()
        skipping = true
      }
      begunAnew = undefined
      return failed
    },
  }
}

const documentId = (document: string, part: string) => (part === '' ? document : `${document}_${part}`)
/** The word is column 4; files of fewer columns (scorer tests) have it there too, or just before the coreference. */
const wordColumn = (columns: number) => (columns >= 5 ? 3 : columns - 2)

const partColumn = (part: string) => (part === '' ? '0' : String(Number(part)))
const sentenceAt = (begins: Int32Array, token: number) => {
  const at = lowerBound(begins, token + 1)
  return at - 1
}
const usualHeader = (document: string, part: string) => `#begin document (${document}); part ${part}`

/** Widths of the runs of spaces of a line, as characters from `a`; what comes before the first field counts too. */
const gapWidths = (text: string): string => {
  let out = ''
  for (const run of text.matchAll(/(^ *| +)/g)) out += String.fromCharCode(96 + Math.min(run[0].length, 1000))
  return out
}

/** One string for all lines where they are all alike, which is the single-space case. */
const compressGaps = (gaps: readonly string[], rows: readonly string[][]): string[] => (gaps.every((gap, i) => gap === `\`${'a'.repeat(rows[i].length - 1)}`) ? [] : [...gaps])

const groupClusters = (members: readonly ClusterSpan[], tokens: { begin: Int32Array; end: Int32Array }, document: string, context: FormatContext): SpanLike[][] => {
  const clusters = new Map<string, SpanLike[]>()
  const seen = new Set<string>()
  for (const { cluster, begin: from, end: to } of members) {
    const name = `${from} ${to}`
    if (seen.has(name)) {
      // Two clusters (or one twice) claim the same span; the first keeps it.
      context.report.add('duplicate-cluster-member', document, `tokens ${from}..${to}`)
      continue
    }
    seen.add(name)
    const list = clusters.get(cluster)
    const span = { start: tokens.begin[from], end: tokens.end[to - 1] }
    if (list) list.push(span)
    else clusters.set(cluster, [span])
  }
  return [...clusters.values()]
}

async function* write(documents: AsyncIterable<Document>, context: FormatContext) {
  for await (const document of documents) yield encode(document, context)
}

const strings = (value: unknown, length: number): string[] | undefined => (isStrings(value, length) ? value : undefined)

const encode = (document: Document, context: FormatContext): string => {
  reportUncarried(document, document.entities ? ['entities', 'clusters'] : ['entities', 'mentions', 'clusters'], context, key)
  const tokens = requireTokens(document, 'conll2012')
  const count = tokens.begin.length
  const extras = metadataOf(document, key) as Extras & Record<string, unknown>
  const sentences = sentenceSpans(document)
  const name = (typeof extras.document === 'string' ? extras.document : document.id).replace(/[\s()]+/g, '_')
  const part = typeof extras.part === 'string' ? extras.part : '000'
  const header = typeof extras.header === 'string' && begin.test(extras.header) ? extras.header : usualHeader(name, part)
  const columns = metadataOf({ metadata: extras } as unknown as Document, 'columns')
  const empty = extras.empty === '' ? '' : '-'
  const spans = flatTokenSpans(document, context.options.layer ? document[context.options.layer] : (document.entities ?? document.mentions), 'entity', context, tokens)
  const clusters = tokenClusters(document, context, tokens)
  const entityCells = sameOrNew(strings(extras.entities, count), encodeBrackets(spans, count, document, context), (cells) =>
    Array.from(sentences.begin, (from, s) => decodeBrackets(cells, from, sentences.end[s]))
      .flat()
      .map((span) => `${span.begin} ${span.end} ${span.label}`)
      .sort()
      .join('\n'),
  )
  const corefCells = sameOrNew(strings(extras.coref, count), encodeCoref(clusters, count, empty), (cells) => clusterKey(decodeCoref(cells)))
  const list = words(document).map((word) => columnWord(word, document, context))
  const fillers: Record<string, string> = { speaker: '-', parse: '*', pos: '-', lemma: '-', frameset: '-', sense: '-' }
  const keptColumns = kept.map((column) => strings(columns[column], count) ?? new Array<string>(count).fill(fillers[column]))
  const lead = strings(extras.lead, count)?.every((cells) => cells.split('\t').length === 3) ? (extras.lead as string[]) : undefined
  const short = strings(extras.short, count)
  const gaps = extras.separator === '\t' ? undefined : strings(extras.gaps, count)
  const separator = extras.separator === '\t' ? '\t' : ' '
  const lines = [header]
  for (let s = 0; s < sentences.begin.length; s++) {
    const predicates = predicatesOf(extras.predicates, s, sentences.end[s] - sentences.begin[s])
    for (let i = sentences.begin[s]; i < sentences.end[s]; i++) {
      const at = i - sentences.begin[s]
      if (short) {
        lines.push(gaps ? spread([...short[i].split('\t'), corefCells[i]], gaps[i]) : [...short[i].split('\t'), corefCells[i]].join(separator))
        continue
      }
      const fields = [
        ...(lead ? lead[i].split('\t') : [name, partColumn(part), String(at)]),
        list[i],
        ...keptColumns.map((column) => column[i]),
        entityCells[i],
        ...predicates.map((column) => column[at]),
        corefCells[i],
      ]
      lines.push(gaps ? spread(fields, gaps[i]) : fields.join(separator))
    }
    lines.push('')
  }
  if (extras.tight === true && lines[lines.length - 1] === '') lines.pop()
  lines.push('#end document')
  const blank = typeof extras.before === 'number' ? '\n'.repeat(Math.min(extras.before, 100)) : ''
  return `${blank}${lines.join('\n')}\n`
}

const predicatesOf = (predicates: unknown, sentence: number, length: number): string[][] => {
  const list = Array.isArray(predicates) ? predicates[sentence] : undefined
  return Array.isArray(list) && list.every((column) => isStrings(column, length)) ? list : []
}

/** The cells as they were read, if they still say what the document says. */
const sameOrNew = (read: string[] | undefined, made: string[], meaning: (cells: string[]) => string): string[] => {
  if (!read) return made
  try {
    return meaning(read) === meaning(made) ? read : made
  } catch {
    return made
  }
}

const clusterKey = (members: readonly ClusterSpan[]): string => {
  const clusters = new Map<string, string[]>()
  for (const { cluster, begin: from, end: to } of members) {
    const list = clusters.get(cluster) ?? []
    list.push(`${from} ${to}`)
    clusters.set(cluster, list)
  }
  return [...clusters.values()]
    .map((list) => list.sort().join(','))
    .sort()
    .join('\n')
}

const spread = (fields: readonly string[], gaps: string): string => {
  let out = ''
  for (let i = 0; i < fields.length; i++) out += ' '.repeat(Math.max(i === 0 ? 0 : 1, gaps.charCodeAt(i) - 96 || 0)) + fields[i]
  const trailing = gaps.length > fields.length ? gaps.charCodeAt(fields.length) - 96 : 0
  return out + ' '.repeat(trailing)
}

export const conll2012: Format = {
  name: 'conll2012',
  summary: 'CoNLL-2012 / OntoNotes *_conll: entities and coreference, one document a part',
  accepts: (path) => /_conll$|\.v\d+_.*conll$/.test(path) && !path.endsWith('like_conll') && !path.endsWith('_skel'),
  sniff: (head) => (/^#begin document \(/m.test(head) ? 2 : 0),
  read: (source, context) => parseLines(source, context, parser(context)),
  write,
  needsTokens: true,
  carries: ['entities', 'clusters'],
  extension: '.gold_conll',
}
