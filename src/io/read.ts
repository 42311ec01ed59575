/** The one way in: any input, any format, one stream of documents. */
import { basename } from 'node:path'
import { ahead } from './ahead.ts'
import type { Document } from './document/document.ts'
import { HmtlError } from './errors.ts'
import { documentsOf, type Format, type FormatContext, formatContext } from './format.ts'
import { annotationsBeside, filesOf } from './folder.ts'
import { formatNamed } from './formats/index.ts'
import { rawLineOf } from './formats/jsonl.ts'
import { guessed } from './guess.ts'
import { filesAhead, type Input, readAhead, type Source, sourcesOf, withoutGz } from './source.ts'

export interface ReadOptions extends Partial<FormatContext> {
  /** Name of the format; guessed from each file where absent. */
  readonly format?: string | undefined
  /** Called as each source is opened; for progress. */
  readonly onSource?: ((source: Source, format: Format) => void) | undefined
  /** Called with what keeps a file from being told or opened; the others are read. The default throws. */
  readonly onUnread?: ((error: HmtlError) => void) | undefined
  /**
   * Called with what ends a file before its end, such as a gzip stream that was cut short; the others are read. The
   * default throws.
   */
  readonly onBroken?: ((error: HmtlError) => void) | undefined
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
  const { accepts, otherwise } = filesOf(named, context)
  const { onUnread, onBroken, signal } = options
  const open = async (found: Source) => {
    const { source, format } = await withFormat(found, named, context)
    return { source: format.beside ? await readAhead(source, format.beside(source)) : source, format }
  }
  const opened = (found: Source) =>
    open(found).catch((error: unknown) => {
      if (onUnread && error instanceof HmtlError) return { error }
      throw error
    })
  for await (const found of ahead(sourcesOf(input, accepts, otherwise), filesAhead, opened)) {
    if ('error' in found) {
      onUnread?.(found.error)
      continue
    }
    const { source, format } = found
    options.onSource?.(source, format)
    for await (const given of onBroken
      ? untilBroken(format.read(source, context), onBroken)
      : format.read(source, context))
      for (const document of documentsOf(given)) {
        if (signal?.aborted) throw new HmtlError('HMTL_ABORTED', 'reading was aborted', { cause: signal.reason })
        yield source.label === undefined ? document : relabelled(document, source.relative, source.label)
      }
  }
}

/** What comes before an error of the reading itself, which is told; what is thrown by whoever takes the items is not. */
async function* untilBroken<T>(items: AsyncIterable<T>, onBroken: (error: HmtlError) => void): AsyncGenerator<T> {
  const iterator = items[Symbol.asyncIterator]()
  try {
    for (;;) {
      const next = await iterator.next().catch((error: unknown) => {
        if (!(error instanceof HmtlError)) throw error
        onBroken(error)
      })
      if (!next || next.done) return
      yield next.value
    }
  } finally {
    await iterator.return?.()
  }
}

/** What of an id is the bare name of its file, without its endings or with them. */
const nameWithin = (id: string, file: string): string | undefined =>
  [id, id.slice(0, Math.max(0, id.lastIndexOf(':')))].find(
    (part) => part !== '' && file.startsWith(part) && /^([._]|$)/.test(file.slice(part.length)),
  )

/** A document whose id is made of its file's name, with another name for that. A line that is kept has its own id, or none. */
const relabelled = (document: Document, path: string, label: string): Document => {
  const { id } = document
  const name = rawLineOf(document) === undefined ? nameWithin(id, basename(withoutGz(path))) : undefined
  return name === undefined ? document : { ...document, id: `${label}${id.slice(name.length)}` }
}

const withFormat = async (
  source: Source,
  named: Format | undefined,
  { options: { textField } }: FormatContext,
): Promise<{ source: Source; format: Format }> => {
  if (named) return { source, format: named }
  let guess: Awaited<ReturnType<typeof guessed>> | undefined
  try {
    guess = await guessed(source, textField)
    if (guess.format.name !== 'text') return guess
  } catch (error) {
    // A text may be marked up, and annotated nevertheless.
    if (!(error instanceof HmtlError) || error.code !== 'HMTL_FORMAT_UNSUPPORTED') throw error
    if (source.path === undefined || (await annotationsBeside(source)) !== 'brat') throw error
  }
  // A lone .txt with annotations beside it is brat.
  if (!guess || (source.path !== undefined && (await annotationsBeside(source)) === 'brat'))
    return { source, format: formatNamed('brat') }
  return guess
}
