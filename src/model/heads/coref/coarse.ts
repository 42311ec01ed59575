/**
 * Which antecedents are worth the pair scorer, coarse to fine (after Lee et al. 2018, whose coarse score is a product
 * of span vectors): by the antecedent's mention score and by what pairs of that distance and that likeness of texts
 * score on average, which `scripts/coarse.mjs` has measured. No weight is learned for it, so any model can be given it.
 */
import type { AntecedentPairs } from './scores.ts'

/**
 * The `most` antecedents of each span that score best coarsely, nearest first as before.
 * @param mention scores of the spans
 * @param prior mean pair score by bucket
 */
export const coarsely = (
  pairs: AntecedentPairs,
  mention: Float32Array,
  prior: readonly number[],
  most: number,
): AntecedentPairs => {
  const { spans, antecedents, bucket, starts } = pairs
  const rows = starts.length - 1
  const kept = new Int32Array(starts.length)
  for (let i = 0; i < rows; i++) kept[i + 1] = kept[i] + Math.min(most, starts[i + 1] - starts[i])
  if (kept[rows] === starts[rows]) return pairs
  const pick = new Int32Array(kept[rows])
  for (let i = 0, at = 0; i < rows; i++) {
    const [from, to] = [starts[i], starts[i + 1]]
    if (to - from <= most) {
      for (let p = from; p < to; p++) pick[at++] = p
      continue
    }
    const scores = new Float32Array(to - from)
    for (let p = from; p < to; p++) scores[p - from] = mention[antecedents[p]] + prior[bucket[p] % prior.length]
    const least = scores.slice().sort()[to - from - most]
    // Of those that score alike at the edge the nearest are taken.
    let equal = most
    for (const score of scores) if (score > least) equal--
    for (let p = from; p < to; p++) {
      const score = scores[p - from]
      if (score > least || (score === least && equal-- > 0)) pick[at++] = p
    }
  }
  return {
    spans: pick.map((p) => spans[p]),
    antecedents: pick.map((p) => antecedents[p]),
    bucket: pick.map((p) => bucket[p]),
    starts: kept,
  }
}
