/** `hmtl annotate`: the main job. Documents in, the same documents with who and what they talk about out. */
import type { Argv } from 'yargs'
import { drawDocument } from '../src/io/draw/ansi.ts'
import type { Document } from '../src/io/document/document.ts'
import { HmtlError } from '../src/io/errors.ts'
import { formatNamed, writableNames } from '../src/io/formats/index.ts'
import { rawLineOf } from '../src/io/formats/jsonl.ts'
import { htmlPage } from '../src/io/draw/html.ts'
import { kindNumbers } from '../src/io/draw/kinds.ts'
import type { OffsetUnit } from '../src/io/document/offsets.ts'
import { errorOf } from '../src/io/plain-error.ts'
import { tokenCount } from '../src/io/document/tokens.ts'
import { isGzipName, writeAlong, writeAtomically, writeDocuments, writeStream } from '../src/io/write.ts'
import { openPool } from '../src/open-pool.ts'
import { engineNames } from '../src/model/engine-choice.ts'
import { annotatedLine } from '../src/pipeline/annotated-line.ts'
import { chain, none } from '../src/pipeline/chain.ts'
import { deadLetter } from '../src/pipeline/dead-letter.ts'
import { group } from '../src/pipeline/group.ts'
import { type Annotated, inWorkers } from '../src/pipeline/pool/in-workers.ts'
import { progress } from '../src/pipeline/progress.ts'
import {
  inputFilesOf,
  formatOptionsOf,
  inputOptions,
  names,
  number,
  outputOptions,
  probability,
} from './support/command.ts'
import { type Run, startRun, writeReport } from './support/input.ts'
import { checkAlike, type Kept, keptOf, skipKept } from './support/kept-lines.ts'
import { exitCodes, sayLost, useColor } from './support/output.ts'
import { checkFiles, documentEndings, targetFormat } from './support/target.ts'

export const builder = (yargs: Argv) =>
  yargs
    .positional('inputs', {
      type: 'string',
      array: true,
      default: [] as string[],
      describe: 'Files or folders; - or none is standard input',
    })
    .options(inputOptions)
    .options(outputOptions)
    .option('to', {
      type: 'string',
      choices: [...writableNames, 'html', 'ansi'],
      describe: 'Output format; told from the name of the output, else ansi on a terminal and jsonl',
    })
    .option('model', { type: 'string', default: 'en', describe: 'A bundled model, or the folder of one' })
    .option('tasks', names('Only the layers of these tasks'))
    .option('min-score', probability('min-score', 'Leave out what is less probable'))
    .option('labels', names('Only these labels, in the layers that have one of them: PER,employer'))
    .option('gold-mentions', {
      type: 'boolean',
      default: false,
      describe: 'Link the mentions that the input has: of its clusters, else its mentions',
    })
    .option('convention', {
      type: 'string',
      describe: 'By whose rules, of those that the model learned (hmtl models names them)',
    })
    .option('workers', number('workers', 'Worker threads (default: the number of cores)', { least: 1 }))
    .option('engine', { type: 'string', choices: engineNames, describe: 'What computes (default: auto)' })
    .option('resume', { type: 'boolean', default: false, describe: 'Go on with an interrupted JSON lines output file' })
    .example('cat corpus.jsonl | $0 annotate > annotated.jsonl', 'a stream of JSON lines')
    .example('$0 annotate article.txt --to html -o article.html', 'a page to look at')

type Args = Awaited<ReturnType<typeof builder>['argv']>

