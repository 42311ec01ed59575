/** Results that differ by one rounding more or less in a product: the same but for the last digit of some scores. */

/** Largest difference of two values' scores; infinite where anything else differs. */
export const scoreDifference = (a: unknown, b: unknown, key = ''): number => {
  if (typeof a === 'number' && typeof b === 'number') {
    if (key === 'score') return Math.abs(a - b)
    return a === b ? 0 : Number.POSITIVE_INFINITY
  }
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null)
    return a === b ? 0 : Number.POSITIVE_INFINITY
  const [left, right] = [Object.entries(a), Object.entries(b)]
  if (left.length !== right.length) return Number.POSITIVE_INFINITY
  return left.reduce(
    (most, [name, value], i) =>
      Math.max(most, right[i][0] === name ? scoreDifference(value, right[i][1], name) : Number.POSITIVE_INFINITY),
    0,
  )
}

/**
 * How far scores may be apart where kernels round differently (relaxed SIMD or not): a number at the border of two
 * integers of about 12 bits is rounded to either. The labels and places are the same.
 */
export const oneStep = 1e-3
