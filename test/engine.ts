/** What the engines promise, and tfjs 4.22.0's defects on wasm that must not come back. */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isMainThread } from 'node:worker_threads'
import * as tf from '@tensorflow/tfjs-core'
import test from 'ava'
import { HmtlError } from '../src/io/errors.ts'
import { parseConfig } from '../src/model/config/parse.ts'
import { engineMemory, switchEngine } from '../src/model/engine.ts'
import { loadBinding } from '../src/model/kernels/tensorflow/binding.ts'
import { createModel, type Model } from '../src/model/hierarchy.ts'
import { type Random, randomOf } from '../src/model/random.ts'
import { modelTensors } from '../src/model/store.ts'
import type { Example } from '../src/model/examples.ts'
import { materialize } from '../src/model/materialize.ts'
import { createOptimizer } from '../src/train/optimizer.ts'
import { computeGradients } from '../src/train/gradients.ts'
import { testEngine } from './helpers/engine.ts'

const noise = (size: number, seed: number) =>
  Float32Array.from({ length: size }, (_, i) => Math.sin(i * 12.9898 + seed * 78.233))

const onBoth = async (compute: () => tf.Tensor): Promise<[Float32Array, Float32Array]> => {
  await switchEngine('cpu')
  const expected = (await compute().data()) as Float32Array
  await switchEngine('wasm')
  return [expected, (await compute().data()) as Float32Array]
}

const close = (a: ArrayLike<number>, b: ArrayLike<number>): boolean =>
  a.length === b.length && Array.from(a).every((x, i) => Math.abs(x - b[i]) <= 1e-4 * Math.max(1, Math.abs(b[i])))

for (const [name, compute] of Object.entries<() => tf.Tensor>({
  'the sum of segments (the gradient of gather), missing': () =>
    tf.unsortedSegmentSum(tf.tensor2d(noise(5 * 3, 1), [5, 3]), tf.tensor1d(Int32Array.of(2, 0, 2, 1, 0), 'int32'), 4),
  'the gradient of a convolution by its filter, missing': () => {
    const [x, dy] = [
      tf.tensor4d(noise(2 * 1 * 7 * 3, 1), [2, 1, 7, 3]),
      tf.tensor4d(noise(2 * 1 * 5 * 4, 2), [2, 1, 5, 4]),
    ]
    return tf.engine().runKernel('Conv2DBackpropFilter', { x, dy }, {
      strides: 1,
      pad: 'valid',
      dataFormat: 'NHWC',
      filterShape: [1, 3, 3, 4],
    } as never) as tf.Tensor
  },
  'fused products of more than 48 terms, transposed, wrong': () =>
    tf.fused.matMul({
      a: tf.tensor2d(noise(3 * 70, 1), [3, 70]),
      b: tf.tensor2d(noise(5 * 70, 2), [5, 70]),
      transposeB: true,
      bias: tf.tensor1d(noise(5, 3)),
      activation: 'relu',
    }),
  'fused products of a batch, wrong': () =>
    tf.fused.matMul({
      a: tf.tensor3d(noise(2 * 3 * 60, 1), [2, 3, 60]),
      b: tf.tensor3d(noise(2 * 60 * 4, 2), [2, 60, 4]),
    }) as tf.Tensor,
  'products of a batch with one matrix': () =>
    tf.matMul(tf.tensor3d(noise(3 * 4 * 50, 1), [3, 50, 4]), tf.tensor3d(noise(50 * 6, 2), [1, 50, 6]), true),
}))
  test.serial(`wasm computes ${name} in tfjs 4.22.0`, async (t) => {
    const [expected, found] = await onBoth(compute)
    t.true(close(found, expected), `${found} against ${expected}`)
  })

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
  const optimizer = createOptimizer(model.wordTable, 12, { gradientNorm: 5, gradientClip: 10 })
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
  const folder = mkdtempSync(join(tmpdir(), 'hmtl-binding-'))
  const path = join(folder, 'tfjs_binding.node')
  const missing = t.throws(() => loadBinding(path), { instanceOf: HmtlError, code: 'HMTL_ENGINE_UNAVAILABLE' })
  t.regex(missing?.message ?? '', /--engine wasm/)
  writeFileSync(path, 'no library')
  t.throws(() => loadBinding(path))
  t.deepEqual(readdirSync(folder), ['tfjs_binding.node'])
  rmSync(folder, { recursive: true })
})
