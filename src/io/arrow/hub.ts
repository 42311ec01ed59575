/**
 * Rows of the tables that data hubs hold: a `text` column, or `tokens` with
 * `ner_tags`, as names or as numbers that the file's own features name.
 */
import { Buffer } from 'node:buffer'
import { exactInteger } from './exact-values.ts'
import type { Document } from '../document/document.ts'
import { idText, JsonNumber } from '../syntax/exact-json.ts'
import { type FormatContext, jsonOptions } from '../format.ts'
import { fromJson } from '../document/json.ts'
import { taggedDocument, taggedOf, wordsOf } from '../syntax/tagged-record.ts'

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
export const tagNames = (huggingface: string | undefined, column: string): string[] | undefined => {
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
 */
export const toPlain = (value: unknown): unknown => {
  if (typeof value === 'bigint') return exactInteger(value)
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? undefined : value.toISOString()
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64')
  if (ArrayBuffer.isView(value)) return Array.from(value as unknown as ArrayLike<unknown>, toPlain)
  if (Array.isArray(value)) return value.map((item) => toPlain(item))
  if (value === null || value === undefined) return undefined
  if (typeof value === 'object' && !(value instanceof JsonNumber))
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, toPlain(item)]))
  return value
}

/** What becomes of rows: the row, its number, where messages say it is. */
export const hubDocuments = (names: readonly string[] | undefined, sourceName: string, context: FormatContext) => {
  const source = { names, code: 'HMTL_FORMAT_SCHEMA' } as const
  return (row: Record<string, unknown>, index: number): Document => {
    const plain = toPlain(row) as Record<string, unknown>
    const fallbackId = `${sourceName}:${index}`
    const tagged = taggedOf(plain)
    if (tagged) return taggedDocument(tagged, fallbackId, source, context)
    const { textField = 'text' } = context.options
    if (Array.isArray(plain.tokens) && plain[textField] === undefined)
      wordsOf(plain.tokens, idText(plain.id) ?? fallbackId, source.code)
    return fromJson(plain, fallbackId, jsonOptions(context))
  }
}
