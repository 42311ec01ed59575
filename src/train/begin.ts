/** Where a training begins: anew from its data, with another model's weights, or where a former one stood. */
import { HmtlError } from '../io/errors.ts'
import type { ModelConfig } from '../model/config/keys.ts'
import { loadContextual } from '../model/encoders/load.ts'
import { isTuned } from '../model/encoders/transformer/tuned.ts'
import { createModel, type Model } from '../model/hierarchy.ts'
import { type Random, randomFrom, randomOf } from '../model/random.ts'
import { decodeSafetensors } from '../model/safetensors.ts'
import { materialize } from '../model/materialize.ts'
import { loadWordVectors } from '../model/word-vectors.ts'
import type { StreamPosition } from './batches.ts'
import { loadState, noProgress, type Progress } from './checkpoint.ts'
import { clearFolder } from './folder.ts'
import { type Begun, charactersWith, type Former, formerModel, labelsWith, takeOver, wordsWith } from './former.ts'
import { checkNames } from './names.ts'
import { createOptimizer, type Optimizer } from './optimizer.ts'
import { checkResumable } from './resumable.ts'
import { type Survey, survey } from './survey.ts'
import { learnedBefore, type WatchState } from './watch.ts'

/** All that moves in a training, and the model. */
export interface Training {
  readonly model: Model
  readonly optimizer: Optimizer
  /** Draws tasks and seeds dropout. */
  readonly random: Random
  readonly progress: Progress
  /** Where each task's stream stands. */
  readonly positions: Record<string, StreamPosition>
  /** What the survey of its data counted. */
  readonly counts: Pick<Survey, 'batches' | 'pieces'>
  /** What was seen of tasks that do not seem to learn. */
  readonly watched: WatchState
  /** Digests of its data as it stood before, by path, where it goes on. */
  readonly data?: Readonly<Record<string, string>> | undefined
  /** Names of the configuration that no data have, where they may be right all the same. */
  readonly odd?: readonly string[]
  /** What was taken of another model, where it begins with one. */
  readonly begun?: Begun
}

const optimizerOf = ({ wordTable, config }: Model, given: ModelConfig): Optimizer => {
  if (!(wordTable instanceof Float32Array)) throw new HmtlError('HMTL_INTERNAL', 'a compact model is not trained')
  const { contextual } = given.embeddings
  const tune = contextual?.kind === 'transformer' ? contextual.tune : undefined
  const part = (tune?.learningRate ?? 0) / given.training.learningRate
  return createOptimizer(wordTable, config.embeddings.words.size, {
    ...given.training,
    share: (name) => (isTuned(name) ? part : 1),
  })
}

/** A fresh model for a configuration and what the survey of its data found. */
const initialModel = async (config: ModelConfig, found: Survey, former: Former | undefined): Promise<Model> => {
  const { words } = config.embeddings
  const random = randomOf(config.training.seed, 'words')
  const own = await loadWordVectors(words.file ?? '', words.size, words.maxWords, found.words, random, former && 2)
  const { words: list, table } = former ? wordsWith(former, own) : own
  return createModel({
    config,
    labels: former ? labelsWith(former, found) : found.labels,
    vocabulary: { words: list, characters: former ? charactersWith(former, found.characters) : found.characters },
    wordTable: table,
    contextual: await loadContextual(config, { cached: true, tuning: true }),
  })
}

/** Whether nothing of a task begins anew. */
const isWhole = (task: string, { anew }: Begun): boolean => !anew.some((name) => name.startsWith(`${task}.`))

/** A path of a configuration that leads nowhere was perhaps meant from the configuration's folder. */
const relativeTo = (error: unknown): unknown =>
  error instanceof HmtlError && error.code === 'HMTL_INPUT_NOT_FOUND'
    ? new HmtlError(error.code, error.summary, {
        cause: error,
        remedy: `Paths of a configuration are relative to the working directory, ${process.cwd()}; check the path and its permissions`,
      })
    : error

/** @throws HmtlError `HMTL_TRAIN_DATA`, and what reading the data and a model to begin with does */
export const beginTraining = async (
  config: ModelConfig,
  output: string,
  {
    onSurvey,
    folderOf = (model) => model,
  }: { readonly onSurvey?: (found: Survey) => void; readonly folderOf?: (model: string) => string } = {},
): Promise<Training> => {
  const former = await formerModel(config, folderOf)
  const found = await survey(config).catch((error) => {
    throw relativeTo(error)
  })
  const odd = checkNames(config, found, former)
  // Only now: data that cannot be read must not cost what an earlier training left.
  await clearFolder(output)
  onSurvey?.(found)
  const model = await initialModel(config, found, former)
  materialize(model)
  const begun = former && takeOver(former, model)
  const random = randomOf(config.training.seed, 'training')
  return {
    model,
    optimizer: optimizerOf(model, config),
    random,
    progress: noProgress(),
    positions: {},
    counts: { batches: found.batches, pieces: found.pieces },
    watched: begun ? learnedBefore(config.tasks.map(({ name }) => name).filter((name) => isWhole(name, begun))) : {},
    odd,
    ...(begun && { begun }),
  }
}

/** @throws HmtlError `HMTL_TRAIN_STATE` where there is nothing to go on with, or it was another configuration's */
export const resumeTraining = async (config: ModelConfig, output: string): Promise<Training> => {
  const { model: loaded, optimizer: moments, state } = await loadState(output)
  checkResumable(loaded.config, config)
  // What is stored from now on says how it was trained from now on.
  const model = { ...loaded, config }
  materialize(model)
  if (!state.survey.pieces)
    throw new HmtlError('HMTL_TRAIN_STATE', 'the training that was broken off drew its data in another order', {
      remedy: 'Begin anew in another folder or by --overwrite, with --begin what it had reached',
    })
  const { random, streams, optimizer: steps, survey: counted, watch, data, ...progress } = state
  // A state that was saved without sums does not know where its losses began.
  const watched = watch ?? learnedBefore(config.tasks.map(({ name }) => name))
  const optimizer = optimizerOf(model, config)
  optimizer.restore(decodeSafetensors(moments, 'optimizer'), steps)
  return {
    model,
    optimizer,
    random: randomFrom(random),
    progress,
    positions: { ...streams },
    counts: counted,
    watched,
    data,
  }
}
