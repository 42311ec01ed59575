/** Products of 16-bit integers for models that are only used: what the references say, and near what floats give. */
import * as tf from '@tensorflow/tfjs-core'
import test from 'ava'
import fc from 'fast-check'
import { createDocument } from '../src/io/document/document.ts'
import { switchEngine } from '../src/model/engine.ts'
import { integerAt, integersOf, levelOf16, multipliesIntegers } from '../src/model/kernels/ops/integers.ts'
import { linear } from '../src/model/kernels/ops/linear.ts'
import { biLstm, biLstmOf } from '../src/model/kernels/ops/lstm.ts'
import { concat, gather } from '../src/model/kernels/ops/rows.ts'
import { loadModel } from '../src/model/store.ts'
import { createAnnotator } from '../src/pipeline/annotate.ts'
import { testEngine } from './helpers/engine.ts'
import { testFolder } from './helpers/folder.ts'
import { tinyModel } from './helpers/model.ts'

/** A sine of each place: neither random nor regular. */
const waves = (seed: number, size: number, most = 1): Float32Array =>
  Float32Array.from({ length: size }, (_, i) => most * Math.sin(i * 12.9898 + (seed % 1000) * 78.233))

interface Product {
  readonly x: Float32Array
  readonly w: Float32Array
  readonly b: Float32Array | undefined
  readonly shape: readonly [n: number, inner: number, out: number]
  readonly relu: boolean
}

const productOf = async (engine: 'cpu' | typeof testEngine, { x, w, b, shape, relu }: Product) => {
  await switchEngine(engine)
  const [n, inner, out] = shape
  return tf.tidy(() => {
    const weight = integersOf(tf.tensor2d(w, [inner, out]))
    return linear(tf.tensor2d(x, [n, inner]), weight, b && tf.tensor1d(b), relu).dataSync() as Float32Array
  })
}

/** The same in doubles of unrounded numbers, and how far rounding both may lead from it. */
const exact = ({ x, w, b, shape, relu }: Product) => {
  const [n, inner, out] = shape
  const half = 0.5001 / levelOf16(inner)
  const most = (values: readonly number[]) => Math.max(...values.map(Math.abs))
  const values: number[] = []
  const slack: number[] = []
  for (let i = 0; i < n; i++) {
    const row = Array.from(x.subarray(i * inner, (i + 1) * inner))
    for (let j = 0; j < out; j++) {
      const column = row.map((_, k) => w[k * out + j])
      const sum = row.reduce((total, value, k) => total + value * column[k], b ? b[j] : 0)
      const [dx, dw] = [half * most(row), half * most(column)]
      values.push(relu ? Math.max(0, sum) : sum)
      slack.push(
        row.reduce((total, value, k) => total + dx * Math.abs(column[k]) + dw * Math.abs(value) + dx * dw, 0) +
          1e-5 * (1 + Math.abs(sum)),
      )
    }
  }
  return { values, slack }
}

const products: fc.Arbitrary<Product> = fc
  .record({
    n: fc.integer({ min: 1, max: 11 }),
    inner: fc.integer({ min: 1, max: 41 }),
    out: fc.integer({ min: 1, max: 21 }),
    seed: fc.integer(),
    biased: fc.boolean(),
    relu: fc.boolean(),
  })
  .map(({ n, inner, out, seed, biased, relu }) => ({
    x: waves(seed, n * inner, 3).map((value, i) => (i % 7 === 0 ? 0 : value)),
    w: waves(seed + 0.5, inner * out, 0.2),
    b: biased ? waves(seed + 0.3, out) : undefined,
    shape: [n, inner, out] as const,
    relu,
  }))

const integersRun = (engine: string) => ['wasm', 'cpu'].includes(engine)

const onWasm = integersRun(testEngine) ? test.serial : test.serial.skip

onWasm('any shape: engines agree, and the product is the exact one as far as rounding allows', async (t) => {
  await fc.assert(
    fc.asyncProperty(products, async (product) => {
      const [reference, found] = [await productOf('cpu', product), await productOf(testEngine, product)]
      const { values, slack } = exact(product)
      return values.every(
        (value, i) =>
          Math.abs(found[i] - reference[i]) <= 1e-5 * (1 + Math.abs(value)) &&
          Math.abs(reference[i] - value) <= slack[i],
      )
    }),
    { numRuns: 80 },
  )
  t.pass()
})

