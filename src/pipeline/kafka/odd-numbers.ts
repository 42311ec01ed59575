/** Numbers that Avro has and JSON has no form for: NaN and infinities, which are written as null. */
import type { Document } from '../../io/document/document.ts'

const count = (value: unknown): number => {
  if (typeof value === 'number') return Number.isFinite(value) ? 0 : 1
  if (typeof value !== 'object' || value === null) return 0
  return Object.values(value).reduce((sum: number, item) => sum + count(item), 0)
}

/** How many of a document's fields, or of what they hold, are such. */
export const oddNumbersOf = ({ metadata }: Document): number => count(metadata)
