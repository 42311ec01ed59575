/** `hmtl probe`: what a linear classifier reads off a model's layers, by SentEval's ten tasks. */
import { createReadStream, existsSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Argv } from 'yargs'
import { HmtlError } from '../src/io/errors.ts'
import { modelFolder } from '../src/load.ts'
import { engineNames, startEngine } from '../src/model/engine.ts'
import { createModel } from '../src/model/hierarchy.ts'
import { majority, type ProbingSet, probe, probingTasks } from '../src/model/probing.ts'
import { embedSentences, layerNamesOf, pools } from '../src/model/sentence-embeddings.ts'
import { loadModel } from '../src/model/store.ts'
import { exitCodes, say, table } from './support/output.ts'

export const command = 'probe <model>'
export const describe = 'Probe a model’s layers with SentEval’s ten tasks'

export const builder = (yargs: Argv) =>
  yargs
    .positional('model', { type: 'string', demandOption: true, describe: 'A bundled model, or the folder of one' })
    .option('data', { type: 'string', demandOption: true, describe: 'Folder with the probing files (SentEval’s data/probing)' })
    .option('task', { type: 'string', array: true, choices: probingTasks.map(({ file }) => file), describe: 'Only these tasks' })
    .option('layer', { type: 'string', array: true, describe: 'Only these layers' })
    .option('pool', { type: 'string', array: true, choices: pools, default: ['max', 'average'] as string[], describe: 'How tokens become one vector' })
    .option('random', { type: 'boolean', default: false, describe: 'A baseline: the model’s words, with encoders that were never trained' })
    .option('seed', { type: 'number', default: 1, describe: 'Order of the training rows' })
    .option('engine', { type: 'string', choices: engineNames, default: 'auto' as const, describe: 'What computes' })
    .option('json', { type: 'boolean', default: false, describe: 'Print JSON, accuracies as fractions' })
    .option('quiet', { type: 'boolean', alias: 'q', default: false, describe: 'Say nothing but errors' })
    .example('$0 probe en --data SentEval/data/probing', 'every layer, both pools')

type Args = Awaited<ReturnType<typeof builder>['argv']>

const splits = ['tr', 'va', 'te'] as const
type Split = (typeof splits)[number]

/** Sentences that are embedded at once. */
const groupSize = 64

export const handler = async (args: Args): Promise<number> => {
  await startEngine(args.engine)
  const trained = await loadModel(modelFolder(args.model))
  const { config, vocabulary, labels, wordTable } = trained
  const model = args.random ? createModel({ config, vocabulary, labels, wordTable }) : trained
  const layers = args.layer ?? layerNamesOf(model)
  const wanted = layers.flatMap((layer) => args.pool.map((pool) => ({ layer, pool: pool as (typeof pools)[number] })))
  const tasks = probingTasks.filter(({ file }) => args.task?.includes(file) ?? true)
  const scores: Record<string, Record<string, number>> = {}
  const put = (row: string, task: string, value: number) => {
    ;(scores[row] ??= {})[task] = value
  }
  for (const { file, name } of tasks) {
    const path = [join(args.data, `${file}.txt`)].find(existsSync)
    if (!path)
      throw new HmtlError('HMTL_INPUT_NOT_FOUND', `there is no ${file}.txt in ${args.data}`, { remedy: 'Name SentEval’s folder data/probing, or choose tasks with --task' })
    const { sets, sizes, classCount } = await readTask(path, model, wanted)
    put('majority', name, majority(sets.tr.classes, sets.te.classes))
    wanted.forEach(({ layer, pool }, i) => {
      const part = (split: Split): ProbingSet => ({ features: sets[split].features[i], classes: sets[split].classes })
      const { accuracy } = probe(part('tr'), part('va'), part('te'), sizes[i], classCount, args.seed)
      put(`${layer} ${pool}`, name, accuracy)
    })
    if (!args.quiet) say(`${name}: ${sets.tr.classes.length} to train on, ${sets.te.classes.length} to test, ${classCount} classes`)
  }
  if (args.json) process.stdout.write(`${JSON.stringify(scores)}\n`)
  else
    process.stdout.write(
      `${table([['layer', ...tasks.map(({ name }) => name)], ...Object.entries(scores).map(([row, by]) => [row, ...tasks.map(({ name }) => (100 * by[name]).toFixed(1))])])}\n`,
    )
  return exitCodes.ok
}

interface Rows {
  /** By layer and pool. */
  features: Float32Array[]
  classes: Int32Array
}

/** Reads a task a group of sentences at a time; only the pooled vectors are kept. */
const readTask = async (
  path: string,
  model: Parameters<typeof embedSentences>[0],
  wanted: Parameters<typeof embedSentences>[2],
): Promise<{ sets: Record<Split, Rows>; sizes: number[]; classCount: number }> => {
  const classIds = new Map<string, number>()
  const parts = Object.fromEntries(splits.map((split) => [split, { vectors: wanted.map(() => [] as Float32Array[]), classes: [] as number[] }])) as Record<
    Split,
    { vectors: Float32Array[][]; classes: number[] }
  >
  let group: { split: Split; label: number; words: string[] }[] = []
  const sizes = wanted.map(() => 0)
  const flush = () => {
    if (group.length === 0) return
    embedSentences(
      model,
      group.map(({ words }) => words),
      wanted,
    ).forEach(({ size, values }, i) => {
      sizes[i] = size
      group.forEach(({ split }, row) => {
        parts[split].vectors[i].push(values.slice(row * size, (row + 1) * size))
      })
    })
    for (const { split, label } of group) parts[split].classes.push(label)
    group = []
  }
  let line = 0
  for await (const text of createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY })) {
    line++
    if (text === '') continue
    const [split, label, sentence] = text.split('\t')
    const words = sentence?.split(' ').filter(Boolean) ?? []
    if (!splits.includes(split as Split) || words.length === 0)
      throw new HmtlError('HMTL_INPUT_SYNTAX', 'a line must be tr, va or te, a label and a sentence, with tabs between', { source: path, line })
    if (!classIds.has(label)) classIds.set(label, classIds.size)
    group.push({ split: split as Split, label: classIds.get(label) as number, words })
    if (group.length >= groupSize) flush()
  }
  flush()
  const joined = (vectors: readonly Float32Array[], size: number): Float32Array => {
    const out = new Float32Array(vectors.length * size)
    vectors.forEach((vector, i) => {
      out.set(vector, i * size)
    })
    return out
  }
  const rows = (split: Split): Rows => ({ features: parts[split].vectors.map((vectors, i) => joined(vectors, sizes[i])), classes: Int32Array.from(parts[split].classes) })
  return { sets: { tr: rows('tr'), va: rows('va'), te: rows('te') }, sizes, classCount: classIds.size }
}
