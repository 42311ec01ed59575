/** The lines of CoNLL-2012 files: headers, columns, and the widths of the gaps between them. */
import { isCorefCell } from './brackets.ts'
import type { Cells } from './cells.ts'
import { fieldsOf } from './line-fields.ts'
import { idOfLine, idOnLine, quotedId } from './ids.ts'

/** Columns before those of the predicates. */
export const fixedColumns = 11
export const entityColumn = 10

/** The word is column 4; files of fewer columns (scorer tests) have it there too, or just before the coreference. */
export const wordColumn = (columns: number): number => (columns >= 5 ? 3 : columns - 2)

export interface HeaderName {
  readonly document: string
  /** Empty where the header names none. */
  readonly part: string
}

/** Name and part of a header: `(name); part 000`, or the name alone as OntoGUM has it, which may even be empty. */
export const headerOf = (line: string): HeaderName | undefined => {
  const match = /^#\s*begin document(.*)$/s.exec(line)
  if (!match) return undefined
  const rest = match[1].trim()
  const [, document, part] = /^\((.*)\);?(?:\s*part\s+(\d+))?$/s.exec(rest) ?? [undefined, rest, undefined]
  return { document: idOfLine(document), part: part ?? '' }
}

/** A cell of the columns of parses and entities. */
const isBracketCell = (cell: string): boolean =>
  cell === '-' || cell === '_' || cell.includes('*') || /^\(\S+\)$/.test(cell)

/** What a row says of the document that it is of, in files that have lost their headers; undefined of any other line. */
export const impliedHeader = (line: string): HeaderName | undefined => {
  const cells = fieldsOf(line)
  const [document, part, index] = cells
  const [parse, entity, coref] = [cells[5], cells[entityColumn], cells[cells.length - 1]]
  const isRow =
    cells.length > fixedColumns &&
    /^\d+$/.test(part) &&
    /^\d+$/.test(index) &&
    isBracketCell(parse) &&
    isBracketCell(entity) &&
    `${parse}${entity}`.includes('*') &&
    isCorefCell(coref)
  return isRow ? { document, part: part.padStart(3, '0') } : undefined
}

export const isFooter = (line: string): boolean => /^#\s*end document/.test(line)

/** A name between the brackets of a header. */
export const headerName = (document: string): string => `#begin document (${document === '' ? '' : idOnLine(document)})`
export const usualHeader = (document: string, part: string) => `${headerName(document)}; part ${part}`
export const usualFooter = '#end document'

/**
 * The end of a document. Some corpora repeat the document's name there; we have its id there, as JSON, where readers
 * of the header would give it another.
 */
export const footerOf = (id: string, read: string): string =>
  id === read ? usualFooter : `${usualFooter} ${JSON.stringify(id)}`

/** The id that such an end says. */
export const idOfFooter = (line: string): string | undefined => quotedId(line.replace(/^#\s*end document/, '').trim())
export const isEmptyCell = (cell: string) => cell === '' || cell === '-' || cell === '_' || cell === '*'

/** Columns of the rows of a sentence: at least what is not empty, at most what tabs end. */
export interface Width {
  readonly least: number
  readonly most: number
}

/**
 * Columns of each row, one width a sentence. A tab at the end of each row leaves the last
 * column empty (LitBank). It is no column where only some rows have it, or where
 * the coreference stands before it.
 */
export const settleWidths = (rows: Cells, lengths: readonly number[], widths: readonly Width[]): Int32Array => {
  const least = new Int32Array(rows.length)
  const most = new Int32Array(rows.length)
  let row = 0
  for (let s = 0; s < lengths.length; s++)
    for (const end = row + lengths[s]; row < end; row++) {
      least[row] = widths[s].least
      most[row] = widths[s].most
    }
  const some = (holds: (row: number) => boolean) => {
    for (let i = 0; i < rows.length; i++) if (holds(i)) return true
    return false
  }
  const isBracket = (cell: string) => /[()]/.test(cell) && isCorefCell(cell)
  const ragged = some((i) => rows.width(i) !== most[i])
  const unused = () =>
    widths.every(({ least, most }) => least < most) && some((i) => isBracket(rows.cell(i, least[i] - 1)))
  return ragged || unused() ? least : most
}

/** Widths of the runs of spaces of a line, as characters from `a`; what comes before the first field counts too. */
export const gapWidths = (text: string): string => {
  let out = ''
  for (const run of text.matchAll(/(^ *| +)/g)) out += String.fromCharCode(96 + Math.min(run[0].length, 1000))
  return out
}

export const spread = (fields: readonly string[], gaps: string): string => {
  let out = ''
  for (let i = 0; i < fields.length; i++)
    out += ' '.repeat(Math.max(i === 0 ? 0 : 1, gaps.charCodeAt(i) - 96 || 0)) + fields[i]
  const trailing = gaps.length > fields.length ? gaps.charCodeAt(fields.length) - 96 : 0
  return out + ' '.repeat(trailing)
}
