/** A model against gold documents, by each task's metric. */
import type { DatasetConfig, TaskConfig } from '../model/config/keys.ts'
import { headOf } from '../model/heads/index.ts'
import type { Model } from '../model/hierarchy.ts'
import { createAnnotator } from '../pipeline/annotate.ts'
import { datasetDocuments } from './pieces.ts'

/** Names of tasks that find the spans which a task reads. */
const spanTasks = ({ config }: Model, task: TaskConfig): string[] => {
  const head = headOf(task.kind)
  if (!head.readsSpans) return []
  const named = [task.on, ...(head.others?.(task) ?? []).map(({ name }) => name)]
  return config.tasks.filter(({ name, kind }) => headOf(kind).findsSpans && named.includes(name)).map(({ name }) => name)
}

/** A file of gold documents, and the data set whose rules of annotation they follow. */
export interface GoldSource {
  readonly path: string
  readonly dataset: DatasetConfig
}

/** Which data set of a task each file belongs to; one of none is taken to annotate all that the task knows. */
export const goldSources = (task: TaskConfig, paths: readonly string[]): GoldSource[] =>
  paths.map((path) => ({
    path,
    dataset: task.datasets.find(({ train, dev, test }) => [train, dev, test].includes(path)) ?? { train: path },
  }))

/** The development or test files of a task's data sets. */
export const goldSplit = ({ datasets }: TaskConfig, split: 'dev' | 'test'): GoldSource[] =>
  datasets.flatMap((dataset) => {
    const path = dataset[split]
    return path === undefined ? [] : [{ path, dataset }]
  })

/** A task's scores over all of some sources. */
export interface TaskEvaluation {
  readonly score: object
  /** The single number, 0 to 1: span F1, relation F1 as configured, or the CoNLL average. */
  readonly main: number
  /** The same of each source, by path, where there are several. */
  readonly sources: Readonly<Record<string, number>>
}

/**
 * Scores of one task on documents. Relations of labels that the model does not have, and of pairs across sentences, are
 * no part of the gold; of what a source does not annotate, neither gold nor predictions count.
 */
export const evaluateTask = async (
  model: Model,
  task: TaskConfig,
  sources: readonly GoldSource[],
  options: { readonly goldMentions?: boolean | undefined } = {},
): Promise<TaskEvaluation> => {
  const head = headOf(task.kind)
  const labels = model.labels[task.name]
  const all = head.metric(task)
  const each: Record<string, number> = {}
  for (const { path, dataset } of sources) {
    const own = head.metric(task)
    const { convention } = dataset as { convention?: string }
    const annotate = createAnnotator(model, { tasks: [...spanTasks(model, task), task.name], goldMentions: options.goldMentions, convention })
    for await (const { source, document } of annotate(datasetDocuments([path]))) {
      if (source.tokens.begin.length === 0) continue
      const pair = head.comparable(source, document, task, labels, dataset)
      own.add(...pair)
      all.add(...pair)
    }
    // One file may be there twice, annotated for other labels.
    each[path in each ? `${path} (${Object.keys(each).length + 1})` : path] = head.main(task, own.score())
  }
  const score = all.score()
  return { score, main: head.main(task, score), sources: sources.length > 1 ? each : {} }
}
