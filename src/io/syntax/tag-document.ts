/** The document of rows of words and tags, whatever they stood in, with what it has no place for. */
import { onText, sentencesOfLengths } from './columns.ts'
import type { TagColumns } from './tag-columns.ts'
import { type TagExtras, unusual } from './tag-extras.ts'
import { createDocument, type Document } from '../document/document.ts'
import {
  decodeTags,
  decodeTypes,
  detectScheme,
  encodeTags,
  encodeTypes,
  respelled,
  type TagSpan,
} from '../document/tags.ts'
import { joinTokens, spacesBefore } from '../document/tokens.ts'
import type { FormatContext } from '../format.ts'

/** Under which a document's metadata keep it. */
export const tagKey = 'conll2003'

export interface TagSentence {
  readonly rows: readonly (readonly string[])[]
  readonly comments: readonly string[]
}

/** What stood around a document's rows. */
export type TagFrame = Pick<TagExtras, 'docstart' | 'header' | 'tight' | 'unclosed' | 'after'>

const cellsOf = (rows: readonly (readonly string[])[], column: number): string[] => rows.map((row) => row[column])

const textComment = /^#\s*text\s*=(.*)$/

/** How a text ends that another sentence follows on the same line. */
const ended = /[.!?…。！？]["'”’»)\]]*$/u

/**
 * What stands before each word by the texts of the sentences, which comments give (`# text = …`); undefined for no text.
 * A headline or an item of a list, which does not end like a sentence, is a line.
 */
const spacing = (list: readonly TagSentence[], word: number): string[] | undefined => {
  let known = false
  let isEnded = true
  const before = list.flatMap(({ rows, comments }, s) => {
    const words = cellsOf(rows, word)
    const text = comments.map((comment) => textComment.exec(comment)?.[1].trim()).find((found) => found !== undefined)
    const gaps = text === undefined ? undefined : spacesBefore(words, text)
    known ||= gaps !== undefined
    const first = s === 0 ? '' : isEnded ? ' ' : '\n'
    isEnded = ended.test(text ?? words.slice(-3).join(''))
    return words.map((_, i) => (i === 0 ? first : (gaps?.[i] ?? ' ')))
  })
  return known ? before : undefined
}

/** @param columns which of a row's cells are what */
export const tagDocument = (
  id: string,
  list: readonly TagSentence[],
  columns: TagColumns,
  { docstart, header, tight, unclosed, after = [] }: TagFrame,
  context: FormatContext,
): Document => {
  const { separator, word, tag, numbered: isNumbered, types, spelling, others, phrases } = columns
  // A file of phrases is one without a tag, and with a column more, unless they are asked for.
  const isTagged = !phrases || context.options.layer !== undefined
  const decode = types ? decodeTypes : decodeTags
  const all = list.flatMap((sentence) => sentence.rows)
  const lengths = list.map((sentence) => sentence.rows.length)
  const { text, tokens } = joinTokens(cellsOf(all, word), spacing(list, word))
  const written = cellsOf(all, tag)
  const tags = spelling ? written.map((each) => respelled(each, spelling)) : written
  const sentences = sentencesOfLengths(lengths)
  const bounds = lengths.map((_, s) => [sentences.begin[s], sentences.end[s]] as const)
  const scheme = detectScheme(bounds.flatMap(([from, to]) => [...tags.slice(from, to), 'O']))
  const spans: TagSpan[] = []
  const again: string[] = []
  const tagsBeside = others.map((c) => [c, cellsOf(all, c)] as const)
  for (const [from, to] of bounds) {
    const found = decode(tags, from, to)
    if (types) encodeTypes(found, from, to, again)
    else encodeTags(found, from, to, scheme, again)
    spans.push(...found)
    for (const [c, cells] of tagsBeside)
      context.report.add('other-tags', id, `column ${c + 1}`, decodeTags(cells, from, to).length)
  }
  if (!isTagged)
    context.report.add('chunk-tag', id, 'phrases are no entities; --layer reads them as such', spans.length)
  const first = all[0]?.[0] === '0' ? 0 : 1
  // Numbers that do not begin anew with each sentence are a column like others.
  const numbered = isNumbered && list.every(({ rows }) => rows.every((row, i) => row[0] === String(first + i)))
  const rest = Array.from({ length: columns.width }, (_, c) => c).filter(
    (c) => c !== word && !(isTagged && c === tag) && !(numbered && c === 0),
  )
  const extras: TagExtras = {
    ...(docstart === undefined ? {} : { docstart }),
    ...(header === undefined || !isTagged ? {} : { header }),
    separator,
    ...(isTagged ? { scheme } : {}),
    ...(types ? { types } : {}),
    ...(rest.length > 0 ? { columns: rest.map((c) => cellsOf(all, c)) } : {}),
    ...(!isTagged || again.every((other, i) => other === written[i]) ? {} : { tags: written }),
    ...(isTagged && spelling ? { spelling } : {}),
    ...(numbered ? { numbered } : {}),
    ...(numbered && first === 0 ? { first } : {}),
    ...(isTagged ? unusual(numbered, columns.width, word, tag) : {}),
    ...(list.some(({ comments }) => comments.length > 0) ? { comments: list.map(({ comments }) => comments) } : {}),
    ...(tight ? { tight } : {}),
    ...(unclosed ? { unclosed } : {}),
    ...(after.length > 0 ? { after } : {}),
  }
  const layer = context.options.layer ?? 'entities'
  return createDocument({
    id,
    text,
    tokens,
    sentences,
    ...(isTagged ? { [layer]: onText(spans, tokens) } : {}),
    metadata: { [tagKey]: extras },
  })
}
