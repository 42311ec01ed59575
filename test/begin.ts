/** A training that begins with another model's words and weights. */
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { createDocument, type Document } from '../src/io/document/document.ts'
import { HmtlError } from '../src/io/errors.ts'
import { loadConfig } from '../src/model/config/files.ts'
import { parseConfig } from '../src/model/config/parse.ts'
import { switchEngine } from '../src/model/engine.ts'
import { decodeSafetensors } from '../src/model/safetensors.ts'
import { loadModel } from '../src/model/store.ts'
import { prepareDocument } from '../src/pipeline/prepare.ts'
import type { Begun } from '../src/train/former.ts'
import { train } from '../src/train/train.ts'
import { hmtl } from './helpers/command.ts'
import { arrowFile } from './helpers/arrow-file.ts'
import { fileFolder } from './helpers/folder.ts'

const folder = fileFolder(test)

const named = (id: string, name: string, label: string, rest = 'went home.'): Document => {
  const person = { start: 0, end: name.length, label }
  return prepareDocument(
    createDocument({
      id,
      text: `${name} ${rest}`,
      entities: [person],
      relations: [{ label: 'is', arg1: person, arg2: person }],
    }),
  )
}

const write = (name: string, documents: readonly Document[]) => arrowFile(folder, name, documents)

const encoder = { hidden: 8, layers: 1, dropout: 0 }
const configOf = (data: string, training: object = {}, size = 8) =>
  parseConfig({
    embeddings: { words: { size }, characters: { size: 4, filters: 4, width: 2 } },
    tasks: [
      { name: 'ner', kind: 'crf', encoder, batch: 4, datasets: [{ train: data, dev: data }] },
      {
        name: 'relation',
        kind: 'relation',
        on: 'ner',
        tagsOf: 'ner',
        encoder,
        hidden: 8,
        batch: 4,
        datasets: [{ train: data, dev: data }],
      },
    ],
    training: { updates: 4, validateEvery: 4, ...training },
  })

/** Weights of the model in a folder of a training, by name. */
const weightsOf = (name: string) =>
  decodeSafetensors(readFileSync(join(folder, name, 'model', 'model.safetensors')), name)

const many = (make: (i: number) => Document): Document[] => Array.from({ length: 8 }, (_, i) => make(i))

test.serial('words, characters, labels and weights are the former model’s, then what is new', async (t) => {
  await switchEngine('wasm')
  const first = await write('first', [
    ...many((i) => named(`a${i}`, 'Ida', 'PER')),
    ...many((i) => named(`b${i}`, 'Bonn', 'LOC')),
  ])
  await train(configOf(first), { output: join(folder, 'first') })
  const former = await loadModel(join(folder, 'first', 'model'))

  // Words and characters that are new, and of the labels only one.
  const second = await write(
    'second',
    many((i) => named(`c${i}`, 'Ida', 'PER', 'kept żółw zebras.')),
  )
  let begun: Begun | undefined
  // Next to nothing is learned, so that weights are seen as they were begun with.
  const training = { begin: join(folder, 'first', 'model'), updates: 1, validateEvery: 1, learningRate: 1e-12 }
  await train(configOf(second, training), {
    output: join(folder, 'second'),
    onBegin: (given) => {
      begun = given
    },
  })
  const model = await loadModel(join(folder, 'second', 'model'))
  t.deepEqual(begun?.anew, [])
  t.deepEqual(model.labels, former.labels)
  t.deepEqual(model.vocabulary.words.slice(0, former.vocabulary.words.length), [...former.vocabulary.words])
  t.true(model.vocabulary.words.includes('zebras'))
  t.false(former.vocabulary.words.includes('zebras'))
  t.true(model.vocabulary.characters.length > former.vocabulary.characters.length)
  const [before, after] = ['first', 'second'].map(weightsOf)
  t.is(begun?.taken, before.size - 1)
  for (const [name, { values }] of before) {
    const now = after.get(name)?.values ?? []
    t.true(
      values.every((value, i) => Math.abs(value - now[i]) < 1e-6),
      name,
    )
  }
  const [size, unknown] = [4, 1]
  const characters = after.get('characters.table')?.values.slice(-size)
  const begin = before.get('characters.table')?.values.slice(unknown * size, (unknown + 1) * size)
  t.true(characters?.every((value, i) => Math.abs(value - (begin?.[i] ?? 0)) < 1e-6))
  const events = readFileSync(join(folder, 'second', 'metrics.jsonl'), 'utf8')
  t.regex(events, /"event":"begin","folder":"[^"]*first.model","taken":\d+,"anew":\[\]/)

  // Other labels: what depends on them begins anew, here and where another task looks at them.
  const third = await write(
    'third',
    many((i) => named(`d${i}`, 'Ida', i % 2 ? 'HERO' : 'VILLAIN')),
  )
  await train(configOf(third, training), {
    output: join(folder, 'third'),
    onBegin: (given) => {
      begun = given
    },
  })
  t.deepEqual([...(await loadModel(join(folder, 'third', 'model'))).labels.ner].sort(), ['HERO', 'VILLAIN'])
  t.true(begun?.anew.includes('ner.tags.weight') && begun.anew.includes('relation.tags'))
  t.false(begun?.anew.some((name) => name.includes('.encoder.') || name.startsWith('characters.')))
})

