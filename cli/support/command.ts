/** Options that commands share, as data. */
import { HmtlError } from '../../src/io/errors.ts'
import { readableNames } from '../../src/io/formats/index.ts'
import { offsetUnits } from '../../src/io/document/offsets.ts'
import { schemes } from '../../src/io/document/tags.ts'

/** Groups of the help, after the command's own options. */
const [reading, writing, telling] = ['Reading:', 'Writing:', 'Progress:'] as const

/** Bounds of a number that an option takes. */
export interface Bounds {
  readonly least?: number
  readonly most?: number
  /** Whether only whole numbers count. @default true */
  readonly whole?: boolean
}

/**
 * An option that takes one number within bounds; all else is wrong use.
 * @example .option('workers', number('workers', 'Worker threads', { least: 1 }))
 */
export const number = (
  name: string,
  describe: string,
  { least = 0, most = Number.MAX_SAFE_INTEGER, whole = true }: Bounds = {},
) => ({
  type: 'number' as const,
  requiresArg: true as const,
  describe,
  coerce: (value: unknown): number => {
    // Given twice it is a list, which is no number either.
    const fits = typeof value === 'number' && value >= least && value <= most && (!whole || Number.isInteger(value))
    if (fits) return value
    const range = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`
    throw new HmtlError('HMTL_USAGE', `--${name} takes one ${whole ? 'whole number' : 'number'} ${range}`)
  },
})

/** A probability. */
export const probability = (name: string, describe: string) => number(name, describe, { most: 1, whole: false })

/**
 * An option that takes names, separated by commas or one each time it is given. A
 * word after it is no further name, so that no file of the command's is swallowed.
 */
export const names = (describe: string) => ({
  type: 'string' as const,
  array: true as const,
  nargs: 1,
  describe: `${describe}, separated by commas`,
  coerce: (values: readonly string[]): string[] =>
    values
      .flatMap((value) => value.split(','))
      .map((name) => name.trim())
      .filter((name) => name !== ''),
})

/** Options of every command that reads documents. */
export const inputOptions = {
  from: {
    type: 'string',
    choices: readableNames,
    describe: 'Format of the input; guessed where absent',
    group: reading,
  },
  'text-field': {
    type: 'string',
    default: 'text',
    describe: 'Field of a JSON line that holds the text',
    group: reading,
  },
  'input-offset-unit': {
    type: 'string',
    choices: offsetUnits,
    describe: 'What offsets in JSON count that do not say it; utf16, where a format has no other',
    group: reading,
  },
  'max-line-bytes': {
    ...number('max-line-bytes', 'Longest line that is read', { least: 1 }),
    default: 64 * 1024 * 1024,
    group: reading,
  },
  'max-document-bytes': {
    ...number('max-document-bytes', 'Largest file that is one document', { least: 1 }),
    default: 256 * 1024 * 1024,
    group: reading,
  },
  layer: {
    type: 'string',
    choices: ['entities', 'mentions'],
    describe: 'Layer for formats with only one kind of span',
    group: reading,
  },
  'mention-span': {
    type: 'string',
    choices: ['extent', 'head'],
    default: 'extent',
    describe: 'Span of an ACE mention',
    group: reading,
  },
  singletons: { type: 'boolean', default: true, describe: 'Keep clusters of one member', group: reading },
  quiet: { type: 'boolean', alias: 'q', default: false, describe: 'Say nothing but errors', group: telling },
  progress: { type: 'boolean', describe: 'Show progress (default: on a terminal)', group: telling },
  'dead-letter': { type: 'string', describe: 'File for records that cannot be read, as JSON lines', group: reading },
} as const

export const outputOptions = {
  output: { type: 'string', alias: 'o', default: '-', describe: 'File or folder; - is standard output' },
  scheme: { type: 'string', choices: schemes, describe: 'Tagging scheme of column output', group: writing },
  'offset-unit': {
    type: 'string',
    choices: offsetUnits,
    describe: 'What offsets in JSON and tables that are written count; utf16, where a format has no other',
    group: writing,
  },
  report: { type: 'string', describe: 'File for a JSON report of what the output could not carry', group: writing },
  'batch-documents': {
    ...number('batch-documents', 'Documents a record batch of Arrow and Parquet', { least: 1 }),
    group: writing,
  },
} as const

/** The files that a command reads besides documents: options of `--config`. */
export const optionFiles = (args: object): string[] => {
  const { config } = args as { readonly config?: unknown }
  return typeof config === 'string' ? [config] : []
}

/** What of the documents reads and writes files, for `checkFiles`; without inputs standard input is read. */
export const inputFilesOf = (args: { readonly inputs: readonly string[]; readonly from?: string | undefined }) => ({
  inputs: [...(args.inputs.length === 0 ? ['-'] : args.inputs), ...optionFiles(args)],
  from: args.from,
})

interface FormatArguments {
  readonly textField?: string | undefined
  readonly offsetUnit?: string | undefined
  readonly inputOffsetUnit?: string | undefined
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
  const {
    textField,
    offsetUnit,
    inputOffsetUnit,
    maxLineBytes,
    maxDocumentBytes,
    layer,
    mentionSpan,
    singletons,
    scheme,
    batchDocuments,
  } = args
  const all = {
    textField,
    offsetUnit,
    inputOffsetUnit,
    maxLineBytes,
    maxDocumentBytes,
    layer,
    mentionSpan,
    singletons,
    scheme,
    batchDocuments,
  }
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined))
}
