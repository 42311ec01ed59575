/**
 * A model on disk: weights as safetensors, everything else as JSON with the
 * sha256 of each file. Written whole or not at all; loading runs no code and
 * believes nothing it has not checked.
 */
import { createHash } from 'node:crypto'
import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { HmtlError, toHmtlError } from '../io/errors.ts'
import type { ModelConfig } from './config/keys.ts'
import { parseStoredConfig } from './config/parse.ts'
import { type ContextualOptions, loadContextual } from './encoders/load.ts'
import { createModel, type Model } from './hierarchy.ts'
import { decodeSafetensors, encodeSafetensors, type StoredTensor } from './safetensors.ts'

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

const corrupt = (file: string, message: string, cause?: unknown) =>
  new HmtlError('HMTL_MODEL_CORRUPT', `${file}: ${message}`, {
    cause,
    remedy: 'The file is damaged or not a model: fetch or train it again',
  })

const maxFileBytes = 2 ** 31

const formatName = 'hmtl.model'
const formatVersion = 1
const wordsKey = 'words.table'

export interface SaveOptions {
  /** Weights as float16, half the size. @default false */
  readonly half?: boolean
  /** Scores and provenance to keep with the model. */
  readonly notes?: Record<string, unknown>
}

/** Tensors of a model by name, word vectors first. */
export const modelTensors = (model: Model): Map<string, StoredTensor> => {
  const { size } = model.config.embeddings.words
  const tensors = new Map<string, StoredTensor>([
    [wordsKey, { shape: [model.wordTable.length / size, size], values: model.wordTable }],
  ])
  for (const [name, variable] of model.parameters.all())
    tensors.set(name, { shape: variable.shape, values: variable.dataSync() as Float32Array })
  return tensors
}

/** Writes a model into a folder; `config.json` last, so that a folder with one is complete. */
export const saveModel = async (model: Model, folder: string, options: SaveOptions = {}): Promise<void> => {
  await mkdir(folder, { recursive: true })
  const weights = encodeSafetensors(modelTensors(model), options.half ? 'F16' : 'F32')
  const words = `${model.vocabulary.words.join('\n')}\n`
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
  const stored = JSON.parse((await readFileOf(folder, 'config.json')).toString('utf8')) as {
    config: { tasks: Record<string, unknown>[] }
    notes?: Record<string, unknown>
  }
  stored.config.tasks = stored.config.tasks.map((task) => ({ ...task, ...changes[String(task.name)] }))
  if (Object.keys(notes).length > 0) stored.notes = { ...stored.notes, ...notes }
  parseStoredConfig(stored.config)
  await writeWhole(path, `${JSON.stringify(stored, null, 2)}\n`)
}

const readFileOf = async (folder: string, name: string): Promise<Buffer> => {
  const path = join(folder, name)
  const found = await stat(path).catch((cause) => {
    throw new HmtlError('HMTL_MODEL_NOT_FOUND', `there is no ${name} in ${folder}`, {
      cause,
      remedy: 'Name a folder that hmtl train wrote, or a bundled model such as "en"',
    })
  })
  if (found.size > maxFileBytes) throw corrupt(path, `larger than ${maxFileBytes} bytes`)
  return readFile(path)
}

const isStrings = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((item) => typeof item === 'string')

/**
 * Reads a model from a folder, with the contextual encoder it stands on.
 * @throws HmtlError `HMTL_MODEL_NOT_FOUND`, `HMTL_MODEL_CORRUPT`, `HMTL_MODEL_MISMATCH`
 */
export const loadModel = async (folder: string, options: Pick<ContextualOptions, 'cached'> = {}): Promise<Model> => {
  const path = join(folder, 'config.json')
  const bytes = await readFileOf(folder, 'config.json')
  let parsed: Record<string, unknown>
  let config: ModelConfig
  try {
    parsed = JSON.parse(bytes.toString('utf8'))
    config = parseStoredConfig(parsed.config)
  } catch (error) {
    if (error instanceof HmtlError) throw toHmtlError(error, error.code, { source: path })
    throw corrupt(path, 'not valid JSON', error)
  }
  if (parsed.format !== formatName || parsed.version !== formatVersion)
    throw new HmtlError(
      'HMTL_MODEL_MISMATCH',
      `${path} is ${String(parsed.format)} ${String(parsed.version)}, not ${formatName} ${formatVersion}`,
    )
  const { labels, characters, files } = parsed as {
    labels: Record<string, unknown>
    characters: unknown
    files: Record<string, unknown>
  }
  if (
    typeof labels !== 'object' ||
    labels === null ||
    !config.tasks.every((task) => isStrings(labels[task.name])) ||
    !isStrings(characters)
  )
    throw corrupt(path, 'labels or characters are missing')
  const contents = new Map<string, Buffer>()
  for (const name of new Set(['model.safetensors', 'words.txt', ...Object.keys(files ?? {})])) {
    if (!/^[\w-]+(?:[./][\w-]+)*$/.test(name)) throw corrupt(path, `"${name}" is no name of a file of a model`)
    const content = await readFileOf(folder, name)
    if (files?.[name] !== digest(content))
      throw corrupt(join(folder, name), 'its sha256 is not the one config.json names')
    contents.set(name, content)
  }
  const [weights, words] = ['model.safetensors', 'words.txt'].map((name) => contents.get(name) as Buffer)
  const stored = decodeSafetensors(weights, join(folder, 'model.safetensors'))
  const list = words.toString('utf8').split('\n').slice(0, -1)
  const table = stored.get(wordsKey)
  if (table?.shape.length !== 2 || table.shape[0] !== list.length || table.shape[1] !== config.embeddings.words.size)
    throw new HmtlError('HMTL_MODEL_MISMATCH', `${list.length} words but vectors of shape [${table?.shape}]`, {
      source: folder,
    })
  return createModel({
    config,
    labels: labels as Record<string, string[]>,
    vocabulary: { words: list, characters },
    wordTable: table.values,
    stored,
    contextual: await loadContextual(config, { ...options, folder }),
  })
}
