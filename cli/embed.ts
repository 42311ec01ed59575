/** `hmtl embed`: sentences as vectors of a model's layer, or every token's vectors by a contextual encoder. */
import { existsSync } from 'node:fs'
import type { Argv } from 'yargs'
import type { Document } from '../src/io/document/document.ts'
import { HmtlError } from '../src/io/errors.ts'
import { writeNpy } from '../src/io/vectors/npy.ts'
import { openVectors, type VectorFile } from '../src/io/vectors/file.ts'
import { sentenceKey, type VectorRow, vectorStream } from '../src/io/vectors/stream.ts'
import { begun, isGzipName, writeAlong, writeStream } from '../src/io/write.ts'
import { modelFolder } from '../src/models.ts'
import type { ContextualEncoder } from '../src/model/encoders/contextual.ts'
import { findEncoder } from '../src/model/encoders/load.ts'
import { startEngine } from '../src/model/engine.ts'
import { engineNames } from '../src/model/engine-choice.ts'
import { batchOf } from '../src/model/hierarchy.ts'
import { embedSentences, pools } from '../src/model/sentence-embeddings.ts'
import { folderFiles } from '../src/model/folder-files.ts'
import { loadModel } from '../src/model/store.ts'
import { chain, none, type Stage } from '../src/pipeline/chain.ts'
import { embed } from '../src/pipeline/embed.ts'
import { fill, type Group } from '../src/pipeline/fill.ts'
import { group } from '../src/pipeline/group.ts'
import { pack } from '../src/pipeline/pack.ts'
import { prepareDocument } from '../src/pipeline/prepare.ts'
import { progress } from '../src/pipeline/progress.ts'
import { sentenceUnits, type Window } from '../src/pipeline/units.ts'
import { inputFilesOf, formatOptionsOf, inputOptions } from './support/command.ts'
import { startRun } from './support/input.ts'
import { sayLost } from './support/output.ts'
import { checkFiles, type Endings, targetFormat } from './support/target.ts'

// Here a layer is one of the model's, not of the documents'.
const { layer: _, ...readingOptions } = inputOptions

export const builder = (yargs: Argv) =>
  yargs
    .positional('inputs', {
      type: 'string',
      array: true,
      default: [] as string[],
      describe: 'Files or folders; - or none is standard input',
    })
    .options(readingOptions)
    .option('model', { type: 'string', default: 'en', describe: 'A bundled model, or the folder of one' })
    .option('layer', { type: 'string', default: 'base', describe: 'base, or the name of a task' })
    .option('pool', {
      type: 'string',
      choices: pools,
      default: 'max' as const,
      describe: 'How a sentence’s tokens become one vector',
    })
    .option('elmo', {
      type: 'string',
      array: true,
      nargs: 2,
      describe: 'Options and weights of an ELMo model: all layers of every token instead',
    })
    .option('encoder', {
      type: 'string',
      describe: 'An encoder of the BERT family, its folder or name: all layers of every token instead',
      conflicts: 'elmo',
    })
    .option('resume', {
      type: 'boolean',
      default: false,
      describe: 'Go on with an Arrow stream that was broken off, with the same inputs',
    })
    .option('add', {
      type: 'boolean',
      default: false,
      describe: 'Put what an Arrow stream does not have yet behind it: sentences, each once, of any inputs',
    })
    .option('half', { type: 'boolean', default: false, describe: 'float16 in Arrow' })
    .option('to', {
      type: 'string',
      choices: ['jsonl', 'arrow', 'arrow-stream', 'npy'] as const,
      describe: 'Output format; told from the name of the output, else jsonl',
    })
    .option('output', { type: 'string', alias: 'o', default: '-', describe: 'File; - is standard output' })
    .option('engine', { type: 'string', choices: engineNames, default: 'auto' as const, describe: 'What computes' })
    .example('$0 embed corpus.jsonl --layer emd --pool max -o vectors.npy', 'a row a sentence')
    .example(
      '$0 embed --elmo options.json weights.hdf5 corpus.jsonl -o elmo.arrows --half',
      'three layers of every token, once for all',
    )
    .example(
      '$0 embed --encoder all-MiniLM-L6-v2 train.arrow dev.arrow -o cache.arrows --half',
      'what embeddings.contextual.cache takes',
    )
    .example(
      '$0 embed --encoder all-MiniLM-L6-v2 more.arrow -o cache.arrows --half --add',
      'the sentences of another corpus into the same cache',
    )

