/**
 * Rows of the tables that data hubs hold: a `text` column, or `tokens` with
 * `ner_tags`, as names or as numbers that the file's own features name.
 */
import { Buffer } from 'node:buffer'
import { onText } from '../syntax/columns.ts'
import { exactInteger } from './exact-values.ts'
import { createDocument, type Document } from '../document/document.ts'
import { HmtlError } from '../errors.ts'
import { idText, JsonNumber } from '../syntax/exact-json.ts'
import { type FormatContext, jsonOptions } from '../format.ts'
import { alignTokens, fromJson } from '../document/json.ts'
import { decodeTags, type TagSpan } from '../document/tags.ts'
import { joinTokens } from '../document/tokens.ts'

/** What transformers put where a token has no label of its own. */
const unlabelled = -100

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

const schemaError = (message: string, document: string, remedy?: string) =>
  new HmtlError('HMTL_FORMAT_SCHEMA', message, { document, remedy })

const wordsOf = (value: unknown, id: string): string[] => {
  if (!Array.isArray(value)) throw schemaError('"tokens" is not a list', id)
  value.forEach((word, i) => {
    if (typeof word === 'string' && word !== '') return
    const what = word === undefined ? 'null' : word === '' ? 'empty' : 'not a text'
    throw schemaError(`tokens[${i}] is ${what}`, id, 'Every token must be a text that is not empty')
  })
  return value as string[]
}

/** Spans of tags that carry no position: a run of one tag is one span, as Few-NERD means it. */
const decodeBare = (tags: readonly string[]): TagSpan[] => {
  const spans: TagSpan[] = []
  for (let begin = 0, end = 0; begin < tags.length; begin = end) {
    while (end < tags.length && tags[end] === tags[begin]) end++
    if (tags[begin] !== 'O') spans.push({ begin, end, label: tags[begin] })
  }
  return spans
}

const isPositioned = (tag: string): boolean => tag === 'O' || /^[BIESUL](-.*)?$/.test(tag)

const decode = (tags: readonly string[], known: readonly string[], id: string): TagSpan[] => {
  if (!known.some((tag) => /^[BIESUL]-/.test(tag))) {
    // Single letters are a scheme without types.
    return known.every(isPositioned) ? decodeTags(tags) : decodeBare(tags)
  }
  const odd = tags.find((tag) => !isPositioned(tag))
  if (odd !== undefined)
    throw schemaError(
      `"${odd}" is not a tag`,
      id,
      'Tags are O or B-, I-, E-, S-, U- or L- and a type, or all of them without a prefix',
    )
  return decodeTags(tags)
}

/** What becomes of rows: the row, its number, where messages say it is. */
export const hubDocuments =
  (names: readonly string[] | undefined, sourceName: string, context: FormatContext) =>
  (row: Record<string, unknown>, index: number): Document => {
    const plain = toPlain(row) as Record<string, unknown>
    const fallbackId = `${sourceName}:${index}`
    const { textField = 'text' } = context.options
    const id = idText(plain.id) ?? fallbackId
    if (!Array.isArray(plain.ner_tags) || !Array.isArray(plain.tokens)) {
      if (Array.isArray(plain.tokens) && plain[textField] === undefined) wordsOf(plain.tokens, id)
      return fromJson(plain, fallbackId, jsonOptions(context))
    }
    const { tokens: _, ner_tags: rawTags, [textField]: given, ...rest } = plain
    const words = wordsOf(plain.tokens, id)
    if (rawTags.length !== words.length) throw schemaError(`${rawTags.length} ner_tags for ${words.length} tokens`, id)
    const tags = rawTags.map((tag: unknown, i: number): string => {
      if (typeof tag === 'string') return tag
      if (tag === unlabelled) {
        context.report.add('unlabelled-token', id, words[i])
        return 'O'
      }
      if (!names)
        throw schemaError(
          'ner_tags are numbers and the file does not name them',
          id,
          'Names come from the features that the hub keeps in the file',
        )
      const name = names[Number(tag)]
      if (name === undefined)
        throw schemaError(
          `ner_tags[${i}] is ${tag === undefined ? 'null' : String(tag)}, and the file names ${names.length} tags`,
          id,
        )
      return name
    })
    const aligned = typeof given === 'string' ? alignTokens(given, words) : undefined
    if (given !== undefined && !aligned) context.report.add('text-of-other-tokens', id)
    const joined = joinTokens(words)
    const tokens = aligned ?? joined.tokens
    if (typeof rest.id === 'string') delete rest.id
    return createDocument({
      id,
      text: aligned ? (given as string) : joined.text,
      tokens,
      sentences: words.length === 0 ? undefined : { begin: Int32Array.of(0), end: Int32Array.of(words.length) },
      [context.options.layer ?? 'entities']: onText(decode(tags, names ?? tags, id), tokens),
      metadata: rest,
    })
  }
