/**
 * A model on disk: weights as safetensors, everything else as JSON with the
 * sha256 of each file. Written whole or not at all; loading runs no code and
 * believes nothing it has not checked.
 */
import { createHash } from 'node:crypto'
import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { HmtlError, toHmtlError } from '../io/errors.ts'
import { halfOf, ofHalf } from '../io/half.ts'
import { type ModelConfig, parseConfig } from './config.ts'
import { loadContextual } from './contextual.ts'
import { createModel, type Model } from './hierarchy.ts'

export interface StoredTensor {
  readonly shape: readonly number[]
  readonly values: Float32Array
}

const maxHeaderBytes = 16 * 1024 * 1024
const maxFileBytes = 2 ** 31

/** A safetensors file of float32 or float16 tensors. */
export const encodeSafetensors = (tensors: ReadonlyMap<string, StoredTensor>, type: 'F32' | 'F16', metadata: Record<string, string> = {}): Buffer => {
  const width = type === 'F32' ? 4 : 2
  const header: Record<string, unknown> = { __metadata__: { format: 'hmtl', ...metadata } }
  let offset = 0
  for (const [name, { shape, values }] of tensors) {
    header[name] = { dtype: type, shape, data_offsets: [offset, offset + values.length * width] }
    offset += values.length * width
  }
  let json = JSON.stringify(header)
  json += ' '.repeat((8 - (Buffer.byteLength(json) % 8)) % 8)
  const size = Buffer.byteLength(json)
  const out = Buffer.alloc(8 + size + offset)
  out.writeBigUInt64LE(BigInt(size), 0)
  out.write(json, 8, 'utf8')
  let at = 8 + size
  for (const { values } of tensors.values()) {
    for (let i = 0; i < values.length; i++, at += width) {
      if (width === 4) out.writeFloatLE(values[i], at)
      else out.writeUInt16LE(halfOf(values[i]), at)
    }
  }
  return out
}

const corrupt = (file: string, message: string, cause?: unknown) =>
  new HmtlError('HMTL_MODEL_CORRUPT', `${file}: ${message}`, { cause, remedy: 'The file is damaged or not a model: fetch or train it again' })

/** Tensors of a safetensors file. @throws HmtlError `HMTL_MODEL_CORRUPT` */
export const decodeSafetensors = (bytes: Buffer, file = 'safetensors'): Map<string, StoredTensor> => {
  if (bytes.length < 8) throw corrupt(file, 'shorter than its header')
  const size = Number(bytes.readBigUInt64LE(0))
  if (!(size > 0 && size <= maxHeaderBytes && 8 + size <= bytes.length)) throw corrupt(file, `header of ${size} bytes in a file of ${bytes.length}`)
  let header: unknown
  try {
    header = JSON.parse(bytes.toString('utf8', 8, 8 + size))
  } catch (cause) {
    throw corrupt(file, 'header is not JSON', cause)
  }
  if (typeof header !== 'object' || header === null || Array.isArray(header)) throw corrupt(file, 'header is not an object')
  const data = bytes.subarray(8 + size)
  const out = new Map<string, StoredTensor>()
  let end = 0
  for (const [name, entry] of Object.entries(header)) {
    if (name === '__metadata__') continue
    const { dtype, shape, data_offsets: offsets } = (entry ?? {}) as { dtype?: unknown; shape?: unknown; data_offsets?: unknown }
    const width = dtype === 'F32' ? 4 : dtype === 'F16' ? 2 : 0
    if (width === 0) throw corrupt(file, `tensor ${name} is of type ${String(dtype)}`)
    if (!Array.isArray(shape) || !shape.every((n) => Number.isInteger(n) && n >= 0 && n < 2 ** 31)) throw corrupt(file, `tensor ${name} has no shape`)
    const count = shape.reduce((a: number, b: number) => a * b, 1)
    if (!Array.isArray(offsets) || offsets[0] !== end || offsets[1] - offsets[0] !== count * width || offsets[1] > data.length)
      throw corrupt(file, `tensor ${name} does not lie where it says`)
    const values = new Float32Array(count)
    for (let i = 0, at = end; i < count; i++, at += width) values[i] = width === 4 ? data.readFloatLE(at) : ofHalf(data.readUInt16LE(at))
    if (!values.every(Number.isFinite)) throw corrupt(file, `tensor ${name} holds numbers that are not finite`)
    end = offsets[1]
    out.set(name, { shape, values })
  }
  if (end !== data.length) throw corrupt(file, `${data.length - end} bytes belong to no tensor`)
  return out
}

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
  const tensors = new Map<string, StoredTensor>([[wordsKey, { shape: [model.wordTable.length / size, size], values: model.wordTable }]])
  for (const [name, variable] of model.parameters.all()) tensors.set(name, { shape: variable.shape, values: variable.dataSync() as Float32Array })
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

