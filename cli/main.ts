#!/usr/bin/env node
/** The command line: parses, calls one command, and turns its outcome into an exit code. */
import yargs, { type Argv, type CommandModule } from 'yargs'
import { hideBin } from 'yargs/helpers'
import { HmtlError } from '../src/io/errors.ts'
import { hideDashes, showDashes } from './support/dash.ts'
import { errorText, exitCodes, say } from './support/output.ts'
import { packageVersion } from './support/version.ts'

interface LazyCommand {
  readonly command: string
  readonly describe: string
  load(): Promise<{ builder: (yargs: Argv) => Argv<never>; handler: (args: never) => Promise<number> }>
}

// Each command loads only what it needs: `hmtl convert` starts no tensor engine.
const commands: readonly LazyCommand[] = [
  { command: 'annotate [inputs..]', describe: 'Annotate documents with entities, mentions, relations and coreference', load: () => import('./annotate.js') as never },
  { command: 'convert [inputs..]', describe: 'Convert corpora between formats, losing nothing silently', load: () => import('./convert.js') as never },
  { command: 'score <gold> <predicted>', describe: 'Score predictions against gold by the field’s metrics', load: () => import('./score.js') as never },
  { command: 'inspect [inputs..]', describe: 'Counts, labels and the first documents of a file', load: () => import('./inspect.js') as never },
  { command: 'datasets [action] [name]', describe: 'List known corpora, or prepare one as Arrow files', load: () => import('./datasets.js') as never },
  { command: 'enrich', describe: 'Annotate a Kafka topic into another, outputs and offsets together', load: () => import('./enrich.js') as never },
  { command: 'train <config>', describe: 'Train a model from a configuration', load: () => import('./train.js') as never },
  { command: 'evaluate <model> [inputs..]', describe: 'Score a model on gold data', load: () => import('./evaluate.js') as never },
  { command: 'report <folder>', describe: 'Training runs side by side, with the paper’s numbers', load: () => import('./report.js') as never },
  { command: 'models', describe: 'The models and encoders that are here', load: () => import('./models.js') as never },
  { command: 'embed [inputs..]', describe: 'Vectors of sentences from a layer of a model, or of tokens from a contextual encoder', load: () => import('./embed.js') as never },
  { command: 'probe <model>', describe: 'Probe a model’s layers with SentEval’s ten tasks', load: () => import('./probe.js') as never },
  { command: 'setup <what>', describe: 'Fetch what does not come with the package: a faster engine, a contextual encoder', load: () => import('./setup.js') as never },
  { command: 'doctor', describe: 'Which engine computes here, and why', load: () => import('./doctor.js') as never },
]

interface Internals {
  getOptions(): { key: Readonly<Record<string, unknown>> }
}

/** Variables that are no option of the command, kept from yargs while it parses. */
const hidden = new Map<string, string | undefined>()

/**
 * Options from `HMTL_` variables. Only those that the command knows count: a
 * variable meant for another command, for the library (`HMTL_CACHE`) or for a
 * script must not be wrong use of this one.
 */
const withEnvironment = <T>(argv: Argv<T>): Argv<T> => {
  const known = new Set(Object.keys((argv as unknown as Internals).getOptions().key))
  for (const name of Object.keys(process.env)) {
    if (!name.startsWith('HMTL_')) continue
    const option = name.slice(5).toLowerCase().replace(/_/g, '-')
    if (known.has(option)) continue
    hidden.set(name, process.env[name])
    delete process.env[name]
  }
  return argv.env('HMTL')
}

const toModule = ({ command, describe, load }: LazyCommand, setCode: (code: number) => void): CommandModule => ({
  command,
  describe,
  builder: (async (argv: Argv) => withEnvironment((await load()).builder(argv))) as never,
  handler: async (args) => {
    for (const [name, value] of hidden) process.env[name] = value
    setCode(await (await load()).handler(showDashes(args) as never))
  },
})

const run = async (words: readonly string[]): Promise<number> => {
  let code: number = exitCodes.ok
  let parser = yargs(hideDashes(words))
    .scriptName('hmtl')
    .usage('$0 <command> …\n\nWho and what a stream of text talks about: names, mentions, relations, coreference.')
    .config('config', 'JSON file with options')
    .strict()
    .demandCommand(1, 'Name a command')
    .recommendCommands()
    .completion('completion', 'Print a completion script for your shell')
    .version(packageVersion())
    .help()
    .wrap(Math.min(110, process.stderr.columns ?? 100))
    .exitProcess(false)
    .fail((message, error) => {
      if (error && !(error as Error & { name: string }).name.startsWith('YError')) throw error
      throw new HmtlError('HMTL_USAGE', message ?? String(error), { remedy: 'See hmtl --help' })
    })
  for (const command of commands) parser = parser.command(toModule(command, (value) => (code = value)))
  await parser.parseAsync()
  return code
}

// A reader that has seen enough (head, less) is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(exitCodes.ok)
  throw error
})

try {
  process.exitCode = await run(hideBin(process.argv))
} catch (error) {
  say(errorText(error))
  process.exitCode = error instanceof HmtlError && error.code === 'HMTL_USAGE' ? exitCodes.usage : exitCodes.failed
}
