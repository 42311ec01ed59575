/**
 * Records of words with a tag each, as data hubs hand them on: `{"tokens": […], "ner_tags": […]}`, whether a table
 * holds them or JSON.
 */
import { createDocument, type Document } from '../document/document.ts'
import { type ErrorCode, HmtlError } from '../errors.ts'
import type { FormatContext } from '../format.ts'
import { alignTokens } from '../document/json.ts'
import {
  decodeTags,
  decodeTypes,
  isTag,
  isTypedTag,
  respelled,
  sayPositions,
  spellingOf,
  type TagSpan,
  type TellSpelling,
} from '../document/tags.ts'
import { joinTokens } from '../document/tokens.ts'
import { onText } from './columns.ts'
import { idText } from './exact-json.ts'
import { frameRemedy } from './text-column.ts'

export interface TaggedRecord {
  readonly tokens: readonly unknown[]
  readonly ner_tags: readonly unknown[]
  [field: string]: unknown
}

/** What the place that a record comes from says of its tags. */
export interface TagSource {
  /** Names of tags that are numbers. */
  readonly names?: readonly string[] | undefined
  /** Tells how tags are spelled. */
  readonly tellSpelling?: TellSpelling
  /** Of what is wrong with a record. */
  readonly code: ErrorCode
}

/** Whether a tag is what transformers put where a token has no label of its own, which is counted. */
export const isUnlabelled = (tag: unknown, id: string, word: unknown, { report }: FormatContext): boolean => {
  if (tag !== -100) return false
  report.add('unlabelled-token', id, String(word))
  return true
}

/** What other records call their tags: taken for them where each is one, since the names say so little. */
const otherNames = ['tags', 'labels', 'tag', 'label', 'ner', 'ner_labels'] as const

/** What other records call their words; the latter names say so only beside tags, since paragraphs have them too. */
const wordNames = ['words', 'token', 'str_words'] as const
const wordNamesBesideTags = ['sentence', 'text'] as const

/** The name of columns that may hold lists of words. */
export const wordLists = (names: readonly string[]): string | undefined =>
  ['tokens', ...wordNames].find((name) => names.includes(name))

const areNumbers = (value: unknown, words: readonly unknown[]): boolean =>
  Array.isArray(value) && value.length === words.length && value.length > 0 && value.every(Number.isInteger)

/** What the fields of one source's records that may be tags have shown themselves to be. */
export interface TagFields {
  readonly tellSpelling: TellSpelling
  /** Of a list that is none of tags as they are usually written, but of something with an `O`. */
  readonly types: Set<string>
  /** Of such lists, which are read. */
  readonly tags: Set<string>
}

const isUsual = (tags: readonly string[], { tellSpelling }: TagFields): boolean =>
  tags.every(isTypedTag) || tellSpelling(tags) !== undefined

/** Whether a list is of tags as they are usually written; its field is noted for what the list shows it to be. */
const noted = (name: string, tags: readonly string[], fields: TagFields): boolean => {
  const usual = isUsual(tags, fields)
  if (usual) {
    if (tags.some((tag) => tag !== 'O')) fields.tags.add(name)
  } else if (tags.includes('O')) fields.types.add(name)
  return usual
}

/** Up to the next list at most: what is no list of texts is not looked through for each list within it. */
const someList = /"(tags|labels|tag|label|ner|ner_labels)"\s*:\s*\[([^[\]]*)\]/g

/**
 * What may be tags in the records of one source: whether a list that is all `O` says that nothing is there is told by
 * the others.
 * @param head of the source, whose first lists may need what later ones tell
 */
export const tagFields = (tellSpelling: TellSpelling = spellingOf, head = ''): TagFields => {
  const fields: TagFields = { tellSpelling, types: new Set(), tags: new Set() }
  for (const [, name, list] of head.matchAll(someList)) {
    const cells = list.split(',').map((cell) => cell.trim())
    if (cells.every((cell) => cell.length > 2 && cell.startsWith('"') && cell.endsWith('"')))
      noted(
        name,
        cells.map((cell) => cell.slice(1, -1)),
        fields,
      )
  }
  return fields
}

/** Names of lists as long as the words of a record that are types without positions, which may be anything's. */
export const typesAlone = (record: Readonly<Record<string, unknown>>, fields: TagFields): string[] => {
  const { tokens } = record
  if (!Array.isArray(tokens)) return []
  const areTypes = (tags: unknown) => areTexts(tags, tokens) && !isUsual(tags, fields)
  return otherNames.filter((name) => fields.types.has(name) && areTypes(record[name]))
}

/** Names of lists of numbers as long as the words of a record, which are tags that nothing names. */
export const unnamedTags = (record: Readonly<Record<string, unknown>>): string[] => {
  const { tokens } = record
  return Array.isArray(tokens) ? otherNames.filter((name) => areNumbers(record[name], tokens)) : []
}

/** A record whose words stand under another name, with that of ours; any other as it is. */
export const withTokens = (record: unknown, known: TagFields = tagFields()): unknown => {
  if (typeof record !== 'object' || record === null || Array.isArray(record)) return record
  const fields = record as Record<string, unknown>
  if ((fields.tokens ?? undefined) !== undefined || typeof fields.text === 'string') return record
  const areWords = (name: string) => {
    const value = fields[name]
    return Array.isArray(value) && value.length > 0 && value.every((word) => typeof word === 'string')
  }
  const isTagged = (name: string) => {
    const words = fields[name] as readonly unknown[]
    return (
      areNumbers(fields.ner_tags, words) ||
      ['ner_tags', ...otherNames].some((tags) => areTagsOf(tags, fields[tags], words, known))
    )
  }
  const name =
    wordNames.find(areWords) ?? wordNamesBesideTags.find((other) => areWords(other) && isTagged(other)) ?? undefined
  if (name === undefined) return record
  const { [name]: tokens, ...rest } = fields
  return { ...rest, tokens }
}

