/** The command line: parses, calls one command, and turns its outcome into an exit code. */
import { hideBin } from 'yargs/helpers'
import { HmtlError } from '../src/io/errors.ts'
import { outputFailed } from '../src/io/write.ts'
import { createParser } from './parser.ts'
import { completions, completionsFlag } from './support/completion.ts'
import { errorText, exitCodes, say } from './support/output.ts'

// A reader that has seen enough (head, less) is no failure; a full disk is one, whoever wrote.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(exitCodes.ok)
  say(errorText(outputFailed('to standard output', error)))
  process.exit(exitCodes.failed)
})
// What cannot be said is not said.
process.stderr.on('error', () => undefined)

const words = hideBin(process.argv)

const runProgram = async (): Promise<void> => {
  try {
    if (words[0] === completionsFlag)
      process.stdout.write((await completions(words.slice(1))).map((word) => `${word}\n`).join(''))
    else process.exitCode = await createParser().run(words)
  } catch (error) {
    say(errorText(error))
    process.exitCode = error instanceof HmtlError && error.code === 'HMTL_USAGE' ? exitCodes.usage : exitCodes.failed
  }
}

void runProgram()
