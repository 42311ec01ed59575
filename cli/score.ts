/** `hmtl score`: predictions against gold, by the field's metrics. */
import type { Argv } from 'yargs'
import { type CorpusCounts, countDocument, emptyCounts } from '../src/io/document/counts.ts'
import type { Document } from '../src/io/document/document.ts'
import { comparisonPage } from '../src/io/draw/compare.ts'
import { HmtlError } from '../src/io/errors.ts'
import { readableNames } from '../src/io/formats/index.ts'
import { readDocuments } from '../src/io/read.ts'
import { LossReport } from '../src/io/report.ts'
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
import { formatOptionsOf, inputOptions, optionFiles } from './support/command.ts'
import { exitCodes, say, sayLost, table } from './support/output.ts'
import { checkFiles } from './support/target.ts'

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
      choices: readableNames,
      describe: 'Format of gold, where it differs from --from',
    })
    .option('predicted-format', {
      type: 'string',
      choices: readableNames,
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

/** @param all what the row of all labels is called */
const labelledTable = (score: LabelledScore, all = 'all', extra: [string, CountedScore][] = []) =>
  table([
    ['', 'P', 'R', 'F1', 'gold', 'predicted', 'correct'],
    ...Object.entries(score.byLabel).map(([label, item]) => counted(label, item)),
    counted(all, score),
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

/** What of both sides the definitions by last tokens do not see, a line a reason. */
const notPlacedLines = ({ gold, predicted }: RelationScore['notPlaced']): string[] =>
  (
    [
      ['acrossSentences', 'across sentences'],
      ['offTokens', 'with an argument that covers no token'],
    ] as const
  ).flatMap(([key, what]) =>
    gold[key] + predicted[key] === 0
      ? []
      : [`not seen by last tokens: ${gold[key]} gold and ${predicted[key]} predicted relations ${what}`],
  )

const relationTable = (score: RelationScore): string =>
  [
    labelledTable(score, 'all, by last tokens', [
      ['… in relation-bearing sentences alone', score.definitions.original],
      ['boundaries: whole spans', score.definitions.boundaries],
      ['strict: whole spans and types', score.definitions.strict],
    ]),
    ...notPlacedLines(score.notPlaced),
  ].join('\n')

const tableOf = (task: ScoredTask, score: TaskScores[ScoredTask]): string =>
  task === 'coref'
    ? corefTable(score as CorefScore)
    : task === 'relation'
      ? relationTable(score as RelationScore)
      : labelledTable(score as LabelledScore)

/** The same documents, counted as they go by. */
async function* countedBy(documents: AsyncIterable<Document>, counts: CorpusCounts): AsyncGenerator<Document> {
  for await (const document of documents) {
    countDocument(counts, document)
    yield document
  }
}

/** Whether there is anything that a task could find. */
const holdsGold = ({ entities, mentions, relations, clusters }: CorpusCounts, task: ScoredTask): boolean =>
  ({ ner: entities + mentions, emd: entities + mentions, relation: relations, coref: clusters })[task] > 0

const noGold = (gold: string, tasks: readonly ScoredTask[]): HmtlError =>
  new HmtlError('HMTL_SCORE_GOLD', `no gold for ${tasks.join(', ')} in ${gold}`, {
    remedy: 'Name the annotated side first, the predictions second; or another --task',
  })

export const handler = async (args: Args): Promise<number> => {
  const options = formatOptionsOf(args)
  const report = new LossReport()
  const sides = () =>
    [
      readDocuments(args.gold, { options, report, format: args.goldFormat ?? args.from }),
      readDocuments(args.predicted, {
        options: { ...options, predictions: true },
        report,
        format: args.predictedFormat ?? args.from,
      }),
    ] as const
  if (args.gold === '-' && args.predicted === '-')
    throw new HmtlError('HMTL_USAGE', 'only one of gold and predicted can be standard input')
  if (args.html !== undefined && (args.gold === '-' || args.predicted === '-'))
    throw new HmtlError('HMTL_USAGE', '--html reads both sides again, which standard input cannot', {
      remedy: 'Name two files',
    })
  await checkFiles({
    inputs: [args.gold, args.predicted, ...optionFiles(args)],
    outputs: { 'standard output': '-', '--html': args.html },
  })
  const counts = emptyCounts()
  const [gold, predicted] = sides()
  const score = args.task
    ? { [args.task]: await scoreDocuments(countedBy(gold, counts), predicted, args.task as ScoredTask) }
    : await scoreLayers(countedBy(gold, counts), predicted)
  const tasks = Object.keys(score) as ScoredTask[]
  const without = tasks.filter((task) => !holdsGold(counts, task))
  if (without.length === tasks.length) throw noGold(args.gold, without)
  if (without.length > 0 && !args.quiet) say(`no gold for ${without.join(', ')} in ${args.gold}`)
  const scored = Object.fromEntries(Object.entries(score).filter(([task]) => !without.includes(task as ScoredTask)))
  if (args.json) process.stdout.write(`${JSON.stringify(args.task ? scored[args.task] : scored)}\n`)
  else {
    const tables = Object.entries(scored).map(([task, each]) => [task, tableOf(task as ScoredTask, each)])
    process.stdout.write(`${tables.map((table) => table.slice(args.task ? 1 : 0).join('\n')).join('\n\n')}\n`)
  }
  sayLost(report, args.quiet)
  if (args.html !== undefined) {
    const pairs = pairDocuments(...sides())
    await writeAtomically(args.html, comparisonPage(pairs, `${args.predicted} beside ${args.gold}`))
  }
  return exitCodes.ok
}
