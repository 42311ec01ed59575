/**
 * A stored model: weights as safetensors, everything else as JSON with the sha256 of each file. Reading it runs no code
 * and believes nothing that it has not checked.
 */
import { HmtlError, toHmtlError } from '../io/errors.ts'
import { sha256 } from '../io/sha256.ts'
import type { ModelConfig } from './config/keys.ts'
import { parseStoredConfig } from './config/parse.ts'
import type { ContextualEncoder } from './encoders/contextual.ts'
import type { Tensors } from './encoders/transformer/tuned.ts'
import { createModel, type Model, type ModelParts } from './hierarchy.ts'
import { corrupt, isFileOfModel, type ModelFiles, textOf } from './model-files.ts'
import { decodeSafetensors } from './safetensors.ts'
import type { Vocabulary } from './vocabulary.ts'
import { indexWords } from './word-index.ts'

export const formatName = 'hmtl.model'
export const formatVersion = 1
/** Files that every model has, beside `config.json`. */
const ownFiles = ['words.txt', 'model.safetensors']
/** The tensor of the word vectors. */
export const wordsKey = 'words.table'

const isStrings = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((item) => typeof item === 'string')

/**
 * Reads what a model is made of.
 * @param contextual gets the encoder that the model stands on, some layers of which may be among its weights
 * @param compact for a model that is only used: word vectors stay as they are stored, weights are multiplied as
 * integers where the engine does that
 * @throws HmtlError `HMTL_MODEL_NOT_FOUND`, `HMTL_MODEL_CORRUPT`, `HMTL_MODEL_MISMATCH`
 */
export const readParts = async (
  from: ModelFiles,
  contextual: (config: ModelConfig, stored: Tensors) => Promise<ContextualEncoder | undefined>,
  compact = false,
): Promise<ModelParts & Required<Pick<ModelParts, 'stored'>>> => {
  const path = from.pathOf('config.json')
  const reading = new Map<string, Promise<Uint8Array<ArrayBuffer>>>()
  /** Begins to read a file; whoever awaits it is told what is wrong with it. */
  const begin = (name: string) => {
    const content = from.read(name)
    content.catch(() => undefined)
    reading.set(name, content)
  }
  for (const name of ownFiles) begin(name)
  const bytes = await from.read('config.json')
  let parsed: Record<string, unknown>
  let config: ModelConfig
  try {
    parsed = JSON.parse(textOf(bytes))
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
  for (const name of Object.keys(files ?? {})) {
    if (!isFileOfModel(name)) throw corrupt(path, `"${name}" is no name of a file of a model`)
    if (!reading.has(name)) begin(name)
  }
  /** Where each is not what config.json names. */
  const faults: Promise<HmtlError | undefined>[] = []
  const checked = async (name: string, content: Uint8Array<ArrayBuffer>) =>
    files?.[name] === (await sha256(content))
      ? undefined
      : corrupt(from.pathOf(name), 'its sha256 is not the one config.json names')
  const taken = async (name: string) => {
    const content = (await reading.get(name)) as Uint8Array<ArrayBuffer>
    faults.push(checked(name, content))
    return content
  }
  // While the weights are on their way.
  const lines = textOf(await taken('words.txt'))
  const wordIndex = indexWords(lines)
  const weights = await taken('model.safetensors')
  for (const name of reading.keys()) if (!ownFiles.includes(name)) await taken(name)
  const understood = () => {
    const stored = decodeSafetensors(weights, from.pathOf('model.safetensors'), compact)
    const table = stored.get(wordsKey)
    if (
      table?.shape.length !== 2 ||
      table.shape[0] !== wordIndex.size ||
      table.shape[1] !== config.embeddings.words.size
    )
      throw new HmtlError('HMTL_MODEL_MISMATCH', `${wordIndex.size} words but vectors of shape [${table?.shape}]`, {
        source: from.place,
      })
    let list: string[] | undefined
    const vocabulary: Vocabulary = {
      characters,
      // Whoever only uses a model needs the index alone.
      get words() {
        list ??= lines.split('\n').slice(0, -1)
        return list
      },
    }
    return { stored, vocabulary, wordIndex, wordTable: table.bytes ?? table.halves ?? table.values }
  }
  const intact = async () => {
    for (const fault of await Promise.all(faults)) if (fault) throw fault
  }
  let made: ReturnType<typeof understood>
  try {
    made = understood()
  } catch (error) {
    // A damaged file is told as such, whatever came of it.
    await intact()
    throw error
  }
  const encoder = contextual(config, made.stored)
  // What is wrong with it is told below, unless something is wrong with the files.
  encoder.catch(() => undefined)
  try {
    await intact()
  } catch (error) {
    encoder.then(
      (loaded) => loaded?.dispose(),
      () => undefined,
    )
    throw error
  }
  return {
    config,
    labels: labels as Record<string, string[]>,
    ...made,
    contextual: await encoder,
    onlyUsed: compact,
  }
}

/** Reads a model, as `readParts` does. */
export const readModel = async (...given: Parameters<typeof readParts>): Promise<Model> =>
  createModel(await readParts(...given))
