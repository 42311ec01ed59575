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
