/** Documents without words and texts with control characters, through every format: they come back, or are counted. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import test from 'ava'
import { createDocument, type Document, listMentions, listSpans, spansOf } from '../src/io/document/document.ts'
import { exchangeNames, formatNamed } from '../src/io/formats/index.ts'
import { LossReport, readDocuments, writeDocuments } from '../src/io/index.ts'
import { collect, kinds, read, write } from './helpers/documents.ts'
import { fileFolder } from './helpers/folder.ts'

const folder = fileFolder(test)

/** Documents written as a format and read again. */
const through = async (format: string, documents: readonly Document[], name = 'all') => {
  const path = join(folder, `${name}-${format}${formatNamed(format).extension}`)
  const report = new LossReport()
  async function* all() {
    yield* documents
  }
  await writeDocuments(all(), path, { format, report })
  const losses = new LossReport()
  return { path, report, losses, documents: await collect(readDocuments(path, { format, report: losses })) }
}

const bare = { tokens: spansOf([]), sentences: spansOf([]), entities: [], mentions: [], relations: [], clusters: [] }
const words = createDocument({
  ...bare,
  id: 'b',
  text: 'Ada met',
  tokens: spansOf([
    [0, 3],
    [4, 7],
  ]),
  sentences: spansOf([[0, 2]]),
})

for (const format of exchangeNames)
  test(`${format}: a document without words is a document, first, last and among others`, async (t) => {
    const empty = (id: string) => createDocument({ ...bare, id, text: '' })
    const { documents } = await through(format, [empty('a'), empty('a2'), words, empty('c')])
    // ACE ends a file with a newline, which is a character of its text.
    const texts = (list: readonly Document[]) => list.map(({ text }) => text.replace(/\n$/, ''))
    t.deepEqual(texts(documents), ['', '', 'Ada met', ''])
    t.deepEqual(texts((await through(format, documents, 'again')).documents), ['', '', 'Ada met', ''])
  })

test('conll2003: a document without words in a file that has no marks is counted', async (t) => {
  const [document] = (await read('conll2003', 'Ada B-PER\n\n')).documents
  const without = createDocument({ ...bare, id: 'a', text: '', metadata: document.metadata })
  const { bytes, report } = await write('conll2003', [without])
  t.deepEqual([bytes.length, kinds(report)], [0, { 'empty-document': 1 }])
})

test('conllu: names of documents that follow one another are documents without words', async (t) => {
  const { documents } = await read(
    'conllu',
    `# newdoc id = a\n# newdoc id = b\n# meta = 1\n\n# note\n# newdoc id = c\n1\tAda${'\t_'.repeat(8)}\n\n`,
  )
  t.deepEqual(
    documents.map(({ id, text }) => [id, text]),
    [
      ['a', ''],
      ['b', ''],
      ['c', 'Ada'],
    ],
  )
})

test('conll04: a document that could not be read is none without words', async (t) => {
  const { documents, errors } = await read('conll04', "#doc a\n0\tAda\n#doc b\n0\tIda\tO\t['N']\t[0]\n#doc c\n")
  t.is(errors.length, 1)
  t.deepEqual(
    documents.map(({ id }) => id),
    ['b', 'c'],
  )
})

const controls = 'A\u0000da\u0001 met\u001f \ufffeIda\uffff \u0007'
const odd = createDocument({
  ...bare,
  id: 'a',
  text: controls,
  tokens: spansOf([
    [0, 5],
    [6, 10],
    [11, 16],
    [17, 18],
  ]),
  sentences: spansOf([[0, 4]]),
  entities: [
    { start: 0, end: 5, label: 'PER' },
    { start: 17, end: 18, label: 'X' },
  ],
  mentions: [
    { start: 0, end: 5, label: 'PER' },
    { start: 17, end: 18, label: 'X' },
  ],
})

for (const format of exchangeNames)
  test(`${format}: control characters of a text come back`, async (t) => {
    const { documents } = await through(format, [odd], 'odd')
    t.is(documents[0].text.replace(/\n$/, ''), controls)
    const { entities, mentions } = documents[0]
    const spans = mentions && listMentions(mentions).length > 0 ? listMentions(mentions) : listSpans(entities!)
    t.deepEqual(
      spans.map(({ start, end, label }) => [start, end, label]),
      [
        [0, 5, 'PER'],
        [17, 18, 'X'],
      ],
    )
  })

test('ace05: XML has no control characters; labels and names that had them are counted', async (t) => {
  const document = createDocument({
    id: 'a\u0001',
    text: 'Ada\r\nIda',
    mentions: [
      { start: 0, end: 3, label: 'P\u0000' },
      { start: 5, end: 8, label: 'B\r' },
    ],
  })
  const { path, report, documents } = await through('ace05', [document], 'labels')
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
  t.notRegex(await readFile(join(path, 'a%01.apf.xml'), 'utf8'), /[\u0000-\u0008]/)
  t.deepEqual(kinds(report), { 'control-character': 2, 'singleton-added': 2 })
  t.deepEqual(
    listMentions(documents[0].mentions!).map(({ label }) => label),
    ['P\ufffd', 'B\r'],
  )
})

test('graphml: control characters that XML has no place for are counted', async (t) => {
  const document = createDocument({ id: 'a', text: 'A\u0000da', entities: [{ start: 0, end: 4, label: 'PER' }] })
  const { bytes, report } = await write('graphml', [document])
  t.false(bytes.includes(0))
  t.deepEqual(kinds(report), { 'control-character': 1 })
})

test('brat: what a span has of line ends only is counted, with what hangs on it', async (t) => {
  const [ada, ends, byron] = [
    { start: 0, end: 3 },
    { start: 3, end: 5 },
    { start: 5, end: 11 },
  ]
  const document = createDocument({
    id: 'a',
    text: 'Ada\n\nByron\n',
    entities: [
      { ...ada, label: 'PER' },
      { ...ends, label: 'NL' },
      { ...byron, label: 'PER' },
    ],
    relations: [{ label: 'r', arg1: ada, arg2: ends }],
    clusters: [[ada, ends], [byron]],
  })
  const { report, losses, documents } = await through('brat', [document], 'ends')
  t.is(report.count('relation-of-line-ends'), 1)
  t.true(report.count('span-of-line-ends') > 0)
  t.is(report.count('line-end-at-edge'), 1)
  t.deepEqual(kinds(losses), {})
  t.deepEqual(
    listSpans(documents[0].entities!).map(({ start, end }) => [start, end]),
    [
      [0, 3],
      [5, 10],
    ],
  )
})
