/**
 * Gold against predicted documents, by task. Where the two sides share a text,
 * spans are compared by character; where only the tokens agree (column files
 * from different tools), by token.
 */
import {
  type Document,
  type LabelledSpans,
  listClusters,
  listRelations,
  listSpans,
  type SpanLike,
} from '../../io/document/document.ts'
import { HmtlError } from '../../io/errors.ts'
import { tokenSpan } from '../../io/document/tokens.ts'
import { CorefMetric, type CorefScore } from './coref.ts'
import { type CountedScore, LabelCounts, type LabelledScore } from './counts.ts'
import { layouts, type Placed, type PlacelessCounts, placed } from './relation.ts'

export const scoredTasks = ['ner', 'emd', 'relation', 'coref'] as const
export type ScoredTask = (typeof scoredTasks)[number]

/**
 * Relations under the four definitions in use (Taillé et al. 2020):
 * `original` last tokens, only in sentences with a gold relation; `lastToken` the
 * same in all sentences; `boundaries` whole argument spans; `strict` spans and
 * mention types. The first two see relations within a sentence only.
 */
export interface RelationScore extends LabelledScore {
  readonly definitions: {
    readonly original: CountedScore
    readonly lastToken: CountedScore
    readonly boundaries: CountedScore
    readonly strict: CountedScore
  }
  /** Relations that the definitions by last tokens do not see, of both sides. */
  readonly notPlaced: { readonly gold: PlacelessCounts; readonly predicted: PlacelessCounts }
}

export interface TaskScores {
  ner: LabelledScore
  emd: LabelledScore
  relation: RelationScore
  coref: CorefScore
}

type Item = readonly [key: string, label: string]

/** How spans of one side are named so that equal names mean equal spans. */
type Namer = (span: SpanLike) => string

const byCharacter: Namer = ({ start, end }) => `${start} ${end}`

const byToken =
  (document: Document): Namer =>
  ({ start, end }) => {
    const span = document.tokens && tokenSpan(document.tokens, start, end)
    return span ? `${span.begin} ${span.end}` : `off ${start} ${end}`
  }

/** @throws HmtlError `HMTL_SCORE_MISMATCH` where neither text nor tokens agree */
const namers = (gold: Document, predicted: Document): [Namer, Namer] => {
  if (gold.text === predicted.text) return [byCharacter, byCharacter]
  const [g, p] = [gold.tokens?.begin.length, predicted.tokens?.begin.length]
  if (g === undefined || g !== p)
    throw new HmtlError(
      'HMTL_SCORE_MISMATCH',
      `gold and predicted differ in text and in tokens (${g ?? 'no'} against ${p ?? 'no'} tokens)`,
      {
        document: gold.id,
        remedy: 'Score predictions made on the same text or tokens as the gold data',
      },
    )
  return [byToken(gold), byToken(predicted)]
}

const spanItems = (spans: LabelledSpans | undefined, name: Namer): Item[] =>
  spans ? listSpans(spans).map((span) => [name(span), span.label]) : []

/** Adds up one task over pairs of documents. */
export interface Metric<Result> {
  add(gold: Document, predicted: Document): void
  score(): Result
}

const layerMetric = (layer: 'entities' | 'mentions'): Metric<LabelledScore> => {
  const counts = new LabelCounts()
  const other = layer === 'entities' ? 'mentions' : 'entities'
  return {
    add(gold, predicted) {
      const [nameGold, namePredicted] = namers(gold, predicted)
      counts.add(
        spanItems(gold[layer] ?? gold[other], nameGold),
        spanItems(predicted[layer] ?? predicted[other], namePredicted),
      )
    },
    score: () => counts.score(),
  }
}

const corefMetric = (): Metric<CorefScore> => {
  const metric = new CorefMetric()
  const keys = (document: Document, name: Namer) =>
    document.clusters ? listClusters(document.clusters).map((cluster) => cluster.map(name)) : []
  return {
    add(gold, predicted) {
      const [nameGold, namePredicted] = namers(gold, predicted)
      metric.add(keys(gold, nameGold), keys(predicted, namePredicted))
    },
    score: () => metric.score(),
  }
}

const added = (a: PlacelessCounts, b: PlacelessCounts): PlacelessCounts => ({
  acrossSentences: a.acrossSentences + b.acrossSentences,
  offTokens: a.offTokens + b.offTokens,
})

const relationMetric = (): Metric<RelationScore> => {
  const original = new LabelCounts()
  const lastToken = new LabelCounts()
  const boundaries = new LabelCounts()
  const strict = new LabelCounts()
  const nowhere = { acrossSentences: 0, offTokens: 0 }
  const notPlaced = { gold: nowhere, predicted: nowhere }
  const spanned = (document: Document, name: Namer): Item[] =>
    (document.relations ? listRelations(document.relations) : []).map(({ label, arg1, arg2 }) => [
      `${name(arg1)} ${name(arg2)}`,
      label,
    ])
  const typed = (document: Document, name: Namer): Item[] => {
    const types = new Map<string, string>()
    for (const spans of [document.entities, document.mentions])
      if (spans) for (const span of listSpans(spans)) types.set(byCharacter(span), span.label)
    const of = (span: SpanLike) => `${name(span)} ${types.get(byCharacter(span)) ?? ''}`
    return (document.relations ? listRelations(document.relations) : []).map(({ label, arg1, arg2 }) => [
      `${of(arg1)} ${of(arg2)}`,
      label,
    ])
  }
  return {
    add(gold, predicted) {
      const [nameGold, namePredicted] = namers(gold, predicted)
      const [goldLayout, predictedLayout] = layouts(gold, predicted) ?? []
      const { within: wanted, without: goldWithout } = placed(gold, goldLayout)
      const { within: found, without: predictedWithout } = placed(predicted, predictedLayout)
      notPlaced.gold = added(notPlaced.gold, goldWithout)
      notPlaced.predicted = added(notPlaced.predicted, predictedWithout)
      const items = (list: readonly Placed[]): Item[] => list.map(({ cell, relation }) => [cell, relation.label])
      lastToken.add(items(wanted), items(found))
      const bearing = new Set(wanted.map(({ sentence }) => sentence))
      original.add(items(wanted), items(found.filter(({ sentence }) => bearing.has(sentence))))
      boundaries.add(spanned(gold, nameGold), spanned(predicted, namePredicted))
      strict.add(typed(gold, nameGold), typed(predicted, namePredicted))
    },
    score() {
      const bare = ({ byLabel: _, ...score }: LabelledScore): CountedScore => score
      return {
        ...lastToken.score(),
        definitions: {
          original: bare(original.score()),
          lastToken: bare(lastToken.score()),
          boundaries: bare(boundaries.score()),
          strict: bare(strict.score()),
        },
        notPlaced: { ...notPlaced },
      }
    },
  }
}

