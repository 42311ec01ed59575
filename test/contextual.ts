/** Contextual vectors: computed, kept in Arrow, found again by sentence, trained on. */
import { execFile } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import test from 'ava'
import { createDocument } from '../src/io/document/document.ts'
import { openVectors } from '../src/io/vectors/file.ts'
import { sentenceKey } from '../src/io/vectors/stream.ts'
import { writeDocuments } from '../src/io/write.ts'
import { createAnnotator } from '../src/pipeline/annotate.ts'
import type { ContextualConfig } from '../src/model/config/keys.ts'
import { parseConfig } from '../src/model/config/parse.ts'
import { loadContextual } from '../src/model/encoders/load.ts'
import { switchEngine } from '../src/model/engine.ts'
import { mixWeightsOf } from '../src/model/layers/embedding.ts'
import { loadModel } from '../src/model/store.ts'
import type { Begun } from '../src/train/former.ts'
import { train } from '../src/train/train.ts'
import { prepareDocument } from '../src/pipeline/prepare.ts'
import { collect, root } from './helpers/documents.ts'
import { fileFolder } from './helpers/folder.ts'

const exec = promisify(execFile)
const cli = root('dist/cli/main.js')
const encoder = root('test/fixtures/transformers/bert')
const folder = fileFolder(test)

const names = ['Ada', 'Babbage', 'Lovelace', 'Byron']
const texts = Array.from(
  { length: 60 },
  (_, i) =>
    `${names[i % 4]} wrote of ${['engines', 'London', 'people'][i % 3]} ${'and of the engine '.repeat(i % 7)}. She saw further ${i} .`,
)
const documents = texts.map((text, i) => {
  const name = names[i % 4]
  return prepareDocument(
    createDocument({ id: `d${i}`, text, entities: [{ start: 0, end: name.length, label: 'PER' }] }),
  )
})
const data = join(folder, 'data.arrow')
const sentences = documents.flatMap(({ text, tokens, sentences: spans }) =>
  Array.from(spans!.begin, (begin, s) =>
    Array.from({ length: spans!.end[s] - begin }, (_, i) =>
      text.slice(tokens!.begin[begin + i], tokens!.end[begin + i]),
    ),
  ),
)

const embed = (output: string, ...more: string[]) =>
  exec(process.execPath, [cli, 'embed', data, '--encoder', encoder, '-o', output, '--engine', 'wasm', '-q', ...more])

const configOf = (contextual: ContextualConfig | null) =>
  parseConfig({
    embeddings: { words: { size: 8, wordDropout: 0 }, characters: null, contextual },
    tasks: [
      {
        name: 'ner',
        kind: 'crf',
        encoder: { hidden: 8, layers: 1 },
        dropout: 0,
        batch: 8,
        datasets: [{ train: data, dev: data }],
      },
    ],
    training: { updates: 60, validateEvery: 60, learningRate: 0.03 },
  })

test.serial.before(async () => {
  await switchEngine('wasm')
  await writeDocuments(
    (async function* () {
      yield* documents
    })(),
    data,
    { format: 'arrow' },
  )
})

test.serial('a file of vectors gives what the encoder gives, by sentence; half of them to three digits', async (t) => {
  const live = (await loadContextual(configOf({ kind: 'transformer', model: encoder })))!
  const expected = live.encode(sentences)
  for (const [name, more, tolerance] of [
    ['full.arrows', [], 1e-6],
    ['half.arrows', ['--half'], 4e-3],
  ] as const) {
    await embed(join(folder, name), ...more)
    const cached = (await loadContextual(
      configOf({ kind: 'transformer', model: 'nowhere', cache: join(folder, name) }),
      { cached: true },
    ))!
    t.deepEqual([cached.layers, cached.size], [live.layers, live.size])
    const found = cached.encode([...sentences].reverse())
    const width = live.layers * live.size
    let at = 0
    let worst = 0
    for (const sentence of [...sentences].reverse()) {
      const first = sentences.slice(0, sentences.indexOf(sentence)).reduce((sum, other) => sum + other.length, 0)
      for (let k = 0; k < sentence.length * width; k++)
        worst = Math.max(worst, Math.abs(found[at + k] - expected[first * width + k]))
      at += sentence.length * width
    }
    t.true(worst < tolerance, `${name}: ${worst}`)
    t.throws(() => cached.encode([['never', 'seen']]), { code: 'HMTL_TRAIN_DATA', message: /never seen.*hmtl embed/ })
    cached.dispose()
  }
  live.dispose()
})

