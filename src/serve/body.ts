/** The body of a request as documents, each as it comes, with what could not be read in its place. */
import type { Document } from '../io/document/document.ts'
import { HmtlError } from '../io/errors.ts'
import { readDocuments } from '../io/read.ts'
import type { Query } from './parameters.ts'

/** Shape of a body: one document, a list of them, or lines that come as they come. */
export type Shape = 'one' | 'list' | 'lines'

export type Item = { readonly document: Document } | { readonly error: HmtlError }

export interface BodyLimits {
  /** Most bytes of a body that is no stream of lines, and of a line. */
  readonly maxBytes: number
  /** Longest silence of a client that is sending, in milliseconds. */
  readonly idle: number
}

const formatsByType: Readonly<Record<string, string>> = {
  'text/plain': 'text',
  'text/html': 'html',
  'message/rfc822': 'email',
  'application/json': 'json',
  'application/x-ndjson': 'jsonl',
  'application/jsonl': 'jsonl',
  'application/jsonlines': 'jsonl',
  'application/vnd.apache.arrow.stream': 'arrow-stream',
}

type Decoder = InstanceType<typeof TextDecoder>

const utf8Names = ['utf-8', 'utf8', 'us-ascii']

/**
 * What makes text of a body in another character set; undefined where it is UTF-8.
 * @throws HmtlError `HMTL_FORMAT_UNSUPPORTED` for a name that nobody knows
 */
export const decoderOfBody = (contentType: string | undefined): Decoder | undefined => {
  const [, charset] = /;\s*charset\s*=\s*"?([^\s";]+)/i.exec(contentType ?? '') ?? []
  if (charset === undefined || utf8Names.includes(charset.toLowerCase())) return undefined
  try {
    return new TextDecoder(charset, { fatal: true })
  } catch (cause) {
    throw new HmtlError('HMTL_FORMAT_UNSUPPORTED', `the character set "${charset.slice(0, 40)}" is not known`, {
      cause,
      remedy: 'Send UTF-8, which needs no name',
    })
  }
}

/** Chunks of another character set as UTF-8. @throws HmtlError `HMTL_INPUT_ENCODING` */
async function* decoded(chunks: AsyncIterable<Uint8Array>, decoder: Decoder): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder()
  const text = (bytes?: Uint8Array): string => {
    try {
      return bytes ? decoder.decode(bytes, { stream: true }) : decoder.decode()
    } catch (cause) {
      throw new HmtlError('HMTL_INPUT_ENCODING', `the body is not ${decoder.encoding}, as its content type says`, {
        cause,
        remedy: 'Send UTF-8, or name the character set that it is in: content-type: …; charset=…',
      })
    }
  }
  for await (const chunk of chunks) yield encoder.encode(text(chunk))
  yield encoder.encode(text())
}

const isWide = ([a, b]: Uint8Array): boolean =>
  (a === 0xff && b === 0xfe) || (a === 0xfe && b === 0xff) || (a === 0 && b > 0) || (a > 0 && b === 0)

/** @throws HmtlError `HMTL_INPUT_ENCODING` for characters of two bytes that nobody has named */
async function* narrow(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let seen: Uint8Array | undefined = new Uint8Array(0)
  for await (const chunk of chunks) {
    if (seen) {
      seen = seen.length === 0 ? chunk : Buffer.concat([seen, chunk])
      if (seen.length < 2) continue
      if (isWide(seen))
        throw new HmtlError('HMTL_INPUT_ENCODING', 'the body is UTF-16', {
          remedy: 'Send UTF-8, or name it: content-type: …; charset=utf-16le',
        })
      yield seen
      seen = undefined
    } else yield chunk
  }
  if (seen) yield seen
}

/** Formats that are no text. */
const binary: readonly string[] = ['arrow', 'arrow-stream', 'parquet']

/**
 * A body as UTF-8, from whatever its content type says.
 * @throws HmtlError `HMTL_FORMAT_UNSUPPORTED`, `HMTL_INPUT_ENCODING`
 */
export const utf8OfBody = (
  chunks: AsyncGenerator<Uint8Array>,
  format: string,
  decoder: Decoder | undefined,
): AsyncGenerator<Uint8Array> =>
  binary.includes(format) ? chunks : decoder ? decoded(chunks, decoder) : narrow(chunks)

/** What is said of files and options, said of a body and what stands beside it. */
const bodyTerms: readonly (readonly [RegExp, string])[] = [
  [/--text-field ?/g, 'textField='],
  [/--from ?/g, 'from='],
  [/--input-offset-unit ?/g, 'inputOffsetUnit='],
  [/--offset-unit ?/g, 'offsetUnit='],
  [/Raise (the limit with )?--max-(document|line)-bytes/g, 'The server takes no more (its --max-body)'],
  [/--max-(document|line)-bytes/g, 'the --max-body of the server'],
  [/\b([Tt]he) file\b/g, '$1 body'],
  [/^file\b/, 'the body'],
]
const ofBody = (text: string): string => bodyTerms.reduce((said, [pattern, by]) => said.replace(pattern, by), text)

/** An error of reading as who sent the body can understand it. */
const errorOfBody = (error: HmtlError): HmtlError =>
  new HmtlError(error.code, ofBody(error.summary), {
    document: error.document,
    line: error.line,
    offset: error.offset,
    remedy: error.remedy && ofBody(error.remedy),
    cause: error,
  })

/** Where JSON is broken; what stands there is the client's, and no log's. */
const placeIn = (message: string): string => {
  const [, at] = /position (\d+)/.exec(message) ?? []
  return at === undefined ? '' : `, at character ${at}`
}

