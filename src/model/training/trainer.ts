/**
 * Training: draw a task in proportion to its batches, take one batch of it, make
 * one update (paper, section 3.3). Everything random comes from the seed, and
 * everything that moves is in the checkpoint, so that a resumed run goes on as
 * the uninterrupted one would have.
 */
import { appendFile, mkdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import * as tf from '@tensorflow/tfjs-core'
import { HmtlError } from '../../io/errors.ts'
import { type Batch, withContextual } from '../batch.ts'
import type { ModelConfig, TaskConfig } from '../config.ts'
import { loadContextual } from '../contextual.ts'
import { batchOf, createModel, forward, type Model, wordRows } from '../hierarchy.ts'
import type { ScoredTask, TaskScores } from '../metrics/score.ts'
import { type Random, type RandomState, randomFrom, randomOf } from '../random.ts'
import { decodeSafetensors, encodeSafetensors } from '../safetensors.ts'
import { loadModel, saveModel, writeWhole } from '../store.ts'
import { loadWordVectors } from '../vocabulary.ts'
import { evaluateTask, mainScore } from './evaluate.ts'
import { type Decision, fitDecisions } from './decisions.ts'
import { openBatchesAhead } from './ahead.ts'
import { type BatchSettings, openBatches } from './batches.ts'
import type { Example } from './examples.ts'
import { sentencesOf, taskLoss } from './loss.ts'
import { materialize } from './materialize.ts'
import { createOptimizer, type Optimizer } from './optimizer.ts'
import { parseEvents, trainingReport } from './report.ts'
import { provenanceOf } from './provenance.ts'
import { filesOf, type StreamPosition } from './stream.ts'
import { type Survey, survey } from './survey.ts'
import { openEvents } from './tensorboard.ts'

export interface UpdateEvent {
  readonly update: number
  readonly updates: number
  readonly task: string
  readonly loss: number
  readonly norm: number
  readonly rate: number
  readonly seconds: number
}

export interface ValidationEvent {
  readonly update: number
  readonly scores: Readonly<Record<string, TaskScores[ScoredTask]>>
  readonly main: Readonly<Record<string, number>>
  readonly mean: number
  readonly best: boolean
  /** Updates of each task so far. */
  readonly taskUpdates: Readonly<Record<string, number>>
  readonly seconds: number
}

export interface TrainOptions {
  readonly output: string
  readonly resume?: boolean
  readonly onSurvey?: (survey: Survey) => void
  readonly onUpdate?: (event: UpdateEvent) => void
  readonly onValidation?: (event: ValidationEvent) => void
  readonly onDecision?: (event: Decision) => void
  readonly signal?: AbortSignal
  /** Saves the best model with float16 weights. */
  readonly half?: boolean
  /** Version of the package, kept with the model. */
  readonly version?: string
}

export interface TrainResult {
  readonly updates: number
  readonly bestUpdate: number
  readonly bestMain: Readonly<Record<string, number>>
  /** Best update of each task by itself, and its score then. */
  readonly bestByTask: Readonly<Record<string, { update: number; score: number }>>
}

interface Progress {
  update: number
  bestUpdate: number
  bestMean: number
  bestMain: Record<string, number>
  bestByTask: Record<string, { update: number; score: number }>
  withoutBetter: number
  taskUpdates: Record<string, number>
}

interface SavedState extends Progress {
  readonly random: RandomState
  readonly streams: Record<string, StreamPosition>
  readonly optimizer: Record<string, number>
  readonly survey: { batches: Record<string, number> }
}

/** Share of each task in the draws. */
export const samplingShares = (config: ModelConfig, batches: Readonly<Record<string, number>>): number[] => {
  const { sampling } = config.training
  const weights = config.tasks.map(({ name }) => {
    if (sampling === 'proportional') return batches[name]
    if (sampling === 'uniform') return 1
    const weight = sampling[name]
    if (!(weight >= 0)) throw new HmtlError('HMTL_CONFIG_VALUE', `training.sampling has no weight for task ${name}`)
    return weight
  })
  const total = weights.reduce((a, b) => a + b, 0)
  return weights.map((weight) => weight / total)
}

const draw = (shares: readonly number[], random: Random): number => {
  let x = random.next()
  for (let i = 0; i < shares.length - 1; i++) {
    x -= shares[i]
    if (x < 0) return i
  }
  return shares.length - 1
}

/** Learning rate of an update: warm-up, then a straight line to `finalRate`. */
export const rateAt = ({ training }: ModelConfig, update: number): number => {
  const { learningRate, finalRate, warmup, updates } = training
  if (update < warmup) return (learningRate * (update + 1)) / warmup
  const part = Math.min(1, (update - warmup) / Math.max(1, updates - warmup))
  return learningRate * (1 - part * (1 - finalRate))
}

/**
 * Loss and gradients of one batch of a materialized model; the gradients are the caller's to dispose.
 * @param batch of the examples' sentences, where it was made beforehand
 */
export const computeGradients = (
  model: Model,
  task: TaskConfig,
  examples: readonly Example[],
  random: Random,
  batch: Batch = batchOf(model, sentencesOf(examples)),
): { loss: number; gradients: Map<string, tf.Tensor>; words: { ids: Int32Array; gradient: tf.Tensor } | undefined } | undefined => {
  const { size, trainable } = model.config.embeddings.words
  const seeds = () => random.seed()
  const rowsTensor = tf.tensor2d(wordRows(model, batch.wordIds), [batch.wordIds.length, size])
  const compute = (rows: tf.Tensor2D) => taskLoss(model, task, forward(model, batch, rows, seeds), examples, seeds)
  try {
    const variables = [...model.parameters.all()]
    let empty = false
    const { value, grads } = tf.engine().gradients(
      () => {
        const loss = compute(rowsTensor)
        if (!loss) {
          empty = true
          return tf.scalar(0)
        }
        return tf.reshape(loss, [])
      },
      [rowsTensor, ...variables.map(([, variable]) => variable)] as tf.Tensor[],
      undefined,
      true,
    ) as unknown as { value: tf.Scalar; grads: (tf.Tensor | null)[] }
    const loss = value.dataSync()[0]
    value.dispose()
    const gradients = new Map<string, tf.Tensor>()
    grads.slice(1).forEach((gradient, i) => {
      if (gradient) gradients.set(variables[i][0], gradient)
    })
    const wordGradient = grads[0]
    if (empty) {
      for (const gradient of grads) gradient?.dispose()
      return undefined
    }
    if (!trainable) wordGradient?.dispose()
    return { loss, gradients, words: trainable && wordGradient ? { ids: batch.wordIds, gradient: wordGradient } : undefined }
  } finally {
    rowsTensor.dispose()
  }
}

const stateFolder = 'state'

const saveState = async (folder: string, model: Model, optimizer: Optimizer, state: SavedState): Promise<void> => {
  const path = join(folder, stateFolder)
  await mkdir(path, { recursive: true })
  // Two slots, and a pointer written last: a crash while saving leaves the other slot whole.
  const slot = state.update % 2 === (await currentSlot(path)) ? 1 - (state.update % 2) : state.update % 2
  await saveModel(model, join(path, `model-${slot}`))
  await writeWhole(join(path, `optimizer-${slot}.safetensors`), encodeSafetensors(optimizer.tensors(), 'F32'))
  await writeWhole(join(path, `state-${slot}.json`), JSON.stringify(state))
  await writeWhole(join(path, 'current'), String(slot))
}

const currentSlot = async (path: string): Promise<number | undefined> => {
  const text = await readFile(join(path, 'current'), 'utf8').catch(() => undefined)
  return text === undefined ? undefined : Number(text)
}

const loadState = async (folder: string): Promise<{ model: Model; optimizer: Buffer; state: SavedState }> => {
  const path = join(folder, stateFolder)
  const slot = await currentSlot(path)
  if (slot !== 0 && slot !== 1)
    throw new HmtlError('HMTL_TRAIN_STATE', `${folder} holds no training to resume`, { remedy: 'Leave --resume out, or name the folder that was trained into' })
  return {
    model: await loadModel(join(path, `model-${slot}`), { cached: true }),
    optimizer: await readFile(join(path, `optimizer-${slot}.safetensors`)),
    state: JSON.parse(await readFile(join(path, `state-${slot}.json`), 'utf8')) as SavedState,
  }
}

/** Scores of a stored model on the test files of its data sets. */
const testScores = async (folder: string): Promise<{ main: Record<string, number>; scores: Record<string, TaskScores[ScoredTask]> }> => {
  const model = await loadModel(folder, { cached: true })
  const main: Record<string, number> = {}
  const scores: Record<string, TaskScores[ScoredTask]> = {}
  try {
    for (const task of model.config.tasks) {
      const test = filesOf(task, 'test')
      if (test.length === 0) continue
      scores[task.name] = await evaluateTask(model, task, test)
      main[task.name] = mainScore(task, scores[task.name])
    }
  } finally {
    model.parameters.dispose()
    model.contextual?.dispose()
  }
  return { main, scores }
}

const prefixed = (prefix: string, values: Readonly<Record<string, number>>) => Object.fromEntries(Object.entries(values).map(([name, value]) => [`${prefix}/${name}`, value]))

/** A fresh model for a configuration and what the survey of its data found. */
export const initialModel = async (config: ModelConfig, found: Survey): Promise<Model> => {
  const { words } = config.embeddings
  const random = randomOf(config.training.seed, 'words')
  const { words: list, table } = await loadWordVectors(words.file ?? '', words.size, words.maxWords, found.words, random)
  return createModel({
    config,
    labels: found.labels,
    vocabulary: { words: list, characters: found.characters },
    wordTable: table,
    contextual: await loadContextual(config, { cached: true }),
  })
}

/**
 * Trains a model into a folder: `model` is the best by mean validation score,
 * `best/TASK` the best for each task, `metrics.jsonl` the course of it, `tensorboard` the same for that program,
 * `report.html` for people, `state` what a resumed run needs.
 * @throws HmtlError `HMTL_TRAIN_*`
 */
export const train = async (config: ModelConfig, options: TrainOptions): Promise<TrainResult> => {
  const { output } = options
  const { training } = config
  await mkdir(output, { recursive: true })
  const log = (record: object) =>
    appendFile(join(output, 'metrics.jsonl'), `${JSON.stringify(record)}\n`).catch((cause) => {
      throw new HmtlError('HMTL_OUTPUT_FAILED', `cannot write ${join(output, 'metrics.jsonl')}: ${(cause as Error).message}`, {
        cause,
        remedy: 'Free space there and go on with --resume',
      })
    })
  let model: Model
  let batches: Record<string, number>
  let random = randomOf(training.seed, 'training')
  let saved: SavedState | undefined
  let moments: Buffer | undefined
  if (options.resume) {
    const loaded = await loadState(output)
    if (JSON.stringify(loaded.model.config.tasks) !== JSON.stringify(config.tasks))
      throw new HmtlError('HMTL_TRAIN_STATE', 'the configuration is not the one this training began with', { remedy: 'Resume with the same configuration and settings' })
    model = loaded.model
    saved = loaded.state
    moments = loaded.optimizer
    batches = saved.survey.batches
    random = randomFrom(saved.random)
    // What was logged after the state was saved happens again.
    const { update } = saved
    const path = join(output, 'metrics.jsonl')
    const kept = parseEvents(await readFile(path, 'utf8').catch(() => '')).filter((event) => (event.event === 'update' || event.event === 'validation') && event.update <= update)
    await writeWhole(path, kept.map((event) => `${JSON.stringify(event)}\n`).join(''))
  } else {
    await rm(join(output, 'metrics.jsonl'), { force: true })
    const found = await survey(config)
    options.onSurvey?.(found)
    batches = { ...found.batches }
    model = await initialModel(config, found)
  }
  materialize(model)
  const optimizer = createOptimizer(model.wordTable, config.embeddings.words.size, training)
  if (saved && moments) optimizer.restore(decodeSafetensors(moments, 'optimizer'), saved.optimizer)
  const positions: Record<string, StreamPosition> = { ...saved?.streams }
  const shares = samplingShares(config, batches)
  const progress: Progress = saved ?? { update: 0, bestUpdate: 0, bestMean: -1, bestMain: {}, bestByTask: {}, withoutBetter: 0, taskUpdates: {} }
  const board = openEvents(join(output, 'tensorboard'))
  const provenance = await provenanceOf(config, options.version)
  const started = performance.now()

  const validate = async (): Promise<boolean> => {
    const begun = performance.now()
    const scores: Record<string, TaskScores[ScoredTask]> = {}
    const main: Record<string, number> = {}
    for (const task of config.tasks) {
      const dev = filesOf(task, 'dev')
      if (dev.length === 0) continue
      scores[task.name] = await evaluateTask(model, task, dev)
      main[task.name] = mainScore(task, scores[task.name])
      if (!(main[task.name] <= (progress.bestByTask[task.name]?.score ?? -1))) {
        progress.bestByTask[task.name] = { update: progress.update, score: main[task.name] }
        if (config.tasks.length > 1)
          await saveModel(model, join(output, 'best', task.name), { half: options.half ?? false, notes: { update: progress.update, dev: main[task.name] } })
      }
    }
    const values = Object.values(main)
    const mean = values.length === 0 ? 0 : values.reduce((a, b) => a + b, 0) / values.length
    const best = values.length === 0 || mean > progress.bestMean
    if (best) {
      Object.assign(progress, { bestMean: mean, bestUpdate: progress.update, bestMain: main, withoutBetter: 0 })
      await saveModel(model, join(output, 'model'), { half: options.half ?? false, notes: { update: progress.update, dev: main, provenance } })
    } else progress.withoutBetter++
    const event: ValidationEvent = { update: progress.update, scores, main, mean, best, taskUpdates: { ...progress.taskUpdates }, seconds: (performance.now() - begun) / 1000 }
    await log({ event: 'validation', ...event })
    board.scalars(progress.update, { ...prefixed('dev', main), 'dev/mean': mean })
    options.onValidation?.(event)
    await saveState(output, model, optimizer, {
      ...progress,
      random: random.state(),
      streams: positions,
      optimizer: optimizer.counts(),
      survey: { batches },
    })
    return training.patience > 0 && progress.withoutBetter >= training.patience
  }

  const settings: BatchSettings = { config, labels: model.labels, vocabulary: model.vocabulary, positions: { ...positions } }
  const source = training.ahead > 0 ? openBatchesAhead(settings, training.ahead) : openBatches(settings)
  try {
    while (progress.update < training.updates) {
      if (options.signal?.aborted) throw new HmtlError('HMTL_ABORTED', `training stopped at update ${progress.update}`, { remedy: 'Go on with --resume' })
      const begun = performance.now()
      const task = config.tasks[draw(shares, random)]
      const { examples, batch, position } = await source.next(task.name)
      positions[task.name] = position
      const result = computeGradients(
        model,
        task,
        examples,
        random,
        withContextual(batch, model.contextual, () => sentencesOf(examples)),
      )
      const rate = rateAt(config, progress.update)
      progress.update++
      progress.taskUpdates[task.name] = (progress.taskUpdates[task.name] ?? 0) + 1
      if (result) {
        const ids = () => examples.map(({ id }) => id).join(', ')
        if (!Number.isFinite(result.loss))
          throw new HmtlError('HMTL_TRAIN_DIVERGED', `the loss of task ${task.name} is ${result.loss} at update ${progress.update}, on ${ids()}`, {
            remedy: 'Lower training.learningRate; the last good model is kept',
          })
        const norm = optimizer.step(task.name, model.parameters.all(), result.gradients, result.words, rate)
        for (const gradient of result.gradients.values()) gradient.dispose()
        result.words?.gradient.dispose()
        if (!Number.isFinite(norm))
          throw new HmtlError('HMTL_TRAIN_DIVERGED', `the gradient of task ${task.name} is ${norm} at update ${progress.update}, on ${ids()}`, {
            remedy: 'Lower training.learningRate; the last good model is kept',
          })
        const event: UpdateEvent = {
          update: progress.update,
          updates: training.updates,
          task: task.name,
          loss: result.loss,
          norm,
          rate,
          seconds: (performance.now() - begun) / 1000,
        }
        if (progress.update % 20 === 0) {
          await log({ event: 'update', ...event })
          board.scalars(progress.update, { [`loss/${task.name}`]: result.loss, [`norm/${task.name}`]: norm, rate })
        }
        options.onUpdate?.(event)
      }
      if (progress.update % training.validateEvery === 0 || progress.update === training.updates) if (await validate()) break
    }
    if (training.fitDecisions) {
      const decisions = await fitDecisions(join(output, 'model'), options.onDecision)
      await log({ event: 'decisions', decisions })
    }
    if (training.scoreTest) await log({ event: 'test', ...(await testScores(join(output, 'model'))) })
    await log({
      event: 'end',
      seconds: (performance.now() - started) / 1000,
      taskUpdates: progress.taskUpdates,
      rss: process.memoryUsage().rss,
      maxRss: process.resourceUsage().maxRSS * 1024,
    })
    await writeWhole(join(output, 'report.html'), trainingReport(config, parseEvents(await readFile(join(output, 'metrics.jsonl'), 'utf8'))))
    return { updates: progress.update, bestUpdate: progress.bestUpdate, bestMain: progress.bestMain, bestByTask: progress.bestByTask }
  } finally {
    await source.close()
    optimizer.dispose()
    model.contextual?.dispose()
  }
}
