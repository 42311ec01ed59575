/** What stands between two places of a sentence. */
import type * as tf from '@tensorflow/tfjs-core'
import { type FusedOp, float, type HostTensor, run } from '../op.ts'

/**
 * Calls `each` for every two places i < j of a sentence with the indexes of the pairs (i, j) and (j, i) and, of each
 * column, the row whose number is greatest between them; -1 where nothing is between them.
 */
const forPairs = (
  { x, order, places, counts }: Readonly<Record<string, HostTensor>>,
  each: (pair: number, turned: number, rows: Int32Array) => void,
): void => {
  const d = x.shape[1]
  const rows = new Int32Array(d)
  let [candidate, base] = [0, 0]
  for (const n of counts.values) {
    for (let i = 0; i < n; i++) {
      rows.fill(-1)
      let token = places.values[candidate + i] + 1
      for (let j = i + 1; j < n; j++) {
        for (; token < places.values[candidate + j]; token++) {
          const row = order.values[token]
          for (let column = 0; column < d; column++) {
            const best = rows[column]
            if (best < 0 || x.values[row * d + column] > x.values[best * d + column]) rows[column] = row
          }
        }
        each(base + i * n + j, base + j * n + i, rows)
      }
    }
    candidate += n
    base += n * n
  }
}

const pairsOf = ({ values }: HostTensor): number => {
  let pairs = 0
  for (const n of values) pairs += n * n
  return pairs
}

/**
 * y[p] = the greatest of each column of the rows between the two places of pair p, zeros where there are none.
 * x [rows, D]; `order` lists the rows of tokens in the order of the text, `places` the candidates' positions in it,
 * rising in each sentence, `counts` how many each sentence has → [sum of counts squared, D], (i, j) at i · count + j.
 */
export const betweenOp: FusedOp = {
  name: 'HmtlBetween',
  host: (inputs) => {
    const { x, counts } = inputs
    const d = x.shape[1]
    const y = float([pairsOf(counts), d])
    forPairs(inputs, (pair, turned, rows) => {
      if (rows[0] < 0) return
      for (let column = 0; column < d; column++) {
        const value = x.values[rows[column] * d + column]
        y.values[pair * d + column] = value
        y.values[turned * d + column] = value
      }
    })
    return [y]
  },
  gradient: {
    inputs: ['x', 'order', 'places', 'counts'],
    outputs: [],
    of: ([dy], [x, order, places, counts]) => ({
      x: () => run('HmtlBetweenGrad', { dy, x, order, places, counts })[0],
    }),
  },
}

export const betweenGradOp: FusedOp = {
  name: 'HmtlBetweenGrad',
  host: (inputs) => {
    const { dy, x } = inputs
    const d = x.shape[1]
    const dx = float(x.shape)
    forPairs(inputs, (pair, turned, rows) => {
      if (rows[0] < 0) return
      for (let column = 0; column < d; column++)
        dx.values[rows[column] * d + column] += dy.values[pair * d + column] + dy.values[turned * d + column]
    })
    return [dx]
  },
}

/** See `betweenOp`. */
export const between = (x: tf.Tensor2D, order: tf.Tensor1D, places: tf.Tensor1D, counts: tf.Tensor1D): tf.Tensor2D =>
  run('HmtlBetween', { x, order, places, counts })[0] as tf.Tensor2D
