/** Every command reads what every command writes: as a file, from a pipe, and from one that trickles. */
import { mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import test from 'ava'
import { exchangeNames, formatNamed, writableNames } from '../src/io/formats/index.ts'
import { readDocuments } from '../src/io/read.ts'
import { collect } from './helpers/documents.ts'
import { run, slowly } from './helpers/in-process.ts'
import { tinyModelFor } from './helpers/model.ts'

const { folder, model } = tinyModelFor(test)

/** What a document says and its sentences are, whatever the format. */
const gold = `${[
  ['a', 'Maren Holt lives in Oslo 😀 . She likes Oslo .', 3],
  ['b', 'Siri met Maren in Moss . Siri is her friend .', 0],
]
  .map(([id, text]) => {
    const body = text as string
    const span = (word: string, from = 0) => ({
      start: body.indexOf(word, from),
      end: body.indexOf(word, from) + word.length,
    })
    const [person, place] = id === 'a' ? [span('Maren Holt'), span('Oslo')] : [span('Siri'), span('Moss')]
    const again = id === 'a' ? span('She') : span('Siri', 10)
    const spans = [
      { ...person, label: 'PER' },
      { ...place, label: 'LOC' },
    ]
    return JSON.stringify({
      id,
      text: body,
      sentences: [['not', 'those']],
      hmtl: {
        entities: spans,
        mentions: spans,
        relations: [{ label: 'place of birth', arg1: person, arg2: place }],
        clusters: [[person, again]],
      },
    })
  })
  .join('\n')}\n`

const quiet = ['-q']
const inFolder = (name: string) => formatNamed(name).writeFiles !== undefined
const pathOf = (writer: string, name: string) =>
  join(folder, `${writer}-${name}${formatNamed(name).extension || '.folder'}`)

test.before(() => writeFile(join(folder, 'gold.jsonl'), gold))

const withModel = ['--model', model, '--engine', 'wasm', ...quiet]
const lines = (out: string) => out.trimEnd().split('\n').length
const ways = [1 << 20, 61, 1]

for (const format of exchangeNames) {
  // CoNLL04 has a sentence a document.
  const documents = format === 'conll04' ? 4 : 2
  const path = () => pathOf('convert', format)

  test.serial(`${format}: convert and annotate write what inspect reads whole`, async (t) => {
    // A name that says its format needs no --to.
    const to = inFolder(format) ? ['--to', format] : []
    for (const [writer, more] of [
      ['convert', ['--tokenize', ...quiet]],
      ['annotate', ['--workers', '1', ...withModel]],
    ] as const) {
      t.is(
        (await run(writer, [join(folder, 'gold.jsonl'), '-o', pathOf(writer, format), ...to, ...more])).code,
        0,
        writer,
      )
      const { code, out } = await run('inspect', [pathOf(writer, format), '--json', ...quiet])
      const counts = JSON.parse(out)
      t.is(code, 0, writer)
      t.is(counts.documents, documents, writer)
      if (writer === 'convert')
        for (const layer of formatNamed(format).carries)
          t.true(counts[layer] > 0 || (layer === 'entities' && counts.mentions > 0), layer)
    }
  })

  test.serial(`${format}: score, annotate, embed and evaluate read the file`, async (t) => {
    const task = formatNamed(format).carries.includes('clusters') ? 'coref' : 'ner'
    t.is((await run('score', [path(), path(), '--task', task, '--json'])).code, 0)
    const annotated = await run('annotate', [path(), '--workers', '1', ...withModel])
    t.is(lines(annotated.out), documents)
    t.is(lines((await run('embed', [path(), ...withModel])).out), 4)
    t.is((await run('evaluate', [model, '--data', path(), '--engine', 'wasm', '--json'])).code, 0)
  })

  test.serial(`${format}: train reads the file`, async (t) => {
    t.is(await trained(format, path(), []), 0)
  })

  // Documents of several files do not come down a pipe.
  if (inFolder(format)) continue

  test.serial(
    `${format}: every command reads from a pipe, also one that trickles, what it reads from the file`,
    async (t) => {
      // An id that is made of the file's name differs.
      const body = (text: string) => text.replaceAll(/"id":"[^"]*"/g, '')
      for (const writer of ['convert', 'annotate']) {
        const bytes = await readFile(pathOf(writer, format))
        const counted = await run('inspect', [pathOf(writer, format), '--json', ...quiet])
        for (const size of ways)
          t.is(
            body((await run('inspect', ['--json', ...quiet], slowly(bytes, size))).out),
            body(counted.out),
            `inspect ${writer} ${size}`,
          )
      }
      const bytes = await readFile(path())
      const converted = await run('convert', [path(), '--to', 'jsonl', ...quiet])
      t.is(body((await run('convert', ['--to', 'jsonl', ...quiet], slowly(bytes, 61))).out), body(converted.out))
      const task = formatNamed(format).carries.includes('clusters') ? 'coref' : 'ner'
      const scored = JSON.parse((await run('score', [path(), '-', '--task', task, '--json'], slowly(bytes, 61))).out)
      t.is(scored.f1 ?? scored.b3.f1, 1)
      t.is(lines((await run('annotate', ['--workers', '1', ...withModel], slowly(bytes, 61))).out), documents)
      t.is(lines((await run('embed', withModel, slowly(bytes, 61))).out), 4)
      const evaluated = await run('evaluate', [model, '--data', path(), '--engine', 'wasm', '--json'])
      t.is(
        (await run('evaluate', [model, '--data', '-', '--engine', 'wasm', '--json'], slowly(bytes, 61))).out,
        evaluated.out,
      )
    },
  )
}

for (const format of writableNames.filter((name) => !exchangeNames.includes(name)))
  test.serial(`${format}: what is written are results, and no command takes them for documents`, async (t) => {
    for (const [writer, more] of [
      ['convert', quiet],
      ['annotate', ['--workers', '1', ...withModel]],
    ] as const)
      t.is((await run(writer, [join(folder, 'gold.jsonl'), '-o', pathOf(writer, format), ...more])).code, 0, writer)
    await t.throwsAsync(collect(readDocuments(pathOf('convert', format), { format })), {
      code: 'HMTL_FORMAT_UNSUPPORTED',
      message: /Keep JSON lines/,
    })
  })

test.serial('data whose name is another format’s is read when train and evaluate are told', async (t) => {
  const path = join(folder, 'told.txt')
  await writeFile(path, await readFile(pathOf('convert', 'conll2003')))
  t.is(await trained('conll2003', path, ['--from', 'conll2003']), 0)
  t.is((await run('evaluate', [model, path, '--from', 'conll2003', '--task', 'ner', '--engine', 'wasm'])).code, 0)
})

/** Exit code of a training of one update. */
const trained = async (format: string, path: string, more: readonly string[]): Promise<number> => {
  const layer = ['ace05', 'conllu', 'like-conll', 'litbank'].includes(format) ? 'mentions' : 'entities'
  const config = {
    embeddings: { words: { size: 4 }, characters: { size: 4, filters: 4, width: 3 } },
    tasks: [
      { name: 'ner', kind: 'crf', layer, encoder: { hidden: 4, layers: 1, dropout: 0 }, datasets: [{ train: path }] },
    ],
    training: { updates: 1, validateEvery: 1, ahead: 0 },
  }
  await writeFile(join(folder, 'config.json'), JSON.stringify(config))
  return (
    await run('train', [
      join(folder, 'config.json'),
      '-o',
      await mkdtemp(join(folder, 'run-')),
      '--engine',
      'wasm',
      '-q',
      ...more,
    ])
  ).code
}
