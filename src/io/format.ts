/**
 * What a corpus format is to the program: a name, a guess from the first bytes,
 * a reader and a writer. Formats are data; `formats/index.ts` lists them.
 */
import { type Document, type LayerName, layerNames, type Spans } from './document/document.ts'
import { HmtlError, toHmtlError } from './errors.ts'
import type { JsonOptions } from './document/json.ts'
import type { JsonHead } from './syntax/json-head.ts'
import { defaultMaxLineBytes } from './syntax/limits.ts'
import type { OffsetUnit } from './document/offsets.ts'
import { LossReport } from './report.ts'
import type { Source } from './source.ts'
import { reportLoneSurrogates } from './document/surrogates.ts'

/** Options that readers and writers share; each format reads the ones it knows. */
export interface FormatOptions {
  /** Longest line in bytes. @default 64 MiB */
  readonly maxLineBytes?: number
  /** Largest file of the formats that are read whole (one document a file). @default 256 MiB */
  readonly maxDocumentBytes?: number
  /** Field of a JSON line that holds the text. @default 'text' */
  readonly textField?: string
  /** Unit of offsets in JSON and table output. @default 'utf16' */
  readonly offsetUnit?: OffsetUnit
  /** Unit of offsets in JSON input that does not say its own. @default what the format counts, else 'utf16' */
  readonly inputOffsetUnit?: OffsetUnit
  /** Tagging scheme that column writers use. @default what the document was read with, else `bio` */
  readonly scheme?: 'iob1' | 'bio' | 'bioul' | 'iobes'
  /** Which layer a format with a single span layer reads into and writes from. @default 'entities' */
  readonly layer?: 'entities' | 'mentions'
  /** Mention span for formats that know extent and head (ACE). @default 'extent' */
  readonly mentionSpan?: 'extent' | 'head'
  /** Whether one-member clusters are written and read. @default true */
  readonly singletons?: boolean
  /** Documents a record batch of Arrow and Parquet output. @default by size, about 1 MiB of text */
  readonly batchDocuments?: number
  /** Take predicted layers where a record holds them beside the gold ones (dygie's `predicted_ner`). @default false */
  readonly predictions?: boolean
  /** Keep each JSON line with its document, so that it can be written again untouched. @default false */
  readonly keepLines?: boolean
  /** Names for relation codes (Re-DocRED `rel_info.json`). */
  readonly relationNames?: Readonly<Record<string, string>>
}

/** What a reader or writer is given besides its input. */
export interface FormatContext {
  readonly options: FormatOptions
  /** Counts what could not be carried. */
  readonly report: LossReport
  /** Called with each record that could not be read; the reader goes on. The default throws. */
  readonly onError: (error: HmtlError, record?: string) => void
}

/** A format that holds every layer. */
export const layersAll: readonly LayerName[] = layerNames

/** A document, or several that were at hand together: to wait for each one alone costs more than handing it on. */
export type Given = Document | readonly Document[]

/** What was given, as a list. */
export const documentsOf = (given: Given): readonly Document[] => ('id' in given ? [given] : given)

export type Reader = (source: Source, context: FormatContext) => AsyncIterable<Given>

export type Writer = (documents: AsyncIterable<Document>, context: FormatContext) => AsyncIterable<string | Uint8Array>

/** Reader and writer of a format of one stream. */
export interface Codec {
  readonly read: Reader
  readonly write: Writer
}

/** A file of a format that keeps a document in several files. */
export interface OutputFile {
  /** Relative path, safe to join to a folder. */
  readonly name: string
  readonly data: string | Uint8Array
}

export interface Format {
  readonly name: string
  /** One line for help and `hmtl convert --list`. */
  readonly summary: string
  /** Files of a folder that a reader of this format takes (relative path, `.gz` off). */
  accepts(path: string): boolean
  /**
   * How sure the format is that these first bytes are its own: 0 no, 1 perhaps, 2 surely.
   * @param textField what the user said that the text is called
   */
  sniff(head: string, path: string, textField?: string): 0 | 1 | 2
  /**
   * The same of JSON, by the structure of its first record; formats that are not JSON have none, and those of broken
   * records may leave it to `sniff`.
   */
  sniffJson?(head: JsonHead, path: string): 0 | 1 | 2 | undefined
  readonly read: Reader
  /** Files beside a source that its reader asks for: small ones are read ahead of their turn, with the source itself. */
  readonly beside?: (source: Source) => readonly string[]
  /** Writes all documents to one stream … */
  readonly write?: Writer
  /** … or each document to files of its own. */
  readonly writeFiles?: (document: Document, context: FormatContext) => readonly OutputFile[]
  /** What is written are results, which no command takes for documents again. */
  readonly oneWay?: true
  /** Nothing is read: the reader says so. */
  readonly writtenOnly?: true
  /** The writer needs tokens (and sentences). */
  readonly needsTokens: boolean
  /** Unit that the format's offsets are in, where it says no other; absent where it has none, or says which. */
  readonly offsetUnit?: OffsetUnit
  /** Layers the format can hold. */
  readonly carries: readonly LayerName[]
  /**
   * What the name of a written file ends with; no two formats share it. Empty for a folder, and where nothing is
   * written.
   */
  readonly extension: string
}