/** The metric of a task, empty. */
export const metricOf = <T extends ScoredTask>(task: T): Metric<TaskScores[T]> => {
  const metrics: { [K in ScoredTask]: () => Metric<TaskScores[K]> } = {
    ner: () => layerMetric('entities'),
    emd: () => layerMetric('mentions'),
    relation: relationMetric,
    coref: corefMetric,
  }
  return metrics[task]()
}

/**
 * Scores predicted documents against gold ones. They are paired by id as they
 * come, else by equal text, else by order, so that either side may be in any format.
 * @throws HmtlError `HMTL_SCORE_MISMATCH` for documents without a partner
 */
export const scoreDocuments = async <T extends ScoredTask>(
  gold: AsyncIterable<Document>,
  predicted: AsyncIterable<Document>,
  task: T,
): Promise<TaskScores[T]> => {
  const metric = metricOf(task)
  for await (const [wanted, found] of pairDocuments(gold, predicted)) metric.add(wanted, found)
  return metric.score()
}

/** The layer that each task is judged by. */
const layerOf = { ner: 'entities', emd: 'mentions', relation: 'relations', coref: 'clusters' } as const

/**
 * Scores of every task whose layer some gold document has, in one pass over both sides.
 * @throws HmtlError `HMTL_SCORE_GOLD` where gold has no layer at all, `HMTL_SCORE_MISMATCH` as `scoreDocuments`
 */
export const scoreLayers = async (
  gold: AsyncIterable<Document>,
  predicted: AsyncIterable<Document>,
): Promise<Partial<TaskScores>> => {
  const metrics = scoredTasks.map((task) => ({ task, metric: metricOf(task) as Metric<unknown>, gold: false }))
  for await (const [wanted, found] of pairDocuments(gold, predicted))
    for (const each of metrics) {
      each.gold ||= wanted[layerOf[each.task]] !== undefined
      each.metric.add(wanted, found)
    }
  const scored = metrics.filter(({ gold: has }) => has)
  if (scored.length === 0)
    throw new HmtlError('HMTL_SCORE_GOLD', 'gold has neither entities, mentions, relations nor clusters', {
      remedy: 'Name the annotated side first, the predictions second',
    })
  return Object.fromEntries(scored.map(({ task, metric }) => [task, metric.score()]))
}

export async function* pairDocuments(
  gold: AsyncIterable<Document>,
  predicted: AsyncIterable<Document>,
): AsyncGenerator<[Document, Document]> {
  const waitingGold = new Map<string, Document>()
  const waitingPredicted = new Map<string, Document>()
  const takeFrom = (waiting: Map<string, Document>, id: string): Document | undefined => {
    const found = waiting.get(id)
    if (found) waiting.delete(id)
    return found
  }
  /** Ids may repeat; the later ones wait under a name of their own and are paired by order. */
  const wait = (waiting: Map<string, Document>, document: Document) =>
    waiting.set(waiting.has(document.id) ? `${document.id}\0${waiting.size}` : document.id, document)
  const [left, right] = [gold[Symbol.asyncIterator](), predicted[Symbol.asyncIterator]()]
  try {
    for (;;) {
      const [a, b] = [await left.next(), await right.next()]
      if (a.done && b.done) break
      if (!a.done && !b.done && (a.value.id === b.value.id || a.value.text === b.value.text)) {
        yield [a.value, b.value]
        continue
      }
      if (!b.done) {
        const partner = takeFrom(waitingGold, b.value.id)
        if (partner) yield [partner, b.value]
        else wait(waitingPredicted, b.value)
      }
      if (!a.done) {
        const partner = takeFrom(waitingPredicted, a.value.id)
        if (partner) yield [a.value, partner]
        else wait(waitingGold, a.value)
      }
    }
  } finally {
    await left.return?.()
    await right.return?.()
  }
  if (waitingGold.size !== waitingPredicted.size) {
    const lonely = (waitingGold.size > waitingPredicted.size ? waitingGold : waitingPredicted).keys().next().value
    throw new HmtlError(
      'HMTL_SCORE_MISMATCH',
      `${waitingGold.size} gold and ${waitingPredicted.size} predicted documents are left without a partner, such as "${lonely}"`,
      {
        remedy: 'Both files must hold the same documents, with the same ids or in the same order',
      },
    )
  }
  const rest = [...waitingPredicted.values()]
  let i = 0
  for (const document of waitingGold.values()) yield [document, rest[i++]]
}
