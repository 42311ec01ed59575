/** Products with weights of 8 bits: what the reference says, on every engine, and near what floats give. */
import * as tf from '@tensorflow/tfjs-core'
import test from 'ava'
import fc from 'fast-check'
import { switchEngine } from '../src/model/engine.ts'
import { type Bytes, dotBlock, dotLevels, levelOf, linear8 } from '../src/model/kernels/ops/linear8.ts'
import { testEngine } from './helpers/engine.ts'

interface Product {
  readonly x: Float32Array
  readonly bytes: Int8Array<ArrayBuffer>
  readonly scales: Float32Array
  readonly b: Float32Array | undefined
  readonly shape: readonly [n: number, inner: number, out: number]
  readonly relu: boolean
  readonly dots: boolean
}

const computed = async (engine: 'cpu' | typeof testEngine, { x, bytes, scales, b, shape, relu, dots }: Product) => {
  await switchEngine(engine)
  const [n, inner, out] = shape
  return tf.tidy(() => {
    const weights: Bytes = {
      w: tf.tensor2d(new Int32Array(bytes.buffer), [out, inner / 4], 'int32'),
      scales: tf.tensor1d(scales),
    }
    return linear8(tf.tensor2d(x, [n, inner]), weights, b && tf.tensor1d(b), relu, dots).dataSync() as Float32Array
  })
}

/** The same product in doubles, of the weights as they are and x unrounded; and how far rounding x may lead from it. */
const exact = ({ x, bytes, scales, b, shape, relu, dots }: Product) => {
  const [n, inner, out] = shape
  const values: number[] = []
  const slack: number[] = []
  for (let i = 0; i < n; i++) {
    const row = Array.from(x.subarray(i * inner, (i + 1) * inner))
    const steps = row.map((_, k) => {
      if (!dots) return Math.max(...row.map(Math.abs)) / levelOf(inner)
      const from = k - (k % dotBlock)
      const block = row.slice(from, from + dotBlock)
      return (Math.max(...block) - Math.min(...block)) / dotLevels
    })
    for (let j = 0; j < out; j++) {
      const weights = Array.from(bytes.subarray(j * inner, (j + 1) * inner), (byte) => byte * scales[j])
      const sum = row.reduce((total, value, k) => total + value * weights[k], b ? b[j] : 0)
      values.push(relu ? Math.max(0, sum) : sum)
      const lost = weights.reduce((total, weight, k) => total + steps[k] * Math.abs(weight), 0)
      slack.push(0.5001 * lost + 1e-5 * (1 + Math.abs(sum)))
    }
  }
  return { values, slack }
}

const products: fc.Arbitrary<Product> = fc
  .record({
    n: fc.integer({ min: 1, max: 11 }),
    quarter: fc.oneof(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 30, max: 70 })),
    out: fc.integer({ min: 1, max: 21 }),
    seed: fc.integer(),
    biased: fc.boolean(),
    relu: fc.boolean(),
    dots: fc.boolean(),
  })
  .map(({ n, quarter, out, seed, biased, relu, dots }) => {
    const inner = 4 * quarter
    const noise = (i: number) => Math.sin(i * 12.9898 + (seed % 1000) * 78.233)
    return {
      x: Float32Array.from({ length: n * inner }, (_, i) => (i % 7 === 0 ? 0 : 3 * noise(i))),
      bytes: Int8Array.from({ length: out * inner }, (_, i) => Math.round(127 * noise(i + 0.5))),
      scales: Float32Array.from({ length: out }, (_, j) => 0.001 + 0.01 * Math.abs(noise(j))),
      b: biased ? Float32Array.from({ length: out }, (_, j) => noise(j + 0.3)) : undefined,
      shape: [n, inner, out] as const,
      relu,
      dots,
    }
  })

test.serial(
  'any shape: engines agree, and the product is that of the unrounded rows as far as rounding allows',
  async (t) => {
    await fc.assert(
      fc.asyncProperty(products, async (product) => {
        const [reference, found] = [await computed('cpu', product), await computed(testEngine, product)]
        const { values, slack } = exact(product)
        return values.every(
          (value, i) =>
            Math.abs(found[i] - reference[i]) <= 1e-5 * (1 + Math.abs(value)) &&
            Math.abs(reference[i] - value) <= slack[i],
        )
      }),
      { numRuns: 60 },
    )
    t.pass()
  },
)

test.serial('rows of zeros give the bias; the largest rows and bytes there can be do not leave 32 bits', async (t) => {
  const inner = 1536
  const bytes = new Int8Array(8 * inner).fill(-128)
  bytes.fill(127, inner)
  const x = new Float32Array(2 * inner).fill(1e30, inner)
  const largest: Product = {
    x,
    bytes,
    scales: new Float32Array(8).fill(1),
    b: Float32Array.from({ length: 8 }, (_, j) => j),
    shape: [2, inner, 8],
    relu: false,
    dots: false,
  }
  for (const [engine, dots] of (['cpu', testEngine] as const).flatMap((name) =>
    [false, true].map((on) => [name, on] as const),
  )) {
    const found = await computed(engine, { ...largest, dots })
    t.deepEqual([...found.subarray(0, 8)], [0, 1, 2, 3, 4, 5, 6, 7])
    t.true(Math.abs(found[8] / (-128 * inner * 1e30) - 1) < 1e-5)
    for (let j = 1; j < 8; j++) t.true(Math.abs(found[8 + j] / (127 * inner * 1e30) - 1) < 1e-5)
  }
})
