/** What holds both ways is drawn once. */
import type { RelationLike, SpanLike } from '../document/document.ts'

const keyOf = ({ start, end }: SpanLike) => `${start} ${end}`
const pairOf = ({ label }: RelationLike, one: SpanLike, two: SpanLike) => `${label} ${keyOf(one)} ${keyOf(two)}`

/** Relations in their order, without those that are another one turned round; `both` says which have such a one. */
export const bothWays = <R extends RelationLike>(
  relations: readonly R[],
): { readonly relation: R; readonly both: boolean }[] => {
  const places = new Map(relations.map((relation, i) => [pairOf(relation, relation.arg1, relation.arg2), i] as const))
  return relations.flatMap((relation, i) => {
    const turned = places.get(pairOf(relation, relation.arg2, relation.arg1))
    return turned !== undefined && turned < i ? [] : [{ relation, both: turned !== undefined }]
  })
}
