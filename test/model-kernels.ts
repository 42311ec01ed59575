import * as tf from '@tensorflow/tfjs-core'
import test from 'ava'
import { switchEngine } from '../src/model/engine.ts'
import { charPool } from '../src/model/kernels/ops/char-pool.ts'
import { crf } from '../src/model/kernels/ops/crf.ts'
import { linear } from '../src/model/kernels/ops/linear.ts'
import { antecedentLoss, sigmoidLoss, sum } from '../src/model/kernels/ops/losses.ts'
import { biLstm } from '../src/model/kernels/ops/lstm.ts'
import { highway, lstmProjected } from '../src/model/kernels/ops/lstm-projected.ts'
import { scalarMix } from '../src/model/kernels/ops/mix.ts'
import { between } from '../src/model/kernels/ops/between.ts'
import { concat, dropout, gather, pairProduct, pairSum, pairSumFull } from '../src/model/kernels/ops/rows.ts'
import { spanAttention } from '../src/model/kernels/ops/span-attention.ts'
import { attention, gelu, layerNorm } from '../src/model/kernels/ops/transformer.ts'

import { testEngine } from './helpers/engine.ts'

/** A loss over float inputs of given shapes, for comparing engines and checking gradients. */
interface Case {
  readonly name: string
  readonly shapes: readonly (readonly number[])[]
  readonly loss: (...inputs: tf.Tensor[]) => tf.Tensor
}

const ints = (...values: number[]) => tf.tensor1d(Int32Array.from(values), 'int32')

/** Numbers that look random and are the same everywhere. */
const noise = (size: number, seed: number) =>
  Float32Array.from({ length: size }, (_, i) => Math.sin(i * 12.9898 + seed * 78.233) * 0.7)

/** A sum with different weights, so that every element's gradient differs. */
const weigh = (y: tf.Tensor) =>
  sum(linear(tf.reshape(y, [1, y.size]) as tf.Tensor2D, tf.tensor2d(noise(y.size, 9), [y.size, 1])))

const lstm = (x: tf.Tensor, w: tf.Tensor, b: tf.Tensor, u: tf.Tensor, offsets: tf.Tensor1D) =>
  biLstm({ x: x as tf.Tensor2D, w: w as tf.Tensor2D, b: b as tf.Tensor1D, u: u as tf.Tensor3D, offsets }, true)

/** First rows of the steps of sequences of these lengths, longest first. */
const steps = (...lengths: number[]) => {
  const firsts = [0]
  for (let t = 0; t < lengths[0]; t++) firsts.push(firsts[t] + lengths.filter((length) => length > t).length)
  return ints(...firsts)
}

