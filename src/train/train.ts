/**
 * Training: for each batch that is drawn, one update (paper, section 3.3). Everything
 * random comes from the seed, and everything that moves is in the checkpoint, so that
 * a resumed run goes on as the uninterrupted one would have.
 */
import { join } from 'node:path'
import { HmtlError } from '../io/errors.ts'
import type { ModelConfig } from '../model/config/keys.ts'
import { headOf } from '../model/heads/index.ts'
import { updateStored } from '../model/store.ts'
import { sample } from '../pipeline/sample.ts'
import type { TrainingBatch } from './batches.ts'
import { beginTraining, resumeTraining, type Training } from './begin.ts'
import type { RandomState } from '../model/random.ts'
import { type Progress, saveState } from './checkpoint.ts'
import { openCourse } from './course.ts'
import { type Decision, fitDecisions } from './decisions.ts'
import { writeExamples } from './examples.ts'
import { claimFolder } from './folder.ts'
import type { Begun } from './former.ts'
import { computeGradients } from './gradients.ts'
import { provenanceOf } from './provenance.ts'
import { changedData } from './resumable.ts'
import { rateAt, samplingShares, taskOfUpdate } from './schedule.ts'
import { openStreams } from './streams.ts'
import type { Survey } from './survey.ts'
import { scoreStored, type Validation, validate } from './validation.ts'
import { openWatch, type TrainingWarning } from './watch.ts'

export interface UpdateEvent {
  readonly update: number
  readonly updates: number
  readonly task: string
  readonly loss: number
  readonly norm: number
  readonly rate: number
  readonly seconds: number
}

export interface ValidationEvent extends Validation {
  readonly update: number
  /** Updates of each task so far. */
  readonly taskUpdates: Readonly<Record<string, number>>
  readonly seconds: number
}

export interface TrainOptions {
  readonly output: string
  readonly resume?: boolean
  /** Replaces a training that the folder holds. @default false */
  readonly overwrite?: boolean
  /** The folder of the model that `training.begin` names, where that is no folder itself. */
  readonly folderOf?: (model: string) => string
  readonly onSurvey?: (survey: Survey) => void
  /** Told what was taken of the model that it begins with. */
  readonly onBegin?: (begun: Begun) => void
  readonly onUpdate?: (event: UpdateEvent) => void
  readonly onValidation?: (event: ValidationEvent) => void
  readonly onDecision?: (event: Decision) => void
  /** Told once of each task that does not seem to learn, and of data that changed before a training went on. */
  readonly onWarning?: (warning: TrainingWarning) => void
  readonly signal?: AbortSignal
  /** Saves the best model with float16 weights and word vectors of 8 bits. */
  readonly half?: boolean
  /** Version of the package, kept with the model. */
  readonly version?: string
}

export interface TrainResult extends Pick<Progress, 'bestUpdate' | 'bestByTask'> {
  readonly updates: number
  /** Development scores of the model that was kept, with what was decided after training. */
  readonly bestMain: Readonly<Record<string, number>>
}

/** What helps where a task does not learn, as its head knows it. */
const hintOf = ({ tasks }: ModelConfig, name: string): string | undefined => {
  const task = tasks.find((each) => each.name === name)
  return task && headOf(task.kind).hint
}

/** Updates of which one is logged. */
const loggedEvery = 20

const prefixed = (prefix: string, values: Readonly<Record<string, number>>) =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [`${prefix}/${name}`, value]))
const secondsSince = (begun: number) => (performance.now() - begun) / 1000

/**
 * One update of the weights by a batch.
 * @returns undefined where the batch has nothing to learn from
 * @throws HmtlError `HMTL_TRAIN_DIVERGED`
 */
const updateBy = (
  { model, optimizer, random, progress }: Training,
  config: ModelConfig,
  { task: name, units, batch }: TrainingBatch,
) => {
  const task = config.tasks.find((each) => each.name === name)
  if (!task) throw new HmtlError('HMTL_INTERNAL', `a batch of "${name}", which is no task`)
  const examples = units.map(({ example }) => example)
  const result = computeGradients(model, task, examples, random, batch)
  const rate = rateAt(config, progress.update)
  progress.update++
  progress.taskUpdates[name] = (progress.taskUpdates[name] ?? 0) + 1
  if (!result) return undefined
  const { loss, gradients, words } = result
  const mustBeFinite = (what: string, value: number) => {
    if (Number.isFinite(value)) return
    throw new HmtlError(
      'HMTL_TRAIN_DIVERGED',
      `the ${what} of task ${name} is ${value} at update ${progress.update}, on ${examples.map(({ id }) => id).join(', ')}`,
      {
        remedy: 'Lower training.learningRate; the last good model is kept',
      },
    )
  }
  try {
    mustBeFinite('loss', loss)
    const norm = optimizer.step(name, model.parameters.all(), gradients, words, rate)
    mustBeFinite('gradient', norm)
    return { loss, norm, rate }
  } finally {
    for (const gradient of gradients.values()) gradient.dispose()
    words?.gradient.dispose()
  }
}

/**
 * Trains a model into a folder: `model` is the best by mean validation score,
 * `best/TASK` the best for each task, `metrics.jsonl` the course of it, `tensorboard` the same for that program,
 * `report.html` for people, `state` what a resumed run needs.
 * @throws HmtlError `HMTL_TRAIN_*`, `HMTL_ABORTED`
 */
