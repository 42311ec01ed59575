/** A headline is all names: its mentions are not pruned as those of a page are. */
import test from 'ava'
import { listClusters, listSpans } from '../src/io/document/document.ts'
import { startEngine } from '../src/model/engine.ts'
import type { Model } from '../src/model/hierarchy.ts'
import { load } from '../src/index.ts'
import { testEngine } from './helpers/engine.ts'
import { foundBy, randomModel } from './helpers/random-model.ts'

test.before(() => startEngine(testEngine))

const keeping = (model: Model, leastSpans: number, more: object = {}): Model => ({
  ...model,
  config: {
    ...model.config,
    tasks: model.config.tasks.map((task) =>
      task.name === 'coref' ? { ...task, spansPerWord: 0.01, leastSpans, ...more } : task,
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

test.serial('names that a tagger finds are candidates too, whichever tasks are asked for', async (t) => {
  const model = randomModel({}, 3)
  const { entities, text } = await foundBy(model, { tasks: ['ner'] })
  const spans = entities ? listSpans(entities).filter(({ start, end }) => text.slice(start, end) !== '.') : []
  const names = spans.map(({ start, end }) => `${start} ${end}`)
  t.true(names.length > 2, 'the model finds names')
  const membersOf = async (tasks?: readonly string[]) => {
    const { clusters } = await foundBy(keeping(model, 0, { namesOf: 'ner', linkBias: 50 }), { tasks })
    return clusters
      ? listClusters(clusters)
          .flat()
          .map(({ start, end }) => `${start} ${end}`)
      : []
  }
  const found = await membersOf()
  t.deepEqual([...found].sort(), [...names].sort(), 'all of them, since no other candidate is kept, and all are joined')
  t.deepEqual(await membersOf(['coref']), found, 'the tagger runs unseen')
  model.parameters.dispose()
})

test.serial('what has no letter and no digit is no mention of anything', async (t) => {
  const model = randomModel({}, 3)
  const every = keeping(model, 1000, { linkBias: 50 })
  const { clusters, text } = await foundBy(every, {}, 'Maren likes it 😀 😀 ! She likes it 😀 - 😀 !')
  const members = clusters
    ? listClusters(clusters)
        .flat()
        .map(({ start, end }) => text.slice(start, end))
    : []
  t.true(members.length > 4, 'all candidates but those are joined')
  t.deepEqual(
    members.filter((member) => !/[a-z]/i.test(member)),
    [],
  )
  t.is((await foundBy(every, {}, '😀 😀 ! ! 😀')).clusters?.begin.length, 0)
  model.parameters.dispose()
})

test.serial('what has one name may be joined sooner than what has not', async (t) => {
  const withText = randomModel({}, 3, { textFeatures: true })
  const joined = async (nameBias: number) => {
    const more = { linkBias: -50, nameBias }
    const { clusters } = await foundBy(keeping(withText, 1000, more))
    return clusters ? listClusters(clusters) : []
  }
  t.is((await joined(0)).length, 0)
  const found = await joined(100)
  t.true(found.length > 0)
  const text = 'Maren lives in Oslo . She likes it there . Oslo likes Maren .'
  for (const cluster of found) t.is(new Set(cluster.map(({ start, end }) => text.slice(start, end))).size, 1)
  withText.parameters.dispose()
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
