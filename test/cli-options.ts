/** What the command line takes, what is wrong use of it, and what help and completion say. */
import test from 'ava'
import yargs from 'yargs'
import { commands, nameOf } from '../cli/commands.ts'
import { createParser } from '../cli/parser.ts'
import { completions } from '../cli/support/completion.ts'
import { HmtlError } from '../src/io/errors.ts'
import { hmtl } from './helpers/command.ts'

interface Options {
  readonly key: Readonly<Record<string, unknown>>
  readonly number: readonly string[]
  readonly array: readonly string[]
  readonly boolean: readonly string[]
  readonly narg: Readonly<Record<string, number>>
}

const optionsOf = async (name: string): Promise<Options> => {
  const command = commands.find((each) => nameOf(each) === name)
  const parser = (await command?.load())?.builder(yargs([]))
  return (parser as unknown as { getOptions(): Options }).getOptions()
}

/** What a command must be given besides. */
const needed: Readonly<Record<string, readonly string[]>> = {
  score: ['gold', 'predicted', '--task', 'ner'],
  enrich: ['--from', 'a', '--to', 'b', '--group', 'g'],
  train: ['config.json', '-o', 'run'],
  evaluate: ['en', '--data', 'gold.jsonl'],
  report: ['runs'],
  probe: ['en', '--data', 'probing'],
  setup: ['minilm'],
}

/** The arguments that a command's handler would get. */
const parsed = async (words: readonly string[]): Promise<Record<string, unknown>> => {
  let found: Record<string, unknown> | undefined
  await createParser(async (_, args) => {
    found = args as Record<string, unknown>
    return 0
  }).run(words)
  if (!found) throw new Error(`no command ran for ${words.join(' ')}`)
  return found
}

const usage = async (words: readonly string[]): Promise<HmtlError> => {
  const error = await parsed(words).then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (error instanceof HmtlError && error.code === 'HMTL_USAGE') return error
  throw new Error(`${words.join(' ')} is no wrong use: ${String(error)}`)
}

// One parser at a time: environment variables that are no option are taken away while one runs.
test.serial('every number of every command: letters, below the least and given twice are wrong use', async (t) => {
  let seen = 0
  for (const command of commands) {
    const name = nameOf(command)
    const options = await optionsOf(name)
    for (const option of new Set(options.number)) {
      // `-n` and the like are other names of an option that is there by its own.
      if (option.length === 1) continue
      for (const value of ['abc', '-1', 'NaN', 'Infinity', '1e400']) {
        const error = await usage([name, ...(needed[name] ?? []), `--${option}=${value}`])
        t.regex(error.message, new RegExp(`--${option} takes one .*See hmtl ${name} --help`, 's'))
      }
      await usage([name, ...(needed[name] ?? []), `--${option}`, '2', `--${option}`, '3'])
      t.is((await parsed([name, ...(needed[name] ?? []), `--${option}`, '1']))[option], 1, `${name} --${option} 1`)
      seen++
    }
  }
  t.true(seen >= 16)
})

test.serial('probabilities end at 1, counts are whole, and some are at least 1', async (t) => {
  for (const name of ['annotate', 'enrich']) {
    t.is((await parsed([name, ...(needed[name] ?? []), '--min-score', '0.25']))['min-score'], 0.25)
    await usage([name, ...(needed[name] ?? []), '--min-score', '2'])
    await usage([name, ...(needed[name] ?? []), '--min-score', '1.01'])
    await usage([name, ...(needed[name] ?? []), '--workers', '0'])
    await usage([name, ...(needed[name] ?? []), '--workers', '1.5'])
  }
  await usage(['inspect', '-n', '0.5'])
  await usage(['enrich', ...needed.enrich, '--metrics-port', '65536'])
  t.is((await parsed(['inspect', '-n', '0'])).documents, 0)
})

