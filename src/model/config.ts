/**
 * An experiment as data: embeddings, a list of tasks in the order of the
 * hierarchy, and how to train them. Any subset, any order, any label set.
 */
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { HmtlError } from '../io/errors.ts'
import { type TagScheme, tagSchemes } from './heads/crf-decode.ts'

export interface WordsConfig {
  /** Vectors in text form, plain or gzip; random where absent. */
  readonly file?: string
  readonly size: number
  /** Words of the file that are taken besides those of the training data, most frequent first. */
  readonly maxWords: number
  /** Chance that a training word is replaced by the unknown one, which so gets trained. */
  readonly wordDropout: number
  /** Frozen vectors get no updates. */
  readonly trainable: boolean
}

export interface CharactersConfig {
  readonly size: number
  readonly filters: number
  readonly width: number
}

/** A frozen contextual encoder whose layers are mixed by trained weights, shared by all tasks. */
export type ContextualConfig = (
  | {
      readonly kind: 'elmo'
      /** ELMo's options file and weights, as published. */
      readonly options: string
      readonly weights: string
    }
  | {
      readonly kind: 'transformer'
      /** Folder of an encoder of the BERT family, or the name of one that was set up. */
      readonly model: string
    }
) & {
  /** Vectors of all the data that `hmtl embed` made: training reads them and needs no encoder. */
  readonly cache?: string
}

export interface EncoderConfig {
  /** Cells a direction; a multiple of 4. */
  readonly hidden: number
  readonly layers: number
  /** Between stacked layers. */
  readonly dropout: number
}

export interface DatasetConfig {
  readonly train: string
  readonly dev?: string
  readonly test?: string
  /** Format of the files; guessed where absent. */
  readonly from?: string
  /** The labels that this data set annotates, where it has not all of the task's: what it leaves untagged may be any of the others. */
  readonly labels?: readonly string[]
}

/** Slope and intercept on the log-odds of a score, fitted on development data (Platt 1999); [1, 0] leaves it as it is. */
export type Calibration = readonly [slope: number, intercept: number]

interface TaskBase {
  readonly name: string
  /** `base`, or the name of an earlier task; the input is always g_e, with that task's states joined to it. */
  readonly on: string
  readonly encoder: EncoderConfig
  /** Before and after the encoder. */
  readonly dropout: number
  readonly datasets: readonly DatasetConfig[]
  /** Sentences (crf, relation) or documents (coref) a batch. */
  readonly batch: number
  /** Tokens a batch at most, so that long sentences come in smaller ones; 0 for no such limit. An example is never cut. */
  readonly batchTokens: number
}

export interface CrfTaskConfig extends TaskBase {
  readonly kind: 'crf'
  /** Which layer of the documents is learned, and written. */
  readonly layer: 'entities' | 'mentions'
  /** How spans are spelled in tags. */
  readonly scheme: TagScheme
  /** Added to every token's score of being outside when decoding: below 0 more is found (a step past the paper, where it is 0). */
  readonly outsideBias: number
  readonly calibration: Calibration
}

export interface RelationTaskConfig extends TaskBase {
  readonly kind: 'relation'
  readonly hidden: number
  /** Only these many commonest labels; 0 for all. */
  readonly maxLabels: number
  /** Train and evaluate only on sentences with a relation, as the original does. */
  readonly bearingOnly: boolean
  /** A task whose tag marginals the head also sees (a step past the paper). */
  readonly tagsOf?: string
  /** Distance and product terms in the pair layer (a step past the paper). */
  readonly pairFeatures: boolean
  readonly threshold: number
  readonly calibration: Calibration
}

export const linkings = ['antecedent', 'entity'] as const

export interface CorefTaskConfig extends TaskBase {
  readonly kind: 'coref'
  readonly maxSpanWidth: number
  readonly spansPerWord: number
  readonly maxAntecedents: number
  /** What a mention is linked to: the `antecedent` that is most probable, as the paper does, or the `entity`, all its mentions taken together (a step past it). */
  readonly linking: (typeof linkings)[number]
  readonly hidden: number
  readonly feature: number
  /** Size to which span vectors are projected before the product term; 0 keeps them whole, as the paper does. */
  readonly project: number
  readonly headDropout: number
  readonly lexicalDropout: number
  /** Longest piece of a document that is trained on at once, in tokens. */
  readonly maxTokens: number
  /** Output mentions that no other corefers with, where the mention score is above 0. */
  readonly singletons: boolean
  /** Candidates are the gold mentions alone, in training and evaluation (the paper's GM rows). */
  readonly goldMentions: boolean
  /** Pairs are also told apart by what their texts have in common (a step past the paper). */
  readonly textFeatures: boolean
  /** Added to every antecedent's score against having none: above 0 more is linked (a step past the paper, where it is 0). */
  readonly linkBias: number
  readonly calibration: Calibration
  /** Also teach the mention scorer which kept spans are mentions (a step past the paper). */
  readonly mentionLoss: boolean
}