const offsets = () => ints(0, 4, 7, 9, 10, 11)
const cases: Case[] = [
  {
    name: 'linear',
    shapes: [[5, 7], [7, 9], [9]],
    loss: (x, w, b) => weigh(linear(x as tf.Tensor2D, w as tf.Tensor2D, b as tf.Tensor1D)),
  },
  {
    name: 'linear with relu, odd sizes',
    shapes: [[9, 3], [3, 21], [21]],
    loss: (x, w, b) => weigh(linear(x as tf.Tensor2D, w as tf.Tensor2D, b as tf.Tensor1D, true)),
  },
  {
    name: 'linear of one row and column',
    shapes: [[1, 1], [1, 1], [1]],
    loss: (x, w, b) => weigh(linear(x as tf.Tensor2D, w as tf.Tensor2D, b as tf.Tensor1D)),
  },
  {
    name: 'lstm over sequences of 5, 3, 2 and 1 steps',
    shapes: [[11, 6], [6, 32], [32], [2, 4, 16]],
    loss: (x, w, b, u) => weigh(lstm(x, w, b, u, offsets())),
  },
  {
    name: 'lstm over one step',
    shapes: [[1, 5], [5, 64], [64], [2, 8, 32]],
    loss: (x, w, b, u) => weigh(lstm(x, w, b, u, ints(0, 1))),
  },
  {
    name: 'lstm over twelve sequences',
    shapes: [[36, 9], [9, 96], [96], [2, 12, 48]],
    loss: (x, w, b, u) => weigh(lstm(x, w, b, u, ints(0, 12, 24, 31, 36))),
  },
  {
    name: 'lstm over sequences of very different lengths',
    shapes: [[58, 3], [3, 32], [32], [2, 4, 16]],
    loss: (x, w, b, u) => weigh(lstm(x, w, b, u, steps(20, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2))),
  },
  {
    name: 'gather with repeats and a row of zeros',
    shapes: [[6, 5]],
    loss: (x) => weigh(gather(x as tf.Tensor2D, ints(0, 5, -1, 5, 2))),
  },
  {
    name: 'concat',
    shapes: [
      [4, 3],
      [4, 6],
    ],
    loss: (a, b) => weigh(concat(a as tf.Tensor2D, b as tf.Tensor2D)),
  },
  { name: 'dropout', shapes: [[6, 7]], loss: (x) => weigh(dropout(x, 0.4, 77)) },
  {
    name: 'pair sum',
    shapes: [
      [4, 6],
      [3, 6],
    ],
    loss: (a, b) => weigh(pairSum(a as tf.Tensor2D, ints(0, 3, 3, 1), b as tf.Tensor2D, ints(2, 0, 1, 1))),
  },
  {
    name: 'pair sum with a table and a term for each pair',
    shapes: [
      [4, 6],
      [3, 6],
      [2, 6],
      [4, 6],
    ],
    loss: (a, b, c, x) =>
      weigh(
        pairSumFull(
          a as tf.Tensor2D,
          ints(0, 3, 3, 1),
          b as tf.Tensor2D,
          ints(2, 0, 1, 1),
          c as tf.Tensor2D,
          ints(1, 1, 0, 1),
          x as tf.Tensor2D,
        ),
      ),
  },
  {
    name: 'pair product',
    shapes: [[4, 7]],
    loss: (x) => weigh(pairProduct(x as tf.Tensor2D, ints(0, 3, 2), ints(1, 1, 2))),
  },
  {
    // Two sentences of five and two tokens, three and two of which are paired.
    name: 'between',
    shapes: [[7, 3]],
    loss: (x) => weigh(between(x as tf.Tensor2D, ints(0, 2, 4, 5, 6, 1, 3), ints(0, 1, 4, 5, 6), ints(3, 2))),
  },
  {
    // Not a multiple of four: the columns that are left stand beside what is another's memory.
    name: 'char pool',
    shapes: [[5, 33], [11]],
    loss: (p, b) =>
      weigh(
        charPool(p as tf.Tensor2D, b as tf.Tensor1D, ints(1, 2, 3, 0, 0, 4, 0, 0, 2, 2, 2, 2), ints(0, 5, 8, 12), 3),
      ),
  },
  {
    name: 'span attention',
    shapes: [
      [6, 5],
      [6, 1],
    ],
    loss: (x, s) => weigh(spanAttention(x as tf.Tensor2D, s as tf.Tensor2D, ints(0, 1, 2, 3, 5, 4), ints(0, 3, 4, 6))),
  },
  {
    name: 'crf',
    shapes: [[11, 5], [5, 5], [5], [5]],
    loss: (e, a, s, z) =>
      sum(
        crf(
          {
            emissions: e as tf.Tensor2D,
            transitions: a as tf.Tensor2D,
            start: s as tf.Tensor1D,
            end: z as tf.Tensor1D,
            tags: ints(0, 1, 2, 3, 4, 0, 1, 2, 3, 1, 1),
            offsets: offsets(),
            lengths: ints(5, 3, 2, 1),
          },
          true,
        ).loss,
      ),
  },
  {
    name: 'crf without tags',
    shapes: [[11, 5], [5, 5], [5], [5]],
    loss: (e, a, s, z) =>
      sum(
        crf(
          {
            emissions: e as tf.Tensor2D,
            transitions: a as tf.Tensor2D,
            start: s as tf.Tensor1D,
            end: z as tf.Tensor1D,
            offsets: offsets(),
            lengths: ints(5, 3, 2, 1),
          },
          true,
        ).loss,
      ),
  },
  {
    name: 'scalar mix of three layers',
    shapes: [[3], [1]],
    loss: (w, gamma) =>
      weigh(scalarMix(tf.tensor2d(noise(4 * 15, 5), [4, 15]), w as tf.Tensor1D, gamma as tf.Tensor1D)),
  },
  {
    name: 'scalar mix of two layers that are tuned',
    shapes: [[4, 10], [2], [1]],
    loss: (x, w, gamma) => weigh(scalarMix(x as tf.Tensor2D, w as tf.Tensor1D, gamma as tf.Tensor1D)),
  },
  {
    name: 'layer norm',
    shapes: [[5, 8], [8], [8]],
    loss: (x, gamma, beta) => weigh(layerNorm(x as tf.Tensor2D, gamma as tf.Tensor1D, beta as tf.Tensor1D, 1e-5)),
  },
  { name: 'gelu', shapes: [[5, 8]], loss: (x) => weigh(gelu(x as tf.Tensor2D, false)) },
  { name: 'gelu by tanh', shapes: [[5, 8]], loss: (x) => weigh(gelu(x as tf.Tensor2D, true)) },
  {
    name: 'attention of two heads over sequences of 4, 1 and 3',
    shapes: [[8, 24]],
    loss: (qkv) => weigh(attention(qkv as tf.Tensor2D, ints(0, 4, 5, 8), 2, 4)),
  },
  {
    // More rows and numbers than a panel of the products has, and not a multiple of it.
    name: 'attention over sequences of 13 and 2',
    shapes: [[15, 72]],
    loss: (qkv) => weigh(attention(qkv as tf.Tensor2D, ints(0, 13, 15), 2, 13)),
  },
  { name: 'sigmoid loss', shapes: [[3, 4]], loss: (x) => sigmoidLoss(x as tf.Tensor2D, ints(0, 5, 11)) },
  ...[0, -50].map((shift) => ({
    name: `antecedent loss, mention scores about ${shift}`,
    shapes: [
      [3, 1],
      [3, 1],
    ],
    loss: (p: tf.Tensor, m: tf.Tensor) =>
      antecedentLoss({
        pairs: p as tf.Tensor2D,
        mentions: tf.add(m, tf.tensor2d([shift, shift, shift], [3, 1])) as tf.Tensor2D,
        ia: ints(1, 2, 2),
        ib: ints(0, 1, 0),
        starts: ints(0, 0, 1, 3),
        gold: ints(1, 0, 1),
      }),
  })),
]

