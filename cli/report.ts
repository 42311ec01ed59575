/** `hmtl report`: runs side by side, the paper's numbers beside those that are its rows. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Argv } from 'yargs'
import { HmtlError } from '../src/io/errors.ts'
import type { ModelConfig } from '../src/model/config/keys.ts'
import { parseStoredConfig } from '../src/model/config/parse.ts'
import { paperRows } from '../src/report/paper.ts'
import { type ExamplePair, parseExamples } from '../src/report/examples.ts'
import { bestOf, parseEvents, type RunEvent, trainingReport } from '../src/report/training-page.ts'
import { optionFiles } from './support/command.ts'
import { count, exitCodes, table } from './support/output.ts'
import { checkFiles } from './support/target.ts'

export const builder = (yargs: Argv) =>
  yargs
    .positional('folder', { type: 'string', demandOption: true, describe: 'A run, or a folder of runs' })
    .option('html', { type: 'string', describe: 'For one run: write its page to this file' })
    .option('json', { type: 'boolean', default: false, describe: 'Print JSON' })
    .example(
      '$0 report runs',
      'a line a task: development score as hmtl evaluate has it, best in training, updates to it',
    )
    .example('$0 report runs/default --html report.html', 'learning curves and scores by label')

type Args = Awaited<ReturnType<typeof builder>['argv']>

interface Run {
  readonly name: string
  readonly config: ModelConfig
  readonly events: readonly RunEvent[]
  readonly examples: readonly ExamplePair[]
}

/** What of a run's folder is read. */
const filesIn = (folder: string): string[] =>
  ['metrics.jsonl', join('model', 'config.json'), 'examples.jsonl'].map((name) => join(folder, name))

const readRun = (folder: string): Run | undefined => {
  const [metrics, model, examples] = filesIn(folder)
  if (!existsSync(metrics) || !existsSync(model)) return undefined
  try {
    return {
      name: basename(folder),
      config: parseStoredConfig(JSON.parse(readFileSync(model, 'utf8')).config),
      events: parseEvents(readFileSync(metrics, 'utf8')),
      examples: existsSync(examples) ? parseExamples(readFileSync(examples, 'utf8')) : [],
    }
  } catch (cause) {
    throw new HmtlError('HMTL_TRAIN_STATE', `${folder} is no run that can be read: ${(cause as Error).message}`, {
      cause,
    })
  }
}

/** Test scores of the best model in percent, where the run has them. */
const testOf = (events: readonly RunEvent[]): Record<string, number> | undefined => {
  const found = events.findLast((event) => event.event === 'test')
  return found && Object.fromEntries(Object.entries(found.main).map(([task, score]) => [task, 100 * score]))
}

/**
 * Each task's development score in the model that was kept, its best in training, and the updates of its own that took.
 */
const bestsOf = ({ config, events }: Run) =>
  config.tasks.map(({ name, kind }) => {
    const top = bestOf(events, name)
    const last = events.findLast((event) => event.event === 'dev')
    const dev = last?.main[name]
    return {
      task: name,
      kind,
      dev: dev === undefined ? undefined : 100 * dev,
      score: top ? 100 * top.main[name] : undefined,
      update: top?.update,
      ownUpdates: top?.taskUpdates?.[name],
      test: testOf(events)?.[name],
      paper: paperRows[config.name]?.[name as 'ner'],
      definitions: (last?.definitions?.[name] ?? []).map(([name, value]) => [name, 100 * value] as const),
      notJudged: last?.notJudged?.[name] ?? [],
    }
  })

type Reported = ReturnType<typeof bestsOf>[number]

/** A line a task; where its score has several definitions one for each of the others. */
const rowsOf = (run: string, config: string, task: Reported): string[][] => {
  const { dev, score, update, ownUpdates, test, paper, definitions } = task
  const [[definition = ''] = [], ...others] = definitions
  return [
    [
      run,
      config,
      task.task,
      dev?.toFixed(2) ?? '',
      score?.toFixed(2) ?? '',
      String(update ?? ''),
      String(ownUpdates ?? ''),
      test?.toFixed(2) ?? '',
      paper?.toFixed(2) ?? '',
      definition,
    ],
    ...others.map(([name, value]) => ['', '', '', value.toFixed(2), '', '', '', '', '', name]),
  ]
}

const textOf = (
  all: readonly { readonly run: string; readonly config: string; readonly tasks: readonly Reported[] }[],
): string => {
  const rows = all.flatMap(({ run, config, tasks }) => tasks.flatMap((task) => rowsOf(run, config, task)))
  const named = rows.some((row) => row[9] !== '')
  const head = [
    'run',
    'configuration',
    'task',
    'dev',
    'best in training',
    'at update',
    'of its own',
    'test',
    'paper (test)',
  ]
  const left = all.flatMap(({ run, tasks }) =>
    tasks.flatMap(({ task, notJudged }) =>
      notJudged.map(
        ({ kind, count: n, examples: [example] }) =>
          `not judged: ${run}, ${task}: ${count(n)} × ${kind} (such as ${example.slice(0, 80)})`,
      ),
    ),
  )
  return [table([[...head, ...(named ? ['dev by'] : [])], ...rows]), ...left].join('\n')
}

export const handler = async (args: Args): Promise<number> => {
  const own = readRun(args.folder)
  const runs = own
    ? [own]
    : existsSync(args.folder)
      ? readdirSync(args.folder)
          .sort()
          .flatMap((name) => readRun(join(args.folder, name)) ?? [])
      : []
  if (runs.length === 0)
    throw new HmtlError('HMTL_INPUT_NOT_FOUND', `there is no training run in ${args.folder}`, {
      remedy: 'Name the folder given to hmtl train -o, or one that holds several',
    })
  if (args.html !== undefined) {
    if (!own)
      throw new HmtlError('HMTL_USAGE', '--html is for one run', { remedy: 'Name the run, not the folder of runs' })
    await checkFiles({
      inputs: [...filesIn(args.folder).filter((path) => existsSync(path)), ...optionFiles(args)],
      outputs: { 'standard output': '-', '--html': args.html },
    })
    writeFileSync(args.html, trainingReport(own.config, own.events, own.examples))
  }
  const all = runs.map((run) => ({ run: run.name, config: run.config.name, tasks: bestsOf(run) }))
  if (args.json) process.stdout.write(`${JSON.stringify(all)}\n`)
  else process.stdout.write(`${textOf(all)}\n`)
  return exitCodes.ok
}
