/**
 * Documents as the rows of one record batch. A row's texts and metadata are
 * encoded when it is added, so that nothing is held of a document but its
 * typed arrays; layers that no row has cost none of them anything.
 */
import type { Document } from '../document/document.ts'
import { tokenBytes } from './batches.ts'
import { encodedOf } from '../document/late.ts'
import type { OffsetUnit } from '../document/offsets.ts'
import { ListColumn, numberItems, TextColumn, textItems } from './column-writers.ts'
import type { ColumnData, ColumnType } from './message-writer.ts'
import { intColumns, layerPrefixes, metadataJson, nameColumns, scoreColumns, unitColumn } from './table.ts'

const list = (name: string, of: ColumnType['of']): ColumnType => ({ name, of, list: true, nullable: true })
const text = (name: string, nullable = false): ColumnType => ({ name, of: 'utf8', list: false, nullable })

/** The columns of a table whose offsets are in that unit. */
export const columnTypes = (unit: OffsetUnit): ColumnType[] => [
  text('id'),
  text('text'),
  ...intColumns.map(([name]) => list(name, 'int32')),
  ...nameColumns.map(([name]) => list(name, 'utf8')),
  ...scoreColumns.map(([name]) => list(name, 'float32')),
  text('metadata', true),
  ...(unit === 'utf16' ? [] : [text(unitColumn)]),
]

/** A column of lists and where a document has the list. */
interface LayerColumn {
  readonly name: string
  readonly add: (row: number, document: Document) => void
  readonly data: (rows: number) => ColumnData
}

const layerColumn = <T extends { readonly length: number }>(
  [name, get]: readonly [string, (document: Document) => T | undefined],
  column: ListColumn<T>,
): LayerColumn => ({
  name,
  add(row, document) {
    const found = get(document)
    if (found) column.add(row, found)
  },
  data: (rows) => column.data(rows),
})

const int32Items = numberItems<Int32Array>((size) => new Int32Array(size))
const float32Items = numberItems<Float32Array>((size) => new Float32Array(size))

const layerColumns = (): LayerColumn[] => [
  ...intColumns.map((column) => layerColumn<Int32Array>(column, new ListColumn(int32Items))),
  ...nameColumns.map((column) => layerColumn<readonly string[]>(column, new ListColumn(textItems))),
  ...scoreColumns.map((column) => layerColumn<Float32Array>(column, new ListColumn(float32Items))),
]

export class RowBatch {
  readonly #unit: OffsetUnit
  readonly #id: TextColumn
  readonly #text: TextColumn
  readonly #metadata: TextColumn
  readonly #units = new TextColumn()
  readonly #lists = layerColumns()
  /** The columns of each layer. */
  readonly #layers = layerPrefixes.map(([prefix, layer]) => ({
    layer,
    columns: this.#lists.filter(({ name }) => name.startsWith(`${prefix}_`)),
  }))
  #rows = 0
  #tokenBytes = 0

  /** @param room of the batch before, which tells what this one will need */
  constructor(unit: OffsetUnit, [id, text, metadata]: readonly number[] = []) {
    this.#unit = unit
    this.#id = new TextColumn(id)
    this.#text = new TextColumn(text)
    this.#metadata = new TextColumn(metadata)
  }

  /** Bytes of its texts and a bit more. */
  get room(): number[] {
    return [this.#id, this.#text, this.#metadata].map(({ size }) => Math.ceil(1.25 * size))
  }

  get rows(): number {
    return this.#rows
  }

  /** Bytes of its texts, and of tokens. */
  get bytes(): number {
    return this.#text.size + this.#tokenBytes
  }

  /**
   * @param document with offsets in the batch's unit
   * @returns whether it may hold what UTF-8 cannot; metadata is JSON, which escapes it
   */
  add(document: Document): boolean {
    const row = this.#rows++
    const oddId = this.#id.add(row, document.id)
    const encoded = encodedOf(document)
    const oddText = encoded
      ? this.#text.addBytes(row, encoded.textRoom, (into, at) => encoded.writeText(into, at))
      : this.#text.add(row, document.text)
    this.#tokenBytes += tokenBytes(document)
    let hasLayers = false
    for (const { layer, columns } of this.#layers)
      if (document[layer]) {
        hasLayers = true
        for (const column of columns) column.add(row, document)
      }
    if (encoded) {
      const { metadataRoom } = encoded
      if (metadataRoom > 0) this.#metadata.addBytes(row, metadataRoom, (into, at) => encoded.writeMetadata(into, at))
    } else {
      const json = metadataJson(document)
      if (json !== null) this.#metadata.add(row, json)
    }
    if (this.#unit !== 'utf16') this.#units.add(row, this.#unit)
    return oddId || oddText || hasLayers
  }

  /** Its columns, in the order of `columnTypes`. */
  columns(): ColumnData[] {
    return [this.#id, this.#text, ...this.#lists, this.#metadata, ...(this.#unit === 'utf16' ? [] : [this.#units])].map(
      (column) => column.data(this.#rows),
    )
  }
}
