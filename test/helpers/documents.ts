/** Documents for tests, made and compared. */
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { createDocument, type DocumentLike } from '../../src/io/document/document.ts'
import type { HmtlError } from '../../src/io/errors.ts'
import { documentsOf, type FormatOptions, formatContext } from '../../src/io/format.ts'
import { formatNamed } from '../../src/io/formats/index.ts'
import type { Document, LossReport } from '../../src/io/index.ts'
import { readDocuments } from '../../src/io/read.ts'
import type { Source } from '../../src/io/source.ts'

/** A path of the repository. */
export const root = (path: string): string => fileURLToPath(new URL(`../../../${path}`, import.meta.url))

export const collect = async <T>(items: AsyncIterable<T> | Iterable<T>): Promise<T[]> => {
  const out: T[] = []
  for await (const item of items) out.push(item)
  return out
}

/** Bytes as a source that hands them over in pieces of a size. */
export const sourceOf = (bytes: Uint8Array | string, size = 1 << 16, name = 'test'): Source => {
  const data = typeof bytes === 'string' ? Buffer.from(bytes) : Buffer.from(bytes)
  return {
    name,
    relative: name,
    async *chunks() {
      for (let at = 0; at < data.length; at += size) yield data.subarray(at, at + size)
    },
  }
}

/** What a report counts, by kind. */
export const kinds = (report: LossReport): Record<string, number> =>
  Object.fromEntries(report.entries().map(({ kind, count }) => [kind, count]))

export interface Read {
  readonly documents: Document[]
  readonly errors: HmtlError[]
  readonly report: LossReport
}

/** Reads bytes in a format, with its errors and losses. */
export const read = async (
  format: string,
  bytes: Uint8Array | string,
  options: FormatOptions = {},
  size?: number,
  name?: string,
): Promise<Read> => {
  const errors: HmtlError[] = []
  const context = formatContext({ options, onError: (error) => errors.push(error) })
  const given = await collect(formatNamed(format).read(sourceOf(bytes, size, name), context))
  return { documents: given.flatMap(documentsOf), errors, report: context.report }
}

/** Writes documents in a stream format. */
export const write = async (
  format: string,
  documents: readonly Document[],
  options: FormatOptions = {},
): Promise<{ bytes: Buffer; report: LossReport }> => {
  const context = formatContext({ options })
  async function* all() {
    yield* documents
  }
  const chunks = await collect(formatNamed(format).write?.(all(), context) ?? [])
  return { bytes: Buffer.concat(chunks.map((chunk) => Buffer.from(chunk))), report: context.report }
}

export const readFrom = (path: string, options: Parameters<typeof readDocuments>[1] = {}): Promise<Document[]> =>
  collect(readDocuments(root(path), options))

export const fileText = (path: string): Promise<string> => readFile(root(path), 'utf8')

/** A document's text and fields with these layers alone. */
export const relabelled = (
  { id, text, metadata }: Document,
  layers: Partial<Pick<DocumentLike, 'entities' | 'mentions' | 'relations' | 'clusters'>>,
): Document => createDocument({ id, text, metadata, ...layers })

/** A document as plain JSON, for comparing. */
export const plain = (document: Document): unknown =>
  JSON.parse(
    JSON.stringify(document, (_, value) =>
      ArrayBuffer.isView(value)
        ? Array.from(value as Int32Array, (x) => (Number.isNaN(x) ? 'none' : Math.fround(x)))
        : value,
    ),
  )
