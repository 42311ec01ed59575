/**
 * The first rows of delimited text: what parts their fields, and whether they are a table at all. Spreadsheets may
 * say the former in a line of its own (`sep=;`), of some countries they part by semicolons; databases part by bars.
 * Comments may stand above the header, and old spreadsheets end lines with a carriage return alone.
 */
import { csvFields } from './csv.ts'
import { textColumn } from './text-column.ts'
import { wordLists } from './tagged-record.ts'
import { wordColumnsOf } from './word-rows.ts'

export interface Dialect {
  /** What may part fields, the usual one first. */
  readonly separators: readonly string[]
  readonly multiline: boolean
}

/** The separator that a spreadsheet's first line says; undefined for any other line. */
const hintedSeparator = (line: string): string | undefined => /^"?sep=([^\r\n"])"?\r?$/i.exec(line)?.[1]

/** How the first rows are to be read. */
export interface TableHead {
  readonly hint: string | undefined
  /** The header as it stands; it may go over several lines. */
  readonly header: string
  readonly rows: readonly string[]
  /** Lines above the header. */
  readonly before: number
  /** What ends a line. */
  readonly lineEnd: '\n' | '\r'
}

/** Fields of a header or a row; none where it is no record. */
const fieldsOrNone = (line: string, separator: string, multiline: boolean): string[] => {
  try {
    return csvFields(line, { separator, multiline })
  } catch {
    return []
  }
}

/** Whether a line names a column of the text, or of a word and its tag. */
const namesText = (line: string, { separators, multiline }: Dialect, textField: string): boolean =>
  separators.some((separator) => {
    const names = fieldsOrNone(line, separator, multiline)
    return names.length > 1 && (textColumn(names, textField) !== undefined || wordColumnsOf(names) !== undefined)
  })

/** The records of a head; the last one may be cut. */
export const tableHead = (head: string, dialect: Dialect, textField: string): TableHead => {
  const { separators, multiline } = dialect
  const lineEnd = head.includes('\r') && !head.includes('\n') ? '\r' : '\n'
  const lines = head.split(lineEnd === '\r' ? '\r' : /\r?\n/)
  const hint = hintedSeparator(lines[0])
  let at = hint === undefined ? 0 : 1
  while (at < lines.length - 1 && lines[at] === '') at++
  // A name may begin with the sign too: what is passed over stands above a line that names the text, and names none.
  const below = lines.findIndex((line, i) => i >= at && line !== '' && !line.startsWith('#'))
  const isNamed = (line: string) => namesText(line, dialect, textField)
  if (below > at && isNamed(lines[below]) && !lines.slice(at, below).some(isNamed)) at = below
  const before = at
  let header = lines[at] ?? ''
  // A field of it goes on where a quote has no other; one within a field (5" x 7") is only a sign.
  const isOpen = () =>
    multiline &&
    header.split('"').length % 2 === 0 &&
    separators.some((separator) => fieldsOrNone(header, separator, true).length === 0)
  while (isOpen() && at < lines.length - 1) header += `\n${lines[++at]}`
  return { hint, header, rows: lines.slice(at + 1), before, lineEnd }
}

const isRule = (line = ''): boolean => line.includes('--') && /^[ |+:=-]+$/.test(line)

/** Whether a table is drawn for readers, as psql, mysql and Markdown do: with a rule above or below its header. */
export const isDrawn = ({ header, rows }: TableHead): boolean =>
  isRule(header) || (header.includes('|') && isRule(rows[0]))

/** Whether a head goes on past the header, past what may be comments above it and a rule below it. */
export const isTableHead = (head: string, dialect: Dialect, textField: string): boolean => {
  const { header, rows } = tableHead(head, dialect, textField)
  if (header.startsWith('#')) return rows.slice(0, -1).some((row) => row !== '' && !row.startsWith('#'))
  return rows.length > (header.includes('|') ? 1 : 0)
}

/** A table's separator: what its first line says, else what has a column of the text, else what makes most columns. */
export const separatorOf = (
  { hint, header }: TableHead,
  { separators, multiline }: Dialect,
  textField: string,
): string => {
  if (hint !== undefined) return hint
  const columns = separators.map((separator) => fieldsOrNone(header, separator, multiline))
  const named = columns.findIndex((names) => names.length > 1 && textColumn(names, textField) !== undefined)
  const widest = columns.reduce((best, names, i) => (names.length > columns[best].length ? i : best), 0)
  return separators[named === -1 ? widest : named]
}

/** A name of a column: none, as pandas writes above an index, or one that neither begins nor ends with a space. */
const isName = (name: string): boolean => name.length <= 100 && name === name.trim()

/** A name that hardly is a word of a sentence beside others like it. */
const isPlainName = (name: string): boolean => name === '' || /^[\p{L}_][\p{L}\p{N}_:.-]*$/u.test(name)

/** The same of three or more, which may be of several words; what has two tabs in every line is a table under any. */
const isLongName = (name: string, separator: string): boolean =>
  separator === '\t' || name === '' || /^[\p{L}_][\p{L}\p{N}_:.()[\]/%# -]*$/u.test(name)

/** Whether columns are a word and its tag; between tabs and without a column that tells sentences it is a column file. */
const areWords = (names: readonly string[], separator: string): boolean => {
  const words = wordColumnsOf(names)
  return words !== undefined && (separator !== '\t' || words.sentence !== -1 || words.document !== -1)
}

/** Whether a row has a list in the column of the words. */
const areLists = (names: readonly string[], row: readonly string[]): boolean => {
  const words = wordLists(names)
  return words !== undefined && /^\[[\s\S]*\]$/.test(row[names.indexOf(words)] ?? '')
}

/**
 * A header with a column of the text and a row with as many fields; or names, which a text may hold too, and every
 * row with as many fields.
 * @param textField what the user calls the text, besides `text`
 */
export const looksDelimited = (head: string, path: string, dialect: Dialect, textField = 'text'): 0 | 1 | 2 => {
  const { separators, multiline } = dialect
  const { hint, header, rows: all } = tableHead(head, dialect, textField)
  // The last line may be cut, or a field of it go on.
  const rows = (all.length > 0 ? all.slice(0, -1) : all).filter((row) => row !== '')
  // Nobody begins a text with what only spreadsheets read.
  if (hint !== undefined) return all.length === 0 || header === '' ? 0 : 2
  const levels = separators.map((separator) => {
    const columns = fieldsOrNone(header, separator, multiline)
    if (columns.length < 2 || !columns.every(isName)) return 0
    // A table of Markdown.
    if (separator === '|' && columns[0] === '' && columns[columns.length - 1] === '') return 0
    const alike = (row: string) =>
      fieldsOrNone(row, separator, multiline).length === columns.length || (multiline && /"/.test(row))
    if (areLists(columns, fieldsOrNone(rows[0] ?? '', separator, multiline))) return 2
    if ([textField, 'text'].some((name) => textColumn(columns, name) !== undefined) || areWords(columns, separator)) {
      if (all.length === 0 || rows.length === 0) return 1
      if (alike(rows[0])) return 2
      // One row that is broken makes no text of a table of some width.
      return columns.length > 2 && 2 * rows.filter(alike).length >= rows.length ? 2 : 0
    }
    return !path.endsWith('.txt') &&
      columns.every(columns.length > 2 ? (name) => isLongName(name, separator) : isPlainName) &&
      rows.length > 1 &&
      rows.every(alike)
      ? 1
      : 0
  })
  return Math.max(...levels) as 0 | 1 | 2
}
