/** Where a command writes and in what: one rule for all of them. */
import { constants, fstat } from 'node:fs'
import { access, realpath, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve, sep } from 'node:path'
import { promisify } from 'node:util'
import { HmtlError } from '../../src/io/errors.ts'
import { filesOf } from '../../src/io/folder.ts'
import { formatContext } from '../../src/io/format.ts'
import { formatNamed, formats } from '../../src/io/formats/index.ts'
import { LossReport } from '../../src/io/report.ts'
import { notFound, type Source, sourcesOf, withoutGz } from '../../src/io/source.ts'
import { isDevice } from '../../src/io/write.ts'

/** A name's ending, and the format that it stands for. */
export type Endings = readonly (readonly [ending: string, format: string])[]

/** Of the document formats. */
export const documentEndings: Endings = [
  ...formats.filter(({ extension }) => extension !== '').map(({ extension, name }) => [extension, name] as const),
  ['.ndjson', 'jsonl'],
  ['.feather', 'arrow'],
  ['_gold_conll', 'conll2012'],
]

export interface TargetArguments {
  /** Path; `-` is standard output. */
  readonly output: string
  /** The format, where it was named. */
  readonly to?: string | undefined
}

/**
 * The format to write: the one that was named, else the one that the target's name ends with.
 * @param plain what goes to standard output, to a pipe or a device
 * @throws HmtlError `HMTL_FORMAT_UNKNOWN` for a file whose name says nothing
 */
export const targetFormat = async (
  { output, to }: TargetArguments,
  endings: Endings,
  plain: string,
): Promise<string> => {
  if (to !== undefined) return to
  if (output === '-' || (await isDevice(output))) return plain
  // The longest: x.dygie.jsonl is no plain JSON lines.
  const [found] = endings
    .filter(([ending]) => withoutGz(output).toLowerCase().endsWith(ending))
    .sort(([a], [b]) => b.length - a.length)
  if (found) return found[1]
  throw new HmtlError('HMTL_FORMAT_UNKNOWN', `cannot tell the output format from "${output}"`, {
    remedy: `Name it with --to, or let the name end with one of ${endings.map(([ending]) => ending).join(' ')}`,
  })
}

/** What a command reads and writes. */
export interface Files {
  /** Paths; `-` is standard input. */
  readonly inputs: readonly string[]
  /** Format that folders are read as, where it was named. */
  readonly from?: string | undefined
  /** Paths by what the user calls them; `-` is standard output. */
  readonly outputs: Readonly<Record<string, string | undefined>>
  /** Format of the output, where it may be a folder. */
  readonly to?: string | undefined
}

interface Found {
  /** The same for every path of one file or folder, hard links too. */
  readonly key: string
  readonly path: string
  readonly isFolder: boolean
}

const statOf = (path: string, standard: number) =>
  path === '-' ? promisify(fstat)(standard, { bigint: true }) : stat(path, { bigint: true })

/** A file or a folder that is there; undefined for pipes, terminals and devices, and for what is not there. */
const found = async (path: string, standard: 0 | 1): Promise<Found | undefined> => {
  const stats = await statOf(path, standard).catch(() => undefined)
  if (!stats || !(stats.isFile() || stats.isDirectory())) return undefined
  return {
    key: `${stats.dev}:${stats.ino}`,
    path: await realpath(path === '-' ? `/dev/fd/${standard}` : path).catch(() => resolve(path)),
    isFolder: stats.isDirectory(),
  }
}

/** What will be there: a file is known by its folder until it is made. */
const foundOrMade = async (path: string): Promise<Found | undefined> => {
  const there = await found(path, 1)
  if (there || path === '-' || (await isDevice(path))) return there
  const folder = await realpath(dirname(path)).catch(() => resolve(dirname(path)))
  const made = join(folder, basename(path))
  return { key: made, path: made, isFolder: false }
}

const isWithin = (path: string, folder: string): boolean =>
  path.startsWith(folder.endsWith(sep) ? folder : folder + sep)

/** Files of a folder that are read. */
const filesRead = (folder: string, from: string | undefined, context = formatContext()): AsyncGenerator<Source> => {
  const { accepts, otherwise } = filesOf(from === undefined ? undefined : formatNamed(from), context)
  return sourcesOf(folder, accepts, otherwise)
}

/** What of folders is not read, for a command whose reading does not tell it. */
export const passedOver = async (inputs: readonly string[], from: string | undefined): Promise<LossReport> => {
  const report = new LossReport()
  for (const input of inputs)
    if ((await found(input, 0))?.isFolder) for await (const _ of filesRead(input, from, formatContext({ report })));
  return report
}

/** Whether a file is one of those that are read of a folder. */
const isReadOf = async (folder: string, file: Found, from: string | undefined): Promise<boolean> => {
  try {
    for await (const { path = '' } of filesRead(folder, from)) if ((await found(path, 0))?.key === file.key) return true
  } catch {
    // What is wrong with the folder is said by whoever reads it.
  }
  return false
}

/** Whether writing would change what is read. */
const wouldOverwrite = async (output: Found, input: Found, { from, to }: Files): Promise<boolean> => {
  if (output.key === input.key) return true
  if (input.isFolder && !output.isFolder) return isWithin(output.path, input.path) && isReadOf(input.path, output, from)
  // Documents that are written again have the names that they were read by.
  return (
    output.isFolder &&
    !input.isFolder &&
    isWithin(input.path, output.path) &&
    formats.some(({ name, accepts }) => name === to && accepts(basename(input.path)))
  )
}

/** @throws HmtlError `HMTL_INPUT_NOT_FOUND` for a file or folder that is not there or may not be read */
const checkInputs = async (inputs: readonly string[]): Promise<void> => {
  for (const input of inputs)
    if (input !== '-')
      await access(input, constants.R_OK).catch((cause) => {
        throw notFound(input, cause)
      })
}

/**
 * To be asked before anything is opened.
 * @throws HmtlError `HMTL_USAGE` where an output would take the place of an input that is still to be read, or of
 * another output, or one beside the main output is `-`; `HMTL_INPUT_NOT_FOUND` for an input that is not there
 */
export const checkFiles = async (files: Files): Promise<void> => {
  await checkInputs(files.inputs)
  const inputs = await Promise.all(files.inputs.map((input) => found(input, 0)))
  const written = new Map<string, string>()
  for (const [name, path] of Object.entries(files.outputs)) {
    if (path === '-' && name.startsWith('--'))
      throw new HmtlError('HMTL_USAGE', `${name} takes a file, and - is standard output`, {
        remedy: `Name a file, such as ${name} /dev/stderr`,
      })
    const output = path === undefined ? undefined : await foundOrMade(path)
    if (!output) continue
    const called = path === '-' ? 'standard output' : path
    for (const input of inputs)
      if (input && (await wouldOverwrite(output, input, files)))
        throw new HmtlError('HMTL_USAGE', `${called} is an input and would be overwritten`, {
          remedy: 'Write to another file',
        })
    const other = written.get(output.key)
    if (other !== undefined)
      throw new HmtlError('HMTL_USAGE', `${other} and ${name} are the same file, ${called}`, {
        remedy: 'Write to two files',
      })
    written.set(output.key, name)
  }
}