const isCutShort = (message: string, length: number): boolean =>
  /end of JSON input|Unterminated/.test(message) || new RegExp(`position ${length}\\b`).test(message)

/**
 * Chunks of JSON, which is JSON as a whole.
 * @throws HmtlError `HMTL_INPUT_JSON`, `HMTL_INPUT_TRUNCATED`
 */
async function* wholeJson(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const parts: Uint8Array[] = []
  for await (const chunk of chunks) parts.push(chunk)
  const bytes = Buffer.concat(parts)
  const text = bytes.toString('utf8').replace(/^\ufeff/, '')
  if (text.trim() === '') return
  const remedy = 'Send {"text": "…"}, or an array of such objects'
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    const { message } = cause as Error
    const what = text.trimStart().startsWith('[') ? 'array' : 'object'
    throw isCutShort(message, text.length)
      ? new HmtlError('HMTL_INPUT_TRUNCATED', `the body ends within its ${what}`, { cause, remedy: 'Send all of it' })
      : new HmtlError('HMTL_INPUT_JSON', `the body is not JSON${placeIn(message)}`, { cause, remedy })
  }
  if (typeof value !== 'object' || value === null)
    throw new HmtlError('HMTL_INPUT_JSON', 'the body is neither an object nor an array', { remedy })
  yield bytes
}

/** @throws HmtlError `HMTL_FORMAT_UNSUPPORTED` for a content type that says nothing */
export const formatOfBody = (contentType: string | undefined, { from }: Pick<Query, 'from'>): string => {
  if (from !== undefined) return from
  const type = (contentType ?? '').split(';')[0].trim().toLowerCase()
  const format = Object.hasOwn(formatsByType, type) ? formatsByType[type] : undefined
  if (format === undefined)
    throw new HmtlError(
      'HMTL_FORMAT_UNSUPPORTED',
      `the content type ${type ? `"${type.slice(0, 80)}"` : 'is missing and'} says nothing`,
      {
        remedy: `Use ${Object.keys(formatsByType).join(', ')}, or name the format with ?from=`,
      },
    )
  return format
}

/** Chunks of a body, no longer than it may be, and not silent for longer than a client may be. */
export async function* chunksOf(
  body: ReadableStream<Uint8Array> | null,
  { idle, most }: { readonly idle: number; readonly most: number },
): AsyncGenerator<Uint8Array> {
  if (!body) return
  const reader = body.getReader()
  /** A body breaks off where its connection does. */
  const read = () =>
    reader.read().catch((cause: unknown) => {
      throw new HmtlError('HMTL_ABORTED', 'the client left before all of its body had come', { cause })
    })
  let bytes = 0
  let timer: NodeJS.Timeout | undefined
  try {
    for (;;) {
      const silence = new Promise<never>((_, reject) => {
        timer = setTimeout(
          () => reject(new HmtlError('HMTL_SERVE_IDLE', `nothing was sent for ${idle / 1000} s`)),
          idle,
        )
      })
      const { done, value } = await Promise.race([read(), silence]).finally(() => clearTimeout(timer))
      if (done) return
      bytes += value.length
      if (bytes > most)
        throw new HmtlError('HMTL_INPUT_TOO_LARGE', `the body is larger than ${most} bytes`, {
          remedy: 'Send documents one by one as lines of JSON (application/x-ndjson), which may be as many as you like',
        })
      yield value
    }
  } finally {
    // Not awaited: a client that has gone never answers.
    reader.cancel().catch(() => undefined)
  }
}

/** Which documents a body is: of one the answer is one, too. */
export const shapeOf = (format: string, firstByte: number | undefined): Shape => {
  if (format === 'jsonl' || format === 'lines' || format === 'arrow-stream') return 'lines'
  if (format === 'text' || format === 'html' || format === 'subtitles') return 'one'
  return format === 'json' && firstByte !== 0x5b ? 'one' : 'list'
}

/** The first byte that is no white space, and all of the bytes again. */
export const peekByte = async (
  chunks: AsyncGenerator<Uint8Array>,
): Promise<{ readonly first: number | undefined; readonly chunks: AsyncGenerator<Uint8Array> }> => {
  const seen: Uint8Array[] = []
  let first: number | undefined
  while (first === undefined) {
    const { done, value } = await chunks.next()
    if (done) break
    seen.push(value)
    first = value.find((byte) => byte > 0x20 && byte !== 0xef && byte !== 0xbb && byte !== 0xbf)
  }
  return {
    first,
    chunks: (async function* () {
      try {
        yield* seen
        yield* chunks
      } finally {
        await chunks.return(undefined)
      }
    })(),
  }
}

/** Documents of a body, and in their places the errors of those that could not be read. */
export async function* itemsOf(
  chunks: AsyncIterable<Uint8Array>,
  format: string,
  { textField, inputOffsetUnit }: Query,
  { maxBytes }: BodyLimits,
): AsyncGenerator<Item> {
  const failed: HmtlError[] = []
  const documents = readDocuments(format === 'json' ? wholeJson(chunks) : chunks, {
    format,
    options: {
      keepLines: true,
      maxLineBytes: maxBytes,
      maxDocumentBytes: maxBytes,
      ...(inputOffsetUnit === undefined ? {} : { inputOffsetUnit }),
      ...(textField === undefined ? {} : { textField }),
    },
    onError: (error) => failed.push(errorOfBody(error)),
  })
  const failures = () => failed.splice(0).map((error): Item => ({ error }))
  try {
    for await (const document of documents) {
      yield* failures()
      yield { document }
    }
  } catch (error) {
    throw error instanceof HmtlError ? errorOfBody(error) : error
  }
  yield* failures()
}
