/**
 * What of a CoNLL-2012 file a document has no place for: columns, widths of gaps, headers that are not the usual ones.
 */
import type { Cells } from './cells.ts'
import {
  entityColumn,
  fixedColumns,
  type HeaderName,
  isEmptyCell,
  usualFooter,
  usualHeader,
} from './conll2012-lines.ts'
import type { Comment, GatheredRows } from './conll2012-rows.ts'

/** Columns kept as they stand: part of speech, parse bit, lemma, frameset, sense, speaker. */
export const kept = ['pos', 'parse', 'lemma', 'frameset', 'sense', 'speaker'] as const

export interface Extras {
  readonly document?: string
  readonly part?: string
  /** The `#begin document` and `#end document` lines where they are not the usual ones. */
  readonly header?: string
  readonly footer?: string
  readonly columns?: Readonly<Record<string, readonly string[]>>
  /** Predicate-argument columns of each sentence, `[sentence][column][token]`. */
  readonly predicates?: readonly (readonly (readonly string[])[])[]
  readonly entities?: readonly string[]
  readonly coref?: readonly string[]
  /** `\t`, or the gap widths of each line as characters (`a` is 1). */
  readonly separator?: string
  readonly gaps?: readonly string[]
  readonly empty?: string
  /** The first three columns of each line, where they are not the document's name, part and word index. */
  readonly lead?: readonly string[]
  /** No blank line before `#end document`. */
  readonly tight?: boolean
  /** Blank lines before `#begin document`. */
  readonly before?: number
  /** Lines without their last column, where they have fewer columns than CoNLL-2012. */
  readonly short?: readonly string[]
  /** Comment lines, each before the token of that index. */
  readonly comments?: readonly Comment[]
}

export interface Header extends HeaderName {
  readonly text: string
}

/** A function, since who only reads documents never asks. */
export const extrasOf =
  (
    gathered: GatheredRows,
    widths: Int32Array,
    short: boolean,
    about: Header & { readonly footer: string; readonly tight: boolean; readonly before: number },
  ): (() => Extras) =>
  () => {
    const { comments, lengths, rows, tabs } = gathered
    const { text, document, part, footer, tight, before } = about
    const all = <T>(of: (row: number) => T): T[] => Array.from(widths, (_, row) => of(row))
    const column = (c: number) => all((row) => rows.cell(row, c))
    const usual = text === usualHeader(document, part)
    const coref = all((row) => rows.cell(row, widths[row] - 1))
    const empty = coref.find(isEmptyCell) ?? '-'
    let first = 0
    const predicates = lengths.map((length) => {
      const from = first
      first += length
      return Array.from({ length: Math.max(0, widths[from] - fixedColumns - 1) }, (_, c) =>
        Array.from({ length }, (_, i) => rows.cell(from + i, fixedColumns + c)),
      )
    })
    return {
      ...(short || hasUsualLead(rows, lengths, columnName(document), partColumn(part))
        ? {}
        : { lead: all((row) => rows.cells(row, 0, 3).join('\t')) }),
      document,
      part,
      ...(usual ? {} : { header: text }),
      ...(footer === usualFooter ? {} : { footer }),
      ...(comments.length > 0 ? { comments } : {}),
      columns: short ? {} : Object.fromEntries(kept.map((name, c) => [name, column(4 + c)])),
      ...(short ? { short: all((row) => rows.cells(row, 0, widths[row] - 1).join('\t')) } : {}),
      ...(predicates.some((list) => list.length > 0) ? { predicates } : {}),
      entities: short ? all(() => '-') : column(entityColumn),
      coref,
      ...(tabs ? { separator: '\t' } : { gaps: gathered.gaps() }),
      ...(empty === '-' ? {} : { empty }),
      ...(tight ? { tight } : {}),
      ...(before > 0 ? { before } : {}),
    }
  }

/** A document's name as a column. */
export const columnName = (name: string) => name.replace(/[\s()]+/g, '_') || '_'
export const partColumn = (part: string) => (part === '' ? '0' : String(Number(part)))

/** Whether each line begins with the document's name, the part, and the word's place in its sentence. */
const hasUsualLead = (rows: Cells, lengths: readonly number[], document: string, part: string): boolean => {
  let row = 0
  for (const length of lengths)
    for (let i = 0; i < length; i++, row++)
      if (!rows.is(row, 0, document) || !rows.is(row, 1, part) || !rows.is(row, 2, String(i))) return false
  return true
}
