/** The one way out: documents to a file, a folder or a stream, whole or not at all. */
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { constants, createWriteStream, type WriteStream } from 'node:fs'
import { access, type FileHandle, mkdir, open, realpath, rename, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Readable, type Writable } from 'node:stream'
import { createGzip } from 'node:zlib'
import type { Document } from './document/document.ts'
import { HmtlError } from './errors.ts'
import { type Format, type FormatContext, formatContext } from './format.ts'
import { safeName } from './formats/brat.ts'
import { formatNamed } from './formats/index.ts'
import type { LossReport } from './report.ts'

export interface WriteOptions extends Partial<FormatContext> {
  readonly format: string
}

/** What a file could not be written for, as an error of ours. */
export const outputFailed = (path: string, cause: unknown) =>
  cause instanceof HmtlError
    ? cause
    : new HmtlError('HMTL_OUTPUT_FAILED', `cannot write ${path}: ${(cause as Error).message}`, {
        cause,
        remedy: 'Check the path, its permissions and the free space',
      })

/**
 * Writes documents to a stream, a file (under a temporary name, then renamed) or,
 * for formats of several files a document, a folder.
 * @throws HmtlError `HMTL_OUTPUT_FAILED`, `HMTL_FORMAT_UNSUPPORTED`
 */
export const writeDocuments = async (
  documents: AsyncIterable<Document>,
  output: string | Writable,
  options: WriteOptions,
): Promise<void> => {
  const format = formatNamed(options.format)
  const context = formatContext(options)
  checkUnit(format, context)
  if (format.writeFiles) {
    if (typeof output !== 'string')
      throw new HmtlError('HMTL_FORMAT_UNSUPPORTED', `${format.name} writes several files and needs a folder`, {
        remedy: 'Name one with -o FOLDER',
      })
    await writeFolder(documents, output, context.report, (document) => format.writeFiles?.(document, context) ?? [])
    return
  }
  if (!format.write) throw new HmtlError('HMTL_FORMAT_UNSUPPORTED', `${format.name} can be read only`)
  const chunks = format.write(documents, context)
  if (typeof output === 'string') await writeAtomically(output, chunks)
  else await writeStream(output, chunks)
}

/** Offsets in another unit than the format's would be read as its own. */
const checkUnit = (
  { name, offsetUnit: fixed }: Format,
  { options: { offsetUnit: wanted = 'utf16' } }: FormatContext,
): void => {
  if (fixed !== undefined && wanted !== 'utf16' && wanted !== fixed)
    throw new HmtlError('HMTL_FORMAT_UNSUPPORTED', `${name} counts offsets in ${fixed}, not ${wanted}`, {
      remedy: 'Leave --offset-unit out, or write a format that says its unit, such as jsonl',
    })
}

/**
 * Has every document a name of its own: one whose files would have another's is numbered, which is counted.
 * @returns the document, or one of another id
 */
const renamed = (report: LossReport): ((document: Document) => Document) => {
  const taken = new Set<string>()
  const last = new Map<string, number>()
  return (document) => {
    const name = safeName(document.id)
    let id = document.id
    let number = last.get(name) ?? 1
    while (taken.has(safeName(id))) id = `${document.id}-${++number}`
    taken.add(safeName(id))
    if (id === document.id) return document
    last.set(name, number)
    report.add('id-changed', document.id, id)
    return { ...document, id }
  }
}

const writeFolder = async (
  documents: AsyncIterable<Document>,
  folder: string,
  report: LossReport,
  files: (document: Document) => readonly { name: string; data: string | Uint8Array }[],
) => {
  const named = renamed(report)
  try {
    await mkdir(folder, { recursive: true })
  } catch (cause) {
    throw outputFailed(folder, cause)
  }
  for await (const document of documents)
    for (const { name, data } of files(named(document))) {
      const path = join(folder, name)
      try {
        await mkdir(dirname(path), { recursive: true })
        await writeFile(path, data)
      } catch (cause) {
        throw outputFailed(path, cause)
      }
    }
}

/** Whether a name says that a file is compressed. */
export const isGzipName = (path: string): boolean => /\.gz$/i.test(path)

async function* zipped(chunks: AsyncIterable<string | Uint8Array>): AsyncGenerator<Uint8Array> {
  const gzip = createGzip()
  const raw = Readable.from(chunks).on('error', (error) => gzip.destroy(error))
  try {
    yield* raw.pipe(gzip)
  } finally {
    raw.destroy()
    gzip.destroy()
  }
}

/** Chunks as a file of that name has them. */
const asNamed = (path: string, chunks: AsyncIterable<string | Uint8Array>): AsyncIterable<string | Uint8Array> =>
  isGzipName(path) ? zipped(chunks) : chunks

/**
 * Writes chunks to a temporary name beside the path, syncs and renames: never a half file under the final name.
 * What ends with `.gz` is compressed. A link stays one; what is no file (a pipe, /dev/null) is written to as it is.
 * @throws HmtlError `HMTL_OUTPUT_FAILED`, and what the chunks throw
 */