onWasm('the largest rows and weights there can be do not leave 32 bits; rows of zeros give the bias', async (t) => {
  for (const inner of [1, 3, 4, 384, 4001]) {
    const [n, out] = [2, 9]
    const x = new Float32Array(n * inner).fill(-1e20, inner)
    const w = new Float32Array(inner * out).fill(1e10)
    const b = Float32Array.from({ length: out }, (_, j) => j)
    for (const engine of ['cpu', testEngine] as const) {
      const found = await productOf(engine, { x, w, b, shape: [n, inner, out], relu: false })
      t.deepEqual([...found.subarray(0, out)], [...b])
      for (let j = 0; j < out; j++) t.true(Math.abs(found[out + j] / (-inner * 1e30) - 1) < 1e-5, `${engine} ${inner}`)
    }
  }
})

onWasm('integers lie where they are looked for, what is missing is 0, and engines agree', async (t) => {
  const matrices = fc.record({
    shape: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 13 }), fc.integer({ min: 1, max: 19 })),
    seed: fc.integer(),
  })
  await fc.assert(
    fc.asyncProperty(matrices, async ({ shape, seed }) => {
      const [count, inner, out] = shape
      const w = waves(seed, count * inner * out).map((value, i) => (i % out === 1 ? 0 : value))
      const made: { panels: Int32Array; scales: Float32Array }[] = []
      for (const engine of ['cpu', testEngine] as const) {
        await switchEngine(engine)
        made.push(
          tf.tidy(() => {
            const { panels, scales } = integersOf(tf.tensor3d(w, shape))
            return { panels: panels.dataSync() as Int32Array, scales: scales.dataSync() as Float32Array }
          }),
        )
      }
      const [{ panels, scales }, simd] = made
      let whole = 0
      for (let i = 0; i < count; i++)
        for (let k = 0; k < inner; k++)
          for (let j = 0; j < out; j++) {
            const value = integerAt(panels.subarray((i * panels.length) / count), inner, k, j)
            whole += Math.abs(value)
            const scale = scales[i * out + j]
            if (Math.abs(value * scale - w[(i * inner + k) * out + j]) > 0.51 * scale) return false
          }
      return (
        new Int16Array(panels.slice().buffer).reduce((sum, value) => sum + Math.abs(value), 0) === whole &&
        panels.every((value, i) => value === simd.panels[i]) &&
        scales.every((value, i) => value === simd.scales[i])
      )
    }),
  )
  t.pass()
})

/** Offsets of steps for sentences of these lengths, longest first. */
const offsetsOf = (lengths: readonly number[]): Int32Array => {
  const offsets = [0]
  for (let step = 0; step < lengths[0]; step++)
    offsets.push(offsets[step] + lengths.filter((length) => length > step).length)
  return Int32Array.from(offsets)
}

const lstmOf = async (
  engine: 'cpu' | typeof testEngine,
  lengths: readonly number[],
  [inner, h]: readonly [number, number],
  seed: number,
  integers: boolean,
) => {
  await switchEngine(engine)
  const offsets = offsetsOf(lengths)
  const n = offsets[offsets.length - 1]
  return tf.tidy(() => {
    const w = tf.tensor2d(waves(seed, inner * 8 * h, 0.5), [inner, 8 * h])
    const u = tf.tensor3d(waves(seed + 1, 8 * h * h, 0.5), [2, h, 4 * h])
    const inputs = {
      x: tf.tensor2d(waves(seed + 2, n * inner), [n, inner]),
      b: tf.tensor1d(waves(seed + 3, 8 * h)),
      offsets: tf.tensor1d(offsets, 'int32'),
      ...(integers ? { w: integersOf(w), u: integersOf(u) } : { w, u }),
    }
    return biLstm(inputs, false).dataSync() as Float32Array
  })
}

/** States of the LSTM of integers over inputs of a part that comes again and, or not, one that does not. */
const lstmByForm = async (
  engine: 'cpu' | typeof testEngine,
  lengths: readonly number[],
  [forms, own, lower, h]: readonly [forms: number, own: number, lower: number, h: number],
  seed: number,
  apart: boolean,
) => {
  await switchEngine(engine)
  const offsets = offsetsOf(lengths)
  const n = offsets[offsets.length - 1]
  const of = Int32Array.from({ length: n }, (_, i) => (i * 7 + seed) % forms).map(Math.abs)
  return tf.tidy(() => {
    const w = tf.tensor2d(waves(seed, (own + lower) * 8 * h, 0.5), [own + lower, 8 * h])
    const u = integersOf(tf.tensor3d(waves(seed + 1, 8 * h * h, 0.5), [2, h, 4 * h]))
    const different = tf.tensor2d(waves(seed + 2, forms * own), [forms, own])
    const below = tf.tensor2d(waves(seed + 4, n * lower), [n, lower])
    const b = tf.tensor1d(waves(seed + 3, 8 * h))
    const [o, ids] = [tf.tensor1d(offsets, 'int32'), tf.tensor1d(of, 'int32')]
    if (apart) {
      const rows = linear(different, integersOf(tf.slice(w, [0, 0], [own, 8 * h])), b)
      const added = lower > 0 ? { x: below, w: integersOf(tf.slice(w, [own, 0], [lower, 8 * h])) } : undefined
      return biLstmOf({ rows, of: ids, added, u, offsets: o }).dataSync() as Float32Array
    }
    const repeated = gather(different, ids)
    const x = lower > 0 ? concat(repeated, below) : repeated
    return biLstm({ x, w: integersOf(w), b, u, offsets: o }, false).dataSync() as Float32Array
  })
}

