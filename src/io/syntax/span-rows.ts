/**
 * Tables of a row a span: the text that it stands in, where it begins and ends, its label. Rows of one text follow one
 * another; what they become is a record with the list of its spans, as programs write in JSON.
 */
import { HmtlError } from '../errors.ts'
import { attempt, type FormatContext, maxDocumentBytes, maxLineBytes } from '../format.ts'
import type { Source } from '../source.ts'
import { type CsvRecord, csvRecords } from './csv.ts'
import { isTableHead, separatorOf, tableHead } from './csv-head.ts'
import { isAgain, isBroken, refuseTwice } from './csv-rows.ts'
import { headOf } from './head.ts'
import { isSpanName, isSpanNumber, spanByNames } from './span-lists.ts'
import type { Json } from './span-records.ts'
import { columnRemedy, textColumn } from './text-column.ts'

/** A text with its spans, and where its first row stands. */
export interface SpanRecord {
  readonly record: Json
  readonly line: number
  readonly offset: number
}

const dialect = { separators: [',', '\t', ';', '|'], multiline: true }

/** Whether a head is a table's and no JSON. */
export const isSpanTable = (head: string, { options: { textField = 'text' } }: FormatContext): boolean => {
  if (/^\s*[[{]/.test(head)) return false
  const table = tableHead(head, dialect, textField)
  return table.header.split(separatorOf(table, dialect, textField)).length > 1
}

/** Columns that tell documents apart. */
const documentName = /^(?:id|(?:doc|document|article|file|text)[-_ .]?(?:id|idx|index|name))$/i

/** Whether columns say of each row where a span begins and ends, and its label. */
export const haveSpanRows = (names: readonly string[], text: string): boolean => {
  const { start, end, label } = spanByNames(
    Object.fromEntries(names.filter((name) => name !== text).map((n) => [n, 1])),
  )
  return start !== undefined && end !== undefined && label !== undefined
}

/** A cell of a span as JSON has it: what pandas writes of whole numbers beside empty cells is `3.0`. */
const spanValue = (name: string, cell: string): unknown => {
  if (cell === '') return null
  return isSpanNumber(name) && Number.isFinite(Number(cell)) ? Number(cell) : cell
}

interface Columns {
  readonly names: readonly string[]
  readonly text: string
  readonly id: string | undefined
}

interface Run {
  readonly first: CsvRecord
  /** Characters of its rows, their text counted once. */
  held: number
  readonly rows: Json[]
}

const columnsOf = ({ fields: names, error }: CsvRecord, textField: string): Columns => {
  if (error) throw error
  refuseTwice(names)
  const text = textColumn(names, textField)
  if (text === undefined)
    throw new HmtlError('HMTL_INPUT_FIELD', `no column "${textField}" among ${names.slice(0, 20).join(', ')}`, {
      remedy: columnRemedy(names),
    })
  if (!haveSpanRows(names, text))
    throw new HmtlError('HMTL_INPUT_FIELD', `no beginning, end and label among ${names.slice(0, 20).join(', ')}`, {
      remedy: 'A row a span has columns such as text,start,end,label; a row a text is read with --from csv',
    })
  return { names, text, id: names.find((name) => name !== text && documentName.test(name)) }
}

const placeOf = (row: Json): string => {
  const { start, end, label } = spanByNames(row)
  return JSON.stringify([start, end, label])
}

/** Whether ids of a text's rows are their own and not its: all differ, and so do the spans, which a text twice has again. */
const ownIds = (rows: readonly Json[], id: string): boolean =>
  rows.length > 1 &&
  new Set(rows.map((row) => row[id])).size === rows.length &&
  new Set(rows.map(placeOf)).size === rows.length

/** Rows of one text as records: one, or one for each document that has it. */
const recordsOf = (
  { rows, first: { line, offset } }: Run,
  { names, text, id }: Columns,
  textField: string,
): SpanRecord[] => {
  const groups = new Map<unknown, Json[]>()
  const [firstId] = id === undefined || ownIds(rows, id) ? [] : [id]
  for (const row of rows) {
    const key = firstId === undefined ? '' : row[firstId]
    const group = groups.get(key)
    if (group) group.push(row)
    else groups.set(key, [row])
  }
  return [...groups].map(([key, group]) => {
    const others = names.filter((name) => name !== text && name !== firstId && !isSpanName(name))
    const fields = others.map((name) => {
      const values = group.map((row) => row[name])
      return [name, values.every((value) => value === values[0]) ? values[0] : values] as const
    })
    const spans = group.filter((row) => spanByNames(row).start !== undefined)
    return {
      line,
      offset,
      record: {
        ...Object.fromEntries(fields),
        ...(firstId === undefined || key === '' ? {} : { id: key }),
        [textField]: rows[0][text],
        entities: spans.map((row) =>
          Object.fromEntries(
            names.filter((name) => name !== text && isSpanName(name)).map((name) => [name, row[name]]),
          ),
        ),
      },
    }
  })
}

/** Records of a table's texts; what is wrong with a row goes to the context's `onError`. */
export async function* spanRows(given: Source, context: FormatContext): AsyncGenerator<SpanRecord> {
  const { textField = 'text' } = context.options
  const { head, source } = await headOf(given, (text) => isTableHead(text, dialect, textField))
  const table = tableHead(head, dialect, textField)
  const separator = separatorOf(table, dialect, textField)
  const options = {
    separator,
    lineEnd: table.lineEnd,
    // There a lone quote is mostly just a quote.
    multiline: separator !== '\t',
    maxRecordBytes: maxLineBytes(context),
  }
  let columns: Columns | undefined
  let run: Run | undefined
  for await (const batch of csvRecords(source, options))
    for (const row of batch) {
      if (row.line <= table.before) continue
      const place = { source: source.name, line: row.line, offset: row.offset }
      if (!columns) {
        columns = attempt(context, place, row.text, () => columnsOf(row, textField))
        if (!columns) return
        continue
      }
      const { names, text } = columns
      if (isAgain(row, names)) {
        context.report.add('header-again', source.name, `line ${row.line}`)
        continue
      }
      const cells = attempt(context, place, row.text, () => {
        const fault = isBroken(row, names.length)
        if (fault) throw fault
        return Object.fromEntries(
          names.map((name, c) => [
            name,
            isSpanName(name) && name !== text ? spanValue(name, row.fields[c]) : row.fields[c],
          ]),
        )
      })
      if (!cells) continue
      if (run && run.rows[0][text] !== cells[text]) {
        yield* recordsOf(run, columns, textField)
        run = undefined
      }
      const { length } = String(cells[text])
      run ??= { first: row, rows: [], held: length }
      // Of a text that stands in many rows one is kept.
      run.rows.push({ ...cells, [text]: run.rows[0]?.[text] ?? cells[text] })
      run.held += row.text.length - length
      const { held } = run
      if (held <= maxDocumentBytes(context)) continue
      run = undefined
      attempt(context, place, undefined, () => {
        throw new HmtlError(
          'HMTL_INPUT_TOO_LARGE',
          `a text whose rows have more than ${maxDocumentBytes(context)} characters`,
          {
            remedy: 'Raise --max-document-bytes; rows of spans before this one are left out',
          },
        )
      })
    }
  if (run && columns) yield* recordsOf(run, columns, textField)
}
