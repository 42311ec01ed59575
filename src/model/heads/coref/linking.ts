/** Which of the candidates before it a mention is linked to, from the scores of the links. */

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
 * @param antecedents candidates, and
 * @param scores s(i, j) of each (Lee et al. 2017); having no antecedent scores 0
 * @param groupOf entity of an antecedent; the antecedent itself for the paper's choice
 */
export const chooseLink = (
  antecedents: ArrayLike<number>,
  scores: ArrayLike<number>,
  groupOf: (antecedent: number) => number,
): ChosenLink => {
  const count = antecedents.length
  let most = 0
  for (let k = 0; k < count; k++) most = Math.max(most, scores[k])
  const none = Math.exp(-most)
  const groups = new Map<number, number>()
  let total = none
  for (let k = 0; k < count; k++) {
    const weight = Math.exp(scores[k] - most)
    const group = groupOf(antecedents[k])
    groups.set(group, (groups.get(group) ?? 0) + weight)
    total += weight
  }
  let [group, weight] = [-1, none]
  for (const [candidate, sum] of groups) if (sum > weight) [group, weight] = [candidate, sum]
  let best = -1
  for (let k = 0; k < count && group !== -1; k++)
    if (groupOf(antecedents[k]) === group && (best === -1 || scores[k] > scores[best])) best = k
  return { parent: best === -1 ? -1 : antecedents[best], probability: weight / total }
}
