/**
 * Where bytes come from: a path, a folder, bytes, a stream or an iterable, all
 * made into the same thing, with gzip taken off. Nothing is opened before it is
 * read, and a source that is left early is closed.
 */
import { close, createReadStream, fstat, open, read } from 'node:fs'
import { access, readdir, readFile, stat } from 'node:fs/promises'
import { basename, dirname, join, relative, sep } from 'node:path'
import { Readable } from 'node:stream'
import { promisify } from 'node:util'
import { createGunzip } from 'node:zlib'
import { ahead } from './ahead.ts'
import { HmtlError } from './errors.ts'

/** What a reader accepts. A string is a path (`-` is standard input), a folder is read file by file in sorted order. */
export type Input =
  | string
  | URL
  | Uint8Array
  | Readable
  | AsyncIterable<Uint8Array | string>
  | Iterable<Uint8Array | string>

/** One stream of bytes, with a name for messages and a way to the files beside it. */
export interface Source {
  /** Path or a stand-in such as `<stdin>`. */
  readonly name: string
  /** The path on disk, where there is one. */
  readonly path?: string | undefined
  /** Path below the folder that was asked for; the base name for a single file. */
  readonly relative: string
  /** What its documents are called by, where the bare name of the file is that of another one, too. */
  readonly label?: string | undefined
  /** Bytes on disk, where known and not compressed; for progress. */
  readonly size?: number | undefined
  /** Paths of all files of the folder that was asked for, where it is one of these. */
  readonly among?: ReadonlySet<string> | undefined
  /** What was read ahead, by path. */
  readonly ready?: ReadonlyMap<string, Buffer> | undefined
  chunks(): AsyncIterable<Uint8Array>
}

const chunkBytes = 1 << 18

/** Files of a folder that are looked at before their turn. */
export const filesAhead = 8

/** Which files of a folder are taken, by relative path with `.gz` taken off, or by what is in them. */
export type Choice = (relativePath: string, source: Source) => boolean | Promise<boolean>

/**
 * The sources behind an input, one after another.
 * @param accepts keeps only some files of a folder.
 * @param otherwise keeps some where none was accepted.
 * @throws HmtlError `HMTL_INPUT_NOT_FOUND`
 */
export async function* sourcesOf(
  input: Input,
  accepts: Choice = () => true,
  otherwise?: Choice,
): AsyncGenerator<Source> {
  if (typeof input === 'string' || input instanceof URL) {
    const path = input instanceof URL ? decodeURIComponent(input.pathname) : input
    if (path === '-') yield streamSource('<stdin>', process.stdin)
    else yield* pathSources(path, otherwise ? [accepts, otherwise] : [accepts])
  } else if (input instanceof Uint8Array) yield streamSource('<bytes>', [input])
  else yield streamSource('<stream>', input)
}

async function* pathSources(path: string, choices: readonly Choice[]): AsyncGenerator<Source> {
  const found = await stat(path).catch((cause) => {
    throw notFound(path, cause)
  })
  if (!found.isDirectory()) {
    // A pipe under a name (`<(zcat …)`, /dev/stdin) can be opened once.
    yield found.isFile()
      ? fileSource(path, basename(path), found.size)
      : streamSource(path, createReadStream(path, { highWaterMark: chunkBytes }))
    return
  }
  const all = await filesBelow(path)
  const sized = async ({ path: file = '', label }: Source) => ({
    ...fileSource(file, relative(path, file), (await stat(file)).size),
    label,
  })
  for (const takes of choices) {
    let any = false
    for await (const source of ahead(chosen(all, takes), filesAhead, sized)) {
      any = true
      yield source
    }
    if (any) return
  }
  throw new HmtlError('HMTL_INPUT_NOT_FOUND', `no file of this format in folder ${path}`, {
    remedy: 'Name the format with --from, or the file itself',
  })
}

export const notFound = (path: string, cause: unknown): HmtlError =>
  new HmtlError('HMTL_INPUT_NOT_FOUND', `cannot read ${path}`, {
    cause,
    remedy: 'Check the path and its permissions',
  })

const filesBelow = async (folder: string): Promise<Source[]> => {
  const all: Source[] = []
  const among = new Set<string>()
  for await (const file of walk(folder)) {
    among.add(file)
    all.push({ ...fileSource(file, relative(folder, file)), among })
  }
  return all
}

const withoutExtension = (path: string): string => path.replace(/(?<=[^/])\.[^./]*$/, '')

/**
 * What documents of files of one name are called by: the path below the folder, with its ending where that is needed.
 * Nothing where the name is one file's alone.
 */