onWasm('inputs that come again: engines agree, and states are near those of the whole product', async (t) => {
  const cases = fc.record({
    lengths: fc
      .array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 7 })
      .map((lengths) => lengths.sort((a, b) => b - a)),
    forms: fc.integer({ min: 1, max: 9 }),
    own: fc.integer({ min: 1, max: 13 }),
    lower: fc.integer({ min: 0, max: 13 }),
    quarter: fc.integer({ min: 1, max: 5 }),
    seed: fc.integer({ min: 0, max: 1e6 }),
  })
  await fc.assert(
    fc.asyncProperty(cases, async ({ lengths, forms, own, lower, quarter, seed }) => {
      const sizes = [forms, own, lower, 4 * quarter] as const
      const reference = await lstmByForm('cpu', lengths, sizes, seed, true)
      const found = await lstmByForm(testEngine, lengths, sizes, seed, true)
      const whole = await lstmByForm(testEngine, lengths, sizes, seed, false)
      return reference.every((value, i) => Math.abs(found[i] - value) < 1e-3 && Math.abs(value - whole[i]) < 0.01)
    }),
    { numRuns: 60 },
  )
  t.pass()
})

onWasm('the LSTM of integers: engines agree, and its states are near those of floats', async (t) => {
  const cases = fc.record({
    lengths: fc
      .array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 7 })
      .map((lengths) => lengths.sort((a, b) => b - a)),
    inner: fc.integer({ min: 1, max: 13 }),
    quarter: fc.integer({ min: 1, max: 5 }),
    seed: fc.integer(),
  })
  await fc.assert(
    fc.asyncProperty(cases, async ({ lengths, inner, quarter, seed }) => {
      const sizes = [inner, 4 * quarter] as const
      const reference = await lstmOf('cpu', lengths, sizes, seed, true)
      const found = await lstmOf(testEngine, lengths, sizes, seed, true)
      const floats = await lstmOf(testEngine, lengths, sizes, seed, false)
      // A value at the border of two integers may be rounded either way: one step of a state.
      return reference.every((value, i) => Math.abs(found[i] - value) < 1e-3 && Math.abs(value - floats[i]) < 0.01)
    }),
    { numRuns: 40 },
  )
  t.pass()
})

test.serial(
  'a model that is only used finds what the trainable one finds, the same each time, and leaves nothing',
  async (t) => {
    const folder = testFolder(t)
    const path = await tinyModel(folder)
    await switchEngine(testEngine)
    const documents = [createDocument({ id: 'a', text: 'Maren lives in Oslo . She likes Oslo .' })]
    const annotated = async (compact: boolean) => {
      const before = tf.memory().numTensors
      const model = await loadModel(path, { compact })
      const annotate = createAnnotator(model)
      const round = async () => {
        for await (const { document } of annotate(documents)) return document
        throw new Error('nothing came out')
      }
      const rounds = [await round(), await round()]
      const weight = model.parameters.weight('ner.encoder.0.recurrent', () =>
        model.parameters.get<tf.Tensor3D>('ner.encoder.0.recurrent', [2, 8, 32], { kind: 'zeros' }),
      )
      t.is('panels' in weight, compact && multipliesIntegers())
      model.parameters.dispose()
      t.is(tf.memory().numTensors, before)
      t.deepEqual(rounds[0], rounds[1])
      return rounds[0]
    }
    const [floats, integers] = [await annotated(false), await annotated(true)]
    t.deepEqual(integers.entities?.label, floats.entities?.label)
    t.deepEqual(integers.entities?.begin, floats.entities?.begin)
    t.deepEqual(integers.clusters?.begin, floats.clusters?.begin)
    for (const [i, score] of floats.entities?.score?.entries() ?? [])
      t.true(Math.abs(score - (integers.entities?.score?.[i] ?? 0)) < 0.01)
  },
)