type Args = Awaited<ReturnType<typeof builder>['argv']>

const endings: Endings = [
  ['.jsonl', 'jsonl'],
  ['.ndjson', 'jsonl'],
  ['.arrow', 'arrow'],
  ['.feather', 'arrow'],
  ['.arrows', 'arrow-stream'],
  ['.npy', 'npy'],
]

/** Tokens that are computed at once. */
const groupTokens = 1024

export const handler = async (args: Args): Promise<number> => {
  const { output } = args
  const to = await targetFormat(args, endings, 'jsonl')
  const { inputs, from } = inputFilesOf(args)
  await checkFiles({
    inputs: [...inputs, ...(args.elmo ?? [])],
    from,
    outputs: { '-o': output, '--dead-letter': args.deadLetter },
  })
  const toFile = output !== '-'
  if (isGzipName(output) && (to === 'npy' || args.resume || args.add))
    throw new HmtlError('HMTL_USAGE', `${output} would be compressed, and what is written is gone back to`, {
      remedy: 'Name a file without .gz',
    })
  if (to === 'npy' && !toFile)
    throw new HmtlError('HMTL_USAGE', 'npy needs -o FILE: its header says how many rows follow')
  const goesOn = args.resume || args.add
  if (args.resume && args.add)
    throw new HmtlError('HMTL_USAGE', '--resume goes on with the same inputs, --add with others: one of the two')
  if (goesOn && (to !== 'arrow-stream' || !toFile))
    throw new HmtlError('HMTL_USAGE', `${args.add ? '--add' : '--resume'} goes on with an Arrow stream`, {
      remedy: 'Name one with -o FILE.arrows',
    })
  await startEngine(args.engine)
  const { size, describe, encode } = await encoderOf(args)
  const done =
    goesOn && existsSync(output) ? await openDone(output, { ...describe, half: String(args.half) }) : undefined
  let skip = args.resume ? (done?.rows ?? 0) : 0
  const run = startRun('embedded', args, formatOptionsOf({ ...args, layer: undefined }))
  /** Refuses to go on where the file does not end with these inputs' sentence. */
  const skipDone: Stage<Window, Window> = (unit) => {
    if (skip === 0) return unit
    if (--skip === 0 && (unit.of.id !== done?.last?.id || unit.from !== done.last.sentence))
      throw new HmtlError(
        'HMTL_OUTPUT_FAILED',
        `${output} ends with sentence ${done?.last?.sentence} of ${done?.last?.id}, which is not where these inputs are`,
        {
          remedy: 'Resume with the inputs it was begun with, or leave --resume out',
        },
      )
    return none
  }
  const added = new Set<string>()
  /** With `--add`, a sentence that the file has, or that came before, is not computed again. */
  const skipKnown: Stage<Window, Window> = (unit) => {
    if (!args.add) return unit
    const key = sentenceKey(unit.sentences[0])
    if (done?.has(key) || added.has(key)) return none
    added.add(key)
    return unit
  }
  async function* documents(): AsyncGenerator<Document> {
    yield* run.documents(args.inputs)
    if (skip > 0)
      throw new HmtlError('HMTL_OUTPUT_FAILED', `${output} has ${skip} sentences more than these inputs`, {
        remedy: 'Resume with the inputs it was begun with, or leave --resume out',
      })
  }
  const count = progress<Document>(({ text }) => run.progress.add(text.length))
  const filled = (some: AsyncIterable<Document> | readonly Document[]) =>
    chain(some, prepareDocument, sentenceUnits, skipDone, skipKnown, fill<Window>({ tokens: groupTokens }))
  // A line of a pipe that trickles does not wait for more. Record batches do, or a resumed file would be another.
  const groups = () =>
    encode(to === 'jsonl' ? chain(documents(), count, group(), filled) : filled(chain(documents(), count)))
  async function* lines(): AsyncGenerator<string> {
    for await (const rows of groups())
      for (const { id, sentence, values } of rows) {
        const vectors = Array.from({ length: values.length / size }, (_, i) =>
          Array.from(values.subarray(i * size, (i + 1) * size), (value) => Math.round(value * 1e6) / 1e6),
        )
        yield `${JSON.stringify({ id, sentence, ...(args.elmo || args.encoder ? { vectors } : { vector: vectors[0] }) })}\n`
      }
  }
  if (to === 'npy') {
    const some = await begun(output, groups())
    const writer = await writeNpy(output, size)
    try {
      for await (const rows of some) for (const { values } of rows) await writer.write(values)
    } finally {
      await writer.close()
    }
  } else {
    const metadata = { ...describe, half: String(args.half) }
    const form = to === 'arrow' ? 'file' : 'stream'
    const chunks: AsyncGenerator<string | Uint8Array> =
      to === 'jsonl'
        ? lines()
        : vectorStream(groups(), { size, half: args.half, metadata, form, append: done !== undefined })
    // What cannot go on leaves the file as it is: that is known once there is something to write.
    await (toFile ? writeAlong(output, chunks, done?.end) : writeStream(process.stdout, chunks))
  }
  const code = await run.finish()
  sayLost(run.context.report, args.quiet)
  return code
}

