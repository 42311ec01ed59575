/** `hmtl inspect`: what a file holds, counted and drawn. */
import type { Argv } from 'yargs'
import { drawDocument } from '../src/io/draw/ansi.ts'
import { type CorpusCounts, countDocument, emptyCounts } from '../src/io/document/counts.ts'
import type { Document } from '../src/io/document/document.ts'
import { htmlPage } from '../src/io/draw/html.ts'
import { kindNumbers } from '../src/io/draw/kinds.ts'
import { writeAtomically } from '../src/io/write.ts'
import { prepareDocument } from '../src/pipeline/prepare.ts'
import { inputFilesOf, formatOptionsOf, inputOptions, number } from './support/command.ts'
import { startRun } from './support/input.ts'
import { count, counted, sayLost, table, useColor } from './support/output.ts'
import { checkFiles } from './support/target.ts'

export const builder = (yargs: Argv) =>
  yargs
    .positional('inputs', {
      type: 'string',
      array: true,
      default: [] as string[],
      describe: 'Files or folders; - or none is standard input',
    })
    .options(inputOptions)
    .option('documents', { ...number('documents', 'How many documents to draw'), alias: 'n', default: 1 })
    .option('characters', { ...number('characters', 'How much of each to draw'), default: 1200 })
    .option('json', { type: 'boolean', default: false, describe: 'Print the counts as JSON' })
    .option('html', { type: 'string', describe: 'Also write those documents as a page to look at' })
    .example('$0 inspect dev.arrow', 'counts, label table, longest document, and the first document')
    .example('$0 inspect dev.arrow -n 20 --html dev.html', 'a page of the first twenty')
    .example('$0 inspect ace/ --from ace05 -n 3', 'the first three documents of a folder')

type Args = Awaited<ReturnType<typeof builder>['argv']>

async function* each(documents: readonly Document[]): AsyncGenerator<Document> {
  yield* documents
}

const longestOf = ({ longest: { id, tokens, characters } }: CorpusCounts): string =>
  tokens === -1 ? '–' : `${id} (${tokens > 0 ? counted(tokens, 'token') : counted(characters, 'character')})`

export const handler = async (args: Args): Promise<number> => {
  const { html, deadLetter } = args
  await checkFiles({
    ...inputFilesOf(args),
    outputs: { 'standard output': '-', '--html': html, '--dead-letter': deadLetter },
  })
  const run = startRun('read', args, formatOptionsOf(args))
  const counts = emptyCounts()
  const drawn: Document[] = []
  for await (const document of run.documents(args.inputs)) {
    countDocument(counts, document)
    run.progress.add(document.text.length)
    if (drawn.length < args.documents) drawn.push(document)
  }
  const code = await run.finish()
  if (html !== undefined) await writeAtomically(html, htmlPage(each(drawn), args.inputs.join(' ') || 'hmtl'))
  if (args.json) {
    process.stdout.write(
      `${JSON.stringify({ ...counts, failures: run.failures, lost: run.context.report.entries() })}\n`,
    )
    return code
  }
  const rows: [string, string][] = [
    ['documents', count(counts.documents)],
    ['sentences', count(counts.sentences)],
    ['tokens', count(counts.tokens)],
    ['characters', count(counts.characters)],
    ['entities', count(counts.entities)],
    ['mentions', count(counts.mentions)],
    ['relations', `${count(counts.relations)}`],
    ['clusters', count(counts.clusters)],
    ['longest', longestOf(counts)],
  ]
  process.stdout.write(`${rows.map(([name, value]) => `${name.padEnd(11)}${value}`).join('\n')}\n`)
  const labels = (['entityTypes', 'mentionTypes', 'relationTypes'] as const).flatMap((kind) =>
    Object.entries(counts[kind])
      .sort((a, b) => b[1] - a[1])
      .map(([label, n]) => [kind.replace('Types', ''), label, count(n)]),
  )
  if (labels.length > 0) process.stdout.write(`\n${table([['layer', 'label', 'count'], ...labels])}\n`)
  const options = {
    color: useColor(process.stdout),
    width: process.stdout.columns,
    kinds: kindNumbers(),
    characters: args.characters,
  }
  for (const document of drawn) process.stdout.write(`\n${drawDocument(prepareDocument(document), options)}\n`)
  sayLost(run.context.report, args.quiet)
  return code
}
