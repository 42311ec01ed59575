/** The one way in: any input, any format, one stream of documents. */
import type { Document } from './document.ts'
import { HmtlError } from './errors.ts'
import { type Format, type FormatContext, formatContext } from './format.ts'
import { formatNamed, formats, sniffFormat, sniffHead } from './formats/index.ts'
import { type Input, type Source, sourcesOf, withoutGz } from './source.ts'

export interface ReadOptions extends Partial<FormatContext> {
  /** Name of the format; guessed from each file where absent. */
  readonly format?: string | undefined
  /** Called as each source is opened; for progress. */
  readonly onSource?: ((source: Source, format: Format) => void) | undefined
  /** Stops the reading between two documents. */
  readonly signal?: AbortSignal | undefined
}

/**
 * Documents of a path, folder, bytes, stream or iterable.
 *
 * @example
 * for await (const document of readDocuments('corpus.jsonl')) console.log(document.id)
 *
 * @throws HmtlError `HMTL_INPUT_*`, `HMTL_FORMAT_*`; a record that cannot be read goes to
 * `onError` if there is one, and the reading goes on.
 */
export async function* readDocuments(input: Input, options: ReadOptions = {}): AsyncGenerator<Document> {
  const context = formatContext(options)
  const named = options.format === undefined ? undefined : formatNamed(options.format)
  const accepts = named ? (path: string) => named.accepts(path) : (path: string) => primary(path) && formats.some((format) => format.accepts(path))
  for await (const found of sourcesOf(input, accepts)) {
    const { source, format } = await withFormat(found, named)
    options.onSource?.(source, format)
    for await (const document of format.read(source, context)) {
      if (options.signal?.aborted) throw new HmtlError('HMTL_ABORTED', 'reading was aborted', { cause: options.signal.reason })
      yield document
    }
  }
}

/** Files that only accompany another one (`.ann` beside `.txt`, `.apf.xml` beside `.sgm`) are not read by themselves. */
const primary = (path: string): boolean => !/\.(ann|apf\.xml|md)$/i.test(path) && !/(^|\/)(readme|licen[cs]e)[^/]*$/i.test(path)

const withFormat = async (source: Source, named: Format | undefined): Promise<{ source: Source; format: Format }> => {
  if (named) return { source, format: named }
  if (source.path !== undefined) {
    const format = await sniffFormat(source)
    // A lone .txt with annotations beside it is brat.
    if (format.name === 'text' && (await hasBeside(source))) return { source, format: formatNamed('brat') }
    return { source, format }
  }
  return peeked(source)
}

const hasBeside = async (source: Source): Promise<boolean> => {
  const { stat } = await import('node:fs/promises')
  const ann = withoutGz(source.path as string).replace(/\.txt$/, '.ann')
  return (await stat(ann).catch(() => undefined))?.isFile() ?? false
}

/** A stream can be read once: what was taken to guess its format is put back in front. */
const peeked = async (source: Source): Promise<{ source: Source; format: Format }> => {
  const iterator = source.chunks()[Symbol.asyncIterator]()
  const head: Uint8Array[] = []
  let size = 0
  while (size < 4096) {
    const next = await iterator.next()
    if (next.done) break
    head.push(next.value)
    size += next.value.length
  }
  let format: Format
  try {
    format = size === 0 ? formatNamed('jsonl') : sniffHead(Buffer.concat(head), source.name)
  } catch (error) {
    await iterator.return?.()
    throw error
  }
  async function* chunks(): AsyncGenerator<Uint8Array> {
    try {
      yield* head
      yield* { [Symbol.asyncIterator]: () => iterator }
    } finally {
      await iterator.return?.()
    }
  }
  return { source: { ...source, chunks }, format }
}
