/**
 * CoNLL-2012 (OntoNotes 5) `*_conll` files, one document a part. The columns
 * that the document has no place for (parts of speech, parse bits, lemmas,
 * frames, speakers, arguments) and the widths of the gaps are kept, so that a
 * file is written again as it was read. Files that have lost their headers are
 * read by what their rows say.
 */
import { columnWord, flatTokenSpans, isStrings, metadataOf, onText, sentencesOfLengths } from '../syntax/columns.ts'
import { createDocument, type Document } from '../document/document.ts'
import { HmtlError } from '../errors.ts'
import { isBlankLine, trimBlankEnd } from '../syntax/line-fields.ts'
import { type Format, type FormatContext, reportUncarried, requireTokens } from '../format.ts'
import type { Line } from '../syntax/lines.ts'
import { type LineParser, parseLines } from '../syntax/parse-lines.ts'
import { type Source, stem } from '../source.ts'
import { layerToWrite } from '../syntax/span-layer.ts'
import type { TagSpan } from '../document/tags.ts'
import { joinTokens, sentenceSpans, words } from '../document/tokens.ts'
import {
  type ClusterSpan,
  countUnbalanced,
  decodeBrackets,
  decodeCoref,
  encodeBrackets,
  encodeCoref,
  groupClusters,
  isLikeConll,
  tokenClusters,
} from '../syntax/brackets.ts'
import {
  entityColumn,
  fixedColumns,
  footerOf,
  type HeaderName,
  headerOf,
  idOfFooter,
  impliedHeader,
  isEmptyCell,
  isFooter,
  spread,
  usualFooter,
  usualHeader,
  wordColumn,
} from '../syntax/conll2012-lines.ts'
import { columnName, type Extras, extrasOf, type Header, kept, partColumn } from '../syntax/conll2012-extras.ts'
import { GatheredRows } from '../syntax/conll2012-rows.ts'
import { gather } from '../gather.ts'

const key = 'conll2012'
const isUnannotated = (cell: string): boolean => cell === '_' || cell === '-'

