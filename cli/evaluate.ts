/** `hmtl evaluate`: a trained model on gold data. */
import type { Argv } from 'yargs'
import { HmtlError } from '../src/io/errors.ts'
import type { LossEntry } from '../src/io/report.ts'
import { modelFolder } from '../src/models.ts'
import { chosenTasks } from '../src/model/annotate.ts'
import { startEngine } from '../src/model/engine.ts'
import { engineNames } from '../src/model/engine-choice.ts'
import { loadModel } from '../src/model/store.ts'
import { evaluateTask, goldSources } from '../src/train/evaluate.ts'
import { inputOptions, names } from './support/command.ts'
import { readableTwice } from './support/input.ts'
import { count, exitCodes, sayLost, table } from './support/output.ts'
import { passedOver } from './support/target.ts'

export const builder = (yargs: Argv) =>
  yargs
    .positional('model', { type: 'string', demandOption: true, describe: 'Folder of the model' })
    .positional('inputs', {
      type: 'string',
      array: true,
      default: [] as string[],
      describe: 'Gold documents, any format; - is standard input',
    })
    .option('data', { type: 'string', array: true, default: [] as string[], describe: 'The same, named' })
    .option('from', inputOptions.from)
    .option('task', names('Tasks to score (default: all)'))
    .option('gold-mentions', {
      type: 'boolean',
      describe: 'Coreference among the gold mentions (default: as the task was trained)',
    })
    .option('engine', { type: 'string', choices: engineNames, default: 'auto' as const, describe: 'What computes' })
    .option('json', { type: 'boolean', default: false, describe: 'Print JSON, scores as fractions' })
    .epilogue(
      'Taggers are judged on outermost spans, relations by the last tokens of their arguments and within sentences, coreference ' +
        'on clusters of two and more unless singletons are learned. Gold that this leaves out, and gold of labels that the model ' +
        'does not have, is counted below the scores, by reason.',
    )
    .example(
      '$0 evaluate runs/default/model --data data/redocred/test.arrow --task ner,relation',
      'two tasks on one file',
    )

/** Gold that no score counts, a line a reason. */
const notJudgedLines = (task: string, entries: readonly LossEntry[]): string[] =>
  entries.map(
    ({ kind, count: n, examples }) =>
      `not judged: ${task}: ${count(n)} × ${kind} (such as ${examples[0].slice(0, 80)})`,
  )

/** Definitions have a column where some task has several. */
const withHead = (rows: readonly (readonly string[])[]): (readonly string[])[] => [
  ['task', 'F1', ...(rows.some(([, , definition]) => definition) ? ['by'] : [])],
  ...rows,
]

type Args = Awaited<ReturnType<typeof builder>['argv']>

export const handler = async (args: Args): Promise<number> => {
  const inputs = [...args.data, ...args.inputs]
  if (inputs.length === 0)
    throw new HmtlError('HMTL_USAGE', 'no gold documents to score the model on', {
      remedy: 'Name them: hmtl evaluate MODEL --data FILE; - is standard input',
    })
  const ignored = await passedOver(inputs, args.from)
  await startEngine(args.engine)
  const model = await loadModel(modelFolder(args.model), { compact: true })
  const all: Record<string, unknown> = {}
  const rows: string[][] = []
  const left: string[] = []
  let missing: HmtlError | undefined
  // Every task reads the data.
  const data = await readableTwice(inputs, args.from)
  try {
    for (const task of chosenTasks(model, args.task)) {
      try {
        const { score, main, sources, definitions, notJudged } = await evaluateTask(
          model,
          task,
          goldSources(task, data.files),
          {
            goldMentions: args.goldMentions,
            needsGold: true,
          },
        )
        const [[definition] = [], ...others] = definitions
        all[task.name] = { ...score, ...(definition && { definition }), notJudged }
        rows.push([task.name, (100 * main).toFixed(2), definition ?? ''])
        for (const [name, value] of others) rows.push(['', (100 * value).toFixed(2), name])
        left.push(...notJudgedLines(task.name, notJudged))
        for (const [path, own] of Object.entries(sources)) rows.push([`  ${path}`, (100 * own).toFixed(2)])
      } catch (error) {
        // A task that was asked for must have gold; of all the model's, those that have some are scored.
        if (!(error instanceof HmtlError && error.code === 'HMTL_SCORE_GOLD') || args.task) throw error
        missing ??= error
        all[task.name] = null
        rows.push([task.name, 'no gold'])
      }
    }
  } finally {
    await data.close()
  }
  sayLost(ignored, false)
  if (missing && Object.values(all).every((score) => score === null)) throw missing
  process.stdout.write(args.json ? `${JSON.stringify(all)}\n` : `${[table(withHead(rows)), ...left].join('\n')}\n`)
  return exitCodes.ok
}