const labelsOf = (paths: readonly string[]): ReadonlyMap<string, string> => {
  if (paths.length < 2) return new Map()
  const ofBare = new Map<string, number>()
  for (const path of paths) {
    const bare = withoutExtension(path)
    ofBare.set(bare, (ofBare.get(bare) ?? 0) + 1)
  }
  return new Map(
    paths.map((path) => {
      const bare = withoutExtension(path)
      return [path, ofBare.get(bare) === 1 ? bare : path]
    }),
  )
}

/** Those that are taken, with a label where others that are taken have the same name. */
async function* chosen(all: readonly Source[], takes: Choice): AsyncGenerator<Source> {
  const pathOf = (source: Source) => withoutGz(source.relative)
  const nameOf = (source: Source) => basename(withoutExtension(pathOf(source)))
  const alike = new Map<string, Source[]>()
  for (const source of all) {
    const others = alike.get(nameOf(source))
    if (others) others.push(source)
    else alike.set(nameOf(source), [source])
  }
  /** Of the files of a name those that are taken, with their labels; asked when the first of them comes. */
  const answers = new Map<string, ReadonlyMap<Source, string | undefined>>()
  const answerOf = async (name: string) => {
    const known = answers.get(name)
    if (known) return known
    const taken: Source[] = []
    for (const source of alike.get(name) ?? []) if (await takes(pathOf(source), source)) taken.push(source)
    const labels = labelsOf(taken.map(pathOf))
    const answer = new Map(taken.map((source) => [source, labels.get(pathOf(source))]))
    answers.set(name, answer)
    return answer
  }
  for (const source of all) {
    const answer = await answerOf(nameOf(source))
    if (answer.has(source)) yield { ...source, label: answer.get(source) }
  }
}

/** What a target is written to until it is whole. */
const isTemporary = (name: string): boolean => /\.[0-9a-f]{8}\.tmp$/.test(name)

async function* walk(folder: string): AsyncGenerator<string> {
  const entries = await readdir(folder, { withFileTypes: true })
  entries.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
  for (const entry of entries) {
    const path = join(folder, entry.name)
    if (isTemporary(entry.name)) continue
    if (entry.isDirectory()) yield* walk(path)
    else if (entry.isFile()) yield path
    else if (entry.isSymbolicLink() && (await stat(path).catch(() => undefined))?.isFile()) yield path
  }
}

const fileSource = (path: string, relativePath: string, size = 0): Source => ({
  name: path,
  path,
  relative: relativePath.split(sep).join('/'),
  size: size > 0 && withoutGz(path) === path ? size : undefined,
  chunks: () => ungzip(path, createReadStream(path, { highWaterMark: chunkBytes })),
})

const streamSource = (
  name: string,
  stream: AsyncIterable<Uint8Array | string> | Iterable<Uint8Array | string>,
): Source => ({
  name,
  relative: name,
  chunks: () => ungzip(name, toBytes(stream)),
})

async function* toBytes(
  stream: AsyncIterable<Uint8Array | string> | Iterable<Uint8Array | string>,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of stream) yield typeof chunk === 'string' ? Buffer.from(chunk) : chunk
}

const isGzip = (head: Uint8Array): boolean => head.length >= 2 && head[0] === 0x1f && head[1] === 0x8b

/** Passes bytes through, decompressed if they begin as gzip does. */
async function* ungzip(name: string, bytes: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const iterator = bytes[Symbol.asyncIterator]()
  try {
    let head: Uint8Array = Buffer.alloc(0)
    while (head.length < 2) {
      const next = await iterator.next()
      if (next.done) break
      head = head.length === 0 ? next.value : Buffer.concat([head, next.value])
    }
    const rest = { [Symbol.asyncIterator]: () => iterator }
    if (!isGzip(head)) {
      if (head.length > 0) yield head
      yield* rest
      return
    }
    const raw = Readable.from(prepend(head, rest), { objectMode: false })
    const gunzip = createGunzip({ chunkSize: chunkBytes })
    raw.on('error', (error) => gunzip.destroy(error))
    try {
      for await (const chunk of raw.pipe(gunzip)) yield chunk
    } catch (cause) {
      throw new HmtlError('HMTL_INPUT_TRUNCATED', 'the gzip stream is damaged or cut short', {
        source: name,
        cause,
        remedy: 'Fetch the file again',
      })
    } finally {
      raw.destroy()
      gunzip.destroy()
    }
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'ENOENT' || code === 'EACCES' || code === 'EISDIR') throw notFound(name, error)
    throw error
  } finally {
    await iterator.return?.()
  }
}

async function* prepend(head: Uint8Array, rest: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield head
  yield* rest
}

