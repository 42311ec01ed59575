/** The parser of the command line: every command with its options, and what is wrong use. */
import { readFileSync } from 'node:fs'
import yargs, { type Argv, type CommandModule } from 'yargs'
import { HmtlError } from '../src/io/errors.ts'
import { commands, type LazyCommand, nameOf } from './commands.ts'
import { hideDashes, separator, showDashes, showWords } from './support/dash.ts'
import { packageVersion } from './support/version.ts'

interface Internals {
  getOptions(): { key: Readonly<Record<string, unknown>>; array: readonly string[] }
  getInternalMethods(): { getUsageInstance(): { cacheHelpMessage: () => void } }
}

/** yargs lays the help out whenever a command runs, for handlers that ask for it late. None of ours does. */
const withoutSpareHelp = <T>(argv: Argv<T>): Argv<T> => {
  const { getInternalMethods } = argv as unknown as Internals
  getInternalMethods.call(argv).getUsageInstance().cacheHelpMessage = () => undefined
  return argv
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
    // yargs takes whatever begins so, an underscore or not.
    if (!name.startsWith('HMTL')) continue
    const option = name.slice(5).toLowerCase().replace(/_/g, '-')
    if (name.startsWith('HMTL_') && known.has(option)) continue
    hidden.set(name, process.env[name])
    delete process.env[name]
  }
  return argv.env('HMTL')
}

/** Help shows groups in the order they are made in: what the command takes, then the options that are its own. */
const withMainOptions = (argv: Argv): Argv => argv.group([], 'Positionals:').group([], 'Options:')

const helpOf = (command: string | undefined): string => `See hmtl ${command === undefined ? '' : `${command} `}--help`

/** yargs' own errors, which are wrong use. */
const isUsage = (error: unknown): error is Error => error instanceof Error && error.name.startsWith('YError')

/** A word too many is often the second name of a list. */
const withHint = (message: string, words: readonly string[]): string => {
  if (message.startsWith('Invalid JSON config file: [')) return givenTwice('config')
  const [, unknown] = /^Unknown argument: (.*)$/.exec(message) ?? []
  return unknown !== undefined && words.includes(unknown)
    ? `${message} (names of a list are separated by commas)`
    : message
}

/** What yargs says of wrong use, as ours. */
const usageOf = (said: string, words: readonly string[]): HmtlError => {
  const message = showWords(said)
  const [, meant] = /^Did you mean (.*)\?$/.exec(message) ?? []
  return meant === undefined
    ? new HmtlError('HMTL_USAGE', withHint(message, words))
    : new HmtlError('HMTL_USAGE', `there is no command "${words[0]}"`, {
        remedy: `Did you mean ${meant}? ${helpOf(undefined)}`,
      })
}

const givenTwice = (option: string) => `--${option} takes one value and is given twice`

/** @throws HmtlError `HMTL_USAGE` where an option of one value has several: yargs makes a list of them, or an object */
const checkSingle = (args: Readonly<Record<string, unknown>>, names: readonly string[], lists: readonly string[]) => {
  for (const name of names)
    if (typeof args[name] === 'object' && args[name] !== null && !lists.includes(name))
      throw new HmtlError('HMTL_USAGE', givenTwice(name))
}

/** A file of options. @throws Error with what is wrong with it */
const readOptions = (path: string): Record<string, unknown> => {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw new Error(code === 'ENOENT' ? `--config ${path}: there is no such file` : `--config ${path}: ${code}`)
  }
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new Error(`--config ${path} is not JSON: ${(error as Error).message}`)
  }
}

export interface Parser {
  /** The command that was named, once it is known. */
  readonly command: string | undefined
  /** @throws HmtlError `HMTL_USAGE` for wrong use, and what the command throws */
  run(words: readonly string[]): Promise<number>
}

/** A parser for one run. @param handle called instead of the command's own handler, for tests */
export const createParser = (handle?: (command: string, args: unknown) => Promise<number>): Parser => {
  let code = 0
  let current: string | undefined
  let options: ReturnType<Internals['getOptions']> = { key: {}, array: [] }
  const toModule = (command: LazyCommand): CommandModule => ({
    command: command.command,
    describe: command.describe,
    builder: (async (argv: Argv) => {
      current = nameOf(command)
      const built = withEnvironment((await command.load()).builder(withMainOptions(argv)))
      options = (built as unknown as Internals).getOptions()
      return built
    }) as never,
    handler: async ({ [separator]: _, wordsFollow: __, ...given }) => {
      const args = showDashes(given)
      checkSingle(args, Object.keys(options.key), options.array)
      for (const [name, value] of hidden) process.env[name] = value
      code = await (handle ? handle(nameOf(command), args) : (await command.load()).handler(args as never))
    },
  })
  return {
    get command() {
      return current
    },
    async run(given) {
      const words = given[0] === 'help' ? [...given.slice(1), '--help'] : given
      let parser = withoutSpareHelp(yargs(hideDashes(words)))
        .scriptName('hmtl')
        .usage('$0 <command> …\n\nWho and what a stream of text talks about: names, mentions, relations, coreference.')
        .config('config', 'JSON file with options', readOptions)
        .option(separator, { type: 'boolean', hidden: true })
        .strict()
        .demandCommand(1, 'Name a command')
        .recommendCommands()
        .version(packageVersion())
        .alias('version', 'v')
        .help()
        .alias('help', 'h')
        .group(['config', 'help', 'version'], 'General:')
        .wrap(Math.min(110, process.stderr.columns ?? 100))
        .exitProcess(false)
        .fail((message, error) => {
          if (error && !isUsage(error)) throw error
          throw usageOf(message ?? String(error), words)
        })
      for (const command of commands) parser = parser.command(toModule(command))
      try {
        await parser.parseAsync()
      } catch (thrown) {
        const error = isUsage(thrown) ? usageOf(thrown.message, words) : thrown
        // Wrong use ends with the way to the help of the very command.
        if (error instanceof HmtlError && error.code === 'HMTL_USAGE' && error.remedy === undefined)
          throw new HmtlError('HMTL_USAGE', error.summary, { remedy: helpOf(current), cause: error.cause })
        throw error
      }
      return code
    },
  }
}
