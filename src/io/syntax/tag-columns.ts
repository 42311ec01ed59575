/**
 * Which columns of a file of tags are what, told from its first sentences: a word and a tag a line, what lies between
 * them, numbers before them, a header above them. Reading and guessing ask the same question.
 */
import { isTag, isTypedTag, mayBeSpelled, respelled, spellingOf, type TagSpelling } from '../document/tags.ts'
import { fieldsOf, isBlankLine, isKeyValueComment, trimBlankEnd } from './line-fields.ts'

export const docstart = '-DOCSTART-'

export interface TagColumns {
  readonly width: number
  readonly separator: '\t' | ' '
  readonly word: number
  readonly tag: number
  /** The first column numbers the words of a sentence. */
  readonly numbered: boolean
  /** Other columns of tags, not of phrases, than the one that is read. */
  readonly others: readonly number[]
  /** The first row names the columns. */
  readonly header: boolean
  /** Tags say a type alone (`person`, Few-NERD) and no position. */
  readonly types: boolean
  /** Tags are spelled otherwise than `B-PER`. */
  readonly spelling?: TagSpelling | undefined
  /** The columns are those that CoNLL-like output of CoreNLP has. */
  readonly parsed?: boolean
  /** Tags are those of phrases (CoNLL-2000), which name nothing. */
  readonly phrases?: boolean
}

/** Cells by sentence and row. */
export type Rows = readonly (readonly (readonly string[])[])[]

/** What the first lines of a file say of it. */
export interface TagHead {
  readonly columns: TagColumns
  readonly sentences: Rows
  /** Sentences whose end is in sight. */
  readonly whole: number
  /** Rows of another width. */
  readonly odd: number
  /** Whether nothing that follows can change it. */
  readonly certain: boolean
}

/** Whether a cell is a tag of a file that says a type alone. */
export const isTypeTag = (cell: string): boolean =>
  cell === 'O' || (!isTag(cell) && /^[\p{L}][\p{L}\p{N}_/.&-]*$/u.test(cell))

/** Whether a cell is a tag of a file with these columns. */
export const isTagOf = (cell: string, { types, spelling }: Pick<TagColumns, 'types' | 'spelling'>): boolean =>
  types ? isTypeTag(cell) : isTag(respelled(cell, spelling))

/**
 * Whether a line is a comment. Tokens begin with `#` too: one is a comment only where it has not the columns of a row.
 */
