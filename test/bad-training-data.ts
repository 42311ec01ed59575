/** Training on data that is not as one would wish, and on a disk that is full. */
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import test from 'ava'
import { createDocument, type Document } from '../src/io/document/document.ts'
import { HmtlError } from '../src/io/errors.ts'
import { parseConfig } from '../src/model/config/parse.ts'
import { switchEngine } from '../src/model/engine.ts'
import { loadModel } from '../src/model/store.ts'
import { train } from '../src/train/train.ts'
import { prepareDocument } from '../src/pipeline/prepare.ts'
import { arrowFile } from './helpers/arrow-file.ts'
import { fileFolder } from './helpers/folder.ts'

const folder = fileFolder(test)

const write = (name: string, documents: readonly Document[]) => arrowFile(folder, name, documents)

const document = (id: string, label = 'PER'): Document => {
  const person = { start: 0, end: 3, label }
  const pronoun = { start: 14, end: 17, label }
  return prepareDocument(
    createDocument({
      id,
      text: 'Ida went home. She slept.',
      entities: [person],
      mentions: [person, pronoun],
      relations: [{ label: 'is', arg1: person, arg2: person }],
      clusters: [[person, { start: 15, end: 18 }]],
    }),
  )
}
const bare = (id: string) =>
  prepareDocument(
    createDocument({ id, text: 'Nothing here. Nor here.', entities: [], mentions: [], relations: [], clusters: [] }),
  )
const good = Array.from({ length: 12 }, (_, i) => document(`d${i}`))

const encoder = { hidden: 8, layers: 1, dropout: 0 }
const configOf = (trainPath: string, dev: string | undefined, training: object = {}) => {
  const datasets = [{ train: trainPath, ...(dev ? { dev } : {}) }]
  return parseConfig({
    embeddings: { words: { size: 8 }, characters: null },
    tasks: [
      { name: 'ner', kind: 'crf', encoder, batch: 4, datasets },
      { name: 'relation', kind: 'relation', on: 'ner', encoder, hidden: 8, batch: 4, datasets },
      { name: 'coref', kind: 'coref', on: 'ner', encoder, hidden: 8, feature: 4, maxSpanWidth: 2, datasets },
    ],
    training: { updates: 20, validateEvery: 10, ...training },
  })
}

const failure = async (run: Promise<unknown>): Promise<HmtlError> => {
  try {
    await run
  } catch (error) {
    if (error instanceof HmtlError) return error
    throw error
  }
  throw new Error('nothing failed')
}

test.serial('an empty training split names the task and the file', async (t) => {
  await switchEngine('wasm')
  const empty = await write('empty', [])
  const error = await failure(train(configOf(empty, undefined), { output: join(folder, 'run-empty') }))
  t.is(error.code, 'HMTL_TRAIN_DATA')
  t.regex(error.message, /ner.*empty\.arrow/)
  t.is(
    (await failure(train(configOf(join(folder, 'nothing.arrow'), undefined), { output: join(folder, 'run-none') })))
      .code,
    'HMTL_INPUT_NOT_FOUND',
  )
})

test.serial('data without labels that are read: what there is, and how it is read, is said', async (t) => {
  await switchEngine('wasm')
  const spans = join(folder, 'spans.jsonl')
  writeFileSync(spans, '{"text":"Ida left.","entities":[{"start":0,"end":3,"label":"PER"}]}\n')
  const run = { output: join(folder, 'run-unread') }
  const unread = await failure(train(configOf(spans, undefined), run))
  t.is(unread.code, 'HMTL_TRAIN_DATA')
  t.regex(unread.message, /field "entities".*"from": "spans".*hmtl convert --from spans/)
  const named = configOf(await write('named', good), undefined)
  const tasks = named.tasks.map((task) => ({
    ...task,
    datasets: task.datasets.map((dataset) => ({ ...dataset, labels: ['PERSON'] })),
  }))
  t.regex((await failure(train({ ...named, tasks }, run))).message, /The data have PER: name some of them in "labels"/)
  const nowhere = await failure(train(configOf('no/such.arrow', undefined), run))
  t.is(nowhere.code, 'HMTL_INPUT_NOT_FOUND')
  t.regex(nowhere.message, /relative to the working directory/)
})

test.serial('an empty development split scores nothing and stops nothing', async (t) => {
  await switchEngine('wasm')
  const [data, empty] = [await write('good', good), await write('empty-dev', [])]
  const { bestMain } = await train(configOf(data, empty), { output: join(folder, 'run-empty-dev') })
  t.deepEqual(Object.values(bestMain), [0, 0, 0])
  t.truthy(await loadModel(join(folder, 'run-empty-dev', 'model')))
})

