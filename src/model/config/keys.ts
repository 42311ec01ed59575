/**
 * The keys of an experiment: embeddings, what every task has whatever its head, and how
 * to train. Keys of a head lie in its folder.
 */
import {
  choice,
  flag,
  isObject,
  item,
  type Key,
  type Keys,
  list,
  number,
  type Of,
  object,
  optional,
  orNull,
  text,
  variants,
  whole,
  wrongType,
  wrongValue,
} from './schema.ts'
import { nearest } from './nearest.ts'

/** More than this of anything is a slip of the finger, and more memory than there is. */
const most = 65_536

/** A share of numbers that are set to zero. */
export const dropout = (usual: number, sentence: string): Key<number> =>
  number({ default: usual, min: 0, below: 1, sentence })

const share = (sentence: string): Key<number> => number({ default: 0, min: 0, max: 0.3, past: true, sentence })

const wordKeys = {
  file: text(
    { default: '', sentence: 'Vectors in text form, plain or gzip; random ones where there is none.' },
    'a path',
  ),
  size: whole({ default: 100, min: 1, max: most, sentence: 'Numbers a vector.' }),
  maxWords: whole({
    default: 100_000,
    min: 0,
    sentence: 'Words of the file that are taken besides those of the training data, most frequent first.',
  }),
  wordDropout: number({
    default: 0.02,
    min: 0,
    max: 1,
    sentence: 'Chance that a training word is replaced by the unknown one, which so gets trained.',
  }),
  trainable: flag({ default: true, sentence: 'Whether vectors are updated.' }),
}

const characterKeys = {
  size: whole({ default: 16, min: 1, max: most, sentence: 'Numbers a character.' }),
  filters: whole({ default: 64, min: 1, max: most, sentence: 'Filters of the character CNN.' }),
  // A word of one character is four with its marks.
  width: whole({ default: 3, min: 1, max: 4, sentence: 'Characters that a filter sees.' }),
}

const cache = optional(
  text(
    { sentence: 'Vectors of all the data that `hmtl embed` made: training reads them and needs no encoder.' },
    'a path',
  ),
)

export const contextualKinds = {
  elmo: {
    options: text({ required: true, sentence: 'Options file of ELMo, as published.' }, 'a path'),
    weights: text({ required: true, sentence: 'Weights of ELMo, as published.' }, 'a path'),
    cache,
  },
  transformer: {
    model: text(
      { required: true, sentence: 'Folder of an encoder of the BERT family, or the name of one that was set up.' },
      'a path or a name',
    ),
    layers: optional(
      whole({
        min: 1,
        max: 256,
        sentence:
          'How many of its layers are run, from the first on: the upper ones are about what it was made for, and say less of words. [all]',
      }),
    ),
    tune: optional(
      object(
        {
          layers: whole({ default: 4, min: 1, max: 256, sentence: 'How many, from the last that is run down.' }),
          learningRate: number({
            default: 0.00003,
            above: 0,
            max: 1,
            sentence: 'Step of Adam for them, where that of all else is training.learningRate.',
          }),
          dropout: dropout(0.1, 'Of what each half of a layer adds.'),
        },
        {
          sentence:
            'Upper layers that are trained with the model, which keeps them. They need the encoder itself, no cache.',
        },
      ),
    ),
    cache,
  },
}

const contextual = variants(contextualKinds, { sentence: '' })

const embeddingKeys = {
  words: object(wordKeys, { sentence: 'Word vectors.' }),
  characters: orNull(object(characterKeys, { sentence: '' }), { sentence: 'The character CNN; null leaves it out.' }),
  contextual: orNull(contextual, {
    default: null,
    sentence:
      'A contextual encoder, its layers mixed by trained weights that all tasks share; frozen, but for layers that are tuned.',
  }),
  dropout: dropout(0, 'Of all of it.'),
  caseNoise: object(
    {
      lower: share('In lower case.'),
      upper: share('In capitals.'),
      title: share('As a headline: each word with a capital.'),
    },
    {
      sentence: 'Share of the training sentences that are shown in another case, as people write tweets and headlines.',
    },
  ),
}

