/**
 * Tables with a word and its tag in each row, under the names of their columns, as spreadsheets and data frames hold
 * what column formats hold: a sentence ends where another column names or numbers the next one (in each row, or in its
 * first alone), or at a row that holds nothing. One sentence or document is held at a time.
 */
import { arePhrases, docstart, isTagOf, isTypeTag, tagName, wordName } from './tag-columns.ts'
import { type TagSentence, tagDocument } from './tag-document.ts'
import type { Document } from '../document/document.ts'
import { isTag, mayBeSpelled, sayPositions, spellingTeller, type TagSpelling } from '../document/tags.ts'
import { HmtlError, toHmtlError } from '../errors.ts'
import { type FormatContext, maxDocumentBytes } from '../format.ts'
import { stringifyExact } from './exact-json.ts'
import { namesFound } from './text-column.ts'

/** Which columns of such a table are what, by their places. */
export interface WordColumns {
  readonly word: number
  /** Those that may hold the tags, the likeliest first: names say so little. */
  readonly tags: readonly number[]
  readonly sentence: number
  readonly document: number
}

const sentenceName = /^sent(ence)?s?[-_ .]?(id|idx|index|no|nr|num|number|#)?$/i
const documentName = /^(doc|document|article|file)[-_ .]?(id|idx|index|no|nr|num|number|name|#)?$/i
/** Names that say of what the tags are, before those that parts of speech have too. */
const likely = [/^ne/i, /^(iob|bio)/i, /./]

/** The columns of a table with a word and a tag a row; undefined where names tell of none, or of two words. */
export const wordColumnsOf = (names: readonly string[]): WordColumns | undefined => {
  if (namesFound(names)) return undefined
  const at = (name: RegExp) => names.flatMap((each, c) => (name.test(each.trim()) ? [c] : []))
  const [word, ...words] = at(wordName)
  const all = at(tagName)
  if (word === undefined || words.length > 0 || all.length === 0) return undefined
  const tags = likely.flatMap((name) => all.filter((c) => name.test(names[c].trim())))
  return { word, tags: [...new Set(tags)], sentence: at(sentenceName)[0] ?? -1, document: at(documentName)[0] ?? -1 }
}

export interface WordRows {
  /**
   * Takes a row, a cell a column; the document before it, where it completes one.
   * @throws HmtlError what is wrong with that document, after which the next row may be given
   */
  row(cells: readonly string[], line?: number): Document | undefined
  /** What the end completes. @throws HmtlError */
  end(): Document | undefined
  /** Forgets the sentence or document that a broken row may have been part of. */
  recover(): void
}

/** The column of the tags, and whether they say a type alone, are spelled in their own way, or are those of phrases. */
interface Told {
  readonly tag: number
  readonly types: boolean
  readonly spelling?: TagSpelling | undefined
  readonly phrases: boolean
}

/** A value of a table or a record as a cell. */
export const cellText = (value: unknown): string =>
  typeof value === 'string'
    ? value
    : value === undefined || value === null || Number.isNaN(value)
      ? ''
      : stringifyExact(value)

/** A cell as a column file may have it: nothing in it parts columns or lines. */
const ofLine = (cell: string): string => cell.replace(/[\t\r\n]+/g, ' ').replace(/^ +| +$/g, '')

/**
 * @param names of the columns
 * @param name of the source, for ids
 * @param tellSpelling of tags
 */
export const wordRows = (
  names: readonly string[],
  { word, tags: candidates, sentence: sentenceAt, document: documentAt }: WordColumns,
  name: string,
  context: FormatContext,
  tellSpelling = spellingTeller(),
): WordRows => {
  const others = names.map((_, c) => c).filter((c) => ![word, sentenceAt, documentAt].includes(c))
  /** What a sentence has told, once one has. */
  let told: Told | undefined
  let header = true
  let count = 0
  let held = 0
  let skipping = false
  let id: string | undefined
  /** Values of the columns that tell sentences and documents apart, as they stand for the last row. */
  let [documentNow, sentenceNow] = ['', '']
  let sentences: TagSentence[] = []
  let rows: (readonly string[])[] = []
  let comments: string[] = []
  let line: number | undefined

  const reset = () => {
    sentences = []
    rows = []
    held = 0
    id = undefined
  }

  const closeSentence = () => {
    if (rows.length > 0) sentences.push({ rows, comments })
    rows = []
  }

  /** What the tags of some rows tell of the columns. @throws HmtlError where none of them holds tags */
  const tell = (all: readonly (readonly string[])[]): Told => {
    for (const tag of candidates) {
      const cells = all.map((row) => row[tag])
      const spelling = tellSpelling(cells)
      const types = !spelling && !sayPositions(cells)
      const fits =
        spelling !== undefined || (types ? cells.includes('O') && cells.every(isTypeTag) : cells.every(isTag))
      if (!fits) continue
      const found = { tag, types, spelling, phrases: arePhrases(cells) }
      // Words outside of all names say nothing of the others.
      if (cells.some((cell) => cell !== 'O') && !(types && mayBeSpelled(cells))) told = found
      return found
    }
    const [tag] = candidates
    const odd = all.find((row) => !isTag(row[tag])) ?? all[0]
    throw new HmtlError('HMTL_INPUT_SYNTAX', `"${odd[tag]}" is not a tag`, {
      remedy:
        `Column "${names[tag]}" must hold O or B-, I-, E-, S-, U-, L-, M- or W- and a type, or O and types; ` +
        'a table of texts is read with --text-field',
    })
  }

  const build = (): Document | undefined => {
    closeSentence()
    const list = sentences
    const documentId = id ?? `${name}:${count}`
    reset()
    if (list.length === 0) return undefined
    count++
    try {
      const all = list.flatMap((each) => each.rows)
      const { tag, types, spelling, phrases } = told ?? tell(all)
      const odd = all.find((row) => !isTagOf(row[tag], { types, spelling }))
      if (odd)
        throw new HmtlError('HMTL_INPUT_SYNTAX', `"${odd[tag]}" is not a tag`, {
          remedy: types
            ? 'Tags of this table are O or a type'
            : 'Tags are O or B-, I-, E-, S-, U-, L-, M- or W- and a type',
        })
      // As a column file has them: the word first, the tag last.
      const order = [word, ...others.filter((c) => c !== tag), tag]
      const shown = order.map((c) => ofLine(names[c]))
      const frame = header && shown.every((each) => each !== '') ? { header: shown.join('\t') } : {}
      header = false
      const columns = {
        width: order.length,
        separator: '\t' as const,
        word: 0,
        tag: order.length - 1,
        numbered: false,
        others: [],
        header: false,
        types,
        spelling,
        phrases,
      }
      const inOrder = list.map((each) => ({ ...each, rows: each.rows.map((row) => order.map((c) => row[c])) }))
      return tagDocument(documentId, inOrder, columns, frame, context)
    } catch (error) {
      throw toHmtlError(error, 'HMTL_INPUT_SYNTAX', { document: documentId, line })
    }
  }

  const begin = (at: number | undefined) => {
    if (sentences.length === 0) {
      line = at
      id = documentNow || (sentenceNow && sentenceNow.length <= 100 ? `${name}:${sentenceNow}` : undefined)
    }
    comments = sentenceNow ? [`# sent_id = ${sentenceNow}`] : []
  }

  const recover = () => {
    reset()
    skipping = true
  }

  const take = (cells: readonly string[], at: number | undefined) => {
    const all = cells.map(ofLine)
    if (all[word] === '') {
      context.report.add('empty-word', id ?? name, at === undefined ? '' : `line ${at}`)
      return
    }
    if (rows.length === 0) begin(at)
    rows.push(all)
    held += all.reduce((sum, cell) => sum + cell.length, 0)
    if (held <= maxDocumentBytes(context)) return
    recover()
    throw new HmtlError('HMTL_INPUT_TOO_LARGE', `a sentence of more than ${maxDocumentBytes(context)} characters`, {
      remedy: 'A column "sentence" that names or numbers each parts them; else raise --max-document-bytes',
    })
  }

  return {
    row(cells, at) {
      // A file of columns that became a table may have its marks of documents still.
      const isEmpty = cells[word] === docstart || cells.every((cell) => cell.trim() === '')
      const [document, sentence] = [documentAt, sentenceAt].map((c) => ofLine(cells[c] ?? ''))
      const newDocument = document !== '' && document !== documentNow
      const newSentence = isEmpty || newDocument || (sentence !== '' && sentence !== sentenceNow)
      if (newDocument) documentNow = document
      if (sentence !== '') sentenceNow = sentence
      const isDone = documentAt === -1 ? newSentence : newDocument
      if (isDone) skipping = false
      if (skipping) return undefined
      try {
        if (isDone) return build()
        if (newSentence) closeSentence()
        return undefined
      } finally {
        // Whatever is wrong with those before it, the row is the first of its own.
        if (!isEmpty) take(cells, at)
      }
    },
    end: build,
    recover,
  }
}
