/** Results for other programs: tables, graphs, spaCy, and the tools that people annotate with. */
import { inflateSync } from 'node:zlib'
import test from 'ava'
import fc from 'fast-check'
import { createDocument, type Document, listRelations, listSpans } from '../src/io/document/document.ts'
import { graphOf } from '../src/io/document/graph.ts'
import type { FormatOptions } from '../src/io/format.ts'
import { readDocuments } from '../src/io/read.ts'
import { LossReport } from '../src/io/report.ts'
import { csvFields } from '../src/io/syntax/csv.ts'
import { packed } from '../src/io/syntax/msgpack.ts'
import { murmur64 } from '../src/io/syntax/murmur.ts'
import { formatNamed } from '../src/io/formats/index.ts'
import { formatContext } from '../src/io/format.ts'
import { prepareDocument } from '../src/pipeline/prepare.ts'
import { collect } from './helpers/documents.ts'

async function* stream(...documents: Document[]) {
  yield* documents
}
const written = async (format: string, documents: readonly Document[], options: FormatOptions = {}) => {
  const report = new LossReport()
  const pieces = await collect(formatNamed(format).write!(stream(...documents), formatContext({ options, report })))
  return { bytes: Buffer.concat(pieces.map((piece) => Buffer.from(piece))), report }
}
const text = '😀 Ada Lovelace, "the first", met\nCharles Babbage. She liked him.'
const at = (words: string) => ({ start: text.indexOf(words), end: text.indexOf(words) + words.length })
const [ada, charles, she, him] = [at('Ada Lovelace'), at('Charles Babbage'), at('She'), at('him')]
const story = createDocument({
  id: 'a,b',
  text,
  entities: [
    { ...ada, label: 'PER', score: 0.9 },
    { ...charles, label: 'PER' },
  ],
  mentions: [{ ...she, label: 'PER' }],
  relations: [{ label: 'knows', arg1: she, arg2: charles, score: 0.5 }],
  clusters: [
    [ada, she],
    [charles, him],
  ],
})

test('a table has a row a span and a row a relation, with exact words and offsets in the unit asked for', async (t) => {
  for (const [format, separator] of [
    ['csv', ','],
    ['tsv', '\t'],
  ] as const) {
    const { bytes, report } = await written(format, [story], { offsetUnit: 'codepoint' })
    const lines = bytes.toString('utf8').trimEnd().split('\n')
    const rows = lines.map((line) => csvFields(line, { separator, multiline: false }))
    t.deepEqual(rows[0], [
      'document',
      'layer',
      'label',
      'score',
      'start',
      'end',
      'span',
      'cluster',
      'start2',
      'end2',
      'span2',
      'offset_unit',
    ])
    const unit = 'codepoint'
    t.deepEqual(rows[1], ['a,b', 'entity', 'PER', '0.9', '2', '14', 'Ada Lovelace', '1', '', '', '', unit])
    t.deepEqual(rows.at(-1), [
      'a,b',
      'relation',
      'knows',
      '0.5',
      '50',
      '53',
      'She',
      '1',
      '33',
      '48',
      'Charles Babbage',
      unit,
    ])
    t.is(rows.length, 1 + 2 + 1 + 4 + 1)
    t.is(report.count('score'), 0)
  }
})

test('cells with separators, quotes and line breaks are one cell', async (t) => {
  const whole = createDocument({ id: 'x', text, entities: [{ start: 0, end: text.length, label: 'a "b", c' }] })
  const { bytes } = await written('csv', [whole])
  t.true(bytes.toString().includes(`"a ""b"", c"`))
  t.true(bytes.toString().includes(`"${text.replaceAll('"', '""')}"`))
})

test('the graph of a document joins names to their clusters, and a pronoun’s relation is its entity’s', (t) => {
  const { nodes, edges } = graphOf(story)
  t.deepEqual(nodes, [
    { name: 'Ada Lovelace', label: 'PER', mentions: 2 },
    { name: 'Charles Babbage', label: 'PER', mentions: 2 },
  ])
  t.deepEqual(edges, [{ from: 0, to: 1, label: 'knows', score: 0.5 }])
})

test('in a graph a name without a cluster is one node, however often it is there; a title belongs to its name', (t) => {
  const words = 'President Marsh met Moss. Marsh left Moss.'
  const place = (word: string, from = 0) => ({
    start: words.indexOf(word, from),
    end: words.indexOf(word, from) + word.length,
  })
  const { nodes } = graphOf(
    createDocument({
      id: 'x',
      text: words,
      entities: [
        { ...place('Marsh'), label: 'PER' },
        { ...place('Moss'), label: 'LOC' },
        { ...place('Marsh', 20), label: 'PER' },
        { ...place('Moss', 30), label: 'LOC' },
      ],
      clusters: [[place('President Marsh'), place('Marsh', 20)]],
    }),
  )
  t.deepEqual(nodes, [
    { name: 'Marsh', label: 'PER', mentions: 2 },
    { name: 'Moss', label: 'LOC', mentions: 2 },
  ])
})

