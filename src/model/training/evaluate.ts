/** A model against gold documents, by each task's metric. */
import type { Document } from '../../io/document.ts'
import { createAnnotator } from '../annotate.ts'
import type { TaskConfig } from '../config/keys.ts'
import { headOf } from '../heads/index.ts'
import type { Model } from '../hierarchy.ts'
import { datasetDocuments } from './stream.ts'

/** The single number of a task, 0 to 1: span F1, relation F1 as configured, or the CoNLL average. */
export const mainScore = (task: TaskConfig, score: object): number => headOf(task.kind).main(task, score)

/** Names of tasks that find the spans which a task reads. */
const spanTasks = ({ config }: Model, task: TaskConfig): string[] => {
  const head = headOf(task.kind)
  if (!head.readsSpans) return []
  const named = [task.on, ...(head.others?.(task) ?? []).map(({ name }) => name)]
  return config.tasks.filter(({ name, kind }) => headOf(kind).findsSpans && named.includes(name)).map(({ name }) => name)
}

const groupTokens = 4096

/** Scores of one task on documents. Relations of labels that the model does not have, and of pairs across sentences, are no part of the gold. */
export const evaluateTask = async (model: Model, task: TaskConfig, paths: readonly string[], options: { readonly goldMentions?: boolean | undefined } = {}): Promise<object> => {
  const head = headOf(task.kind)
  const annotate = createAnnotator(model, { tasks: [...spanTasks(model, task), task.name], goldMentions: options.goldMentions })
  const metric = head.metric(task)
  let group: Document[] = []
  let tokens = 0
  const flush = () => {
    annotate(group).forEach((predicted, i) => {
      metric.add(head.gold(group[i], task, model.labels[task.name]), predicted)
    })
    group = []
    tokens = 0
  }
  for await (const document of datasetDocuments(paths)) {
    if (!document.tokens || document.tokens.begin.length === 0) continue
    group.push(document)
    tokens += document.tokens.begin.length
    if (tokens >= groupTokens) flush()
  }
  flush()
  return metric.score()
}
