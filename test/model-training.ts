import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { floatsOfHalves, halvesOfFloats } from '../src/io/arrow/half.ts'
import { createDocument, type Document, listClusters, listSpans } from '../src/io/document/document.ts'
import { writeDocuments } from '../src/io/write.ts'
import { createAnnotator } from '../src/pipeline/annotate.ts'
import { loadConfig } from '../src/model/config/files.ts'
import { parseConfig } from '../src/model/config/parse.ts'
import { engineMemory, startEngine } from '../src/model/engine.ts'
import { createModel, wordFloats, wordRows } from '../src/model/hierarchy.ts'
import type { StoredBytes } from '../src/model/safetensors.ts'
import { loadModel, saveModel } from '../src/model/store.ts'
import { createIndexer } from '../src/model/vocabulary.ts'
import type { Decision } from '../src/train/decisions.ts'
import { materialize } from '../src/model/materialize.ts'
import { train } from '../src/train/train.ts'
import { prepareDocument } from '../src/pipeline/prepare.ts'
import { testEngine } from './helpers/engine.ts'
import { collect, root } from './helpers/documents.ts'
import { testFolder } from './helpers/folder.ts'

const names = ['Maren', 'Jonas', 'Ida', 'Olav', 'Siri', 'Nils']
const places = ['Oslo', 'Bergen', 'Tromso', 'Moss']

/** Two sentences a document: who lives where, and what she or he likes. */
const story = (i: number): Document => {
  const [name, place] = [names[i % names.length], places[(i * 3 + 1) % places.length]]
  const text = `${name} lives in ${place} . Then ${name} likes ${place} .`
  const person = { start: 0, end: name.length, label: 'PER' }
  const at = text.indexOf(place)
  const location = { start: at, end: at + place.length, label: 'LOC' }
  const again = text.indexOf(name, 5)
  const second = { start: again, end: again + name.length, label: 'PER' }
  const where = text.lastIndexOf(place)
  const last = { start: where, end: where + place.length, label: 'LOC' }
  const spans = [person, location, second, last]
  return prepareDocument(
    createDocument({
      id: `story-${i}`,
      text,
      entities: spans,
      mentions: spans,
      relations: [{ label: 'lives in', arg1: person, arg2: location }],
      clusters: [
        [person, second],
        [location, last],
      ],
    }),
  )
}

const stories = Array.from({ length: 24 }, (_, i) => story(i))

async function* all() {
  yield* stories
}

const workspace = async (t: ExecutionContext) => {
  const folder = testFolder(t)
  const data = join(folder, 'train.arrow')
  await writeDocuments(all(), data, { format: 'arrow' })
  const datasets = [{ train: data, dev: data }]
  const encoder = { hidden: 12, layers: 1, dropout: 0 }
  const config = parseConfig({
    embeddings: { words: { size: 12, wordDropout: 0 }, characters: { size: 8, filters: 12, width: 3 } },
    tasks: [
      { name: 'ner', kind: 'crf', layer: 'entities', encoder, dropout: 0.1, batch: 8, datasets },
      { name: 'emd', kind: 'crf', layer: 'mentions', on: 'ner', encoder, dropout: 0.1, batch: 8, datasets },
      {
        name: 'relation',
        kind: 'relation',
        on: 'emd',
        encoder,
        dropout: 0,
        hidden: 16,
        batch: 8,
        tagsOf: 'ner',
        pairFeatures: true,
        datasets,
      },
      {
        name: 'coref',
        kind: 'coref',
        on: 'emd',
        encoder,
        dropout: 0,
        hidden: 16,
        feature: 4,
        project: 8,
        textFeatures: true,
        maxSpanWidth: 3,
        lexicalDropout: 0,
        headDropout: 0,
        batch: 2,
        datasets,
      },
    ],
    training: { updates: 240, validateEvery: 80, learningRate: 0.02, sampling: 'uniform' },
  })
  return { folder, config }
}