const tooLarge = (name: string, maxBytes: number): HmtlError =>
  new HmtlError('HMTL_INPUT_TOO_LARGE', `${name} is larger than ${maxBytes} bytes`, {
    source: name,
    remedy: 'Raise the limit with --max-document-bytes',
  })

/** All bytes of a source, up to a limit. @throws HmtlError `HMTL_INPUT_TOO_LARGE` */
export const readAll = async (source: Source, maxBytes: number): Promise<Buffer> => {
  const ready = source.ready?.get(source.path ?? '')
  if (ready && !isGzip(ready) && ready.length <= maxBytes) return ready
  // A small file at one go: a stream of it would cost more than what it holds.
  if (source.path !== undefined && source.size !== undefined && source.size <= Math.min(chunkBytes, maxBytes)) {
    const bytes = await readFile(source.path)
    if (!isGzip(bytes) && bytes.length <= maxBytes) return bytes
  }
  const parts: Uint8Array[] = []
  let size = 0
  for await (const chunk of source.chunks()) {
    size += chunk.length
    if (size > maxBytes) throw tooLarge(source.name, maxBytes)
    parts.push(chunk)
  }
  return Buffer.concat(parts, size)
}

/** What a file beside a source is called in messages. */
export const nameBeside = (source: Source, fileName: string): string => join(dirname(source.name), fileName)

/** Whether a file is beside a source; nothing is opened for it. */
export const isBesideSource = async (source: Source, fileName: string): Promise<boolean> => {
  if (source.path === undefined) return false
  const path = join(dirname(source.path), fileName)
  return (
    source.ready?.has(path) ||
    access(path).then(
      () => true,
      () => false,
    )
  )
}

/** The first bytes of a file beside a source, or undefined where there is none. */
export const headBeside = async (source: Source, fileName: string, bytes: number): Promise<Buffer | undefined> => {
  if (source.path === undefined) return undefined
  const path = join(dirname(source.path), fileName)
  const ready = source.ready?.get(path)
  if (ready) return ready.subarray(0, bytes)
  const parts: Buffer[] = []
  try {
    for await (const part of createReadStream(path, { end: bytes - 1 })) parts.push(part as Buffer)
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    throw new HmtlError('HMTL_INPUT_NOT_FOUND', `cannot read ${path}`, { cause })
  }
  return Buffer.concat(parts)
}

/**
 * The bytes of a file beside a source, or undefined where there is none.
 * @throws HmtlError `HMTL_INPUT_TOO_LARGE`, `HMTL_INPUT_NOT_FOUND` where it is there and cannot be read
 */
export const readBeside = async (source: Source, fileName: string, maxBytes: number): Promise<Buffer | undefined> => {
  const bytes = await headBeside(source, fileName, maxBytes + 1)
  if (bytes && bytes.length > maxBytes) throw tooLarge(nameBeside(source, fileName), maxBytes)
  return bytes
}

// A file handle of node:fs/promises would cost twice what a small file does.
const [opened, statOf, readOf, closed] = [promisify(open), promisify(fstat), promisify(read), promisify(close)]

/** All of a small file; undefined where it is larger, or cannot be read. */
const readSmall = async (path: string): Promise<Buffer | undefined> => {
  const file = await opened(path, 'r').catch(() => undefined)
  if (file === undefined) return undefined
  try {
    const { size } = await statOf(file)
    if (size > chunkBytes) return undefined
    const bytes = Buffer.allocUnsafeSlow(size)
    return (await readOf(file, bytes, 0, size, 0)).bytesRead === size ? bytes : undefined
  } catch {
    return undefined
  } finally {
    await closed(file)
  }
}

/** A source with itself and files beside it read, as far as they are small; whoever asks for one that is not reads it. */
export const readAhead = async (source: Source, beside: readonly string[]): Promise<Source> => {
  const { path } = source
  if (path === undefined || source.size === undefined || source.size > chunkBytes) return source
  const paths = [path, ...beside.map((name) => join(dirname(path), name))]
  const found = await Promise.all(paths.map(async (each) => [each, await readSmall(each)] as const))
  return { ...source, ready: new Map(found.flatMap(([each, bytes]) => (bytes ? [[each, bytes] as const] : []))) }
}

export const withoutGz = (path: string): string => path.replace(/\.gz$/i, '')

/** File name without folder, `.gz` and the given extension, in any case. */
export const stem = (source: Source, ...extensions: string[]): string => {
  const name = basename(withoutGz(source.relative))
  const extension = extensions.find((end) => name.toLowerCase().endsWith(end))
  return extension === undefined ? name : name.slice(0, -extension.length)
}
