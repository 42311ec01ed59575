/**
 * CoNLL-2003 and the other one-token-a-line tagging files: four columns, two
 * (WNUT-17), or numbered with comments (Universal NER, GermEval 2014). Which
 * column is what is told from the first sentences (`syntax/tag-columns.ts`):
 * mostly the tag is the last.
 *
 * A document is what stands between `-DOCSTART-` lines, `# newdoc` comments or
 * JNLPBA's `###MEDLINE:`, and before the first of them; a file with none is one
 * document a sentence, which keeps memory bounded. Which of the two it is shows
 * within `lookAhead`.
 */
import { columnWord, flatTokenSpans, metadataOf } from '../syntax/columns.ts'
import type { Document } from '../document/document.ts'
import { HmtlError } from '../errors.ts'
import { fieldsOf, isBlankLine, tabFieldsOf, trimBlankEnd } from '../syntax/line-fields.ts'
import { type Format, type FormatContext, reportUncarried, requireTokens } from '../format.ts'
import { headOf } from '../syntax/head.ts'
import { withNewlines } from '../syntax/line-ends.ts'
import type { Line } from '../syntax/lines.ts'
import { type LineParser, parseLines } from '../syntax/parse-lines.ts'
import { idCell, quotedId } from '../syntax/ids.ts'
import { type Source, stem } from '../source.ts'
import { layerToWrite } from '../syntax/span-layer.ts'
import { docstart, isTagComment, isTagOf, type TagColumns, type TagHead, tagHead } from '../syntax/tag-columns.ts'
import { tagDocument, tagKey, type TagSentence } from '../syntax/tag-document.ts'
import { rowMaker, tagExtrasOf } from '../syntax/tag-extras.ts'
import { decodeTags, encodeTags, encodeTypes, isTypedTag, respelled } from '../document/tags.ts'
import { sentenceSpans, words } from '../document/tokens.ts'

/** Characters of lines read ahead for a first document mark: far more than a document of news has. */
const lookAhead = 1 << 16

/** Of a file without a row of two: what documents it has are empty. */
const noColumns: TagColumns = {
  width: 0,
  separator: ' ',
  word: 0,
  tag: 0,
  numbered: false,
  others: [],
  header: false,
  types: false,
}

