/**
 * One type for one name in a document: sentences are tagged one by one, and nothing else
 * keeps a company from being a person two lines on.
 */
import type { LabelledLike } from '../../../io/document/document.ts'

interface Votes {
  readonly sum: Map<string, number>
  readonly count: Map<string, number>
}

/**
 * Spans of the same text as the surer ones of them have it: one whose score is below `below` takes the label with the
 * largest sum of scores. Its score is then that label's share of the sum, times the mean of those that had it.
 *
 * @param below 0 leaves all as they are, 1 lets none keep a label of its own
 */
export const agreeing = <T extends LabelledLike>(text: string, spans: readonly T[], below: number): readonly T[] => {
  if (below === 0) return spans
  const nameOf = ({ start, end }: LabelledLike) => text.slice(start, end)
  const votes = new Map<string, Votes>()
  for (const span of spans) {
    const { sum, count } = votes.get(nameOf(span)) ?? { sum: new Map(), count: new Map() }
    sum.set(span.label, (sum.get(span.label) ?? 0) + (span.score ?? 1))
    count.set(span.label, (count.get(span.label) ?? 0) + 1)
    votes.set(nameOf(span), { sum, count })
  }
  return spans.map((span) => {
    const { sum, count } = votes.get(nameOf(span)) as Votes
    if (sum.size === 1 || (span.score ?? 1) >= below) return span
    let [label, most, total] = [span.label, sum.get(span.label) as number, 0]
    for (const [other, value] of sum) {
      total += value
      if (value > most) [label, most] = [other, value]
    }
    if (label === span.label) return span
    return { ...span, label, score: (most / total) * (most / (count.get(label) as number)) }
  })
}
