/** From which probability on a tagger finds what its best tagging has. */
import test from 'ava'
import { type LabelledSpans, listSpans } from '../src/io/document/document.ts'
import { parseConfig } from '../src/model/config/parse.ts'
import { startEngine } from '../src/model/engine.ts'
import type { Model } from '../src/model/hierarchy.ts'
import { testEngine } from './helpers/engine.ts'
import { foundBy, randomModel } from './helpers/random-model.ts'

test.before(() => startEngine(testEngine))

const withThreshold = (model: Model, threshold: number, calibration: readonly [number, number] = [1, 0]): Model => ({
  ...model,
  config: {
    ...model.config,
    tasks: model.config.tasks.map((task) => (task.name === 'ner' ? { ...task, threshold, calibration } : task)),
  },
})

test('what is less probable is not found, and nothing else changes', async (t) => {
  const model = randomModel({}, 3)
  const all = await foundBy(model)
  const entities = listSpans(all.entities as LabelledSpans)
  const scores = entities.map(({ score = 1 }) => score).sort((a, b) => a - b)
  t.true(scores.length > 2 && scores[0] < scores[scores.length - 1])
  const threshold = (scores[0] + scores[scores.length - 1]) / 2

  const sure = await foundBy(withThreshold(model, threshold))
  t.deepEqual(
    listSpans(sure.entities as LabelledSpans),
    entities.filter(({ score = 1 }) => score >= threshold),
  )
  t.deepEqual(sure.mentions, all.mentions)
  t.is((await foundBy(withThreshold(model, 1.0))).entities?.begin.length, 0)

  // It is asked of what the tagger says, whatever its scores are called afterwards.
  const told = await foundBy(withThreshold(model, threshold, [0.1, 0]))
  t.is(told.entities?.begin.length, sure.entities?.begin.length)
  model.parameters.dispose()
})

test('every span of the best tagging is found where nothing is said', (t) => {
  const { tasks } = parseConfig({ tasks: [{ name: 'ner', kind: 'crf' }] })
  t.is((tasks[0] as unknown as { threshold: number }).threshold, 0)
  t.throws(() => parseConfig({ tasks: [{ name: 'ner', kind: 'crf', threshold: 1.5 }] }), { code: 'HMTL_CONFIG_VALUE' })
})
