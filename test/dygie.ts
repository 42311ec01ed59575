/** DyGIE as other tools write it, and PreCo, which has its form. */
import test from 'ava'
import { type Document, listClusters, listSpans } from '../src/io/document/document.ts'
import { kinds, read, write } from './helpers/documents.ts'

const entitiesOf = ({ text, entities }: Document) =>
  entities ? listSpans(entities).map(({ start, end, label }) => [text.slice(start, end), label]) : undefined
test('dygie: numeric keys, empty sentences, other fields and one odd item', async (t) => {
  const record =
    '{"doc_key":58,"w":1.10,"text":"mine","sentences":[["Ida","met"],[],["Nils"]],"ner":[[[0,0,"PER"]],[],[[2,2,"PER"]]],"relations":[[],[],[]]}\n'
  const { documents, report } = await read('dygie', record)
  t.is(documents[0].id, '58')
  t.deepEqual(kinds(report), {})
  const again = (await write('dygie', documents)).bytes.toString()
  t.deepEqual(JSON.parse(again), JSON.parse(record))
  t.true(again.includes('"w":1.10'))
  t.deepEqual(JSON.parse((await write('jsonl', documents)).bytes.toString()).text, 'Ida met Nils')
  const odd = await read('dygie', '{"doc_key":"a","sentences":[["Ida","met"]],"ner":[[[0,0,"PER"],[0,9,"PER"]]]}')
  t.deepEqual(odd.documents.map(entitiesOf), [[['Ida', 'PER']]])
  t.deepEqual(kinds(odd.report), { 'unreadable-ner': 1 })
})

test('dygie: what stands in the list of another sentence than it is in is left out, with what indices count', async (t) => {
  const sentences = [['Ada', 'ran'], [], ['She', 'won', '.']]
  const of = (layers: object) => read('dygie', JSON.stringify({ doc_key: 'a', sentences, ...layers }))
  const kept = await of({
    ner: [
      [[0, 0, 'PER']],
      [],
      [
        [2, 2, 'PER'],
        [0, 0, 'PER'],
      ],
    ],
  })
  t.deepEqual(
    kept.documents.map(({ entities }) => listSpans(entities!).map(({ start }) => start)),
    [[0, 8]],
  )
  t.deepEqual(kinds(kept.report), { 'unreadable-ner': 1 })
  t.regex(kept.report.entries()[0].examples[0], /another sentence/)
  const wrong = await of({
    ner: [
      [],
      [],
      [
        [0, 0, 'PER'],
        [1, 1, 'X'],
      ],
    ],
  })
  t.regex(wrong.errors[0].message, /count over the whole document/)
  const relations = await of({
    relations: [
      [[0, 0, 1, 1, 'R']],
      [],
      [
        [0, 0, 1, 1, 'R'],
        [2, 2, 0, 0, 'R'],
      ],
    ],
  })
  t.deepEqual(kinds(relations.report), { 'unreadable-relations': 1 })
  // A span may go over its sentence's end; lists that are not one a sentence say nothing.
  for (const ner of [
    [[[1, 2, 'PER']], [], []],
    [
      [
        [0, 0, 'PER'],
        [2, 2, 'PER'],
      ],
    ],
  ])
    t.deepEqual(kinds((await of({ ner })).report), {}, JSON.stringify(ner))
  t.deepEqual(
    kinds(
      (
        await of({
          ner: [
            [
              [0, 0, 'PER'],
              [0, 0, 'PER'],
              [0, 0, 'X'],
            ],
            [],
            [],
          ],
        })
      ).report,
    ),
    { 'duplicate-ner': 1 },
  )
  const related = [0, 0, 1, 1, 'X']
  t.deepEqual(kinds((await of({ relations: [[related, related], [], []] })).report), { 'duplicate-relations': 1 })
})

test('dygie: a document of PreCo has its id and its clusters', async (t) => {
  const sentences = [
    ['Ada', 'lives', '.'],
    ['She', 'is', '.'],
  ]
  const record = {
    id: 'train_0',
    sentences,
    mention_clusters: [
      [
        [0, 0, 1],
        [1, 0, 1],
      ],
      [[0, 0, 2]],
    ],
  }
  const { documents, errors, report } = await read('dygie', JSON.stringify(record))
  t.deepEqual([errors, kinds(report), documents[0].id, documents[0].metadata], [[], {}, 'train_0', {}])
  t.deepEqual(listClusters(documents[0].clusters!), [
    [
      { start: 0, end: 3 },
      { start: 12, end: 15 },
    ],
    [{ start: 0, end: 9 }],
  ])
  t.like(JSON.parse((await write('dygie', documents)).bytes.toString()), {
    doc_key: 'train_0',
    clusters: [
      [[0, 1]],
      [
        [0, 0],
        [3, 3],
      ],
    ],
  })
  for (const odd of [[[[0, 0, 4]]], [[[9, 0, 1]]], [[[0, 0]]], [['x']], 'x', [[[0, 1, 1]]], [[[0, -1, 1]]]]) {
    const found = await read('dygie', JSON.stringify({ ...record, mention_clusters: odd }))
    t.deepEqual([found.documents[0].clusters, found.documents[0].metadata], [undefined, { mention_clusters: odd }])
    t.deepEqual(kinds(found.report), { 'unread-clusters': 1 })
  }
  const both = await read('dygie', JSON.stringify({ doc_key: 'k', id: 'i', sentences, clusters: [] }))
  t.deepEqual([both.documents[0].id, both.documents[0].metadata], ['k', { dygie: { fields: { id: 'i' } } }])
  const number = (await read('dygie', JSON.stringify({ id: 7, sentences }))).documents
  t.is(number[0].id, '7')
  t.like(JSON.parse((await write('dygie', number)).bytes.toString()), { id: 7 })
})

test('dygie: predictions are taken where they are asked for, and never the gold of another layer', async (t) => {
  const record =
    '{"doc_key":"a","sentences":[["Ida","met","Nils"]],"ner":[[[0,0,"PER"]]],"relations":[[[0,0,2,2,"R"]]],"predicted_ner":[[[2,2,"LOC",9.1,0.5]]],"predicted_relations":null}'
  const [gold] = (await read('dygie', record)).documents
  t.deepEqual(entitiesOf(gold), [['Ida', 'PER']])
  const [predicted] = (await read('dygie', record, { predictions: true })).documents
  t.deepEqual(entitiesOf(predicted), [['Nils', 'LOC']])
  t.is(listSpans(predicted.entities!)[0].score, 0.5)
  t.is(predicted.relations, undefined)
  const plain = (
    await read('dygie', '{"doc_key":"a","sentences":[["Ida"]],"ner":[[[0,0,"PER"]]]}', { predictions: true })
  ).documents
  t.deepEqual(entitiesOf(plain[0]), [['Ida', 'PER']])
})
