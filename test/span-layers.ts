/** Formats that hold one layer of spans, or keep two as one: what is written of a document that has both is counted. */
import test from 'ava'
import { createDocument, listClusters, listSpans, spansOf } from '../src/io/document/document.ts'
import { joinTokens } from '../src/io/document/tokens.ts'
import { through } from './helpers/written.ts'

const base = joinTokens(['Ada', 'met', 'the', 'man', 'from', 'Rome', '.'])
const span = (words: string) => ({ start: base.text.indexOf(words), end: base.text.indexOf(words) + words.length })
const [ada, man, rome] = ['Ada', 'the man', 'Rome'].map(span)
const entities = [
  { ...ada, label: 'PER' },
  { ...rome, label: 'LOC' },
]
const mentions = [
  { ...ada, label: 'PER' },
  { ...man, label: 'PER' },
  { ...rome, label: 'GPE' },
]
const like = { id: 'd', ...base, sentences: spansOf([[0, 7]]) }
const both = createDocument({ ...like, entities, mentions })
const counted = ({ again: [document], report }: Awaited<ReturnType<typeof through>>) => ({
  spans: [
    ...(document.entities ? listSpans(document.entities) : []),
    ...(document.mentions ? listSpans(document.mentions) : []),
  ],
  lost: Object.fromEntries(
    report
      .entries()
      .filter(({ kind }) => kind !== 'singleton-added')
      .map(({ kind, count }) => [kind, count]),
  ),
})

for (const format of [
  'conll2003',
  'conll2012',
  'conll04',
  'redocred',
  'like-conll',
  'conllu',
  'ace05',
  'brat',
  'dygie',
]) {
  test(`${format}: the layer that is asked for is written, and the other one counted`, async (t) => {
    for (const [layer, spans, lost] of [
      ['entities', entities, { 'layer-mentions': 3 }],
      ['mentions', mentions, { 'layer-entities': 2 }],
    ] as const)
      t.deepEqual(counted(await through(format, [both], { layer })), { spans: [...spans], lost })
  })

  test(`${format}: of one layer nothing is counted, but for entities that are read again as mentions`, async (t) => {
    const isOfMentions = ['like-conll', 'conllu', 'ace05'].includes(format)
    for (const layers of [{ entities }, { mentions }])
      t.deepEqual(counted(await through(format, [createDocument({ ...like, ...layers })])), {
        spans: Object.values(layers)[0],
        lost: isOfMentions && layers.entities ? { 'entity-as-mention': 2 } : {},
      })
  })
}

for (const format of ['brat', 'dygie'])
  test(`${format}: two layers that are written as one are counted`, async (t) => {
    const { spans, lost } = counted(await through(format, [both]))
    t.is(spans.length, 4)
    t.deepEqual(lost, { 'mention-as-entity': 3 })
  })

test('ace05: a mention of no cluster is read again as a cluster of one, which is counted', async (t) => {
  const { again, report } = await through('ace05', [createDocument({ ...like, mentions, clusters: [[ada, man]] })])
  t.deepEqual(listClusters(again[0].clusters!), [[ada, man], [rome]])
  t.is(report.count('singleton-added'), 1)
})