/** What a format that is only written has instead of a reader. */
export const writtenOnly = (name: string): Pick<Format, 'accepts' | 'sniff' | 'read' | 'oneWay' | 'writtenOnly'> => ({
  accepts: () => false,
  sniff: () => 0,
  // biome-ignore lint/correctness/useYield: there is nothing that it could read
  async *read(source) {
    throw new HmtlError('HMTL_FORMAT_UNSUPPORTED', `${name} is written, not read`, {
      source: source.name,
      remedy: 'Keep JSON lines, Arrow or Parquet beside it: they can be read and converted',
    })
  },
  oneWay: true,
  writtenOnly: true,
})

export const formatContext = (partial: Partial<FormatContext> = {}): FormatContext => ({
  options: partial.options ?? {},
  report: partial.report ?? new LossReport(),
  onError:
    partial.onError ??
    ((error) => {
      throw error
    }),
})

/** How records of JSON are read and written in that context; what a document has no place for is counted. */
export const jsonOptions = ({
  options: { textField, offsetUnit, inputOffsetUnit },
  report,
}: FormatContext): JsonOptions => ({
  textField,
  offsetUnit,
  inputOffsetUnit,
  onLost: (document, field) => report.add('json-field', document, field),
})

export const maxLineBytes = (context: FormatContext): number => context.options.maxLineBytes ?? defaultMaxLineBytes
export const maxDocumentBytes = (context: FormatContext): number =>
  context.options.maxDocumentBytes ?? 256 * 1024 * 1024

/** A layer that a format carries, the heads of its mentions, or the scores of its layers. */
export type Carried = LayerName | 'heads' | 'scores'

/**
 * Counts what a format of plain text has no place for: layers, scores, heads of
 * mentions, the metadata but for its own (`key`), halves of surrogate pairs.
 */
export const reportUncarried = (
  document: Document,
  carries: readonly Carried[],
  context: FormatContext,
  key?: string,
): void => {
  reportLayers(document, carries, context)
  reportLoneSurrogates(document, context.report)
  for (const field in document.metadata) if (field !== key) context.report.add('field', document.id, field)
}

/** Counts the annotated layers of a document that a format has no place for, and the scores and heads of the others. */
export const reportLayers = (document: Document, carries: readonly Carried[], context: FormatContext): void => {
  const lost = (layer: LayerName, count: number) => {
    if (!carries.includes(layer)) context.report.add(`layer-${layer}`, document.id, '', count)
  }
  lost('entities', document.entities?.begin.length ?? 0)
  lost('mentions', document.mentions?.begin.length ?? 0)
  lost('relations', document.relations?.begin1.length ?? 0)
  lost('clusters', (document.clusters?.offsets.length ?? 1) - 1)
  for (const layer of ['entities', 'mentions', 'relations'] as const) {
    const scores = carries.includes(layer) && !carries.includes('scores') ? document[layer]?.score : undefined
    if (scores)
      context.report.add(
        'score',
        document.id,
        layer,
        scores.reduce((sum, score) => sum + (Number.isNaN(score) ? 0 : 1), 0),
      )
  }
  const { mentions } = document
  if (mentions && carries.includes('mentions') && !carries.includes('heads'))
    context.report.add(
      'mention-head',
      document.id,
      '',
      mentions.begin.reduce(
        (sum, begin, i) => sum + (mentions.headBegin[i] === begin && mentions.headEnd[i] === mentions.end[i] ? 0 : 1),
        0,
      ),
    )
}

/** Tokens of a document for a writer that cannot do without. @throws HmtlError `HMTL_FORMAT_UNSUPPORTED` */
export const requireTokens = (document: Document, format: string, context?: FormatContext) => {
  if (!document.tokens)
    throw new HmtlError('HMTL_FORMAT_UNSUPPORTED', `${format} needs tokens and the document has none`, {
      document: document.id,
      remedy: 'Tokenize first: `hmtl convert` does it for raw text',
    })
  if (context) reportOutside(document, document.tokens, context.report)
  return document.tokens
}

/** Counts what of a text is no token and no white space (a byte order mark is none), which a format of tokens drops. */
const reportOutside = ({ id, text }: Document, { begin, end }: Spans, report: LossReport): void => {
  let at = 0
  for (let i = 0; i <= begin.length; i++) {
    const to = i < begin.length ? begin[i] : text.length
    const gap = to > at && !(to === at + 1 && text[at] === ' ') ? text.slice(at, to) : ''
    if (/\P{White_Space}/u.test(gap)) report.add('text-outside-tokens', id, JSON.stringify(gap.slice(0, 60)))
    if (i < begin.length) at = end[i]
  }
}

/** Runs `make`, sending what it throws to the context's `onError`. */
export const attempt = <T>(
  context: FormatContext,
  place: { source?: string; document?: string; line?: number; offset?: number },
  record: string | undefined,
  make: () => T,
): T | undefined => {
  try {
    return make()
  } catch (error) {
    context.onError(toHmtlError(error, 'HMTL_INPUT_SYNTAX', place), record)
    return undefined
  }
}
