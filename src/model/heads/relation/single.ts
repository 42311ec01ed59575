/** What a thing has one of: of two countries, or two dates of birth, one was misread. */
import type { RelationLike, SpanLike } from '../../../io/document/document.ts'
import { countryOf } from './demonyms.ts'

/** Which entity an argument is of, by what is known at the time. */
export type EntityOf = (span: SpanLike) => string

/** Between two that are named together: "in Peru and Bolivia", "Turkey, Syria and Iraq". */
const together = /^\s*(?:,|\/|&|,?\s*(?:and|or))\s*$/
const mostBetween = 12

const isTogether = (text: string, one: SpanLike, other: SpanLike): boolean => {
  const [from, to] = one.end <= other.start ? [one.end, other.start] : [other.end, one.start]
  return from <= to && to - from <= mostBetween && together.test(text.slice(from, to))
}

/**
 * Relations of which those of the labels `single` hold once of a first argument: of its second arguments the most
 * probable stays, wherever it is said of it, with what is the same by another name (Colombia, Colombian; 1937, May 1937) or
 * is named together with it ("a lake in Peru and Bolivia").
 */
export const singleValued = (
  relations: readonly RelationLike[],
  single: readonly string[],
  text: string,
  entityOf: EntityOf,
): readonly RelationLike[] => {
  const words = ({ start, end }: SpanLike) => text.slice(start, end)
  const best = new Map<string, RelationLike>()
  const keyOf = ({ label, arg1 }: RelationLike) => JSON.stringify([label, entityOf(arg1)])
  for (const relation of relations) {
    if (!single.includes(relation.label)) continue
    const key = keyOf(relation)
    const other = best.get(key)
    if (!other || (other.score ?? 1) < (relation.score ?? 1)) best.set(key, relation)
  }
  if (best.size === 0) return relations
  const isSame = (one: SpanLike, other: SpanLike): boolean => {
    if (entityOf(one) === entityOf(other)) return true
    const [a, b] = [countryOf(words(one)), countryOf(words(other))]
    return ` ${a} `.includes(` ${b} `) || ` ${b} `.includes(` ${a} `)
  }
  return relations.filter((relation) => {
    const kept = single.includes(relation.label) ? best.get(keyOf(relation)) : undefined
    return !kept || kept === relation || isSame(kept.arg2, relation.arg2) || isTogether(text, kept.arg2, relation.arg2)
  })
}
