/**
 * Coreference metrics over clusters of mentions, as the reference scorer v8.01
 * computes them (Pradhan et al. 2014): no mention is added, removed or aligned;
 * numerators and denominators are summed over documents. BLANC as Luo et al.
 * 2014, LEA as Moosavi and Strube 2016.
 */
import { type Score, scoreOf, scoreOfSums } from './counts.ts'
import { maximumAssignment } from './hungarian.ts'

/** A cluster is a list of mentions; a mention is any key that is the same on both sides. */
export type MentionClusters = readonly (readonly string[])[]

export interface CorefScore {
  readonly muc: Score
  readonly b3: Score
  readonly ceafm: Score
  readonly ceafe: Score
  readonly blanc: Score
  readonly lea: Score
  readonly mentions: Score
  /** Mean of the F1 of MUC, B³ and CEAF-e. */
  readonly conll: number
}

const indexOf = (clusters: MentionClusters): Map<string, number> => {
  const index = new Map<string, number>()
  clusters.forEach((cluster, c) => {
    for (const mention of cluster) index.set(mention, c)
  })
  return index
}

/** How many mentions of a cluster lie in each cluster of the other side; mentions of none under -1. */
const partition = (cluster: readonly string[], other: ReadonlyMap<string, number>): Map<number, number> => {
  const counts = new Map<number, number>()
  for (const mention of cluster) {
    const at = other.get(mention) ?? -1
    counts.set(at, (counts.get(at) ?? 0) + 1)
  }
  return counts
}

/**
 * Clusters without what they claim twice, the first keeping it, and without empty ones: the reference scorer removes
 * repeated mentions too.
 */
const withoutRepeated = (clusters: MentionClusters): MentionClusters => {
  const seen = new Set<string>()
  return clusters
    .map((cluster) =>
      cluster.filter((mention) => {
        const isNew = !seen.has(mention)
        seen.add(mention)
        return isNew
      }),
    )
    .filter((cluster) => cluster.length > 0)
}

const pairs = (n: number): number => (n * (n - 1)) / 2

type Ratio = [numerator: number, denominator: number]

type Summed = 'muc' | 'b3' | 'ceafm' | 'ceafe' | 'lea' | 'mentions'

const muc = (clusters: MentionClusters, other: ReadonlyMap<string, number>): Ratio => {
  let [numerator, denominator] = [0, 0]
  for (const cluster of clusters) {
    const parts = partition(cluster, other)
    // Each mention that the other side lacks is a part of its own.
    const missing = parts.get(-1) ?? 0
    const count = parts.size - (missing > 0 ? 1 : 0) + missing
    numerator += cluster.length - count
    denominator += cluster.length - 1
  }
  return [numerator, denominator]
}

const b3 = (clusters: MentionClusters, other: ReadonlyMap<string, number>): Ratio => {
  let [numerator, denominator] = [0, 0]
  for (const cluster of clusters) {
    denominator += cluster.length
    for (const [at, count] of partition(cluster, other)) if (at !== -1) numerator += (count * count) / cluster.length
  }
  return [numerator, denominator]
}

/** Best one-to-one alignment of clusters; phi3 counts common mentions (CEAF-m), phi4 is their Dice share (CEAF-e). */
const ceaf = (
  gold: MentionClusters,
  predicted: MentionClusters,
  predictedIndex: ReadonlyMap<string, number>,
  entity: boolean,
): number => {
  const weights = gold.map((cluster) => {
    const row = new Map<number, number>()
    for (const [at, count] of partition(cluster, predictedIndex))
      if (at !== -1) row.set(at, entity ? (2 * count) / (cluster.length + predicted[at].length) : count)
    return row
  })
  return maximumAssignment(weights, predicted.length)
}

const lea = (clusters: MentionClusters, other: ReadonlyMap<string, number>, otherClusters: MentionClusters): Ratio => {
  let [numerator, denominator] = [0, 0]
  for (const cluster of clusters) {
    denominator += cluster.length
    if (cluster.length === 1) {
      const at = other.get(cluster[0])
      if (at !== undefined && otherClusters[at].length === 1) numerator += 1
      continue
    }
    let links = 0
    for (const [at, count] of partition(cluster, other)) if (at !== -1) links += pairs(count)
    numerator += (cluster.length * links) / pairs(cluster.length)
  }
  return [numerator, denominator]
}

/** The CoNLL average, 0 to 1, of `sums` added up over documents. */
export const conllOfSums = (sums: readonly number[]): number => {
  let total = 0
  for (let i = 0; i < 12; i += 4) total += scoreOfSums(sums[i], sums[i + 1], sums[i + 2], sums[i + 3]).f1
  return total / 3
}

