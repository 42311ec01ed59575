/** Where a command writes and in what: one rule for all of them. */
import { realpath } from 'node:fs/promises'
import { HmtlError } from '../../src/io/errors.ts'
import { formats } from '../../src/io/formats/index.ts'
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
    .filter(([ending]) => output.toLowerCase().endsWith(ending))
    .sort(([a], [b]) => b.length - a.length)
  if (found) return found[1]
  throw new HmtlError('HMTL_FORMAT_UNKNOWN', `cannot tell the output format from "${output}"`, {
    remedy: `Name it with --to, or let the name end with one of ${endings.map(([ending]) => ending).join(' ')}`,
  })
}

/** @throws HmtlError `HMTL_USAGE` where the output would take the place of an input that is still to be read */
export const checkTarget = async (output: string, inputs: readonly string[]): Promise<void> => {
  const real = (path: string) => realpath(path).catch(() => undefined)
  const target = output === '-' || (await isDevice(output)) ? undefined : await real(output)
  if (target === undefined) return
  for (const input of inputs)
    if (input !== '-' && (await real(input)) === target)
      throw new HmtlError('HMTL_USAGE', `${output} is an input and would be overwritten`, {
        remedy: 'Write to another file',
      })
}