test.serial(
  'labels that only development data has are not judged but counted, not fatal; documents without any mention are learned from',
  async (t) => {
    await switchEngine('wasm')
    const [data, dev] = [
      await write('with-bare', [...good, bare('x'), bare('y')]),
      await write('other-labels', [document('a', 'ORG'), document('b'), bare('c')]),
    ]
    const scores: unknown[] = []
    const left: unknown[] = []
    await train(configOf(data, dev), {
      output: join(folder, 'run-labels'),
      onValidation: (event) => {
        scores.push(event.scores.ner)
        left.push(event.notJudged.ner)
      },
    })
    const last = scores[scores.length - 1] as {
      gold: number
      byLabel: Record<string, { gold: number; correct: number }>
    }
    t.is(last.gold, 1)
    t.false('ORG' in last.byLabel)
    t.deepEqual(left.at(-1), [{ kind: 'label the model does not have', count: 1, examples: ['a: "Ida" ORG'] }])
  },
)

test.serial(
  'a loss that is not finite stops the training, names the batch and keeps the last good state',
  async (t) => {
    await switchEngine('wasm')
    const data = await write('diverging', good)
    const output = join(folder, 'run-diverged')
    await train(configOf(data, data, { updates: 10 }), { output })
    const before = readFileSync(join(output, 'model', 'model.safetensors'))
    const error = await failure(
      train(
        configOf(data, data, {
          updates: 400,
          learningRate: 1e30,
          gradientNorm: 1e30,
          gradientClip: 1e30,
          finalRate: 1,
          validateEvery: 1000,
        }),
        { output, resume: true },
      ),
    )
    t.is(error.code, 'HMTL_TRAIN_DIVERGED')
    t.regex(error.message, /on d\d+/)
    t.true(readFileSync(join(output, 'model', 'model.safetensors')).equals(before))
    t.truthy(await loadModel(join(output, 'model')))
    // It goes on from there with a rate that makes sense.
    t.is((await train(configOf(data, data, { updates: 20 }), { output, resume: true })).updates, 20)
  },
)

test.serial('a training goes on with the same embeddings, begin and seed, or says which key is another', async (t) => {
  await switchEngine('wasm')
  const data = await write('resumed', good)
  const output = join(folder, 'run-resumed')
  const given = configOf(data, data, { updates: 2, validateEvery: 2 })
  await train(given, { output })
  const resumed = async (config: typeof given) => {
    const error = await failure(train(config, { output, resume: true }))
    t.is(error.code, 'HMTL_TRAIN_STATE')
    return error.message
  }
  const { embeddings, training, tasks } = given
  const words = { ...embeddings.words, wordDropout: 0.5 }
  t.regex(
    await resumed({ ...given, embeddings: { ...embeddings, words } }),
    /"embeddings\.words\.wordDropout" was 0\.02 and is 0\.5/,
  )
  t.regex(await resumed({ ...given, training: { ...training, seed: 9 } }), /"training\.seed" was 1 and is 9/)
  t.regex(
    await resumed({ ...given, training: { ...training, begin: 'en' } }),
    /"training\.begin" was nothing and is "en"/,
  )
  t.regex(
    await resumed({ ...given, tasks: tasks.map((task, i) => (i === 1 ? { ...task, batch: 3 } : task)) }),
    /"tasks\.1\.batch" was 4 and is 3/,
  )
  // What may be another is stored with the model; data that changed is told, once.
  await write('resumed', [...good, document('new')])
  const warnings: string[] = []
  const on = (updates: number) =>
    train(configOf(data, data, { updates, validateEvery: 2, learningRate: 0.002 }), {
      output,
      resume: true,
      onWarning: ({ kind, message }) => kind === 'data' && warnings.push(message),
    })
  await on(4)
  t.is(warnings.length, 1)
  t.regex(warnings[0], /resumed\.arrow changed/)
  const state = join(output, 'state')
  const stored = join(state, `model-${readFileSync(join(state, 'current'), 'utf8')}`, 'config.json')
  t.is(JSON.parse(readFileSync(stored, 'utf8')).config.training.learningRate, 0.002)
  await on(6)
  t.is(warnings.length, 1)
})

const full = existsSync('/dev/full') ? test.serial : test.serial.skip

full('a full disk: what was saved before is whole, the error says so, and the training can go on', async (t) => {
  await switchEngine('wasm')
  const data = await write('disk', good)
  const output = join(folder, 'run-full')
  await train(configOf(data, data, { updates: 10 }), { output })
  // Every write through these names finds no space left.
  const links = [0, 1].map((slot) => join(output, 'state', `model-${slot}`, 'model.safetensors.tmp'))
  for (const link of links) {
    mkdirSync(dirname(link), { recursive: true })
    symlinkSync('/dev/full', link)
  }
  const same = configOf(data, data, { updates: 40 })
  const blocked = await failure(train(same, { output, resume: true }))
  t.is(blocked.code, 'HMTL_OUTPUT_FAILED')
  t.regex(blocked.message, /ENOSPC/)
  t.truthy(await loadModel(join(output, 'model')))
  for (const link of links) rmSync(link, { force: true })
  // What was being saved when the space ran out is not taken up; what was saved before is.
  const updates: number[] = []
  t.is((await train(same, { output, resume: true, onUpdate: ({ update }) => updates.push(update) })).updates, 40)
  t.is(updates[0], 11)
})
