/**
 * Cells of many lines by their places. A corpus has a dozen columns and most of them are never looked at, so a cell is
 * cut out of its line when somebody asks for it.
 */
import { blankEnd } from './line-fields.ts'

const space = 32

/** A document that is large says little of the next one. */
const mostExpected = 1 << 16

export class Cells {
  readonly #lines: string[] = []
  /** Begin and end of each cell in its line, line after line. */
  #places: Int32Array
  /** Where each line's begin among them, and where the next one's will. */
  readonly #first: number[] = [0]
  /** Of the line that was read last. */
  #text = ''
  #end = 0

  /** @param expected numbers of places, as of the document before: growing is what costs */
  constructor(expected = 0) {
    this.#places = new Int32Array(Math.min(Math.max(expected, 1 << 6), mostExpected))
  }

  /** Numbers of places that were needed. */
  get used(): number {
    return this.#end
  }

  /** Lines that were kept. */
  get length(): number {
    return this.#lines.length
  }

  /**
   * Finds the cells of a line: between tabs where it has one, the empty ones at its end too, else between runs of spaces.
   * They are row `length` until the next line is read, and stay with `keep`.
   * @returns how many
   */
  read(text: string): number {
    this.#text = text
    this.#end = this.#first[this.#lines.length]
    const end = blankEnd(text)
    const at = text.indexOf('\t')
    if (at === -1 || at >= end) this.#readSpaced(text, end)
    else this.#readTabbed(text, at)
    return (this.#end - this.#first[this.#lines.length]) >>> 1
  }

  #readTabbed(text: string, firstTab: number): void {
    let end = text.length
    while (end > 0 && text.charCodeAt(end - 1) === space) end--
    let from = 0
    for (let at = firstTab; at !== -1 && at < end; at = text.indexOf('\t', from)) {
      this.#add(from, at)
      from = at + 1
    }
    this.#add(from, end)
  }

  #readSpaced(text: string, end: number): void {
    let at = 0
    while (at < end) {
      while (at < end && text.charCodeAt(at) === space) at++
      const from = at
      while (at < end && text.charCodeAt(at) !== space) at++
      if (at > from) this.#add(from, at)
    }
  }

  #add(begin: number, end: number): void {
    if (this.#end + 2 > this.#places.length) {
      const more = new Int32Array(2 * this.#places.length)
      more.set(this.#places)
      this.#places = more
    }
    this.#places[this.#end++] = begin
    this.#places[this.#end++] = end
  }

  /** Keeps the line that was read last. */
  keep(): void {
    this.#lines.push(this.#text)
    this.#first.push(this.#end)
  }

  /** The line of a row. */
  line(row: number): string {
    return row < this.#lines.length ? this.#lines[row] : this.#text
  }

  /** How many cells a row has. */
  width(row: number): number {
    return ((row < this.#lines.length ? this.#first[row + 1] : this.#end) - this.#first[row]) >>> 1
  }

  begin(row: number, column: number): number {
    return this.#places[this.#first[row] + 2 * column]
  }

  end(row: number, column: number): number {
    return this.#places[this.#first[row] + 2 * column + 1]
  }

  isEmpty(row: number, column: number): boolean {
    return this.begin(row, column) === this.end(row, column)
  }

  /** Columns up to the last one that is not empty. */
  filled(row: number): number {
    let columns = this.width(row)
    while (columns > 0 && this.isEmpty(row, columns - 1)) columns--
    return columns
  }

  cell(row: number, column: number): string {
    const [text, begin, end] = [this.line(row), this.begin(row, column), this.end(row, column)]
    // A string of one character is there already.
    return end === begin + 1 ? text[begin] : text.slice(begin, end)
  }

  /** Cells of a row from a column on, up to another. */
  cells(row: number, from = 0, to = this.width(row)): string[] {
    return Array.from({ length: to - from }, (_, c) => this.cell(row, from + c))
  }

  is(row: number, column: number, value: string): boolean {
    const begin = this.begin(row, column)
    return this.end(row, column) - begin === value.length && this.line(row).startsWith(value, begin)
  }
}
