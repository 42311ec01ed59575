/** The library's front door: a model in worker threads, documents in, annotated documents out. */

import { existsSync, readdirSync } from 'node:fs'
import { createRequire } from 'node:module'
import { availableParallelism } from 'node:os'
import { dirname, join } from 'node:path'
import { Duplex } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { createDocument, type Document } from './io/document/document.ts'
import { HmtlError } from './io/errors.ts'
import { fromJson } from './io/document/json.ts'
import type { OffsetUnit } from './io/document/offsets.ts'
import { chooseEngine, type EngineName, engineNames } from './model/engine.ts'
import { setTensorflowEnvironment } from './model/kernels/tensorflow/binding.ts'
import { chain, none } from './pipeline/chain.ts'
import { deadLetter } from './pipeline/dead-letter.ts'
import { group } from './pipeline/group.ts'
import { inWorkers } from './pipeline/pool/in-workers.ts'
import { type Pool, type PoolOptions, startPool } from './pipeline/pool/pool.ts'

export interface LoadOptions {
  /** Worker threads, one engine each. @default the number of cores */
  readonly workers?: number | undefined
  /** @default 'auto', or HMTL_ENGINE */
  readonly engine?: string | undefined
  /** Names of the tasks to run. @default all of the model's */
  readonly tasks?: readonly string[] | undefined
  /** Leaves out what the model holds less probable. @default 0 */
  readonly minScore?: number | undefined
  /** Link the documents' own mentions instead of finding candidates. @default false */
  readonly goldMentions?: boolean | undefined
}

/** A text, a JSON record with one, or a document. */
export type AnnotateInput =
  | string
  | Document
  | { readonly text: string; readonly id?: string; readonly [field: string]: unknown }

