/**
 * y = activation(x·w + b) with w as integers (`integers.ts`): x [N,I] → [N,O]. Rows of x are rounded to integers too,
 * each by its largest.
 */
import { type FusedOp, float, type HostTensor } from '../op.ts'
import { integerAt, levelOf16 } from './integers.ts'
import { nearest } from './linear8.ts'

/** A row as whole numbers of at most `level`, and what one of them is worth. */
const wholeRow = (row: Float32Array, level: number): { whole: Float32Array; factor: number } => {
  const most = row.reduce((least, value) => Math.max(least, Math.abs(value)), 0)
  const inverse = most > 0 ? Math.fround(level / most) : 0
  return { whole: row.map((value) => nearest(Math.fround(value * inverse))), factor: Math.fround(most / level) }
}

/** Column j of whole numbers times panels: an exact integer. @param from the first of the matrix's own panels */
export const dotOf = (whole: Float32Array, panels: HostTensor, from: number, j: number): number => {
  const own = panels.values.subarray(from * panels.shape[1] * panels.shape[2]) as Int32Array
  let sum = 0
  for (let k = 0; k < whole.length; k++) sum += whole[k] * integerAt(own, whole.length, k, j)
  return sum
}

export const linear16Op: FusedOp = {
  name: 'HmtlLinear16',
  host: ({ x, panels, scales, b }, { relu }) => {
    const [n, inner] = x.shape
    const out = scales.shape[0]
    const y = float([n, out])
    for (let i = 0; i < n; i++) {
      const { whole, factor } = wholeRow(
        x.values.subarray(i * inner, (i + 1) * inner) as Float32Array,
        levelOf16(inner),
      )
      for (let j = 0; j < out; j++) {
        const value = dotOf(whole, panels, 0, j) * Math.fround(scales.values[j] * factor) + (b ? b.values[j] : 0)
        y.values[i * out + j] = relu ? Math.max(0, value) : value
      }
    }
    return [y]
  },
}
