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
      const { done, value } = await Promise.race([reader.read(), silence]).finally(() => clearTimeout(timer))
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
  { textField, wish }: Query,
  { maxBytes }: BodyLimits,
): AsyncGenerator<Item> {
  const failed: HmtlError[] = []
  const documents = readDocuments(chunks, {
    format,
    options: {
      keepLines: true,
      maxLineBytes: maxBytes,
      maxDocumentBytes: maxBytes,
      offsetUnit: wish.json,
      ...(textField === undefined ? {} : { textField }),
    },
    onError: (error) => failed.push(error),
  })
  const failures = () => failed.splice(0).map((error): Item => ({ error }))
  for await (const document of documents) {
    yield* failures()
    yield { document }
  }
  yield* failures()
}
