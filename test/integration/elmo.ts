/** ELMo against the activations that its authors published with two small models. */
import { existsSync } from 'node:fs'
import { copyFile, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import test from 'ava'
import { HmtlError } from '../../src/io/errors.ts'
import { type ElmoState, loadElmo } from '../../src/model/encoders/elmo/elmo.ts'
import { engineMemory, switchEngine } from '../../src/model/engine.ts'
import { collect, root } from '../helpers/documents.ts'
import { testEngine } from '../helpers/engine.ts'
import { testFolder } from '../helpers/folder.ts'

const data = join(process.env.HMTL_DATA ?? root('../shared/data'), 'elmo_fixture')
const elmoTest = existsSync(data) ? test.serial : test.serial.skip

const models = [
  { name: 'bilm-tf', folder: data, sentences: 'lm_embeddings_sentences.json' },
  { name: 'allennlp', folder: join(data, 'allennlp'), sentences: 'sentences.json' },
]
const load = (folder: string) => loadElmo(join(folder, 'options.json'), join(folder, 'lm_weights.hdf5'))

const expected = async (folder: string, stream: number): Promise<Float32Array[]> => {
  const { default: h5wasm } = await import('h5wasm/node')
  await h5wasm.ready
  const file = new h5wasm.File(join(folder, `lm_embeddings_${stream}.hdf5`), 'r')
  const out = Array.from({ length: 10 }, (_, i) => {
    const { shape, value } = file.get(String(i)) as unknown as { shape: number[]; value: Float32Array }
    const [, tokens, half] = shape
    // [direction, tokens, half] to [tokens, both].
    return Float32Array.from({ length: tokens * 2 * half }, (_, at) => {
      const [token, j] = [Math.floor(at / (2 * half)), at % (2 * half)]
      return value[((j < half ? 0 : 1) * tokens + token) * half + (j % half)]
    })
  })
  file.close()
  return out
}

const worst = (a: ArrayLike<number>, b: ArrayLike<number>) => {
  let most = a.length === b.length ? 0 : Number.POSITIVE_INFINITY
  for (let i = 0; i < a.length; i++) most = Math.max(most, Math.abs(a[i] - b[i]))
  return most
}

for (const engine of new Set(['cpu', testEngine] as const))
  for (const { name, folder, sentences } of models)
    elmoTest(
      `${name} on ${engine}: the top layer to 1e-5, state carried from batch to batch; without it as a fresh state each`,
      async (t) => {
        await switchEngine(engine)
        const streams = (JSON.parse(await readFile(join(folder, sentences), 'utf8')) as string[][]).map((stream) =>
          stream.map((sentence) => sentence.split(' ')),
        )
        const gold = await Promise.all(streams.map((_, k) => expected(folder, k)))
        const elmo = await load(folder)
        const state: ElmoState = new Map()
        for (let i = 0; i < (engine === 'cpu' ? 3 : 10); i++) {
          const batch = streams.map((stream) => stream[i])
          const all = elmo.encode(batch, state)
          let token = 0
          batch.forEach((sentence, k) => {
            const top = Float32Array.from(
              { length: sentence.length * elmo.size },
              (_, at) =>
                all[
                  ((token + Math.floor(at / elmo.size)) * elmo.layers + elmo.layers - 1) * elmo.size + (at % elmo.size)
                ],
            )
            t.true(worst(top, gold[k][i]) < 1e-5, `batch ${i}, stream ${k}: ${worst(top, gold[k][i])}`)
            token += sentence.length
          })
        }
        const both = elmo.encode([streams[0][1], streams[1][1]])
        const alone = elmo.encode([streams[1][1]])
        t.true(worst(both.subarray(both.length - alone.length), alone) < 1e-5)
        t.true(worst(alone, elmo.encode([streams[1][1]], new Map())) === 0)
        elmo.dispose()
      },
    )

elmoTest('token embeddings of the vocabulary file to 1e-5, and no tensor left', async (t) => {
  await switchEngine(testEngine)
  const { folder } = models[1]
  const before = engineMemory().tensors
  const elmo = await load(folder)
  const words = (await readFile(join(folder, 'vocab_test.txt'), 'utf8')).split('\n').filter(Boolean)
  const { default: h5wasm } = await import('h5wasm/node')
  const file = new h5wasm.File(join(folder, 'elmo_token_embeddings.hdf5'), 'r')
  const { value } = file.get('embedding') as unknown as { value: Float32Array }
  file.close()
  const found = elmo.embed(words)
  words.forEach((word, i) => {
    // In that file these two stand for the marks, not for words that look like them.
    if (word === '<S>' || word === '</S>') return
    t.true(worst(found.subarray(i * 16, (i + 1) * 16), value.subarray(i * 16, (i + 1) * 16)) < 1e-5, word)
  })
  elmo.dispose()
  t.is(engineMemory().tensors, before)
})

elmoTest(
  'a truncated file, one of another model, options that no model has: each is refused with a code',
  async (t) => {
    await switchEngine('wasm')
    const folder = testFolder(t)
    const weights = await readFile(join(data, 'lm_weights.hdf5'))
    const options = await readFile(join(data, 'options.json'), 'utf8')
    const refused = async (what: string) => {
      const error = await t.throwsAsync(load(folder), { instanceOf: HmtlError }, what)
      t.is((error as HmtlError).code, 'HMTL_MODEL_CORRUPT', what)
    }
    await writeFile(join(folder, 'options.json'), options)
    for (const size of [0, 100, 4096, weights.length >> 1]) {
      await writeFile(join(folder, 'lm_weights.hdf5'), weights.subarray(0, size))
      await refused(`cut at ${size}`)
    }
    await copyFile(join(data, 'lm_weights.hdf5'), join(folder, 'lm_weights.hdf5'))
    for (const [from, to] of [
      ['"dim": 64', '"dim": 128'],
      ['"dim": 64', '"dim": 1e9'],
      ['"n_highway": 2', '"n_highway": 99'],
      ['[1, 4]', '[1, 5]'],
      ['{', ''],
    ]) {
      await writeFile(join(folder, 'options.json'), options.replace(from, to))
      await refused(to)
    }
  },
)

elmoTest('a model that stands on ELMo learns its mix, is stored without it, and loads with it', async (t) => {
  await switchEngine(testEngine)
  const { createDocument } = await import('../../src/io/document/document.ts')
  const { writeDocuments } = await import('../../src/io/write.ts')
  const { createAnnotator } = await import('../../src/pipeline/annotate.ts')
  const { parseConfig } = await import('../../src/model/config/parse.ts')
  const { loadModel } = await import('../../src/model/store.ts')
  const { train } = await import('../../src/train/train.ts')
  const { prepareDocument } = await import('../../src/pipeline/prepare.ts')
  const folder = testFolder(t)
  const text = 'Maren lives in Oslo .'
  const document = prepareDocument(
    createDocument({
      id: 'a',
      text,
      entities: [
        { start: 0, end: 5, label: 'PER' },
        { start: 15, end: 19, label: 'LOC' },
      ],
    }),
  )
  const file = join(folder, 'train.arrow')
  await writeDocuments(
    (async function* () {
      for (let i = 0; i < 4; i++) yield { ...document, id: String(i) }
    })(),
    file,
    { format: 'arrow' },
  )
  const config = parseConfig({
    embeddings: {
      words: { size: 8, wordDropout: 0 },
      characters: null,
      contextual: { kind: 'elmo', options: join(data, 'options.json'), weights: join(data, 'lm_weights.hdf5') },
    },
    tasks: [{ name: 'ner', kind: 'crf', encoder: { hidden: 8, layers: 1 }, datasets: [{ train: file, dev: file }] }],
    training: { updates: 60, validateEvery: 60, learningRate: 0.02 },
  })
  const { bestMain } = await train(config, { output: folder })
  t.is(bestMain.ner, 1)
  const model = await loadModel(join(folder, 'model'))
  const [{ document: annotated }] = await collect(createAnnotator(model)([document]))
  t.is(annotated.entities?.begin.length, 2)
  const mix = model.parameters.all().get('contextual.mix')?.dataSync()
  t.true(mix?.some((value) => Math.abs(value) > 1e-3) ?? false)
  const error = await t.throwsAsync(
    async () =>
      (await import('../../src/model/encoders/load.ts')).loadContextual(
        parseConfig({
          ...config,
          embeddings: { ...config.embeddings, contextual: { kind: 'elmo', options: 'none', weights: 'none' } },
        }),
      ),
    { instanceOf: HmtlError },
  )
  t.is((error as HmtlError).code, 'HMTL_MODEL_NOT_FOUND')
})