test.serial('the four tasks are learned together, saved, loaded and used', async (t) => {
  await startEngine(testEngine)
  const { folder, config } = await workspace(t)
  const losses: Record<string, number[]> = {}
  const decisions: Decision[] = []
  const deciding = { ...config, training: { ...config.training, fitDecisions: true } }
  const result = await train(deciding, {
    output: join(folder, 'run'),
    onDecision: (decision) => decisions.push(decision),
    onUpdate: ({ task, loss }) => (losses[task] ??= []).push(loss),
  })
  for (const [task, list] of Object.entries(losses))
    t.true(list[list.length - 1] < list[0] / 4, `${task}: ${list[0]} to ${list[list.length - 1]}`)
  for (const [task, score] of Object.entries(result.bestMain)) t.true(score > 0.95, `${task} ${score}`)
  t.deepEqual(
    decisions.map(({ task, setting }) => `${task} ${setting}`),
    [
      'ner outsideBias',
      'ner threshold',
      'emd outsideBias',
      'emd threshold',
      'relation threshold',
      'coref linkBias',
      'coref spansPerWord',
    ],
  )
  for (const { after, before } of decisions) t.true(after >= before - 0.005)
  const model = await loadModel(join(folder, 'run', 'model'))
  const { provenance } = JSON.parse(await readFile(join(folder, 'run', 'model', 'config.json'), 'utf8')).notes
  t.regex(provenance.data[join(folder, 'train.arrow')], /^[0-9a-f]{64}$/)
  for (const { task, setting, value } of decisions)
    t.is((model.config.tasks.find(({ name }) => name === task) as unknown as Record<string, number>)[setting], value)
  // The best of each task by itself is kept too, and loads.
  for (const { name } of config.tasks) t.is((await loadModel(join(folder, 'run', 'best', name))).config.tasks.length, 4)
  const annotate = createAnnotator(model)
  const text = 'Siri lives in Moss . Then Siri likes Moss .'
  const [{ document }] = await collect(annotate([createDocument({ id: 'x', text })]))
  t.deepEqual(
    listSpans(document.entities!).map(({ start, end, label }) => [text.slice(start, end), label]),
    [
      ['Siri', 'PER'],
      ['Moss', 'LOC'],
      ['Siri', 'PER'],
      ['Moss', 'LOC'],
    ],
  )
  for (const { score } of listSpans(document.entities!)) t.true(score! > 0.5 && score! <= 1)
  t.is(document.relations!.begin1.length, 1)
  t.deepEqual(
    listClusters(document.clusters!).map((cluster) => cluster.map(({ start, end }) => text.slice(start, end))),
    [
      ['Siri', 'Siri'],
      ['Moss', 'Moss'],
    ],
  )
  // What a document gets depends on it alone, not on its company.
  const { document: together } = (
    await collect(annotate([...stories.slice(0, 5), createDocument({ id: 'x', text })]))
  )[5]
  t.deepEqual(together.relations?.label, document.relations?.label)
  t.deepEqual(listClusters(together.clusters!), listClusters(document.clusters!))
  // Nothing stays behind on the engine.
  const before = engineMemory().tensors
  for (let i = 0; i < 20; i++) await collect(annotate(stories.slice(0, 3)))
  t.is(engineMemory().tensors, before)
})

test.serial('a training that was stopped and resumed ends bit for bit where an uninterrupted one does', async (t) => {
  await startEngine(testEngine)
  const { folder, config } = await workspace(t)
  const short = { ...config, training: { ...config.training, updates: 60, validateEvery: 20 } }
  await train(short, { output: join(folder, 'whole') })
  const controller = new AbortController()
  await t.throwsAsync(
    train(short, {
      output: join(folder, 'parts'),
      signal: controller.signal,
      onUpdate: ({ update }) => {
        if (update === 33) controller.abort()
      },
    }),
    { code: 'HMTL_ABORTED' } as never,
  )
  await train(short, { output: join(folder, 'parts'), resume: true })
  const ends = async (run: string) => {
    const at = (file: string) => join(folder, run, file)
    // Whoever was stopped has saved once more, so the last state may lie in the other slot.
    const slot = await readFile(at('state/current'), 'utf8')
    return Promise.all(
      [at('model/model.safetensors'), at(`state/model-${slot}/model.safetensors`)].map((file) => readFile(file)),
    )
  }
  const [whole, parts] = [await ends('whole'), await ends('parts')]
  t.true(whole.every((bytes, i) => bytes.equals(parts[i])))
})

test('words named like an object’s own methods are words', (t) => {
  const indexer = createIndexer({ words: ['\0unknown', 'constructor', '('], characters: ['c'] })
  t.is(indexer.word('Constructor'), 1)
  t.is(indexer.word('__proto__'), 0)
  t.is(indexer.word('toString'), 0)
  t.is(indexer.word('-LRB-'), 2)
})

test('configurations: defaults, inheritance, and what is wrong by name', async (t) => {
  const task = { name: 'ner', kind: 'crf' }
  t.is(parseConfig({ tasks: [task] }).tasks[0].encoder?.hidden, 64)
  t.throws(() => parseConfig({ tasks: [{ ...task, dropuot: 1 }] }), {
    message: /unknown key "tasks\[0\]\.dropuot".*"dropout"/,
  })
  t.throws(() => parseConfig({ tasks: [{ ...task, dropout: 'x' }] }), { code: 'HMTL_CONFIG_TYPE' } as never)
  t.throws(() => parseConfig({ tasks: [{ ...task, on: 'emd' }] }), { message: /tasks\[0\]\.on.*not "emd".*Use "base"/ })
  t.throws(() => parseConfig({ tasks: [{ ...task, encoder: { hidden: 5 } }] }), { message: /multiple of 4/ })
  t.throws(() => parseConfig({ tasks: [task, task] }), { message: /tasks\[1\]\.name.*one task only.*Use "ner2"/ })
  for (const ahead of [-1, 0.5, 1e9])
    t.throws(() => parseConfig({ tasks: [task], training: { ahead } }), { message: /training\.ahead.*whole number/ })
  t.throws(() => parseConfig({ tasks: [{ name: 'c', kind: 'coref', linking: 'entities' }] }), {
    message: /linking.*antecedent, entity/,
  })
  const config = await loadConfig(root('configs/free.json'), ['training.updates=7', 'tasks.0.batch=3'])
  t.is(config.training.updates, 7)
  t.is(config.tasks[0].batch, 3)
})