const samplings = ['proportional', 'uniform', 'successive'] as const

/** Shares of the tasks in the draws; which tasks there are is known to whoever reads the whole. */
const sampling: Key<(typeof samplings)[number] | Readonly<Record<string, number>>> = {
  default: 'proportional',
  may: '"proportional", "uniform", "successive" or {"task": weight}',
  sentence:
    'How often each task is drawn: in proportion to its batches, all alike, or by weights; `successive`: an epoch of each task after the other, the lowest first.',
  read(value, where) {
    const named = samplings.find((name) => name === value)
    if (named) return named
    if (typeof value === 'string') throw wrongValue(where, this.may, value, `Use "${nearest(value, samplings)}"`)
    if (!isObject(value)) throw wrongType(where, this.may, value, 'Use "proportional"')
    const weight = number({ min: 0, default: 1, sentence: '' })
    return Object.fromEntries(
      Object.entries(value).map(([task, each]) => [task, weight.read(each, `${where}.${task}`)]),
    )
  },
}

/** Batches ahead are held in memory, so many of each task. */
const mostAhead = 64

const trainingKeys = {
  begin: optional(
    text(
      {
        sentence:
          'A model whose words and weights the training begins with, wherever they fit, and whose settings of embeddings and ' +
          'tasks hold where the file says nothing else; `hmtl train --begin en` is the same. Where its labels of a task are other ' +
          'ones, what depends on them begins anew; an encoder that is wider here, of as many layers, begins as the narrower one.',
      },
      'the folder of a model',
    ),
  ),
  seed: whole({ default: 1, min: 0, max: 2 ** 32 - 1, sentence: 'Everything random comes from it.' }),
  updates: whole({ default: 5000, min: 1, sentence: 'Updates in all.' }),
  validateEvery: whole({ default: 500, min: 1, sentence: 'Updates between two validations.' }),
  sampling,
  only: list(
    text({ sentence: '' }),
    {
      default: [],
      past: true,
      sentence:
        'Tasks whose own encoder and head are all that is learned: other tasks keep their weights, and embeddings theirs, words that the data bring besides. Others need a weight of 0 in `sampling`. Empty: everything is learned.',
    },
    'a list of tasks',
  ),
  learningRate: number({ default: 1e-3, above: 0, sentence: 'Of Adam.' }),
  finalRate: number({
    default: 0.05,
    min: 0,
    max: 1,
    sentence: 'Factor on the learning rate at the last update, reached on a straight line.',
  }),
  warmup: whole({ default: 0, min: 0, sentence: 'Updates until the learning rate is whole.' }),
  gradientNorm: number({ default: 5, min: 0, sentence: 'Most that the norm of a whole gradient may be; 0: no limit.' }),
  gradientClip: number({ default: 10, above: 0, sentence: 'Most that each number of a gradient may be.' }),
  patience: whole({
    default: 0,
    min: 0,
    sentence: 'Validations without a better mean score before training stops; 0: never.',
  }),
  fitDecisions: flag({
    default: false,
    past: true,
    sentence: 'After training, choose on development data each number that no gradient reaches, such as thresholds.',
  }),
  scoreTest: flag({
    default: false,
    sentence: "After training, score the best model once on the data sets' test files.",
  }),
  shuffleBuffer: whole({ default: 8192, min: 1, sentence: 'Examples held for shuffling.' }),
  ahead: whole({
    default: 2,
    min: 0,
    max: mostAhead,
    sentence:
      'Batches of each task that another thread makes ready while the model learns; 0: none. The result is the same.',
  }),
}

/** A configuration but for its tasks. */
export const modelKeys = {
  name: text({ default: 'model', sentence: 'For people.' }),
  embeddings: object(embeddingKeys, { sentence: 'What a token is to the encoders.' }),
  training: object(trainingKeys, { sentence: 'How to train.' }),
}