test.serial('every list of names: commas, repeats, and no word after it is swallowed', async (t) => {
  const lists: readonly [string, string, readonly string[]][] = [
    ['annotate', 'tasks', ['ner', 'emd']],
    ['enrich', 'tasks', ['ner', 'emd']],
    ['enrich', 'brokers', ['a:1', 'b:2']],
    ['evaluate', 'task', ['ner', 'emd']],
    ['probe', 'task', ['past_present', 'tree_depth']],
    ['probe', 'layer', ['base', 'ner']],
    ['probe', 'pool', ['max', 'average']],
  ]
  for (const [name, option, values] of lists) {
    const words = [name, ...(needed[name] ?? [])]
    t.deepEqual((await parsed([...words, `--${option}`, values.join(',')]))[option], values)
    t.deepEqual((await parsed([...words, `--${option}=${values.join(', ')}`]))[option], values)
    t.deepEqual((await parsed([...words, ...values.flatMap((value) => [`--${option}`, value])]))[option], values)
    // Pools have a default, which yargs then takes.
    if (option !== 'pool') t.regex((await usage([...words, `--${option}`])).message, /Not enough arguments/)
  }
  t.deepEqual((await parsed(['annotate', '--tasks', 'ner,emd', 'a.txt', 'b.txt'])).inputs, ['a.txt', 'b.txt'])
  t.deepEqual((await parsed(['evaluate', '--task', 'ner', 'en', '--data', 'gold.jsonl'])).model, 'en')
  t.deepEqual((await parsed(['probe', '--layer', 'base', 'en', '--data', 'x'])).model, 'en')
  t.deepEqual((await parsed(['train', '--set', 'a=[1,2]', 'config.json', '-o', 'run', '--set', 'b=2'])).set, [
    'a=[1,2]',
    'b=2',
  ])
  t.regex(
    (await usage(['probe', 'en', '--data=x', '--task', 'ner', 'emd'])).message,
    /Unknown argument: emd.*separated by commas/,
  )
  t.deepEqual((await parsed(['evaluate', 'en', '--task', 'ner', 'gold.jsonl'])).inputs, ['gold.jsonl'])
  // Whatever list a command has, it ends by itself or is one of files.
  for (const command of commands) {
    const options = await optionsOf(nameOf(command))
    const open = options.array.filter(
      (option) => option.length > 1 && options.narg[option] === undefined && option !== 'inputs',
    )
    t.deepEqual(open, nameOf(command) === 'evaluate' ? ['data'] : [], nameOf(command))
  }
})

test.serial('what takes one value and is given twice is wrong use, of every command', async (t) => {
  let seen = 0
  for (const command of commands) {
    const name = nameOf(command)
    const { key, array, boolean, number } = await optionsOf(name)
    for (const option of Object.keys(key)) {
      const isOne = option.length > 1 && ![...array, ...boolean, ...number].includes(option)
      if (!isOne || needed[name]?.includes(`--${option}`) || command.command.includes(option)) continue
      const error = await usage([name, ...(needed[name] ?? []), `--${option}`, 'a', `--${option}`, 'b'])
      t.regex(error.message, /given twice|Invalid values/, `${name} --${option}`)
      seen++
    }
  }
  t.true(seen > 40)
  t.regex((await usage(['convert', '--to', 'jsonl', '--to', 'csv'])).message, /--to takes one value and is given twice/)
  t.regex((await usage(['convert', '--config', 'a', '--config', 'b'])).message, /--config .* given twice/)
})

