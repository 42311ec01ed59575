/** Taggings that are drawn by their probability instead of the best one. */
import test from 'ava'
import { type LabelledSpans, listSpans } from '../src/io/document/document.ts'
import { startEngine } from '../src/model/engine.ts'
import type { Model } from '../src/model/hierarchy.ts'
import { randomOf } from '../src/model/random.ts'
import { testEngine } from './helpers/engine.ts'
import { foundBy, randomModel } from './helpers/random-model.ts'

test.before(() => startEngine(testEngine))

const entitiesOf = async (model: Model, draw?: () => number): Promise<readonly { label: string; text: string }[]> => {
  const { entities, text } = await foundBy(model, { draw })
  return listSpans(entities as LabelledSpans).map(({ start, end, label }) => ({
    label,
    text: `${start} ${text.slice(start, end)}`,
  }))
}

/** A model whose tagger of names is so much too sure, and has a threshold that nothing passes. */
const sureBy = (model: Model, slope: number, outsideBias = 0): Model => ({
  ...model,
  config: {
    ...model.config,
    tasks: model.config.tasks.map((task) =>
      task.name === 'ner' ? { ...task, calibration: [slope, 0], outsideBias, threshold: 1, agreeBelow: 1 } : task,
    ),
  },
})

/** How often each span is drawn. */
const often = async (model: Model, draws: number): Promise<Map<string, number>> => {
  const random = randomOf(2, 'draws')
  const counts = new Map<string, number>()
  for (let i = 0; i < draws; i++)
    for (const { label, text } of await entitiesOf(model, random.next))
      counts.set(`${label} ${text}`, (counts.get(`${label} ${text}`) ?? 0) + 1 / draws)
  return counts
}

test.serial('spans come as often as they are probable, whatever threshold the tagger has', async (t) => {
  const model = randomModel({}, 3)
  const { entities, text } = await foundBy(model)
  const shares = await often(sureBy(model, 1), 400)
  t.is((await entitiesOf(sureBy(model, 1))).length, 0)
  for (const { start, end, label, score = 0 } of listSpans(entities as LabelledSpans)) {
    const share = shares.get(`${label} ${start} ${text.slice(start, end)}`) ?? 0
    t.true(
      Math.abs(share - score) < 4 * Math.sqrt((score * (1 - score)) / 400) + 0.01,
      `${label}: ${share} for ${score}`,
    )
  }
  model.parameters.dispose()
})

test.serial('the slope of the calibration flattens everything that the tagger says', async (t) => {
  const model = randomModel({}, 3)
  // As flat as can be: all tags alike, however much being outside is favoured.
  const [flat, other] = [await often(sureBy(model, 1e-9), 400), await often(sureBy(model, 1e-9, -50), 400)]
  const total = (counts: Map<string, number>) => [...counts.values()].reduce((a, b) => a + b, 0)
  t.true(Math.abs(total(flat) - total(other)) < 0.5, `${total(flat)} ${total(other)}`)
  t.true(total(await often(sureBy(model, 1, -50), 20)) > total(flat) + 0.5)
  model.parameters.dispose()
})
