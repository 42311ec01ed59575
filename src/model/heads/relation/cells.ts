/** Cells of a batch: every ordered pair of tokens of each sentence, sentence by sentence, by every type. */
import type { RelationExample } from './examples.ts'

/** Flat indexes of the cells where a relation holds. @param lengths tokens of each example */
export const positiveCells = (
  examples: readonly RelationExample[],
  lengths: readonly number[],
  types: number,
): Int32Array => {
  const positive: number[] = []
  let base = 0
  examples.forEach(({ cells }, e) => {
    const n = lengths[e]
    for (let k = 0; k < cells.length; k += 3) positive.push((base + cells[k] * n + cells[k + 1]) * types + cells[k + 2])
    base += n * n
  })
  return Int32Array.from(positive)
}

/** Added to a logit, it says no without a loss or a gradient. */
const silent = -1e9

/**
 * [pairs, types]: `silent` where an example does not know whether a relation holds, else 0; undefined where all is
 * known.
 */
export const unknownCells = (
  examples: readonly RelationExample[],
  lengths: readonly number[],
  types: number,
): Float32Array | undefined => {
  if (!examples.some(({ unknown, known, open, exhaustive }) => unknown || known || open || exhaustive === false))
    return undefined
  const mask = new Float32Array(lengths.reduce((sum, n) => sum + n * n, 0) * types)
  let base = 0
  examples.forEach(({ cells, unknown = new Int32Array(0), known, open: unsaid = [], exhaustive = true }, e) => {
    const n = lengths[e]
    const at = (i: number, j: number) => (base + i * n + j) * types
    const [begin, end] = [base * types, (base + n * n) * types]
    if (!exhaustive) {
      // Only the related pairs are learned, both ways round, each against all that is known of it.
      mask.fill(silent, begin, end)
      for (let k = 0; k < cells.length; k += 3)
        for (const pair of [at(cells[k], cells[k + 1]), at(cells[k + 1], cells[k])]) mask.fill(0, pair, pair + types)
    }
    if (known) {
      const open = Array.from({ length: types }, (_, id) => id).filter((id) => !known.includes(id))
      for (let pair = begin; pair < end; pair += types) for (const id of open) mask[pair + id] = silent
    }
    for (const token of unsaid)
      for (let other = 0; other < n; other++)
        for (const pair of [at(token, other), at(other, token)]) mask.fill(silent, pair, pair + types)
    for (let k = 0; k < unknown.length; k += 3) mask[at(unknown[k], unknown[k + 1]) + unknown[k + 2]] = silent
    for (let k = 0; k < cells.length; k += 3) mask[at(cells[k], cells[k + 1]) + cells[k + 2]] = 0
    base += n * n
  })
  return mask
}
