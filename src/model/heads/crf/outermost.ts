/** Spans not inside another: what a flat tagger can find, what it learns from, and what it is judged on. */
import type { LabelledLike } from '../../../io/document/document.ts'

/** Why a span is left out: a wider one has it inside, or crosses it, or another of the same extent is taken. */
export type Hidden = 'nested' | 'crossing' | 'same extent'

const before = (a: string, b: string): number => (a < b ? -1 : Number(a > b))

/**
 * From the left, the longest first where several begin together. Of those of one extent a label that is wanted is taken
 * before others, then the first by its name: the order of a file says nothing.
 * @param left told of each that is left out
 */
export const outermost = <T extends LabelledLike>(
  spans: readonly T[],
  isWanted: (label: string) => boolean,
  left: (span: T, why: Hidden) => void = () => undefined,
): T[] => {
  const order = [...spans].sort(
    (a, b) =>
      a.start - b.start ||
      b.end - a.end ||
      Number(isWanted(b.label)) - Number(isWanted(a.label)) ||
      before(a.label, b.label),
  )
  const kept: T[] = []
  for (const span of order) {
    const last = kept.at(-1)
    if (!last || span.start >= last.end) kept.push(span)
    else
      left(
        span,
        span.end > last.end
          ? 'crossing'
          : span.start === last.start && span.end === last.end
            ? 'same extent'
            : 'nested',
      )
  }
  return kept
}
