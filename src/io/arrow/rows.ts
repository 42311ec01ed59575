/**
 * Rows of Arrow record batches as documents: of our own table, whoever rewrote
 * it, and of the tables that data hubs keep as Arrow streams.
 */
import { schemaName, schemaVersion } from './names.ts'
import { type ArrowSchema, typeTag } from './schema.ts'
import { float32sOf, int32sOf, listsOf, textsOf, valuesOf } from './values.ts'
import type { Vector } from './columns.ts'
import type { Document } from '../document/document.ts'
import { HmtlError } from '../errors.ts'
import { idText } from '../syntax/exact-json.ts'
import type { FormatContext } from '../format.ts'
import type { Source } from '../source.ts'
import {
  documentOfRow,
  intColumns,
  isDocumentTable,
  nameColumns,
  otherColumns,
  scoreColumns,
  unitColumn,
} from './table.ts'
import { hubDocuments, tagNames } from './hub.ts'

export const schemaError = (message: string, source: string) =>
  new HmtlError('HMTL_FORMAT_SCHEMA', message, {
    source,
    remedy: `Expected an Arrow table of schema ${schemaName} v${schemaVersion}; make one with "hmtl convert --to arrow"`,
  })

/** What of a batch's rows makes documents. */
export type RowReader = (vectors: readonly Vector[]) => (row: number) => Document

/** Rows with our columns; typed arrays are views into the batch where they are laid out so. */
const tableRows = (schema: ArrowSchema, source: Source, context: FormatContext): RowReader => {
  const at = new Map(schema.fields.map(({ name }, i) => [name, i]))
  const others = otherColumns(at.keys())
  const unsupported = new Set<string>()
  let before = 0
  return (vectors) => {
    const first = before
    before += vectors[0]?.length ?? 0
    const vectorNamed = (name: string): Vector | undefined => vectors[at.get(name) ?? -1]
    const once = <T>(make: () => T) => {
      let made: T | undefined
      return () => (made ??= make())
    }
    const numberLists = <T extends Int32Array | Float32Array>(
      names: readonly string[],
      valuesOfItems: (items: Vector) => T,
    ) =>
      new Map(
        names.flatMap((name) => {
          const vector = vectorNamed(name)
          if (!vector || vector.field.type === typeTag.null) return []
          const { items, bounds } = listsOf(vector)
          const values = once(() => valuesOfItems(items))
          return [
            [
              name,
              (row: number) => (vector.isNull(row) ? undefined : (values().subarray(...bounds(row)) as T)),
            ] as const,
          ]
        }),
      )
    const ints = numberLists(
      intColumns.map(([name]) => name),
      int32sOf,
    )
    const scores = numberLists(
      scoreColumns.map(([name]) => name),
      float32sOf,
    )
    const names = new Map(
      nameColumns.flatMap(([name]) => {
        const vector = vectorNamed(name)
        return vector && vector.field.type !== typeTag.null ? [[name, namesOf(vector)] as const] : []
      }),
    )
    const single = (name: string) => {
      const vector = vectorNamed(name)
      return vector ? valuesOf(vector) : undefined
    }
    const text = vectorNamed('text')
    if (!text) throw schemaError('column text is missing', source.name)
    const [textAt, idAt, metadataAt, unitAt] = [textsOf(text), single('id'), single('metadata'), single(unitColumn)]
    const fields = others.flatMap((name) => {
      const values = single(name)
      if (!values && !unsupported.has(name)) context.report.add('column', source.name, name)
      if (!values) unsupported.add(name)
      return values ? [[name, values] as const] : []
    })
    return (row) => {
      const id = idText(idAt?.(row)) ?? `${source.relative}:${first + row}`
      if (text.isNull(row)) throw schemaError('text is null', source.name)
      return documentOfRow({
        id,
        text: textAt(row),
        unit: unitAt?.(row) as string | undefined,
        metadata: () => metadataAt?.(row) as string | undefined,
        ...(fields.length > 0
          ? {
              fields: () =>
                Object.fromEntries(
                  fields
                    .map(([name, values]) => [name, values(row)] as const)
                    .filter(([, value]) => value !== undefined),
                ),
            }
          : {}),
        ints: (name) => ints.get(name)?.(row),
        names: (name) => names.get(name)?.(row),
        scores: (name) => scores.get(name)?.(row),
      })
    }
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
  const toDocument = hubDocuments(tagNames(schema.metadata.get('huggingface'), 'ner_tags'), source.relative, context)
  let before = 0
  return (vectors) => {
    const columns = vectors.flatMap((vector) => {
      const values = valuesOf(vector)
      if (!values) context.report.add('column', source.name, vector.field.name)
      return values ? [[vector.field.name, values] as const] : []
    })
    const first = before
    before += vectors[0]?.length ?? 0
    return (row) => toDocument(Object.fromEntries(columns.map(([name, values]) => [name, values(row)])), first + row)
  }
}

/** The reader of rows of that schema. @throws HmtlError `HMTL_FORMAT_SCHEMA` */
export const rowReader = (schema: ArrowSchema, source: Source, context: FormatContext): RowReader => {
  const columns = new Set(schema.fields.map(({ name }) => name))
  const marked = schema.metadata.get('hmtl.schema') === schemaName
  const version = schema.metadata.get('hmtl.version')
  if (marked && version !== schemaVersion) throw schemaError(`schema version ${version} is not known`, source.name)
  if (isDocumentTable(columns, marked, source.name)) return tableRows(schema, source, context)
  const { textField = 'text' } = context.options
  if (marked || !(columns.has(textField) || columns.has('tokens')))
    throw schemaError(`no column "${textField}" and no "tokens"`, source.name)
  return hubRows(schema, source, context)
}