/** What is there of a file that was broken off. @throws HmtlError `HMTL_OUTPUT_FAILED` where it holds something else */
const openDone = async (path: string, metadata: Readonly<Record<string, string>>): Promise<VectorFile> => {
  const file = await openVectors(path)
  file.close()
  const other = Object.keys(metadata).find((key) => file.metadata.get(key) !== metadata[key])
  if (other)
    throw new HmtlError(
      'HMTL_OUTPUT_FAILED',
      `${path} was made with ${other} ${file.metadata.get(other)}, not ${metadata[other]}`,
      {
        remedy: 'Go on with the same options, or write to another file',
      },
    )
  return file
}

interface SentenceEncoder {
  /** Numbers of one vector. */
  readonly size: number
  readonly describe: Readonly<Record<string, string>>
  encode(groups: AsyncIterable<Group<Window>>): AsyncGenerator<VectorRow[]>
}

/** What turns sentences into rows of vectors. */
const encoderOf = async (args: Args): Promise<SentenceEncoder> => {
  if (args.encoder !== undefined) {
    const { loadTransformer } = await import('../src/model/encoders/transformer/transformer.ts')
    return tokenEncoder('transformer', args.encoder, await loadTransformer(folderFiles(findEncoder(args.encoder))))
  }
  if (args.elmo) {
    const { loadElmo } = await import('../src/model/encoders/elmo/elmo.ts')
    const [options, weights] = args.elmo
    return tokenEncoder('elmo', weights, await loadElmo(options, weights))
  }
  const model = await loadModel(modelFolder(args.model))
  const wanted = [{ layer: args.layer, pool: args.pool }]
  const [{ size }] = embedSentences(model, batchOf(model, [['a']]), wanted)
  return {
    size,
    describe: { kind: 'sentence', model: args.model, layer: args.layer, pool: args.pool },
    encode: (groups) =>
      chain(groups, embed<Group<Window>>(model.contextual), pack(model.indexer), ({ units, batch }) =>
        rowsOf(
          units,
          embedSentences(model, batch, wanted)[0].values,
          units.map(() => size),
        ),
      ),
  }
}

/** All layers of every token. */
const tokenEncoder = (kind: string, model: string, encoder: ContextualEncoder): SentenceEncoder => {
  const size = encoder.layers * encoder.size
  return {
    size,
    describe: { kind, model, layers: String(encoder.layers), size: String(encoder.size) },
    encode: (groups) =>
      chain(groups, embed<Group<Window>>(encoder), ({ units, vectors }) =>
        rowsOf(
          units,
          vectors?.values ?? new Float32Array(0),
          units.map(({ tokens }) => tokens * size),
        ),
      ),
  }
}

/** Sentences with their stretches of the values, so long each. */
const rowsOf = (units: readonly Window[], values: Float32Array, lengths: readonly number[]): VectorRow[] => {
  let at = 0
  return units.map(({ of, from, sentences: [words] }, i) => ({
    id: of.id,
    sentence: from,
    key: sentenceKey(words),
    values: values.subarray(at, (at += lengths[i])),
  }))
}