test('models: a damaged, truncated or foreign file is refused with a code', async (t) => {
  await startEngine(testEngine)
  const { folder, config } = await workspace(t)
  await train(
    { ...config, training: { ...config.training, updates: 2, validateEvery: 2 } },
    { output: join(folder, 'run') },
  )
  const path = join(folder, 'run', 'model')
  const weights = await readFile(join(path, 'model.safetensors'))
  const settings = await readFile(join(path, 'config.json'), 'utf8')
  await t.throwsAsync(loadModel(join(folder, 'nowhere')), { code: 'HMTL_MODEL_NOT_FOUND' } as never)
  await writeFile(join(path, 'model.safetensors'), weights.subarray(0, weights.length - 8))
  await t.throwsAsync(loadModel(path), { code: 'HMTL_MODEL_CORRUPT', message: /sha256/ } as never)
  await writeFile(join(path, 'model.safetensors'), weights)
  await writeFile(join(path, 'config.json'), '{"format":1')
  await t.throwsAsync(loadModel(path), { code: 'HMTL_MODEL_CORRUPT' } as never)
  await writeFile(join(path, 'config.json'), settings.replace('"hidden": 12', '"hidden": 16'))
  await t.throwsAsync(
    loadModel(path).then((model) => collect(createAnnotator(model)(stories.slice(0, 1)))),
    { code: 'HMTL_MODEL_MISMATCH' } as never,
  )
  const { decodeSafetensors } = await import('../src/model/safetensors.ts')
  for (const bytes of [Buffer.alloc(0), Buffer.alloc(8, 255), Buffer.from([2, 0, 0, 0, 0, 0, 0, 0, 0x7b, 0x7d, 1])])
    t.throws(() => decodeSafetensors(bytes), { code: 'HMTL_MODEL_CORRUPT' } as never)
})

test.serial(
  'gold mentions are those of the clusters, which training learns from, else those of the mentions',
  async (t) => {
    await startEngine(testEngine)
    const config = parseConfig({
      embeddings: { words: { size: 8 } },
      // Everything is favoured over none, so whatever is a candidate is linked.
      tasks: [
        {
          name: 'coref',
          kind: 'coref',
          goldMentions: true,
          linkBias: 1000,
          hidden: 8,
          feature: 4,
          encoder: { hidden: 8, layers: 1 },
        },
      ],
    })
    const model = createModel({
      config,
      labels: { coref: [] },
      vocabulary: { words: ['\0unknown'], characters: ['a'] },
      wordTable: new Float32Array(8),
    })
    materialize(model)
    const annotate = createAnnotator(model)
    const text = 'Siri sings . She sings in Moss .'
    const spanOf = (word: string) => ({ start: text.indexOf(word), end: text.indexOf(word) + word.length })
    const named = [
      { ...spanOf('Siri'), label: 'PER' },
      { ...spanOf('Moss'), label: 'LOC' },
    ]
    const found = async (given: object) => {
      const [{ document }] = await collect(annotate([createDocument({ id: 'x', text, ...given })]))
      return listClusters(document.clusters!)
        .flat()
        .map(({ start, end }) => text.slice(start, end))
    }
    t.deepEqual(await found({ mentions: named, clusters: [[spanOf('Siri'), spanOf('She')]] }), ['Siri', 'She'])
    t.deepEqual(await found({ mentions: named }), ['Siri', 'Moss'])
    model.parameters.dispose()
  },
)

test('a compact model has the vectors of a whole one as they are stored', async (t) => {
  await startEngine(testEngine)
  const folder = testFolder(t)
  const trained = await loadModel(root('models/en'))
  await saveModel(trained, folder, { half: true })
  const [whole, compact] = [await loadModel(folder), await loadModel(folder, { compact: true })]
  const { size } = whole.config.embeddings.words
  t.is((compact.wordTable as StoredBytes).integers.byteLength * 4, wordFloats(whole).byteLength)
  const ids = Int32Array.of(0, 1, 77, whole.vocabulary.words.length - 1)
  t.deepEqual(wordRows(compact, ids), wordRows(whole, ids))
  t.deepEqual(wordFloats(compact).subarray(0, 5000), wordFloats(whole).subarray(0, 5000))
  const [before, after] = [wordFloats(trained), wordFloats(whole)]
  for (const id of ids) {
    const row = before.subarray(id * size, (id + 1) * size)
    const most = row.reduce((a, b) => Math.max(a, Math.abs(b)), 0)
    t.true(row.every((value, j) => Math.abs(value - after[id * size + j]) <= most / 253))
  }
  // Of an older model they are float16.
  const halves = halvesOfFloats(before)
  const older = { ...trained, wordTable: halves }
  const exact = { ...trained, wordTable: floatsOfHalves(halves) }
  t.deepEqual(wordRows(older, ids), wordRows(exact, ids))
  t.deepEqual(wordFloats(older).subarray(0, 5000), wordFloats(exact).subarray(0, 5000))
})