const evaluate = async ({ shapes, loss }: Case) => {
  const inputs = shapes.map((shape, i) =>
    tf.tensor(
      noise(
        shape.reduce((a, b) => a * b, 1),
        i + 1,
      ),
      shape as number[],
    ),
  )
  const value = (await loss(...inputs).data())[0]
  const gradients = await Promise.all(
    tf
      .grads((...xs: tf.Tensor[]) => tf.reshape(loss(...xs), []) as tf.Scalar)(inputs)
      .map((gradient) => gradient.data()),
  )
  return { value, gradients }
}

const difference = (a: ArrayLike<number>, b: ArrayLike<number>) => {
  let [most, scale] = [0, 1e-3]
  for (let i = 0; i < a.length; i++) {
    most = Math.max(most, Math.abs(a[i] - b[i]))
    scale = Math.max(scale, Math.abs(b[i]))
  }
  return most / scale
}

// TensorFlow's block LSTM, which a GPU takes, is held to the same on the CPU.
if (testEngine === 'tensorflow' || testEngine === 'gpu')
  for (const each of cases.filter(({ name }) => name.startsWith('lstm')))
    test.serial(`${each.name}: the block form agrees with the reference`, async (t) => {
      await switchEngine('cpu')
      const reference = await evaluate(each)
      await switchEngine(testEngine)
      const { registerLstm } = await import('../src/model/kernels/tensorflow/register.ts')
      registerLstm(tf.backend() as never, 'block')
      try {
        const fused = await evaluate(each)
        t.true(Math.abs(fused.value - reference.value) <= 1e-5 * Math.max(1, Math.abs(reference.value)))
        reference.gradients.forEach((gradient, i) => {
          t.true(
            difference(fused.gradients[i], gradient) < 1e-5,
            `gradient ${i} differs by ${difference(fused.gradients[i], gradient)}`,
          )
        })
      } finally {
        registerLstm(tf.backend() as never, 'host')
      }
    })

