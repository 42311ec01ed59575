/** Where things go: data to standard output, everything else to standard error. */
import { HmtlError } from '../../src/io/errors.ts'
import type { LossReport } from '../../src/io/report.ts'
import { clearStatus } from './status-line.ts'

/** Exit codes: all well, failed, wrong use, finished with dead letters, interrupted. */
export const exitCodes = { ok: 0, failed: 1, usage: 2, deadLetters: 3, interrupted: 130 } as const

export const useColor = (stream: NodeJS.WriteStream): boolean =>
  stream.isTTY === true && !process.env.NO_COLOR && process.env.TERM !== 'dumb'

export const say = (text: string): void => {
  clearStatus()
  process.stderr.write(`${text}\n`)
}

// Read once: variables that are no option of the command are taken out of the environment.
const showStacks = process.env.HMTL_DEBUG !== undefined

/** The message of an error as people should see it; stacks only with HMTL_DEBUG. */
export const errorText = (error: unknown): string => {
  if (error instanceof HmtlError) return `${error.code}: ${error.message}`
  if (error instanceof Error) return showStacks ? (error.stack ?? error.message) : error.message
  return String(error)
}

/** Rows as columns of a width; numbers to the right. */
export const table = (rows: readonly (readonly (string | number)[])[]): string => {
  const widths: number[] = []
  for (const row of rows)
    for (const [c, cell] of row.entries()) widths[c] = Math.max(widths[c] ?? 0, String(cell).length)
  const numeric = widths.map((_, c) =>
    rows.slice(1).every((row) => row[c] === undefined || /^[-–\d.,%]*$/.test(String(row[c]))),
  )
  return rows
    .map((row) =>
      row
        .map((cell, c) => (numeric[c] ? String(cell).padStart(widths[c]) : String(cell).padEnd(widths[c])))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

/** What could not be carried, as lines for standard error. */
export const lossText = (report: LossReport): string =>
  report
    .entries()
    .map(
      ({ kind, count, examples }) =>
        `  ${String(count).padStart(8)}  ${kind}${examples[0] ? `  (such as ${examples[0].slice(0, 80)})` : ''}`,
    )
    .join('\n')

/** Says what could not be carried, if there is any. */
export const sayLost = (report: LossReport, quiet: boolean | undefined): void => {
  if (report.size > 0 && !quiet) say(`not carried, or changed on the way:\n${lossText(report)}`)
}

export const count = (n: number): string => n.toLocaleString('en-US')

/** @example counted(1, 'document') // '1 document' */
export const counted = (n: number, what: string): string => `${count(n)} ${what}${n === 1 ? '' : 's'}`

/** Somebody at a terminal who named no file would wait for us as we for them. */
export const sayWhatIsAwaited = (stdin: { readonly isTTY?: boolean } = process.stdin): void => {
  if (stdin.isTTY)
    say('Waiting for documents from the terminal, JSON or text a line; Ctrl-D ends them. To read files, name them.')
}
