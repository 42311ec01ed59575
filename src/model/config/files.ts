/** A configuration from files: ancestors by `extends`, and `key=value` settings over them. */
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { HmtlError } from '../../io/errors.ts'
import type { ContextualConfig, ModelConfig } from './keys.ts'
import { folderFiles } from '../folder-files.ts'
import { textOf } from '../model-files.ts'
import { parseConfig, parseStoredConfig } from './parse.ts'
import { withoutForeignWeights } from './sampling.ts'
import { isObject, type JsonObject } from './schema.ts'
import { setPath } from './settings.ts'

/** A data set laid over that of the same training data, the first of it, which `extends: true` asks for. */
const dataset = (base: readonly JsonObject[], given: JsonObject): JsonObject => {
  const { extends: asked } = given
  if (asked === undefined) return given
  if (asked !== true)
    throw new HmtlError(
      'HMTL_CONFIG_TYPE',
      `"extends" of a data set is true or not there, not ${JSON.stringify(asked)}`,
    )
  const below = base.find(({ train }) => train === given.train)
  if (!below)
    throw new HmtlError(
      'HMTL_CONFIG_VALUE',
      `a data set extends ${JSON.stringify(given.train)}, which is not there before`,
      {
        remedy: 'Name it as the configuration does that this one extends',
      },
    )
  return inherit(below, given)
}

const objectsOf = (value: unknown): JsonObject[] => (Array.isArray(value) ? value : []).filter(isObject)

/** Lays an object over another; tasks are laid over those of the same name, data sets where they say so. */
const inherit = (base: JsonObject, given: JsonObject): JsonObject => {
  const out: JsonObject = { ...base }
  for (const [key, value] of Object.entries(given)) {
    if (key === 'extends' || key === 'comment') continue
    const below = base[key]
    if (key === 'tasks' && Array.isArray(value)) {
      const known = new Map(objectsOf(below).map((task) => [task.name, task]))
      out.tasks = value.map((task) => (isObject(task) ? inherit(known.get(task.name) ?? {}, task) : task))
    } else if (key === 'datasets' && Array.isArray(value))
      out.datasets = value.map((each) => (isObject(each) ? dataset(objectsOf(below), each) : each))
    else out[key] = isObject(value) && isObject(below) ? inherit(below, value) : value
  }
  return out
}

/** @param heirs files that extend it, one by way of the next */
const readObject = async (path: string, heirs: readonly string[] = []): Promise<JsonObject> => {
  const own = resolve(path)
  if (heirs.includes(own))
    throw new HmtlError(
      'HMTL_CONFIG_VALUE',
      `"extends" goes round in circles: ${[...heirs.slice(heirs.indexOf(own)), own].join(' extends ')}`,
      {
        remedy: 'Name a file that does not extend this one',
      },
    )
  let value: unknown
  try {
    value = JSON.parse(await readFile(path, 'utf8'))
  } catch (cause) {
    throw new HmtlError('HMTL_CONFIG_VALUE', `cannot read configuration ${path}: ${(cause as Error).message}`, {
      cause,
    })
  }
  if (!isObject(value)) throw new HmtlError('HMTL_CONFIG_TYPE', `${path} is not a JSON object`)
  const { extends: parent } = value
  if (parent !== undefined && typeof parent !== 'string')
    throw new HmtlError('HMTL_CONFIG_TYPE', `"extends" of ${path} must be a path, not ${JSON.stringify(parent)}`)
  if (parent === undefined) return inherit({}, value)
  const base = await readObject(resolve(dirname(path), parent), [...heirs, own])
  // Weights of tasks that this file does not take stay behind.
  const { training = {} } = withoutForeignWeights({ ...base, tasks: value.tasks ?? base.tasks })
  return inherit({ ...base, training }, value)
}

/** Of a model's settings those that its weights depend on, and its decisions; not its data, and what was fitted to it. */
const settingsOf = async (folder: string): Promise<JsonObject> => {
  const { config } = parseStored(await folderFiles(folder).read('config.json'), folder)
  const { words, contextual, ...embeddings } = config.embeddings
  return {
    embeddings: {
      ...embeddings,
      words: without(words, 'file'),
      ...(contextual && { contextual: { ...without(contextual, 'cache'), ...encoderIn(folder, contextual) } }),
    },
    tasks: config.tasks.map((task) => without(task, 'datasets', 'calibration')),
  }
}

/** An encoder that lies in the model's folder, by a path that holds elsewhere too. */
const encoderIn = (folder: string, contextual: ContextualConfig) => {
  if (contextual.kind !== 'transformer') return {}
  const path = resolve(folder, contextual.model)
  return existsSync(join(path, 'config.json')) ? { model: path } : {}
}

const without = (object: object, ...keys: readonly string[]): JsonObject =>
  Object.fromEntries(Object.entries(object).filter(([key]) => !keys.includes(key)))

const parseStored = (bytes: Uint8Array, folder: string): { readonly config: ModelConfig } => {
  try {
    const { config } = JSON.parse(textOf(bytes)) as { config: unknown }
    return { config: parseStoredConfig(config) }
  } catch (cause) {
    throw new HmtlError('HMTL_MODEL_CORRUPT', `${folder}: its config.json is no model's`, {
      cause,
      remedy: 'Name a folder that hmtl train wrote',
    })
  }
}

export interface LoadConfigOptions {
  /** The model that the training begins with, instead of the one that the file names. */
  readonly begin?: string | undefined
  /** The folder of a model that may be named otherwise. */
  readonly folderOf?: (model: string) => string
}

/**
 * Reads a configuration file, its ancestors by `extends`, and `key=value` settings. What it does not say of embeddings
 * and of its tasks is, where the training begins with a model, as in that.
 * Paths of data and vectors stay as they are written, relative to the working directory.
 * @throws HmtlError `HMTL_CONFIG_*`, `HMTL_MODEL_*`
 */
export const loadConfig = async (
  path: string,
  settings: readonly string[] = [],
  { begin, folderOf = (model) => model }: LoadConfigOptions = {},
): Promise<ModelConfig> => {
  let object = await readObject(path)
  for (const setting of settings) setPath(object, setting)
  const training = isObject(object.training) ? object.training : {}
  const model = begin ?? training.begin
  if (typeof model === 'string') {
    // Kept as it is named: a model says what it began with, not where that lay.
    object = inherit(await settingsOf(folderOf(model)), { ...object, training: { ...training, begin: model } })
  }
  return parseConfig(object)
}
