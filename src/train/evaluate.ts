/** A model against gold documents, by each task's metric. */
import type { TaskConfig } from '../model/config/keys.ts'
import { headOf } from '../model/heads/index.ts'
import type { Model } from '../model/hierarchy.ts'
import { createAnnotator } from '../pipeline/annotate.ts'
import { datasetDocuments } from './pieces.ts'

/** The single number of a task, 0 to 1: span F1, relation F1 as configured, or the CoNLL average. */
export const mainScore = (task: TaskConfig, score: object): number => headOf(task.kind).main(task, score)

/** Names of tasks that find the spans which a task reads. */
const spanTasks = ({ config }: Model, task: TaskConfig): string[] => {
  const head = headOf(task.kind)
  if (!head.readsSpans) return []
  const named = [task.on, ...(head.others?.(task) ?? []).map(({ name }) => name)]
  return config.tasks.filter(({ name, kind }) => headOf(kind).findsSpans && named.includes(name)).map(({ name }) => name)
}

/** Scores of one task on documents. Relations of labels that the model does not have, and of pairs across sentences, are no part of the gold. */
export const evaluateTask = async (model: Model, task: TaskConfig, paths: readonly string[], options: { readonly goldMentions?: boolean | undefined } = {}): Promise<object> => {
  const head = headOf(task.kind)
  const annotate = createAnnotator(model, { tasks: [...spanTasks(model, task), task.name], goldMentions: options.goldMentions })
  const metric = head.metric(task)
  for await (const { source, document } of annotate(datasetDocuments(paths))) {
    if (source.tokens.begin.length > 0) metric.add(head.gold(source, task, model.labels[task.name]), document)
  }
  return metric.score()
}
