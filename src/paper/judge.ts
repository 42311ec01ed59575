/** Claims held against runs. */
import { type Difference, differenceOf, type Seeds } from './bootstrap.ts'
import type { Claim, PaperTask } from './claims.ts'
import { type PaperRun, rowOf } from './run.ts'

export type Verdict = 'confirmed' | 'refuted' | 'open'

export interface Judged extends Claim {
  readonly difference: Difference
  readonly verdict: Verdict
}

/** A difference of less than this, in F1 from 0 to 1, is none. */
const point = 0.01
/** A claim rests on so many seeds of each row at least; one of less than a point in the paper on more. */
const seedsFor = ({ paper }: Claim): number => (paper !== undefined && Math.abs(paper) < 1 ? 5 : 3)

/** Whether the interval says what was expected, its opposite, or neither. */
const verdictOf = (claim: Claim, { low, high, seeds }: Difference): Verdict => {
  const { expected } = claim
  if (Math.min(...seeds) < seedsFor(claim)) return 'open'
  if (expected === 'same') return low > -point && high < point ? 'confirmed' : low > 0 || high < 0 ? 'refuted' : 'open'
  const [right, wrong] = expected === 'higher' ? [low > 0, high < 0] : [high < 0, low > 0]
  return right ? 'confirmed' : wrong ? 'refuted' : 'open'
}

/** Test documents of a row's runs for a task, seeds in their order. */
export const seedsOf = (runs: readonly PaperRun[], row: string, task: PaperTask): Seeds =>
  runs
    .filter((run) => rowOf(run) === row && run.documents[task] !== undefined)
    .sort((a, b) => a.seed - b.seed)
    .map(({ documents }) => documents[task])

/** The claims of which both rows have runs; seeds that only one of them has are left out. */
export const judge = (claims: readonly Claim[], runs: readonly PaperRun[]): Judged[] =>
  claims.flatMap((claim) => {
    const numbers = (row: string) => new Set(runs.filter((run) => rowOf(run) === row).map(({ seed }) => seed))
    const both = [...numbers(claim.from)].filter((seed) => numbers(claim.to).has(seed))
    const shared = runs.filter(({ seed }) => both.includes(seed))
    const difference = differenceOf(seedsOf(shared, claim.from, claim.task), seedsOf(shared, claim.to, claim.task))
    return difference ? [{ ...claim, difference, verdict: verdictOf(claim, difference) }] : []
  })
