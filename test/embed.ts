/** Vectors: in and out of files, by layer and pool, and what a probe reads off them. */
import { execFile } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { tableFromIPC } from 'apache-arrow'
import test from 'ava'
import fc from 'fast-check'
import { halfOf, ofHalf } from '../src/io/arrow/half.ts'
import { writeNpy } from '../src/io/vectors/npy.ts'
import { sentenceKey, vectorStream } from '../src/io/vectors/stream.ts'
import { parseConfig } from '../src/model/config/parse.ts'
import { switchEngine } from '../src/model/engine.ts'
import { batchOf, createModel } from '../src/model/hierarchy.ts'
import { majority, memorySet, probe } from '../src/probing/probing.ts'
import { embedSentences } from '../src/model/sentence-embeddings.ts'
import { randomOf } from '../src/model/random.ts'
import { saveModel } from '../src/model/store.ts'
import { materialize } from '../src/model/materialize.ts'
import { root } from './helpers/documents.ts'
import { fileFolder } from './helpers/folder.ts'

const exec = promisify(execFile)
const folder = fileFolder(test)

const words = ['red', 'blue', 'green', 'one', 'two', 'three']
const tiny = () =>
  createModel({
    config: parseConfig({
      embeddings: { words: { size: 8 }, characters: { size: 4, filters: 8, width: 3 } },
      tasks: [
        { name: 'ner', kind: 'crf', encoder: { hidden: 8, layers: 1 } },
        { name: 'coref', kind: 'coref', on: 'ner', hidden: 8, feature: 4, encoder: { hidden: 12, layers: 1 } },
      ],
    }),
    labels: { ner: ['A'], coref: [] },
    vocabulary: { words: ['\u0000unknown', ...words], characters: [...'abcdefghijklmnopqrstuvwxyz'] },
    wordTable: Float32Array.from({ length: 7 * 8 }, (_, i) => Math.sin(7 * i)),
  })

test('float16: every finite one survives, others go to the nearest', (t) => {
  for (let bits = 0; bits < 0x10000; bits++) {
    const value = ofHalf(bits)
    if (Number.isFinite(value) && !Object.is(value, -0)) t.is(halfOf(value), bits === 0x8000 ? 0x8000 : bits)
  }
  fc.assert(
    fc.property(fc.float({ min: -60000, max: 60000, noNaN: true }), (value) => {
      const near = ofHalf(halfOf(value))
      return Math.abs(near - value) <= Math.max(Math.abs(value) * 2 ** -11, 2 ** -25)
    }),
  )
})

test('Arrow: ids, sentences and vectors come back, in float32 and float16', async (t) => {
  const rows = [
    { id: 'a', sentence: 0, key: sentenceKey(['a', 'b']), values: Float32Array.of(1, 2, 3, 4) },
    { id: 'ü', sentence: 1, key: sentenceKey(['ü']), values: Float32Array.of(-0.5, 0.25) },
  ]
  async function* groups() {
    yield rows
    yield []
    yield [{ id: 'c', sentence: 0, key: sentenceKey([]), values: new Float32Array(0) }]
  }
  for (const half of [false, true]) {
    const chunks: Uint8Array[] = []
    for await (const chunk of vectorStream(groups(), { size: 2, half, metadata: { kind: 'test' } })) chunks.push(chunk)
    const table = tableFromIPC(Buffer.concat(chunks))
    t.is(table.schema.metadata.get('schema'), 'hmtl.vectors')
    t.deepEqual([...(table.getChild('id') ?? [])], ['a', 'ü', 'c'])
    const vectors = [...(table.getChild('vectors') ?? [])].map((list) => [...list].map((vector) => [...vector]))
    t.deepEqual(vectors, [
      [
        [1, 2],
        [3, 4],
      ],
      [[-0.5, 0.25]],
      [],
    ])
  }
})

test('npy: the header names the rows that were written', async (t) => {
  const path = join(folder, 'a.npy')
  const writer = await writeNpy(path, 3)
  await writer.write(Float32Array.of(1, 2, 3))
  await writer.write(Float32Array.of(4, 5, 6, 7, 8, 9))
  await writer.close()
  const bytes = readFileSync(path)
  t.is(bytes.toString('latin1', 0, 6), '\u0093NUMPY')
  t.is(bytes.readUInt16LE(8), 118)
  t.regex(bytes.toString('latin1', 10, 128), /'descr': '<f4', 'fortran_order': False, 'shape': \(3, 3\)/)
  t.deepEqual(
    [...new Float32Array(bytes.buffer.slice(bytes.byteOffset + 128, bytes.byteOffset + bytes.length))],
    [1, 2, 3, 4, 5, 6, 7, 8, 9],
  )
})

