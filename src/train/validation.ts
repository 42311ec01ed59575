/** How good a model is on data that it was not trained on; the best so far is kept. */
import { join } from 'node:path'
import type { LossEntry } from '../io/report.ts'
import type { ModelConfig } from '../model/config/keys.ts'
import type { Model } from '../model/hierarchy.ts'
import { loadModel, saveModel } from '../model/store.ts'
import type { Progress } from './checkpoint.ts'
import { evaluateTask, goldSplit } from './evaluate.ts'
import type { Provenance } from './provenance.ts'

export interface SplitScores {
  readonly scores: Readonly<Record<string, object>>
  /** The single number of each task. */
  readonly main: Readonly<Record<string, number>>
  /** The same on each file of a task that has several. */
  readonly sources: Readonly<Record<string, Readonly<Record<string, number>>>>
  /** What the single number of a task is by name, first, then the same by other definitions. */
  readonly definitions: Readonly<Record<string, readonly (readonly [name: string, value: number])[]>>
  /** Gold of a task that no score counts, by reason. */
  readonly notJudged: Readonly<Record<string, readonly LossEntry[]>>
}

/** Scores of each task on the files of a split, where its data sets have any. */
const scoreSplit = async (model: Model, { tasks }: ModelConfig, split: 'dev' | 'test'): Promise<SplitScores> => {
  const scores: Record<string, object> = {}
  const main: Record<string, number> = {}
  const sources: Record<string, Readonly<Record<string, number>>> = {}
  const definitions: Record<string, SplitScores['definitions'][string]> = {}
  const notJudged: Record<string, readonly LossEntry[]> = {}
  for (const task of tasks) {
    const gold = goldSplit(task, split)
    if (gold.length === 0) continue
    const evaluation = await evaluateTask(model, task, gold)
    scores[task.name] = evaluation.score
    main[task.name] = evaluation.main
    if (Object.keys(evaluation.sources).length > 0) sources[task.name] = evaluation.sources
    if (evaluation.definitions.length > 0) definitions[task.name] = evaluation.definitions
    if (evaluation.notJudged.length > 0) notJudged[task.name] = evaluation.notJudged
  }
  return { scores, main, sources, definitions, notJudged }
}

/** Scores of a stored model on the files of a split of its data sets. */
export const scoreStored = async (folder: string, split: 'dev' | 'test'): Promise<SplitScores> => {
  const model = await loadModel(folder, { cached: true })
  try {
    return await scoreSplit(model, model.config, split)
  } finally {
    model.parameters.dispose()
    model.contextual?.dispose()
  }
}

export interface Validation extends SplitScores {
  readonly mean: number
  readonly best: boolean
}

export interface ValidationOptions {
  readonly output: string
  readonly half: boolean
  readonly provenance: Provenance
}

/**
 * Scores the development data; stores the model into `model` where it is the best by the mean, into `best/TASK` where
 * it is a task's.
 */
export const validate = async (
  model: Model,
  config: ModelConfig,
  progress: Progress,
  { output, half, provenance }: ValidationOptions,
): Promise<Validation> => {
  const split = await scoreSplit(model, config, 'dev')
  const { main } = split
  const { update } = progress
  for (const [task, score] of Object.entries(main)) {
    if (score <= (progress.bestByTask[task]?.score ?? -1)) continue
    progress.bestByTask[task] = { update, score }
    if (config.tasks.length > 1)
      await saveModel(model, join(output, 'best', task), { half, notes: { update, dev: score } })
  }
  const values = Object.values(main)
  const mean = values.length === 0 ? 0 : values.reduce((a, b) => a + b, 0) / values.length
  const best = values.length === 0 || mean > progress.bestMean
  if (best) {
    Object.assign(progress, { bestMean: mean, bestUpdate: update, bestMain: main, withoutBetter: 0 })
    await saveModel(model, join(output, 'model'), { half, notes: { update, dev: main, provenance } })
  } else progress.withoutBetter++
  return { ...split, mean, best }
}
