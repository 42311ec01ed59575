/** `hmtl score`: predictions against gold, by the field's metrics. */
import type { Argv } from 'yargs'
import { comparisonPage } from '../src/io/draw/compare.ts'
import { HmtlError } from '../src/io/errors.ts'
import { formatNames } from '../src/io/formats/index.ts'
import { readDocuments } from '../src/io/read.ts'
import type { CorefScore } from '../src/model/metrics/coref.ts'
import type { CountedScore, LabelledScore, Score } from '../src/model/metrics/counts.ts'
import {
  pairDocuments,
  type RelationScore,
  type ScoredTask,
  scoreDocuments,
  scoredTasks,
  scoreLayers,
  type TaskScores,
} from '../src/model/metrics/score.ts'
import { writeAtomically } from '../src/io/write.ts'
import { formatOptionsOf, inputOptions } from './support/command.ts'
import { exitCodes, table } from './support/output.ts'

export const builder = (yargs: Argv) =>
  yargs
    .positional('gold', { type: 'string', demandOption: true, describe: 'Gold documents, any format' })
    .positional('predicted', { type: 'string', demandOption: true, describe: 'Predicted documents, any format' })
    .options(inputOptions)
    .option('task', {
      type: 'string',
      choices: scoredTasks,
      describe: 'What to score',
      defaultDescription: 'every layer that gold has',
    })
    .option('gold-format', {
      type: 'string',
      choices: formatNames,
      describe: 'Format of gold, where it differs from --from',
    })
    .option('predicted-format', {
      type: 'string',
      choices: formatNames,
      describe: 'Format of predicted, where it differs from --from',
    })
    .option('json', { type: 'boolean', default: false, describe: 'Print JSON, scores as fractions' })
    .option('html', { type: 'string', describe: 'Also write a page of the predictions beside gold' })
    .example('$0 score gold.jsonl found.jsonl', 'every layer that gold has')
    .example('$0 score gold.conll predicted.conll --task ner', 'span F1 as conlleval')
    .example('$0 score gold.jsonl found.jsonl --task ner --html compared.html', 'and a page that shows what differs')
    .example('$0 score key.gold_conll response.jsonl --task coref --json', 'the CoNLL-2012 metrics as JSON')

type Args = Awaited<ReturnType<typeof builder>['argv']>

const percent = (x: number) => (100 * x).toFixed(2)
const row = (name: string, { precision, recall, f1 }: Score) => [name, percent(precision), percent(recall), percent(f1)]
const counted = (name: string, score: CountedScore) => [...row(name, score), score.gold, score.predicted, score.correct]

const labelledTable = (score: LabelledScore, extra: [string, CountedScore][] = []) =>
  table([
    ['', 'P', 'R', 'F1', 'gold', 'predicted', 'correct'],
    ...Object.entries(score.byLabel).map(([label, item]) => counted(label, item)),
    counted('all', score),
    ...extra.map(([name, item]) => counted(name, item)),
  ])

const corefTable = (score: CorefScore) =>
  table([
    ['', 'P', 'R', 'F1'],
    row('mentions', score.mentions),
    row('MUC', score.muc),
    row('B³', score.b3),
    row('CEAF-m', score.ceafm),
    row('CEAF-e', score.ceafe),
    row('BLANC', score.blanc),
    row('LEA', score.lea),
    ['CoNLL', '', '', percent(score.conll)],
  ])

const tableOf = (task: ScoredTask, score: TaskScores[ScoredTask]): string => {
  if (task === 'coref') return corefTable(score as CorefScore)
  const { definitions } = score as Partial<RelationScore>
  const extra: [string, CountedScore][] = definitions
    ? [
        ['last token, relation-bearing sentences', definitions.original],
        ['last token, all sentences', definitions.lastToken],
        ['boundaries', definitions.boundaries],
        ['strict', definitions.strict],
      ]
    : []
  return labelledTable(score as LabelledScore, extra)
}

export const handler = async (args: Args): Promise<number> => {
  const options = formatOptionsOf(args)
  const sides = () =>
    [
      readDocuments(args.gold, { options, format: args.goldFormat ?? args.from }),
      readDocuments(args.predicted, {
        options: { ...options, predictions: true },
        format: args.predictedFormat ?? args.from,
      }),
    ] as const
  if (args.gold === '-' && args.predicted === '-')
    throw new HmtlError('HMTL_USAGE', 'only one of gold and predicted can be standard input')
  if (args.html !== undefined && (args.gold === '-' || args.predicted === '-'))
    throw new HmtlError('HMTL_USAGE', '--html reads both sides again, which standard input cannot', {
      remedy: 'Name two files',
    })
  if (args.task) {
    const task = args.task as ScoredTask
    const score = await scoreDocuments(...sides(), task)
    process.stdout.write(`${args.json ? JSON.stringify(score) : tableOf(task, score)}\n`)
  } else {
    const scores = await scoreLayers(...sides())
    const tables = Object.entries(scores).map(([task, score]) => `${task}\n${tableOf(task as ScoredTask, score)}`)
    process.stdout.write(`${args.json ? JSON.stringify(scores) : tables.join('\n\n')}\n`)
  }
  if (args.html !== undefined) {
    const pairs = pairDocuments(...sides())
    await writeAtomically(args.html, comparisonPage(pairs, `${args.predicted} beside ${args.gold}`))
  }
  return exitCodes.ok
}