test.serial(
  'sentences are pooled over their own tokens, alone as in a batch; a layer that is not there is named',
  async (t) => {
    await switchEngine('wasm')
    const model = tiny()
    const wanted = (['base', 'ner', 'coref'] as const).flatMap((layer) =>
      (['max', 'average'] as const).map((pool) => ({ layer, pool })),
    )
    const batch = [['red', 'one'], ['two'], ['blue', 'green', 'three', 'one']]
    const together = embedSentences(model, batchOf(model, batch), wanted)
    t.deepEqual(
      together.map(({ size }) => size),
      [16, 16, 16, 16, 24, 24],
    )
    batch.forEach((sentence, s) => {
      embedSentences(model, batchOf(model, [sentence]), wanted).forEach(({ size, values }, i) => {
        values.forEach((value, j) => {
          t.true(Math.abs(value - together[i].values[s * size + j]) < 1e-6)
        })
      })
    })
    // One word: its own vector whatever the pool.
    const [max, average] = embedSentences(model, batchOf(model, [['red']]), wanted)
    t.deepEqual(max.values, average.values)
    t.throws(() => embedSentences(model, batchOf(model, [['red']]), [{ layer: 'emd', pool: 'max' }]), {
      message: /no layer "emd".*base, ner, coref/,
    })
  },
)

test.serial('a probe finds what is there and not what is not, and the same again', async (t) => {
  await switchEngine('wasm')
  const set = (rows: number, from: number) => {
    const random = randomOf(from, 'features')
    const features = Float32Array.from({ length: rows * 4 }, () => random.normal())
    return {
      features,
      ...memorySet(
        features,
        4,
        Int32Array.from({ length: rows }, (_, i) => (features[i * 4 + 2] > 0 ? 1 : 0)),
      ),
    }
  }
  const [train, validation, testing] = [set(600, 0), set(100, 9001), set(200, 77777)]
  const found = probe(train, validation, testing, 4, 2)
  t.true(found.accuracy > 0.85, String(found.accuracy))
  t.deepEqual(probe(train, validation, testing, 4, 2), found)
  const blind = (data: ReturnType<typeof set>) =>
    memorySet(
      data.features.map((value, i) => (i % 4 === 2 ? 0 : value)),
      4,
      data.classes,
    )
  t.true(probe(blind(train), blind(validation), blind(testing), 4, 2).accuracy < 0.65)
  t.is(majority(Int32Array.of(1, 1, 0), Int32Array.of(1, 0, 0, 0)), 0.25)
})

test.serial('hmtl embed and hmtl probe', async (t) => {
  await switchEngine('wasm')
  const model = tiny()
  materialize(model)
  await saveModel(model, join(folder, 'model'))
  const cli = root('dist/cli/main.js')
  const input = join(folder, 'in.jsonl')
  writeFileSync(input, '{"id":"x","text":"red one. two blue."}\n')
  const { stdout } = await exec(process.execPath, [
    cli,
    'embed',
    input,
    '--model',
    join(folder, 'model'),
    '--layer',
    'coref',
    '--engine',
    'wasm',
    '-q',
  ])
  const lines = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  t.deepEqual(
    lines.map(({ id, sentence, vector }) => [id, sentence, vector.length]),
    lines.map((_, i) => ['x', i, 24]),
  )
  writeFileSync(
    join(folder, 'past_present.txt'),
    Array.from(
      { length: 120 },
      (_, i) =>
        `${['tr', 'tr', 'va', 'te'][i % 4]}\t${i % 8 < 4 ? 'PAST' : 'PRES'}\t${i % 8 < 4 ? 'red' : 'two'} ${words[i % 6]}`,
    ).join('\n'),
  )
  const probed = await exec(process.execPath, [
    cli,
    'probe',
    join(folder, 'model'),
    '--data',
    folder,
    '--task',
    'past_present',
    '--layer',
    'base',
    '--engine',
    'wasm',
    '--json',
    '-q',
  ])
  const scores = JSON.parse(probed.stdout)
  t.true(scores['base average'].Tense > 0.9)
  writeFileSync(join(folder, 'past_present.txt'), 'tr\tPAST\n')
  const error = await t.throwsAsync(
    exec(process.execPath, [
      cli,
      'probe',
      join(folder, 'model'),
      '--data',
      folder,
      '--task',
      'past_present',
      '--engine',
      'wasm',
    ]),
  )
  t.regex((error as Error & { stderr: string }).stderr, /HMTL_INPUT_SYNTAX.*line 1/)
})
