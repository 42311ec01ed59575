/** A model in a folder. Written whole or not at all. */
import { createHash } from 'node:crypto'
import { mkdir, open, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { HmtlError } from '../io/errors.ts'
import { parseStoredConfig } from './config/parse.ts'
import { type ContextualOptions, loadContextual } from './encoders/load.ts'
import { folderFiles } from './folder-files.ts'
import { type Model, wordFloats } from './hierarchy.ts'
import { textOf } from './model-files.ts'
import { formatName, formatVersion, readModel, wordsKey } from './read-model.ts'
import { encodeSafetensors, type StoredTensor, type StoredType } from './safetensors.ts'
import { wordLines } from './vocabulary.ts'

const digest = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex')

/** Writes to a temporary name, syncs, renames. */
export const writeWhole = async (path: string, data: string | Uint8Array): Promise<void> => {
  const temporary = `${path}.tmp`
  try {
    const handle = await open(temporary, 'w')
    try {
      await handle.writeFile(data)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(temporary, path)
  } catch (cause) {
    await rm(temporary, { force: true })
    throw new HmtlError('HMTL_OUTPUT_FAILED', `cannot write ${path}: ${(cause as Error).message}`, {
      cause,
      remedy: 'Check permissions and free space; what was there before is unchanged',
    })
  }
}

export interface SaveOptions {
  /** Weights as float16, word vectors as 8-bit integers with a factor a word. @default false */
  readonly half?: boolean
  /** Scores and provenance to keep with the model. */
  readonly notes?: Record<string, unknown>
}

/** Tensors of a model by name, word vectors first. */
export const modelTensors = (model: Model): Map<string, StoredTensor> => {
  const { size } = model.config.embeddings.words
  const values = wordFloats(model)
  const tensors = new Map<string, StoredTensor>([[wordsKey, { shape: [values.length / size, size], values }]])
  for (const [name, variable] of model.parameters.all())
    tensors.set(name, { shape: variable.shape, values: variable.dataSync() as Float32Array })
  return tensors
}

/** How a tensor of a model of half the size is written, by its name: word vectors as integers. */
export const halfType = (name: string): StoredType => (name === wordsKey ? 'I8' : 'F16')

/** Writes a model into a folder; `config.json` last, so that a folder with one is complete. */
export const saveModel = async (model: Model, folder: string, options: SaveOptions = {}): Promise<void> => {
  await mkdir(folder, { recursive: true })
  const weights = encodeSafetensors(modelTensors(model), options.half ? halfType : 'F32')
  const words = wordLines(model.vocabulary.words)
  const config = {
    format: formatName,
    version: formatVersion,
    config: model.config,
    labels: model.labels,
    characters: model.vocabulary.characters,
    files: { 'model.safetensors': digest(weights), 'words.txt': digest(words) },
    ...(options.notes ? { notes: options.notes } : {}),
  }
  await writeWhole(join(folder, 'model.safetensors'), weights)
  await writeWhole(join(folder, 'words.txt'), words)
  await writeWhole(join(folder, 'config.json'), `${JSON.stringify(config, null, 2)}\n`)
}

/**
 * Changes settings of a stored model's tasks that its weights do not depend on, such as thresholds, and its notes.
 * @throws HmtlError `HMTL_MODEL_*`, and `HMTL_CONFIG_*` for settings that cannot be
 */
export const updateStored = async (
  folder: string,
  changes: Readonly<Record<string, Readonly<Record<string, unknown>>>>,
  notes: Readonly<Record<string, unknown>> = {},
): Promise<void> => {
  const path = join(folder, 'config.json')
  const stored = JSON.parse(textOf(await folderFiles(folder).read('config.json'))) as {
    config: { tasks: Record<string, unknown>[] }
    notes?: Record<string, unknown>
  }
  stored.config.tasks = stored.config.tasks.map((task) => ({ ...task, ...changes[String(task.name)] }))
  if (Object.keys(notes).length > 0) stored.notes = { ...stored.notes, ...notes }
  parseStoredConfig(stored.config)
  await writeWhole(path, `${JSON.stringify(stored, null, 2)}\n`)
}

export interface LoadModelOptions {
  /** Where the engine is still starting: what starts it. */
  readonly engine?: Promise<unknown>
  /** Word vectors stay as they are stored; such a model cannot be trained. @default false */
  readonly compact?: boolean
}

/**
 * Reads a model from a folder, with the contextual encoder it stands on.
 * @throws HmtlError `HMTL_MODEL_NOT_FOUND`, `HMTL_MODEL_CORRUPT`, `HMTL_MODEL_MISMATCH`
 */
export const loadModel = (
  folder: string,
  { engine, compact, ...options }: Pick<ContextualOptions, 'cached' | 'tuning'> & LoadModelOptions = {},
): Promise<Model> =>
  readModel(
    folderFiles(folder),
    async (config, stored) => {
      // An encoder lays its weights into the engine's memory; all else can be read while that starts.
      await engine
      return loadContextual(config, { ...options, folder, stored })
    },
    compact,
  )
