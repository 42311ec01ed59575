/**
 * Records of JSON with a word and its tag each, as data frames that hold a table of them are exported
 * (`to_json(orient="records")`): told by the first record, and read as the rows of such a table are.
 */
import type { Document } from '../document/document.ts'
import type { TellSpelling } from '../document/tags.ts'
import { HmtlError } from '../errors.ts'
import type { FormatContext } from '../format.ts'
import { textColumn } from './text-column.ts'
import { cellText, wordColumnsOf, wordRows } from './word-rows.ts'

export interface WordRecords {
  /** Takes a record; the document before it, where it completes one. @throws HmtlError */
  record(record: unknown, line?: number): Document | undefined
  /** What an empty line completes. @throws HmtlError */
  gap(): Document | undefined
  /** What the end completes. @throws HmtlError */
  end(): Document | undefined
  /** After a fault: forgets the sentence that a broken record may have been part of. */
  recover(): void
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/**
 * @param first record of the source
 * @param name of the source, for ids
 * @returns undefined where it is a document: it has a text, or names and values are not those of a word and its tag
 */
export const wordRecordsOf = (
  first: unknown,
  name: string,
  context: FormatContext,
  tellSpelling: TellSpelling,
): WordRecords | undefined => {
  if (!isObject(first)) return undefined
  const { textField = 'text' } = context.options
  const names = Object.keys(first)
  const columns = textColumn(names, textField) === undefined ? wordColumnsOf(names) : undefined
  const isText = (c: number) => typeof first[names[c]] === 'string'
  if (!columns || !isText(columns.word) || !columns.tags.some(isText)) return undefined
  const words = wordRows(names, columns, name, context, tellSpelling)
  const word = names[columns.word]
  const nothing = names.map(() => '')
  /** Whether what was thrown last is the fault of the sentence before the record. */
  let isBefore = false
  const row = (cells: readonly string[], line?: number) => {
    isBefore = true
    const document = words.row(cells, line)
    isBefore = false
    return document
  }
  return {
    record(record, line) {
      if (!isObject(record) || !Object.hasOwn(record, word))
        throw new HmtlError('HMTL_INPUT_FIELD', `no "${word}" field where the first record has a word and its tag`, {
          remedy: 'Every record has the same fields; the rest of its sentence was left out',
        })
      const more = Object.keys(record).filter((field) => !names.includes(field))
      for (const field of more) context.report.add('json-field', name, field)
      return row(
        names.map((field) => (Object.hasOwn(record, field) ? cellText(record[field]) : '')),
        line,
      )
    },
    gap: () => row(nothing),
    end: () => words.end(),
    recover() {
      if (!isBefore) words.recover()
      isBefore = false
    },
  }
}
