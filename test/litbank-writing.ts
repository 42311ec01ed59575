/** What is written as LitBank: its files say a document's entities, mentions and clusters. */
import { mkdtemp, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import test from 'ava'
import { createDocument, type Document, listClusters, listSpans, spansOf } from '../src/io/document/document.ts'
import { joinTokens } from '../src/io/document/tokens.ts'
import { LossReport } from '../src/io/report.ts'
import { readDocuments } from '../src/io/read.ts'
import { writeDocuments } from '../src/io/write.ts'
import { collect } from './helpers/documents.ts'
import { fileFolder } from './helpers/folder.ts'

const scratch = fileFolder(test)

async function* stream(documents: readonly Document[]) {
  yield* documents
}

const through = async (...documents: readonly Document[]) => {
  const folder = await mkdtemp(join(scratch, 'written-'))
  const [written, found] = [new LossReport(), new LossReport()]
  await writeDocuments(stream(documents), folder, { format: 'litbank', report: written })
  const again = await collect(readDocuments(folder, { format: 'litbank', report: found }))
  return { folder, again, written, found }
}

const base = joinTokens(['Ada', 'met', 'Mr.', 'Holt', 'of', 'the', 'U.S.-led', 'force', '.', 'She', 'left', '.'])
const sentences = spansOf([
  [0, 9],
  [9, 12],
])
const span = (words: string) => ({ start: base.text.indexOf(words), end: base.text.indexOf(words) + words.length })
const [ada, holt, force, she, name] = ['Ada', 'Mr. Holt', 'the U.S.-led force', 'She', 'Holt'].map(span)
const like = { id: 'd', ...base, sentences }
const plainly = (document: Document) => ({
  entities: document.entities && listSpans(document.entities),
  clusters: document.clusters && listClusters(document.clusters),
})

test('litbank: entities come back, in clusters or in none, with the labels they have', async (t) => {
  const entities = [
    { ...ada, label: 'PER' },
    { ...holt, label: 'PER' },
    { ...name, label: 'NAME' },
    { ...force, label: 'ORG' },
    { ...force, label: 'MIL' },
  ]
  for (const clusters of [undefined, [[ada, she]], [[ada, she], [force]]]) {
    const { again, written, found } = await through(
      createDocument({ ...like, entities, mentions: [{ ...ada, label: 'OTHER' }], clusters }),
    )
    t.deepEqual(plainly(again[0]).entities, entities)
    t.deepEqual(plainly(again[0]).clusters, clusters)
    t.deepEqual(listSpans(again[0].mentions!), [{ ...ada, label: 'OTHER' }])
    t.deepEqual(
      written.entries().map(({ kind, count }) => [kind, count]),
      clusters ? [['label-added', 1]] : [],
    )
    t.is(found.size, 0)
  }
})

test('litbank: the entity file has the entities where no mentions are known, which is counted', async (t) => {
  const { folder, again, written } = await through(createDocument({ ...like, entities: [{ ...holt, label: 'PER' }] }))
  t.true((await readFile(join(folder, 'entities/tsv/d.tsv'), 'utf8')).includes('Mr.\tB-PER\tO\tO\tO\t\nHolt\tI-PER\t'))
  t.deepEqual(listSpans(again[0].entities!), [{ ...holt, label: 'PER' }])
  t.is(written.count('entity-as-mention'), 1)
})

test('litbank: a span inside of a token is widened, and counted, so that its reader takes it', async (t) => {
  const inside = span('U.S.')
  const { again, written } = await through(
    createDocument({ ...like, entities: [{ ...inside, label: 'GPE' }], mentions: [], clusters: [[inside, she]] }),
  )
  t.is(written.count('unaligned-entity'), 1)
  t.deepEqual(listSpans(again[0].entities!), [{ ...span('U.S.-led'), label: 'GPE' }])
  t.deepEqual(listClusters(again[0].clusters!), [[span('U.S.-led'), she]])
})

test('litbank: labels with what divides cells, and empty ones, are changed and counted', async (t) => {
  const { again, written } = await through(
    createDocument({
      ...like,
      entities: [{ ...ada, label: 'A\tB' }],
      mentions: [
        { ...ada, label: '' },
        { ...holt, label: 'C\nD' },
      ],
    }),
  )
  t.is(written.count('label-changed'), 3)
  t.deepEqual(
    [...listSpans(again[0].mentions!), ...listSpans(again[0].entities!)].map(({ label }) => label),
    ['ENT', 'C_D', 'A_B'],
  )
})

test('litbank: files of ids that are paths lie side by side, and changed names are counted', async (t) => {
  const entities = [{ ...ada, label: 'PER' }]
  const ids = ['a/b', 'a:b', 'a%3Ab', 'a_b']
  const { again, written } = await through(
    ...ids.map((id) => createDocument({ ...like, id, entities, mentions: [], clusters: [[ada, she]] })),
  )
  t.is(new Set(again.map(({ id }) => id)).size, 4)
  t.is(written.count('id-changed'), 3)
  for (const document of again) t.deepEqual(listClusters(document.clusters!), [[ada, she]])
})

test('litbank: a mention is written by the words of the text beside it', async (t) => {
  const text = 'Bob Smith-Jones left the  U.S.\u00a0yesterday.'
  const places: [number, number][] = []
  for (const word of ['Bob', 'Smith', '-', 'Jones', 'left', 'the', 'U.S.', 'yesterday', '.']) {
    const begin = text.indexOf(word, places.at(-1)?.[1] ?? 0)
    places.push([begin, begin + word.length])
  }
  const { folder, again, found } = await through(
    createDocument({
      id: 'd',
      text,
      tokens: spansOf(places),
      entities: [
        { start: 0, end: 15, label: 'PER' },
        { start: 21, end: 30, label: 'GPE' },
      ],
    }),
  )
  const ann = await readFile(join(folder, 'coref/tsv/d.ann'), 'utf8')
  t.true(ann.includes('\tBob Smith - Jones\tPER') && ann.includes('\tthe U.S.\tGPE'), ann)
  t.deepEqual(found.entries(), [])
  t.deepEqual(
    listSpans(again[0].entities!).map(({ start, end }) => again[0].text.slice(start, end)),
    ['Bob Smith - Jones', 'the U.S.'],
  )
})

test('litbank: white space in words is replaced and counted, as in other columns', async (t) => {
  const words = ['New York', 'is', 'a\u00a0b', '.']
  const { text, tokens } = joinTokens(words)
  const york = { start: 0, end: 8, label: 'GPE' }
  const { again, written, found } = await through(createDocument({ id: 'd', text, tokens, entities: [york] }))
  t.is(again[0].text, 'New_York is a\u00a0b .')
  t.deepEqual(listSpans(again[0].entities!), [york])
  t.deepEqual([written.count('white-space-in-token'), found.size], [1, 0])
  // Without a text beside them words are in tabs, and spaces within them nothing special.
  const alone = await through(createDocument({ id: 'd', text, tokens, mentions: [york] }))
  t.deepEqual([alone.again[0].text, alone.written.count('white-space-in-token')], [text, 0])
})

test('litbank: words with spaces do not move what is annotated', async (t) => {
  const words = ['New York', 'is', 'big', '.', 'She', 'left']
  const text = words.join(' ')
  let at = 0
  const tokens = spansOf(words.map((word) => [at, (at += word.length + 1) - 1] as const))
  const left = { start: text.indexOf('left'), end: text.length }
  const { again } = await through(
    createDocument({
      id: 'd',
      text,
      tokens,
      sentences: spansOf([
        [0, 4],
        [4, 6],
      ]),
      entities: [{ ...left, label: 'X' }],
      mentions: [],
    }),
  )
  t.deepEqual(listSpans(again[0].entities!), [{ ...left, label: 'X' }])
})
