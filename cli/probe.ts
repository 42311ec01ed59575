/** `hmtl probe`: what a linear classifier reads off a model's layers, by SentEval's ten tasks. */
import { createReadStream, existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Argv } from 'yargs'
import { HmtlError } from '../src/io/errors.ts'
import { openRows, type RowFile } from '../src/io/vectors/row-file.ts'
import { modelFolder } from '../src/models.ts'
import { startEngine } from '../src/model/engine.ts'
import { engineNames } from '../src/model/engine-choice.ts'
import { parseConfig } from '../src/model/config/parse.ts'
import { createModel, type Model } from '../src/model/hierarchy.ts'
import { paperProbing } from '../src/report/paper.ts'
import { majority, type ProbingSet, probe, probingTasks } from '../src/probing/probing.ts'
import { probingReport } from '../src/report/probing-page.ts'
import { randomOf } from '../src/model/random.ts'
import { embedSentences, layerNamesOf, type Pool, pools } from '../src/model/sentence-embeddings.ts'
import { loadModel } from '../src/model/store.ts'
import { chain } from '../src/pipeline/chain.ts'
import { embed } from '../src/pipeline/embed.ts'
import { fill, type Group } from '../src/pipeline/fill.ts'
import { pack } from '../src/pipeline/pack.ts'
import type { Unit } from '../src/pipeline/units.ts'
import { normalWord } from '../src/model/vocabulary.ts'
import { loadWordVectors, vectorSize } from '../src/model/word-vectors.ts'
import { names, number, optionFiles } from './support/command.ts'
import { exitCodes, say, table } from './support/output.ts'
import { checkFiles } from './support/target.ts'

export const builder = (yargs: Argv) =>
  yargs
    .positional('model', { type: 'string', demandOption: true, describe: 'A bundled model, or the folder of one' })
    .option('data', {
      type: 'string',
      demandOption: true,
      describe: 'Folder with the probing files (SentEval’s data/probing)',
    })
    .option('task', { ...names('Only these tasks'), choices: probingTasks.map(({ file }) => file) })
    .option('layer', names('Only these layers'))
    .option('pool', {
      ...names('How tokens become one vector'),
      choices: pools,
      default: ['max', 'average'] as string[],
    })
    .option('random', {
      type: 'boolean',
      default: false,
      describe: 'A baseline: the model’s words, with encoders that were never trained',
    })
    .option('bag', { type: 'string', describe: 'A baseline: word vectors in text form, pooled as they come' })
    .option('html', { type: 'string', describe: 'Also write the table as a page to this file' })
    .option('seed', { ...number('seed', 'Order of the training rows'), default: 1 })
    .option('engine', { type: 'string', choices: engineNames, default: 'auto' as const, describe: 'What computes' })
    .option('json', { type: 'boolean', default: false, describe: 'Print JSON, accuracies as fractions' })
    .option('quiet', { type: 'boolean', alias: 'q', default: false, describe: 'Say nothing but errors' })
    .example('$0 probe en --data SentEval/data/probing', 'every layer, both pools')
    .example(
      '$0 probe en --data SentEval/data/probing --bag glove.txt.gz --random --html report.html',
      'with the baselines, and as a page',
    )

type Args = Awaited<ReturnType<typeof builder>['argv']>

const splits = ['tr', 'va', 'te'] as const
type Split = (typeof splits)[number]

/** Sentences that are embedded at once. */
const groupSize = 64

/** Layers and pools of one model, and what their rows of the table are called. */
interface Probed {
  readonly model: Model
  readonly prefix: string
  readonly wanted: readonly { readonly layer: string; readonly pool: Pool }[]
}

