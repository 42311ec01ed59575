/** Every command reads what every command writes: as a file, from a pipe, and from one that trickles. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'ava'
import * as annotate from '../cli/annotate.ts'
import * as convert from '../cli/convert.ts'
import * as embed from '../cli/embed.ts'
import * as evaluate from '../cli/evaluate.ts'
import * as inspect from '../cli/inspect.ts'
import * as score from '../cli/score.ts'
import * as train from '../cli/train.ts'
import { formatNamed, writableNames } from '../src/io/formats/index.ts'
import { run, slowly } from './helpers/in-process.ts'
import { tinyModel } from './helpers/model.ts'

let folder = ''
let model = ''

/** What a document says and its sentences are, whatever the format. */
const gold = `${[
  ['a', 'Maren Holt lives in Oslo 😀 . She likes Oslo .', 3],
  ['b', 'Siri met Maren in Moss . Siri is her friend .', 0],
]
  .map(([id, text]) => {
    const body = text as string
    const span = (word: string, from = 0) => ({ start: body.indexOf(word, from), end: body.indexOf(word, from) + word.length })
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
      hmtl: { entities: spans, mentions: spans, relations: [{ label: 'place of birth', arg1: person, arg2: place }], clusters: [[person, again]] },
    })
  })
  .join('\n')}\n`

const quiet = ['-q']
const inFolder = (name: string) => formatNamed(name).writeFiles !== undefined
const pathOf = (writer: string, name: string) => join(folder, `${writer}-${name}${formatNamed(name).extension || '.folder'}`)

test.before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hmtl-matrix-'))
  model = await tinyModel(folder)
  await writeFile(join(folder, 'gold.jsonl'), gold)
})

test.after.always(() => rm(folder, { recursive: true, force: true }))

test.serial('convert and annotate write each format into a file or folder that inspect reads whole', async (t) => {
  for (const name of writableNames)
    for (const [writer, command] of [
      ['convert', convert],
      ['annotate', annotate],
    ] as const) {
      const more = writer === 'annotate' ? ['--model', model, '--workers', '1', '--engine', 'wasm'] : ['--tokenize']
      // A name that says its format needs no --to.
      const to = inFolder(name) ? ['--to', name] : []
      t.is((await run(command, [join(folder, 'gold.jsonl'), '-o', pathOf(writer, name), ...to, ...more, ...quiet])).code, 0, `${writer} ${name}`)
      const { code, out } = await run(inspect, [pathOf(writer, name), '--json', ...quiet])
      const counts = JSON.parse(out)
      t.is(code, 0, name)
      // CoNLL04 has a sentence a document.
      t.is(counts.documents, name === 'conll04' ? 4 : 2, `${writer} ${name}`)
      if (writer === 'annotate') continue
      for (const layer of formatNamed(name).carries) t.true(counts[layer] > 0 || (layer === 'entities' && counts.mentions > 0), `${name}: ${layer}`)
    }
})

const ways = [1 << 20, 61, 1]

for (const [name, command, words] of [
  ['inspect', inspect, ['--json']],
  ['convert', convert, ['--to', 'jsonl']],
] as const)
  test.serial(`${name} reads every format alike from a file, a pipe, and one that trickles`, async (t) => {
    for (const format of writableNames.filter((each) => !inFolder(each)))
      for (const writer of ['convert', 'annotate']) {
        const path = pathOf(writer, format)
        const bytes = await readFile(path)
        // An id that is made of the file's name differs.
        const body = (text: string) => text.replaceAll(/"id":"[^"]*"/g, '')
        const file = await run(command, [path, ...words, ...quiet])
        t.is(file.code, 0, format)
        for (const size of ways) {
          const piped = await run(command, [...words, ...quiet], slowly(bytes, size))
          t.is(piped.code, 0, `${format} ${size}`)
          t.is(body(piped.out), body(file.out), `${writer} ${format} in pieces of ${size}`)
        }
      }
  })

test.serial('score reads every format from a file and from a pipe', async (t) => {
  for (const format of writableNames) {
    const path = pathOf('convert', format)
    const task = format === 'conll2003' || format === 'conll04' ? 'ner' : 'coref'
    t.is((await run(score, [path, path, '--task', task, '--json'])).code, 0, format)
    if (inFolder(format)) continue
    const { out } = await run(score, [path, '-', '--task', task, '--json'], slowly(await readFile(path), 61))
    t.is(JSON.parse(out).f1 ?? JSON.parse(out).b3.f1, 1, format)
  }
})

test.serial('annotate and embed read every format from a file and from a pipe that trickles', async (t) => {
  const paths = writableNames.map((format) => pathOf('convert', format))
  const more = ['--model', model, '--engine', 'wasm', ...quiet]
  const lines = (out: string) => out.trimEnd().split('\n').length
  const all = await run(annotate, [...paths, '--workers', '1', ...more])
  t.is(lines(all.out), 2 * paths.length + 2)
  t.is(lines((await run(embed, [...paths, ...more])).out), 4 * paths.length)
  for (const format of writableNames.filter((each) => !inFolder(each))) {
    const bytes = await readFile(pathOf('annotate', format))
    const annotated = await run(annotate, ['--workers', '1', ...more], slowly(bytes, 61))
    t.is(annotated.code, 0, format)
    t.is(lines(annotated.out), format === 'conll04' ? 4 : 2, format)
    t.is((await run(embed, more, slowly(bytes, 61))).code, 0, format)
  }
})

test.serial('evaluate reads every format, from a pipe too', async (t) => {
  for (const format of writableNames) {
    const path = pathOf('convert', format)
    const file = await run(evaluate, [model, '--data', path, '--engine', 'wasm', '--json'])
    t.is(file.code, 0, format)
    if (inFolder(format)) continue
    const piped = await run(evaluate, [model, '--data', '-', '--engine', 'wasm', '--json'], slowly(await readFile(path), 61))
    t.is(piped.out, file.out, format)
  }
})

test.serial('train reads every format, and one whose name is another’s when it is told', async (t) => {
  const encoder = { hidden: 4, layers: 1, dropout: 0 }
  for (const format of [...writableNames, 'told']) {
    const path = format === 'told' ? join(folder, 'told.data') : pathOf('convert', format)
    if (format === 'told') await writeFile(path, await readFile(pathOf('convert', 'dygie')))
    const layer = ['ace05', 'conllu', 'like-conll', 'litbank'].includes(format) ? 'mentions' : 'entities'
    const config = {
      embeddings: { words: { size: 4 }, characters: { size: 4, filters: 4, width: 3 } },
      tasks: [{ name: 'ner', kind: 'crf', layer, encoder, datasets: [{ train: path }] }],
      training: { updates: 1, validateEvery: 1, ahead: 0 },
    }
    await writeFile(join(folder, 'config.json'), JSON.stringify(config))
    const { code, out } = await run(train, [
      join(folder, 'config.json'),
      '-o',
      join(folder, `run-${format}`),
      '--engine',
      'wasm',
      '-q',
      ...(format === 'told' ? ['--from', 'dygie'] : []),
    ])
    t.is(code, 0, format)
    t.truthy(JSON.parse(out).model, format)
  }
})
