/**
 * The JSON form of a document: the user's own fields untouched, and under
 * `hmtl` the layers. `annotate` writes it, every JSON reader takes it as gold.
 */
import {
  createDocument,
  type Document,
  type LabelledLike,
  listClusters,
  listMentions,
  listRelations,
  listSpans,
  type MentionLike,
  type RelationLike,
  type SpanLike,
  type Spans,
} from './document.ts'
import { HmtlError } from '../errors.ts'
import { idText, JsonNumber } from '../syntax/exact-json.ts'
import { areColumns, frameRemedy, recordRemedy } from '../syntax/text-column.ts'
import { fromUtf16, type OffsetMap, type OffsetUnit, offsetUnits, toUtf16 } from './offsets.ts'
import { joinTokens } from './tokens.ts'

/** The `hmtl` object of a JSON line. Sentences are character spans, as tokens are. */
export interface Annotations {
  readonly model?: string
  readonly offsetUnit?: OffsetUnit
  readonly tokens?: readonly (readonly [number, number])[]
  readonly sentences?: readonly (readonly [number, number])[]
  readonly entities?: readonly LabelledLike[]
  readonly mentions?: readonly MentionLike[]
  readonly relations?: readonly RelationLike[]
  readonly clusters?: readonly (readonly SpanLike[])[]
}

export interface JsonOptions {
  readonly textField?: string | undefined
  /** Of what is written. @default 'utf16' */
  readonly offsetUnit?: OffsetUnit | undefined
  /** Of what is read, where a record does not say its own. @default 'utf16' */
  readonly inputOffsetUnit?: OffsetUnit | undefined
  /** Told of each field that a document has no place for, such as `hmtl.entities[0].note`. */
  readonly onLost?: ((document: string, field: string) => void) | undefined
}

const round = (score: number): number => Math.round(score * 1e6) / 1e6

