/** Documents in pieces of whole sentences, with their mentions by cluster. */
import { type Document, listClusters, type SpanLike } from '../../../io/document/document.ts'
import { sentenceOfToken, tokenSpan, words } from '../../../io/document/tokens.ts'
import type { LossReport } from '../../../io/report.ts'
import type { Example } from '../head.ts'
import type { CorefDataset, CorefTaskConfig } from './keys.ts'

export interface CorefExample extends Example {
  /** Gold mentions in tokens of the piece, and the cluster of each. */
  readonly begin: Int32Array
  readonly end: Int32Array
  readonly cluster: Int32Array
  /** By whose rules it is annotated. */
  readonly convention?: string | undefined
  /** Whether its mentions are the candidates, because of other spans nothing is known. */
  readonly mentionsGiven?: boolean
}

/** Mentions that no example has as they are, by kind. */
const countUnlearned = (
  { id, tokens, sentences }: Document,
  clusters: readonly (readonly SpanLike[])[],
  { maxSpanWidth, singletons }: CorefTaskConfig,
  report: LossReport,
): void => {
  if (!tokens || !sentences) return
  const kindOf = ({ start, end }: SpanLike): string | undefined => {
    const span = tokenSpan(tokens, start, end)
    if (!span) return 'off-token-mention'
    if (sentenceOfToken(sentences, span.begin) !== sentenceOfToken(sentences, span.end - 1))
      return 'cross-sentence-mention'
    if (span.end - span.begin > maxSpanWidth) return 'mention-wider-than-maxSpanWidth'
    return span.exact ? undefined : 'unaligned-mention'
  }
  for (const cluster of clusters) {
    if (cluster.length === 1 && !singletons) report.add('cluster-of-one', id, `${cluster[0].start}..${cluster[0].end}`)
    for (const mention of cluster) {
      const kind = kindOf(mention)
      if (kind) report.add(kind, id, `${mention.start}..${mention.end}`)
    }
  }
}

/** Pieces of at most `maxTokens`, of the data set or of the task. */
export function* corefExamples(
  document: Document,
  task: CorefTaskConfig,
  _: readonly string[],
  { convention, mentions, maxTokens = task.maxTokens }: CorefDataset,
  unlearned?: LossReport,
): Generator<CorefExample> {
  const { tokens, sentences, clusters } = document
  if (!tokens || !sentences || !clusters) return
  if (unlearned) countUnlearned(document, listClusters(clusters), task, unlearned)
  const list = words(document)
  const members = listClusters(clusters).flatMap((cluster, c) =>
    cluster.flatMap(({ start, end }) => {
      const span = tokenSpan(tokens, start, end)
      return span ? [{ begin: span.begin, end: span.end, cluster: c }] : []
    }),
  )
  members.sort((a, b) => a.begin - b.begin || a.end - b.end)
  let from = 0
  for (let s = 0; s < sentences.begin.length; s++) {
    const first = sentences.begin[from]
    const next = sentences.end[s + 1] ?? Number.POSITIVE_INFINITY
    if (next - first <= maxTokens) continue
    const last = sentences.end[s]
    const inside = members.filter(({ begin, end }) => begin >= first && end <= last)
    yield {
      id: `${document.id}#${from}`,
      sentences: Array.from({ length: s + 1 - from }, (_, k) =>
        list.slice(sentences.begin[from + k], sentences.end[from + k]),
      ),
      begin: Int32Array.from(inside, ({ begin }) => begin - first),
      end: Int32Array.from(inside, ({ end }) => end - first),
      cluster: Int32Array.from(inside, ({ cluster }) => cluster),
      convention,
      ...(mentions === 'given' ? { mentionsGiven: true } : {}),
    }
    from = s + 1
  }
}
