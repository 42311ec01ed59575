/** Metrics of entities and relations, pairing of documents, confusion. */
import test from 'ava'
import { LabelCounts } from '../src/model/metrics/counts.ts'
import { createDocument } from '../src/io/document/document.ts'
import { pairDocuments, scoreDocuments } from '../src/model/metrics/score.ts'
import { collect } from './helpers/documents.ts'

const words = 'Maren Holt left Oslo . She slept .'
const tokens = () => {
  const begin: number[] = []
  const end: number[] = []
  for (const match of words.matchAll(/\S+/g)) {
    begin.push(match.index)
    end.push(match.index + match[0].length)
  }
  return { begin: Int32Array.from(begin), end: Int32Array.from(end) }
}
const sentences = { begin: Int32Array.of(0, 5), end: Int32Array.of(5, 8) }
const at = (text: string) => ({ start: words.indexOf(text), end: words.indexOf(text) + text.length })
const document = (parts: object) => createDocument({ id: 'd', text: words, tokens: tokens(), sentences, ...parts })

async function* one<T>(item: T) {
  yield item
}

test('ner: micro and by label; the same span under two labels is two', async (t) => {
  const gold = document({
    entities: [
      { ...at('Maren Holt'), label: 'PER' },
      { ...at('Oslo'), label: 'LOC' },
    ],
  })
  const predicted = document({
    entities: [
      { ...at('Maren Holt'), label: 'PER' },
      { ...at('Oslo'), label: 'ORG' },
      { ...at('She'), label: 'PER' },
    ],
  })
  const result = await scoreDocuments(one(gold), one(predicted), 'ner')
  t.deepEqual([result.correct, result.gold, result.predicted], [1, 2, 3])
  t.is(result.byLabel.PER.f1, 2 / 3)
  t.is(result.byLabel.ORG.recall, 0)
})

test('relation: the four definitions differ where they should', async (t) => {
  const gold = document({
    entities: [
      { ...at('Maren Holt'), label: 'PER' },
      { ...at('Oslo'), label: 'LOC' },
    ],
    relations: [{ label: 'left', arg1: at('Maren Holt'), arg2: at('Oslo') }],
  })
  // Right last tokens, wrong boundary; and one in a sentence that has none.
  const predicted = document({
    entities: [
      { ...at('Holt'), label: 'PER' },
      { ...at('Oslo'), label: 'LOC' },
    ],
    relations: [
      { label: 'left', arg1: at('Holt'), arg2: at('Oslo') },
      { label: 'left', arg1: at('She'), arg2: at('slept') },
    ],
  })
  const { definitions } = await scoreDocuments(one(gold), one(predicted), 'relation')
  t.is(definitions.original.f1, 1)
  t.is(definitions.lastToken.precision, 0.5)
  t.is(definitions.boundaries.f1, 0)
  t.is(definitions.strict.f1, 0)
  const exact = await scoreDocuments(one(gold), one(gold), 'relation')
  t.is(exact.definitions.strict.f1, 1)
})

test('one side without tokens is scored by those of the other, whichever it is', async (t) => {
  const spans = [
    { ...at('Maren Holt'), label: 'PER' },
    { ...at('Oslo'), label: 'LOC' },
  ]
  const layers = {
    entities: spans,
    mentions: spans,
    relations: [{ label: 'left', arg1: at('Maren Holt'), arg2: at('Oslo') }],
    clusters: [[at('Maren Holt'), at('She')]],
  }
  const full = document(layers)
  const bare = createDocument({ id: 'd', text: words, ...layers })
  const whole = { begin: Int32Array.of(0), end: Int32Array.of(words.length) }
  const coarse = createDocument({ id: 'd', text: words, tokens: whole, ...layers })
  for (const [gold, predicted] of [
    [full, bare],
    [bare, full],
    [bare, bare],
    [full, coarse],
  ]) {
    const relation = await scoreDocuments(one(gold), one(predicted), 'relation')
    t.is(relation.f1, 1)
    for (const definition of Object.values(relation.definitions)) t.is(definition.f1, 1)
    t.is((await scoreDocuments(one(gold), one(predicted), 'ner')).f1, 1)
    t.is((await scoreDocuments(one(gold), one(predicted), 'emd')).f1, 1)
    t.is((await scoreDocuments(one(gold), one(predicted), 'coref')).conll, 1)
  }
})

test('the sentences of predictions are those of gold that has none', async (t) => {
  const relation = { label: 'left', arg1: at('Maren Holt'), arg2: at('Oslo') }
  const gold = createDocument({ id: 'd', text: words, relations: [relation] })
  const predicted = document({ relations: [relation, { ...relation, arg1: at('She'), arg2: at('slept') }] })
  const { definitions } = await scoreDocuments(one(gold), one(predicted), 'relation')
  t.is(definitions.original.precision, 1)
  t.is(definitions.lastToken.precision, 0.5)
})

test('documents are paired by id, by text, then by order; a lonely one is an error', async (t) => {
  const named = (id: string, text: string) => createDocument({ id, text })
  async function* list(...items: ReturnType<typeof named>[]) {
    yield* items
  }
  const pairs = await collect(
    pairDocuments(list(named('a', 'x'), named('b', 'y')), list(named('b', 'y2'), named('a', 'x2'))),
  )
  t.deepEqual(pairs.map(([gold, predicted]) => [gold.id, predicted.id]).sort(), [
    ['a', 'a'],
    ['b', 'b'],
  ])
  await t.throwsAsync(collect(pairDocuments(list(named('a', 'x'), named('b', 'y')), list(named('a', 'x')))), {
    code: 'HMTL_SCORE_MISMATCH',
  } as never)
})

test('confusion: right, of another label, invented and missed, by key', (t) => {
  const counts = new LabelCounts()
  counts.add(
    [
      ['1', 'PER'],
      ['2', 'ORG'],
      ['3', 'LOC'],
      ['4', 'a\tb'],
    ],
    [
      ['1', 'PER'],
      ['2', 'LOC'],
      ['5', 'LOC'],
      ['4', 'c'],
    ],
  )
  t.deepEqual(counts.score().confusion, {
    PER: { PER: 1 },
    ORG: { LOC: 1 },
    '∅': { LOC: 1 },
    'a\tb': { c: 1 },
    LOC: { '∅': 1 },
  })
})
