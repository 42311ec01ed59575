/**
 * One relation a pair of entities, and none of an entity with itself: what a sentence says of "she" twice, it says
 * once.
 */
import { type Document, listRelations, type RelationLike, relationsOf } from '../../../io/document/document.ts'
import { byClusters, isOfCluster, sentencesOf } from './entity.ts'
import { singleValued } from './single.ts'

/**
 * A document whose relations are, in each sentence, one a label and pair of entities: the most probable of those whose
 * arguments are the same by clusters or by their words. What is said of two mentions of one cluster is left out, and
 * of labels that hold once of an entity all but the best. Without clusters nobody knows who is who, and all stay.
 */
export const distinctRelations = (
  document: Document,
  single: readonly string[] = [],
  isPronoun: (word: string) => boolean = () => false,
): Document => {
  const { tokens, sentences, relations, clusters } = document
  if (!tokens || !sentences || !relations || !clusters) return document
  const entityOf = byClusters(document, isPronoun)
  const sentenceOf = sentencesOf(document)
  const best = new Map<string, RelationLike>()
  const all = listRelations(relations)
  for (const relation of all) {
    const { label, arg1, arg2, score = 1 } = relation
    const [first, second] = [entityOf(arg1), entityOf(arg2)]
    if (first === second && isOfCluster(first)) continue
    const key = JSON.stringify([sentenceOf(arg1), label, first, second])
    const other = best.get(key)
    if (!other || (other.score ?? 1) < score) best.set(key, relation)
  }
  const kept = new Set(best.values())
  const said = singleValued(
    all.filter((relation) => kept.has(relation)),
    single,
    document.text,
    entityOf,
  )
  return said.length === all.length ? document : { ...document, relations: relationsOf(said) }
}