test.serial(
  'fewer layers are the first of all, out of the encoder and out of its file; more than it has are refused',
  async (t) => {
    const wanted = (more: object) => configOf({ kind: 'transformer', model: encoder, ...more })
    const all = (await loadContextual(wanted({})))!
    const whole = all.encode(sentences)
    const cache = join(folder, 'all-layers.arrows')
    await embed(cache)
    const layers = all.layers - 2
    const some = (await loadContextual(wanted({ layers })))!
    const stored = (await loadContextual(wanted({ layers, cache }), { cached: true }))!
    for (const encoderOfSome of [some, stored]) {
      t.deepEqual([encoderOfSome.layers, encoderOfSome.size], [layers + 1, all.size])
      const found = encoderOfSome.encode(sentences)
      const [width, wide] = [(layers + 1) * all.size, all.layers * all.size]
      t.is(found.length / width, whole.length / wide)
      t.true(found.every((value, i) => Math.abs(value - whole[Math.floor(i / width) * wide + (i % width)]) < 1e-6))
    }
    const mix = Float32Array.from({ length: layers + 1 }, (_, i) => i + 1)
    t.is(some.encodeMixed!(sentences, mix).length, (some.size * whole.length) / (all.layers * all.size))
    for (const contextual of [all, some, stored]) contextual.dispose()
    const code = 'HMTL_CONFIG_VALUE'
    await t.throwsAsync(loadContextual(wanted({ layers: all.layers })), { code, message: /layers, not/ })
    await t.throwsAsync(loadContextual(wanted({ layers: all.layers, cache }), { cached: true }), { code })
  },
)

test.serial(
  'a file that was broken off anywhere is read up to its last whole batch, and resumed to the same bytes',
  async (t) => {
    const whole = readFileSync(join(folder, 'full.arrows'))
    const file = await openVectors(join(folder, 'full.arrows'))
    t.is(file.rows, sentences.length)
    t.deepEqual(file.last, { id: 'd59', sentence: documents[59].sentences!.begin.length - 1 })
    file.close()
    const cut = join(folder, 'cut.arrows')
    let opened = 0
    for (let size = 0; size < whole.length; size += Math.ceil(whole.length / 60)) {
      writeFileSync(cut, whole.subarray(0, size))
      try {
        const part = await openVectors(cut)
        opened++
        t.true(part.rows <= sentences.length && part.end <= size)
        if (part.rows > 0) t.truthy(part.read(sentenceKey(sentences[0])))
        part.close()
      } catch (error) {
        t.is((error as { code?: string }).code, 'HMTL_FORMAT_SCHEMA')
      }
    }
    t.true(opened > 40)
    for (const share of [0.55, 0.9, 1]) {
      writeFileSync(cut, whole.subarray(0, Math.floor(whole.length * share)))
      await embed(cut, '--resume')
      t.true(readFileSync(cut).equals(whole), `broken off at ${share}`)
    }
    const other = await t.throwsAsync(embed(cut, '--resume', '--half'))
    t.regex((other as Error & { stderr: string }).stderr, /HMTL_OUTPUT_FAILED.*half/)
    // Other inputs than it was begun with: another sentence where the last one was, or fewer than it has.
    const fewer = join(folder, 'fewer.jsonl')
    writeFileSync(fewer, '{"id":"d0","text":"Ada wrote."}\n')
    const of = (input: string, ...more: string[]) =>
      exec(process.execPath, [cli, 'embed', input, '--encoder', encoder, '-o', cut, '--engine', 'wasm', '-q', ...more])
    const short = await t.throwsAsync(of(fewer, '--resume'))
    t.regex((short as Error & { stderr: string }).stderr, /HMTL_OUTPUT_FAILED.*more than these inputs/)
    t.true(readFileSync(cut).equals(whole), 'what is refused changes nothing')
    // Other inputs are put behind it: what it has, and what came before, is not there twice.
    await of(data, '--add')
    t.true(readFileSync(cut).equals(whole))
    writeFileSync(fewer, '{"id":"d0","text":"Ada wrote."}\n{"id":"d1","text":"Ada wrote."}\n')
    await of(fewer, '--add')
    const more = await openVectors(cut)
    t.is(more.rows, sentences.length + 1)
    t.true(more.has(sentenceKey(['Ada', 'wrote', '.'])) && !more.has(sentenceKey(['Ada'])))
    t.is(more.read(sentenceKey(['Ada', 'wrote', '.']))?.length, 3 * more.size)
    t.truthy(more.read(sentenceKey(sentences[0])))
    more.close()
  },
)