export const handler = async (args: Args): Promise<number> => {
  await startEngine(args.engine)
  const tasks = probingTasks.filter(({ file }) => args.task?.includes(file) ?? true)
  const pathOf = (file: string) => join(args.data, `${file}.txt`)
  for (const { file } of tasks)
    if (!existsSync(pathOf(file)))
      throw new HmtlError('HMTL_INPUT_NOT_FOUND', `there is no ${file}.txt in ${args.data}`, {
        remedy: 'Name SentEval’s folder data/probing, or choose tasks with --task',
      })
  await checkFiles({
    inputs: [
      ...tasks.map(({ file }) => pathOf(file)),
      ...(args.bag === undefined ? [] : [args.bag]),
      ...optionFiles(args),
    ],
    outputs: { 'standard output': '-', '--html': args.html },
  })
  const trained = await loadModel(modelFolder(args.model))
  const { config, vocabulary, labels, wordTable, contextual } = trained
  const chosenPools = args.pool as Pool[]
  const wanted = (args.layer ?? layerNamesOf(trained)).flatMap((layer) => chosenPools.map((pool) => ({ layer, pool })))
  const probed: Probed[] = [{ model: trained, prefix: '', wanted }]
  if (args.random)
    probed.push({
      model: createModel({ config, vocabulary, labels, wordTable, contextual }),
      prefix: 'random ',
      wanted,
    })
  if (args.bag !== undefined)
    probed.push({
      model: await bagModel(
        args.bag,
        tasks.map(({ file }) => pathOf(file)),
      ),
      prefix: 'bag ',
      wanted: chosenPools.map((pool) => ({ layer: 'base', pool })),
    })
  const scores: Record<string, Record<string, number>> = {}
  const put = (row: string, task: string, value: number) => {
    ;(scores[row] ??= {})[task] = value
  }
  const sizes: Record<string, { readonly train: number; readonly test: number; readonly classes: number }> = {}
  for (const { file, name } of tasks) {
    const task = await readTask(pathOf(file), probed)
    try {
      const { classes, rowsOf, classCount } = task
      put('majority', name, majority(classes.tr, classes.te))
      for (const [label, rows] of task.features) {
        const part = (split: Split): ProbingSet => ({
          classes: classes[split],
          read(ids, out) {
            ids.forEach((id, i) => {
              rows.read(rowsOf[split][id], out.subarray(i * rows.size, (i + 1) * rows.size))
            })
          },
        })
        put(label, name, probe(part('tr'), part('va'), part('te'), rows.size, classCount, args.seed).accuracy)
        if (!args.quiet) say(`${name}  ${label}  ${(100 * scores[label][name]).toFixed(1)}`)
      }
      sizes[name] = { train: classes.tr.length, test: classes.te.length, classes: classCount }
      if (!args.quiet)
        say(`${name}: ${classes.tr.length} to train on, ${classes.te.length} to test, ${classCount} classes`)
    } finally {
      for (const rows of task.features.values()) rows.close()
    }
  }
  const names = tasks.map(({ name }) => name)
  if (args.html !== undefined) writeFileSync(args.html, probingReport(args.model, names, scores, sizes))
  if (args.json) process.stdout.write(`${JSON.stringify(scores)}\n`)
  else {
    const columns = tasks.map((task) => probingTasks.indexOf(task))
    const paper = Object.entries(paperProbing).map(([row, values]) => [
      `paper: ${row}`,
      ...columns.map((column) => values[column].toFixed(1)),
    ])
    const own = Object.entries(scores).map(([row, by]) => [row, ...names.map((name) => (100 * by[name]).toFixed(1))])
    process.stdout.write(`${table([['layer', ...names], ...own, ...paper])}\n`)
    if (!args.quiet)
      say(
        'The paper’s rows are of SentEval’s own data, 100,000 sentences to train on: beside smaller data they say only where layers differ.',
      )
  }
  return exitCodes.ok
}

/** Word vectors alone as a model: its base layer is a bag of them. */
const bagModel = async (file: string, paths: readonly string[]): Promise<Model> => {
  const size = await vectorSize(file)
  const counts = new Map<string, number>()
  for (const path of paths)
    for await (const { sentences } of readSentences(path))
      for (const word of sentences[0]) counts.set(normalWord(word), (counts.get(normalWord(word)) ?? 0) + 1)
  const { words, table: wordTable } = await loadWordVectors(file, size, 0, counts, randomOf(1, 'bag'))
  const config = parseConfig({
    embeddings: { words: { size }, characters: null },
    tasks: [{ name: 'none', kind: 'crf' }],
  })
  return createModel({ config, labels: { none: [] }, vocabulary: { words, characters: [] }, wordTable })
}

interface ProbingSentence extends Unit {
  readonly split: Split
  readonly label: string
}

async function* readSentences(path: string): AsyncGenerator<ProbingSentence> {
  let line = 0
  for await (const text of createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY })) {
    line++
    if (text === '') continue
    const [split, label, sentence] = text.split('\t')
    const words = sentence?.split(' ').filter(Boolean) ?? []
    if (!splits.includes(split as Split) || words.length === 0)
      throw new HmtlError(
        'HMTL_INPUT_SYNTAX',
        'a line must be tr, va or te, a label and a sentence, with tabs between',
        { source: path, line },
      )
    yield { split: split as Split, label, sentences: [words], tokens: words.length }
  }
}

interface ProbingData {
  readonly classes: Readonly<Record<Split, Int32Array>>
  /** Row of the files below of each example of a split. */
  readonly rowsOf: Readonly<Record<Split, Int32Array>>
  readonly features: ReadonlyMap<string, RowFile>
  readonly classCount: number
}

/** Reads a task a group of sentences at a time; pooled vectors go to temporary files, a file a layer and pool. */
const readTask = async (path: string, probed: readonly Probed[]): Promise<ProbingData> => {
  const classIds = new Map<string, number>()
  const examples = Object.fromEntries(
    splits.map((split) => [split, { classes: [] as number[], rows: [] as number[] }]),
  ) as Record<Split, { classes: number[]; rows: number[] }>
  const features = new Map<string, RowFile>()
  try {
    let row = 0
    for await (const { split, label } of readSentences(path)) {
      if (!classIds.has(label)) classIds.set(label, classIds.size)
      examples[split].classes.push(classIds.get(label) as number)
      examples[split].rows.push(row++)
    }
    for (const { model, prefix, wanted } of probed) {
      const batches = chain(
        readSentences(path),
        fill<ProbingSentence>({ items: groupSize }),
        embed<Group<Unit>>(model.contextual),
        pack(model.indexer),
      )
      for await (const { batch } of batches)
        embedSentences(model, batch, wanted).forEach(({ size, values }, i) => {
          const label = `${prefix}${wanted[i].layer} ${wanted[i].pool}`
          let rows = features.get(label)
          if (!rows) features.set(label, (rows = openRows(size)))
          rows.append(values)
        })
    }
  } catch (error) {
    for (const rows of features.values()) rows.close()
    throw error
  }
  const bySplit = (pick: 'classes' | 'rows') =>
    Object.fromEntries(splits.map((split) => [split, Int32Array.from(examples[split][pick])])) as Record<
      Split,
      Int32Array
    >
  return { classes: bySplit('classes'), rowsOf: bySplit('rows'), features, classCount: classIds.size }
}