/** A record of words with tags, under their usual name, which has no layers of ours: they would say more. */
export const taggedOf = (record: unknown, fields: TagFields = tagFields()): TaggedRecord | undefined => {
  if (typeof record !== 'object' || record === null) return undefined
  const { tokens, ner_tags: tags, hmtl } = record as Record<string, unknown>
  if (!Array.isArray(tokens) || (hmtl ?? undefined) !== undefined) return undefined
  if (Array.isArray(tags)) return record as TaggedRecord
  const name =
    tags === undefined && otherNames.find((other) => areTagsOf(other, (record as TaggedRecord)[other], tokens, fields))
  if (!name) return undefined
  const { [name]: found, ...rest } = record as TaggedRecord
  return { ...rest, tokens, ner_tags: found as readonly unknown[] }
}

const areTexts = (tags: unknown, tokens: readonly unknown[]): tags is string[] =>
  Array.isArray(tags) &&
  tags.length > 0 &&
  tags.length === tokens.length &&
  tags.every((tag) => typeof tag === 'string')

/** Whether a field holds tags of these words. Where others of its name are types alone, one of `O` alone says nothing. */
const areTagsOf = (name: string, tags: unknown, tokens: readonly unknown[], fields: TagFields): boolean => {
  if (!areTexts(tags, tokens)) return false
  return noted(name, tags, fields) && (fields.tags.has(name) || !fields.types.has(name))
}

/** A tag that is a number, also as text, as tables that have been through a spreadsheet have it; any other as it is. */
const tagNumber = (tag: unknown): unknown => (typeof tag === 'string' && /^-?\d+$/.test(tag) ? Number(tag) : tag)

export const isTagNumber = (tag: unknown): boolean => typeof tagNumber(tag) === 'number'

/** The words of a record. @param field that they stand in. @throws HmtlError with `code` */
export const wordsOf = (value: readonly unknown[], id: string, code: ErrorCode, field = 'tokens'): string[] => {
  value.forEach((word, i) => {
    if (typeof word === 'string' && word !== '') return
    const what = (word ?? undefined) === undefined ? 'null' : word === '' ? 'empty' : 'not a text'
    throw new HmtlError(code, `${field}[${i}] is ${what}`, {
      document: id,
      remedy: Array.isArray(word) ? frameRemedy : 'Every token must be a text that is not empty',
    })
  })
  return value as string[]
}

const decode = (
  tags: readonly string[],
  known: readonly string[],
  id: string,
  { code, tellSpelling = spellingOf }: TagSource,
): TagSpan[] => {
  const spelling = tellSpelling(known)
  if (spelling) return decodeTags(tags.map((tag) => respelled(tag, spelling)))
  const positions = sayPositions(known)
  const odd = tags.find((tag) => tag === '' || (positions && !isTag(tag)))
  if (odd === undefined) return positions ? decodeTags(tags) : decodeTypes(tags)
  throw new HmtlError(code, `"${odd}" is not a tag`, {
    document: id,
    remedy: 'Tags are O or B-, I-, E-, S-, U-, L-, M- or W- and a type, or all of them without a prefix',
  })
}

/** The document of a record of words and tags. @throws HmtlError with the source's code */
export const taggedDocument = (
  record: TaggedRecord,
  fallbackId: string,
  source: TagSource,
  context: FormatContext,
): Document => {
  const { names, code } = source
  const { textField = 'text', layer = 'entities' } = context.options
  const { tokens: _, ner_tags: rawTags, hmtl: __, [textField]: given, ...rest } = record
  const id = idText(record.id) ?? fallbackId
  const fault = (message: string, remedy?: string) => new HmtlError(code, message, { document: id, remedy })
  const words = wordsOf(record.tokens, id, code)
  if (rawTags.length !== words.length) throw fault(`${rawTags.length} ner_tags for ${words.length} tokens`)
  const tags = rawTags.map(tagNumber).map((tag, i): string => {
    if (typeof tag === 'string') return tag
    if (isUnlabelled(tag, id, words[i], context)) return 'O'
    if (typeof tag !== 'number')
      throw fault(`ner_tags[${i}] is ${(tag ?? undefined) === undefined ? 'null' : 'not a tag'}`)
    if (!names)
      throw fault(
        'ner_tags are numbers and the file does not name them',
        'Names come from the features that the hub keeps in the file',
      )
    const name = names[tag]
    if (name === undefined) throw fault(`ner_tags[${i}] is ${tag}, and the file names ${names.length} tags`)
    return name
  })
  const spans = decode(tags, names ?? tags, id, source)
  const aligned = typeof given === 'string' ? alignTokens(given, words) : undefined
  if ((given ?? undefined) !== undefined && !aligned) context.report.add('text-of-other-tokens', id)
  const joined = joinTokens(words)
  const spansOfWords = aligned ?? joined.tokens
  if (typeof rest.id === 'string') delete rest.id
  return createDocument({
    id,
    text: aligned ? (given as string) : joined.text,
    tokens: spansOfWords,
    sentences: words.length === 0 ? undefined : { begin: Int32Array.of(0), end: Int32Array.of(words.length) },
    [layer]: onText(spans, spansOfWords),
    metadata: rest,
  })
}
