/** Records of words with tags, and of words under other names, as corpora of taggers are published. */
import { Field, List, Table, tableToIPC, Utf8, vectorFromArray } from 'apache-arrow'
import test from 'ava'
import { type Document, listSpans } from '../src/io/document/document.ts'
import { kinds, read } from './helpers/documents.ts'

const entitiesOf = ({ text, entities }: Document) =>
  entities ? listSpans(entities).map(({ start, end, label }) => [text.slice(start, end), label]) : undefined

test('json: words with tags are entities, as in tables, and tags that nobody names are counted', async (t) => {
  const records = [
    { id: '0', tokens: ['Ada', 'met', 'Bob'], ner_tags: ['B-PER', 'O', 'M-PER'], n: 1 },
    { tokens: ['Ada', 'Holt', 'won'], ner_tags: ['person', 'person', 'O'] },
    { text: 'Ada  won', tokens: ['Ada', 'won'], ner_tags: ['B', 'O'] },
    { id: 7, tokens: ['Ada', 'won'], ner_tags: [1, 0] },
    { tokens: ['Ada'], ner_tags: ['B-PER'], hmtl: { entities: [] } },
    { tokens: ['Ada', 'won'], ner_tags: ['B-PER'] },
    { tokens: ['Ada', 'won'], ner_tags: ['B-PER', 'odd'] },
    { tokens: ['Ada'], ner_tags: [null] },
  ]
  for (const [format, text] of [
    ['jsonl', records.map((record) => JSON.stringify(record)).join('\n')],
    ['json', JSON.stringify(records)],
  ]) {
    const { documents, errors, report } = await read(format, text)
    t.deepEqual(documents.map(entitiesOf), [
      [
        ['Ada', 'PER'],
        ['Bob', 'PER'],
      ],
      [['Ada Holt', 'person']],
      [['Ada', 'ENT']],
      undefined,
      [],
    ])
    t.is(documents[2].text, 'Ada  won')
    t.deepEqual([documents[0].metadata, documents[3].metadata], [{ n: 1 }, { id: 7, ner_tags: [1, 0] }])
    t.deepEqual(
      errors.map(({ code, summary }) => [code, summary]),
      [
        ['HMTL_INPUT_FIELD', '1 ner_tags for 2 tokens'],
        ['HMTL_INPUT_FIELD', '"odd" is not a tag'],
        ['HMTL_INPUT_FIELD', 'ner_tags[0] is null'],
      ],
    )
    t.deepEqual(kinds(report), { 'unnamed-tag': 2 })
    const mentions = (await read(format, text, { layer: 'mentions' })).documents[0]
    t.is(mentions.mentions!.begin.length, 2)
  }
})

test('words under other names, of JSON and of tables', async (t) => {
  const words = ['Ada', 'won']
  const tags = ['B-PER', 'O']
  const records = [
    { words, labels: tags },
    { words, ner_tags: tags },
    { token: words, tags },
    { sentence: words, ner: tags },
    { text: words, labels: tags },
    { words, labels: [1, 0] },
    { tokens: words, ner: [[0, 0, 'PER']] },
  ]
  const { documents, errors, report } = await read('jsonl', records.map((record) => JSON.stringify(record)).join('\n'))
  t.deepEqual(errors, [])
  t.deepEqual(documents.map(entitiesOf), [...Array(5).fill([['Ada', 'PER']]), undefined, undefined])
  t.true(documents.every(({ text, tokens }) => text === 'Ada won' && tokens?.begin.length === 2))
  t.deepEqual(documents[5].metadata, { labels: [1, 0] })
  t.deepEqual(kinds(report), { 'unnamed-tag': 2, 'unread-spans': 1 })
  for (const record of [{ text: words }, { sentence: words }, { text: 'Ada', words }, { words: 'Ada won' }]) {
    const [document] = (await read('jsonl', JSON.stringify(record))).documents
    t.true(document === undefined || document.text === 'Ada', JSON.stringify(record))
  }
  const lists = (list: string[]) => vectorFromArray([list], new List(new Field('item', new Utf8())))
  const table = tableToIPC(new Table({ words: lists(words), labels: lists(tags) }), 'stream')
  t.deepEqual(entitiesOf((await read('arrow-stream', table)).documents[0]), [['Ada', 'PER']])
})