test.serial(
  'a model of another size of words, and one that is not there, are told before anything is lost',
  async (t) => {
    await switchEngine('wasm')
    const data = await write(
      'sized',
      many((i) => named(`e${i}`, 'Ida', 'PER')),
    )
    await train(configOf(data), { output: join(folder, 'sized') })
    const begin = join(folder, 'sized', 'model')
    const failure = async (run: Promise<unknown>) => (await t.throwsAsync(run, { instanceOf: HmtlError })) as HmtlError
    const size = await failure(train(configOf(data, { begin }, 12), { output: join(folder, 'other') }))
    t.is(size.code, 'HMTL_CONFIG_VALUE')
    t.regex(size.message, /have 8 numbers, not 12.*words\.size to 8/)
    const gone = await failure(
      train(configOf(data, { begin: join(folder, 'nowhere') }), { output: join(folder, 'sized'), overwrite: true }),
    )
    t.is(gone.code, 'HMTL_MODEL_NOT_FOUND')
    t.notThrows(() => readFileSync(join(folder, 'sized', 'model', 'config.json')))
  },
)

test.serial('hmtl train --begin: a file of data sets alone is enough, and what was taken is said', async (t) => {
  const data = await write(
    'told',
    many((i) => named(`f${i}`, 'Ida', 'PER')),
  )
  const file = (name: string, config: object) => {
    const path = join(folder, `${name}.json`)
    writeFileSync(path, JSON.stringify(config))
    return path
  }
  const run = (config: string, output: string, ...more: string[]) =>
    hmtl(['train', config, '--engine', 'wasm', '-o', join(folder, output), ...more])
  const training = { updates: 1, validateEvery: 1 }
  t.is((await run(file('whole', { ...configOf(data), training }), 'told')).code, 0)
  const short = file('short', { tasks: [{ name: 'ner', datasets: [{ train: data }] }], training })
  const begin = join(folder, 'told', 'model')
  const said = await run(short, 'again', '--begin', begin)
  t.is(said.code, 0, said.err)
  t.regex(said.err, /begun with .*told.model: (\d+) of \1 weights\n/)
  const { config } = JSON.parse(readFileSync(join(folder, 'again', 'model', 'config.json'), 'utf8'))
  t.is(config.training.begin, begin)
  t.deepEqual(
    config.tasks.map(({ name, batch, encoder }: Record<string, unknown>) => ({ name, batch, encoder })),
    [{ name: 'ner', batch: 4, encoder }],
  )
  t.deepEqual(config.embeddings.characters, { size: 4, filters: 4, width: 2 })
  // It goes on though what it began with is gone.
  renameSync(begin, `${begin}-away`)
  const on = await run(short, 'again', '--begin', begin, '--resume', '--set', 'training.updates=2')
  t.is(on.code, 0, on.err)
  t.is(JSON.parse(on.out).updates, 2)
  const wrong = await run(short, 'again', '--overwrite', '--begin', 'nobody')
  t.regex(wrong.err, /HMTL_MODEL_NOT_FOUND: there is no model "nobody"/)
  t.regex((await run(short, 'again', '--overwrite')).err, /HMTL_CONFIG/)
})

test.serial('a model that carries its encoder is begun with from anywhere; what is no model is told', async (t) => {
  await switchEngine('wasm')
  const data = await write(
    'standing',
    many((i) => named(`g${i}`, 'Ida', 'PER')),
  )
  await train(configOf(data), { output: join(folder, 'bare') })
  const standing = join(folder, 'with-encoder')
  mkdirSync(join(standing, 'encoder'), { recursive: true })
  const stored = JSON.parse(readFileSync(join(folder, 'bare', 'model', 'config.json'), 'utf8'))
  stored.config.embeddings.contextual = { kind: 'transformer', model: 'encoder', cache: 'gone.arrows' }
  writeFileSync(join(standing, 'config.json'), JSON.stringify(stored))
  writeFileSync(join(standing, 'encoder', 'config.json'), '{}')
  const file = join(folder, 'of-data.json')
  writeFileSync(file, JSON.stringify({ tasks: [{ name: 'ner', datasets: [{ train: data }], batch: 2 }] }))
  const { embeddings, tasks, training } = await loadConfig(file, [], { begin: 'one', folderOf: () => standing })
  t.is(training.begin, 'one', 'as it was named, not where it lies')
  t.deepEqual(embeddings.contextual, { kind: 'transformer', model: join(standing, 'encoder') })
  t.deepEqual([tasks[0].batch, tasks.length], [2, 1])
  writeFileSync(join(standing, 'config.json'), '{"config": 3}')
  const { code } = (await t.throwsAsync(loadConfig(file, [], { begin: standing }))) as HmtlError
  t.is(code, 'HMTL_MODEL_CORRUPT')
})
