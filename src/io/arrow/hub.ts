/**
 * Rows of the tables that data hubs hold: a `text` column, or `tokens` with
 * `ner_tags`, as names or as numbers that the file's own features name; or a
 * word and its tag a row.
 */
import { Buffer } from 'node:buffer'
import { exactInteger } from './exact-values.ts'
import type { Document } from '../document/document.ts'
import { idText, JsonNumber } from '../syntax/exact-json.ts'
import { spellingTeller } from '../document/tags.ts'
import { type FormatContext, jsonOptions } from '../format.ts'
import { fromJson } from '../document/json.ts'
import { HmtlError } from '../errors.ts'
import { type Source, stem } from '../source.ts'
import { columnRemedy, textColumn } from '../syntax/text-column.ts'
import { cellText, type WordColumns, wordColumnsOf, wordRows } from '../syntax/word-rows.ts'
import {
  isUnlabelled,
  taggedDocument,
  taggedOf,
  tagFields,
  withTokens,
  wordLists,
  wordsOf,
} from '../syntax/tagged-record.ts'
import { countUnread } from '../syntax/unread-layers.ts'

/**
 * Names of a ClassLabel, wherever the feature wraps it: `{feature}`, `[feature]`, `{names: […]}`, `{names: {"0": …}}`.
 */
const namesIn = (feature: unknown, depth = 0): string[] | undefined => {
  if (depth > 8 || typeof feature !== 'object' || feature === null) return undefined
  if (Array.isArray(feature)) return namesIn(feature[0], depth + 1)
  const { names, feature: inner, class_label: label, sequence } = feature as Record<string, unknown>
  const list = Array.isArray(names)
    ? names
    : typeof names === 'object' && names !== null
      ? Object.values(names)
      : undefined
  if (list?.every((name) => typeof name === 'string')) return list as string[]
  return namesIn(inner ?? label ?? sequence, depth + 1)
}

/** Names of integer tags, from the features that the hub's tool writes into the file. */
const tagNames = (huggingface: string | undefined, column: string): string[] | undefined => {
  if (!huggingface) return undefined
  try {
    return namesIn(JSON.parse(huggingface).info?.features?.[column])
  } catch {
    return undefined
  }
}

/**
 * Values of a table as JSON has them: numbers past a double keep their text, dates and bytes become text, null cells
 * are absent.
 * @param odd told of each number that JSON has no form for and writes as null: NaN, infinities
 */
const toPlain = (value: unknown, odd: () => void = () => undefined): unknown => {
  if (typeof value === 'bigint') return exactInteger(value)
  if (typeof value === 'number' && !Number.isFinite(value)) odd()
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? undefined : value.toISOString()
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64')
  if (ArrayBuffer.isView(value)) return Array.from(value as unknown as ArrayLike<unknown>, (item) => toPlain(item, odd))
  if (Array.isArray(value)) return value.map((item) => toPlain(item, odd))
  if (value === null || value === undefined) return undefined
  if (typeof value === 'object' && !(value instanceof JsonNumber))
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, toPlain(item, odd)]))
  return value
}

/** Columns of a row that are the user's, as JSON has them; numbers that it has not are counted, absent ones left out. */
export const plainFields = (
  fields: readonly (readonly [name: string, value: unknown])[],
  id: string,
  { report }: FormatContext,
): Record<string, unknown> =>
  Object.fromEntries(
    fields.flatMap(([name, given]) => {
      const value = toPlain(given, () => report.add('number-as-null', id, name))
      return value === undefined ? [] : [[name, value]]
    }),
  )

/** What rows become. */
export interface RowDocuments {
  /** The document that a row is or completes; its number is where messages say it is. @throws HmtlError */
  row(row: Record<string, unknown>, index: number): Document | undefined
  /** What the end completes. @throws HmtlError */
  end(): Document | undefined
}

/** Rows of a word and its tag. */
const wordDocuments = (
  names: readonly string[],
  columns: WordColumns,
  features: string | undefined,
  source: Source,
  context: FormatContext,
): RowDocuments => {
  const words = wordRows(names, columns, stem(source, '.parquet', '.arrow', '.arrows', '.feather'), context)
  const tagsOf = new Map(columns.tags.map((c) => [c, tagNames(features, names[c])]))
  return {
    row(row, index) {
      const cells = names.map((name, c) => {
        const value = toPlain(row[name])
        const isTag = typeof value === 'number' && tagsOf.has(c)
        if (isTag && isUnlabelled(value, `${source.relative}:${index}`, row[names[columns.word]], context)) return 'O'
        return cellText((isTag && tagsOf.get(c)?.[value]) || value)
      })
      return words.row(cells)
    },
    end: () => words.end(),
  }
}

/**
 * What becomes of the rows of a table.
 * @param features what the hub's tool writes into the file
 * @throws HmtlError `HMTL_FORMAT_SCHEMA` of a table without a column that says something to us
 */
export const hubDocuments = (
  names: readonly string[],
  features: string | undefined,
  source: Source,
  given: FormatContext,
): RowDocuments => {
  const { textField: wanted = 'text' } = given.options
  const found = textColumn(names, wanted)
  const textField = found ?? wanted
  const context = { ...given, options: { ...given.options, textField } }
  const columns = found === undefined ? wordColumnsOf(names) : undefined
  if (!columns && found === undefined && wordLists(names) === undefined)
    throw new HmtlError(
      'HMTL_FORMAT_SCHEMA',
      `no column "${wanted}" and no "tokens" among ${names.slice(0, 20).join(', ')}`,
      { source: source.name, remedy: columnRemedy(names) },
    )
  const tellSpelling = spellingTeller()
  const ofTags = tagFields(tellSpelling)
  const tagged = { names: tagNames(features, 'ner_tags'), tellSpelling, code: 'HMTL_FORMAT_SCHEMA' } as const
  const words = columns && wordDocuments(names, columns, features, source, context)
  const documentOf = (row: Record<string, unknown>, index: number): Document => {
    const fallbackId = `${source.relative}:${index}`
    const fields = plainFields(Object.entries(row), idText(row.id) ?? fallbackId, context)
    const plain = withTokens(fields, ofTags) as Record<string, unknown>
    const record = taggedOf(plain, ofTags)
    if (record) return taggedDocument(record, fallbackId, tagged, context)
    countUnread(plain, fallbackId, ofTags, 'in JSON lines --from spans reads them', context)
    if (Array.isArray(plain.tokens) && plain[textField] === undefined)
      wordsOf(plain.tokens, idText(plain.id) ?? fallbackId, tagged.code)
    return fromJson(plain, fallbackId, jsonOptions(context))
  }
  return {
    // Lists of words may have the same name.
    row: (row, index) =>
      columns && words && !Array.isArray(row[names[columns.word]]) ? words.row(row, index) : documentOf(row, index),
    end: () => words?.end(),
  }
}