export type TaskConfig = CrfTaskConfig | RelationTaskConfig | CorefTaskConfig

export interface TrainingConfig {
  readonly seed: number
  /** Updates in all; validation every `validateEvery`. */
  readonly updates: number
  readonly validateEvery: number
  readonly sampling: 'proportional' | 'uniform' | Readonly<Record<string, number>>
  readonly learningRate: number
  /** Factor on the learning rate at the last update, reached on a straight line. */
  readonly finalRate: number
  readonly warmup: number
  readonly gradientNorm: number
  readonly gradientClip: number
  /** Validations without a better mean score before training stops; 0 never. */
  readonly patience: number
  /** After training, choose each tagger's outside bias, each relation task's threshold, each coreference task's link bias and how many of its candidates are kept, on development data (a step past the paper). */
  readonly fitDecisions: boolean
  /** After training, score the best model once on the data sets' test files. */
  readonly scoreTest: boolean
  readonly shuffleBuffer: number
  /** Batches of each task that another thread makes ready while the model learns; 0 makes each when it is its turn. The result is the same. */
  readonly ahead: number
}

export interface ModelConfig {
  readonly name: string
  readonly embeddings: {
    readonly words: WordsConfig
    readonly characters: CharactersConfig | null
    readonly contextual: ContextualConfig | null
    readonly dropout: number
  }
  readonly tasks: readonly TaskConfig[]
  readonly training: TrainingConfig
}

const encoder: EncoderConfig = { hidden: 64, layers: 2, dropout: 0.2 }
const common = { on: 'base', encoder, dropout: 0.2, datasets: [] as DatasetConfig[], batch: 32, batchTokens: 0 }

/** Defaults by kind of task; the sizes are the original's. */
const taskDefaults = {
  crf: { ...common, layer: 'entities', scheme: 'bioul', outsideBias: 0, calibration: [1, 0] },
  relation: {
    ...common,
    encoder: { ...encoder, layers: 3 },
    hidden: 64,
    maxLabels: 0,
    bearingOnly: false,
    tagsOf: '',
    pairFeatures: false,
    threshold: 0.5,
    calibration: [1, 0],
    batch: 4,
  },
  coref: {
    ...common,
    encoder: { hidden: 200, layers: 1, dropout: 0.2 },
    maxSpanWidth: 8,
    spansPerWord: 0.4,
    maxAntecedents: 70,
    hidden: 150,
    feature: 20,
    project: 0,
    headDropout: 0.3,
    lexicalDropout: 0.5,
    maxTokens: 520,
    singletons: false,
    goldMentions: false,
    mentionLoss: false,
    textFeatures: false,
    linkBias: 0,
    linking: 'antecedent',
    calibration: [1, 0],
    batch: 1,
  },
} as const

const defaults = {
  name: 'model',
  embeddings: {
    words: { file: '', size: 100, maxWords: 100_000, wordDropout: 0.02, trainable: true },
    characters: { size: 16, filters: 64, width: 3 },
    contextual: null as ContextualConfig | null,
    dropout: 0,
  },
  training: {
    seed: 1,
    updates: 5000,
    validateEvery: 500,
    sampling: 'proportional',
    learningRate: 1e-3,
    finalRate: 0.05,
    warmup: 0,
    gradientNorm: 5,
    gradientClip: 10,
    patience: 0,
    fitDecisions: false,
    scoreTest: false,
    shuffleBuffer: 8192,
    ahead: 2,
  },
}

type Json = null | boolean | number | string | Json[] | { [key: string]: Json }
type JsonObject = { [key: string]: Json }

const isObject = (value: unknown): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value)

/** Edit distance, for naming the key that was probably meant. */
const distance = (a: string, b: string): number => {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1))
    row = next
  }
  return row[b.length]
}

const nearest = (key: string, known: readonly string[]): string => [...known].sort((a, b) => distance(key, a) - distance(key, b))[0]

