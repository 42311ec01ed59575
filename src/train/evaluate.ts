/** A model against gold documents, by each task's metric. */
import type { Document } from '../io/document/document.ts'
import { HmtlError } from '../io/errors.ts'
import { type LossEntry, LossReport } from '../io/report.ts'
import type { DatasetConfig, TaskConfig } from '../model/config/keys.ts'
import { headOf } from '../model/heads/index.ts'
import type { Model } from '../model/hierarchy.ts'
import { chosenTasks } from '../model/annotate.ts'
import { createAnnotator } from '../pipeline/annotate.ts'
import { type DataFile, datasetDocuments } from './pieces.ts'

/** Names of tasks that find the spans which a task reads. */
const spanTasks = ({ config }: Model, task: TaskConfig): string[] => {
  const head = headOf(task.kind)
  const named = [task.on, ...(head.others?.(task) ?? []).map(({ name }) => name)]
  return config.tasks
    .filter(({ name, kind }) => headOf(kind).findsSpans && named.includes(name) && head.readsSpans?.(task, name))
    .map(({ name }) => name)
}

/** A file of gold documents, and the data set whose rules of annotation they follow. */
export interface GoldSource extends DataFile {
  readonly dataset: DatasetConfig
}

/** Which data set of a task each file belongs to; one of none is taken to annotate all that the task knows. */
export const goldSources = (task: TaskConfig, files: readonly DataFile[]): GoldSource[] =>
  files.map((file) => ({
    ...file,
    dataset: task.datasets.find(({ train, dev, test }) => [train, dev, test].includes(file.path)) ?? {
      train: file.path,
    },
  }))

/** The development or test files of a task's data sets. */
export const goldSplit = ({ datasets }: TaskConfig, split: 'dev' | 'test'): GoldSource[] =>
  datasets.flatMap((dataset) => {
    const path = dataset[split]
    return path === undefined ? [] : [{ path, from: dataset.from, dataset }]
  })

/** A task's scores over all of some sources. */
export interface TaskEvaluation {
  readonly score: object
  /** The single number, 0 to 1: span F1, relation F1 as configured, or the CoNLL average. */
  readonly main: number
  /** The same of each source, by path, where there are several. */
  readonly sources: Readonly<Record<string, number>>
  /** What that number is by name, first, then the same by other definitions; empty where there is one alone. */
  readonly definitions: readonly (readonly [name: string, value: number])[]
  /** Gold that no score counts, by reason, with a few examples each. */
  readonly notJudged: readonly LossEntry[]
}

export interface EvaluateOptions {
  /** Coreference among the gold mentions. @default as the task was configured */
  readonly goldMentions?: boolean | undefined
  /** Told of each pair of documents that is scored, as the metric sees them. */
  readonly onPair?: ((gold: Document, predicted: Document) => void) | undefined
  /** Without gold for the task there is an error instead of a score of 0. @default false */
  readonly needsGold?: boolean | undefined
}

/** Whether there is anything of a task's own layer to be found. */
const holdsGold = (gold: Document, task: TaskConfig): boolean => {
  const layer = gold[headOf(task.kind).layer(task)]
  if (typeof layer !== 'object' || layer === null) return false
  return Object.values(layer).some((values) => values instanceof Int32Array && values.length > 0)
}

const noGold = (task: TaskConfig, sources: readonly GoldSource[]): HmtlError =>
  new HmtlError('HMTL_SCORE_GOLD', `no gold for task ${task.name} in ${sources.map(({ path }) => path).join(', ')}`, {
    remedy: `Name data with ${headOf(task.kind).layer(task)} of labels that the model has, or the tasks to score`,
  })

/**
 * Scores of one task on documents. Gold of labels that the model does not have is not judged, nor are spans in others and,
 * by last tokens, relations across sentences: all of it is counted, by reason. Of what a source does not annotate, neither
 * gold nor predictions count.
 * @throws HmtlError `HMTL_SCORE_GOLD` where gold is needed and there is none
 */
export const evaluateTask = async (
  model: Model,
  task: TaskConfig,
  sources: readonly GoldSource[],
  options: EvaluateOptions = {},
): Promise<TaskEvaluation> => {
  const head = headOf(task.kind)
  const labels = model.labels[task.name]
  const all = head.metric(task)
  const notJudged = new LossReport()
  const each: Record<string, number> = {}
  let found = false
  for (const { path, from, dataset } of sources) {
    const own = head.metric(task)
    const { convention } = dataset as { convention?: string }
    const taggers = spanTasks(model, task)
    const annotate = createAnnotator(model, {
      tasks: [...taggers, task.name],
      taggers,
      goldMentions: options.goldMentions,
      convention,
    })
    for await (const { source, document } of annotate(datasetDocuments([{ path, from }]))) {
      if (source.tokens.begin.length === 0) continue
      const pair = head.comparable(source, document, task, labels, dataset, notJudged)
      found ||= holdsGold(pair[0], task)
      own.add(...pair)
      options.onPair?.(...pair)
      all.add(...pair)
    }
    // One file may be there twice, annotated for other labels.
    each[path in each ? `${path} (${Object.keys(each).length + 1})` : path] = head.main(task, own.score())
  }
  if (options.needsGold && !found) throw noGold(task, sources)
  const score = all.score()
  return {
    score,
    main: head.main(task, score),
    sources: sources.length > 1 ? each : {},
    definitions: head.definitions?.(task, score) ?? [],
    notJudged: notJudged.entries(),
  }
}

/**
 * Scores of a model on files of gold documents, by task.
 *
 * @param tasks names of those to score; all of the model's that have gold by default
 *
 * @example
 * await startEngine('wasm')
 * const { ner } = await evaluate(await loadModel('runs/default/model'), ['data/test.arrow'], { tasks: ['ner'] })
 * console.log(ner.main)
 *
 * @throws HmtlError `HMTL_USAGE` for a task that the model does not have, `HMTL_SCORE_GOLD` where a named one has no
 * gold
 */
export const evaluate = async (
  model: Model,
  files: readonly string[],
  { tasks, ...options }: EvaluateOptions & { readonly tasks?: readonly string[] } = {},
): Promise<Record<string, TaskEvaluation>> => {
  const scores: Record<string, TaskEvaluation> = {}
  for (const task of chosenTasks(model, tasks))
    try {
      const sources = goldSources(
        task,
        files.map((path) => ({ path })),
      )
      scores[task.name] = await evaluateTask(model, task, sources, { ...options, needsGold: true })
    } catch (error) {
      // Of all the model's tasks those are scored that have gold; one that was named must have it.
      if (tasks || !(error instanceof HmtlError && error.code === 'HMTL_SCORE_GOLD')) throw error
    }
  return scores
}
