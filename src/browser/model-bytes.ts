/** A model's files in memory: fetched once by the page, given to each of its workers. */
import { HmtlError } from '../io/errors.ts'
import { corrupt, isFileOfModel, maxFileBytes, type ModelFiles, openBytes, textOf } from '../model/model-files.ts'

/** By name, as in the model's folder. */
export type ModelBytes = Readonly<Record<string, Uint8Array<ArrayBuffer>>>

/** The files below a folder of them. @param place an address, for people */
export const bytesFiles = (bytes: ModelBytes, place: string, folder = ''): ModelFiles => {
  const pathOf = (name: string) => `${place}${folder}${name}`
  const read = async (name: string, most = maxFileBytes) => {
    const found = Object.hasOwn(bytes, folder + name) ? bytes[folder + name] : undefined
    if (!found) throw new HmtlError('HMTL_MODEL_NOT_FOUND', `there is no ${pathOf(name)}`)
    if (found.length > most) throw corrupt(pathOf(name), `larger than ${most} bytes`)
    return found
  }
  return { place, pathOf, read, open: async (name) => openBytes(await read(name), pathOf(name)) }
}

export interface FetchOptions {
  /** Fetches; for a cache or credentials of your own. @default the browser's */
  readonly fetch?: ((url: string, init: { readonly signal?: AbortSignal }) => Promise<Response>) | undefined
  /** Told how far it has come: bytes so far, and of all where the server says so. */
  readonly onProgress?: ((loaded: number, total: number | undefined) => void) | undefined
  readonly signal?: AbortSignal | undefined
}

/** Options of `FetchOptions`. */
export const fetchNames = ['fetch', 'onProgress', 'signal'] as const satisfies readonly (keyof FetchOptions)[]

const notFound = (url: string, message: string, cause?: unknown) =>
  new HmtlError('HMTL_MODEL_NOT_FOUND', `${url}: ${message}`, {
    cause,
    remedy: "Serve the model's folder (config.json, model.safetensors, words.txt) and name its address",
  })

/**
 * Fetches the files of a model.
 * @param place the address of its folder, with a slash at its end
 * @throws HmtlError `HMTL_MODEL_NOT_FOUND`, `HMTL_MODEL_CORRUPT`, `HMTL_ABORTED`
 */
export const fetchModel = async (
  place: string,
  { fetch: given, onProgress, signal }: FetchOptions = {},
): Promise<ModelBytes> => {
  const get = given ?? ((url, init) => globalThis.fetch(url, init))
  // What fails takes with it what else is on its way.
  const controller = new AbortController()
  const stop = () => controller.abort()
  signal?.addEventListener('abort', stop)
  if (signal?.aborted) stop()
  const failed = (url: string, cause: unknown): HmtlError => {
    if (cause instanceof HmtlError) return cause
    if (signal?.aborted) return new HmtlError('HMTL_ABORTED', 'aborted', { cause: signal.reason })
    return notFound(url, cause instanceof Error ? cause.message : String(cause), cause)
  }
  const ask = async (name: string): Promise<Asked> => {
    const url = place + name
    try {
      const response = await get(url, { signal: controller.signal })
      if (!response.ok || !response.body) throw notFound(url, `the server answered ${response.status}`)
      // The length of what comes compressed is not that of what arrives here.
      const { headers, body } = response
      const length = headers.get('content-encoding') ? 0 : Number(headers.get('content-length'))
      return { name, url, body, length: length > 0 ? length : undefined }
    } catch (cause) {
      throw failed(url, cause)
    }
  }
  const bytesOf = async ({ url, body }: Asked, onBytes: (count: number) => void): Promise<Uint8Array<ArrayBuffer>> => {
    const parts: Uint8Array<ArrayBuffer>[] = []
    let size = 0
    try {
      for await (const part of chunksOf(body)) {
        parts.push(part as Uint8Array<ArrayBuffer>)
        size += part.length
        if (size > maxFileBytes) throw corrupt(url, `larger than ${maxFileBytes} bytes`)
        onBytes(part.length)
      }
    } catch (cause) {
      throw failed(url, cause)
    }
    return new Uint8Array(await new Blob(parts).arrayBuffer())
  }
  try {
    const config = await bytesOf(await ask('config.json'), () => undefined)
    // All have answered before any is read, so that how much there is is known from the first byte on.
    const asked = await Promise.all(fileNames(config, `${place}config.json`).map(ask))
    const total = asked.every(({ length }) => length !== undefined)
      ? asked.reduce((sum, { length = 0 }) => sum + length, 0)
      : undefined
    let loaded = 0
    const progress = (count: number) => {
      loaded += count
      onProgress?.(loaded, total)
    }
    const fetched = await Promise.all(asked.map(async (one) => [one.name, await bytesOf(one, progress)] as const))
    return Object.fromEntries([['config.json', config] as const, ...fetched])
  } catch (error) {
    stop()
    throw error
  } finally {
    signal?.removeEventListener('abort', stop)
  }
}

/** A file whose server has answered. */
interface Asked {
  readonly name: string
  readonly url: string
  readonly body: ReadableStream<Uint8Array>
  /** Bytes, where the server says so. */
  readonly length: number | undefined
}

/** Not every browser lets a body be gone through. */
async function* chunksOf(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = body.getReader()
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      yield value
    }
  } finally {
    reader.cancel().catch(() => undefined)
  }
}

/** Files of a model and its encoder; one that names more is no model. */
const mostFiles = 64

/** Files that a model's `config.json` names, beside those that each model has. */
const fileNames = (config: Uint8Array, path: string): string[] => {
  let files: unknown
  try {
    ;({ files } = JSON.parse(textOf(config)) as { files?: unknown })
  } catch (cause) {
    throw corrupt(path, 'not valid JSON', cause)
  }
  const names = new Set(['model.safetensors', 'words.txt', ...Object.keys((files ?? {}) as object)])
  if (names.size > mostFiles) throw corrupt(path, `it names ${names.size} files`)
  for (const name of names) if (!isFileOfModel(name)) throw corrupt(path, `"${name}" is no name of a file of a model`)
  return [...names]
}
