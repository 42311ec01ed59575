/** What is gathered of a CoNLL-2012 document as its lines come: rows, sentences, comments, widths of gaps. */
import { HmtlError } from '../errors.ts'
import { isCorefCell } from './brackets.ts'
import { fixedColumns, gapWidths, settleWidths, type Width, wordColumn } from './conll2012-lines.ts'
import { isKeyValueComment } from './line-fields.ts'

/** A comment line, before the token of that index. */
export type Comment = readonly [token: number, line: string]

export class GatheredRows {
  readonly comments: Comment[] = []
  /** Tokens of each sentence that is complete. */
  readonly lengths: number[] = []
  /** Widths of the gaps of each row, where the columns are not separated by tabs. */
  readonly gaps: string[] = []
  /** Whether a tab separates columns. */
  tabs = false
  readonly #rows: string[][] = []
  readonly #widths: Width[] = []
  #sentenceStart = 0

  /** Whether the last sentence was not closed. */
  get isOpen(): boolean {
    return this.#rows.length > this.#sentenceStart
  }

  /** Every row, each as wide as the others of its sentence. After the last sentence was closed. */
  settled(): string[][] {
    return settleWidths(this.#rows, this.lengths, this.#widths)
  }

  closeSentence(): void {
    if (this.isOpen) this.lengths.push(this.#rows.length - this.#sentenceStart)
    this.#sentenceStart = this.#rows.length
  }

  addComment(line: string): void {
    this.comments.push([this.#rows.length, line])
  }

  /**
   * A token of a tweet begins with `#` too: a comment has not the columns of the other rows.
   * @param document name in the header, which is every row's first cell
   */
  isComment(text: string, fields: readonly string[], document: string | undefined): boolean {
    if (text[0] !== '#' || fields[0] === document) return false
    const last = fields.findLast((cell) => cell !== '') ?? ''
    if (fields.length < 2 || !isCorefCell(last)) return true
    const [first] = this.#widths
    return first ? fields.length < first.least || fields.length > first.most : isKeyValueComment(text)
  }

  /** @throws HmtlError `HMTL_INPUT_SYNTAX` for a row that is none of its sentence */
  add(text: string, fields: string[]): void {
    const width = { least: fields.findLastIndex((cell) => cell !== '') + 1, most: fields.length }
    if (width.least < 2)
      throw new HmtlError(
        'HMTL_INPUT_SYNTAX',
        `a line of ${width.least} column where CoNLL-2012 has at least ${fixedColumns + 1}`,
      )
    const widths = this.#widths
    const first = this.isOpen ? widths[widths.length - 1] : undefined
    const both = first ? { least: Math.max(first.least, width.least), most: Math.min(first.most, width.most) } : width
    if (both.least > both.most)
      throw new HmtlError('HMTL_INPUT_SYNTAX', `${fields.length} columns in a sentence of ${first?.most}`)
    if (fields[wordColumn(width.most)] === '') throw new HmtlError('HMTL_INPUT_SYNTAX', 'an empty word')
    if (first) widths[widths.length - 1] = both
    else widths.push(both)
    this.#rows.push(fields)
    if (text.includes('\t')) this.tabs = true
    else this.gaps.push(gapWidths(text))
  }
}
