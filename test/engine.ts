/** What the engines promise. */
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isMainThread } from 'node:worker_threads'
import test from 'ava'
import { HmtlError } from '../src/io/errors.ts'
import { parseConfig } from '../src/model/config/parse.ts'
import { engineMemory, switchEngine } from '../src/model/engine.ts'
import { loadBinding } from '../src/model/kernels/tensorflow/binding.ts'
import { createModel, type Model, wordFloats } from '../src/model/hierarchy.ts'
import { type Random, randomOf } from '../src/model/random.ts'
import { modelTensors } from '../src/model/store.ts'
import type { Example } from '../src/model/examples.ts'
import { materialize } from '../src/model/materialize.ts'
import { createOptimizer } from '../src/train/optimizer.ts'
import { computeGradients } from '../src/train/gradients.ts'
import { testEngine } from './helpers/engine.ts'
import { testFolder } from './helpers/folder.ts'

const noise = (size: number, seed: number) =>
  Float32Array.from({ length: size }, (_, i) => Math.sin(i * 12.9898 + seed * 78.233))

const labels = ['PER', 'LOC']
const vocabulary = Array.from({ length: 60 }, (_, i) => `w${i}`)

const smallModel = (): Model =>
  createModel({
    config: parseConfig({
      embeddings: { words: { size: 12, wordDropout: 0.1 } },
      tasks: [
        { name: 'ner', kind: 'crf', encoder: { hidden: 8, layers: 2 } },
        { name: 'relation', kind: 'relation', on: 'ner', hidden: 8, encoder: { hidden: 8, layers: 1 } },
        { name: 'coref', kind: 'coref', on: 'ner', hidden: 8, feature: 4, encoder: { hidden: 8, layers: 1 } },
      ],
    }),
    labels: { ner: labels, relation: ['r'], coref: [] },
    vocabulary: { words: ['\u0000unknown', ...vocabulary], characters: [...'w0123456789'] },
    wordTable: noise(61 * 12, 3),
  })

/** Of any head: each adds what it knows of the sentences. */
const exampleOf = (kind: string, random: Random): Example & Record<string, unknown> => {
  const words = (most: number) =>
    Array.from({ length: 1 + Math.floor(random.next() * most) }, () => vocabulary[Math.floor(random.next() * 60)])
  if (kind === 'coref') {
    const sentences = [words(9), words(9), words(9)]
    return { id: '', sentences, begin: Int32Array.of(0), end: Int32Array.of(1), cluster: Int32Array.of(0) }
  }
  const list = words(12)
  const cells = Int32Array.of(0, list.length - 1, 0)
  return { id: '', sentences: [list], ...(kind === 'crf' ? { tags: new Int32Array(list.length) } : { cells }) }
}

/** Updates of changing task and size, sentences of one word among them. */
const updates = (model: Model, count: number, onUpdate?: (i: number) => void): void => {
  const random = randomOf(5, 'updates')
  const optimizer = createOptimizer(wordFloats(model), 12, { gradientNorm: 5, gradientClip: 10 })
  for (let i = 0; i < count; i++) {
    const task = model.config.tasks[i % 3]
    const examples = Array.from({ length: task.kind === 'coref' ? 1 : 1 + (i % 4) }, () => exampleOf(task.kind, random))
    const result = computeGradients(model, task, examples, random)
    if (result) {
      optimizer.step(task.name, model.parameters.all(), result.gradients, result.words, 1e-3)
      for (const gradient of result.gradients.values()) gradient.dispose()
      result.words?.gradient.dispose()
    }
    onUpdate?.(i)
  }
  optimizer.dispose()
}

test.serial('a thousand updates of every task leave no tensor behind', async (t) => {
  await switchEngine(testEngine)
  const model = smallModel()
  materialize(model)
  let settled = 0
  let last = 0
  updates(model, 1000, (i) => {
    if (i === 20) settled = engineMemory().tensors
    last = engineMemory().tensors
  })
  t.is(last, settled)
  model.parameters.dispose()
})

test.serial('the same seed gives the same weights, bit for bit', async (t) => {
  await switchEngine(testEngine)
  const weights = () => {
    const model = smallModel()
    materialize(model)
    updates(model, 60)
    const copy = [...modelTensors(model)].map(([name, { values }]) => [name, Float32Array.from(values)] as const)
    model.parameters.dispose()
    return copy
  }
  const [one, two] = [weights(), weights()]
  t.true(one.length > 20)
  t.deepEqual(one, two)
})

test.serial('an engine that is not set up says what to do', async (t) => {
  const before = process.env.HMTL_CACHE
  process.env.HMTL_CACHE = '/nonexistent'
  try {
    const error = await t.throwsAsync(switchEngine('gpu'), { instanceOf: HmtlError })
    t.is((error as HmtlError).code, 'HMTL_ENGINE_UNAVAILABLE')
    t.regex((error as HmtlError).message, /hmtl setup tensorflow --gpu/)
  } finally {
    if (before === undefined) delete process.env.HMTL_CACHE
    else process.env.HMTL_CACHE = before
    await switchEngine(testEngine)
  }
})

test('a thread loads a binding of its own or none, and leaves no copy behind', (t) => {
  t.false(isMainThread)
  const folder = testFolder(t)
  const path = join(folder, 'tfjs_binding.node')
  const missing = t.throws(() => loadBinding(path), { instanceOf: HmtlError, code: 'HMTL_ENGINE_UNAVAILABLE' })
  t.regex(missing?.message ?? '', /--engine wasm/)
  writeFileSync(path, 'no library')
  t.throws(() => loadBinding(path))
  t.deepEqual(readdirSync(folder), ['tfjs_binding.node'])
})
