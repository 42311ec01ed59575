/** `hmtl report`: runs side by side, the paper's numbers beside those that are its rows. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { Argv } from 'yargs'
import { HmtlError } from '../src/io/errors.ts'
import { type ModelConfig, parseConfig } from '../src/model/config.ts'
import { paperRows } from '../src/model/paper.ts'
import { parseEvents, type RunEvent, trainingReport } from '../src/model/training/report.ts'
import { exitCodes, table } from './support/output.ts'

export const command = 'report <folder>'
export const describe = 'Training runs side by side, with the paper’s numbers'

export const builder = (yargs: Argv) =>
  yargs
    .positional('folder', { type: 'string', demandOption: true, describe: 'A run, or a folder of runs' })
    .option('html', { type: 'string', describe: 'For one run: write its page to this file' })
    .option('json', { type: 'boolean', default: false, describe: 'Print JSON' })
    .example('$0 report runs', 'a line a run: best development scores, updates to them')
    .example('$0 report runs/default --html report.html', 'learning curves and scores by label')

type Args = Awaited<ReturnType<typeof builder>['argv']>

interface Run {
  readonly name: string
  readonly config: ModelConfig
  readonly events: readonly RunEvent[]
}

const readRun = (folder: string): Run | undefined => {
  const [metrics, model] = [join(folder, 'metrics.jsonl'), join(folder, 'model', 'config.json')]
  if (!existsSync(metrics) || !existsSync(model)) return undefined
  try {
    return { name: basename(folder), config: parseConfig(JSON.parse(readFileSync(model, 'utf8')).config), events: parseEvents(readFileSync(metrics, 'utf8')) }
  } catch (cause) {
    throw new HmtlError('HMTL_TRAIN_STATE', `${folder} is no run that can be read: ${(cause as Error).message}`, { cause })
  }
}

/** Best development score of each task, and the updates of its own that it took. */
const bestsOf = ({ config, events }: Run) =>
  config.tasks.map(({ name, kind }) => {
    const validations = events.filter((event) => event.event === 'validation').filter(({ main }) => name in main)
    const top = validations.reduce<(typeof validations)[number] | undefined>((most, each) => (!most || each.main[name] > most.main[name] ? each : most), undefined)
    return {
      task: name,
      kind,
      score: top ? 100 * top.main[name] : undefined,
      update: top?.update,
      ownUpdates: top?.taskUpdates?.[name],
      paper: paperRows[config.name]?.[name as 'ner'],
    }
  })

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
    throw new HmtlError('HMTL_INPUT_NOT_FOUND', `there is no training run in ${args.folder}`, { remedy: 'Name the folder given to hmtl train -o, or one that holds several' })
  if (args.html !== undefined) {
    if (!own) throw new HmtlError('HMTL_USAGE', '--html is for one run', { remedy: 'Name the run, not the folder of runs' })
    writeFileSync(args.html, trainingReport(own.config, own.events))
  }
  const all = runs.map((run) => ({ run: run.name, config: run.config.name, tasks: bestsOf(run) }))
  if (args.json) process.stdout.write(`${JSON.stringify(all)}\n`)
  else
    process.stdout.write(
      `${table([
        ['run', 'configuration', 'task', 'best dev', 'at update', 'of its own', 'paper (test)'],
        ...all.flatMap(({ run, config, tasks }) =>
          tasks.map(({ task, score, update, ownUpdates, paper }) => [run, config, task, score?.toFixed(2) ?? '', update ?? '', ownUpdates ?? '', paper?.toFixed(2) ?? '']),
        ),
      ])}\n`,
    )
  return exitCodes.ok
}
