/**
 * CoNLL-2003 and the other one-token-a-line tagging files: four columns, two
 * (WNUT-17), or numbered with comments (Universal NER). The tag is the last
 * column, or the one after the word where lines are numbered.
 *
 * A document is what stands between `-DOCSTART-` lines or `# newdoc` comments,
 * and before the first of them; a file with neither is one document a sentence,
 * which keeps memory bounded. Which of the two it is shows within `lookAhead`.
 */
import { columnWord, flatTokenSpans, isStrings, metadataOf, onText, sentencesOfLengths } from '../syntax/columns.ts'
import { createDocument, type Document } from '../document/document.ts'
import { HmtlError } from '../errors.ts'
import { fieldsOf, isBlankLine, isKeyValueComment, tabFieldsOf, trimBlankEnd } from '../syntax/line-fields.ts'
import { type Format, type FormatContext, reportUncarried, requireTokens } from '../format.ts'
import type { Line } from '../syntax/lines.ts'
import { type LineParser, parseLines } from '../syntax/parse-lines.ts'
import { type Source, stem } from '../source.ts'
import { decodeTags, detectScheme, encodeTags, isTag, type Scheme, schemes, type TagSpan } from '../document/tags.ts'
import { joinTokens, sentenceSpans, words } from '../document/tokens.ts'

const key = 'conll2003'
const docstart = '-DOCSTART-'

/** What the document model has no place for, kept for writing the same file again. */
interface Extras {
  /** The `-DOCSTART-` line, absent where the file has none. */
  readonly docstart?: string
  readonly separator?: string
  readonly scheme?: Scheme
  /** Columns other than word and tag, `[column][token]`. */
  readonly columns?: readonly (readonly string[])[]
  /** Tags as they stood, where the scheme does not give them back. */
  readonly tags?: readonly string[]
  /** Lines numbered from 1 within a sentence: word in column 2, tag in column 3 (Universal NER). */
  readonly numbered?: boolean
  /** No blank line follows the `-DOCSTART-` line. */
  readonly tight?: boolean
  /** No blank line follows the last sentence. */
  readonly unclosed?: boolean
  /** Comment lines before each sentence. */
  readonly comments?: readonly (readonly string[])[]
  /** Comment lines after the last one. */
  readonly after?: readonly string[]
}

interface Sentence {
  readonly rows: readonly string[][]
  readonly comments: readonly string[]
}

/** Characters of lines read ahead for a first document mark: far more than a document of news has. */
const lookAhead = 1 << 16

