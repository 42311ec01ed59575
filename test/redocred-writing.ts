/** What is written as Re-DocRED: entities, relations and clusters are read again as they were, or what changed is counted. */
import { isDeepStrictEqual } from 'node:util'
import test from 'ava'
import {
  createDocument,
  type Document,
  listClusters,
  listRelations,
  listSpans,
  spansOf,
} from '../src/io/document/document.ts'
import { joinTokens } from '../src/io/document/tokens.ts'
import { read, write } from './helpers/documents.ts'
import { wordsOf } from './helpers/columns.ts'

const base = joinTokens(['Ada', 'met', 'Bo', 'in', 'U.S.-led', 'Rome', '.', 'She', 'saw', 'Bo', 'and', 'him', '.'])
const like = {
  id: 'd',
  ...base,
  sentences: spansOf([
    [0, 7],
    [7, 13],
  ]),
}
const span = (words: string, from = 0) => {
  const start = base.text.indexOf(words, from)
  return { start, end: start + words.length }
}
const [ada, bo, rome, she, bo2, him] = [span('Ada'), span('Bo'), span('Rome'), span('She'), span('Bo', 20), span('him')]
const people = [ada, bo, rome, she, bo2, him].map((each) => ({ ...each, label: 'X' }))

const through = async (document: Document) => {
  const { bytes, report } = await write('redocred', [document])
  const again = await read('redocred', bytes)
  if (again.errors.length > 0) throw again.errors[0]
  const rewritten = (await write('redocred', again.documents)).bytes
  return {
    record: JSON.parse(bytes.toString())[0],
    report,
    again: again.documents[0],
    found: again.report,
    same: isDeepStrictEqual(JSON.parse(rewritten.toString()), JSON.parse(bytes.toString())),
  }
}
const sorted = (list: readonly unknown[]) => list.map((each) => JSON.stringify(each)).sort()

test('redocred: relations between clustered mentions hold between the mentions that they held between', async (t) => {
  const clusters = [
    [ada, she],
    [bo, bo2, him],
  ]
  for (const relations of [
    [
      { label: 'met', arg1: ada, arg2: bo },
      { label: 'saw', arg1: she, arg2: him },
    ],
    [
      { label: 'met', arg1: ada, arg2: him },
      { label: 'met', arg1: she, arg2: bo2 },
    ],
    [
      { label: 'met', arg1: ada, arg2: bo },
      { label: 'met', arg1: she, arg2: bo2 },
      { label: 'met', arg1: she, arg2: him },
    ],
    [],
  ]) {
    const { again, report, found, same } = await through(
      createDocument({ ...like, entities: people, clusters, relations }),
    )
    t.deepEqual(sorted(listRelations(again.relations!)), sorted(relations))
    t.deepEqual([report.size, found.size], [0, 0])
    t.true(same)
  }
  // What every pair within a sentence says needs no field of ours.
  const usual = await through(
    createDocument({
      ...like,
      entities: people,
      clusters: [[ada], [bo], [rome], [she], [bo2], [him]],
      relations: [{ label: 'met', arg1: ada, arg2: bo }],
    }),
  )
  t.false(JSON.stringify(usual.record).includes('pairs') || 'hmtl' in usual.record)
})

test('redocred: one relation of an argument with several labels stays one', async (t) => {
  const entities = ['A', 'B', 'C'].map((label) => ({ ...ada, label })).concat({ ...bo, label: 'A' })
  const relations = [{ label: 'met', arg1: ada, arg2: bo }]
  const { again, report } = await through(createDocument({ ...like, entities, relations }))
  t.deepEqual(listRelations(again.relations!), relations)
  t.deepEqual(listSpans(again.entities!), entities)
  t.is(report.size, 0)
})

test('redocred: who is in no cluster comes back in none, and relations that were not annotated are none', async (t) => {
  for (const clusters of [undefined, [], [[ada, she]], [[rome], [bo, him]]]) {
    const { again, report, same } = await through(createDocument({ ...like, entities: people, clusters }))
    t.deepEqual(again.clusters && listClusters(again.clusters), clusters)
    t.is(again.relations, undefined)
    t.is(report.size, 0)
    t.true(same)
  }
})

test('redocred: a span inside of a token is widened, one across sentences is left out, both counted', async (t) => {
  const { again, report } = await through(
    createDocument({
      ...like,
      entities: [
        { ...span('U.S.'), label: 'GPE' },
        { start: rome.start, end: she.end, label: 'X' },
      ],
      relations: [{ label: 'r', arg1: rome, arg2: { start: rome.start, end: she.end } }],
    }),
  )
  t.deepEqual(listSpans(again.entities!), [
    { ...span('U.S.-led'), label: 'GPE' },
    { ...rome, label: 'MISC' },
  ])
  t.deepEqual(
    report.entries().map(({ kind, count }) => [kind, count]),
    [
      ['unaligned-entity', 1],
      ['cross-sentence-entity', 1],
      ['label-added', 1],
      ['off-token-relation', 1],
    ],
  )
})

test('redocred: words are what they are, white space in them too; an empty one is counted', async (t) => {
  const words = ['New\u00a0York', 'a b', '\u00a0', ' ', '']
  const { documents, report } = await read('redocred', JSON.stringify([{ title: 't', sents: [words], vertexSet: [] }]))
  t.deepEqual(wordsOf(documents[0]), ['New\u00a0York', 'a b', '\u00a0', ' ', '_'])
  t.is(report.count('empty-word'), 1)
  t.deepEqual(JSON.parse((await write('redocred', documents)).bytes.toString())[0].sents, [words])
})
