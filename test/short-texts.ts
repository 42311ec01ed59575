/** A headline is all names: its mentions are not pruned as those of a page are. */
import test from 'ava'
import { listClusters } from '../src/io/document/document.ts'
import { startEngine } from '../src/model/engine.ts'
import type { Model } from '../src/model/hierarchy.ts'
import { load } from '../src/index.ts'
import { testEngine } from './helpers/engine.ts'
import { foundBy, randomModel } from './helpers/random-model.ts'

test.before(() => startEngine(testEngine))

const keeping = (model: Model, leastSpans: number): Model => ({
  ...model,
  config: {
    ...model.config,
    tasks: model.config.tasks.map((task) =>
      task.name === 'coref' ? { ...task, spansPerWord: 0.01, leastSpans } : task,
    ),
  },
})

test.serial('so many candidates are kept however short a text is, and no more than there are', async (t) => {
  const model = randomModel({}, 3)
  const clustersOf = async (least: number) => {
    const { clusters } = await foundBy(keeping(model, least))
    return clusters ? listClusters(clusters).flat().length : 0
  }
  t.is(await clustersOf(0), 0)
  const few = await clustersOf(6)
  t.true(few > 0 && few <= 6, `${few}`)
  t.true((await clustersOf(1000)) > few)
  model.parameters.dispose()
})

test.serial('the bundled model joins names of a headline, and people of a tweet', async (t) => {
  await using hmtl = await load('en')
  const clusters = async (text: string) =>
    ((await hmtl.annotate(text)).clusters ?? []).map((cluster) =>
      cluster.map(({ start, end }) => text.slice(start, end)),
    )
  t.deepEqual(await clusters('Google buys Fitbit; Google pays 2 billion dollars.'), [['Google', 'Google']])
  const found = await clusters('My sister lost her keys, so she called me.')
  t.true(
    found.some((cluster) => cluster.join() === 'My sister,her,she'),
    JSON.stringify(found),
  )
})
