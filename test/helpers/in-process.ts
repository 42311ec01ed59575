/**
 * A command run in this process, with its standard streams exchanged: many runs cost no process each. One at a time.
 */
import { Readable } from 'node:stream'
import { createParser } from '../../cli/parser.ts'

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
  command: string,
  words: readonly string[],
  input: Readable = Readable.from([]),
): Promise<{ code: number; out: string }> => {
  const out: Uint8Array[] = []
  const write = process.stdout.write
  const stdin = Object.getOwnPropertyDescriptor(process, 'stdin')
  // Where the corpora of integration tests lie is no option of the command.
  const { HMTL_DATA: data } = process.env
  delete process.env.HMTL_DATA
  Object.defineProperty(process, 'stdin', { value: input, configurable: true })
  process.stdout.write = ((chunk: string | Uint8Array) => {
    out.push(Buffer.from(chunk as string))
    return true
  }) as typeof write
  try {
    const code = await createParser().run([command, ...words])
    return { code, out: Buffer.concat(out).toString('utf8') }
  } finally {
    if (data !== undefined) process.env.HMTL_DATA = data
    process.stdout.write = write
    if (stdin) Object.defineProperty(process, 'stdin', stdin)
  }
}
