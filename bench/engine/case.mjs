/**
 * Our side of the engine benchmark.
 *   node case.mjs make FOLDER small|full     writes a model and batches that both sides use
 *   node case.mjs parity|time FOLDER ENGINE [ROUNDS]
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as tf from '@tensorflow/tfjs-core'
import { indexes, packSentences } from '../../dist/src/model/batch.js'
import { parseConfig } from '../../dist/src/model/config/parse.js'
import { startEngine } from '../../dist/src/model/engine.js'
import { tagsOf } from '../../dist/src/model/heads/crf/decode.js'
import { createModel } from '../../dist/src/model/hierarchy.js'
import { encode } from '../../dist/src/model/layers/encoder.js'
import { createParameters } from '../../dist/src/model/parameters.js'
import { randomOf } from '../../dist/src/model/random.js'
import { loadModel, saveModel } from '../../dist/src/model/store.js'
import { materialize } from '../../dist/src/model/materialize.js'
import { createOptimizer } from '../../dist/src/train/optimizer.js'
import { computeGradients } from '../../dist/src/train/gradients.js'
import { predict } from './predict.mjs'

const [mode, folder, third, fourth] = process.argv.slice(2)

/** Sizes of the original (spec), word vectors of 50 dimensions. Coreference documents as LitBank's pieces. */
const task = (name, on, more) => ({ name, on, kind: 'crf', layer: 'entities', ...more })
const hierarchy = (parity) => [
  task('ner17', 'base', { batch: 32 }),
  task('ner73', 'base', { batch: 32 }),
  task('emd', 'ner17', { batch: 32, layer: 'mentions' }),
  task('relation', 'emd', { kind: 'relation', batch: 4, layer: undefined }),
  task('coref', 'emd', {
    kind: 'coref',
    batch: 1,
    layer: undefined,
    // As the paper has it, which is what PyTorch's side does.
    keepGold: 0,
    ...(parity ? { lexicalDropout: 0, headDropout: 0 } : {}),
  }),
]

const make = async () => {
  const small = third === 'small'
  const random = randomOf(7, 'bench')
  const whole = (n) => Math.floor(random.next() * n)
  const vocabularySize = small ? 200 : 25000
  const words = ['\u0000unknown', ...Array.from({ length: vocabularySize - 1 }, (_, i) => `w${i.toString(36)}`)]
  // Words as unequally common as in text.
  const word = () => words[1 + Math.floor((vocabularySize - 1) ** random.next())] ?? words[1]
  const sentence = (mean) => Array.from({ length: Math.max(1, Math.round(mean * (0.3 + 1.4 * random.next()))) }, word)
  const labels = {
    ner17: ['A', 'B', 'C', 'D'],
    ner73: Array.from({ length: 18 }, (_, i) => `L${i}`),
    emd: ['P', 'Q', 'R', 'S', 'T', 'U', 'V'],
    relation: Array.from({ length: 5 }, (_, i) => `R${i}`),
    coref: [],
  }
  const parity = small ? { dropout: 0, encoder: { dropout: 0 } } : {}
  const config = parseConfig({
    name: 'bench',
    embeddings: { words: { size: 50, wordDropout: 0 } },
    tasks: hierarchy(small).map(({ layer, ...rest }) => ({
      ...rest,
      ...(layer ? { layer } : {}),
      ...parity,
      datasets: [],
    })),
  })
  const model = createModel({
    config,
    labels,
    vocabulary: { words, characters: [...'0123456789abcdefghijklmnopqrstuvwxyz'] },
    wordTable: Float32Array.from({ length: vocabularySize * 50 }, () => random.normal() * 0.4),
  })
  await startEngine('wasm')
  materialize(model)
  mkdirSync(folder, { recursive: true })
  await saveModel(model, join(folder, 'model'))
  const tagged = (name, mean) => () => {
    const list = sentence(mean)
    const tags = tagsOf(labels[name]).length
    return { id: '', sentences: [list], tags: list.map(() => whole(tags)) }
  }
  const related = () => {
    const list = sentence(28)
    const cells = []
    for (let i = 0; i < 3; i++) cells.push(whole(list.length), whole(list.length), whole(5))
    return { id: '', sentences: [list], cells: unique(cells) }
  }
  const document = () => {
    const sentences = []
    for (let total = 0; total < (small ? 40 : 500); total += sentences.at(-1).length)
      sentences.push(sentence(small ? 8 : 22))
    const [begin, end, cluster] = [[], [], []]
    let first = 0
    for (const list of sentences) {
      for (let i = 0; i + 1 < list.length; i += 4) {
        begin.push(first + i)
        end.push(first + i + 1 + (i % 2))
        cluster.push(whole(12))
      }
      first += list.length
    }
    return { id: '', sentences, begin, end, cluster }
  }
  const count = small ? 1 : 6
  const batches = (size, example) => Array.from({ length: count }, () => Array.from({ length: size }, example))
  writeFileSync(
    join(folder, 'case.json'),
    JSON.stringify({
      lstm: [300, 64, 2, 32, 30],
      batches: {
        ner17: batches(small ? 3 : 32, tagged('ner17', 14.5)),
        ner73: batches(small ? 3 : 32, tagged('ner73', 14.5)),
        emd: batches(small ? 3 : 32, tagged('emd', 22)),
        relation: batches(small ? 2 : 4, related),
        coref: batches(1, document),
      },
    }),
  )
}

