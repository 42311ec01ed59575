/**
 * Delimited text with a header: a row a document, its text in the column that `textField` names, the other columns its
 * metadata.
 */
import { type CsvRecord, csvFields, csvRecords } from '../syntax/csv.ts'
import { createDocument, type Document } from '../document/document.ts'
import { HmtlError } from '../errors.ts'
import { attempt, type Format, type FormatContext, layersAll, maxLineBytes } from '../format.ts'
import { headOf } from '../syntax/head.ts'
import { resultColumns, resultsWriter } from './results.ts'
import { type Source, stem } from '../source.ts'

interface Dialect {
  readonly name: 'csv' | 'tsv'
  readonly extension: string
  readonly separators: readonly string[]
  readonly multiline: boolean
}

/**
 * A header's separator: the one that makes the most columns of it. Spreadsheets of some countries part by semicolons.
 */
const separatorOf = (header: string, { separators, multiline }: Dialect): string => {
  const columns = (separator: string) => csvFields(header, { separator, multiline }).length
  return separators.reduce((best, other) => (columns(other) > columns(best) ? other : best))
}

/** What makes documents of rows. @throws HmtlError `HMTL_INPUT_FIELD` for a header that does not name the text */
const columnsOf = ({ fields, error }: CsvRecord, name: string, textField: string): ((row: CsvRecord) => Document) => {
  if (error) throw error
  const twice = fields.find((field, c) => fields.indexOf(field) !== c)
  if (twice !== undefined) throw new HmtlError('HMTL_INPUT_FIELD', `two columns are named "${twice}"`)
  const textAt = fields.indexOf(textField)
  if (textAt === -1 && resultColumns.every((column, c) => fields[c] === column))
    throw new HmtlError('HMTL_FORMAT_UNSUPPORTED', 'this is a table of results, not of documents', {
      remedy: 'Keep JSON lines, Arrow or Parquet beside it: they can be read and converted',
    })
  if (textAt === -1)
    throw new HmtlError('HMTL_INPUT_FIELD', `no column "${textField}" among ${fields.slice(0, 20).join(', ')}`, {
      remedy: 'Name the one that holds the text with --text-field',
    })
  const idAt = fields.indexOf('id')
  return ({ fields: cells, line, error: fault }) => {
    if (fault) throw fault
    if (cells.length !== fields.length)
      throw new HmtlError('HMTL_INPUT_SYNTAX', `${cells.length} fields where the header names ${fields.length}`)
    const metadata = Object.fromEntries(
      fields.map((field, c) => [field, cells[c]] as const).filter((_, c) => c !== textAt && c !== idAt),
    )
    const id = idAt === -1 || idAt === textAt || cells[idAt] === '' ? `${name}:${line}` : cells[idAt]
    return createDocument({ id, text: cells[textAt], metadata })
  }
}

const reader = (dialect: Dialect) =>
  async function* read(given: Source, context: FormatContext): AsyncGenerator<Document> {
    const { textField = 'text' } = context.options
    const name = stem(given, dialect.extension)
    const { head, source } = await headOf(given, (text) => text.includes('\n'))
    const options = {
      separator: separatorOf(head.split(/\r?\n/, 1)[0], dialect),
      multiline: dialect.multiline,
      maxRecordBytes: maxLineBytes(context),
    }
    let toDocument: ((row: CsvRecord) => Document) | undefined
    for await (const batch of csvRecords(source, options))
      for (const record of batch) {
        const place = { source: source.name, line: record.line, offset: record.offset }
        if (toDocument) {
          const make = toDocument
          const document = attempt(context, place, record.text, () => make(record))
          if (document) yield document
          continue
        }
        toDocument = attempt(context, place, record.text, () => columnsOf(record, name, textField))
        // Without a header nothing of the rest can be told.
        if (!toDocument) return
      }
  }

/** A name of a column: none, as pandas writes above an index, or one that neither begins nor ends with a space. */
const isName = (name: string): boolean => name.length <= 100 && name === name.trim()

/** A name that hardly is a word of a sentence beside others like it. */
const isPlainName = (name: string): boolean => name === '' || /^[\p{L}_][\p{L}\p{N}_:.-]*$/u.test(name)

/**
 * A header with a column `text` and a row with as many fields; or plain names, which a text may hold too, and every
 * row with as many fields.
 */
const looksDelimited = (head: string, path: string, { separators, multiline }: Dialect): 0 | 1 | 2 => {
  const lines = head.split(/\r?\n/)
  // The last line may be cut, or a field of it go on.
  const [header, ...rows] = lines.length > 1 ? lines.slice(0, -1) : lines
  const levels = separators.map((separator) => {
    const options = { separator, multiline }
    const columns = fieldsOrNone(header, options)
    if (columns.length < 2 || !columns.every(isName)) return 0
    const alike = (row: string) => fieldsOrNone(row, options).length === columns.length || (multiline && /"/.test(row))
    if (columns.some((name) => /^text$/i.test(name))) return rows.length === 0 ? 1 : alike(rows[0]) ? 2 : 0
    return !path.endsWith('.txt') &&
      columns.every(isPlainName) &&
      rows.length > 1 &&
      rows.every((row) => row === '' || alike(row))
      ? 1
      : 0
  })
  return Math.max(...levels) as 0 | 1 | 2
}

const fieldsOrNone = (line: string, options: Parameters<typeof csvFields>[1]): string[] => {
  try {
    return csvFields(line, options)
  } catch {
    return []
  }
}

const formatOf = (dialect: Dialect, summary: string): Format => ({
  name: dialect.name,
  summary: `${summary} under a header: read, a row a document; written, a row a span or relation`,
  accepts: (path) => path.endsWith(dialect.extension),
  sniff: (head, path) => looksDelimited(head, path, dialect),
  read: reader(dialect),
  write: resultsWriter(dialect.separators[0]),
  oneWay: true,
  needsTokens: false,
  carries: layersAll,
  extension: dialect.extension,
})

export const csv = formatOf(
  { name: 'csv', extension: '.csv', separators: [',', ';'], multiline: true },
  'comma-separated rows',
)
export const tsv = formatOf(
  { name: 'tsv', extension: '.tsv', separators: ['\t'], multiline: false },
  'tab-separated rows',
)
