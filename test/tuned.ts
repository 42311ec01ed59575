/** Layers of an encoder that a training tunes. */
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import * as tf from '@tensorflow/tfjs-core'
import test from 'ava'
import { createDocument } from '../src/io/document/document.ts'
import { HmtlError } from '../src/io/errors.ts'
import { writeDocuments } from '../src/io/write.ts'
import { createBatch } from '../src/model/batch.ts'
import { parseConfig } from '../src/model/config/parse.ts'
import { vectorsOf } from '../src/model/encoders/contextual.ts'
import { loadTransformer } from '../src/model/encoders/transformer/transformer.ts'
import { checkpointTensors, isTuned, readUpperLayers } from '../src/model/encoders/transformer/tuned.ts'
import { readTransformerConfig } from '../src/model/encoders/transformer/weights.ts'
import { switchEngine } from '../src/model/engine.ts'
import { folderFiles, openPath } from '../src/model/folder-files.ts'
import { embed } from '../src/model/layers/embedding.ts'
import { createParameters } from '../src/model/parameters.ts'
import { decodeSafetensors, openSafetensors } from '../src/model/safetensors.ts'
import { loadModel } from '../src/model/store.ts'
import { createIndexer } from '../src/model/vocabulary.ts'
import { createAnnotator } from '../src/pipeline/annotate.ts'
import { prepareDocument } from '../src/pipeline/prepare.ts'
import { train } from '../src/train/train.ts'
import { collect, root } from './helpers/documents.ts'
import { testEngine } from './helpers/engine.ts'
import { fileFolder } from './helpers/folder.ts'

const fixtures = root('test/fixtures/transformers')
const folder = fileFolder(test)

const sentences = [['Ada', 'wrote', 'of', 'engines', 'in', 'London'], ['She'], ['Byron', 'saw', '', 'people']]

const configOf = (contextual: object) =>
  parseConfig({
    embeddings: { words: { size: 4, wordDropout: 0 }, characters: null, contextual },
    tasks: [
      {
        name: 'ner',
        kind: 'crf',
        encoder: { hidden: 8, layers: 1 },
        dropout: 0,
        batch: 8,
        datasets: [{ train: join(folder, 'data.arrow'), dev: join(folder, 'data.arrow') }],
      },
    ],
    training: { updates: 40, validateEvery: 40, learningRate: 0.03 },
  })

const bert = join(fixtures, 'bert')
const documents = Array.from({ length: 40 }, (_, i) => {
  const name = ['Ada', 'Babbage', 'Lovelace', 'Byron'][i % 4]
  return createDocument({
    id: `d${i}`,
    text: `${name} wrote of ${['engines', 'London', 'people'][i % 3]} and saw further.`,
    entities: [{ start: 0, end: name.length, label: 'PER' }],
  })
})

test.before(async () => {
  await switchEngine('wasm')
  const prepared = documents.map(prepareDocument)
  await writeDocuments(
    (async function* () {
      yield* prepared
    })(),
    join(folder, 'data.arrow'),
    { format: 'arrow' },
  )
})

const worst = (a: ArrayLike<number>, b: ArrayLike<number>) => {
  let most = a.length === b.length ? 0 : Number.POSITIVE_INFINITY
  for (let i = 0; i < a.length; i++) most = Math.max(most, Math.abs(a[i] - b[i]))
  return most
}

for (const engine of new Set(['cpu', testEngine] as const))
  for (const family of ['bert', 'distilbert', 'electra', 'roberta'])
    test.serial(`${family} on ${engine}: untouched, tuned layers give what the frozen encoder gives`, async (t) => {
      await switchEngine(engine)
      const from = folderFiles(join(fixtures, family))
      const config = configOf({ kind: 'transformer', model: join(fixtures, family), tune: { layers: 2 } })
      const indexer = createIndexer({ words: ['', 'Ada'], characters: ['', ''] })
      const vectors: Float32Array[] = []
      for (const tune of [undefined, { layers: 1, dropout: 0.5 }, { layers: 2, dropout: 0.5 }]) {
        const contextual = await loadTransformer(from, { tune })
        const parameters = createParameters(1)
        const batch = createBatch(sentences, indexer, { vectors: vectorsOf(contextual, sentences) })
        const base = tf.tidy(() => {
          const rows = tf.zeros([batch.wordIds.length, 4]) as tf.Tensor2D
          return embed({ config, parameters, contextual }, batch, rows, 2, undefined).dataSync() as Float32Array
        })
        vectors.push(base)
        t.is([...parameters.all().keys()].filter(isTuned).length, 12 * (tune?.layers ?? 0))
        parameters.dispose()
        contextual.dispose()
      }
      t.true(vectors[0].some((value) => Math.abs(value) > 0.1))
      for (const other of vectors.slice(1)) t.true(worst(other, vectors[0]) < 1e-5, String(worst(other, vectors[0])))
    })

