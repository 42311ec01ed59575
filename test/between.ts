import * as tf from '@tensorflow/tfjs-core'
import test from 'ava'
import { parseConfig } from '../src/model/config/parse.ts'
import { switchEngine } from '../src/model/engine.ts'
import { between } from '../src/model/kernels/ops/between.ts'
import { allPlaces, pairTokens } from '../src/model/heads/relation/scores.ts'
import { randomOf } from '../src/model/random.ts'
import { testEngine } from './helpers/engine.ts'

const ints = (values: Int32Array) => tf.tensor1d(values, 'int32')

test('what stands between two tokens is the greatest of each column, by definition', async (t) => {
  await switchEngine(testEngine)
  const random = randomOf(7)
  const draw = () => random.next()
  for (let round = 0; round < 20; round++) {
    const lengths = Array.from({ length: 1 + Math.floor(draw() * 4) }, () => 1 + Math.floor(draw() * 9))
    const starts = [0]
    for (const length of lengths) starts.push(starts[starts.length - 1] + length)
    const [tokens, d] = [starts[lengths.length], 3]
    // Rows are not in the order of the text.
    const order = Int32Array.from({ length: tokens }, (_, i) => tokens - 1 - i)
    const x = Float32Array.from({ length: tokens * d }, () => draw() - 0.5)
    const places = allPlaces(starts).map((all) => all.filter(() => draw() < 0.6))
    const pairs = pairTokens(order, places)
    const y = between(tf.tensor2d(x, [tokens, d]), ints(order), ints(pairs.places), ints(pairs.counts))
    const wanted = places.flatMap((list) =>
      [...list].flatMap((one) =>
        [...list].flatMap((two) => {
          const rows = [...order.subarray(Math.min(one, two) + 1, Math.max(one, two))]
          return [0, 1, 2].map((column) =>
            rows.length === 0 ? 0 : Math.max(...rows.map((row) => x[row * d + column])),
          )
        }),
      ),
    )
    t.deepEqual(y.shape, [pairs.first.length, d])
    t.deepEqual([...y.dataSync()], wanted)
  }
})

test('between without pair features is told, since nothing would read it', (t) => {
  const task = {
    name: 'relation',
    kind: 'relation',
    between: 8,
    datasets: [{ train: 'train.arrow', dev: 'dev.arrow' }],
  }
  t.throws(() => parseConfig({ tasks: [task] }), {
    code: 'HMTL_CONFIG_VALUE',
    message: /tasks\[0\]\.between.*Set "pairFeatures" to true/,
  })
  t.notThrows(() => parseConfig({ tasks: [{ ...task, pairFeatures: true }] }))
})