const hostile = createDocument({
  id: '<&">\u0001',
  text: '</node>]]>\ud800 x',
  entities: [{ start: 0, end: 12, label: '@type' }],
  relations: [{ label: '@id', arg1: { start: 0, end: 3 }, arg2: { start: 12, end: 13 } }],
})

test('graphml: one graph, every edge between nodes that are there, nothing that XML may not hold', async (t) => {
  const { bytes } = await written('graphml', [story, hostile])
  const xml = bytes.toString('utf8')
  const nodes = new Set([...xml.matchAll(/<node id="([^"]+)"/g)].map(([, id]) => id))
  const edges = [...xml.matchAll(/<edge source="([^"]+)" target="([^"]+)"/g)]
  t.is(edges.length, 2)
  for (const [, source, target] of edges) t.true(nodes.has(source) && nodes.has(target))
  t.regex(xml, /<data key="name">Ada Lovelace<\/data><data key="label">PER<\/data><data key="mentions">2<\/data>/)
  t.false(xml.includes('\u0001'))
  t.is(xml.match(/<\/node>/g)?.length, nodes.size)
})

test('jsonld: relations are properties of their nodes; labels cannot become keywords', async (t) => {
  const { bytes, report } = await written('jsonld', [story, hostile])
  const { '@graph': graph } = JSON.parse(bytes.toString('utf8'))
  const [first] = graph
  t.is(first.name, 'Ada Lovelace')
  t.deepEqual(first.knows, [{ id: graph[1].id }])
  t.is(report.count('score'), 1)
  for (const node of graph) t.true(typeof node.id === 'string' && !Object.hasOwn(node, '@id'))
  const empty = JSON.parse((await written('jsonld', [])).bytes.toString())
  t.deepEqual(empty['@graph'], [])
})

test('jsonld: nodes of two files are not one, and a label that no IRI may hold is kept beside its IRI', async (t) => {
  const text = 'Ada was born in London.'
  const [ada, london] = [
    { start: 0, end: 3, label: 'PER' },
    { start: 16, end: 22, label: 'LOC' },
  ]
  const born = (id: string, label: string) =>
    createDocument({ id, text, entities: [ada, london], relations: [{ label, arg1: ada, arg2: london }] })
  const graphOfFile = async (document: Document) =>
    JSON.parse((await written('jsonld', [document])).bytes.toString())['@graph'] as Record<string, unknown>[]
  const graph = await graphOfFile(born('a', 'place of birth'))
  t.deepEqual(graph[0]['place%20of%20birth'], [{ id: graph[1].id }])
  for (const { id } of graph.slice(0, 2)) t.regex(String(id), /^_:/)
  t.deepEqual(graph.at(-1), { id: 'urn:hmtl:relation:place%20of%20birth', label: 'place of birth' })
  // A name that the context has for something else.
  const [first] = await graphOfFile(born('b', 'label'))
  t.deepEqual(Object.keys(first).at(-1), 'urn:hmtl:relation:label')
})

test('hashes of strings are those by which spaCy knows them', (t) => {
  // Of spaCy 3.8: spacy.strings.hash_string.
  t.is(murmur64('Ada'), 13014124235272500476n)
  t.is(murmur64('PER'), 4317129024397789502n)
  t.is(murmur64('Irène'), 1200423471766678873n)
  t.is(murmur64('international'), 6392893036165415004n)
  t.is(murmur64(''), 0n)
})

test('MessagePack: the specification’s forms', (t) => {
  const hex = (value: Parameters<typeof packed>[0]) => packed(value).toString('hex')
  t.is(hex([null, true, false, 5, -1, 0.5]), '96c0c3c205d2ffffffffcb3fe0000000000000')
  t.is(hex('é'), 'a2c3a9')
  t.is(hex(Buffer.from([1, 2])), 'c4020102')
  t.is(hex({ a: [] }), '81a16190')
  t.is(hex(new Map([[1, 'x']])), '8101a178')
  t.is(hex('x'.repeat(300)).slice(0, 6), 'da012c')
  t.is(hex(Array.from({ length: 20 }, () => 0)).slice(0, 6), 'dc0014')
  t.is(hex(Buffer.alloc(70_000)).slice(0, 10), 'c600011170')
  t.is(hex(200), 'd2000000c8')
})

test('spacy: the words of a DocBin make up the text, and names lie on them', async (t) => {
  const { bytes, report } = await written('spacy', [prepareDocument(story)])
  const message = inflateSync(bytes).toString('latin1')
  t.true(message.includes('span_groups') && message.includes('coref_clusters_1'))
  t.is(report.count('layer-relations'), 1)
})

const plain = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 })
const spansFor = (size: number) =>
  fc.array(fc.tuple(fc.nat(size), fc.nat(size), fc.constantFrom('PER', 'LOC', 'a b')), { maxLength: 6 }).map((list) =>
    [
      ...new Map(
        list
          .map(([a, b, label]) => ({ start: Math.min(a, b), end: Math.max(a, b), label }))
          .filter(({ start, end }) => start < end)
          .map((span) => [`${span.start} ${span.end}`, span] as const),
      ).values(),
    ].sort((a, b) => a.start - b.start || a.end - b.end),
  )

