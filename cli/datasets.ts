/** `hmtl datasets`: the corpora the program knows, and their making into Arrow splits. */
import { mkdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Argv } from 'yargs'
import { differences } from '../datasets/checksum.ts'
import { recipeNamed, recipes } from '../datasets/index.ts'
import type { Recipe } from '../datasets/recipe.ts'
import { type CorpusCounts, countDocument, emptyCounts } from '../src/io/document/counts.ts'
import type { Document } from '../src/io/document/document.ts'
import { HmtlError } from '../src/io/errors.ts'
import { notFound } from '../src/io/source.ts'
import { writeDocuments } from '../src/io/write.ts'
import { prepareDocument } from '../src/pipeline/prepare.ts'
import { startRun } from './support/input.ts'
import { count, exitCodes, lossText, say, table } from './support/output.ts'

export const builder = (yargs: Argv) =>
  yargs
    .positional('action', {
      type: 'string',
      choices: ['list', 'show', 'prepare'],
      default: 'list',
      describe: 'list all, show one, or prepare one',
    })
    .positional('name', { type: 'string', describe: 'Corpus' })
    .option('from', { type: 'string', describe: 'Folder that holds the corpus' })
    .option('output', { type: 'string', alias: 'o', describe: 'Folder for the Arrow files' })
    .option('scheme', { type: 'string', describe: 'Which of the corpus’s split schemes' })
    .option('splits', { type: 'string', describe: 'Folder with train.txt, dev.txt, test.txt (ACE 2005)' })
    .option('mention-span', {
      type: 'string',
      choices: ['extent', 'head'] as const,
      default: 'extent' as const,
      describe: 'Span of an ACE mention',
    })
    .option('strict', {
      type: 'boolean',
      default: false,
      describe: 'Fail where the files differ from those the recipe was written for',
    })
    .option('json', { type: 'boolean', default: false, describe: 'Print counts as JSON' })
    .option('quiet', { type: 'boolean', alias: 'q', default: false, describe: 'Say nothing but errors' })
    .example('$0 datasets prepare litbank --from litbank/ -o data/litbank', 'three Arrow files and a table of counts')
    .example('$0 datasets prepare redocred --from data/ --scheme 800-100-100 -o data/redocred', 'another way to cut')

type Args = Awaited<ReturnType<typeof builder>['argv']>

const list = () =>
  table([
    ['name', 'tasks', 'schemes', 'licence', 'title'],
    ...recipes.map(({ name, tasks, schemes, licence, title }) => [
      name,
      tasks.join(' '),
      schemes.length > 3 ? `${schemes[0].name} +${schemes.length - 1}` : schemes.map((scheme) => scheme.name).join(' '),
      licence,
      title,
    ]),
  ])

const show = (recipe: Recipe) =>
  [
    `${recipe.name} – ${recipe.title}`,
    `source   ${recipe.source}`,
    `licence  ${recipe.licence}`,
    `get it   ${recipe.howToGet}`,
    `format   ${recipe.format}`,
    ...Object.entries(recipe.labels).map(([task, labels]) => `${task.padEnd(8)} ${labels.join(' ')}`),
    ...recipe.schemes.map(({ name, summary }) => `scheme   ${name}: ${summary}`),
  ].join('\n')

type SplitCounts = CorpusCounts & { extra: Record<string, number> }

const countsTable = (splits: Readonly<Record<string, SplitCounts>>) => {
  const names = Object.keys(splits)
  const row = (title: string, of: (counts: SplitCounts) => number) => [
    title,
    ...names.map((name) => count(of(splits[name]))),
  ]
  const types = (title: string, of: (counts: SplitCounts) => Record<string, number>) => {
    const labels = [...new Set(names.flatMap((name) => Object.keys(of(splits[name]))))].sort()
    return labels.slice(0, 30).map((label) => row(`  ${title} ${label}`, (counts) => of(counts)[label] ?? 0))
  }
  const extras = [...new Set(names.flatMap((name) => Object.keys(splits[name].extra)))]
  const rows = [
    row('documents', (c) => c.documents),
    row('sentences', (c) => c.sentences),
    row('tokens', (c) => c.tokens),
    row('entities', (c) => c.entities),
    ...types('entity', (c) => c.entityTypes),
    row('mentions', (c) => c.mentions),
    ...types('mention', (c) => c.mentionTypes),
    row('relations (mention pairs)', (c) => c.relations),
    row('  in one sentence', (c) => c.relationsInSentence),
    ...types('relation', (c) => c.relationTypes),
    row('clusters', (c) => c.clusters),
    row('  of more than one member', (c) => c.clustersOfMany),
    row('  members', (c) => c.clusterMembers),
    ...extras.map((name) => row(name, (c) => c.extra[name] ?? 0)),
  ]
  return table([['', ...names], ...rows.filter((cells) => cells.slice(1).some((cell) => cell !== '0'))])
}

