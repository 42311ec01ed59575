/**
 * Delimited text with a header: a row a document, its text in the column that `textField` names, the other columns its
 * metadata; or a row a word, with its tag.
 */
import { type CsvRecord, csvRecords } from '../syntax/csv.ts'
import { type Dialect, isDrawn, isTableHead, looksDelimited, separatorOf, tableHead } from '../syntax/csv-head.ts'
import { isAgain, isBroken, refuseTwice, type Rows } from '../syntax/csv-rows.ts'
import { createDocument, type Document } from '../document/document.ts'
import { spellingTeller, type TellSpelling } from '../document/tags.ts'
import { HmtlError } from '../errors.ts'
import { attempt, type Format, type FormatContext, layersAll, maxLineBytes } from '../format.ts'
import { headOf } from '../syntax/head.ts'
import { rowsOfLists, toldByRow } from './list-rows.ts'
import { resultColumns, resultsWriter } from './results.ts'
import { type Source, stem } from '../source.ts'
import { haveSpanRows } from '../syntax/span-rows.ts'
import { columnRemedy, textColumn } from '../syntax/text-column.ts'
import { wordLists } from '../syntax/tagged-record.ts'
import { type WordColumns, wordColumnsOf, wordRows } from '../syntax/word-rows.ts'

interface Kind extends Dialect {
  readonly name: 'csv' | 'tsv'
  readonly extension: string
}

/** What a table that is read as this kind may be parted by, whatever kinds of files it is guessed from. */
const readBy = ({ separators, ...dialect }: Kind): Dialect => ({
  ...dialect,
  separators: [...new Set([...separators, ',', ';', '|', '\t'])],
})

/** A row a word. */
const rowsOfWords = (
  names: readonly string[],
  columns: WordColumns,
  name: string,
  tellSpelling: TellSpelling,
  context: FormatContext,
): Rows => {
  const words = wordRows(names, columns, name, context, tellSpelling)
  const nothing = names.map(() => '')
  /** The line that the next record begins on, unless lines between are empty. */
  let next: number | undefined
  return {
    before({ line, text }) {
      const isApart = next !== undefined && line > next
      next = line + text.split('\n').length
      return isApart ? words.row(nothing) : undefined
    },
    row(record) {
      const fault = isBroken(record, names.length)
      if (!fault) return words.row(record.fields, record.line)
      words.recover()
      throw fault
    },
    end: () => words.end(),
  }
}

/** A row a text. */
const rowsOfTexts = (fields: readonly string[], textAt: number, name: string, { report }: FormatContext): Rows => {
  // It may be of a table's own that texts have a beginning (subtitles); who means spans is told how they are read.
  if (haveSpanRows(fields, fields[textAt])) report.add('row-a-span', name, '--from spans reads them')
  const idAt = fields.indexOf('id')
  return {
    row(record) {
      const { fields: cells, line } = record
      const fault = isBroken(record, fields.length)
      if (fault) throw fault
      const metadata = Object.fromEntries(
        fields.map((field, c) => [field, cells[c]] as const).filter((_, c) => c !== textAt && c !== idAt),
      )
      const id = idAt === -1 || idAt === textAt || cells[idAt] === '' ? `${name}:${line}` : cells[idAt]
      return createDocument({ id, text: cells[textAt], metadata })
    },
    end: () => undefined,
  }
}

/** What makes documents of the rows below a header. @throws HmtlError `HMTL_INPUT_FIELD` where it does not name the text */
const rowsBelow = (
  { fields, error }: CsvRecord,
  name: string,
  textField: string,
  tellSpelling: TellSpelling,
  context: FormatContext,
): Rows => {
  if (error) throw error
  refuseTwice(fields)
  const textAt = fields.indexOf(textColumn(fields, textField) ?? textField)
  if (textAt === -1 && resultColumns.every((column, c) => fields[c] === column))
    throw new HmtlError('HMTL_FORMAT_UNSUPPORTED', 'this is a table of results, not of documents', {
      remedy: 'Keep JSON lines, Arrow or Parquet beside it: they can be read and converted',
    })
  const words = textAt === -1 ? wordColumnsOf(fields) : undefined
  const lists = wordLists(fields)
  const ofLists = lists === undefined ? undefined : rowsOfLists(fields, lists, name, tellSpelling, context)
  const others = words
    ? rowsOfWords(fields, words, name, tellSpelling, context)
    : textAt === -1
      ? ofLists
      : rowsOfTexts(fields, textAt, name, context)
  if (!others)
    throw new HmtlError('HMTL_INPUT_FIELD', `no column "${textField}" among ${fields.slice(0, 20).join(', ')}`, {
      remedy: `${columnRemedy(fields)}; what is no table is read with --from text or lines`,
    })
  return lists === undefined || !ofLists ? others : toldByRow(fields.indexOf(lists), ofLists, others)
}

/** Of a table whose cells are padded, and may be cut or go over several lines. */
const drawnFault = () =>
  new HmtlError('HMTL_FORMAT_UNSUPPORTED', 'this table is drawn for readers, with rules and padded cells', {
    remedy:
      'Export it as CSV (psql --csv, mysql --batch for tabs); of a Markdown table take away the line of dashes, the bars ' +
      'at both ends and the spaces around the others',
  })

const reader = (kind: Kind) =>
  async function* read(given: Source, context: FormatContext): AsyncGenerator<Document> {
    const { textField = 'text' } = context.options
    const dialect = readBy(kind)
    const name = stem(given, kind.extension)
    const { head, source } = await headOf(given, (text) => isTableHead(text, dialect, textField))
    const table = tableHead(head, dialect, textField)
    const options = {
      separator: separatorOf(table, dialect, textField),
      lineEnd: table.lineEnd,
      multiline: dialect.multiline,
      maxRecordBytes: maxLineBytes(context),
    }
    let rows: Rows | undefined
    let header: readonly string[] = []
    for await (const batch of csvRecords(source, options))
      for (const record of batch) {
        const place = { source: source.name, line: record.line, offset: record.offset }
        if (rows) {
          const below = rows
          if (isAgain(record, header)) {
            context.report.add('header-again', name, `line ${record.line}`)
            continue
          }
          const done = below.before && attempt(context, place, undefined, () => below.before?.(record))
          if (done) yield done
          const document = attempt(context, place, record.text, () => below.row(record))
          if (document) yield document
          continue
        }
        if (record.line <= table.before) continue
        rows = attempt(context, place, record.text, () => {
          if (isDrawn(table)) throw drawnFault()
          return rowsBelow(record, name, textField, spellingTeller(head), context)
        })
        header = record.fields
        // Without a header nothing of the rest can be told.
        if (!rows) return
      }
    const last = attempt(context, { source: source.name }, undefined, () => rows?.end())
    if (last) yield last
  }

const formatOf = (kind: Kind, summary: string): Format => ({
  name: kind.name,
  summary: `${summary} under a header: read, a row a document, or a word and its tag; written, a row a span or relation`,
  accepts: (path) => path.endsWith(kind.extension),
  sniff: (head, path, textField) => looksDelimited(head, path, kind, textField),
  read: reader(kind),
  write: resultsWriter(kind.separators[0]),
  oneWay: true,
  needsTokens: false,
  carries: layersAll,
  extension: kind.extension,
})

export const csv = formatOf(
  { name: 'csv', extension: '.csv', separators: [',', ';', '|'], multiline: true },
  'comma-separated rows',
)
export const tsv = formatOf(
  { name: 'tsv', extension: '.tsv', separators: ['\t'], multiline: false },
  'tab-separated rows',
)
