/** `hmtl train`: a configuration into a model. */
import type { Argv } from 'yargs'
import { HmtlError } from '../src/io/errors.ts'
import type { LossReport } from '../src/io/report.ts'
import type { ModelConfig, TaskConfig } from '../src/model/config/keys.ts'
import { loadConfig } from '../src/model/config/files.ts'
import { startEngine } from '../src/model/engine.ts'
import { modelFolder } from '../src/models.ts'
import { engineNames } from '../src/model/engine-choice.ts'
import { stateModel } from '../src/train/checkpoint.ts'
import { filesOf } from '../src/train/pieces.ts'
import { train } from '../src/train/train.ts'
import { inputOptions } from './support/command.ts'
import { count, exitCodes, lossText, say, sayLost } from './support/output.ts'
import { passedOver } from './support/target.ts'
import { packageVersion } from './support/version.ts'

export const builder = (yargs: Argv) =>
  yargs
    .positional('config', { type: 'string', demandOption: true, describe: 'Configuration file' })
    .option('output', { type: 'string', alias: 'o', demandOption: true, describe: 'Folder for the model' })
    .option('from', { ...inputOptions.from, describe: 'Format of the data sets that name none; guessed where absent' })
    .option('begin', {
      type: 'string',
      describe: 'Begin with the words and weights of a model: a name such as en, or a folder',
    })
    .option('resume', { type: 'boolean', default: false, describe: 'Go on with an interrupted training' })
    .option('overwrite', { type: 'boolean', default: false, describe: 'Replace the training that the folder holds' })
    .option('set', {
      type: 'string',
      array: true,
      nargs: 1,
      default: [] as string[],
      describe: 'key=value, laid over the configuration, such as tasks.ner.batch=8; as often as needed',
    })
    .option('engine', { type: 'string', choices: engineNames, default: 'auto' as const, describe: 'What computes' })
    .option('half', {
      type: 'boolean',
      default: false,
      describe: 'Save the model with float16 weights and 8-bit word vectors',
    })
    .option('quiet', { type: 'boolean', alias: 'q', default: false, describe: 'Say nothing but errors' })
    .example('$0 train configs/default.json -o runs/default', 'train, validate, keep the best')
    .example('$0 train configs/default.json -o runs/short --set training.updates=500', 'the same, shorter')
    .example('$0 train mine.json -o runs/mine --begin en', 'teach the bundled model your own data')

type Args = Awaited<ReturnType<typeof builder>['argv']>

/** Data sets are read many times, so none can be a pipe. @throws HmtlError `HMTL_USAGE` */
const withFormat = (config: ModelConfig, from: string | undefined): ModelConfig => ({
  ...config,
  tasks: config.tasks.map((task) => ({
    ...task,
    datasets: task.datasets.map((data) => {
      if ([data.train, data.dev, data.test].includes('-'))
        throw new HmtlError(
          'HMTL_USAGE',
          'a training reads its data many times and cannot have it from standard input',
          {
            remedy: 'Write it to a file first: hmtl convert -o train.arrow',
          },
        )
      return from === undefined ? data : { from, ...data }
    }),
  })),
})

/** What a configuration leaves out, a model to begin with may have. */
const withBegin = (error: unknown): unknown =>
  error instanceof HmtlError && error.code === 'HMTL_CONFIG_VALUE' && error.summary.endsWith('is missing')
    ? new HmtlError(error.code, error.summary, {
        remedy: `${error.remedy}; a file of data sets alone begins with a model: --begin en`,
        cause: error,
      })
    : error

/** What of the folders that are learned from is no data, by the format that they are read in. */
const unreadFiles = async (tasks: readonly TaskConfig[]): Promise<LossReport[]> => {
  const files = tasks.flatMap((task) => [...filesOf(task, 'train'), ...filesOf(task, 'dev')])
  const formats = new Set(files.map(({ from }) => from))
  return Promise.all(
    [...formats].map((from) => {
      const paths = files.flatMap((file) => (file.from === from ? [file.path] : []))
      return passedOver([...new Set(paths)], from)
    }),
  )
}

