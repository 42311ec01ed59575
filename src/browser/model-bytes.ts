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
  let loaded = 0
  const totals: (number | undefined)[] = []
  const fetchOne = async (name: string): Promise<Uint8Array<ArrayBuffer>> => {
    const url = place + name
    let response: Response
    try {
      response = await get(url, signal ? { signal } : {})
    } catch (cause) {
      if (signal?.aborted) throw new HmtlError('HMTL_ABORTED', 'aborted', { cause })
      throw notFound(url, (cause as Error).message, cause)
    }
    if (!response.ok || !response.body) throw notFound(url, `the server answered ${response.status}`)
    // The length of what comes compressed is not that of what arrives here.
    const length = response.headers.get('content-encoding') ? undefined : Number(response.headers.get('content-length'))
    totals.push(length || undefined)
    const parts: Uint8Array[] = []
    let size = 0
    for await (const part of chunksOf(response.body)) {
      parts.push(part)
      size += part.length
      loaded += part.length
      if (size > maxFileBytes) throw corrupt(url, `larger than ${maxFileBytes} bytes`)
      onProgress?.(
        loaded,
        totals.reduce((sum, total) => sum && total && sum + total, 0 as number | undefined),
      )
    }
    return new Uint8Array(await new Blob(parts as Uint8Array<ArrayBuffer>[]).arrayBuffer())
  }
  const config = await fetchOne('config.json')
  totals.length = 0
  totals.push(config.length)
  const names = fileNames(config, `${place}config.json`)
  const fetched = await Promise.all(names.map(async (name) => [name, await fetchOne(name)] as const))
  return Object.fromEntries([['config.json', config] as const, ...fetched])
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

/** Files that a model's `config.json` names, beside those that each model has. */
const fileNames = (config: Uint8Array, path: string): string[] => {
  let files: unknown
  try {
    ;({ files } = JSON.parse(textOf(config)) as { files?: unknown })
  } catch (cause) {
    throw corrupt(path, 'not valid JSON', cause)
  }
  const names = new Set(['model.safetensors', 'words.txt', ...Object.keys((files ?? {}) as object)])
  for (const name of names) if (!isFileOfModel(name)) throw corrupt(path, `"${name}" is no name of a file of a model`)
  return [...names]
}
