/** A span without a label: the formats that need one write `ENT` and count it, the others keep it as it is. */
import test from 'ava'
import { createDocument, listRelations, listSpans } from '../src/io/document/document.ts'
import { joinTokens } from '../src/io/document/tokens.ts'
import { through } from './helpers/written.ts'

const base = joinTokens(['Ada', 'left', 'Rome'])
const [ada, rome] = [
  { start: 0, end: 3 },
  { start: 9, end: 13 },
]
const spans = [
  { ...ada, label: '' },
  { ...rome, label: 'LOC' },
]

for (const format of ['conll2003', 'conll2012', 'conll04', 'like-conll', 'conllu', 'brat', 'litbank'])
  test(`${format}: an empty label is written as ENT, and counted`, async (t) => {
    const { again, report } = await through(format, [createDocument({ id: 'd', ...base, entities: spans })])
    t.deepEqual(listSpans((again[0].entities ?? again[0].mentions)!), [{ ...ada, label: 'ENT' }, spans[1]])
    t.is(report.count('label-changed'), 1)
  })

for (const format of ['dygie', 'redocred', 'ace05', 'jsonl', 'arrow'])
  test(`${format}: an empty label stays empty`, async (t) => {
    const { again, report } = await through(format, [createDocument({ id: 'd', ...base, entities: spans })])
    t.deepEqual(listSpans((again[0].entities ?? again[0].mentions)!), spans)
    t.is(report.count('label-changed'), 0)
  })

test('brat: relations without a label are written so that its reader takes them', async (t) => {
  const relations = [{ label: '', arg1: ada, arg2: rome }]
  const { again, report } = await through('brat', [
    createDocument({ id: 'd', ...base, entities: [spans[1], { ...ada, label: 'PER' }], relations }),
  ])
  t.deepEqual(listRelations(again[0].relations!), [{ label: '_', arg1: ada, arg2: rome }])
  t.is(report.count('label-changed'), 1)
})
