/** A model against gold documents, by each task's metric. */
import type { Document } from '../../io/document.ts'
import { createAnnotator } from '../annotate.ts'
import type { TaskConfig } from '../config.ts'
import type { Model } from '../hierarchy.ts'
import type { CorefScore } from '../metrics/coref.ts'
import { type Metric, metricOf, type RelationScore, type ScoredTask, type TaskScores } from '../metrics/score.ts'
import { type DataFile, datasetDocuments } from './stream.ts'

/** Which metric a task is judged by. */
export const scoredTaskOf = (task: TaskConfig): ScoredTask => (task.kind === 'crf' ? (task.layer === 'entities' ? 'ner' : 'emd') : task.kind)

/** The single number of a task: span F1, relation F1 as configured, or the CoNLL average. */
export const mainScore = (task: TaskConfig, score: TaskScores[ScoredTask]): number => {
  if (task.kind === 'coref') return (score as CorefScore).conll
  const labelled = score as RelationScore
  if (task.kind === 'relation') return task.bearingOnly ? labelled.definitions.original.f1 : labelled.definitions.lastToken.f1
  return labelled.f1
}

const groupTokens = 4096

/** Scores of one task on documents. Relations of labels that the model does not have, and of pairs across sentences, are no part of the gold. */
export const evaluateTask = async (
  model: Model,
  task: TaskConfig,
  files: readonly (DataFile | string)[],
  options: { readonly goldMentions?: boolean | undefined } = {},
): Promise<TaskScores[ScoredTask]> => {
  const needed =
    task.kind === 'relation' ? model.config.tasks.filter((other) => other.kind === 'crf' && (other.name === task.on || other.name === task.tagsOf)).map(({ name }) => name) : []
  const annotate = createAnnotator(model, { tasks: [...needed, task.name], goldMentions: options.goldMentions })
  const metric = metricOf(scoredTaskOf(task)) as Metric<TaskScores[ScoredTask]>
  let group: Document[] = []
  let tokens = 0
  const flush = () => {
    annotate(group).forEach((predicted, i) => {
      metric.add(goldOf(group[i], task, model), predicted)
    })
    group = []
    tokens = 0
  }
  for await (const document of datasetDocuments(files)) {
    if (!document.tokens || document.tokens.begin.length === 0) continue
    group.push(document)
    tokens += document.tokens.begin.length
    if (tokens >= groupTokens) flush()
  }
  flush()
  return metric.score()
}

/** Gold as the task defines it: flat spans for a tagger, known labels for relations, clusters of two and more unless singletons are learned. */
const goldOf = (document: Document, task: TaskConfig, model: Model): Document => {
  if (task.kind === 'crf') return { ...document, [task.layer]: outermost(document[task.layer]) }
  if (task.kind === 'relation') {
    const { relations } = document
    if (!relations) return document
    const known = new Set(model.labels[task.name])
    const keep = Int32Array.from(relations.label.keys()).filter((i) => known.has(relations.labels[relations.label[i]]))
    const pick = (values: Int32Array) => keep.map((i) => values[i])
    return {
      ...document,
      relations: {
        begin1: pick(relations.begin1),
        end1: pick(relations.end1),
        begin2: pick(relations.begin2),
        end2: pick(relations.end2),
        label: pick(relations.label),
        labels: relations.labels,
      },
    }
  }
  const { clusters } = document
  if (!clusters || task.singletons) return document
  const offsets = [0]
  const keep: number[] = []
  for (let c = 0; c + 1 < clusters.offsets.length; c++) {
    if (clusters.offsets[c + 1] - clusters.offsets[c] < 2) continue
    for (let i = clusters.offsets[c]; i < clusters.offsets[c + 1]; i++) keep.push(i)
    offsets.push(keep.length)
  }
  return {
    ...document,
    clusters: { offsets: Int32Array.from(offsets), begin: Int32Array.from(keep, (i) => clusters.begin[i]), end: Int32Array.from(keep, (i) => clusters.end[i]) },
  }
}

/** Spans not inside another: what a flat tagger can find, and what it is judged on (quality marks of the free data). */
const outermost = <T extends Document['entities']>(spans: T): T => {
  if (!spans) return spans
  const order = Int32Array.from(spans.begin.keys()).sort((a, b) => spans.begin[a] - spans.begin[b] || spans.end[b] - spans.end[a])
  const keep: number[] = []
  let end = -1
  for (const i of order) {
    if (spans.begin[i] < end) continue
    keep.push(i)
    end = spans.end[i]
  }
  const pick = (values: Int32Array) => Int32Array.from(keep, (i) => values[i])
  return { ...spans, begin: pick(spans.begin), end: pick(spans.end), label: pick(spans.label), score: undefined }
}
