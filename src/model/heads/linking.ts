/** Which of the candidates before it a mention is linked to, from the scores of the links. */

export interface ScoredLink {
  readonly antecedent: number
  /** s(i, j) of Lee et al. 2017; having no antecedent scores 0. */
  readonly score: number
}

export interface ChosenLink {
  /** -1 for none. */
  readonly parent: number
  /** Of the choice: of the link, or of all links to its entity. */
  readonly probability: number
}

/**
 * The paper takes the antecedent that scores best. But the loss asks only that the
 * right antecedents have the probability together (Lee et al. 2017, section 5), so
 * where `groupOf` says which entity each is of, their probabilities are summed, and
 * the most probable entity is taken: a mention of one named often is no longer lost
 * to "none" because its probability is spread.
 * @param groupOf entity of an antecedent; the antecedent itself for the paper's choice
 */
export const chooseLink = (links: readonly ScoredLink[], groupOf: (antecedent: number) => number): ChosenLink => {
  const most = links.reduce((highest, { score }) => Math.max(highest, score), 0)
  const none = Math.exp(-most)
  const groups = new Map<number, number>()
  let total = none
  for (const { antecedent, score } of links) {
    const weight = Math.exp(score - most)
    const group = groupOf(antecedent)
    groups.set(group, (groups.get(group) ?? 0) + weight)
    total += weight
  }
  let [group, weight] = [-1, none]
  for (const [candidate, sum] of groups) if (sum > weight) [group, weight] = [candidate, sum]
  if (group === -1) return { parent: -1, probability: none / total }
  let best: ScoredLink | undefined
  for (const link of links) if (groupOf(link.antecedent) === group && (!best || link.score > best.score)) best = link
  return { parent: best?.antecedent ?? -1, probability: weight / total }
}