test.serial('what stands behind -- is a file, whatever it begins with', async (t) => {
  t.deepEqual((await parsed(['annotate', '--', '-x.txt', '--to', '-'])).inputs, ['-x.txt', '--to', '-'])
  t.deepEqual((await parsed(['inspect', 'a', '--', 'b'])).inputs, ['a', 'b'])
  const { gold, predicted, quiet } = await parsed(['score', '-q', '--', '-a', '-b'])
  t.deepEqual([gold, predicted, quiet], ['-a', '-b', true])
  const { data, model } = await parsed(['evaluate', '--data', 'gold', '--', 'en'])
  t.deepEqual([data, model], [['gold'], 'en'])
  t.regex((await usage(['score', '--', '-a', '-b', '-c'])).message, /^Unknown argument: -c \(/)
})

test.serial('a command that is nearly one, a file of options that is not there', async (t) => {
  t.regex(
    (await usage(['anotate'])).message,
    /there is no command "anotate"\. Did you mean annotate\? See hmtl --help$/,
  )
  t.regex((await usage(['convert', '--config', 'nothere.json'])).message, /nothere\.json: there is no such file/)
})

test('help of a command is its own, and completion has one', async (t) => {
  t.is((await hmtl(['help', 'convert'])).out, (await hmtl(['convert', '--help'])).out)
  t.regex((await hmtl(['completion', '-h'])).out, /Examples:\n.*completion >>/)
})

test.serial('wrong use points to the help of its command', async (t) => {
  for (const command of commands) {
    const name = nameOf(command)
    t.is((await usage([name, ...(needed[name] ?? []), '--no-such-option'])).remedy, `See hmtl ${name} --help`)
  }
  t.is((await usage(['nonsense'])).remedy, 'See hmtl --help')
  t.is((await usage([])).remedy, 'See hmtl --help')
  t.is((await usage(['train'])).remedy, 'See hmtl train --help')
})

test('-h of every command shows its own options first, -v the version', async (t) => {
  for (const command of commands) {
    const name = nameOf(command)
    const { code, out, err } = await hmtl([name, '-h'])
    t.deepEqual([code, err], [0, ''], name)
    t.regex(out, new RegExp(`^hmtl ${name}`))
    const groups = [...out.matchAll(/^(\w+):$/gm)].map(([, group]) => group)
    const order = ['Positionals', 'Options', 'Reading', 'Progress', 'Writing', 'General', 'Examples']
    t.deepEqual(
      groups,
      order.filter((group) => groups.includes(group)),
      name,
    )
  }
  const { out } = await hmtl(['-v'])
  t.regex(out, /^\d+\.\d+\.\d+\n$/)
  t.is((await hmtl(['train', '-v'])).out, out)
})

test('a number from the environment or a file is checked as any other', async (t) => {
  const { code, err } = await hmtl(['annotate'], '', { HMTL_MIN_SCORE: '3' })
  t.is(code, 2)
  t.regex(err, /--min-score takes one number from 0 to 1. See hmtl annotate --help/)
})

test('completion offers commands, options, formats, models and what else has a closed list', async (t) => {
  t.deepEqual(await completions(['hmtl', 'ann']), ['annotate'])
  t.true((await completions(['hmtl', ''])).includes('completion'))
  t.deepEqual(await completions(['hmtl', 'annotate', '--wor']), ['--workers'])
  t.true((await completions(['hmtl', 'annotate', '--'])).includes('--help'))
  const formats = await completions(['hmtl', 'convert', '--from', ''])
  for (const format of ['jsonl', 'conllu', 'parquet', 'text']) t.true(formats.includes(format), format)
  t.deepEqual(await completions(['hmtl', 'convert', 'file', '-o', 'x', '--to', 'conll20']), ['conll2012', 'conll2003'])
  t.true((await completions(['hmtl', 'annotate', '--model', ''])).includes('en'))
  t.true((await completions(['hmtl', 'evaluate', ''])).includes('en'))
  t.deepEqual(await completions(['hmtl', 'evaluate', 'en', '']), [])
  t.deepEqual(await completions(['hmtl', 'datasets', 'pre']), ['prepare'])
  t.deepEqual(await completions(['hmtl', 'setup', '--gpu', 'mini']), ['minilm'])
  // Where files are wanted nothing is offered: the shell has them.
  t.deepEqual(await completions(['hmtl', 'annotate', '']), [])
  t.deepEqual(await completions(['hmtl', 'annotate', '-o', '']), [])
  const { out, code } = await hmtl(['--get-yargs-completions', 'hmtl', 'embed', '--pool', 'a'])
  t.deepEqual([code, out], [0, 'average\n'])
  t.regex((await hmtl(['completion'])).out, /--get-yargs-completions/)
})
