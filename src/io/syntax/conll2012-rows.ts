/** What is gathered of a CoNLL-2012 document as its lines come: rows, sentences, comments, widths of gaps. */
import { HmtlError } from '../errors.ts'
import { isCorefCell } from './brackets.ts'
import { Cells } from './cells.ts'
import { fixedColumns, gapWidths, settleWidths, type Width, wordColumn } from './conll2012-lines.ts'
import { isKeyValueComment } from './line-fields.ts'

/** A comment line, before the token of that index. */
export type Comment = readonly [token: number, line: string]

export class GatheredRows {
  readonly comments: Comment[] = []
  /** Tokens of each sentence that is complete. */
  readonly lengths: number[] = []
  /** The lines of its tokens. */
  readonly rows: Cells
  /** Whether a tab separates columns. */
  tabs = false
  /** Whether one space stands between the columns of every row, and nothing before and after them. */
  #plain = true
  readonly #widths: Width[] = []
  #sentenceStart = 0

  /** @param before the rows of the document before */
  constructor(before?: GatheredRows) {
    this.rows = new Cells(before && 1.25 * before.rows.used)
  }

  /** Whether the last sentence was not closed. */
  get isOpen(): boolean {
    return this.rows.length > this.#sentenceStart
  }

  /** Columns of each row, as many as the others of its sentence have. After the last sentence was closed. */
  settled(): Int32Array {
    return settleWidths(this.rows, this.lengths, this.#widths)
  }

  /** Widths of the gaps of each row, where columns are not separated by tabs; none where they are all plain. */
  gaps(): string[] {
    return this.#plain ? [] : Array.from({ length: this.rows.length }, (_, i) => gapWidths(this.rows.line(i)))
  }

  closeSentence(): void {
    if (this.isOpen) this.lengths.push(this.rows.length - this.#sentenceStart)
    this.#sentenceStart = this.rows.length
  }

  addComment(line: string): void {
    this.comments.push([this.rows.length, line])
  }

  /**
   * A token of a tweet begins with `#` too: a comment has not the columns of the other rows.
   * @param text the line that `rows` has just read
   * @param document name in the header, which is every row's first cell
   */
  isComment(text: string, document: string | undefined): boolean {
    const { rows } = this
    const next = rows.length
    const width = rows.width(next)
    if (text[0] !== '#' || (document !== undefined && width > 0 && rows.is(next, 0, document))) return false
    const filled = rows.filled(next)
    const last = filled > 0 ? rows.cell(next, filled - 1) : ''
    if (width < 2 || !isCorefCell(last)) return true
    const [first] = this.#widths
    return first ? width < first.least || width > first.most : isKeyValueComment(text)
  }

  /**
   * Keeps the line that `rows` has just read.
   * @throws HmtlError `HMTL_INPUT_SYNTAX` for a row that is none of its sentence
   */
  add(text: string): void {
    const { rows } = this
    const next = rows.length
    const [least, most] = [rows.filled(next), rows.width(next)]
    if (least < 2)
      throw new HmtlError(
        'HMTL_INPUT_SYNTAX',
        `a line of ${least} column where CoNLL-2012 has at least ${fixedColumns + 1}`,
      )
    const widths = this.#widths
    const first = this.isOpen ? widths[widths.length - 1] : undefined
    const both = first ? { least: Math.max(first.least, least), most: Math.min(first.most, most) } : { least, most }
    if (both.least > both.most)
      throw new HmtlError('HMTL_INPUT_SYNTAX', `${most} columns in a sentence of ${first?.most}`)
    if (rows.isEmpty(next, wordColumn(most))) throw new HmtlError('HMTL_INPUT_SYNTAX', 'an empty word')
    if (first) widths[widths.length - 1] = both
    else widths.push(both)
    rows.keep()
    if (this.tabs) return
    if (text.includes('\t')) this.tabs = true
    else if (this.#plain) this.#plain = isPlain(rows, next, text)
  }
}

/** Whether the cells of a row are all of the line but one character between two of them. */
const isPlain = (rows: Cells, row: number, text: string): boolean => {
  const width = rows.width(row)
  for (let c = 0; c < width; c++) if (rows.begin(row, c) !== (c === 0 ? 0 : rows.end(row, c - 1) + 1)) return false
  return rows.end(row, width - 1) === text.length
}
