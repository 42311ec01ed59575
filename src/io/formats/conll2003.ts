/**
 * CoNLL-2003 and the other one-token-a-line tagging files: four columns, two
 * (WNUT-17), or numbered with comments (Universal NER). The tag is the last
 * column, or the one after the word where lines are numbered.
 *
 * A document is what stands between `-DOCSTART-` lines or `# newdoc` comments;
 * a file with neither is one document a sentence, which keeps memory bounded.
 */
import { columnWord, flatTokenSpans, isStrings, metadataOf, onText, sentencesOfLengths } from '../columns.ts'
import { createDocument, type Document } from '../document.ts'
import { HmtlError } from '../errors.ts'
import { type Format, type FormatContext, reportUncarried, requireTokens } from '../format.ts'
import type { Line } from '../lines.ts'
import { type LineParser, parseLines } from '../parse-lines.ts'
import { type Source, stem } from '../source.ts'
import { decodeTags, detectScheme, encodeTags, type Scheme, schemes } from '../tags.ts'
import { joinTokens, sentenceSpans, words } from '../tokens.ts'

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
}

const parser = (source: Source, context: FormatContext): LineParser => {
  const name = stem(source, '.conll', '.iob2', '.txt', '.bio')
  const layer = context.options.layer ?? 'entities'
  let count = 0
  let separator: string | undefined
  let width = 0
  let numbered = false
  let hasDocuments = false
  let skipping = false
  let start: string | undefined
  let id: string | undefined
  let rows: string[][] = []
  let lengths: number[] = []
  let comments: string[][] = []
  let pending: string[] = []
  let tight = false
  let justStarted = false

  const reset = () => {
    rows = []
    lengths = []
    comments = []
    start = undefined
    id = undefined
  }

  const closeSentence = () => {
    const open = rows.length - lengths.reduce((sum, n) => sum + n, 0)
    if (open === 0) return false
    lengths.push(open)
    return true
  }

  const build = (): Document | undefined => {
    const unclosed = closeSentence()
    const documentId = id ?? `${name}:${count}`
    if (rows.length === 0 && start === undefined) {
      reset()
      return undefined
    }
    count++
    const wordColumn = numbered ? 1 : 0
    const tagColumn = numbered ? 2 : width - 1
    const { text, tokens } = joinTokens(rows.map((row) => row[wordColumn]))
    const tags = rows.map((row) => row[tagColumn])
    const sentences = sentencesOfLengths(lengths)
    const spans = lengths.flatMap((_, s) => decodeTags(tags, sentences.begin[s], sentences.end[s]))
    const scheme = detectScheme(lengths.flatMap((_, s) => [...tags.slice(sentences.begin[s], sentences.end[s]), 'O']))
    const again: string[] = []
    for (let s = 0; s < lengths.length; s++)
      encodeTags(
        spans.filter((span) => span.begin >= sentences.begin[s] && span.end <= sentences.end[s]),
        sentences.begin[s],
        sentences.end[s],
        scheme,
        again,
      )
    const other = Array.from({ length: width }, (_, c) => c).filter((c) => c !== wordColumn && c !== tagColumn && !(numbered && c === 0))
    const extras: Extras = {
      ...(start === undefined ? {} : { docstart: start }),
      separator,
      scheme,
      ...(other.length > 0 ? { columns: other.map((c) => rows.map((row) => row[c])) } : {}),
      ...(again.every((tag, i) => tag === tags[i]) ? {} : { tags }),
      ...(numbered ? { numbered } : {}),
      ...(comments.some((lines) => lines.length > 0) ? { comments } : {}),
      ...(tight ? { tight } : {}),
      ...(unclosed ? { unclosed } : {}),
    }
    tight = false
    const entities = onText(spans, tokens)
    reset()
    return createDocument({ id: documentId, text, tokens, sentences, [layer]: entities, metadata: { [key]: extras } })
  }

  return {
    line({ text, number }: Line) {
      const line = text.trimEnd()
      if (line === '') {
        justStarted = false
        const closed = closeSentence()
        if (skipping && !hasDocuments) skipping = false
        // Without document marks every sentence is a document.
        return closed && !hasDocuments ? build() : undefined
      }
      if (line.startsWith(docstart)) {
        const done = rows.length > 0 || start !== undefined ? build() : undefined
        hasDocuments = true
        skipping = false
        start = line
        justStarted = true
        separator ??= line.includes('\t') ? '\t' : ' '
        return done
      }
      const fields = line.split(line.includes('\t') ? '\t' : / +/)
      if (line.startsWith('#') && (fields.length === 1 || fields.length !== (width || 4) || line.startsWith('# '))) {
        const newdoc = /^# newdoc(?: id)?\s*=?\s*(.*)$/.exec(line)
        const done = newdoc && (rows.length > 0 || start !== undefined) ? build() : undefined
        if (newdoc) {
          hasDocuments = true
          skipping = false
          id = newdoc[1] || undefined
        }
        pending.push(line)
        return done
      }
      if (skipping) return undefined
      if (width === 0) {
        width = fields.length
        if (width < 2) throw new HmtlError('HMTL_INPUT_SYNTAX', `a line of ${width} column where a word and a tag were due`)
        numbered = width >= 3 && fields[0] === '1' && /^(O|[BIESUL](-.*)?)$/.test(fields[2]) && !/^(O|[BIESUL]-.*)$/.test(fields[width - 1])
        separator ??= line.includes('\t') ? '\t' : ' '
      }
      if (fields.length !== width)
        throw new HmtlError('HMTL_INPUT_SYNTAX', `${fields.length} columns where the file has ${width}`, {
          line: number,
          remedy: 'Repair the line; the rest of its document was left out',
        })
      const tag = fields[numbered ? 2 : width - 1]
      if (!/^(O|[BIESUL](-.*)?)$/.test(tag))
        throw new HmtlError('HMTL_INPUT_SYNTAX', `"${tag}" is not a tag`, { line: number, remedy: 'Tags are O or B-, I-, E-, S-, U- or L- and a type' })
      if (pending.length > 0 || rows.length === lengths.reduce((sum, n) => sum + n, 0)) {
        if (comments.length < lengths.length + 1) comments.push(pending)
        pending = []
      }
      if (justStarted) tight = true
      justStarted = false
      rows.push(fields)
      return undefined
    },
    end: build,
    recover() {
      const failed = id ?? `${name}:${count}`
      reset()
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
  ...(Array.isArray(extras.columns) && extras.columns.every((column) => isStrings(column, tokens)) ? { columns: extras.columns } : {}),
  ...(isStrings(extras.tags, tokens) ? { tags: extras.tags } : {}),
  numbered: extras.numbered === true,
  tight: extras.tight === true,
  unclosed: extras.unclosed === true,
  ...(Array.isArray(extras.comments) && extras.comments.every((lines) => isStrings(lines)) ? { comments: extras.comments } : {}),
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
  const list = words(document).map((word) => columnWord(word, document, context))
  const lines: string[] = []
  const opening = extras.docstart ?? (known ? undefined : `${docstart} -X- -X- O`)
  if (opening !== undefined) lines.push(opening, ...(extras.tight ? [] : ['']))
  for (let s = 0; s < begin.length; s++) {
    lines.push(...(extras.comments?.[s] ?? []))
    for (let i = begin[s]; i < end[s]; i++) {
      const others = columns.map((column) => column[i])
      lines.push((extras.numbered ? [String(i - begin[s] + 1), list[i], finalTags[i], ...others] : [list[i], ...others, finalTags[i]]).join(separator))
    }
    lines.push('')
  }
  if (extras.unclosed && lines[lines.length - 1] === '') lines.pop()
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`
}

const sameSpans = (tags: readonly string[], spans: readonly { begin: number; end: number; label: string }[], begin: Int32Array, end: Int32Array): boolean => {
  const decoded = Array.from(begin, (from, s) => decodeTags(tags, from, end[s])).flat()
  return decoded.length === spans.length && decoded.every((span, i) => span.begin === spans[i].begin && span.end === spans[i].end && span.label === spans[i].label)
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
  accepts: (path) => /(\.(conll|iob2|bio|iob)|^eng\.(train|test[ab])|\/eng\.(train|test[ab])|\.annotated)$/.test(path) || /conll2003.*\.txt$/.test(path),
  sniff: looksTagged,
  read: (source, context) => parseLines(source, context, parser(source, context)),
  write,
  needsTokens: true,
  carries: ['entities'],
  extension: '.conll',
}
