/** Words of closed classes that the data hardly have, such as the days of the week. */
import test from 'ava'
import { listSpans } from '../src/io/document/document.ts'
import { parseConfig } from '../src/model/config/parse.ts'
import { startEngine } from '../src/model/engine.ts'
import type { Model } from '../src/model/hierarchy.ts'
import { testEngine } from './helpers/engine.ts'
import { foundBy, randomModel } from './helpers/random-model.ts'

test.before(() => startEngine(testEngine))

const text = 'She likes it there . There she lives in Oslo there .'

const entitiesOf = async (model: Model, more: object) => {
  const tasks = model.config.tasks.map((task) => (task.name === 'ner' ? { ...task, ...more } : task))
  const { entities } = await foundBy({ ...model, config: { ...model.config, tasks } }, { tasks: ['ner'] }, text)
  return entities ? listSpans(entities).map(({ start, end, label }) => `${text.slice(start, end)} ${label}`) : []
}

test.serial('a word of the lexicon is a span of its label by itself, as written and nowhere else', async (t) => {
  const model = randomModel({}, 3)
  const outside = { outsideBias: 40 }
  t.deepEqual(await entitiesOf(model, outside), [], 'by itself nothing is found')
  const lexicon = { PER: ['there', 'Oslo'] }
  t.deepEqual(await entitiesOf(model, { ...outside, lexicon, lexiconBias: 80 }), ['there PER', 'Oslo PER', 'there PER'])
  t.deepEqual(await entitiesOf(model, { ...outside, lexicon, lexiconBias: 0 }), [])
  model.parameters.dispose()
})

test.serial('what speaks more against it is right', async (t) => {
  const model = randomModel({}, 3)
  const lexicon = { PER: ['there'] }
  t.deepEqual(await entitiesOf(model, { outsideBias: 90, lexicon, lexiconBias: 40 }), [])
  t.deepEqual(await entitiesOf(model, { lexicon: { ORG: ['there'] }, lexiconBias: 80 }), await entitiesOf(model, {}))
  model.parameters.dispose()
})

test('a lexicon is lists of words by label', (t) => {
  const withLexicon = (lexicon: unknown) => parseConfig({ tasks: [{ name: 'ner', kind: 'crf', lexicon }] })
  t.throws(() => withLexicon(['Monday']), { code: 'HMTL_CONFIG_TYPE' })
  t.throws(() => withLexicon({ TIME: 'Monday' }), { code: 'HMTL_CONFIG_VALUE' })
  t.notThrows(() => withLexicon({ TIME: ['Monday'] }))
})
