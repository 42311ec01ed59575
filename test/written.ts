/** With which label nationalities and creeds are written, in what is found and in gold. */
import test from 'ava'
import { createDocument, listSpans } from '../src/io/document/document.ts'
import { parseConfig } from '../src/model/config/parse.ts'
import { startEngine } from '../src/model/engine.ts'
import { crfHead } from '../src/model/heads/crf/index.ts'
import type { CrfTaskConfig } from '../src/model/heads/crf/keys.ts'
import { isCreed, isNationality } from '../src/model/heads/crf/nationalities.ts'
import { asWritten } from '../src/model/heads/crf/written.ts'
import { testEngine } from './helpers/engine.ts'
import { foundBy, randomModel } from './helpers/random-model.ts'

test.before(() => startEngine(testEngine))

test('a nationality is a word for who belongs to a nation or a people, with what makes another of it', (t) => {
  for (const one of [
    ...['American', 'Iraqis', 'french', 'DUTCH', 'Swede', 'Swedes', 'Kurds', 'Chinese', 'Frenchwoman', 'Québécois'],
    ...['South Korean', 'South Koreans', 'Anglo-Irish', 'Israeli–Palestinian', 'African-American', 'Middle Eastern'],
    ...['Costa Rican', 'Sri Lankans', 'New Zealander', 'anti-Polish'],
  ])
    t.true(isNationality(one), one)
  for (const other of [
    ...['America', 'Iraq', 'South Korea', 'Korea', 'South', 'Rican', 'Lankan', 'Zealander', 'New', 'Eastern'],
    ...['American Airlines', 'Bank of Ireland', 'Irish Sea', 'the French', 'Germany', 'Turkey', 'Jordan', 'Polo'],
    ...['Dutchmens', 'Costa', 'Costa-', '', '-', ' '],
  ])
    t.false(isNationality(other), other)
})

test('a creed is a word for who believes, and in what', (t) => {
  for (const one of ['Sunni', 'Shiites', 'Islamic', 'Christianity', 'Republicans', 'Sunni Arab Muslim', 'neo-Nazis'])
    t.true(isCreed(one), one)
  for (const other of ['Islamic Jihad', 'Arab', 'Labour', 'Christian Louboutin', 'Democratic Party', 'neo', ''])
    t.false(isCreed(other), other)
})

const rules = { nationality: { LOC: 'MISC' }, creed: { ORG: 'MISC' } }

test('the whole span must be of the class, and its label one of those that give way', (t) => {
  const text = 'Polish Poland Polish Sunni Sunni Amir Polish'
  const span = (start: number, end: number, label: string) => ({ start, end, label })
  const spans = [span(0, 6, 'LOC'), span(7, 13, 'LOC'), span(14, 20, 'PER'), span(21, 26, 'ORG'), span(27, 37, 'ORG')]
  t.deepEqual(
    asWritten(rules, text, spans).map(({ label }) => label),
    ['MISC', 'LOC', 'PER', 'MISC', 'ORG'],
  )
  t.deepEqual(asWritten({}, text, spans), spans)
})

test.serial('what is found is written so, but by conventions that keep their own', async (t) => {
  const model = randomModel({}, 3)
  const text = 'French'
  const labels = async (more: Partial<CrfTaskConfig>, convention?: string) => {
    const tasks = model.config.tasks.map((task) => (task.name === 'ner' ? { ...task, ...more } : task))
    const changed = { ...model, config: { ...model.config, tasks } }
    const { entities } = await foundBy(changed, { tasks: ['ner'], convention }, text)
    return entities ? listSpans(entities).map(({ label }) => label) : []
  }
  const surely = { outsideBias: -100, lexicon: { PER: ['French'] }, lexiconBias: 100 }
  const written = { nationality: { PER: 'LOC' } }
  t.deepEqual(await labels(surely), ['PER'])
  t.deepEqual(await labels({ ...surely, written }), ['LOC'])
  t.deepEqual(await labels({ ...surely, written, writtenUnless: ['here'] }), ['LOC'])
  t.deepEqual(await labels({ ...surely, written, writtenUnless: ['here'] }, 'here'), ['PER'])
  t.deepEqual(await labels({ ...surely, written, writtenUnless: ['there'] }, 'there'), ['PER'])
  await t.throwsAsync(labels({ ...surely, written, writtenUnless: ['there'] }, 'their'), { code: 'HMTL_USAGE' })
  model.parameters.dispose()
})

test('gold is scored as it is written, where its source has the label', (t) => {
  const { tasks } = parseConfig({ tasks: [{ name: 'ner', kind: 'crf', written: rules }] })
  const task = tasks[0] as CrfTaskConfig
  const gold = createDocument({
    id: 'a',
    text: 'Polish Poland',
    entities: [
      { start: 0, end: 6, label: 'LOC' },
      { start: 7, end: 13, label: 'LOC' },
    ],
  })
  const compared = (labels?: string[]) =>
    crfHead
      .comparable(gold, gold, task, ['LOC', 'MISC'], { train: 'a.arrow', labels } as CrfTaskConfig['datasets'][number])
      .map(({ entities }) => (entities ? listSpans(entities).map(({ label }) => label) : []))
  t.deepEqual(compared(), [
    ['MISC', 'LOC'],
    ['MISC', 'LOC'],
  ])
  // A source without the label: the nationality that it calls a place is missed.
  t.deepEqual(compared(['LOC']), [['LOC', 'LOC'], ['LOC']])
})

test('the rules are checked', (t) => {
  const withRules = (written: unknown) => parseConfig({ tasks: [{ name: 'ner', kind: 'crf', written }] })
  t.notThrows(() => withRules(rules))
  const error = t.throws(() => withRules({ nationalities: { LOC: 'MISC' } }), { code: 'HMTL_CONFIG_VALUE' })
  t.regex(String((error as { remedy?: string }).remedy), /"?nationality"?/)
  t.throws(() => withRules({ nationality: { LOC: 3 } }), { code: 'HMTL_CONFIG_VALUE' })
  t.throws(() => withRules({ nationality: 'MISC' }), { code: 'HMTL_CONFIG_VALUE' })
  t.throws(() => withRules(['nationality']), { code: 'HMTL_CONFIG_TYPE' })
})
