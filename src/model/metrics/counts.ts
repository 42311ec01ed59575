/** Precision, recall and F1 from counts, as fractions. */

export interface Score {
  readonly precision: number
  readonly recall: number
  readonly f1: number
}

export interface CountedScore extends Score {
  readonly correct: number
  readonly gold: number
  readonly predicted: number
}

const ratio = (numerator: number, denominator: number): number => (denominator === 0 ? 0 : numerator / denominator)

const f1Of = (precision: number, recall: number): number => ratio(2 * precision * recall, precision + recall)

export const scoreOf = (precision: number, recall: number): Score => ({
  precision,
  recall,
  f1: f1Of(precision, recall),
})

/** From recall and precision numerators and denominators, each summed over documents. */
export const scoreOfSums = (
  recallNumerator: number,
  recallDenominator: number,
  precisionNumerator: number,
  precisionDenominator: number,
): Score => scoreOf(ratio(precisionNumerator, precisionDenominator), ratio(recallNumerator, recallDenominator))

const countedScore = (correct: number, gold: number, predicted: number): CountedScore => ({
  ...scoreOfSums(correct, gold, correct, predicted),
  correct,
  gold,
  predicted,
})

/** Stands for no item at all in a confusion. */
export const nothing = '∅'

/** Counts by label that add up over documents. */
export class LabelCounts {
  readonly #counts = new Map<string, { correct: number; gold: number; predicted: number }>()
  readonly #confusion = new Map<string, Map<string, number>>()

  #of(label: string) {
    let counts = this.#counts.get(label)
    if (!counts) this.#counts.set(label, (counts = { correct: 0, gold: 0, predicted: 0 }))
    return counts
  }

  #confuse(gold: string, predicted: string): void {
    const row = this.#confusion.get(gold) ?? new Map<string, number>()
    this.#confusion.set(gold, row.set(predicted, (row.get(predicted) ?? 0) + 1))
  }

  /**
   * Adds two sets of items; an item is a key and its label. Items of one side with the same key and label count once.
   */
  add(
    gold: Iterable<readonly [key: string, label: string]>,
    predicted: Iterable<readonly [key: string, label: string]>,
  ): void {
    const wanted = new Map<string, string>()
    for (const [key, label] of gold) wanted.set(`${key}\t${label}`, label)
    for (const label of wanted.values()) this.#of(label).gold++
    const found = new Map<string, string>()
    for (const [key, label] of predicted) found.set(`${key}\t${label}`, label)
    // What was taken for something else: items of one key, else with nothing on the other side.
    const keyOf = (item: string, label: string) => item.slice(0, item.length - label.length - 1)
    const goldLabels = new Map<string, string>()
    for (const [item, label] of wanted) if (!found.has(item)) goldLabels.set(keyOf(item, label), label)
    for (const [item, label] of found) {
      this.#of(label).predicted++
      if (wanted.has(item)) {
        this.#of(label).correct++
        this.#confuse(label, label)
        continue
      }
      const key = keyOf(item, label)
      const other = goldLabels.get(key)
      goldLabels.delete(key)
      this.#confuse(other ?? nothing, label)
    }
    for (const label of goldLabels.values()) this.#confuse(label, nothing)
  }

  /** Micro average over labels, and each label by itself in alphabetical order. */
  score(): LabelledScore {
    let [correct, gold, predicted] = [0, 0, 0]
    const byLabel: Record<string, CountedScore> = Object.create(null)
    for (const label of [...this.#counts.keys()].sort()) {
      const counts = this.#of(label)
      correct += counts.correct
      gold += counts.gold
      predicted += counts.predicted
      byLabel[label] = countedScore(counts.correct, counts.gold, counts.predicted)
    }
    const confusion = Object.fromEntries([...this.#confusion].map(([label, row]) => [label, Object.fromEntries(row)]))
    return { ...countedScore(correct, gold, predicted), byLabel: { ...byLabel }, confusion }
  }
}

export interface LabelledScore extends CountedScore {
  readonly byLabel: Readonly<Record<string, CountedScore>>
  /** How often items of a gold label were found with which label, by the same span or pair; `∅` is none. */
  readonly confusion: Readonly<Record<string, Readonly<Record<string, number>>>>
}
