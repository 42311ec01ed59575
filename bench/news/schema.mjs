/** What is scored of the thirty texts beside their gold (`datasets/everyday`, by whose rules they are written). */

export const kinds = ['news', 'web', 'tweets']

/** Relations that hold both ways; the gold says them once. */
export const symmetric = new Set(['spouse', 'sibling'])

/** What Wikidata's data sets call these labels otherwise, and labels that say the same from the other side. */
export const otherNames = {
  'located in the administrative territorial entity': { label: 'located in' },
  'participant of': { label: 'participant in' },
  author: { label: 'creator' },
  director: { label: 'creator' },
  'contains administrative territorial entity': { label: 'located in', inverse: true },
  capital: { label: 'capital of', inverse: true },
  'notable work': { label: 'creator', inverse: true },
  'has part': { label: 'part of', inverse: true },
  participant: { label: 'participant in', inverse: true },
  subsidiary: { label: 'parent organization', inverse: true },
  'followed by': { label: 'follows', inverse: true },
  father: { label: 'child', inverse: true },
  mother: { label: 'child', inverse: true },
}
