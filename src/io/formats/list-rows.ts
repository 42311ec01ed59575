/** Rows of a table that are sentences: their words in a list, their tags in another. */
import type { TellSpelling } from '../document/tags.ts'
import { HmtlError } from '../errors.ts'
import type { FormatContext } from '../format.ts'
import { isBroken, type Rows } from '../syntax/csv-rows.ts'
import { listCell } from '../syntax/list-cell.ts'
import { tagFields } from '../syntax/tagged-record.ts'
import { documentOfRecord } from './jsonl.ts'

/** @param words the column of the words */
export const rowsOfLists = (
  names: readonly string[],
  words: string,
  name: string,
  tellSpelling: TellSpelling,
  context: FormatContext,
): Rows => {
  const tags = tagFields(tellSpelling)
  return {
    row(record) {
      const fault = isBroken(record, names.length)
      if (fault) throw fault
      const cells = record.fields
      const fields = Object.fromEntries(names.map((field, c) => [field, listCell(cells[c]) ?? cells[c]]))
      if (!Array.isArray(fields[words]))
        throw new HmtlError('HMTL_INPUT_FIELD', `column "${words}" holds no list of words`, {
          remedy: `Lists are JSON or Python's, ["Ada", "left"]; a table of texts is read with --text-field`,
        })
      const { id } = fields
      return documentOfRecord(
        fields,
        typeof id === 'string' && id !== '' ? id : `${name}:${record.line}`,
        context,
        tags,
      )
    },
    end: () => undefined,
  }
}

/**
 * Rows of lists where the first one has a list, others else: columns of both may have the same names.
 * @param at the column of the words
 */
export const toldByRow = (at: number, lists: Rows, others: Rows): Rows => {
  let rows: Rows | undefined
  const told = (fields: readonly string[]): Rows => {
    if (!rows && at < fields.length) rows = listCell(fields[at]) ? lists : others
    return rows ?? others
  }
  return {
    before: (record) => told(record.fields).before?.(record),
    row: (record) => told(record.fields).row(record),
    end: () => rows?.end(),
  }
}