const unique = (cells) => {
  const seen = new Set()
  const out = []
  for (let k = 0; k < cells.length; k += 3) {
    const key = cells.slice(k, k + 3).join()
    if (!seen.has(key)) out.push(...cells.slice(k, k + 3))
    seen.add(key)
  }
  return out
}

const typed = (example) => ({
  ...example,
  ...Object.fromEntries(
    ['tags', 'cells', 'begin', 'end', 'cluster']
      .filter((key) => example[key])
      .map((key) => [key, Int32Array.from(example[key])]),
  ),
})
const read = () => {
  const { lstm, batches } = JSON.parse(readFileSync(join(folder, 'case.json'), 'utf8'))
  return {
    lstm,
    batches: Object.fromEntries(
      Object.entries(batches).map(([name, list]) => [name, list.map((batch) => batch.map(typed))]),
    ),
  }
}
const median = (values) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)]

const parity = async () => {
  await startEngine(third)
  const result = {}
  for (const [name, batches] of Object.entries(read().batches)) {
    const model = await loadModel(join(folder, 'model'))
    materialize(model)
    const { loss, gradients } = computeGradients(
      model,
      model.config.tasks.find((candidate) => candidate.name === name),
      batches[0],
      randomOf(1, 'none'),
    )
    const sampled = {}
    for (const [key, gradient] of gradients) {
      const values = gradient.dataSync()
      const step = Math.max(1, Math.floor(values.length / 50))
      sampled[key] = [
        Math.sqrt(values.reduce((sum, value) => sum + value * value, 0)),
        ...Array.from({ length: Math.ceil(values.length / step) }, (_, i) => values[i * step]),
      ]
    }
    result[name] = { loss, gradients: sampled }
  }
  return result
}

const time = async () => {
  await startEngine(third)
  const rounds = Number(fourth)
  const { lstm, batches: all } = read()
  const result = {}
  // Of coreference's 70 antecedents once all are scored, once those 20 that a coarse score likes best.
  const variants = [
    ...Object.entries(all).map(([name, batches]) => ({ name, batches, what: name, changed: {} })),
    {
      name: 'coref',
      batches: all.coref,
      what: 'coref, 20 of 70 antecedents',
      changed: { coarse: { most: 20, prior: new Array(10).fill(0) } },
    },
  ]
  for (const { name, batches, what, changed } of variants) {
    const model = await loadModel(join(folder, 'model'))
    materialize(model)
    const task = { ...model.config.tasks.find((candidate) => candidate.name === name), ...changed }
    const optimizer = createOptimizer(model.wordTable, 50, { gradientNorm: 5, gradientClip: 10 })
    const random = randomOf(1, 'time')
    const times = { update: [], inference: [] }
    for (let i = 0; i < rounds + 3; i++)
      for (const batch of batches) {
        const begun = performance.now()
        const { gradients, words } = computeGradients(model, task, batch, random)
        optimizer.step(name, model.parameters.all(), gradients, words, 1e-3)
        for (const gradient of gradients.values()) gradient.dispose()
        words?.gradient.dispose()
        if (i >= 3) times.update.push((performance.now() - begun) / 1000)
      }
    model.parameters.dispose()
    // As programs that only use a model load it.
    const used = await loadModel(join(folder, 'model'), { compact: true })
    for (let i = 0; i < rounds + 3; i++)
      for (const batch of batches) {
        const begun = performance.now()
        predict(used, task, batch)
        if (i >= 3) times.inference.push((performance.now() - begun) / 1000)
      }
    result[what] = { update: median(times.update), inference: median(times.inference) }
    used.parameters.dispose()
    optimizer.dispose()
  }
  const [inner, hidden, layers, batch, steps] = lstm
  const parameters = createParameters(1)
  const packing = packSentences(new Int32Array(batch).fill(steps))
  const x = tf.tensor2d(
    Float32Array.from({ length: packing.size * inner }, (_, i) => Math.sin(i)),
    [packing.size, inner],
  )
  const { sum } = await import('../../dist/src/model/kernels/ops/losses.js')
  tf.tidy(() => encode('lstm', { hidden, layers, dropout: 0 }, parameters, x, indexes(packing.offsets), () => 1))
  const times = []
  for (let i = 0; i < 3 * rounds + 5; i++) {
    const begun = performance.now()
    const { value, grads } = tf
      .engine()
      .gradients(
        () =>
          tf.reshape(
            sum(encode('lstm', { hidden, layers, dropout: 0 }, parameters, x, indexes(packing.offsets), () => 1)),
            [],
          ),
        [x, ...parameters.all().values()],
        undefined,
        true,
      )
    value.dataSync()
    tf.dispose([value, ...grads])
    if (i >= 5) times.push((performance.now() - begun) / 1000)
  }
  result.lstm = { update: median(times) }
  return result
}

if (mode === 'make') await make()
else process.stdout.write(`${JSON.stringify(await (mode === 'parity' ? parity() : time()))}\n`)