const datasetKeys = {
  train: text({ required: true, sentence: 'Training data, in any format that is read.' }, 'a path'),
  dev: optional(text({ sentence: 'Development data: validation is on it.' }, 'a path')),
  test: optional(text({ sentence: 'Test data.' }, 'a path')),
  from: optional(text({ sentence: 'Format of its files; guessed where absent.' }, 'the name of a format')),
  weight: optional(
    number({
      above: 0,
      max: 1000,
      sentence: 'How often its documents are seen in an epoch: 2 is twice, 0.5 every other time. [1]',
    }),
  ),
}

export interface TaskDefaults {
  readonly hidden?: number
  readonly layers?: number
  readonly batch?: number
}

/**
 * What every task has.
 * @param kinds of heads that there are
 * @param usual a head's own defaults
 * @param datasets keys that a data set has besides its files, for that head
 */
export const taskKeys = <D extends Keys>(kinds: readonly string[], usual: TaskDefaults, datasets: D) => ({
  name: text(
    { required: true, sentence: 'Letters, digits, `-` and `_`: files and parameters are named for it.' },
    'a name',
  ),
  kind: choice(kinds, { required: true, sentence: 'What its head does.' }),
  on: text(
    {
      default: 'base',
      sentence: '`base`, or an earlier task; the input is g_e, with the states of that task joined to it.',
    },
    '"base" or the name of an earlier task',
  ),
  shortcut: flag({
    default: true,
    sentence: 'Whether the encoder sees g_e beside the states of the task that it stands on.',
  }),
  encoder: orNull(
    object(
      {
        hidden: number({ default: usual.hidden ?? 64, min: 4, max: most, step: 4, sentence: 'Cells a direction.' }),
        layers: whole({ default: usual.layers ?? 2, min: 1, max: 64, sentence: 'LSTMs on one another.' }),
        dropout: dropout(0.2, 'Between stacked layers.'),
      },
      { sentence: '' },
    ),
    { sentence: 'The BiLSTM of the task; null: its head stands on the states of `on` themselves.' },
  ),
  dropout: dropout(0.2, 'Before and after the encoder.'),
  datasets: list(
    item({ ...datasetKeys, ...datasets }),
    { default: [], sentence: 'What it learns from.' },
    'a list of {"train", "dev", "test"}',
  ),
  batch: whole({ default: usual.batch ?? 32, min: 1, max: most, sentence: 'Examples a batch at most.' }),
  batchTokens: whole({
    default: 0,
    min: 0,
    sentence:
      'Tokens a batch at most, so that long sentences come in smaller ones; 0: no such limit. An example is never cut.',
  }),
})

/**
 * Slope and intercept on the log-odds of a score, fitted on development data (Platt 1999); [1, 0] leaves it as it is.
 */
export type Calibration = readonly [slope: number, intercept: number]

export const calibration: Key<Calibration> = {
  default: [1, 0],
  may: 'two numbers, the first above 0',
  past: true,
  sentence: 'Slope and intercept on the log-odds of its scores; `scripts/calibration.mjs` writes it.',
  read(value, where) {
    if (!Array.isArray(value)) throw wrongType(where, this.may, value, 'Use [1,0]')
    const [slope, intercept] = value
    const right = value.length === 2 && Number.isFinite(slope) && Number.isFinite(intercept) && slope > 0
    if (!right) throw wrongValue(where, this.may, value, 'Use [1,0]')
    return [slope, intercept]
  },
}

export type DatasetConfig = Of<typeof datasetKeys>
/** What every task has; a head's configuration is this with keys of its own. */
export type TaskConfig = Of<ReturnType<typeof taskKeys<Record<never, never>>>>
export type EncoderConfig = NonNullable<TaskConfig['encoder']>
export type ContextualConfig = NonNullable<Of<typeof embeddingKeys>['contextual']>
export type ModelConfig = Of<typeof modelKeys> & { readonly tasks: readonly TaskConfig[] }
/** Of a head whose data sets have keys of their own: both kinds of keys. */
export type HeadConfig<K, D = Record<never, never>> = Omit<TaskConfig, 'datasets'> & {
  readonly datasets: readonly (DatasetConfig & Of<D>)[]
} & Of<K>
