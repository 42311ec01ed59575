/** The one way in: any input, any format, one stream of documents. */
import type { Document } from './document.ts'
import { HmtlError } from './errors.ts'
import { type Format, type FormatContext, formatContext } from './format.ts'
import { formatNamed, formats } from './formats/index.ts'
import { guessed, looksLike } from './guess.ts'
import { type Choice, type Input, type Source, sourcesOf, withoutGz } from './source.ts'

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
  const { accepts, otherwise } = named ? choiceOf(named, context) : { accepts: ofAnyFormat(context), otherwise: undefined }
  for await (const found of sourcesOf(input, accepts, otherwise)) {
    const { source, format } = await withFormat(found, named)
    options.onSource?.(source, format)
    for await (const document of format.read(source, context)) {
      if (options.signal?.aborted) throw new HmtlError('HMTL_ABORTED', 'reading was aborted', { cause: options.signal.reason })
      yield document
    }
  }
}

const ofAnyFormat =
  ({ report }: FormatContext): Choice =>
  (path) => {
    const taken = formats.some((format) => format.accepts(path))
    if (!taken && primary(path)) report.add('file-passed-over', path)
    return taken && primary(path)
  }

/** Files that only accompany another one (`.ann` beside `.txt`, `.apf.xml` beside `.sgm`) are not read by themselves. */
const primary = (path: string): boolean => !/\.(ann|apf\.xml|md)$/i.test(path) && !/(^|\/)((readme|licen[cs]e)[^/]*|\.[^/]*)$/i.test(path)

/**
 * Files of a folder whose format was named: those with its usual names, and others that look
 * like it; where there is none, every file, since who names a format knows better than a name.
 * Folders of corpora hold files of more kinds than one: what is passed over is counted.
 */
const choiceOf = (format: Format, context: FormatContext): { accepts: Choice; otherwise?: Choice } => {
  // A document of several files is found by their names alone.
  if (format.writeFiles) return { accepts: (path) => format.accepts(path) }
  let any = false
  let passed: string[] = []
  const accepts: Choice = async (path, source) => {
    const taken = format.accepts(path) || (primary(path) && (await looksLike(format, source)))
    if (taken) any = true
    else if (primary(path)) passed.push(path)
    if (any) {
      for (const other of passed) context.report.add('file-passed-over', other)
      passed = []
    }
    return taken
  }
  return { accepts, otherwise: primary }
}

const withFormat = async (source: Source, named: Format | undefined): Promise<{ source: Source; format: Format }> => {
  if (named) return { source, format: named }
  if (source.path !== undefined) {
    const { format } = await guessed(source)
    // A lone .txt with annotations beside it is brat.
    if (format.name === 'text' && (await hasBeside(source))) return { source, format: formatNamed('brat') }
    return { source, format }
  }
  return guessed(source)
}

const hasBeside = async (source: Source): Promise<boolean> => {
  const { stat } = await import('node:fs/promises')
  const ann = withoutGz(source.path as string).replace(/\.txt$/, '.ann')
  return (await stat(ann).catch(() => undefined))?.isFile() ?? false
}
