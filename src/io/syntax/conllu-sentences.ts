/** What the sentences of a document in CoNLL-U say: its text, tokens, mentions and clusters, or names by tags. */
import type { MentionLike, SpanLike } from '../document/document.ts'
import { decodeTags, type TagSpan } from '../document/tags.ts'
import { spacesBefore } from '../document/tokens.ts'
import type { FormatContext } from '../format.ts'
import { groupClusters } from './brackets.ts'
import { onText, sentencesOfLengths } from './columns.ts'
import { EntityBrackets, type EntityFields } from './conllu-entities.ts'
import type { EntityNode, Word } from './conllu-lines.ts'
import { unclusteredOf } from './conllu-mentions.ts'

export interface Sentence {
  readonly lines: readonly string[]
  readonly words: readonly Word[]
  readonly nodes: readonly EntityNode[]
}

/** Names by the tags of words, over all of them; undefined where no word has a tag. */
const taggedSpans = (sentences: readonly Sentence[]): TagSpan[] | undefined => {
  if (!sentences.some(({ words: list }) => list.some(({ tag }) => tag !== undefined))) return undefined
  let base = 0
  return sentences.flatMap(({ words: list }) => {
    const from = base
    base += list.length
    return decodeTags(list.map(({ tag = 'O' }) => tag)).map(({ begin, end, label }) => ({
      begin: from + begin,
      end: from + end,
      label,
    }))
  })
}

const textComment = /^#\s*text\s*=(.*)$/

/** The white space before each word by the text that a comment gives; undefined where it gives none, or another one. */
const gapsOf = (lines: readonly string[], list: readonly Word[]): string[] | undefined => {
  const text = lines.map((line) => textComment.exec(line)?.[1].trim()).find((found) => found !== undefined)
  return text === undefined
    ? undefined
    : spacesBefore(
        list.map(({ form }) => form),
        text,
      )
}

/**
 * A document's parts.
 * @param isDeclared whether the file says what its `Entity=` are: where it has none, there are none
 */
export const decode = (
  sentences: readonly Sentence[],
  id: string,
  fields: EntityFields,
  isDeclared: boolean,
  context: FormatContext,
) => {
  const begin: number[] = []
  const end: number[] = []
  let text = ''
  const lengths: number[] = []
  const brackets = new EntityBrackets(fields, id, context)
  let between = ' '
  for (const { words: list, nodes, lines } of sentences) {
    if (list.length > 0 && text !== '') text += between
    brackets.add(nodes, begin.length)
    const gaps = gapsOf(lines, list)
    for (const [i, { form, after }] of list.entries()) {
      begin.push(text.length)
      text += form
      end.push(text.length)
      if (i < list.length - 1) text += after || (gaps?.[i + 1] ?? after ?? ' ')
      // A sentence that says of its end that nothing follows is seldom one that another goes on from.
      else between = after || ' '
    }
    if (list.length > 0) lengths.push(list.length)
  }
  const located = brackets.close()
  const tags = taggedSpans(sentences)
  const tagged = located.length === 0 && !isDeclared ? tags : undefined
  if (!tagged) context.report.add('other-tags', id, 'of names, beside Entity=', tags?.length ?? 0)
  const tokens = { begin: Int32Array.from(begin), end: Int32Array.from(end) }
  const span = (from: number, to: number): SpanLike => ({ start: begin[from], end: end[to - 1] })
  const mentions: MentionLike[] = located.map((item) => ({
    ...span(item.begin, item.end),
    label: item.label,
    head: item.head && span(...item.head),
  }))
  const unclustered = unclusteredOf(sentences.flatMap(({ lines }) => lines))
  const members = located.flatMap(({ begin, end, group }) =>
    group === undefined || unclustered.has(group) ? [] : [{ begin, end, cluster: group }],
  )
  const clusters =
    fields.group === undefined
      ? undefined
      : groupClusters(members, tokens, id, context).filter(
          (cluster) => cluster.length > 1 || context.options.singletons !== false,
        )
  const tagSpans = tagged && onText(tagged, tokens)
  return { text, tokens, sentences: sentencesOfLengths(lengths), mentions, clusters, located, tagSpans }
}
