/** What of training data is not learned, or learned otherwise than it stands there, is counted before a training begins. */
import test from 'ava'
import { createDocument } from '../src/io/document/document.ts'
import { LossReport } from '../src/io/report.ts'
import { parseConfig } from '../src/model/config/parse.ts'
import { examplesOf } from '../src/model/examples.ts'
import type { TagExample } from '../src/model/heads/crf/examples.ts'
import { prepareDocument } from '../src/pipeline/prepare.ts'

const text = 'The University of Oslo hired Maren Holt in Bergen. She left Oslo for it.'
const at = (words: string) => ({ start: text.indexOf(words), end: text.indexOf(words) + words.length })
const oslo = { ...at('Oslo'), label: 'LOC' }
const [organization, maren, she] = [at('University of Oslo'), at('Maren Holt'), at('She')]
const document = prepareDocument(
  createDocument({
    id: 'd',
    text,
    entities: [
      { ...organization, label: 'ORG' },
      oslo,
      { ...at('Maren Hol'), label: 'full name' },
      { ...at('Bergen. She'), label: 'LOC' },
    ],
    relations: [
      { label: 'employer', arg1: maren, arg2: organization },
      { label: 'employer', arg1: she, arg2: organization },
      { label: 'near', arg1: organization, arg2: oslo },
    ],
    clusters: [[maren, she], [at('The University of Oslo hired Maren Holt in Bergen')]],
  }),
)
const [ner, relation, coref] = parseConfig({
  tasks: [
    { name: 'ner', kind: 'crf', scheme: 'bio' },
    { name: 'relation', kind: 'relation', on: 'ner' },
    { name: 'coref', kind: 'coref', on: 'ner' },
  ],
}).tasks

const countsOf = (task: typeof ner, labels: readonly string[]) => {
  const report = new LossReport()
  const examples = [...examplesOf(document, task, labels, { train: 'x' }, report)]
  return { examples, counts: Object.fromEntries(report.entries().map(({ kind, count }) => [kind, count])), report }
}

test('a tagger: nested spans, spans across sentences and those that were widened are counted', (t) => {
  const { counts, report } = countsOf(ner, ['LOC', 'ORG', 'full name'])
  t.deepEqual(counts, { 'unaligned-entity': 1, 'nested-entity': 1, 'cross-sentence-entity': 1 })
  t.true(report.entries().every(({ examples }) => examples[0].startsWith('d: ')))
})

test('a label with a space in it is learned', (t) => {
  const [first] = countsOf(ner, ['LOC', 'ORG', 'full name']).examples as TagExample[]
  // The tags of a BIO scheme in order of the labels: O, B-LOC, I-LOC, B-ORG, I-ORG, B-full name, I-full name.
  t.deepEqual([...first.tags].slice(0, 8), [0, 3, 4, 4, 0, 5, 6, 0])
})

test('relations and coreference: what cannot be learned is counted', (t) => {
  t.deepEqual(countsOf(relation, ['employer', 'near']).counts, {
    'cross-sentence-relation': 1,
    'relation-within-a-name': 1,
  })
  t.deepEqual(countsOf(relation, ['near']).counts, { 'rare-label-relation': 2, 'relation-within-a-name': 1 })
  t.deepEqual(countsOf(coref, []).counts, { 'cluster-of-one': 1, 'mention-wider-than-maxSpanWidth': 1 })
})