export interface Annotator {
  /**
   * Annotates documents in their order, a bounded number at a time.
   *
   * @example
   * for await (const document of hmtl.annotate(['Ada Lovelace lived in London.'])) console.log(document.entities)
   *
   * @throws HmtlError for a document that cannot be annotated
   */
  annotate(
    documents: Iterable<AnnotateInput> | AsyncIterable<AnnotateInput>,
    options?: { signal?: AbortSignal },
  ): AsyncGenerator<Document>
  /**
   * The same as a Node stream, in object mode: texts, records or documents in,
   * annotated documents out, in order; also a stage of a stream-chain.
   *
   * @example
   * pipeline(Readable.from(texts), hmtl.stream(), async (documents) => { for await (const document of documents) … })
   */
  stream(options?: { signal?: AbortSignal }): Duplex
  /** Ends the workers. */
  close(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

const packageRoot = (): string => {
  let folder = dirname(fileURLToPath(import.meta.url))
  while (!existsSync(join(folder, 'package.json')) && dirname(folder) !== folder) folder = dirname(folder)
  return folder
}

/** Where a model of a name may be: in the package, beside it in a checkout, or in an installed package `hmtl-NAME`. */
const namedFolders = (name: string): string[] => {
  const root = packageRoot()
  const installed = [import.meta.url, join(process.cwd(), 'package.json')].flatMap((from) => {
    try {
      return [dirname(createRequire(from).resolve(`hmtl-${name}/package.json`))]
    } catch {
      return []
    }
  })
  return [join(root, 'models', name), join(root, 'packages', name), ...installed]
}

/** Models that can be named: those in the package, those beside it in a checkout, and installed packages. */
export const namedModels = (): { readonly name: string; readonly folder: string }[] => {
  const root = packageRoot()
  const installed = [join(root, '..'), join(process.cwd(), 'node_modules')].flatMap((folder) =>
    existsSync(folder) ? readdirSync(folder).filter((name) => name.startsWith('hmtl-')) : [],
  )
  const names = [join(root, 'models'), join(root, 'packages')].flatMap((folder) =>
    existsSync(folder) ? readdirSync(folder) : [],
  )
  return [...new Set([...names, ...installed.map((name) => name.slice(5))])].flatMap((name) => {
    const folder = namedFolders(name).find((place) => existsSync(join(place, 'config.json')))
    return folder ? [{ name, folder }] : []
  })
}

/** Folder of a model: by the name of a bundled or installed one, else a path. @throws HmtlError `HMTL_MODEL_NOT_FOUND` for a name that is neither */
export const modelFolder = (model: string): string => {
  if (typeof model !== 'string') throw new HmtlError('HMTL_USAGE', 'a model is named by a text: a name or a folder')
  if (!/^[\w-]+$/.test(model)) return model
  const found = namedFolders(model).find((folder) => existsSync(join(folder, 'config.json')))
  if (found) return found
  if (existsSync(model)) return model
  throw new HmtlError('HMTL_MODEL_NOT_FOUND', `there is no model "${model}"`, {
    remedy: `hmtl models lists those that are here; npm install hmtl-${model} if it is a package, or name a folder`,
  })
}

/** A pool for a model. @param json set for JSON text as outcome, offsets in that unit */
export const openPool = async (
  model: string,
  options: LoadOptions = {},
  json?: OffsetUnit,
  poolOptions: PoolOptions = {},
): Promise<Pool> => {
  const { workers = availableParallelism(), tasks, minScore, goldMentions = false } = options
  if (!(Number.isInteger(workers) && workers > 0))
    throw new HmtlError('HMTL_USAGE', `${workers} is not a number of workers`)
  if (minScore !== undefined && !(minScore >= 0 && minScore <= 1))
    throw new HmtlError('HMTL_USAGE', `${minScore} is not a probability`)
  const wanted = options.engine || process.env.HMTL_ENGINE || 'auto'
  if (!engineNames.includes(wanted as EngineName))
    throw new HmtlError('HMTL_USAGE', `there is no engine "${wanted}"`, {
      remedy: `Known are ${engineNames.join(', ')}`,
    })
  const engine = await chooseEngine(wanted as EngineName)
  if (engine === 'tensorflow' || engine === 'gpu') setTensorflowEnvironment()
  return startPool(
    {
      model: modelFolder(model),
      modelName: model.split(/[/\\]/).filter(Boolean).pop() ?? model,
      engine,
      tasks,
      minScore,
      goldMentions,
      json,
    },
    workers,
    poolOptions,
  )
}

const layers = ['tokens', 'sentences', 'entities', 'mentions', 'relations', 'clusters', 'metadata'] as const

/** Whether it is a document as `createDocument` makes them, by its layers: a record's fields may have any names. */
const isDocument = (input: object): input is Document =>
  layers.every((layer) => layer in input) &&
  layers.slice(0, -1).every((layer) => {
    const value: unknown = (input as Record<string, unknown>)[layer]
    return (
      value === undefined ||
      (typeof value === 'object' && value !== null && Object.values(value).some(ArrayBuffer.isView))
    )
  })

const toDocument = (input: unknown, index: number): Document => {
  if (typeof input === 'string') return createDocument({ id: String(index), text: input })
  if (typeof input !== 'object' || input === null || Array.isArray(input))
    throw new HmtlError('HMTL_INPUT_FIELD', `input ${index} is ${kindOf(input)}, not a text, a record or a document`, {
      remedy: 'Give texts, or objects such as {text: "…"}',
    })
  return isDocument(input) ? input : fromJson(input, String(index))
}

const kindOf = (value: unknown): string => {
  if (value === null || value === undefined) return String(value)
  if (Array.isArray(value)) return 'an array'
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}

/** What can be gone through. @throws HmtlError `HMTL_USAGE` for a bare text, which would be taken letter by letter, and all else */
const checkIterable = (inputs: unknown): void => {
  const given =
    typeof inputs === 'object' && inputs !== null && (Symbol.asyncIterator in inputs || Symbol.iterator in inputs)
  if (!given)
    throw new HmtlError('HMTL_USAGE', `annotate takes an iterable of documents, not ${kindOf(inputs)}`, {
      remedy: 'For one text: annotate([text])',
    })
}

/**
 * Loads a model.
 * @param model `en`, or a folder that `hmtl train` wrote
 * @throws HmtlError `HMTL_MODEL_*`, `HMTL_ENGINE_*`
 */
export const load = async (model = 'en', options: LoadOptions = {}): Promise<Annotator> => {
  const pool = await openPool(model, options)
  const close = () => pool.close()
  const refuse = (error: HmtlError) => {
    throw error
  }
  const annotate = (
    inputs: Iterable<AnnotateInput> | AsyncIterable<AnnotateInput>,
    { signal }: { signal?: AbortSignal } = {},
  ) => {
    checkIterable(inputs)
    let index = 0
    return chain(
      inputs,
      (input) => toDocument(input, index++),
      group(),
      inWorkers(pool, signal),
      deadLetter(refuse),
      ({ outcome }) => ('document' in outcome ? outcome.document : none),
    )
  }
  return {
    annotate,
    stream: (options) => Duplex.from((source: AsyncIterable<AnnotateInput>) => annotate(source, options)),
    close,
    [Symbol.asyncDispose]: close,
  }
}