/** @param columns what of them is what; undefined of a file that has no row of two */
const parser = (source: Source, context: FormatContext, columns: TagColumns | undefined): LineParser => {
  const name = stem(source, '.conll', '.iob2', '.txt', '.bio', '.iob', '.tsv', '.conllu')
  const { width, separator, word, tag, types } = columns ?? noColumns
  let count = 0
  let header: string | undefined
  let awaitsHeader = columns?.header === true
  let hasDocuments = false
  /** Characters since the start while no mark was seen; past `lookAhead` the file has none. */
  let ahead = 0
  let skipping = false
  let start: string | undefined
  let id: string | undefined
  let sentences: TagSentence[] = []
  let rows: string[][] = []
  let comments: string[] = []
  let pending: string[] = []
  let tight = false
  let justStarted = false

  const reset = () => {
    sentences = []
    rows = []
    start = undefined
    id = undefined
  }

  const documentIdOf = (number: number): string => id ?? `${name}:${number}`

  /** Of the document that is being read. */
  const documentIdNow = (): string => documentIdOf(count + (hasDocuments ? 0 : sentences.length))

  const closeSentence = () => {
    if (rows.length === 0) return false
    sentences.push({ rows, comments })
    rows = []
    return true
  }

  const build = (list: readonly TagSentence[], unclosed = false, after: readonly string[] = []): Document => {
    const documentId = documentIdOf(count)
    const frame = { docstart: start, header, tight, unclosed, after }
    count++
    tight = false
    header = undefined
    return tagDocument(documentId, list, columns ?? noColumns, frame, context)
  }

  const take = (unclosed = false, after: readonly string[] = []): Document | undefined => {
    closeSentence()
    const done = sentences.length > 0 || start !== undefined ? build(sentences, unclosed, after) : undefined
    reset()
    return done
  }

  /** Without document marks every sentence is a document. */
  const takeEach = (unclosed = false, after: readonly string[] = []): Document[] => {
    const list = sentences
    reset()
    return list.map((sentence, s) => (s === list.length - 1 ? build([sentence], unclosed, after) : build([sentence])))
  }

  const beginDocument = (): Document | undefined => {
    const done = take()
    hasDocuments = true
    skipping = false
    return done
  }

  const cellsOfLine = (text: string): string[] => {
    if (!columns) return fieldsOf(text)
    if (separator !== '\t') return trimBlankEnd(text).split(/[ \t]+/)
    const trimmed = fieldsOf(text)
    if (trimmed.length === width) return trimmed
    const fields = tabFieldsOf(text)
    while (fields.length > width && fields[fields.length - 1] === '') fields.pop()
    return fields
  }

  return {
    line({ text, number }: Line) {
      if (isBlankLine(text)) {
        // A blank line between a comment and what it is about is one of the comments.
        if (pending.length > 0 && !justStarted) pending.push('')
        justStarted = false
        const closed = closeSentence()
        if (skipping && !hasDocuments) skipping = false
        return closed && !hasDocuments && ahead > lookAhead ? takeEach() : undefined
      }
      if (!hasDocuments && ahead <= lookAhead) ahead += text.length
      const fields = cellsOfLine(text)
      if (text.startsWith(docstart) && fieldsOf(fields[0])[0] === docstart) {
        const done = beginDocument()
        start = trimBlankEnd(text)
        id = docstartId(start)
        justStarted = true
        return done
      }
      if (isTagComment(text, fields, columns)) {
        const line = trimBlankEnd(text)
        const newdoc = /^(?:# newdoc(?: id)?\s*=?|###MEDLINE:)\s*(.*)$/.exec(line)
        const done = newdoc ? beginDocument() : undefined
        if (newdoc) id = newdoc[1] || undefined
        pending.push(line)
        return done
      }
      if (skipping) return undefined
      if (!columns)
        throw new HmtlError('HMTL_INPUT_SYNTAX', `a line of ${fields.length} column where a word and a tag were due`)
      if (fields.length !== width)
        throw new HmtlError('HMTL_INPUT_SYNTAX', `${fields.length} columns where the file has ${width}`, {
          line: number,
          remedy: 'Repair the line; the rest of its document was left out',
        })
      if (awaitsHeader) {
        awaitsHeader = false
        header = trimBlankEnd(text)
        return undefined
      }
      if (!isTagOf(fields[tag], columns))
        throw new HmtlError('HMTL_INPUT_SYNTAX', `"${fields[tag]}" is not a tag`, {
          line: number,
          remedy: types
            ? 'Tags of this file are O or a type, without B- or I- before it'
            : 'Tags are O or B-, I-, E-, S-, U-, L-, M- or W- and a type',
        })
      // What a cleaner of texts has left of a sign that it took out; nothing refers to it, so the rest stands.
      if (fields[word] === '') {
        context.report.add('empty-word', documentIdNow(), `line ${number}`)
        return undefined
      }
      if (rows.length === 0) comments = []
      if (pending.length > 0) comments.push(...pending)
      pending = []
      if (justStarted) tight = true
      justStarted = false
      rows.push(fields)
      return undefined
    },
    end() {
      const unclosed = closeSentence()
      return hasDocuments ? take(unclosed, pending) : takeEach(unclosed, pending)
    },
    recover() {
      const failed = documentIdNow()
      // Before any mark only the sentence is lost, whether it is a document or not.
      if (hasDocuments) reset()
      rows = []
      pending = []
      skipping = true
      return failed
    },
  }
}

/** The id that a `-DOCSTART-` line of ours has for the part of speech that other files have there. */
const docstartId = (line: string): string | undefined => quotedId(fieldsOf(line)[1] ?? '')

async function* write(documents: AsyncIterable<Document>, context: FormatContext) {
  for await (const document of documents) yield encode(document, context)
}

const encode = (document: Document, context: FormatContext): string => {
  const layer = layerToWrite(document, context)
  reportUncarried(document, [layer], context, tagKey)
  const tokens = requireTokens(document, 'conll2003', context)
  const known = Object.hasOwn(document.metadata, tagKey)
  const extras = tagExtrasOf(metadataOf(document, tagKey), tokens.begin.length)
  const { begin, end } = sentenceSpans(document)
  const spans = flatTokenSpans(document, document[layer], 'entity', context, tokens)
  const scheme = context.options.scheme ?? extras.scheme ?? 'bio'
  const types = extras.types === true && context.options.scheme === undefined
  const tags: string[] = []
  for (let s = 0, k = 0; s < begin.length; s++) {
    const from = k
    while (k < spans.length && spans[k].end <= end[s]) k++
    encodeTags(spans.slice(from, k), begin[s], end[s], scheme, tags)
  }
  if (types) {
    encodeTypes(spans, 0, tokens.begin.length, tags)
    const touching = spans.filter(({ begin: at, label }, i) => spans[i - 1]?.end === at && spans[i - 1].label === label)
    for (const { begin: at, label } of touching)
      context.report.add('joined-entity', document.id, `token ${at} ${label}`)
  }
  const stood = extras.tags?.map((each) => respelled(each, extras.spelling))
  const same = stood && context.options.scheme === undefined && sameSpans(stood, spans, begin, end)
  const finalTags = same && extras.tags ? extras.tags : tags
  // Files of other origin get the four classic columns, `_` where nothing is known.
  const columns = extras.columns ?? (known ? [] : [tags.map(() => '_'), tags.map(() => '_')])
  const separator = extras.separator ?? ' '
  const list = words(document).map((word) =>
    word === docstart && !extras.numbered
      ? markWord(document, context)
      : columnWord(word, document, context, separator),
  )
  const lines: string[] = extras.header === undefined ? [] : [extras.header]
  const row = rowMaker(extras, columns.length)
  const marked = extras.docstart === undefined ? undefined : (docstartId(extras.docstart) ?? document.id)
  const isAnew = marked === undefined ? !known : marked !== document.id
  const opening = isAnew ? `${docstart} ${idCell(document.id)} -X- O` : extras.docstart
  if (opening !== undefined) lines.push(opening, ...(extras.tight ? [] : ['']))
  for (let s = 0; s < begin.length; s++) {
    lines.push(...(extras.comments?.[s] ?? []))
    for (let i = begin[s]; i < end[s]; i++) {
      const others = columns.map((column) => column[i])
      lines.push(row(i - begin[s] + (extras.first ?? 1), list[i], finalTags[i], others).join(separator))
    }
    lines.push('')
  }
  if (extras.unclosed && lines[lines.length - 1] === '') lines.pop()
  lines.push(...(extras.after ?? []))
  if (lines.length === 0) context.report.add('empty-document', document.id)
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`
}

/** A word that would be read as the start of a document. */
const markWord = (document: Document, context: FormatContext): string => {
  context.report.add('document-mark-in-token', document.id, docstart)
  return docstart.replaceAll('-', '_')
}

const sameSpans = (
  tags: readonly string[],
  spans: readonly { begin: number; end: number; label: string }[],
  begin: Int32Array,
  end: Int32Array,
): boolean => {
  const decoded = Array.from(begin, (from, s) => decodeTags(tags, from, end[s])).flat()
  return (
    decoded.length === spans.length &&
    decoded.every(
      (span, i) => span.begin === spans[i].begin && span.end === spans[i].end && span.label === spans[i].label,
    )
  )
}

/** Shape of Few-NERD's tags, which hardly anything else has. */
const isFineType = (cell: string): boolean => cell === 'O' || /^[a-z]+-[a-z/]+$/i.test(cell)

/** Types without a position, among as many words outside of all names as a text has. */
const areOutsideMostly = (cells: readonly string[]): boolean => {
  const outside = cells.filter((cell) => cell === 'O').length
  return outside > 1 && 3 * outside >= cells.length
}

/** Cells between tabs that can hardly be anything but tags. */
const areTags = (cells: readonly string[], types: boolean): boolean =>
  types
    ? cells.every(isFineType) || areOutsideMostly(cells)
    : cells.every(isTypedTag) || (cells.includes('I') && cells.every((cell) => /^[BIO]$/.test(cell)))

/** The same between spaces, where words may look like tags ("He made a U-turn"). */
const areTagsOfWords = (cells: readonly string[]): boolean => {
  if (!cells.every(isTypedTag)) return false
  const outside = cells.filter((cell) => cell === 'O').length
  return outside === cells.length ? outside >= 8 : outside > 0 || cells.every((cell) => /^[A-Z]-[A-Z_]+$/.test(cell))
}

/**
 * Rows of as many columns each, one of which holds a tag in every row of the first sentences. Between tabs one row may
 * be broken; between spaces all must agree, and a lone one is text.
 */
const looksTagged = (head: string): 0 | 1 | 2 => {
  if (head.startsWith(docstart)) return 2
  const found = tagHead(head, !head.includes('\n'))
  if (!found) return 0
  const { columns, sentences, whole, odd } = found
  const { word, tag, types, spelling, separator, width, parsed } = columns
  const tagged = sentences.findIndex((rows) => rows.some((row) => row[tag] !== 'O'))
  const rows = sentences.slice(0, Math.max(tagged + 1, sentences[0].length > 1 ? 1 : 2)).flat()
  const cells = rows.map((row) => respelled(row[tag], spelling))
  // A table of texts may have types too.
  const areWords = !types || (10 * odd <= rows.length && rows.every((row) => !row[word].includes(' ')))
  const looks =
    separator === '\t'
      ? areTags(cells, types) && areWords && rows.length > odd
      : rows.length > 1 && odd === 0 && width <= 6 && tag > 0 && !types && areTagsOfWords(cells)
  if (!looks) return parsed && rows.length > 1 && odd === 0 ? 2 : 0
  return whole > 0 || (separator === '\t' && rows.length > 1 && tagged !== -1) ? 2 : 1
}

/** What is wrong where each sentence repeats one number for its words. */
const faultOfNumbers = (
  { columns: { word, separator }, sentences }: TagHead,
  source: Source,
): HmtlError | undefined => {
  const repeats = (rows: readonly (readonly string[])[]) =>
    /^\d+$/.test(rows[0][word]) && rows.every((row) => row[word] === rows[0][word])
  if (!sentences.some((rows) => rows.length > 2) || !sentences.every(repeats)) return undefined
  const others = separator === '\t' ? `cut -f${word + 2}-` : `cut -d' ' -f${word + 2}-`
  return new HmtlError('HMTL_INPUT_SYNTAX', `column ${word + 1} holds one number for every word of a sentence`, {
    source: source.name,
    remedy: `The word must be the first column, or follow a number that counts words: ${others} FILE`,
  })
}

export const conll2003: Format = {
  name: 'conll2003',
  summary: 'CoNLL-2003 columns (IOB1, BIO, IOBES, BIOUL); also WNUT and Universal NER files',
  accepts: (path) =>
    /(\.(conll|iob2|bio|iob)|^eng\.(train|test[ab])|\/eng\.(train|test[ab])|\.annotated)$/.test(path) ||
    /conll2003.*\.txt$/.test(path),
  sniff: looksTagged,
  async *read(given, context) {
    const { head, ended, source, close } = await headOf(given, (text) => tagHead(text, false)?.certain === true)
    const found = tagHead(withNewlines(head), ended)
    const fault = found && faultOfNumbers(found, source)
    if (fault) {
      await close()
      throw fault
    }
    yield* parseLines(source, context, parser(source, context, found?.columns))
  },
  write,
  needsTokens: true,
  carries: ['entities'],
  extension: '.conll',
}