const parser = (source: Source, context: FormatContext): LineParser => {
  const name = stem(source, '.conll', '.iob2', '.txt', '.bio')
  const layer = context.options.layer ?? 'entities'
  let count = 0
  let separator: string | undefined
  let width = 0
  let numbered = false
  let hasDocuments = false
  /** Characters since the start while no mark was seen; past `lookAhead` the file has none. */
  let ahead = 0
  let skipping = false
  let start: string | undefined
  let id: string | undefined
  let sentences: Sentence[] = []
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

  /** Of the document that is being read. */
  const documentIdNow = (): string => id ?? `${name}:${count + (hasDocuments ? 0 : sentences.length)}`

  const closeSentence = () => {
    if (rows.length === 0) return false
    sentences.push({ rows, comments })
    rows = []
    return true
  }

  const build = (list: readonly Sentence[], unclosed = false, after: readonly string[] = []): Document => {
    const documentId = id ?? `${name}:${count}`
    count++
    const wordColumn = numbered ? 1 : 0
    const tagColumn = numbered ? 2 : width - 1
    const all = list.flatMap((sentence) => sentence.rows)
    const lengths = list.map((sentence) => sentence.rows.length)
    const { text, tokens } = joinTokens(all.map((row) => row[wordColumn]))
    const tags = all.map((row) => row[tagColumn])
    const sentenceSpans = sentencesOfLengths(lengths)
    const bounds = lengths.map((_, s) => [sentenceSpans.begin[s], sentenceSpans.end[s]] as const)
    const scheme = detectScheme(bounds.flatMap(([from, to]) => [...tags.slice(from, to), 'O']))
    const spans: TagSpan[] = []
    const again: string[] = []
    for (const [from, to] of bounds) {
      const found = decodeTags(tags, from, to)
      encodeTags(found, from, to, scheme, again)
      spans.push(...found)
    }
    const other = Array.from({ length: width }, (_, c) => c).filter(
      (c) => c !== wordColumn && c !== tagColumn && !(numbered && c === 0),
    )
    const extras: Extras = {
      ...(start === undefined ? {} : { docstart: start }),
      separator,
      scheme,
      ...(other.length > 0 ? { columns: other.map((c) => all.map((row) => row[c])) } : {}),
      ...(again.every((tag, i) => tag === tags[i]) ? {} : { tags }),
      ...(numbered ? { numbered } : {}),
      ...(list.some((sentence) => sentence.comments.length > 0)
        ? { comments: list.map((sentence) => sentence.comments) }
        : {}),
      ...(tight ? { tight } : {}),
      ...(unclosed ? { unclosed } : {}),
      ...(after.length > 0 ? { after } : {}),
    }
    tight = false
    return createDocument({
      id: documentId,
      text,
      tokens,
      sentences: sentenceSpans,
      [layer]: onText(spans, tokens),
      metadata: { [key]: extras },
    })
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

  const columnsOf = (text: string): string[] => {
    if (width === 0) return fieldsOf(text)
    if (separator !== '\t') return trimBlankEnd(text).split(/[ \t]+/)
    const fields = tabFieldsOf(text)
    while (fields.length > width && fields[fields.length - 1] === '') fields.pop()
    return fields
  }

  /** Tokens begin with `#` too: it is a comment only where it has not the columns of a row. */
  const isComment = (text: string, fields: readonly string[]): boolean => {
    if (text[0] !== '#') return false
    if (numbered || fields.length === 1 || !isTag(fields[fields.length - 1])) return true
    // The first line has no width to be held against; a comment is set off from its mark, a word begins with it.
    if (width === 0 && !/^#[ \t]/.test(text)) return false
    return fields.length !== width && !text.includes('\t') && isKeyValueComment(text)
  }

  return {
    line({ text, number }: Line) {
      if (isBlankLine(text)) {
        justStarted = false
        const closed = closeSentence()
        if (skipping && !hasDocuments) skipping = false
        return closed && !hasDocuments && ahead > lookAhead ? takeEach() : undefined
      }
      if (!hasDocuments && ahead <= lookAhead) ahead += text.length
      const fields = columnsOf(text)
      if (text.startsWith(docstart) && fieldsOf(fields[0])[0] === docstart) {
        const done = beginDocument()
        start = trimBlankEnd(text)
        justStarted = true
        return done
      }
      if (isComment(text, fields)) {
        const line = trimBlankEnd(text)
        const newdoc = /^# newdoc(?: id)?\s*=?\s*(.*)$/.exec(line)
        const done = newdoc ? beginDocument() : undefined
        if (newdoc) id = newdoc[1] || undefined
        pending.push(line)
        return done
      }
      if (skipping) return undefined
      if (width === 0) {
        if (fields.length < 2)
          throw new HmtlError('HMTL_INPUT_SYNTAX', `a line of ${fields.length} column where a word and a tag were due`)
        width = fields.length
        numbered = width >= 3 && fields[0] === '1' && isTag(fields[2]) && !/^(O|[BIESUL]-.*)$/.test(fields[width - 1])
        separator = trimBlankEnd(text).includes('\t') ? '\t' : ' '
      }
      if (fields.length !== width)
        throw new HmtlError('HMTL_INPUT_SYNTAX', `${fields.length} columns where the file has ${width}`, {
          line: number,
          remedy: 'Repair the line; the rest of its document was left out',
        })
      const tag = fields[numbered ? 2 : width - 1]
      if (!isTag(tag))
        throw new HmtlError('HMTL_INPUT_SYNTAX', `"${tag}" is not a tag`, {
          line: number,
          remedy: 'Tags are O or B-, I-, E-, S-, U- or L- and a type',
        })
      // What a cleaner of texts has left of a sign that it took out; nothing refers to it, so the rest stands.
      if (fields[numbered ? 1 : 0] === '') {
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

const isExtras = (extras: Record<string, unknown>, tokens: number): Extras => ({
  ...(typeof extras.docstart === 'string' ? { docstart: extras.docstart } : {}),
  separator: extras.separator === '\t' ? '\t' : ' ',
  ...(schemes.includes(extras.scheme as Scheme) ? { scheme: extras.scheme as Scheme } : {}),
  ...(Array.isArray(extras.columns) && extras.columns.every((column) => isStrings(column, tokens))
    ? { columns: extras.columns }
    : {}),
  ...(isStrings(extras.tags, tokens) ? { tags: extras.tags } : {}),
  numbered: extras.numbered === true,
  tight: extras.tight === true,
  unclosed: extras.unclosed === true,
  ...(Array.isArray(extras.comments) && extras.comments.every((lines) => isStrings(lines))
    ? { comments: extras.comments }
    : {}),
  ...(isStrings(extras.after) ? { after: extras.after } : {}),
})

async function* write(documents: AsyncIterable<Document>, context: FormatContext) {
  for await (const document of documents) yield encode(document, context)
}

const encode = (document: Document, context: FormatContext): string => {
  reportUncarried(document, document.entities ? ['entities'] : ['entities', 'mentions'], context, key)
  const tokens = requireTokens(document, 'conll2003')
  const known = Object.hasOwn(document.metadata, key)
  const extras = isExtras(metadataOf(document, key), tokens.begin.length)
  const { begin, end } = sentenceSpans(document)
  const layer = context.options.layer ? document[context.options.layer] : (document.entities ?? document.mentions)
  const spans = flatTokenSpans(document, layer, 'entity', context, tokens)
  const scheme = context.options.scheme ?? extras.scheme ?? 'bio'
  const tags: string[] = []
  for (let s = 0, k = 0; s < begin.length; s++) {
    const from = k
    while (k < spans.length && spans[k].end <= end[s]) k++
    encodeTags(spans.slice(from, k), begin[s], end[s], scheme, tags)
  }
  const same = extras.tags && context.options.scheme === undefined && sameSpans(extras.tags, spans, begin, end)
  const finalTags = same && extras.tags ? extras.tags : tags
  // Files of other origin get the four classic columns, `_` where nothing is known.
  const columns = extras.columns ?? (known ? [] : [tags.map(() => '_'), tags.map(() => '_')])
  const separator = extras.separator ?? ' '
  const list = words(document).map((word) =>
    word === docstart && !extras.numbered
      ? markWord(document, context)
      : columnWord(word, document, context, separator),
  )
  const lines: string[] = []
  const opening = extras.docstart ?? (known ? undefined : `${docstart} -X- -X- O`)
  if (opening !== undefined) lines.push(opening, ...(extras.tight ? [] : ['']))
  for (let s = 0; s < begin.length; s++) {
    lines.push(...(extras.comments?.[s] ?? []))
    for (let i = begin[s]; i < end[s]; i++) {
      const others = columns.map((column) => column[i])
      lines.push(
        (extras.numbered
          ? [String(i - begin[s] + 1), list[i], finalTags[i], ...others]
          : [list[i], ...others, finalTags[i]]
        ).join(separator),
      )
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

/**
 * Rows of as many columns each, one of which holds a tag in every row of the first sentence.
 * A lone line of words with one that looks like a tag ("I love B-12") is text.
 */
const looksTagged = (head: string): 0 | 1 | 2 => {
  if (head.startsWith(docstart)) return 2
  const [first, ...after] = head.replace(/^\s+/, '').split(/\n[ \t\r]*\n/)
  const rows = first.split('\n').filter((line) => line.trim() !== '' && !/^#( |$)/.test(line))
  // The last line may be cut.
  if (after.length === 0 && rows.length > 1 && !head.endsWith('\n')) rows.pop()
  if (rows.length === 0) return 0
  const separator = rows[0].includes('\t') ? '\t' : / +/
  const cells = rows.map((row) => row.trimEnd().split(separator))
  const width = cells[0].length
  if (width < 2 || width > 6 || cells.some((row) => row.length !== width)) return 0
  const tagged = cells[0].some((_, c) => c > 0 && cells.every((row) => /^(O|[BIESUL]-\S+)$/.test(row[c])))
  if (!tagged || (rows.length === 1 && after.length === 0 && separator !== '\t')) return 0
  return after.length > 0 ? 2 : 1
}

export const conll2003: Format = {
  name: 'conll2003',
  summary: 'CoNLL-2003 columns (IOB1, BIO, IOBES, BIOUL); also WNUT and Universal NER files',
  accepts: (path) =>
    /(\.(conll|iob2|bio|iob)|^eng\.(train|test[ab])|\/eng\.(train|test[ab])|\.annotated)$/.test(path) ||
    /conll2003.*\.txt$/.test(path),
  sniff: looksTagged,
  read: (source, context) => parseLines(source, context, parser(source, context)),
  write,
  needsTokens: true,
  carries: ['entities'],
  extension: '.conll',
}