export const handler = async (args: Args): Promise<number> => {
  if (args.resume && args.overwrite)
    throw new HmtlError('HMTL_USAGE', '--resume goes on with what --overwrite would replace: give one of them')
  // What a training began with may be gone, or another by now, when it goes on: its own state says the same.
  const resumed = args.resume ? await stateModel(args.output) : undefined
  const config = withFormat(
    await loadConfig(args.config, args.set, {
      begin: args.begin,
      folderOf: (model) => resumed ?? modelFolder(model),
    }).catch((error) => {
      throw args.begin === undefined ? withBegin(error) : error
    }),
    args.from,
  )
  if (!args.quiet) for (const report of await unreadFiles(config.tasks)) sayLost(report, false)
  await startEngine(args.engine)
  const controller = new AbortController()
  const stop = () => controller.abort()
  process.once('SIGINT', stop)
  const losses = new Map<string, { sum: number; n: number; seconds: number }>()
  const started = performance.now()
  const result = await train(config, {
    output: args.output,
    resume: args.resume,
    overwrite: args.overwrite,
    folderOf: modelFolder,
    half: args.half,
    version: packageVersion(),
    signal: controller.signal,
    onSurvey: ({ batches, words, labels, unlearned }) => {
      if (args.quiet) return
      say(
        `${count(words.size)} word forms; batches an epoch: ${Object.entries(batches)
          .map(([task, n]) => `${task} ${count(n)}`)
          .join(', ')}`,
      )
      for (const [task, list] of Object.entries(labels))
        if (list.length > 0) say(`${task}: ${list.slice(0, 40).join(' ')}`)
      for (const [task, report] of Object.entries(unlearned))
        if (report.size > 0) say(`${task}: of the training data not learned, or changed:\n${lossText(report)}`)
    },
    onBegin: ({ folder, taken, anew }) => {
      if (args.quiet) return
      const rest = anew.length > 0 ? `; anew: ${anew.join(' ')}` : ''
      say(`begun with ${folder}: ${count(taken)} of ${count(taken + anew.length)} weights${rest}`)
    },
    onUpdate: ({ update, updates, task, loss, seconds }) => {
      const entry = losses.get(task) ?? { sum: 0, n: 0, seconds: 0 }
      losses.set(task, { sum: entry.sum + loss, n: entry.n + 1, seconds: entry.seconds + seconds })
      if (args.quiet || update % 100 !== 0) return
      const parts = [...losses].map(
        ([name, item]) => `${name} ${(item.sum / item.n).toFixed(2)} (${(item.seconds / item.n).toFixed(3)} s)`,
      )
      losses.clear()
      const elapsed = (performance.now() - started) / 1000
      say(`${update}/${updates}  ${parts.join('  ')}  ${Math.round(elapsed)} s`)
    },
    onValidation: ({ update, main, mean, best, seconds }) => {
      if (!args.quiet)
        say(
          `${update}  dev ${Object.entries(main)
            .map(([task, score]) => `${task} ${(100 * score).toFixed(2)}`)
            .join('  ')}  mean ${(100 * mean).toFixed(2)}${best ? '  best' : ''}  (${seconds.toFixed(1)} s)`,
        )
    },
    onWarning: ({ update, message }) => {
      if (!args.quiet) say(`${update}  warning: ${message}`)
    },
    onDecision: ({ task, setting, value, before, after }) => {
      if (!args.quiet)
        say(`${task}: ${setting} ${value} on dev, ${(100 * before).toFixed(2)} to ${(100 * after).toFixed(2)}`)
    },
  }).finally(() => process.off('SIGINT', stop))
  process.stdout.write(`${JSON.stringify({ model: `${args.output}/model`, ...result })}\n`)
  return exitCodes.ok
}