export const handler = async (args: Args): Promise<number> => {
  const to = await targetFormat(
    args,
    [...documentEndings, ['.html', 'html']],
    args.output === '-' && process.stdout.isTTY ? 'ansi' : 'jsonl',
  )
  const { output, deadLetter, report } = args
  await checkFiles({
    ...inputFilesOf(args),
    outputs: { '-o': output, '--dead-letter': deadLetter, '--report': report },
    to,
  })
  const unit = (args.offsetUnit ?? 'utf16') as OffsetUnit
  const toFile = args.output !== '-'
  if (args.resume && !(toFile && to === 'jsonl'))
    throw new HmtlError('HMTL_USAGE', '--resume needs -o FILE and JSON lines as output')
  if (args.resume && isGzipName(output))
    throw new HmtlError('HMTL_USAGE', '--resume goes on with lines as they are, not with gzip')
  if (to !== 'html' && to !== 'ansi' && formatNamed(to).writeFiles && !toFile)
    throw new HmtlError('HMTL_USAGE', `${to} writes several files`, { remedy: 'Name a folder with -o' })
  const kept = args.resume ? await keptOf(output) : undefined
  const controller = new AbortController()
  const interrupt = () => controller.abort(new Error('interrupted'))
  process.once('SIGINT', interrupt)
  const pool = await openPool(
    args.model,
    {
      workers: args.workers,
      engine: args.engine,
      tasks: args.tasks,
      minScore: args.minScore,
      labels: args.labels,
      goldMentions: args.goldMentions,
      convention: args.convention,
    },
    to === 'jsonl' ? unit : undefined,
  )
  const run = startRun('annotated', args, { ...formatOptionsOf(args), keepLines: to === 'jsonl' }, 'words')
  // Reading stops at an interrupt; what is in flight is finished and written.
  async function* input(): AsyncGenerator<Document> {
    const documents = run.documents(args.inputs)
    const lineOptions = { textField: args.textField, offsetUnit: unit }
    for await (const document of kept ? skipKept(documents, kept, lineOptions) : documents) {
      if (controller.signal.aborted) return
      yield document
    }
  }
  const results = chain(
    input(),
    group(),
    inWorkers(pool),
    progress(({ source }) => run.progress.add(tokenCount(source))),
  )
  try {
    if (to === 'jsonl') await writeJsonl(results, args, run, unit, kept)
    else {
      const documents = annotatedDocuments(results, run)
      const put = (chunks: AsyncIterable<string>) =>
        toFile ? writeAtomically(args.output, chunks) : writeStream(process.stdout, chunks)
      if (to === 'html') await put(htmlPage(documents))
      else if (to === 'ansi') await put(drawn(documents))
      else await writeDocuments(documents, toFile ? args.output : process.stdout, { ...run.context, format: to })
    }
  } finally {
    process.off('SIGINT', interrupt)
    await pool.close()
  }
  const code = await run.finish()
  if (report !== undefined) await writeReport(report, to, run)
  sayLost(run.context.report, args.quiet)
  return controller.signal.aborted ? exitCodes.interrupted : code
}

const annotatedDocuments = (results: AsyncIterable<Annotated>, run: Run): AsyncGenerator<Document> =>
  chain(
    results,
    deadLetter((error) => run.fail(error)),
    ({ outcome }) => ('document' in outcome ? outcome.document : none),
  )

async function* drawn(documents: AsyncIterable<Document>): AsyncGenerator<string> {
  const options = { color: useColor(process.stdout), width: process.stdout.columns, kinds: kindNumbers() }
  for await (const document of documents) yield `${drawDocument(document, options)}\n\n`
}

const writeJsonl = async (
  results: AsyncIterable<Annotated>,
  args: Args,
  run: Run,
  unit: OffsetUnit,
  kept: Kept | undefined,
): Promise<void> => {
  const options = { textField: args.textField, offsetUnit: unit }
  let checked = kept?.first === undefined
  async function* lines(): AsyncGenerator<string> {
    for await (const { source, outcome } of results) {
      if ('error' in outcome) {
        // A document that failed keeps its place, with the error where its annotations would be.
        run.fail(errorOf(outcome.error), rawLineOf(source))
        const { code, message } = outcome.error
        yield `${annotatedLine(source, JSON.stringify({ error: { code, message } }), options)}\n`
      } else if ('json' in outcome) {
        if (kept && !checked) checkAlike(kept, outcome.json)
        checked = true
        yield `${annotatedLine(source, outcome.json, options)}\n`
      }
    }
  }
  await (args.output === '-'
    ? writeStream(process.stdout, lines())
    : writeAlong(args.output, lines(), kept && kept.bytes > 0 ? kept.bytes : undefined))
}
