/**
 * One type for one name in a document: sentences are tagged one by one, and nothing else
 * keeps a company from being a person two lines on.
 */
import type { LabelledLike } from '../../../io/document/document.ts'

interface Votes {
  readonly sum: Map<string, number>
  readonly count: Map<string, number>
}

const article = /^the\s+/i
const possessive = /\s?['’]s?$/
const capital = /^\p{Lu}/u
const pronouns = new Set(
  'I You He She It We They Me Him Her Us Them My Your His Its Our Their This That These Those Who Whoever What Which There Here One Someone Everyone Everybody Nobody'.split(
    ' ',
  ),
)

/** A name as it is told from others: the Senate's is Senate. */
const bareName = (name: string): string => name.replace(article, '').replace(possessive, '')

/** The name that a mention begins with a capital of; undefined for "the company" and "They", which may be anybody. */
export const nameOfMention = (mention: string): string | undefined => {
  const name = bareName(mention)
  return capital.test(name) && !pronouns.has(name) ? name : undefined
}

/**
 * Spans of the same name as the surer ones of them have it: one whose score is below `below` takes the label with the
 * largest sum of scores. Its score is then that label's share of the sum, times the mean of those that had it.
 *
 * @param below 0 leaves all as they are, 1 lets none keep a label of its own
 * @param named the name of a span's text; undefined for one that has none, and keeps its label
 */
export const agreeing = <T extends LabelledLike>(
  text: string,
  spans: readonly T[],
  below: number,
  named: (words: string) => string | undefined = bareName,
): readonly T[] => {
  if (below === 0) return spans
  const names = spans.map(({ start, end }) => named(text.slice(start, end)))
  const votes = new Map<string, Votes>()
  for (const [i, span] of spans.entries()) {
    const name = names[i]
    if (name === undefined) continue
    const { sum, count } = votes.get(name) ?? { sum: new Map(), count: new Map() }
    sum.set(span.label, (sum.get(span.label) ?? 0) + (span.score ?? 1))
    count.set(span.label, (count.get(span.label) ?? 0) + 1)
    votes.set(name, { sum, count })
  }
  return spans.map((span, i) => {
    const name = names[i]
    if (name === undefined) return span
    const { sum, count } = votes.get(name) as Votes
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
