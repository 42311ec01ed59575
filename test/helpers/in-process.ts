/** A command run in this process, with its standard streams exchanged: many runs cost no process each. One at a time. */
import { Readable } from 'node:stream'
import yargs, { type Argv } from 'yargs'
import { hideDashes, showDashes } from '../../cli/support/dash.ts'

interface CommandModule {
  readonly command: string
  readonly describe: string
  builder(yargs: Argv): unknown
  handler(args: never): Promise<number>
}

/** Bytes in pieces of a size, the first of them with a pause between: a pipe that is slower than its reader. */
export const slowly = (bytes: Uint8Array, size: number): Readable =>
  Readable.from(
    (async function* () {
      for (let at = 0; at < bytes.length; at += size) {
        yield bytes.subarray(at, at + size)
        if (at < 4 * size) await new Promise((resolve) => setTimeout(resolve, 2))
      }
    })(),
    { objectMode: false },
  )

/** @returns exit code and standard output */
export const run = async (
  module: unknown,
  words: readonly string[],
  input: Readable = Readable.from([]),
): Promise<{ code: number; out: string }> => {
  const { command, describe, builder, handler } = module as CommandModule
  const out: Uint8Array[] = []
  const write = process.stdout.write
  const stdin = Object.getOwnPropertyDescriptor(process, 'stdin')
  Object.defineProperty(process, 'stdin', { value: input, configurable: true })
  process.stdout.write = ((chunk: string | Uint8Array) => {
    out.push(Buffer.from(chunk as string))
    return true
  }) as typeof write
  let code = -1
  try {
    const handle = async (args: unknown) => {
      code = await handler(showDashes(args as object) as never)
    }
    await yargs(hideDashes([command.split(' ')[0], ...words]))
      .command({ command, describe, builder: builder as never, handler: handle })
      .exitProcess(false)
      .fail((message, error) => {
        throw error ?? new Error(message)
      })
      .parseAsync()
  } finally {
    process.stdout.write = write
    if (stdin) Object.defineProperty(process, 'stdin', stdin)
  }
  return { code, out: Buffer.concat(out).toString('utf8') }
}