const parser = (source: Source, context: FormatContext): LineParser => {
  const name = stem(source, '.v4_gold_conll', '.gold_conll', '_conll', '.conll')
  let header: Header | undefined
  /** After a fault, until the next document. */
  let skipping = false
  /** The fault was the last document's; the one just begun is sound. */
  let begunAnew: string | undefined
  let gathered = new GatheredRows()
  const reset = () => {
    header = undefined
    gathered = new GatheredRows(gathered)
  }
  let blanks = 0
  let before = 0
  let hasHeaders = false
  /** In a file without headers: what its rows say of the document that they are of. */
  let bare: HeaderName | undefined
  const id = () => header && documentId(header.document || name, header.part)

  const build = (footer: string): Document => {
    const tight = gathered.isOpen && !bare
    gathered.closeSentence()
    const documentName = idOfFooter(footer) ?? (id() as string)
    const { lengths, rows } = gathered
    const widths = gathered.settled()
    const list = new Array<string>(rows.length)
    for (let row = 0; row < list.length; row++) list[row] = rows.cell(row, wordColumn(widths[row]))
    const { text, tokens } = joinTokens(list)
    const sentences = sentencesOfLengths(lengths)
    // Only words and coreference: the reference scorer's own files.
    const short = widths.some((width) => width <= fixedColumns)
    const entityCell = (row: number) => (short ? '-' : rows.cell(row, entityColumn))
    const corefCell = (row: number) => rows.cell(row, widths[row] - 1)
    const unbalanced = countUnbalanced(context, documentName)
    const spans: TagSpan[] = []
    for (let s = 0; s < lengths.length; s++)
      spans.push(...decodeBrackets(entityCell, sentences.begin[s], sentences.end[s], unbalanced))
    const clusters = decodeCoref(corefCell, rows.length, unbalanced)
    const isAnnotated = rows.length === 0 || list.some((_, row) => !isUnannotated(entityCell(row)))
    const extras = extrasOf(gathered, widths, short, { ...(header as Header), footer, tight, before })
    reset()
    return createDocument({
      id: documentName,
      text,
      tokens,
      sentences,
      entities: isAnnotated ? onText(spans, tokens) : undefined,
      clusters: groupClusters(clusters, tokens, documentName, context),
      metadata: () => ({ [key]: extras() }),
    })
  }

  const beginDocument = (text: string, found: HeaderName): undefined => {
    const unfinished = header && id()
    reset()
    before = blanks
    blanks = 0
    skipping = false
    header = { text: trimBlankEnd(text), ...found }
    hasHeaders = true
    bare = undefined
    begunAnew = unfinished
    if (unfinished !== undefined)
      throw new HmtlError('HMTL_INPUT_TRUNCATED', '#begin document before the last one ended', { document: unfinished })
  }

  /** The document before, which ends where rows of another begin. */
  const beginBare = (found: HeaderName): Document | undefined => {
    const done = header && build(usualFooter)
    header = { text: usualHeader(found.document, found.part), ...found }
    bare = found
    skipping = false
    before = 0
    return done
  }

  /** Takes the row that was just read of a file without headers. */
  const addBare = (text: string): Document | undefined => {
    const found = hasHeaders ? undefined : impliedHeader(text)
    if (!found)
      throw new HmtlError('HMTL_INPUT_SYNTAX', bare ? 'no row of a document' : 'a line outside of any document', {
        remedy: 'Documents stand between #begin document and #end document, or in rows of at least 12 columns',
      })
    const isSame = found.document === bare?.document && found.part === bare.part
    if (isSame && skipping) return undefined
    const done = isSame ? undefined : beginBare(found)
    gathered.rows.read(text)
    gathered.add(text)
    return done
  }

  return {
    line({ text }: Line) {
      if (isBlankLine(text)) {
        if (!header && !skipping) blanks++
        gathered.closeSentence()
        return undefined
      }
      if (text[0] === '#') {
        const found = headerOf(text)
        if (found) return beginDocument(text, found)
        if (isFooter(text)) {
          const isBegun = bare === undefined
          hasHeaders = true
          bare = undefined
          if (header && !isBegun)
            throw new HmtlError('HMTL_INPUT_TRUNCATED', '#end document without its #begin document', {
              remedy: 'The beginning of the file is missing: fetch or make it again',
            })
          return header ? build(trimBlankEnd(text)) : undefined
        }
      }
      if (skipping && !bare) return undefined
      gathered.rows.read(text)
      if (gathered.isComment(text, header && columnName(header.document))) {
        if (header) gathered.addComment(text)
        else context.report.add('comment-outside-document', name, text.slice(0, 80))
        return undefined
      }
      if (!header || bare) return addBare(text)
      gathered.add(text)
      return undefined
    },
    end() {
      if (!header) return undefined
      if (bare) return build(usualFooter)
      const name = id()
      reset()
      throw new HmtlError('HMTL_INPUT_TRUNCATED', 'the file ends inside a document', {
        document: name,
        remedy: 'The file was cut short: fetch or make it again',
      })
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

async function* write(documents: AsyncIterable<Document>, context: FormatContext) {
  for await (const document of documents) yield encode(document, context)
}

const strings = (value: unknown, length: number): string[] | undefined => (isStrings(value, length) ? value : undefined)

const encode = (document: Document, context: FormatContext): string => {
  const layer = layerToWrite(document, context)
  reportUncarried(document, [layer, 'clusters'], context, key)
  const tokens = requireTokens(document, 'conll2012', context)
  const count = tokens.begin.length
  const extras = metadataOf(document, key) as Extras & Record<string, unknown>
  const sentences = sentenceSpans(document)
  const name = typeof extras.document === 'string' ? extras.document : document.id
  const part = typeof extras.part === 'string' ? extras.part : '000'
  const header = typeof extras.header === 'string' && headerOf(extras.header) ? extras.header : usualHeader(name, part)
  const footer = typeof extras.footer === 'string' && isFooter(extras.footer) ? extras.footer : usualFooter
  const named = headerOf(header)
  // A document of a file whose header has no name has that of its file.
  const isOfFile = Object.hasOwn(document.metadata, key) && named?.document === ''
  const read = idOfFooter(footer) ?? (named && !isOfFile ? documentId(named.document, named.part) : document.id)
  const columns = metadataOf({ metadata: extras } as unknown as Document, 'columns')
  const empty = typeof extras.empty === 'string' && isEmptyCell(extras.empty) ? extras.empty : '-'
  const spans = flatTokenSpans(document, document[layer], 'entity', context, tokens)
  const clusters = tokenClusters(document, context, tokens)
  const entityCells = sameOrNew(
    strings(extras.entities, count),
    encodeBrackets(spans, count, document, context),
    (cells) =>
      Array.from(sentences.begin, (from, s) =>
        decodeBrackets(
          (i) => cells[i],
          from,
          sentences.end[s],
          () => {},
        ),
      )
        .flat()
        .map((span) => `${span.begin} ${span.end} ${span.label}`)
        .sort()
        .join('\n'),
  )
  const corefCells = sameOrNew(strings(extras.coref, count), encodeCoref(clusters, count, empty), (cells) =>
    clusterKey(
      decodeCoref(
        (i) => cells[i],
        cells.length,
        () => {},
      ),
    ),
  )
  const separator = extras.separator === '\t' ? '\t' : ' '
  const list = words(document).map((word) => columnWord(word, document, context, separator))
  const fillers: Record<string, string> = { speaker: '-', parse: '*', pos: '-', lemma: '-', frameset: '-', sense: '-' }
  const keptColumns = kept.map(
    (column) => strings(columns[column], count) ?? new Array<string>(count).fill(fillers[column]),
  )
  const lead = strings(extras.lead, count)?.every((cells) => cells.split('\t').length === 3)
    ? (extras.lead as string[])
    : undefined
  const short = strings(extras.short, count)
  const gaps = separator === '\t' ? undefined : strings(extras.gaps, count)
  const comments = commentsOf(extras.comments)
  const lines = [header]
  for (let s = 0; s < sentences.begin.length; s++) {
    const predicates = predicatesOf(extras.predicates, s, sentences.end[s] - sentences.begin[s])
    for (let i = sentences.begin[s]; i < sentences.end[s]; i++) {
      const at = i - sentences.begin[s]
      lines.push(...(comments.get(i) ?? []))
      if (short) {
        lines.push(
          gaps
            ? spread([...short[i].split('\t'), corefCells[i]], gaps[i])
            : [...short[i].split('\t'), corefCells[i]].join(separator),
        )
        continue
      }
      const fields = [
        ...(lead ? lead[i].split('\t') : [columnName(name), partColumn(part), String(at)]),
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
  lines.push(...(comments.get(count) ?? []), read === document.id ? footer : footerOf(document.id, read))
  const blank = typeof extras.before === 'number' ? '\n'.repeat(Math.min(extras.before, 100)) : ''
  return `${blank}${lines.join('\n')}\n`
}

/** Comment lines by the token that they stand before. */
const commentsOf = (comments: unknown): Map<number, string[]> => {
  const out = new Map<number, string[]>()
  if (!Array.isArray(comments)) return out
  for (const item of comments) {
    const [token, line] = Array.isArray(item) ? (item as readonly unknown[]) : []
    if (typeof token === 'number' && typeof line === 'string' && /^#.*$/.test(line)) gather(out, token, line)
  }
  return out
}

const predicatesOf = (predicates: unknown, sentence: number, length: number): string[][] => {
  const list = Array.isArray(predicates) ? predicates[sentence] : undefined
  return Array.isArray(list) && list.every((column) => isStrings(column, length)) ? list : []
}

/** The cells as they were read, if they still say what the document says. */
const sameOrNew = (read: string[] | undefined, made: string[], meaning: (cells: string[]) => string): string[] =>
  read && meaning(read) === meaning(made) ? read : made

const clusterKey = (members: readonly ClusterSpan[]): string => {
  const clusters = new Map<string, string[]>()
  const seen = new Set<string>()
  for (const { cluster, begin: from, end: to } of members) {
    const span = `${from} ${to}`
    if (seen.has(span)) continue
    seen.add(span)
    gather(clusters, cluster, span)
  }
  return [...clusters.values()]
    .map((list) => list.sort().join(','))
    .sort()
    .join('\n')
}

export const conll2012: Format = {
  name: 'conll2012',
  summary: 'CoNLL-2012 / OntoNotes *_conll: entities and coreference, one document a part',
  accepts: (path) => /_conll$|\.v\d+_.*conll$/.test(path) && !path.endsWith('like_conll') && !path.endsWith('_skel'),
  sniff(head, path) {
    const isHeaded = /^#\s*begin document/m.test(head)
    if (isHeaded) return isLikeConll(head, path) ? 0 : 2
    const row = head.split('\n').find((line) => !isBlankLine(line) && !line.startsWith('#'))
    return row !== undefined && impliedHeader(row) ? 2 : 0
  },
  read: (source, context) => parseLines(source, context, parser(source, context)),
  write,
  needsTokens: true,
  carries: ['entities', 'clusters'],
  extension: '.gold_conll',
}
