/** Names inside a configuration that no data have are refused, or told where they may be right all the same. */
import test from 'ava'
import { HmtlError } from '../src/io/errors.ts'
import { parseConfig } from '../src/model/config/parse.ts'
import { checkNames } from '../src/train/names.ts'

const allLabels = { ner: ['LOC', 'ORG', 'PER'], relation: ['employer', 'spouse'] }
const one = [{ train: 'a.arrow' }]
const configOf = (
  settings: object,
  { ner = {}, datasets = one, begin }: { ner?: object; datasets?: object[]; begin?: string } = {},
) =>
  parseConfig({
    tasks: [
      { name: 'ner', kind: 'crf', datasets, ...ner },
      { name: 'relation', kind: 'relation', on: 'ner', tagsOf: 'ner', datasets, ...settings },
    ],
    training: begin === undefined ? {} : { begin },
  })

const refusal = (config: ReturnType<typeof configOf>): string => {
  try {
    return checkNames(config, { allLabels, namedLabels: [] }, undefined).join()
  } catch (error) {
    if (error instanceof HmtlError && error.code === 'HMTL_CONFIG_VALUE') return error.message
    throw error
  }
}

test('every setting that names a label: the nearest one there is, is said', (t) => {
  for (const [settings, wrong, near] of [
    [{ argumentTypes: { employer: [['PERS'], ['ORG']] } }, 'PERS', 'PER'],
    [{ argumentTypes: { employr: [['PER'], ['ORG']] } }, 'employr', 'employer'],
    [{ symmetric: ['spous'] }, 'spous', 'spouse'],
    [{ single: ['spous'] }, 'spous', 'spouse'],
    [{ cues: { employe: ['works'] } }, 'employe', 'employer'],
    [{ never: { employe: ['africa'] } }, 'employe', 'employer'],
    [{ beside: { employer: ['spuse'] } }, 'spuse', 'spouse'],
    [{ pronouns: { PERS: ['she'] } }, 'PERS', 'PER'],
  ] as const) {
    const message = refusal(configOf(settings))
    t.true(message.includes(`names "${wrong}"`) && message.includes(`Did you mean "${near}"?`), message)
  }
  for (const key of ['lexicon', 'forms', 'notForms'])
    t.regex(refusal(configOf({}, { ner: { [key]: { LOK: ['date'] } } })), /"LOK".*Did you mean "LOC"\?/)
  t.regex(refusal(configOf({}, { ner: { written: { nationality: { LOK: 'PER' } } } })), /"LOK".*Did you mean "LOC"\?/)
  t.regex(refusal(configOf({ convention: 'gum' })), /"relation\.convention" is "gum", which is that of no data set/)
  t.is(refusal(configOf({ symmetric: ['spouse'], argumentTypes: { employer: [['PER'], ['ORG']] } })), '')
})

test('with several data sets, or a model to begin with, it is told', (t) => {
  const wrong = { symmetric: ['spous'] }
  const several = configOf(wrong, { datasets: [...one, { train: 'b.arrow' }] })
  t.is(checkNames(several, { allLabels, namedLabels: [] }, undefined).length, 1)
  const begun = configOf(wrong, { begin: 'en' })
  const former = { labels: { relation: ['spouse'] }, config: begun }
  t.is(checkNames(begun, { allLabels, namedLabels: [] }, former).length, 1)
  t.is(checkNames(begun, { allLabels, namedLabels: [] }, { ...former, labels: { relation: ['spous'] } }).length, 0)
})

test('labels that a data set is said to have and has not are told, with those that it has', (t) => {
  const named = { task: 'ner', train: 'a.arrow', named: ['person', 'plase'], own: ['person', 'place'] }
  const [told, ...others] = checkNames(configOf({}), { allLabels, namedLabels: [named] }, undefined)
  t.deepEqual(others, [])
  t.is(
    told,
    '"labels" of a.arrow in task ner names "plase", which it does not have. Did you mean "place"? It has person, place',
  )
})