export const isTagComment = (text: string, fields: readonly string[], columns?: TagColumns): boolean => {
  if (text[0] !== '#') return false
  const { numbered, types = false, spelling, tag, width }: Partial<TagColumns> = columns ?? { tag: fields.length - 1 }
  const cell = fields[tag ?? fields.length - 1] ?? ''
  if (numbered || fields.length === 1 || !isTagOf(cell, { types, spelling })) return true
  // The first line has no width to be held against; a comment is set off from its mark, a word begins with it.
  if (width === undefined && !/^#[ \t]/.test(text)) return false
  return fields.length !== width && !text.includes('\t') && isKeyValueComment(text)
}

/** What most of the rows have in common. */
const most = <T>(items: readonly T[], keyOf: (item: T) => unknown): T | undefined => {
  const counts = new Map<unknown, { item: T; count: number }>()
  for (const item of items) {
    const entry = counts.get(keyOf(item))
    if (entry) entry.count++
    else counts.set(keyOf(item), { item, count: 1 })
  }
  return [...counts.values()].reduce<{ item: T; count: number } | undefined>(
    (best, entry) => (best && best.count >= entry.count ? best : entry),
    undefined,
  )?.item
}

interface Row {
  readonly cells: readonly string[]
  readonly tab: boolean
}

/** Rows by sentence, the last one perhaps without its end. */
const sentencesOf = (lines: readonly string[]): { sentences: Row[][]; closed: boolean } => {
  const sentences: Row[][] = []
  let closed = true
  for (const line of lines) {
    const cells = fieldsOf(line)
    if (isBlankLine(line) || cells[0] === docstart) {
      closed = true
      continue
    }
    if (isTagComment(line, cells)) continue
    if (closed) sentences.push([])
    closed = false
    sentences[sentences.length - 1].push({ cells, tab: trimBlankEnd(line).includes('\t') })
  }
  return { sentences, closed }
}

/** Parts of speech of a numeral, or none: where each second cell is one, the numbers before them are words. */
const numeral = /^(CD|NUM|CARD|LS|Z|_)$/

/** Whether the first column counts the words, from 0 or 1, of each sentence or on through all of them. */
const isNumbered = (sentences: Rows, width: number): boolean => {
  const first = sentences[0]?.[0]?.[0]
  if (width < 3 || (first !== '0' && first !== '1')) return false
  let next = Number(first)
  return (
    !sentences.flat().every((row) => numeral.test(row[1])) &&
    sentences.every((rows) =>
      rows.every((row, i) => {
        const counts = row[0] === String(next) || (i === 0 && row[0] === first)
        next = Number(row[0]) + 1
        return counts
      }),
    )
  )
}

/** Types of the chunks of CoNLL-2000 and TreeTagger; no sentence is without the first ones. */
const nounPhrase = /^[A-Z]-N[PC]$/
const phrase = /^[A-Z]-(NP|VP|PP|ADJP|ADVP|SBAR|PRT|CONJP|INTJ|LST|UCP|NC|VC|PC)$/

/** Whether tags are those of phrases, all of them. */
export const arePhrases = (cells: readonly string[]): boolean => {
  const typed = cells.filter((cell) => cell !== 'O')
  return typed.some((cell) => nounPhrase.test(cell)) && typed.every((cell) => phrase.test(cell))
}

/** Whether tags are mostly those of phrases: some corpora have kinds of their own beside the usual ones. */
const areMostlyPhrases = (cells: readonly string[]): boolean => {
  const typed = cells.filter((cell) => cell !== 'O')
  return 2 * typed.filter((cell) => phrase.test(cell)).length > typed.length
}

/** The column of types among those that CoreNLP writes: number, word, lemma, part of speech, type, head, relation. */
const coreNlpTag = 4
const isCoreNlp = (rows: readonly (readonly string[])[], width: number): boolean =>
  width === 7 &&
  rows.every(([, , , , tag, head]) => (isTypeTag(tag) || isTypedTag(tag)) && /^(\d+|_)$/.test(head)) &&
  rows.some((row) => row[5] !== '_' || row[6] === '_') &&
  rows.some((row) => !isTag(row[6]))

const columnsOf = (sentences: Rows, width: number, separator: '\t' | ' ', header: boolean): TagColumns => {
  const rows = sentences.flat()
  const numbered = isNumbered(sentences, width)
  const word = numbered ? 1 : 0
  const last = width - 1
  const tagged = (c: number, is: (cell: string) => boolean) => rows.filter((row) => is(row[c])).length
  const half = (c: number, is: (cell: string) => boolean) => 2 * tagged(c, is) >= rows.length
  // After a number and a word the tag may come at once, with the lemma or a second layer of tags behind it.
  const between = Array.from({ length: Math.max(0, last - word - 1) }, (_, i) => word + 1 + i)
  const order = numbered && width > 3 ? [2, last, ...between] : [last, ...between]
  const known = numbered && isCoreNlp(rows, width) ? coreNlpTag : undefined
  const isPhrases = (c: number) => areMostlyPhrases(rows.map((row) => row[c]))
  const candidates = order.filter((c) => half(c, c === last ? isTag : isTypedTag))
  // What names something comes before what only parses.
  const found = known ?? candidates.find((c) => !isPhrases(c)) ?? candidates.at(0) ?? order.find((c) => half(c, isTag))
  const turned = found === undefined && width === 2 && half(0, isTag)
  const names = rows.map((row) => row[known ?? last]).filter((cell) => cell !== 'O')
  const isLast = !turned && (found === undefined || found === last || found === known)
  const spelling = isLast ? spellingOf(names) : undefined
  const types =
    isLast &&
    !spelling &&
    names.length > 0 &&
    (names.length < rows.length || known !== undefined) &&
    names.every(isTypeTag)
  const tag = turned ? 0 : types ? (known ?? last) : (found ?? last)
  const others = Array.from({ length: width }, (_, c) => c).filter(
    (c) => c !== tag && c !== (turned ? 1 : word) && tagged(c, isTypedTag) === rows.length && !isPhrases(c),
  )
  const phrases = arePhrases(rows.map((row) => respelled(row[tag], spelling)))
  return {
    width,
    separator,
    word: turned ? 1 : word,
    tag,
    numbered,
    others,
    header,
    types,
    spelling,
    phrases,
    parsed: known !== undefined,
  }
}

/** What headers call a word and a tag. */
export const wordName = /^(word|token|form)s?$/i
export const tagName = /^(ne|ner|tag|label|iob|bio|entity|class)(s|[-_ ].*)?$/i

/** How many tags of spans there are. */
const tags = (rows: Rows, { tag, spelling }: TagColumns): number =>
  rows.flat().filter((row) => isTypedTag(respelled(row[tag], spelling)) && row[tag] !== 'O').length

/** Whether the types of a file may turn out to be tags in a spelling of their own. */
const mayChange = (rows: Rows, { tag }: TagColumns): boolean => mayBeSpelled(rows.flat().map((row) => row[tag]))

/** What the first lines of a file of tags say of its columns; undefined where they hold no row of two. */
export const tagHead = (head: string, ended: boolean): TagHead | undefined => {
  const lines = head.split('\n').map((line) => line.replace(/\r$/, ''))
  // The last line may be cut.
  if (!ended || head.endsWith('\n')) lines.pop()
  const { sentences: all, closed } = sentencesOf(lines)
  const wide = all.flat().filter(({ cells }) => cells.length > 1)
  const common = most(wide, ({ cells, tab }) => `${cells.length}${tab}`)
  if (!common) return undefined
  const width = common.cells.length
  const sentences = all
    .map((rows) => rows.map(({ cells }) => cells).filter((cells) => cells.length === width))
    .filter((rows) => rows.length > 0)
  const separator = common.tab ? '\t' : ' '
  const plain = columnsOf(sentences, width, separator, false)
  const below = [sentences[0].slice(1), ...sentences.slice(1)].filter((rows) => rows.length > 0)
  const named = columnsOf(below, width, separator, true)
  const [first] = sentences[0]
  const header =
    wordName.test(first[named.word]) &&
    tagName.test(first[named.tag]) &&
    below.length > 0 &&
    below.flat().every((row) => isTagOf(row[named.tag], named))
  const columns = header ? named : plain
  const whole = closed ? all.length : all.length - 1
  const numbers = width >= 3 && /^[01]$/.test(sentences[0][0][0])
  const certain =
    ended ||
    (whole > 0 &&
      (!numbers || !columns.numbered || (whole > 1 && sentences.some((rows) => rows.length > 1))) &&
      (head.startsWith(docstart) || (columns.types && !mayChange(sentences, columns)) || tags(sentences, columns) > 0))
  const odd = all.flat().length - sentences.flat().length
  return { columns, sentences: header ? below : sentences, whole, odd, certain }
}