/** The layers of a document as the `hmtl` object, offsets in `unit`, annotated layers only. */
export const toAnnotations = (document: Document, unit: OffsetUnit = 'utf16', model?: string): Annotations => {
  const { text, tokens, sentences } = document
  const map = fromUtf16(text, unit)
  const pairs = ({ begin, end }: Spans, at: (i: number) => number, to: (i: number) => number) =>
    Array.from(begin, (from, i) => [map(at(from)), map(to(end[i]))] as const)
  const span = ({ start, end }: SpanLike) => ({ start: map(start), end: map(end) })
  const scored = ({ score }: { score?: number | undefined }) => (score === undefined ? {} : { score: round(score) })
  return {
    ...(model === undefined ? {} : { model }),
    offsetUnit: unit,
    ...(tokens && {
      tokens: pairs(
        tokens,
        (i) => i,
        (i) => i,
      ),
    }),
    ...(tokens &&
      sentences && {
        sentences: pairs(
          sentences,
          (i) => tokens.begin[i],
          (i) => tokens.end[i - 1],
        ),
      }),
    ...(document.entities && {
      entities: listSpans(document.entities).map((item) => ({ ...span(item), label: item.label, ...scored(item) })),
    }),
    ...(document.mentions && {
      mentions: listMentions(document.mentions).map((item) => ({
        ...span(item),
        label: item.label,
        ...(item.head && { head: span(item.head) }),
        ...scored(item),
      })),
    }),
    ...(document.relations && {
      relations: listRelations(document.relations).map((item) => ({
        label: item.label,
        arg1: span(item.arg1),
        arg2: span(item.arg2),
        ...scored(item),
      })),
    }),
    ...(document.clusters && { clusters: listClusters(document.clusters).map((cluster) => cluster.map(span)) }),
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const fieldError = (field: string, expected: string, document?: string) =>
  new HmtlError('HMTL_INPUT_FIELD', `field "${field}" must be ${expected}`, { document })

const list = (value: unknown, field: string, document: string): unknown[] => {
  if (!Array.isArray(value)) throw fieldError(field, 'an array', document)
  return value
}

/** A number, also one whose text was kept. */
const double = (value: unknown): unknown => (value instanceof JsonNumber ? value.valueOf() : value)

const integer = (value: unknown, field: string, document: string): number => {
  if (typeof value === 'number' && Number.isInteger(value)) return value
  const number = double(value)
  if (typeof number !== 'number' || !Number.isInteger(number)) throw fieldError(field, 'an integer', document)
  return number
}

/** A field of a record; null is absent, as the exports of pandas and Arrow mean it. */
const present = (record: Record<string, unknown>, field: string): unknown =>
  Object.hasOwn(record, field) ? (record[field] ?? undefined) : undefined

/** Fields of `hmtl` that the document holds; any other stays with the document's metadata, under `hmtl` too. */
export const layerFields: ReadonlySet<string> = new Set([
  'offsetUnit',
  'tokens',
  'sentences',
  'entities',
  'mentions',
  'relations',
  'clusters',
])

/** Compared one by one: a set would be slower, and every item of every layer is looked at. */
const isItemField = (name: string): boolean =>
  name === 'start' ||
  name === 'end' ||
  name === 'label' ||
  name === 'score' ||
  name === 'head' ||
  name === 'arg1' ||
  name === 'arg2'

/** What a record's `hmtl` holds besides the layers. */
export const keptAnnotations = (metadata: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> =>
  isObject(metadata.hmtl) ? metadata.hmtl : {}

/**
 * A document from a parsed JSON record: `{text}` or `{tokens}`, with an optional
 * `id` and gold layers under `hmtl`; every other field becomes metadata.
 * @throws HmtlError `HMTL_INPUT_FIELD` or `HMTL_DOCUMENT_*`
 */
export const fromJson = (record: unknown, fallbackId: string, options: JsonOptions = {}): Document => {
  if (!isObject(record))
    throw new HmtlError('HMTL_INPUT_FIELD', 'record is not a JSON object', {
      remedy: `Each line holds one object such as {"text": "…"}${typeof record === 'string' ? "; texts alone become such with jq -c '{text: .}'" : ''}`,
    })
  const { textField = 'text' } = options
  const rawId = present(record, 'id')
  const hmtl = present(record, 'hmtl')
  const id = idText(rawId) ?? fallbackId
  const body = textAndTokens(record, textField, id)
  const metadata: Record<string, unknown> = {}
  for (const key of Object.keys(record)) {
    // An id that is no string is the user's own data and stays; the text under any name does not.
    if (
      key === 'hmtl' ||
      key === textField ||
      (key === 'id' && typeof rawId === 'string') ||
      (key === 'tokens' && body.fromTokens)
    )
      continue
    // Assigning to __proto__ would set the prototype instead of a field.
    if (key === '__proto__')
      Object.defineProperty(metadata, key, { value: record[key], enumerable: true, writable: true, configurable: true })
    else metadata[key] = record[key]
  }
  if (hmtl === undefined) return createDocument({ id, text: body.text, tokens: body.tokens, metadata })
  if (!isObject(hmtl)) throw fieldError('hmtl', 'an object', id)
  for (const key of Object.keys(hmtl))
    if (!layerFields.has(key)) {
      metadata.hmtl = Object.fromEntries(Object.entries(hmtl).filter(([name]) => !layerFields.has(name)))
      break
    }
  return annotated(id, body.text, body.tokens, hmtl, metadata, options)
}

const textAndTokens = (record: Record<string, unknown>, textField: string, id: string) => {
  const text = present(record, textField)
  if (text !== undefined && typeof text !== 'string')
    throw new HmtlError('HMTL_INPUT_FIELD', `field "${textField}" must be a string`, {
      document: id,
      remedy:
        isObject(text) || areColumns(record)
          ? frameRemedy
          : Array.isArray(text)
            ? 'Its parts become one with jq: join(" ")'
            : undefined,
    })
  const tokens = present(record, 'tokens')
  const areWords = Array.isArray(tokens) && tokens.every((token) => typeof token === 'string')
  if (text === undefined) {
    if (tokens === undefined) {
      throw new HmtlError('HMTL_INPUT_FIELD', `no "${textField}" and no "tokens" field`, {
        document: id,
        remedy: recordRemedy(record, textField),
      })
    }
    if (!areWords) throw fieldError('tokens', 'an array of strings', id)
    const words = tokens as string[]
    const empty = words.findIndex((word) => word.length === 0)
    if (empty !== -1) throw fieldError(`tokens[${empty}]`, 'a string that is not empty', id)
    return { ...joinTokens(words), fromTokens: true }
  }
  if (!areWords) return { text, tokens: undefined, fromTokens: false }
  const aligned = alignTokens(text, tokens as string[])
  // Tokens that are not the text's are the user's own data; the text rules.
  return { text, tokens: aligned, fromTokens: aligned !== undefined }
}

/** Offsets of tokens that occur in the text in order with only white space between; undefined where they do not. */
export const alignTokens = (text: string, words: readonly string[]): Spans | undefined => {
  const begin = new Int32Array(words.length)
  const end = new Int32Array(words.length)
  let at = 0
  for (let i = 0; i < words.length; i++) {
    if (words[i].length === 0) return undefined
    const found = text.indexOf(words[i], at)
    if (found === -1 || text.slice(at, found).trim() !== '') return undefined
    begin[i] = found
    end[i] = at = found + words[i].length
  }
  return text.slice(at).trim() === '' ? { begin, end } : undefined
}

const annotated = (
  id: string,
  text: string,
  given: Spans | undefined,
  hmtl: Record<string, unknown>,
  metadata: Record<string, unknown>,
  options: JsonOptions,
): Document => {
  const unit = (hmtl.offsetUnit ?? options.inputOffsetUnit ?? 'utf16') as OffsetUnit
  if (!offsetUnits.includes(unit)) throw fieldError('hmtl.offsetUnit', offsetUnits.join(', '), id)
  const map = toUtf16(text, unit)
  const { onLost } = options
  const look = (item: Record<string, unknown>, field: string) => {
    if (onLost) for (const name in item) if (!isItemField(name)) onLost(id, `${field}.${name}`)
  }
  const absent = (field: string) => hmtl[field] === undefined || hmtl[field] === null
  const tokens = absent('tokens') ? given : pairs(list(hmtl.tokens, 'hmtl.tokens', id), 'hmtl.tokens', id, map)
  const spanOf = (value: unknown, field: string): { start: number; end: number } => {
    if (!isObject(value)) throw fieldError(field, 'an object with start and end', id)
    look(value, field)
    return { start: map(integer(value.start, `${field}.start`, id)), end: map(integer(value.end, `${field}.end`, id)) }
  }
  const labelled = (value: unknown, field: string) => {
    if (!isObject(value)) throw fieldError(field, 'an object', id)
    if (typeof value.label !== 'string') throw fieldError(`${field}.label`, 'a string', id)
    const score = double(value.score ?? undefined)
    if (score !== undefined && !(typeof score === 'number' && score >= 0 && score <= 1))
      throw fieldError(`${field}.score`, 'a number from 0 to 1', id)
    return { value, label: value.label, score }
  }
  const layer = <T>(name: string, item: (value: unknown, field: string) => T): T[] | undefined =>
    absent(name) ? undefined : list(hmtl[name], `hmtl.${name}`, id).map((value, i) => item(value, `hmtl.${name}[${i}]`))
  if (!tokens && !absent('sentences')) onLost?.(id, 'hmtl.sentences')
  return createDocument({
    id,
    text,
    tokens,
    sentences:
      absent('sentences') || !tokens
        ? undefined
        : tokenSentences(pairs(list(hmtl.sentences, 'hmtl.sentences', id), 'hmtl.sentences', id, map), tokens, id),
    entities: layer('entities', (value, field) => {
      const { label, score } = labelled(value, field)
      return { ...spanOf(value, field), label, score }
    }),
    mentions: layer('mentions', (value, field) => {
      const { label, score, value: item } = labelled(value, field)
      return {
        ...spanOf(value, field),
        label,
        score,
        head: item.head === undefined || item.head === null ? undefined : spanOf(item.head, `${field}.head`),
      }
    }),
    relations: layer('relations', (value, field) => {
      const { label, score, value: item } = labelled(value, field)
      look(item, field)
      return { label, score, arg1: spanOf(item.arg1, `${field}.arg1`), arg2: spanOf(item.arg2, `${field}.arg2`) }
    }),
    clusters: layer('clusters', (value, field) =>
      list(value, field, id).map((member, i) => spanOf(member, `${field}[${i}]`)),
    ),
    metadata,
  })
}

const pairs = (items: unknown[], field: string, id: string, map: OffsetMap): Spans => {
  const begin = new Int32Array(items.length)
  const end = new Int32Array(items.length)
  for (let i = 0; i < items.length; i++) {
    const item = items[i]
    if (!Array.isArray(item) || item.length !== 2) throw fieldError(`${field}[${i}]`, 'a pair [start, end]', id)
    begin[i] = map(integer(item[0], `${field}[${i}][0]`, id))
    end[i] = map(integer(item[1], `${field}[${i}][1]`, id))
  }
  return { begin, end }
}

/** Sentences as character spans to token indexes. */
const tokenSentences = (sentences: Spans, tokens: Spans, id: string): Spans => {
  const begin = new Int32Array(sentences.begin.length)
  const end = new Int32Array(sentences.begin.length)
  let at = 0
  for (let i = 0; i < begin.length; i++) {
    begin[i] = at
    while (at < tokens.end.length && tokens.end[at] <= sentences.end[i]) at++
    if (at === begin[i] || tokens.begin[begin[i]] !== sentences.begin[i] || tokens.end[at - 1] !== sentences.end[i])
      throw new HmtlError('HMTL_DOCUMENT_ORDER', `hmtl.sentences[${i}] does not begin and end with tokens`, {
        document: id,
      })
    end[i] = at
  }
  return { begin, end }
}

/** Metadata of elsewhere that would be taken for the document's own id, text or layers. */
const isTaken = (name: string, value: unknown, id: string, textField: string): boolean =>
  name === textField || (name === 'id' && (idText(value) ?? id) !== id) || (name === 'hmtl' && !isObject(value))

/** The JSON record of a document: id, text, the user's fields, then `hmtl` where anything is annotated. */
export const toJson = (document: Document, options: JsonOptions = {}): Record<string, unknown> => {
  const { id, text, metadata } = document
  const { textField = 'text', onLost } = options
  const taken = Object.keys(metadata).filter((name) => isTaken(name, metadata[name], id, textField))
  for (const name of taken) onLost?.(id, name)
  const fields =
    taken.length === 0
      ? metadata
      : Object.fromEntries(Object.entries(metadata).filter(([name]) => !taken.includes(name)))
  const annotations = toAnnotations(document, options.offsetUnit)
  const bare = Object.keys(annotations).length === 1
  return {
    id,
    [textField]: text,
    ...fields,
    ...(bare ? {} : { hmtl: { ...keptAnnotations(metadata), ...annotations } }),
  }
}
