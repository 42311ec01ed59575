/** The word of a list that was probably meant. */

/** Edit distance. */
const distance = (a: string, b: string): number => {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const changed = row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1)
      next[j] = Math.min(row[j] + 1, next[j - 1] + 1, changed)
    }
    row = next
  }
  return row[b.length]
}

/** Longer words than this are compared by their beginnings: a configuration may hold anything. */
const longest = 64

export const nearest = (word: string, known: readonly string[]): string => {
  const start = word.slice(0, longest).toLowerCase()
  const far = new Map(known.map((each) => [each, distance(start, each.toLowerCase())]))
  return [...known].sort((a, b) => (far.get(a) ?? 0) - (far.get(b) ?? 0))[0]
}