test.serial(
  `projected lstm and highway, which have no gradient: the ${testEngine} engine agrees with the reference`,
  async (t) => {
    const lengths = [5, 3, 1]
    const [H, P] = [8, 4]
    const compute = (reverse: boolean) => {
      const matrix = (rows: number, columns: number, seed: number) =>
        tf.tensor2d(noise(rows * columns, seed), [rows, columns])
      const { y, c, h } = lstmProjected(
        {
          xp: matrix(9, 4 * H, 1),
          u: matrix(P, 4 * H, 2),
          w: matrix(H, P, 3),
          offsets: steps(...lengths),
          c: matrix(3, H, 4),
          h: matrix(3, P, 5),
        },
        reverse,
        0.6,
        0.5,
      )
      return [y, c, h, highway(matrix(3, 8, 6), matrix(3, 8, 7), matrix(3, 8, 8))].map((tensor) => tensor.dataSync())
    }
    for (const reverse of [false, true]) {
      await switchEngine('cpu')
      const reference = compute(reverse)
      await switchEngine(testEngine)
      compute(reverse).forEach((values, i) => {
        t.true(difference(values, reference[i]) < 1e-5, `output ${i}`)
      })
    }
  },
)

for (const each of cases) {
  test.serial(`${each.name}: the ${testEngine} engine agrees with the reference`, async (t) => {
    await switchEngine('cpu')
    const reference = await evaluate(each)
    await switchEngine(testEngine)
    const fused = await evaluate(each)
    t.true(
      Math.abs(fused.value - reference.value) <= 1e-5 * Math.max(1, Math.abs(reference.value)),
      `${fused.value} against ${reference.value}`,
    )
    reference.gradients.forEach((gradient, i) => {
      t.true(
        difference(fused.gradients[i], gradient) < 1e-5,
        `gradient ${i} differs by ${difference(fused.gradients[i], gradient)}`,
      )
    })
  })

  test.serial(`${each.name}: gradients agree with finite differences`, async (t) => {
    await switchEngine('cpu')
    const { gradients } = await evaluate(each)
    const step = 2e-3
    for (const [i, shape] of each.shapes.entries()) {
      const size = shape.reduce((a, b) => a * b, 1)
      for (let at = 0; at < size; at += Math.max(1, Math.floor(size / 7))) {
        const shifted = async (by: number) => {
          const inputs = each.shapes.map((s, j) => {
            const values = noise(
              s.reduce((a, b) => a * b, 1),
              j + 1,
            )
            if (j === i) values[at] += by
            return tf.tensor(values, s as number[])
          })
          return (await each.loss(...inputs).data())[0]
        }
        const numeric = ((await shifted(step)) - (await shifted(-step))) / (2 * step)
        t.true(
          Math.abs(numeric - gradients[i][at]) < 2e-2 * Math.max(1, Math.abs(numeric)),
          `input ${i}[${at}]: ${numeric} against ${gradients[i][at]}`,
        )
      }
    }
  })
}
