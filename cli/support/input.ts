/** Documents from the inputs of a command, with progress, dead letters and a report of what was not carried. */

import { once } from 'node:events'
import { createWriteStream, type WriteStream } from 'node:fs'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Document } from '../../src/io/document/document.ts'
import type { HmtlError } from '../../src/io/errors.ts'
import { type FormatContext, type FormatOptions, formatContext } from '../../src/io/format.ts'
import { readDocuments } from '../../src/io/read.ts'
import { LossReport } from '../../src/io/report.ts'
import { isDevice, outputFailed, writeAtomically, writeDocuments } from '../../src/io/write.ts'
import type { DataFile } from '../../src/train/pieces.ts'
import { errorText, exitCodes, sayWhatIsAwaited } from './output.ts'
import { type Progress, startProgress } from './progress.ts'

export interface InputArguments {
  readonly from?: string | undefined
  readonly quiet?: boolean | undefined
  readonly progress?: boolean | undefined
  readonly deadLetter?: string | undefined
}

export interface Run {
  readonly context: FormatContext
  readonly progress: Progress
  /** Records that could not be read or processed. */
  readonly failures: number
  documents(inputs: readonly string[]): AsyncGenerator<Document>
  /** Sends a failure to the dead letters. */
  fail(error: HmtlError, record?: string): void
  /** Closes what is open; returns the exit code. */
  finish(): Promise<number>
}

const shownFailures = 10

/** Bytes of a file; of a folder's files nothing is known. */
const sizeOf = async (path: string): Promise<number | undefined> => {
  const found = await stat(path).catch(() => undefined)
  return found?.isFile() ? found.size : undefined
}

/** Options of a run from a command's arguments. */
export const startRun = (label: string, args: InputArguments, options: FormatOptions = {}, unit?: string): Run => {
  const report = new LossReport()
  const progress = startProgress({
    label,
    show: args.quiet ? false : (args.progress ?? 'auto'),
    ...(unit ? { unit } : {}),
  })
  const { deadLetter } = args
  let dead: WriteStream | undefined
  let deadError: unknown
  /** Opened, and emptied, with the first of them or at the end: a run that cannot begin leaves it as it is. */
  const openDead = (path: string): WriteStream =>
    createWriteStream(path).on('error', (error) => {
      deadError = outputFailed(path, error)
    })
  let failures = 0
  const fail = (error: HmtlError, record?: string) => {
    failures++
    if (deadLetter !== undefined) dead ??= openDead(deadLetter)
    if (dead) dead.write(`${JSON.stringify({ error, record })}\n`)
    // Also where nothing else is to be said: they are errors.
    if (failures <= shownFailures) progress.note(errorText(error))
    if (failures === shownFailures + 1) progress.note('… more such errors are not shown')
  }
  const context = formatContext({ options, report, onError: fail })
  return {
    context,
    progress,
    get failures() {
      return failures
    },
    async *documents(inputs) {
      let opened = 0
      /** Files that cannot be read are failures beside others; where there are no others, the first is the run's. */
      const unread: HmtlError[] = []
      const onUnread = (error: HmtlError) => (opened > 0 ? fail(error) : unread.push(error))
      const onBroken = (error: HmtlError) => (opened > 1 ? fail(error) : unread.push(error))
      const onSource = () => {
        opened++
        for (const error of unread.splice(0)) fail(error)
      }
      const sizes = await Promise.all(inputs.map(async (input) => (input === '-' ? undefined : sizeOf(input))))
      for (const [i, input] of (inputs.length === 0 ? ['-'] : inputs).entries()) {
        let done = 0
        const total = sizes[i] ?? 0
        if (input === '-' && !args.quiet) sayWhatIsAwaited()
        const told = { ...context, format: args.from, onSource, onUnread, onBroken }
        for await (const document of readDocuments(input, told)) {
          done += document.text.length
          if (total > 0) progress.share(Math.min(0.99, (i + Math.min(1, done / total)) / inputs.length))
          yield document
        }
        if (total > 0) progress.share((i + 1) / inputs.length)
      }
      const [first, ...others] = unread
      if (!first) return
      for (const error of others) fail(error)
      throw first
    },
    fail,
    async finish() {
      progress.end()
      if (deadLetter !== undefined) dead ??= openDead(deadLetter)
      if (dead && !deadError) {
        dead.end()
        // What it fails with is kept already.
        await once(dead, 'close').catch(() => undefined)
      }
      if (deadError) throw deadError
      return failures > 0 ? exitCodes.deadLetters : exitCodes.ok
    },
  }
}

/** Writes what the output could not carry to the file that `--report` names. */
export const writeReport = async (path: string, format: string, { failures, context }: Run): Promise<void> => {
  const report = { format, failures, lost: context.report.entries() }
  await writeAtomically(
    path,
    (async function* () {
      yield `${JSON.stringify(report, null, 2)}\n`
    })(),
  )
}

/** Inputs that can be read as often as wanted: a pipe's documents are put into a file until `close`. */
export const readableTwice = async (
  inputs: readonly string[],
  from: string | undefined,
): Promise<{ files: DataFile[]; close(): Promise<void> }> => {
  const folder = await mkdtemp(join(tmpdir(), 'hmtl-'))
  const close = () => rm(folder, { recursive: true, force: true })
  const files: DataFile[] = []
  try {
    for (const [i, input] of inputs.entries()) {
      if (input !== '-' && !(await isDevice(input))) files.push({ path: input, from })
      else {
        const path = join(folder, `${i}.arrow`)
        await writeDocuments(readDocuments(input, { format: from }), path, { format: 'arrow' })
        files.push({ path, from: 'arrow' })
      }
    }
  } catch (error) {
    await close()
    throw error
  }
  return { files, close }
}