const prepare = async (args: Args, recipe: Recipe): Promise<number> => {
  const { from, output } = args
  if (from === undefined || output === undefined)
    throw new HmtlError('HMTL_USAGE', 'prepare needs --from FOLDER and -o FOLDER', {
      remedy: `Example: hmtl datasets prepare ${recipe.name} --from FOLDER -o data/${recipe.name}`,
    })
  const scheme = args.scheme === undefined ? recipe.schemes[0] : recipe.schemes.find(({ name }) => name === args.scheme)
  if (!scheme)
    throw new HmtlError('HMTL_DATASET_SPLIT', `${recipe.name} has no scheme "${args.scheme}"`, {
      remedy: `It has ${recipe.schemes.map(({ name }) => name).join(', ')}`,
    })
  if (!(await stat(from).catch(() => undefined))?.isDirectory()) throw notFound(from, undefined)
  const differing = await differences(recipe, from)
  for (const { path, expected, found } of differing) {
    const message = `${path} is not the version the recipe was written for (sha256 ${found}, expected ${expected})`
    if (args.strict)
      throw new HmtlError('HMTL_DATASET_CHECKSUM', message, {
        remedy: 'Get the version that the recipe names, or leave --strict out',
      })
    say(`note: ${message}; counts may differ`)
  }
  const splits = await scheme.splits(from, { splitLists: args.splits })
  await mkdir(output, { recursive: true })
  const all: Record<string, SplitCounts> = {}
  let code: number = exitCodes.ok
  const lost: Record<string, unknown> = {}
  for (const split of splits) {
    const run = startRun(
      `${recipe.name} ${split.name}`,
      { quiet: args.quiet },
      { ...recipe.options, mentionSpan: args.mentionSpan },
    )
    const counts: SplitCounts = { ...emptyCounts(), extra: {} }
    async function* counted(documents: AsyncIterable<Document>): AsyncGenerator<Document> {
      for await (const document of documents) {
        const ready = prepareDocument(document)
        countDocument(counts, ready)
        for (const [name, n] of Object.entries(recipe.extraCounts?.(ready) ?? {}))
          counts.extra[name] = (counts.extra[name] ?? 0) + n
        run.progress.add(ready.text.length)
        yield ready
      }
    }
    await writeDocuments(counted(split.documents(from, run.context)), join(output, `${split.name}.arrow`), {
      ...run.context,
      format: 'arrow',
    })
    code = Math.max(code, await run.finish())
    all[split.name] = counts
    lost[split.name] = run.context.report.entries()
    if (run.context.report.size > 0 && !args.quiet)
      say(`${split.name}: not carried, or changed on the way:\n${lossText(run.context.report)}`)
  }
  const { extraCounts: _, schemes: __, options: ___, ...facts } = recipe
  await writeFile(
    join(output, 'dataset.json'),
    `${JSON.stringify({ ...facts, scheme: scheme.name, counts: all, lost, differing }, null, 2)}\n`,
  )
  process.stdout.write(args.json ? `${JSON.stringify(all)}\n` : `${countsTable(all)}\n`)
  return code
}

export const handler = async (args: Args): Promise<number> => {
  if (args.action === 'list') process.stdout.write(`${list()}\n`)
  else {
    if (args.name === undefined)
      throw new HmtlError('HMTL_USAGE', `datasets ${args.action} needs the name of a corpus`, {
        remedy: `Known are ${recipes.map(({ name }) => name).join(', ')}`,
      })
    const recipe = recipeNamed(args.name)
    if (args.action === 'prepare') return prepare(args, recipe)
    process.stdout.write(`${show(recipe)}\n`)
  }
  return exitCodes.ok
}