/** Lays `given` over `base`, checking keys and types. @throws HmtlError `HMTL_CONFIG_KEY`, `HMTL_CONFIG_TYPE` */
const merge = (base: JsonObject, given: JsonObject, path: string, open: readonly string[]): JsonObject => {
  const out: JsonObject = { ...base }
  for (const [key, value] of Object.entries(given)) {
    const where = path === '' ? key : `${path}.${key}`
    if (!Object.hasOwn(base, key)) throw new HmtlError('HMTL_CONFIG_KEY', `unknown key "${where}"`, { remedy: `Did you mean "${nearest(key, Object.keys(base))}"?` })
    const usual = base[key]
    if (open.includes(where)) out[key] = value
    else if (isObject(usual)) {
      if (value === null) out[key] = null
      else if (isObject(value)) out[key] = merge(usual, value, where, open)
      else throw new HmtlError('HMTL_CONFIG_TYPE', `"${where}" must be an object`)
    } else if (Array.isArray(usual) !== Array.isArray(value) || (usual !== null && typeof usual !== typeof value))
      throw new HmtlError('HMTL_CONFIG_TYPE', `"${where}" must be ${Array.isArray(usual) ? 'a list' : `a ${typeof usual}`}, not ${JSON.stringify(value)}`)
    else out[key] = value
  }
  return out
}

const fail = (message: string, remedy?: string) => new HmtlError('HMTL_CONFIG_VALUE', message, { remedy })

const contextualKeys: Readonly<Record<ContextualConfig['kind'], readonly string[]>> = { elmo: ['options', 'weights'], transformer: ['model'] }

const checkContextual = (given: Json): void => {
  if (given === null) return
  if (!isObject(given)) throw new HmtlError('HMTL_CONFIG_TYPE', '"embeddings.contextual" must be an object or null')
  const { kind } = given
  if (typeof kind !== 'string' || !Object.hasOwn(contextualKeys, kind)) throw fail(`"embeddings.contextual.kind" must be one of ${Object.keys(contextualKeys).join(', ')}`)
  const needed = contextualKeys[kind as ContextualConfig['kind']]
  const known = ['kind', 'cache', ...needed]
  for (const key of Object.keys(given))
    if (!known.includes(key)) throw new HmtlError('HMTL_CONFIG_KEY', `unknown key "embeddings.contextual.${key}"`, { remedy: `Did you mean "${nearest(key, known)}"?` })
  for (const key of needed) if (typeof given[key] !== 'string') throw fail(`"embeddings.contextual" of kind ${kind} needs ${needed.map((name) => `"${name}"`).join(' and ')}`)
  if (given.cache !== undefined && typeof given.cache !== 'string') throw new HmtlError('HMTL_CONFIG_TYPE', '"embeddings.contextual.cache" must be a path')
}

/** Batches ahead are held in memory, so many of each task. */
const mostAhead = 64

/** A full configuration from a partial one. @throws HmtlError `HMTL_CONFIG_*` */
export const parseConfig = (given: unknown): ModelConfig => {
  if (!isObject(given)) throw new HmtlError('HMTL_CONFIG_TYPE', 'a configuration is a JSON object')
  const { tasks, ...rest } = given
  const merged = merge(defaults as unknown as JsonObject, rest, '', ['training.sampling', 'embeddings.contextual'])
  checkContextual((merged.embeddings as JsonObject).contextual)
  const { ahead } = merged.training as { ahead: number }
  if (!Number.isInteger(ahead) || ahead < 0 || ahead > mostAhead) throw fail(`"training.ahead" must be a whole number from 0 to ${mostAhead}, not ${ahead}`)
  if (!Array.isArray(tasks) || tasks.length === 0) throw fail('"tasks" must be a list of at least one task')
  const seen = new Set<string>()
  const list = tasks.map((task, i) => {
    if (!isObject(task)) throw new HmtlError('HMTL_CONFIG_TYPE', `"tasks[${i}]" must be an object`)
    const { kind } = task
    if (typeof kind !== 'string' || !Object.hasOwn(taskDefaults, kind)) throw fail(`"tasks[${i}].kind" must be one of ${Object.keys(taskDefaults).join(', ')}`)
    const full = merge({ name: '', kind, ...(taskDefaults[kind as keyof typeof taskDefaults] as unknown as JsonObject) }, task, `tasks[${i}]`, [`tasks[${i}].datasets`])
    const { name, on } = full as { name: string; on: string }
    if (name === '') throw fail(`"tasks[${i}].name" is missing`)
    if (seen.has(name)) throw fail(`two tasks are named "${name}"`)
    if (on !== 'base' && !seen.has(on)) throw fail(`task "${name}" stands on "${on}", which is no earlier task`, `Use base${[...seen].map((other) => ` or ${other}`).join('')}`)
    const { hidden } = full.encoder as { hidden: number }
    if (!(hidden > 0 && hidden % 4 === 0)) throw fail(`"tasks[${i}].encoder.hidden" must be a multiple of 4, not ${hidden}`)
    const { datasets } = full
    if (
      !Array.isArray(datasets) ||
      !datasets.every(
        (data) =>
          isObject(data) &&
          typeof data.train === 'string' &&
          Object.keys(data).every((key) => ['train', 'dev', 'test', 'from', 'labels'].includes(key)) &&
          (data.from === undefined || typeof data.from === 'string') &&
          (data.labels === undefined || (kind === 'crf' && Array.isArray(data.labels) && data.labels.length > 0 && data.labels.every((label) => typeof label === 'string'))),
      )
    )
      throw fail(
        `"tasks[${i}].datasets" must be a list of {"train", "dev", "test"} paths, perhaps with "from", their format, and for a tagger "labels", those that the data set annotates`,
      )
    const { calibration = [1, 0] } = full
    if (
      !Array.isArray(calibration) ||
      calibration.length !== 2 ||
      !calibration.every((value) => typeof value === 'number' && Number.isFinite(value)) ||
      !((calibration[0] as number) > 0)
    )
      throw fail(`"tasks[${i}].calibration" must be two numbers, the first above 0`)
    if (kind === 'crf' && !tagSchemes.includes(full.scheme as TagScheme)) throw fail(`"tasks[${i}].scheme" must be one of ${tagSchemes.join(', ')}`)
    if (kind === 'coref' && !linkings.includes(full.linking as (typeof linkings)[number])) throw fail(`"tasks[${i}].linking" must be one of ${linkings.join(', ')}`)
    seen.add(name)
    return full
  })
  return { ...merged, tasks: list } as unknown as ModelConfig
}

