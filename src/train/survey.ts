/** One pass over the training data before the first update: words, characters, labels, batches an epoch. */
import { HmtlError } from '../io/errors.ts'
import { LossReport } from '../io/report.ts'
import { words } from '../io/document/tokens.ts'
import type { DatasetConfig, ModelConfig, TaskConfig } from '../model/config/keys.ts'
import type { AnnotationRules } from '../model/heads/annotation.ts'
import { headOf } from '../model/heads/index.ts'
import { normalWord } from '../model/vocabulary.ts'
import { noLabel } from './missing-labels.ts'
import { datasetDocuments, filesOf, piecesOnce } from './pieces.ts'

export interface Survey {
  /** How often each normal form occurs. */
  readonly words: ReadonlyMap<string, number>
  readonly characters: readonly string[]
  /** Labels of each task, commonest first. */
  readonly labels: Readonly<Record<string, readonly string[]>>
  /** The same with those that are too rare to be learned. */
  readonly allLabels: Readonly<Record<string, readonly string[]>>
  /** Of each data set that names labels. */
  readonly namedLabels: readonly NamedLabels[]
  /** Pieces that each data set of a task has, read once. */
  readonly pieces: Readonly<Record<string, readonly number[]>>
  /** Batches an epoch of each task: n_i of proportional sampling. */
  readonly batches: Readonly<Record<string, number>>
  /** What of the data each task does not learn, or learns otherwise than it stands there. */
  readonly unlearned: Readonly<Record<string, LossReport>>
}

/** Labels that a data set is said to have. */
export interface NamedLabels {
  readonly task: string
  /** The data set's file. */
  readonly train: string
  readonly named: readonly string[]
  /** Those that stand there. */
  readonly own: readonly string[]
}

interface TaskLabels {
  /** Those of the task in its training data, commonest first; undefined where its head has none. */
  readonly found: string[] | undefined
  readonly named: readonly NamedLabels[]
}

const labelsOf = async (task: TaskConfig): Promise<TaskLabels> => {
  const head = headOf(task.kind)
  if (!head.labels) return { found: undefined, named: [] }
  const counts = new Map<string, number>()
  const named: NamedLabels[] = []
  for (const dataset of task.datasets) {
    const { labels, ...plain } = dataset as DatasetConfig & AnnotationRules
    const own = new Set<string>()
    for await (const document of datasetDocuments([{ path: dataset.train, from: dataset.from }])) {
      for (const label of head.labels(document, task, dataset)) counts.set(label, (counts.get(label) ?? 0) + 1)
      if (labels) for (const label of head.labels(document, task, plain)) own.add(label)
    }
    const names = labels && (Array.isArray(labels) ? labels : Object.keys(labels))
    if (names) named.push({ task: task.name, train: dataset.train, named: names, own: [...own] })
  }
  const found = [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).map(([label]) => label)
  return { found, named }
}

/** @throws HmtlError `HMTL_TRAIN_DATA` for a task without labels or examples */
export const survey = async (config: ModelConfig): Promise<Survey> => {
  const wordCounts = new Map<string, number>()
  const characters = new Map<string, number>()
  const labels: Record<string, string[]> = {}
  const allLabels: Record<string, string[]> = {}
  const pieces: Record<string, number[]> = {}
  const batches: Record<string, number> = {}
  const unlearned: Record<string, LossReport> = {}
  const namedLabels: NamedLabels[] = []
  // A file that several tasks learn from is counted once.
  const files = new Map(config.tasks.flatMap((task) => filesOf(task, 'train').map((file) => [file.path, file])))
  for await (const document of datasetDocuments([...files.values()]))
    for (const word of words(document)) {
      const normal = normalWord(word)
      wordCounts.set(normal, (wordCounts.get(normal) ?? 0) + 1)
      for (const character of word) characters.set(character, (characters.get(character) ?? 0) + 1)
    }
  for (const task of config.tasks) {
    const train = task.datasets.map((data) => data.train)
    if (train.length === 0)
      throw new HmtlError('HMTL_TRAIN_DATA', `task ${task.name} has no data set`, {
        remedy: `Name one: --set 'tasks.0.datasets=[{"train":"train.arrow","dev":"dev.arrow"}]'`,
      })
    const { found, named } = await labelsOf(task)
    namedLabels.push(...named)
    if (found?.length === 0) throw await noLabel(task)
    const all = found ?? []
    allLabels[task.name] = all
    labels[task.name] = all.slice(0, headOf(task.kind).mostLabels?.(task) || all.length)
    // What an epoch has on average: which documents of a source seen in part are drawn differs from one to the next.
    const report = new LossReport()
    unlearned[task.name] = report
    pieces[task.name] = []
    let [examples, tokens] = [0, 0]
    for (const dataset of task.datasets) {
      const { weight = 1 } = dataset
      let [itsExamples, itsTokens] = [0, 0]
      for await (const piece of piecesOnce(dataset, task, labels[task.name], undefined, report)) {
        itsExamples++
        itsTokens += piece.tokens
      }
      pieces[task.name].push(itsExamples)
      examples += weight * itsExamples
      tokens += weight * itsTokens
    }
    if (examples === 0)
      throw new HmtlError('HMTL_TRAIN_DATA', `no example for task ${task.name} in ${train.join(', ')}`)
    // Under a limit on tokens there are at least as many as the tokens need.
    batches[task.name] = Math.max(
      Math.ceil(examples / task.batch),
      task.batchTokens > 0 ? Math.ceil(tokens / task.batchTokens) : 0,
    )
  }
  // Characters seen once are noise; they share the unknown one's vector, which so gets trained.
  const known = [...characters].filter(([, count]) => count > 1).map(([character]) => character)
  return { words: wordCounts, characters: known.sort(), labels, allLabels, namedLabels, pieces, batches, unlearned }
}