const readFileOf = async (folder: string, name: string): Promise<Buffer> => {
  const path = join(folder, name)
  const found = await stat(path).catch((cause) => {
    throw new HmtlError('HMTL_MODEL_NOT_FOUND', `there is no ${name} in ${folder}`, { cause, remedy: 'Name a folder that hmtl train wrote, or a bundled model such as "en"' })
  })
  if (found.size > maxFileBytes) throw corrupt(path, `larger than ${maxFileBytes} bytes`)
  return readFile(path)
}

const isStrings = (value: unknown): value is string[] => Array.isArray(value) && value.every((item) => typeof item === 'string')

/**
 * Reads a model from a folder.
 * @throws HmtlError `HMTL_MODEL_NOT_FOUND`, `HMTL_MODEL_CORRUPT`, `HMTL_MODEL_MISMATCH`
 */
export const loadModel = async (folder: string): Promise<Model> => {
  const path = join(folder, 'config.json')
  const bytes = await readFileOf(folder, 'config.json')
  let parsed: Record<string, unknown>
  let config: ModelConfig
  try {
    parsed = JSON.parse(bytes.toString('utf8'))
    config = parseConfig(parsed.config)
  } catch (error) {
    if (error instanceof HmtlError) throw toHmtlError(error, error.code, { source: path })
    throw corrupt(path, 'not valid JSON', error)
  }
  if (parsed.format !== formatName || parsed.version !== formatVersion)
    throw new HmtlError('HMTL_MODEL_MISMATCH', `${path} is ${String(parsed.format)} ${String(parsed.version)}, not ${formatName} ${formatVersion}`)
  const { labels, characters, files } = parsed as { labels: Record<string, unknown>; characters: unknown; files: Record<string, unknown> }
  if (typeof labels !== 'object' || labels === null || !config.tasks.every((task) => isStrings(labels[task.name])) || !isStrings(characters))
    throw corrupt(path, 'labels or characters are missing')
  const weights = await readFileOf(folder, 'model.safetensors')
  const words = await readFileOf(folder, 'words.txt')
  for (const [name, content] of [
    ['model.safetensors', weights],
    ['words.txt', words],
  ] as const)
    if (files?.[name] !== digest(content)) throw corrupt(join(folder, name), 'its sha256 is not the one config.json names')
  const stored = decodeSafetensors(weights, join(folder, 'model.safetensors'))
  const list = words.toString('utf8').split('\n').slice(0, -1)
  const table = stored.get(wordsKey)
  if (table?.shape.length !== 2 || table.shape[0] !== list.length || table.shape[1] !== config.embeddings.words.size)
    throw new HmtlError('HMTL_MODEL_MISMATCH', `${list.length} words but vectors of shape [${table?.shape}]`, { source: folder })
  return createModel({
    config,
    labels: labels as Record<string, string[]>,
    vocabulary: { words: list, characters },
    wordTable: table.values,
    stored,
    contextual: await loadContextual(config),
  })
}
