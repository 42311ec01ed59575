/**
 * What is kept of a training of one of the paper's rows: small enough to lie in a repository, and all that its tables
 * and plots are made of.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Document, listClusters } from '../io/document/document.ts'
import { HmtlError } from '../io/errors.ts'
import type { TaskConfig } from '../model/config/keys.ts'
import { headOf } from '../model/heads/index.ts'
import { conllOfSums, CorefMetric } from '../model/metrics/coref.ts'
import { scoreOfSums } from '../model/metrics/counts.ts'
import { loadModel } from '../model/store.ts'
import { evaluateTask, goldSplit } from '../train/evaluate.ts'

/** Development scores, 0 to 1, and own updates of each task at a validation. */
export interface CurvePoint {
  readonly update: number
  readonly taskUpdates: Readonly<Record<string, number>>
  readonly dev: Readonly<Record<string, number>>
}

/** Numbers of one document that add up: correct, gold, predicted; or of coreference those of `CorefMetric.sums`. */
export type Sums = readonly number[]

export interface PaperRun {
  /** Name of the configuration, such as `free-a`. */
  readonly config: string
  readonly seed: number
  readonly engine: string
  readonly seconds: number
  readonly updates: number
  /** Of the model that was kept: the best by the mean of its tasks' development scores. */
  readonly bestUpdate: number
  readonly curve: readonly CurvePoint[]
  /** Test documents of each task, in their order. */
  readonly documents: Readonly<Record<string, readonly Sums[]>>
}

/** The row that a run is of: `a` of `free-a`, on free data, and of `paper-a`. */
export const rowOf = ({ config }: PaperRun): string => config.replace(/^(?:free|paper)-/, '')

/** F1 or the CoNLL average, 0 to 1, of documents together. */
export const scoreOfDocuments = (documents: readonly Sums[]): number => {
  const sums = new Array<number>(documents[0]?.length ?? 0).fill(0)
  for (const document of documents) for (let i = 0; i < sums.length; i++) sums[i] += document[i]
  if (sums.length === 12) return conllOfSums(sums)
  const [correct, gold, predicted] = sums
  return sums.length === 0 ? 0 : scoreOfSums(correct, gold, correct, predicted).f1
}

/** What gold counts of a document, whatever was found: its number, or of coreference the denominators of recall. */
const goldOf = (sums: Sums): string => (sums.length === 12 ? [sums[1], sums[5], sums[9]] : [sums[1]]).join('/')

const nameOf = (run: PaperRun): string => `${rowOf(run)}, seed ${run.seed}`

/**
 * Scores can be compared where they are of the same documents and the same gold, some of which is a model's.
 * @throws HmtlError `HMTL_TRAIN_DATA` naming two runs that were scored on different gold
 */
export const checkSameGold = (runs: readonly PaperRun[]): void => {
  // Rows on another data set have another number of documents.
  const known = new Map<string, { run: PaperRun; gold: readonly string[] }>()
  for (const run of runs)
    for (const [task, documents] of Object.entries(run.documents)) {
      const gold = documents.map(goldOf)
      const key = `${task} ${gold.length}`
      const first = known.get(key)
      if (!first) known.set(key, { run, gold })
      const at = first ? gold.findIndex((counts, i) => counts !== first.gold[i]) : -1
      if (first && at !== -1)
        throw new HmtlError(
          'HMTL_TRAIN_DATA',
          `${task} of ${nameOf(run)} has other gold than that of ${nameOf(first.run)}: ${gold[at]} for ${first.gold[at]} in test document ${at + 1}`,
          {
            remedy:
              'Make data/paper with the model that bench/paper/RESULTS.md names and train the odd ones again, or train all rows anew',
          },
        )
    }
}

interface Counted {
  readonly correct: number
  readonly gold: number
  readonly predicted: number
}

/** @returns the sums of one pair of documents, by what the task is judged on */
const sumsOf = (task: TaskConfig, gold: Document, predicted: Document): number[] => {
  if (task.kind === 'coref') {
    const metric = new CorefMetric()
    const keys = ({ clusters }: Document) =>
      clusters ? listClusters(clusters).map((cluster) => cluster.map(({ start, end }) => `${start} ${end}`)) : []
    metric.add(keys(gold), keys(predicted))
    return metric.sums().map((sum) => Math.round(sum * 1e6) / 1e6)
  }
  const metric = headOf(task.kind).metric(task)
  metric.add(gold, predicted)
  const score = metric.score() as Counted & { definitions?: Readonly<Record<string, Counted>> }
  const { bearingOnly } = task as { bearingOnly?: boolean }
  const { correct, gold: all, predicted: found } = score.definitions?.[bearingOnly ? 'original' : 'lastToken'] ?? score
  return [correct, all, found]
}

/** Sums of each test document by task, of a stored model. */
const documentSums = async (folder: string): Promise<Record<string, number[][]>> => {
  const model = await loadModel(folder, { cached: true })
  try {
    const found: Record<string, number[][]> = {}
    for (const task of model.config.tasks) {
      const rows: number[][] = []
      await evaluateTask(model, task, goldSplit(task, 'test'), {
        onPair: (gold, predicted) => rows.push(sumsOf(task, gold, predicted)),
      })
      found[task.name] = rows
    }
    return found
  } finally {
    model.parameters.dispose()
    model.contextual?.dispose()
  }
}

/** The record of a training that has ended. */
export const paperRunOf = async (folder: string, engine: string): Promise<PaperRun> => {
  const events = (await readFile(join(folder, 'metrics.jsonl'), 'utf8'))
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
  const validations = events.filter(({ event }) => event === 'validation')
  const end = events.find(({ event }) => event === 'end')
  const { name, training } = JSON.parse(await readFile(join(folder, 'model', 'config.json'), 'utf8')).config
  return {
    config: name,
    seed: training.seed,
    engine,
    seconds: Math.round(end.seconds),
    updates: validations.at(-1).update,
    bestUpdate: validations.findLast(({ best }) => best).update,
    curve: validations.map(({ update, taskUpdates, main }) => ({ update, taskUpdates, dev: main })),
    documents: await documentSums(join(folder, 'model')),
  }
}
