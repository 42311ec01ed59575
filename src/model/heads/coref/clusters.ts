/** Links chained into clusters. */
import { type Clusters, clustersOf, type SpanLike } from '../../../io/document/document.ts'
import type { Draft } from '../head.ts'
import { isPossessive } from '../possessive.ts'

/** Kept spans of a document in order, as token indexes, with the place of each one's antecedent, -1 for none. */
export interface Links {
  readonly begin: readonly number[]
  readonly end: readonly number[]
  readonly parent: readonly number[]
  /** Mention scores. */
  readonly scores: readonly number[]
}

const article = /^the$/i

/** Places of the spans that are linked, by their words; with `singletons` of those that are mentions besides. */
const members = ({ begin, end, parent, scores }: Links, singletons: boolean): Map<string, number> => {
  const linked = new Set(parent.flatMap((antecedent, i) => (antecedent === -1 ? [] : [antecedent, i])))
  const places = new Map<string, number>()
  for (let i = 0; i < begin.length; i++)
    if (linked.has(i) || (singletons && scores[i] > 0)) places.set(`${begin[i]} ${end[i]}`, i)
  return places
}

/**
 * Clusters in order of their first members. Where names are candidates besides, one may be there with and without its
 * article and its possessive ("Union", "the Union 's"): whoever is the one is the other, and the widest is written.
 */
export const clustersFrom = (
  links: Links,
  { tokens, words }: Pick<Draft, 'tokens' | 'words'>,
  { singletons, withNames }: { readonly singletons: boolean; readonly withNames: boolean },
): Clusters => {
  const { begin, end, parent } = links
  const places = members(links, singletons)
  const root = Int32Array.from(parent.keys())
  const find = (i: number): number => {
    let at = i
    while (root[at] !== at) at = root[at] = root[root[at]]
    return at
  }
  const join = (one: number, other: number): void => {
    const [a, b] = [find(one), find(other)]
    root[Math.max(a, b)] = Math.min(a, b)
  }
  const wider = (i: number): number | undefined => {
    if (!withNames) return undefined
    const before = article.test(words[begin[i] - 1] ?? '') ? 1 : 0
    const after = isPossessive(words[end[i]] ?? '') ? 1 : 0
    for (const [b, e] of [
      [before, after],
      [before, 0],
      [0, after],
    ])
      if (b + e > 0) {
        const place = places.get(`${begin[i] - b} ${end[i] + e}`)
        if (place !== undefined) return place
      }
    return undefined
  }
  const written: number[] = []
  for (const i of places.values()) {
    if (parent[i] !== -1) join(parent[i], i)
    const same = wider(i)
    if (same === undefined) written.push(i)
    else join(same, i)
  }
  const clusters = new Map<number, SpanLike[]>()
  for (const i of written) {
    const of = clusters.get(find(i)) ?? []
    of.push({ start: tokens.begin[begin[i]], end: tokens.end[end[i] - 1] })
    clusters.set(find(i), of)
  }
  const all = [...clusters.values()]
  return clustersOf(singletons ? all : all.filter(({ length }) => length > 1))
}
