/**
 * One relation a pair of entities, and none of an entity with itself: what a sentence says of "she" twice, it says
 * once.
 */
import {
  type Document,
  listClusters,
  listRelations,
  type RelationLike,
  relationsOf,
  type SpanLike,
} from '../../../io/document/document.ts'

const keyOf = ({ start, end }: SpanLike) => `${start} ${end}`

/**
 * A document whose relations are, in each sentence, one a label and pair of entities: the most probable of those whose
 * arguments are the same by clusters or by their words. What is said of two mentions of one cluster is left out.
 * Without clusters nobody knows who is who, and all stay.
 */
export const distinctRelations = (document: Document): Document => {
  const { text, tokens, sentences, relations, clusters } = document
  if (!tokens || !sentences || !relations || !clusters) return document
  const cluster = new Map(listClusters(clusters).flatMap((spans, c) => spans.map((span) => [keyOf(span), c] as const)))
  const entity = (span: SpanLike) => cluster.get(keyOf(span)) ?? text.slice(span.start, span.end)
  const ends = Array.from(sentences.end, (end) => tokens.end[end - 1] ?? 0)
  const sentenceOf = ({ start }: SpanLike) => ends.findIndex((end) => start < end)
  const best = new Map<string, RelationLike>()
  const all = listRelations(relations)
  for (const relation of all) {
    const { label, arg1, arg2, score = 1 } = relation
    const [first, second] = [entity(arg1), entity(arg2)]
    if (typeof first === 'number' && first === second) continue
    const key = JSON.stringify([sentenceOf(arg1), label, first, second])
    const other = best.get(key)
    if (!other || (other.score ?? 1) < score) best.set(key, relation)
  }
  if (best.size === all.length) return document
  const kept = new Set(best.values())
  return { ...document, relations: relationsOf(all.filter((relation) => kept.has(relation))) }
}
