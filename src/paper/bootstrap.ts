/** How sure a difference between two rows is: documents drawn again, the same ones for both (paired bootstrap). */
import { randomOf } from '../model/random.ts'
import { type Sums, scoreOfDocuments } from './run.ts'

/** Test documents of each seed of a row, in their order. */
export type Seeds = readonly (readonly Sums[])[]

export interface Difference {
  /** Mean score of the second row less that of the first, 0 to 1. */
  readonly mean: number
  /** What 95 of 100 draws of documents lie between. */
  readonly low: number
  readonly high: number
  /** Runs of the first and of the second row. */
  readonly seeds: readonly [number, number]
}

const meanScore = (seeds: Seeds, drawn?: readonly number[]): number =>
  seeds.reduce((sum, documents) => sum + scoreOfDocuments(drawn ? drawn.map((i) => documents[i]) : documents), 0) /
  seeds.length

/**
 * @param from runs of one row, @param to runs of another, of the same documents
 * @returns undefined where a row has no run, or their documents are not the same
 */
export const differenceOf = (from: Seeds, to: Seeds, draws = 1000): Difference | undefined => {
  const count = from[0]?.length ?? 0
  if (count === 0 || to.length === 0 || [...from, ...to].some(({ length }) => length !== count)) return undefined
  const random = randomOf(1, 'bootstrap')
  const differences = Array.from({ length: draws }, () => {
    const drawn = Array.from({ length: count }, () => Math.floor(random.next() * count))
    return meanScore(to, drawn) - meanScore(from, drawn)
  }).sort((a, b) => a - b)
  const at = (share: number): number => differences[Math.min(draws - 1, Math.floor(share * draws))]
  return {
    mean: meanScore(to) - meanScore(from),
    low: at(0.025),
    high: at(0.975),
    seeds: [from.length, to.length],
  }
}
