/** What words are by their form alone: dates, telephone numbers, numbers of items and notes. */
import test from 'ava'
import { parseConfig } from '../src/model/config/parse.ts'
import { startEngine } from '../src/model/engine.ts'
import { eachForm, isDate } from '../src/model/heads/crf/forms.ts'
import { listSpans } from '../src/io/document/document.ts'
import { testEngine } from './helpers/engine.ts'
import { foundBy, randomModel } from './helpers/random-model.ts'
import { threadSeconds } from './helpers/thread-time.ts'

test.before(() => startEngine(testEngine))

/** The words of a line that have a form. */
const formed = (line: string): string[] => {
  const words = line.split(' ')
  const out: string[] = []
  eachForm({ words, from: 0, to: words.length, beginsLine: (token) => token === 0 }, (token, form) =>
    out.push(`${words[token]} ${form}`),
  )
  return out
}

test('a date in digits has a day, a month and a year', (t) => {
  for (const date of [
    '31/07/2025',
    '7/31/25',
    '31.07.2025',
    '1-12-1999',
    '2025-07-31',
    '2025/7/1',
    '2024-11-05T09:30:00+01:00',
  ])
    t.true(isDate(date), date)
  for (const other of [
    '1.7.24',
    '31/31/2025',
    '13.13.2025',
    '2025-13-01',
    '10.0.0.1',
    '1-0',
    '3/4',
    '31/07/0025',
    '2025',
  ])
    t.false(isDate(other), other)
})

test('telephone and account numbers are runs of digits that say so by their length, a plus or a word', (t) => {
  const all = (line: string) =>
    t.deepEqual(
      formed(line),
      line.split(' ').map((word) => `${word} phone`),
      line,
    )
  all('01904 555 0123')
  all('+44 20 7946 0958')
  all('415-555-0132')
  all('00472911')
  all('4500123456')
  all('3704 0044 0532 0130 00')
  t.deepEqual(formed('Tel. 555 0199 .'), ['555 phone', '0199 phone'])
  t.deepEqual(formed('( 0171 ) 496 0000'), ['0171 phone', ') phone', '496 phone', '0000 phone'])
})

test('years, hours, scores and prices are no telephone numbers', (t) => {
  for (const line of [
    '1914 1918 1939 1945',
    '20250731',
    '1999',
    '12 000 000',
    '2014 12 2015 16 2016',
    '2019-2020',
    '10 11 12',
    'in 1990 , 1991',
  ])
    t.deepEqual(formed(line), [], line)
})

test('items begin lines and notes stand in square brackets', (t) => {
  t.deepEqual(formed('2 . Highways'), ['2 item'])
  t.deepEqual(formed('( 1 ) the Seller'), ['1 item'])
  t.deepEqual(formed('3 ) Dinner'), ['3 item'])
  t.deepEqual(formed('He left . [ 17 ] She'), ['17 note'])
  for (const line of [
    '12 Stonegate , York',
    'He won 2 . Then',
    '( 1990 ) films',
    'in [ May 17 ]',
    '2 .',
    'ten ( 10 ) percent',
  ])
    t.deepEqual(formed(line), [], line)
})

test('many numbers take no more time than their number', (t) => {
  const words = Array.from({ length: 100_000 }, () => '55')
  let count = 0
  const start = threadSeconds()
  eachForm({ words, from: 0, to: words.length, beginsLine: () => true }, () => count++)
  t.true(count > 0)
  t.true(threadSeconds() - start < 5)
})

test.serial('forms are spans of their label, or none', async (t) => {
  const model = randomModel({}, 3)
  const text = 'Maren likes 31/07/2025 . She likes 01904 555 0123 there .'
  const found = async (more: object) => {
    const tasks = model.config.tasks.map((task) => (task.name === 'ner' ? { ...task, ...more } : task))
    const { entities } = await foundBy({ ...model, config: { ...model.config, tasks } }, { tasks: ['ner'] }, text)
    return entities ? listSpans(entities).map(({ start, end, label }) => `${text.slice(start, end)} ${label}`) : []
  }
  t.deepEqual(await found({ outsideBias: 40, forms: { PER: ['date'] }, lexiconBias: 80 }), ['31/07/2025 PER'])
  const digits = (spans: string[]) => spans.filter((span) => /0123|555|01904/.test(span))
  t.true(digits(await found({ outsideBias: -40 })).length > 0)
  t.deepEqual(digits(await found({ outsideBias: -40, notForms: { PER: ['phone'], LOC: ['phone'] } })), [])
  model.parameters.dispose()
})

test('forms are lists of their names by label', (t) => {
  const withForms = (forms: unknown) => parseConfig({ tasks: [{ name: 'ner', kind: 'crf', forms, notForms: forms }] })
  t.notThrows(() => withForms({ TIME: ['date', 'phone', 'item', 'note'] }))
  const error = t.throws(() => withForms({ TIME: ['dates'] }), { code: 'HMTL_CONFIG_VALUE' })
  t.regex(String((error as { remedy?: string }).remedy), /"?date"?/)
  t.throws(() => withForms(['date']), { code: 'HMTL_CONFIG_TYPE' })
})