/** `a.b.0.c=value` laid over a configuration object; the value is JSON, else a string. */
const setPath = (config: JsonObject, assignment: string): void => {
  const at = assignment.indexOf('=')
  if (at < 1) throw new HmtlError('HMTL_CONFIG_KEY', `"${assignment}" is not key=value`)
  const path = assignment.slice(0, at).split('.')
  const text = assignment.slice(at + 1)
  let value: Json
  try {
    value = JSON.parse(text)
  } catch {
    value = text
  }
  let node: JsonObject = config
  for (const [i, key] of path.entries()) {
    if (key === '__proto__' || key === 'constructor') throw new HmtlError('HMTL_CONFIG_KEY', `"${key}" cannot be set`)
    if (i === path.length - 1) node[key] = value
    else {
      if (typeof node[key] !== 'object' || node[key] === null) node[key] = {}
      node = node[key] as JsonObject
    }
  }
}

/** Lays a file over the one it `extends`; tasks are laid over those of the same name. */
const inherit = (base: JsonObject, given: JsonObject): JsonObject => {
  const out: JsonObject = { ...base }
  for (const [key, value] of Object.entries(given)) {
    if (key === 'extends' || key === 'comment') continue
    if (key === 'tasks' && Array.isArray(value)) {
      const known = new Map((Array.isArray(base.tasks) ? base.tasks : []).filter(isObject).map((task) => [task.name, task]))
      out.tasks = value.map((task) => (isObject(task) && known.has(task.name) ? inherit(known.get(task.name) as JsonObject, task) : task))
    } else out[key] = isObject(value) && isObject(base[key]) ? inherit(base[key] as JsonObject, value) : value
  }
  return out
}

const readObject = async (path: string, depth = 0): Promise<JsonObject> => {
  if (depth > 8) throw fail(`"extends" goes round in circles at ${path}`)
  let value: unknown
  try {
    value = JSON.parse(await readFile(path, 'utf8'))
  } catch (cause) {
    throw new HmtlError('HMTL_CONFIG_VALUE', `cannot read configuration ${path}: ${(cause as Error).message}`, { cause })
  }
  if (!isObject(value)) throw new HmtlError('HMTL_CONFIG_TYPE', `${path} is not a JSON object`)
  const base = typeof value.extends === 'string' ? await readObject(join(dirname(path), value.extends), depth + 1) : {}
  return inherit(base, value)
}

/**
 * Reads a configuration file, its ancestors by `extends`, and `key=value` settings.
 * Paths of data and vectors stay as they are written, relative to the working directory.
 */
export const loadConfig = async (path: string, settings: readonly string[] = []): Promise<ModelConfig> => {
  const object = await readObject(path)
  for (const setting of settings) setPath(object, setting)
  return parseConfig(object)
}