/** Offsets may only be where characters begin, in all units. */
const onCharacters = (words: string, offset: number) => {
  const code = words.charCodeAt(offset)
  return !(code >= 0xdc00 && code < 0xe000)
}

for (const format of ['label-studio', 'prodigy'])
  test(`${format}: property: what is written is read again`, async (t) => {
    await fc.assert(
      fc.asyncProperty(
        plain.chain((words) =>
          fc.tuple(
            fc.constant(words),
            spansFor(words.length),
            fc.array(fc.tuple(fc.nat(5), fc.nat(5)), { maxLength: 3 }),
          ),
        ),
        async ([words, all, pairs]) => {
          const spans = all.filter(({ start, end }) => onCharacters(words, start) && onCharacters(words, end))
          const relations = pairs
            .filter(([a, b]) => a < spans.length && b < spans.length)
            .map(([a, b]) => ({ label: 'knows', arg1: spans[a], arg2: spans[b] }))
          const document = createDocument({ id: 'a', text: words, metadata: { more: 1 }, entities: spans, relations })
          const { bytes } = await written(format, [document])
          const [again] = await collect(readDocuments(bytes, { format }))
          t.is(again.text, words)
          t.is(again.id, 'a')
          t.deepEqual(listSpans(again.entities!), listSpans(document.entities!))
          const found = again.relations ? listRelations(again.relations) : []
          t.deepEqual(found, listRelations(document.relations!))
        },
      ),
      { numRuns: 60 },
    )
  })

test('label studio: exports of the tool itself, with what it adds; cancelled sets are passed over', async (t) => {
  const task = {
    id: 12,
    data: { text: '💩This is fine', source: 'web' },
    annotations: [
      { was_cancelled: true, result: [] },
      {
        completed_by: 1,
        result: [
          {
            id: 'x1',
            type: 'labels',
            from_name: 'l',
            to_name: 't',
            value: { start: 1, end: 5, text: 'This', labels: ['A', 'B'] },
          },
          {
            id: 'x2',
            type: 'labels',
            from_name: 'l',
            to_name: 't',
            value: { start: 9, end: 13, text: 'fine', labels: ['C'] },
          },
          { type: 'relation', from_id: 'x1', to_id: 'x2', direction: 'left', labels: ['r'] },
          { type: 'choices', value: { choices: ['good'] } },
        ],
      },
    ],
  }
  const report = new LossReport()
  const [document] = await collect(readDocuments(Buffer.from(JSON.stringify([task])), { report }))
  const words = ({ start, end }: { start: number; end: number }) => document.text.slice(start, end)
  t.is(document.id, '12')
  t.is(document.metadata.source, 'web')
  t.deepEqual(
    listSpans(document.entities!).map((span) => [words(span), span.label]),
    [
      ['This', 'A'],
      ['This', 'B'],
      ['fine', 'C'],
    ],
  )
  t.deepEqual(
    listRelations(document.relations!).map(({ arg1, arg2 }) => [words(arg1), words(arg2)]),
    [['fine', 'This']],
  )
  t.is(report.count('result'), 1)
})

test('prodigy: what was rejected or left undecided is no gold, and is counted', async (t) => {
  const line = (answer: string) =>
    JSON.stringify({ text: 'Ada', spans: [{ start: 0, end: 3, label: 'PER' }], answer, _input_hash: 7 })
  const report = new LossReport()
  const documents = await collect(
    readDocuments(Buffer.from(['accept', 'reject', 'ignore'].map(line).join('\n')), { report }),
  )
  t.is(documents.length, 1)
  t.is(documents[0].metadata._input_hash, 7)
  t.is(report.count('answer'), 2)
})
