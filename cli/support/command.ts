/** How a command is written: one object in one file, options as data. */
import type { Argv } from 'yargs'
import { formatNames } from '../../src/io/formats/index.ts'
import { offsetUnits } from '../../src/io/offsets.ts'
import { schemes } from '../../src/io/tags.ts'

export interface Command<Args> {
  readonly command: string
  readonly describe: string
  builder(yargs: Argv): Argv<Args>
  /** Returns the exit code. */
  handler(args: Args): Promise<number>
}

/** Options of every command that reads documents. */
export const inputOptions = {
  from: { type: 'string', choices: formatNames, describe: 'Format of the input; guessed where absent' },
  'text-field': { type: 'string', default: 'text', describe: 'Field of a JSON line that holds the text' },
  'offset-unit': { type: 'string', choices: offsetUnits, default: 'utf16', describe: 'What offsets in JSON count' },
  'max-line-bytes': { type: 'number', default: 64 * 1024 * 1024, describe: 'Longest line that is read' },
  'max-document-bytes': { type: 'number', default: 256 * 1024 * 1024, describe: 'Largest file that is one document' },
  layer: { type: 'string', choices: ['entities', 'mentions'], describe: 'Layer for formats with only one kind of span' },
  'mention-span': { type: 'string', choices: ['extent', 'head'], default: 'extent', describe: 'Span of an ACE mention' },
  singletons: { type: 'boolean', default: true, describe: 'Keep clusters of one member' },
  quiet: { type: 'boolean', alias: 'q', default: false, describe: 'Say nothing but errors' },
  progress: { type: 'boolean', describe: 'Show progress (default: on a terminal)' },
  'dead-letter': { type: 'string', describe: 'File for records that cannot be read, as JSON lines' },
} as const

export const outputOptions = {
  output: { type: 'string', alias: 'o', default: '-', describe: 'File or folder; - is standard output' },
  scheme: { type: 'string', choices: schemes, describe: 'Tagging scheme of column output' },
  'batch-documents': { type: 'number', describe: 'Documents a record batch of Arrow and Parquet' },
} as const

interface FormatArguments {
  readonly textField?: string | undefined
  readonly offsetUnit?: string | undefined
  readonly maxLineBytes?: number | undefined
  readonly maxDocumentBytes?: number | undefined
  readonly layer?: string | undefined
  readonly mentionSpan?: string | undefined
  readonly singletons?: boolean | undefined
  readonly scheme?: string | undefined
  readonly batchDocuments?: number | undefined
}

/** The format options among a command's arguments. */
export const formatOptionsOf = (args: FormatArguments) => {
  const { textField, offsetUnit, maxLineBytes, maxDocumentBytes, layer, mentionSpan, singletons, scheme, batchDocuments } = args
  const all = { textField, offsetUnit, maxLineBytes, maxDocumentBytes, layer, mentionSpan, singletons, scheme, batchDocuments }
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined))
}