export const writeAtomically = async (path: string, chunks: AsyncIterable<string | Uint8Array>): Promise<void> => {
  if (await isDevice(path))
    return writeStream(await openFile(path), chunks, true).catch((cause) => {
      throw outputFailed(path, cause)
    })
  const final = await realpath(path).catch(() => path)
  const temporary = `${final}.${randomBytes(4).toString('hex')}.tmp`
  try {
    const stream = await openFile(temporary)
    const handle = await open(temporary, 'r+')
    try {
      const settled = syncAlong(stream, handle)
      await writeStream(stream, asNamed(path, chunks), true)
      await settled()
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(temporary, final)
  } catch (cause) {
    await rm(temporary, { force: true })
    throw outputFailed(path, cause)
  }
}

const syncBytes = 1 << 24

/**
 * Has what is written put on the disk while more is made, so that the sync at the end has little left to wait for.
 * @returns what waits for the one under way, and throws what one of them failed with
 */
const syncAlong = (stream: WriteStream, handle: FileHandle): (() => Promise<void>) => {
  let synced = 0
  let busy = false
  let last = Promise.resolve()
  stream.on('drain', () => {
    if (busy || stream.bytesWritten - synced < syncBytes) return
    busy = true
    synced = stream.bytesWritten
    last = handle.datasync().then(() => {
      busy = false
    })
    // Nobody waits for it yet; after a failure no other one is begun.
    last.catch(() => undefined)
  })
  return () => last
}

/** Whether a path is there and neither a file nor a folder: its name says nothing of what it holds. */
export const isDevice = async (path: string): Promise<boolean> => {
  const found = await stat(path).catch(() => undefined)
  return found !== undefined && !found.isFile() && !found.isDirectory()
}

/**
 * A file open for writing, its folder made where there is none.
 * @param start where to go on in what is there; without it the file is new
 * @throws HmtlError `HMTL_OUTPUT_FAILED`
 */
const openFile = async (path: string, start?: number): Promise<WriteStream> => {
  try {
    await mkdir(dirname(path), { recursive: true })
    if (start !== undefined) await truncate(path, start)
    const stream = createWriteStream(path, {
      highWaterMark: 1 << 22,
      ...(start === undefined ? {} : { flags: 'r+', start }),
    })
    await once(stream, 'open')
    return stream
  } catch (cause) {
    throw outputFailed(path, cause)
  }
}

/** Fails where a file cannot be written, as far as that is known without writing. */
const checkWritable = async (path: string): Promise<void> => {
  const found = await stat(path).catch(() => undefined)
  if (!found) {
    await mkdir(dirname(path), { recursive: true })
    await access(dirname(path), constants.W_OK)
  } else if (found.isFile() || found.isDirectory()) await (await open(path, 'r+')).close()
}

/**
 * Items for a file, once the first is there or it is known that there is none.
 * @throws HmtlError `HMTL_OUTPUT_FAILED`, before anything is asked for, where the file cannot be written
 */
export const begun = async <T>(path: string, items: AsyncIterable<T>): Promise<AsyncIterable<T>> => {
  await checkWritable(path).catch((cause) => {
    throw outputFailed(path, cause)
  })
  const iterator = items[Symbol.asyncIterator]()
  const first = await iterator.next()
  return (async function* () {
    try {
      if (first.done) return
      yield first.value
      yield* { [Symbol.asyncIterator]: () => iterator }
    } finally {
      await iterator.return?.()
    }
  })()
}

/**
 * Writes to a file as it comes. The file is opened, and emptied, once there is something to write or nothing more can
 * come: what fails before leaves it as it is.
 * @param start where to go on in what is there; without it the file is new
 * @throws HmtlError `HMTL_OUTPUT_FAILED`, and what the chunks throw
 */
export const writeAlong = async (
  path: string,
  chunks: AsyncIterable<string | Uint8Array>,
  start?: number,
): Promise<void> => {
  try {
    const some = await begun(path, asNamed(path, chunks))
    await writeStream(await openFile(path, start), some, true)
  } catch (cause) {
    throw outputFailed(path, cause)
  }
}

const holdMilliseconds = 20

/**
 * Writes with backpressure; small strings are joined first. Returns early, without an error, when the reader is gone.
 */
export const writeStream = async (
  stream: Writable,
  chunks: AsyncIterable<string | Uint8Array>,
  end = false,
): Promise<void> => {
  let failure: NodeJS.ErrnoException | undefined
  const onError = (error: NodeJS.ErrnoException) => {
    failure = error
  }
  stream.on('error', onError)
  let held: string[] = []
  let size = 0
  const drained = async () => {
    // Whichever does not come must not leave its listener behind.
    const waiting = new AbortController()
    const { signal } = waiting
    await Promise.race([once(stream, 'drain', { signal }), once(stream, 'close', { signal })]).catch(onError)
    waiting.abort()
  }
  /** Until there is room again: the next chunk is made meanwhile, and waits. */
  let room: Promise<void> | undefined
  const put = async (chunk: string | Uint8Array) => {
    await room
    room = failure || stream.destroyed || stream.write(chunk) ? undefined : drained()
  }
  let timer: NodeJS.Timeout | undefined
  const take = () => {
    clearTimeout(timer)
    timer = undefined
    const text = held.join('')
    held = []
    size = 0
    return text
  }
  const flush = async () => {
    if (size > 0) await put(take())
  }
  try {
    for await (const chunk of chunks) {
      if (failure || stream.destroyed) break
      if (typeof chunk === 'string') {
        held.push(chunk)
        size += chunk.length
        if (size >= 1 << 16) await flush()
        // What trickles in is not held back: a reader sees it within moments.
        else
          timer ??= setTimeout(() => {
            if (!failure && !stream.destroyed) stream.write(take())
          }, holdMilliseconds)
      } else {
        await flush()
        await put(chunk)
      }
    }
    await flush()
    await room
    if (end && !failure) {
      stream.end()
      await once(stream, 'close').catch(onError)
    }
  } finally {
    clearTimeout(timer)
    // One that is given up while it still writes fails once more afterwards, and that is nobody's concern.
    if (end) stream.destroy()
    else stream.off('error', onError)
  }
  if (failure && failure.code !== 'EPIPE') throw failure
}