test.serial('damaged vectors are refused with a code', async (t) => {
  const whole = readFileSync(join(folder, 'full.arrows'))
  const path = join(folder, 'damaged.arrows')
  let [refused, tried] = [0, 0]
  for (let at = 4; at < whole.length; at += 37) {
    const bytes = Buffer.from(whole)
    bytes[at] ^= 0xff
    writeFileSync(path, bytes)
    tried++
    try {
      const file = await openVectors(path)
      for (const sentence of sentences) file.read(sentenceKey(sentence))
      file.close()
    } catch (error) {
      refused++
      t.is((error as { code?: string }).code, 'HMTL_FORMAT_SCHEMA', String(error))
    }
    // The metadata is what can mislead; the numbers are free to be any.
    if (at > 4000) at += 20_000
  }
  t.true(refused >= 10 && refused < tried, `${refused} of ${tried}`)
})

test.serial('a model is trained from the vectors alone, and annotates with the encoder', async (t) => {
  const config = configOf({ kind: 'transformer', model: encoder, cache: join(folder, 'full.arrows') })
  const result = await train(config, { output: join(folder, 'run') })
  t.true(result.bestMain.ner > 0.95, String(result.bestMain.ner))
  const model = await loadModel(join(folder, 'run', 'model'))
  const [{ document: annotated }] = await collect(
    createAnnotator(model)([createDocument({ id: 'x', text: 'Byron wrote of London .' })]),
  )
  t.is(annotated.entities?.begin.length, 1)

  // On fewer layers it goes on with all that it knows: the mix of those that are left.
  let begun: Begun | undefined
  const shorter = configOf({ kind: 'transformer', model: encoder, layers: 1, cache: join(folder, 'full.arrows') })
  const training = { ...shorter.training, begin: join(folder, 'run', 'model'), updates: 1, learningRate: 1e-12 }
  await train(
    { ...shorter, training: { ...training, validateEvery: 1 } },
    {
      output: join(folder, 'shorter'),
      onBegin: (given) => {
        begun = given
      },
    },
  )
  t.deepEqual(begun?.anew, [])
  const mixOf = async (run: string) => {
    const { parameters, contextual } = await loadModel(join(folder, run, 'model'))
    return mixWeightsOf(parameters, contextual!.layers)
  }
  const [before, after] = [await mixOf('run'), await mixOf('shorter')]
  t.deepEqual([before.length, after.length], [3, 2])
  t.true(Math.abs(before[0] / before[1] - after[0] / after[1]) < 1e-4)
})

test('a contextual slot that cannot be is named', (t) => {
  const wrong = (contextual: unknown) => () =>
    parseConfig({ embeddings: { contextual }, tasks: [{ name: 'a', kind: 'crf' }] })
  t.throws(wrong({ kind: 'bert' }), { code: 'HMTL_CONFIG_VALUE', message: /one of elmo, transformer/ })
  t.throws(wrong({ kind: 'constructor' }), { code: 'HMTL_CONFIG_VALUE' })
  t.throws(wrong({ kind: 'transformer' }), { code: 'HMTL_CONFIG_VALUE', message: /contextual\.model" is missing/ })
  t.throws(wrong({ kind: 'transformer', model: 'x', cahce: 'y' }), { code: 'HMTL_CONFIG_KEY', message: /"cache"/ })
  t.throws(wrong({ kind: 'transformer', model: 'x', cache: 3 }), { code: 'HMTL_CONFIG_TYPE' })
  t.throws(wrong(7), { code: 'HMTL_CONFIG_TYPE' })
})
