/** What becomes of the rows of delimited text. */
import type { Document } from '../document/document.ts'
import { HmtlError } from '../errors.ts'
import type { CsvRecord } from './csv.ts'

/** What makes documents of rows. */
export interface Rows {
  /** What the lines before a row complete. @throws HmtlError */
  before?(row: CsvRecord): Document | undefined
  /** Takes a row; the document that it is or completes. @throws HmtlError */
  row(row: CsvRecord): Document | undefined
  /** What the end completes. @throws HmtlError */
  end(): Document | undefined
}

/** @throws HmtlError `HMTL_INPUT_FIELD` where two columns have one name: which is meant cannot be told */
export const refuseTwice = (names: readonly string[]): void => {
  const seen = new Set<string>()
  const twice = names.find((name) => seen.size === seen.add(name).size)
  if (twice !== undefined) throw new HmtlError('HMTL_INPUT_FIELD', `two columns are named "${twice}"`)
}

/** Whether a row is the header of a file that was joined to the one before it. */
export const isAgain = ({ fields }: CsvRecord, header: readonly string[]): boolean =>
  header.length > 1 && fields.length === header.length && fields.every((field, c) => field === header[c])

/** What is wrong with a row, where something is. @param width fields that the header names */
export const isBroken = ({ fields, error }: CsvRecord, width: number): HmtlError | undefined =>
  error ??
  (fields.length === width
    ? undefined
    : new HmtlError('HMTL_INPUT_SYNTAX', `${fields.length} fields where the header names ${width}`, {
        remedy:
          width === 1
            ? 'A text that holds the separator stands in quotes; lines of text are read with --from lines'
            : 'A field that holds the separator stands in quotes, and every row has all fields',
      }))
