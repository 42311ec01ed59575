/** `hmtl convert`: documents of one format into another. */
import type { Argv } from 'yargs'
import type { Document } from '../src/io/document/document.ts'
import { toHmtlError } from '../src/io/errors.ts'
import { formatNamed, formats, isRead, isWritten, writableNames } from '../src/io/formats/index.ts'
import { writeDocuments } from '../src/io/write.ts'
import { prepareDocument } from '../src/pipeline/prepare.ts'
import { inputFilesOf, formatOptionsOf, inputOptions, outputOptions } from './support/command.ts'
import { type Run, startRun, writeReport } from './support/input.ts'
import { exitCodes, sayLost, table } from './support/output.ts'
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
      choices: writableNames,
      describe: 'Format of the output; told from its name where absent',
    })
    .option('tokenize', {
      type: 'boolean',
      default: false,
      describe: 'Add tokens and sentences even where the output does not need them',
    })
    .option('list', { type: 'boolean', default: false, describe: 'List the formats' })
    .example('$0 convert eng.train --from conll2003 -o train.arrow', 'CoNLL-2003 to Arrow')
    .example('$0 convert ace/ --from ace05 --to jsonl -o ace.jsonl --report lost.json', 'ACE 2005 to JSON lines')
    .example('cat corpus.jsonl | $0 convert --to conll2012 > corpus.gold_conll', 'from a pipe, tokenized on the way')

type Args = Awaited<ReturnType<typeof builder>['argv']>

/** Tokens where the target needs them; a document that cannot be had goes to the dead letters. */
async function* prepared(documents: AsyncIterable<Document>, always: boolean, run: Run): AsyncGenerator<Document> {
  for await (const document of documents) {
    let ready: Document | undefined
    try {
      ready = always ? prepareDocument(document) : document
    } catch (error) {
      run.fail(toHmtlError(error, 'HMTL_INTERNAL', { document: document.id }))
    }
    if (!ready) continue
    run.progress.add(ready.text.length)
    yield ready
  }
}

const yes = (is: boolean) => (is ? 'yes' : 'no')

export const handler = async (args: Args): Promise<number> => {
  if (args.list) {
    process.stdout.write(
      `${table([['format', 'reads', 'writes', 'layers', ''], ...formats.map((f) => [f.name, yes(isRead(f)), yes(isWritten(f)), f.carries.join(' '), f.summary])])}\n`,
    )
    return exitCodes.ok
  }
  const to = await targetFormat(args, documentEndings, 'jsonl')
  const format = formatNamed(to)
  const { output, deadLetter, report } = args
  await checkFiles({
    ...inputFilesOf(args),
    outputs: { '-o': output, '--dead-letter': deadLetter, '--report': report },
    to,
  })
  const run = startRun('converted', args, formatOptionsOf(args))
  const documents = prepared(run.documents(args.inputs), format.needsTokens || args.tokenize, run)
  await writeDocuments(documents, args.output === '-' ? process.stdout : args.output, { ...run.context, format: to })
  const code = await run.finish()
  if (args.report !== undefined) await writeReport(args.report, to, run)
  sayLost(run.context.report, args.quiet)
  return code
}