export const train = async (config: ModelConfig, options: TrainOptions): Promise<TrainResult> => {
  const release = await claimFolder(options.output, options)
  try {
    return await trainInto(config, options)
  } finally {
    await release()
  }
}

const trainInto = async (config: ModelConfig, options: TrainOptions): Promise<TrainResult> => {
  const { output, half = false } = options
  const { updates, validateEvery, patience, fitDecisions: fitted, scoreTest } = config.training
  const training = await (options.resume ? resumeTraining(config, output) : beginTraining(config, output, options))
  const { model, optimizer, random, progress, positions, counts, watched } = training
  const shares = samplingShares(config, counts.batches)
  const taskOf = taskOfUpdate(config, counts.batches, random)
  const watch = openWatch(Object.fromEntries(config.tasks.map(({ name }, i) => [name, shares[i] * updates])), watched)
  const course = await openCourse(output, options.resume ? progress.update : undefined)
  const provenance = await provenanceOf(config, options.version)
  const started = performance.now()
  if (training.begun) {
    await course.log({ event: 'begin', ...training.begun })
    options.onBegin?.(training.begun)
  }

  const warn = async (warning: TrainingWarning | undefined): Promise<void> => {
    if (!warning) return
    await course.log({ event: 'warning', ...warning })
    options.onWarning?.(warning)
  }

  for (const message of training.odd ?? []) await warn({ update: 0, kind: 'names', message })
  const changed = changedData(training.data, provenance.data)
  if (changed.length > 0)
    await warn({
      update: progress.update,
      kind: 'data',
      message: `${changed.join(', ')} changed since this training was broken off: it goes on with other data, at the place where it stood in the former`,
    })

  const save = (state: RandomState) =>
    saveState(output, model, optimizer, {
      ...progress,
      random: state,
      streams: positions,
      optimizer: optimizer.counts(),
      survey: counts,
      watch: watch.state,
      data: provenance.data,
    })
  /** @returns whether the training is to end */
  const validated = async (): Promise<boolean> => {
    const begun = performance.now()
    const validation = await validate(model, config, progress, { output, half, provenance })
    const { update, taskUpdates } = progress
    const event: ValidationEvent = {
      update,
      ...validation,
      taskUpdates: { ...taskUpdates },
      seconds: secondsSince(begun),
    }
    await course.log({ event: 'validation', ...event })
    course.scalars(update, { ...prefixed('dev', event.main), 'dev/mean': event.mean })
    options.onValidation?.(event)
    for (const [task, score] of Object.entries(event.main))
      await warn(watch.score(task, update, score, taskUpdates[task] ?? 0, hintOf(config, task)))
    await save(random.state())
    return patience > 0 && progress.withoutBetter >= patience
  }

  const { streams, close } = openStreams(
    { config, labels: model.labels, vocabulary: model.vocabulary, pieces: counts.pieces, positions: { ...positions } },
    model.contextual,
  )
  try {
    let begun = performance.now()
    /** As it was before the task of the batch at hand was drawn, so that a run that is resumed draws it again. */
    let undrawn = random.state()
    const drawn = progress.update < updates ? sample(streams, () => taskOf(progress.update)) : []
    for await (const batch of drawn) {
      if (options.signal?.aborted) {
        await save(undrawn)
        throw new HmtlError('HMTL_ABORTED', `training stopped at update ${progress.update}`, {
          remedy: 'Go on with --resume',
        })
      }
      positions[batch.task] = batch.position
      const done = updateBy(training, config, batch)
      if (done) {
        const { update } = progress
        const event: UpdateEvent = { update, updates, task: batch.task, ...done, seconds: secondsSince(begun) }
        if (update % loggedEvery === 0) {
          await course.log({ event: 'update', ...event })
          course.scalars(update, {
            [`loss/${batch.task}`]: done.loss,
            [`norm/${batch.task}`]: done.norm,
            rate: done.rate,
          })
        }
        options.onUpdate?.(event)
        await warn(watch.loss(batch.task, update, done.loss))
      }
      const last = progress.update >= updates
      if ((last || progress.update % validateEvery === 0) && (await validated())) break
      if (last) break
      undrawn = random.state()
      begun = performance.now()
    }
    if (fitted)
      await course.log({ event: 'decisions', decisions: await fitDecisions(join(output, 'model'), options.onDecision) })
    // The score that is written down is the stored model's, as it was decided and as `hmtl evaluate` finds it.
    const dev = await scoreStored(join(output, 'model'), 'dev')
    if (Object.keys(dev.main).length > 0) {
      await course.log({ event: 'dev', ...dev })
      await updateStored(join(output, 'model'), {}, { dev: dev.main })
    }
    if (scoreTest) await course.log({ event: 'test', ...(await scoreStored(join(output, 'model'), 'test')) })
    await writeExamples(output)
    await course.log({
      event: 'end',
      seconds: secondsSince(started),
      taskUpdates: progress.taskUpdates,
      rss: process.memoryUsage().rss,
      maxRss: process.resourceUsage().maxRSS * 1024,
    })
    await course.report(config)
    return {
      updates: progress.update,
      bestUpdate: progress.bestUpdate,
      bestMain: dev.main,
      bestByTask: progress.bestByTask,
    }
  } finally {
    await close()
    optimizer.dispose()
    model.contextual?.dispose()
  }
}
