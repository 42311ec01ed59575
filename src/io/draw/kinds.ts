/** Kinds of spans as small numbers, so that a drawing gives each a colour of its own from a fixed list. */

/** Kinds that most corpora have keep their numbers, whatever else is drawn. */
const common = ['PER', 'LOC', 'ORG', 'GPE', 'MISC', 'FAC', 'VEH', 'WEA', 'TIME', 'NUM']

/** Kinds that are told apart; a stream may have any number, memory may not. */
const mostKinds = 1024

/**
 * @param first kinds that have the first numbers
 * @returns the number of a kind: no two kinds that were asked for have the same one
 * @example const numberOf = kindNumbers(); numberOf('PER') // 0
 */
export const kindNumbers = (first: readonly string[] = common): ((kind: string) => number) => {
  const numbers = new Map(first.map((kind, i) => [kind, i]))
  return (kind) => {
    const known = numbers.get(kind)
    if (known !== undefined) return known
    const next = numbers.size
    if (next < mostKinds) numbers.set(kind, next)
    return next
  }
}
