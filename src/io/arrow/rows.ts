/**
 * Rows of Arrow record batches as documents: of our own table, whoever rewrote
 * it, and of the tables that data hubs keep as Arrow streams.
 */
import { schemaName, schemaVersion } from './names.ts'
import type { ArrowSchema } from './schema.ts'
import { float32sOf, int32sOf, lateTextsOf, listsOf, textsOf, valuesOf } from './values.ts'
import type { Vector } from './columns.ts'
import type { Document } from '../document/document.ts'
import { HmtlError } from '../errors.ts'
import { idText } from '../syntax/exact-json.ts'
import type { FormatContext } from '../format.ts'
import type { Source } from '../source.ts'
import { type At, documentsOfRows, isDocumentTable, otherColumns, unitColumn } from './table.ts'
import { hubDocuments, plainFields } from './hub.ts'

export const schemaError = (message: string, source: string) =>
  new HmtlError('HMTL_FORMAT_SCHEMA', message, {
    source,
    remedy: `Expected an Arrow table of schema ${schemaName} v${schemaVersion}; make one with "hmtl convert --to arrow"`,
  })

/** What makes documents of rows. */
export interface RowReader {
  /** Of a batch: the document that a row is or completes. */
  batch(vectors: readonly Vector[]): (row: number) => Document | undefined
  /** What the end completes. */
  end(): Document | undefined
}

/** Values of columns that are the user's; what has no form in JSON is counted, once in a source. */
const userValues = (source: Source, context: FormatContext) => {
  const counted = new Set<string>()
  const lost = (name: string) => {
    if (!counted.has(name)) context.report.add('column', source.name, name)
    counted.add(name)
  }
  return (vector: Vector): ((row: number) => unknown) | undefined => {
    const { name } = vector.field
    const values = valuesOf(vector, (inner) => lost(`${name}.${inner}`))
    if (!values) lost(name)
    return values
  }
}

/** Rows with our columns; typed arrays are views into the batch where they are laid out so. */
const tableRows = (schema: ArrowSchema, source: Source, context: FormatContext): RowReader['batch'] => {
  const at = new Map(schema.fields.map(({ name }, i) => [name, i]))
  const others = otherColumns(at.keys())
  const valuesOfUser = userValues(source, context)
  let before = 0
  return (vectors) => {
    const first = before
    before += vectors[0]?.length ?? 0
    /** The column of that name; undefined where it is missing or null in every row. */
    const vectorNamed = (name: string): Vector | undefined => {
      const vector = vectors[at.get(name) ?? -1]
      return vector && vector.nulls < vector.length ? vector : undefined
    }
    const single = (name: string) => {
      const vector = vectorNamed(name)
      return vector && valuesOf(vector)
    }
    const text = vectors[at.get('text') ?? -1]
    if (!text) throw schemaError('column text is missing', source.name)
    const textAt = lateTextsOf(text)
    const fields = others.flatMap((name) => {
      const vector = vectors[at.get(name) ?? -1]
      const values = vector && valuesOfUser(vector)
      return values ? [[name, values] as const] : []
    })
    const idAt = single('id')
    const document = documentsOfRows({
      text(row) {
        if (text.isNull(row)) throw schemaError('text is null', source.name)
        return textAt(row)
      },
      unit: single(unitColumn) as At<string> | undefined,
      metadata: single('metadata') as At<string> | undefined,
      fields:
        fields.length === 0
          ? undefined
          : (row, id) =>
              plainFields(
                fields.map(([name, values]) => [name, values(row)]),
                id,
                context,
              ),
      ints: (name) => numberLists(vectorNamed(name), int32sOf),
      scores: (name) => numberLists(vectorNamed(name), float32sOf),
      names(name) {
        const vector = vectorNamed(name)
        return vector && namesOf(vector)
      },
    })
    return (row) => document(row, idText(idAt?.(row)) ?? `${source.relative}:${first + row}`)
  }
}

/** Lists of numbers, each a view of all of them. */
const numberLists = <T extends Int32Array | Float32Array>(
  vector: Vector | undefined,
  valuesOfItems: (items: Vector) => T,
): At<T> | undefined => {
  if (!vector) return undefined
  const { items, bounds } = listsOf(vector)
  let values: T | undefined
  return (row) => {
    if (vector.isNull(row)) return undefined
    values ??= valuesOfItems(items)
    const [begin, end] = bounds(row)
    return values.subarray(begin, end) as T
  }
}

/** Lists of names; neighbouring documents mostly have the same. */
const namesOf = (vector: Vector): ((row: number) => readonly string[] | undefined) => {
  const { items, bounds } = listsOf(vector)
  const at = textsOf(items)
  let last: readonly string[] = []
  return (row) => {
    if (vector.isNull(row)) return undefined
    const [begin, end] = bounds(row)
    const list = Array.from({ length: end - begin }, (_, i) => at(begin + i))
    if (last.length !== list.length || !last.every((label, i) => label === list[i])) last = list
    return last
  }
}

/** Rows of the tables that data hubs keep as Arrow streams. */
const hubRows = (schema: ArrowSchema, source: Source, context: FormatContext): RowReader => {
  const names = schema.fields.map(({ name }) => name)
  const documents = hubDocuments(names, schema.metadata.get('huggingface'), source, context)
  const valuesOfUser = userValues(source, context)
  let before = 0
  return {
    batch(vectors) {
      const columns = vectors.flatMap((vector) => {
        const values = valuesOfUser(vector)
        return values ? [[vector.field.name, values] as const] : []
      })
      const first = before
      before += vectors[0]?.length ?? 0
      return (row) => documents.row(Object.fromEntries(columns.map(([name, at]) => [name, at(row)])), first + row)
    },
    end: () => documents.end(),
  }
}

/** The reader of rows of that schema. @throws HmtlError `HMTL_FORMAT_SCHEMA` */
export const rowReader = (schema: ArrowSchema, source: Source, context: FormatContext): RowReader => {
  const columns = new Set(schema.fields.map(({ name }) => name))
  const marked = schema.metadata.get('hmtl.schema') === schemaName
  const version = schema.metadata.get('hmtl.version')
  if (marked && version !== schemaVersion) throw schemaError(`schema version ${version} is not known`, source.name)
  if (isDocumentTable(columns, marked, source.name))
    return { batch: tableRows(schema, source, context), end: () => undefined }
  if (marked) throw schemaError('no column "text"', source.name)
  return hubRows(schema, source, context)
}