/** Sums of one corpus; `add` a document at a time, then `score`. */
export class CorefMetric {
  readonly #sums = {
    muc: [0, 0, 0, 0],
    b3: [0, 0, 0, 0],
    ceafm: [0, 0, 0, 0],
    ceafe: [0, 0, 0, 0],
    lea: [0, 0, 0, 0],
    mentions: [0, 0, 0, 0],
  }
  /** Links common, in gold, in predicted: coreferent, then not. */
  readonly #coreferent = [0, 0, 0]
  readonly #distinct = [0, 0, 0]

  add(goldClusters: MentionClusters, predictedClusters: MentionClusters): void {
    const [gold, predicted] = [withoutRepeated(goldClusters), withoutRepeated(predictedClusters)]
    const goldIndex = indexOf(gold)
    const predictedIndex = indexOf(predicted)
    const sums = this.#sums
    const addTo = (metric: Summed, [recallN, recallD]: Ratio, [precisionN, precisionD]: Ratio) => {
      const sum = sums[metric]
      sum[0] += recallN
      sum[1] += recallD
      sum[2] += precisionN
      sum[3] += precisionD
    }
    addTo('muc', muc(gold, predictedIndex), muc(predicted, goldIndex))
    addTo('b3', b3(gold, predictedIndex), b3(predicted, goldIndex))
    const mentionsAligned = ceaf(gold, predicted, predictedIndex, false)
    addTo('ceafm', [mentionsAligned, goldIndex.size], [mentionsAligned, predictedIndex.size])
    const entitiesAligned = ceaf(gold, predicted, predictedIndex, true)
    addTo('ceafe', [entitiesAligned, gold.length], [entitiesAligned, predicted.length])
    addTo('lea', lea(gold, predictedIndex, predicted), lea(predicted, goldIndex, gold))
    let common = 0
    for (const mention of goldIndex.keys()) if (predictedIndex.has(mention)) common++
    addTo('mentions', [common, goldIndex.size], [common, predictedIndex.size])
    this.#addLinks(gold, predicted, predictedIndex, goldIndex, common)
  }

  #addLinks(
    gold: MentionClusters,
    predicted: MentionClusters,
    predictedIndex: ReadonlyMap<string, number>,
    goldIndex: ReadonlyMap<string, number>,
    common: number,
  ): void {
    const links = (clusters: MentionClusters) => clusters.reduce((sum, cluster) => sum + pairs(cluster.length), 0)
    let both = 0
    let goldOfCommon = 0
    const predictedCommon = new Array<number>(predicted.length).fill(0)
    for (const cluster of gold) {
      let inside = 0
      for (const [at, count] of partition(cluster, predictedIndex)) {
        if (at === -1) continue
        both += pairs(count)
        inside += count
        predictedCommon[at] += count
      }
      goldOfCommon += pairs(inside)
    }
    const predictedOfCommon = predictedCommon.reduce((sum, count) => sum + pairs(count), 0)
    const [coreferent, distinct] = [this.#coreferent, this.#distinct]
    const [goldLinks, predictedLinks] = [links(gold), links(predicted)]
    coreferent[0] += both
    coreferent[1] += goldLinks
    coreferent[2] += predictedLinks
    // Pairs of common mentions that neither side links.
    distinct[0] += pairs(common) - goldOfCommon - predictedOfCommon + both
    distinct[1] += pairs(goldIndex.size) - goldLinks
    distinct[2] += pairs(predictedIndex.size) - predictedLinks
  }

  /**
   * What the CoNLL average is made of, in numbers that add up over documents: of MUC, B³ and CEAF-e each the numerator
   * and denominator of recall, then of precision.
   */
  sums(): number[] {
    const { muc, b3, ceafe } = this.#sums
    return [...muc, ...b3, ...ceafe]
  }

  /**
   * Mean of both classes of links; where the gold side has none of a class, the other alone (Luo et al. 2014, section
   * 4.3, and the reference scorer).
   */
  #blanc(): Score {
    const part = ([common, gold, predicted]: readonly number[]) => scoreOfSums(common, gold, common, predicted)
    const [coreferent, distinct] = [part(this.#coreferent), part(this.#distinct)]
    const [hasCoreferent, hasDistinct] = [this.#coreferent[1] > 0, this.#distinct[1] > 0]
    if (!hasCoreferent && !hasDistinct) {
      // No pair to be right about: right if the same single mentions were found.
      const [found, gold, , predicted] = this.#sums.mentions
      return found === gold && found === predicted && found > 0 ? scoreOf(1, 1) : scoreOf(0, 0)
    }
    if (!hasCoreferent) return distinct
    if (!hasDistinct) return coreferent
    return {
      precision: (coreferent.precision + distinct.precision) / 2,
      recall: (coreferent.recall + distinct.recall) / 2,
      f1: (coreferent.f1 + distinct.f1) / 2,
    }
  }

  score(): CorefScore {
    const of = (metric: Summed) => scoreOfSums(...(this.#sums[metric] as [number, number, number, number]))
    const [mucScore, b3Score, ceafeScore] = [of('muc'), of('b3'), of('ceafe')]
    return {
      muc: mucScore,
      b3: b3Score,
      ceafm: of('ceafm'),
      ceafe: ceafeScore,
      blanc: this.#blanc(),
      lea: of('lea'),
      mentions: of('mentions'),
      conll: (mucScore.f1 + b3Score.f1 + ceafeScore.f1) / 3,
    }
  }
}
