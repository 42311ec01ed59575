/** What of a file of tags the document model has no place for, kept with its documents for writing the same file again. */
import { isStrings } from './columns.ts'
import { type Scheme, schemes, type TagSpelling } from '../document/tags.ts'

export interface TagExtras {
  /** The `-DOCSTART-` line, absent where the file has none. */
  readonly docstart?: string
  /** The row that names the columns. */
  readonly header?: string
  readonly separator?: string
  readonly scheme?: Scheme
  /** Tags say a type and no position. */
  readonly types?: boolean
  /** How the tags were spelled. */
  readonly spelling?: TagSpelling
  /** Columns other than word and tag, `[column][token]`. */
  readonly columns?: readonly (readonly string[])[]
  /** Tags as they stood, where the scheme does not give them back. */
  readonly tags?: readonly string[]
  /** Lines are numbered within a sentence, from 1 or from `first`; word and tag follow the number. */
  readonly numbered?: boolean
  readonly first?: number
  /** Columns of word and tag, where they are not those. */
  readonly word?: number
  readonly tag?: number
  /** No blank line follows the `-DOCSTART-` line. */
  readonly tight?: boolean
  /** No blank line follows the last sentence. */
  readonly unclosed?: boolean
  /** Comment lines before each sentence. */
  readonly comments?: readonly (readonly string[])[]
  /** Comment lines after the last one. */
  readonly after?: readonly string[]
}

const isSpelling = (value: unknown): value is TagSpelling => {
  const { suffix, separator, lower } = (value ?? {}) as Record<string, unknown>
  return typeof suffix === 'boolean' && typeof separator === 'string' && typeof lower === 'boolean'
}

/** The extras that metadata hold, as far as they are what they should be. */
export const tagExtrasOf = (extras: Record<string, unknown>, tokens: number): TagExtras => ({
  ...(typeof extras.docstart === 'string' ? { docstart: extras.docstart } : {}),
  ...(typeof extras.header === 'string' ? { header: extras.header } : {}),
  separator: extras.separator === '\t' ? '\t' : ' ',
  ...(schemes.includes(extras.scheme as Scheme) ? { scheme: extras.scheme as Scheme } : {}),
  types: extras.types === true,
  ...(isSpelling(extras.spelling) ? { spelling: extras.spelling } : {}),
  ...(Array.isArray(extras.columns) && extras.columns.every((column) => isStrings(column, tokens))
    ? { columns: extras.columns }
    : {}),
  ...(isStrings(extras.tags, tokens) ? { tags: extras.tags } : {}),
  numbered: extras.numbered === true,
  first: extras.first === 0 ? 0 : 1,
  ...(typeof extras.word === 'number' ? { word: extras.word } : {}),
  ...(typeof extras.tag === 'number' ? { tag: extras.tag } : {}),
  tight: extras.tight === true,
  unclosed: extras.unclosed === true,
  ...(Array.isArray(extras.comments) && extras.comments.every((lines) => isStrings(lines))
    ? { comments: extras.comments }
    : {}),
  ...(isStrings(extras.after) ? { after: extras.after } : {}),
})

/** Where word and tag stand in most files: they begin a row and end it, or follow its number. */
const usual = (numbered: boolean, width: number): readonly [word: number, tag: number] =>
  numbered ? [1, 2] : [0, width - 1]

/** Columns of word and tag, of a file that has other ones. */
export const unusual = (
  numbered: boolean,
  width: number,
  word: number,
  tag: number,
): Pick<TagExtras, 'word' | 'tag'> => {
  const [usualWord, usualTag] = usual(numbered, width)
  return word === usualWord && tag === usualTag ? {} : { word, tag }
}

/** What puts the cells of a row into their columns. */
export const rowMaker = (
  { numbered = false, word, tag }: TagExtras,
  others: number,
): ((number: number, word: string, tag: string, others: readonly string[]) => string[]) => {
  const least = numbered ? 1 : 0
  const width = others + 2 + least
  const fits = (column: number | undefined): column is number =>
    Number.isInteger(column) && (column as number) >= least && (column as number) < width
  const [wordAt, tagAt] = fits(word) && fits(tag) && word !== tag ? [word, tag] : usual(numbered, width)
  return (number, wordCell, tagCell, cells) => {
    const row: string[] = numbered ? [String(number)] : []
    let at = 0
    while (row.length < width) row.push(row.length === wordAt ? wordCell : row.length === tagAt ? tagCell : cells[at++])
    return row
  }
}