test.serial('tuned layers come back from the layout of a checkpoint as they went in', async (t) => {
  for (const family of ['bert', 'distilbert', 'electra', 'roberta']) {
    const from = folderFiles(join(fixtures, family))
    const config = await readTransformerConfig(from)
    const tensors = checkpointTensors(await readUpperLayers(from, config, 1), config)
    t.is(tensors.size, (config.layers - 1) * 16)
    const path = join(fixtures, family, 'model.safetensors')
    const file = await openSafetensors(await openPath(path), path)
    const prefix = file.has('embeddings.word_embeddings.weight') ? '' : config.family.prefix
    for (const [name, { shape, values }] of tensors) t.deepEqual(values, await file.read(prefix + name, shape), name)
    await file.close()
  }
})

test.serial(
  'a training tunes the upper layers; the model keeps them, is resumed with them, and packs them',
  async (t) => {
    await switchEngine('wasm')
    const contextual = { kind: 'transformer', model: bert, tune: { layers: 1, learningRate: 0.01 } }
    const config = configOf(contextual)
    const run = join(folder, 'run')
    const result = await train(config, { output: run })
    t.true(result.bestMain.ner > 0.95, String(result.bestMain.ner))

    const stored = decodeSafetensors(readFileSync(join(run, 'model', 'model.safetensors')), run)
    const whole = await readTransformerConfig(folderFiles(bert))
    const before = await readUpperLayers(folderFiles(bert), whole, whole.layers - 1)
    for (const [name, { values }] of before) t.true(worst(values, stored.get(name)!.values) > 0, `${name} was trained`)

    const model = await loadModel(join(run, 'model'))
    const frozen = await loadTransformer(folderFiles(bert))
    const [changed, unchanged] = [model.contextual!.encode(sentences), frozen.encode(sentences)]
    const width = 3 * 16
    const layersOf = (values: Float32Array, ...layers: number[]) =>
      Array.from({ length: values.length / width }, (_, i) =>
        layers.flatMap((l) => [...values.subarray(i * width + l * 16, i * width + l * 16 + 16)]),
      ).flat()
    t.is(worst(layersOf(changed, 0, 1), layersOf(unchanged, 0, 1)), 0, 'what is below stays')
    t.true(worst(layersOf(changed, 2), layersOf(unchanged, 2)) > 0.01)
    const found = await collect(createAnnotator(model)(documents.slice(0, 4)))
    t.deepEqual(
      found.map(({ document }) => document.entities!.end[0]),
      documents.slice(0, 4).map(({ entities }) => entities!.end[0]),
    )

    // The same training broken off in the middle ends as the one that was not.
    const broken = join(folder, 'broken')
    const controller = new AbortController()
    const halves = { ...config, training: { ...config.training, validateEvery: 20 } }
    await t.throwsAsync(
      train(halves, {
        output: broken,
        signal: controller.signal,
        onValidation: () => controller.abort(),
      }),
      { instanceOf: HmtlError, code: 'HMTL_ABORTED' },
    )
    await train(halves, { output: broken, resume: true })
    const unbroken = join(folder, 'unbroken')
    await train(halves, { output: unbroken })
    const weights = (path: string) => decodeSafetensors(readFileSync(join(path, 'model', 'model.safetensors')), path)
    const resumed = weights(broken)
    for (const [name, { values }] of weights(unbroken)) t.deepEqual(resumed.get(name)?.values, values, name)

    // A package has them in the encoder: within what 8 bits cost it finds the same.
    const packed = join(folder, 'packed')
    await promisify(execFile)(process.execPath, [root('scripts/pack-model.mjs'), join(run, 'model'), packed])
    t.false([...decodeSafetensors(readFileSync(join(packed, 'model.safetensors')), packed).keys()].some(isTuned))
    const small = await loadModel(packed)
    t.true(worst(small.contextual!.encode(sentences), changed) < 0.1)
    t.true(worst(layersOf(small.contextual!.encode(sentences), 2), layersOf(unchanged, 2)) > 0.1)
  },
)

test('what cannot be tuned is refused with its key', (t) => {
  const refused = (contextual: object, message: RegExp) =>
    t.throws(() => configOf({ kind: 'transformer', model: bert, ...contextual }), {
      instanceOf: HmtlError,
      code: 'HMTL_CONFIG_VALUE',
      message,
    })
  refused({ tune: { layers: 2 }, cache: 'vectors.arrows' }, /embeddings\.contextual\.cache/)
  refused({ tune: { layers: 3 }, layers: 2 }, /embeddings\.contextual\.tune\.layers/)
  t.is(configOf({ kind: 'transformer', model: bert }).embeddings.contextual?.kind, 'transformer')
  t.false(
    'tune' in configOf({ kind: 'transformer', model: bert }).embeddings.contextual!,
    'frozen unless it is asked for',
  )
})

test.serial('more layers than the encoder has are refused', async (t) => {
  await switchEngine('wasm')
  await t.throwsAsync(loadTransformer(folderFiles(bert), { tune: { layers: 3, dropout: 0 } }), {
    instanceOf: HmtlError,
    code: 'HMTL_CONFIG_VALUE',
    message: /2 layers/,
  })
})
