/** Which entity an argument of a relation is of: that of the cluster that has it, or else of its words. */
import { type Document, listClusters, type SpanLike } from '../../../io/document/document.ts'
import { tokenSpan } from '../../../io/document/tokens.ts'
import { headOfMention } from '../mention-head.ts'
import type { EntityOf } from './single.ts'

/** The first persons of a sentence are one, whatever their case. */
const selves = [new Set(['i', 'me', 'my', 'mine', 'myself']), new Set(['we', 'us', 'our', 'ours', 'ourselves'])]

export const sentencesOf = ({ tokens, sentences }: Document) => {
  const ends = Array.from(sentences?.end ?? [], (end) => tokens?.end[end - 1] ?? 0)
  /** The place of the sentence that a span begins in. */
  return ({ start }: SpanLike): number => {
    let [low, high] = [0, ends.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      if (ends[middle] <= start) low = middle + 1
      else high = middle
    }
    return low
  }
}

/**
 * Entities by words alone: who "I" is, no other sentence says.
 *
 * @param isPronoun whether a word stands for a name
 */
export const byWords = (document: Document, isPronoun: (word: string) => boolean): EntityOf => {
  const sentenceOf = sentencesOf(document)
  return (span) => {
    const words = document.text.slice(span.start, span.end)
    if (!isPronoun(words)) return words
    const lower = words.toLowerCase()
    const self = selves.findIndex((forms) => forms.has(lower))
    return JSON.stringify([sentenceOf(span), self === -1 ? lower : self])
  }
}

const keyOf = ({ start, end }: SpanLike): string => `${start} ${end}`

/**
 * Entities by clusters: an argument is of the cluster that has it, or whose mention it is the head of ("Kwame Boateng" of
 * "Sir Kwame Boateng, the envoy"), the shortest such; what is in none is told by its words.
 */
export const byClusters = (document: Document, isPronoun: (word: string) => boolean): EntityOf => {
  const { text, tokens, clusters } = document
  const others = byWords(document, isPronoun)
  if (!tokens || !clusters) return others
  const exact = new Map<string, number>()
  const byHead = new Map<number, { readonly member: SpanLike; readonly cluster: number }>()
  listClusters(clusters).forEach((members, cluster) => {
    for (const member of members) {
      exact.set(keyOf(member), cluster)
      const range = tokenSpan(tokens, member.start, member.end)
      if (!range) continue
      const words = Array.from({ length: range.end - range.begin }, (_, i) =>
        text.slice(tokens.begin[range.begin + i], tokens.end[range.begin + i]),
      )
      const end = tokens.end[range.begin + headOfMention(words).end - 1]
      const known = byHead.get(end)?.member
      if (!known || member.end - member.start < known.end - known.start) byHead.set(end, { member, cluster })
    }
  })
  const clusterOf = (span: SpanLike): number | undefined => exact.get(keyOf(span)) ?? byHead.get(span.end)?.cluster
  return (span) => {
    const cluster = isPronoun(text.slice(span.start, span.end)) ? exact.get(keyOf(span)) : clusterOf(span)
    return cluster === undefined ? others(span) : clusterName(cluster)
  }
}

const clusterName = (cluster: number): string => JSON.stringify({ cluster })

/** Whether an entity is that of a cluster. */
export const isOfCluster = (entity: string): boolean => entity.startsWith('{"cluster":')
