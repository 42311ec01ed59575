/**
 * Values of Parquet as they are: what reads the files makes texts of any bytes, doubles of decimals and milliseconds of
 * moments. Here the schema that it goes by says less, and what it leaves is made of the file's own.
 */
import { isUtf8 } from 'node:buffer'
import type { FileMetaData, ParquetParsers, SchemaElement, SchemaTree } from 'hyparquet'
import { parquetSchema } from 'hyparquet'
import { exactDay, exactDecimal, exactMoment, integerOfBytes, mostScale } from '../arrow/exact-values.ts'
import { HmtlError } from '../errors.ts'
import { parseExact } from '../syntax/exact-json.ts'

/** A text that is none, in the place of one. */
class NotUtf8 {}

/** @throws HmtlError where a value is, or holds, a text that is not UTF-8 */
const checkTexts = (value: unknown, column: string): void => {
  if (value instanceof NotUtf8)
    throw new HmtlError('HMTL_INPUT_ENCODING', `column ${column} holds what is not valid UTF-8`, {
      remedy: 'Parquet’s texts are UTF-8; write the table again from its source',
    })
  if (Array.isArray(value)) for (const item of value) checkTexts(item, column)
  else if (typeof value === 'object' && value !== null && !ArrayBuffer.isView(value))
    for (const item of Object.values(value)) checkTexts(item, column)
}

/** What makes values of what is stored. */
const exactParsers = () => {
  let odd = false
  const text = (bytes: Uint8Array): string | NotUtf8 => {
    if (isUtf8(bytes)) return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8')
    odd = true
    return new NotUtf8()
  }
  const parsers: Partial<ParquetParsers> = {
    timestampFromMilliseconds: (units) => exactMoment(units, 1e3),
    timestampFromMicroseconds: (units) => exactMoment(units, 1e6),
    timestampFromNanoseconds: (units) => exactMoment(units, 1e9),
    dateFromDays: exactDay,
    stringFromBytes: (bytes) => bytes && text(bytes),
    jsonFromBytes(bytes) {
      const json = bytes && text(bytes)
      if (typeof json !== 'string') return json
      try {
        return parseExact(json)
      } catch {
        return json
      }
    },
  }
  return { parsers, metOddText: () => odd }
}

type Logical = NonNullable<SchemaElement['logical_type']>['type']

const isOf = ({ converted_type, logical_type }: SchemaElement, type: Logical): boolean =>
  converted_type === type || logical_type?.type === type

/** Bytes of which the file does not say what they are. */
const isBare = ({ type, converted_type, logical_type }: SchemaElement): boolean =>
  type === 'BYTE_ARRAY' && !converted_type && !logical_type

/** A leaf as it is to be read: without what would be changed or refused, and with what it says in one way only. */
const leafToRead = (element: SchemaElement, isText: boolean): SchemaElement => {
  const { converted_type, logical_type, ...raw } = element
  if (isOf(element, 'DECIMAL') || isOf(element, 'BSON') || isOf(element, 'INTERVAL')) return raw
  if (element.type !== 'BYTE_ARRAY') return element
  if (isOf(element, 'ENUM') || (isText && isBare(element))) return { ...raw, converted_type: 'UTF8' }
  return isOf(element, 'JSON') ? { ...raw, converted_type: 'JSON' } : element
}

type Revive = (value: unknown) => unknown

/** In every item of lists, and of lists in them; nothing of what is absent. */
const within =
  (revive: Revive): Revive =>
  (value) => {
    if (value === undefined || value === null) return value
    return Array.isArray(value) ? value.map(within(revive)) : revive(value)
  }

const decimalOf = ({ scale, logical_type }: SchemaElement): Revive => {
  const digits = scale ?? (logical_type?.type === 'DECIMAL' ? logical_type.scale : 0) ?? 0
  if (!(Math.abs(digits) <= mostScale)) throw new Error(`decimals of ${digits} digits`)
  return (value) => exactDecimal(value instanceof Uint8Array ? integerOfBytes(value) : BigInt(value as number), digits)
}

/** What makes decimals of a column's values, wherever they are in them; undefined where there are none. */
const reviverOf = ({ element, children }: SchemaTree): Revive | undefined => {
  if (children.length === 0) return isOf(element, 'DECIMAL') ? within(decimalOf(element)) : undefined
  const [first] = children
  const isOne = children.length === 1 && first.element.repetition_type === 'REPEATED'
  if (isOne && element.converted_type === 'LIST' && first.children.length <= 1)
    return reviverOf(first.children[0] ?? first)
  const isMap = isOne && element.converted_type === 'MAP' && first.children.length === 2
  const named = new Map(
    (isMap ? [] : children).flatMap((child) => {
      const revive = reviverOf(child)
      return revive ? [[child.element.name, revive] as const] : []
    }),
  )
  const ofAny = isMap ? reviverOf(first.children[1]) : undefined
  if (named.size === 0 && !ofAny) return undefined
  return within((value) =>
    Object.fromEntries(
      Object.entries(value as object).map(([name, item]) => [name, (ofAny ?? named.get(name))?.(item) ?? item]),
    ),
  )
}

/**
 * How to read a file so that its values are exact.
 * @param texts columns whose bytes are texts, though the file may not say so: older writers mark none
 */
export const exactly = (metadata: FileMetaData, texts: ReadonlySet<string>) => {
  const columns = parquetSchema(metadata).children
  const revivers = columns.flatMap((column) => {
    const revive = reviverOf(column)
    return revive ? [[column.element.name, revive] as const] : []
  })
  const toRead = (tree: SchemaTree, isText: boolean): SchemaElement[] =>
    tree.children.length === 0
      ? [leafToRead(tree.element, isText)]
      : [tree.element, ...tree.children.flatMap((child) => toRead(child, isText))]
  // Where a text is not marked as one, neither is an id.
  const marksNone = columns.some(({ element }) => texts.has(element.name) && isBare(element))
  const isText = (name: string) => texts.has(name) || (marksNone && name === 'id')
  const schema = [metadata.schema[0], ...columns.flatMap((column) => toRead(column, isText(column.element.name)))]
  const { parsers, metOddText } = exactParsers()
  return {
    options: { metadata: { ...metadata, schema }, parsers, utf8: false },
    /** What of a row is to be made of what was read. @throws HmtlError where a text is not UTF-8 */
    finish(row: Record<string, unknown>): Record<string, unknown> {
      if (metOddText()) for (const name in row) checkTexts(row[name], name)
      for (const [name, revive] of revivers) if (row[name] !== undefined) row[name] = revive(row[name])
      return row
    },
  }
}