test('tags under other names, or that are numbers as text; spans of other tools are told and stay a field', async (t) => {
  const tokens = ['Ada', 'won']
  const records = [
    ...['tags', 'labels', 'ner', 'ner_labels'].map((name) => ({ tokens, [name]: ['B-PER', 'O'], n: 1 })),
    { tokens, labels: ['PROPN', 'VERB'] },
    { tokens, ner_tags: ['1', '0'] },
    { text: 'Ada won', label: [[0, 3, 'PER']] },
    { text: 'Ada won', entities: [{ label: 'PER', start_offset: 0, end_offset: 3 }] },
    { text: 'Ada won', labels: ['sports'] },
  ]
  const { documents, errors, report } = await read('jsonl', records.map((record) => JSON.stringify(record)).join('\n'))
  t.deepEqual(errors, [])
  const person = [['Ada', 'PER']]
  t.deepEqual(documents.map(entitiesOf), [...Array(4).fill(person), ...Array(5).fill(undefined)])
  t.deepEqual(
    documents.map(({ metadata }) => metadata),
    [...Array(4).fill({ n: 1 }), ...records.slice(4).map(({ text, tokens, ...rest }: Record<string, unknown>) => rest)],
  )
  t.deepEqual(kinds(report), { 'unnamed-tag': 2, 'unread-spans': 2 })
})

test('json: lists of types alone are read in no record of a file, and counted', async (t) => {
  const some = { tokens: ['Ada', 'Lovelace', 'ran'], tags: ['PER', 'PER', 'O'] }
  const none = { tokens: ['He', 'sat'], tags: ['O', 'O'] }
  for (const records of [
    [some, none],
    [none, some],
    [none, none, some],
  ]) {
    const { documents, report } = await read('jsonl', records.map((record) => JSON.stringify(record)).join('\n'))
    t.deepEqual(
      documents.map((document) => [entitiesOf(document), document.metadata.tags]),
      records.map(({ tags }) => [undefined, tags]),
    )
    t.deepEqual(kinds(report), { 'unread-tags': 2 })
    const array = await read('json', JSON.stringify(records, null, 1))
    t.deepEqual(
      [array.documents.map(entitiesOf), kinds(array.report)],
      [records.map(() => undefined), { 'unread-tags': 2 }],
    )
  }
  // Tags that say where spans begin make all of a file's lists tags; parts of speech are no tags.
  const both = [
    none,
    { tokens: ['Ada'], tags: ['B-PER'] },
    { tokens: ['He'], tags: ['O'] },
    { tokens: ['x', 'y'], labels: ['NN', 'VB'] },
  ]
  const read2 = await read('jsonl', both.map((record) => JSON.stringify(record)).join('\n'))
  t.deepEqual([read2.documents.map(entitiesOf), kinds(read2.report)], [[[], [['Ada', 'PER']], [], undefined], {}])
  t.deepEqual((await read('jsonl', JSON.stringify(none))).documents.map(entitiesOf), [[]], 'nothing says otherwise')
  const columns = (list: string[][]) => vectorFromArray(list, new List(new Field('item', new Utf8())))
  const table = tableToIPC(
    new Table({ tokens: columns([some.tokens, none.tokens]), tags: columns([some.tags, none.tags]) }),
    'stream',
  )
  const rows = await read('arrow-stream', table)
  t.deepEqual([rows.documents.map(entitiesOf), kinds(rows.report)], [[undefined, undefined], { 'unread-tags': 2 }])
})
