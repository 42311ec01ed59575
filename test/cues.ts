/** Labels whose annotators asked for a word. */
import test from 'ava'
import { listRelations } from '../src/io/document/document.ts'
import { parseConfig } from '../src/model/config/parse.ts'
import { startEngine } from '../src/model/engine.ts'
import { hasCue } from '../src/model/heads/relation/cues.ts'
import { testEngine } from './helpers/engine.ts'
import { foundBy, randomModel } from './helpers/random-model.ts'

test.before(() => startEngine(testEngine))

test('a cue is a word or words of the sentence, of any case, not a part of one', (t) => {
  const task = { cues: { head: ['ceo', 'chief executive'] } }
  const says = (sentence: string, label = 'head') => hasCue(task, label, sentence.split(' '))
  t.true(says('Ida is CEO of Bolt .'))
  t.true(says('the Chief Executive of Bolt'))
  t.false(says('the chief of an executive'))
  t.false(says('Ida likes Oceona .'))
  t.true(says('Ida likes it .', 'likes'))
})

test('a life in a bracket behind a name is a cue for its dates, each at its end', (t) => {
  const task = { cues: { birth: ['born', '(year–'], death: ['died', '–year)'] } }
  const says = (label: string, sentence: string, firstEnd: number, second: string) => {
    const words = sentence.split(' ')
    return hasCue(task, label, words, { firstEnd, second: words.indexOf(second) })
  }
  const ada = 'Ada Lovelace ( 10 December 1815 – 27 November 1852 ) wrote it in 1843 .'
  t.true(says('birth', ada, 2, '10'))
  t.true(says('death', ada, 2, '27'))
  t.false(says('death', ada, 2, '10'))
  t.false(says('birth', ada, 2, '27'))
  t.false(says('birth', ada, 2, '1843'))
  t.true(says('death', 'Ada , Countess of Lovelace ( c. 1815 - 1852 )', 1, '1852'))
  for (const other of [
    'Victoria ( r. 1837 – 1901 )',
    'Victoria ( reigned 1837 – 1901 )',
    'Arthur ( 1990 – 1994 ) led',
    'Methuselah ( 1000 – 1900 )',
    'Dana ( 1990 ) led',
    'Dana ( Support ) , 1990 – 2025',
  ]) {
    const words = other.split(' ')
    for (const second of words.filter((word) => /^\d/.test(word)))
      t.false(says('birth', other, 1, second) || says('death', other, 1, second), other)
  }
  t.false(says('birth', 'a ( 1815 – 1852 ) b', 5, '1815'), 'before the name')
  t.false(hasCue(task, 'birth', ada.split(' ')), 'of no places nothing is known')
})

test.serial('relations of such a label are found in sentences that have one alone', async (t) => {
  const model = randomModel({}, 3)
  const text = 'Maren lives in Oslo . She likes it there . Oslo likes Maren .'
  const found = async (cues: object) => {
    const tasks = model.config.tasks.map((task) => (task.kind === 'relation' ? { ...task, cues } : task))
    const { relations } = await foundBy({ ...model, config: { ...model.config, tasks } }, {}, text)
    return relations ? listRelations(relations) : []
  }
  const all = await found({})
  const first = text.indexOf('.')
  t.true(all.some(({ arg1 }) => arg1.end <= first) && all.some(({ arg1 }) => arg1.start > first))
  t.deepEqual(
    await found({ in: ['lives'] }),
    all.filter(({ arg1 }) => arg1.start <= first),
  )
  t.deepEqual(await found({ in: ['nowhere'] }), [])
  t.deepEqual(await found({ other: ['nowhere'] }), all)
  model.parameters.dispose()
})

test('cues are lists of words by label', (t) => {
  const withCues = (cues: unknown) =>
    parseConfig({
      tasks: [
        { name: 'ner', kind: 'crf' },
        { name: 'r', kind: 'relation', on: 'ner', cues },
      ],
    })
  t.throws(() => withCues(['ceo']), { code: 'HMTL_CONFIG_TYPE' })
  t.throws(() => withCues({ head: [] }), { code: 'HMTL_CONFIG_VALUE' })
  const [, relation] = withCues({ head: ['CEO'] }).tasks as unknown as { cues: object }[]
  t.deepEqual(relation.cues, { head: ['ceo'] })
})
