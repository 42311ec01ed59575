/** Formats of several files a document: annotations as other programs save them, and which file is at fault. */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import test from 'ava'
import { createDocument, type Document, listClusters, spansOf } from '../src/io/document/document.ts'
import type { HmtlError } from '../src/io/errors.ts'
import { readDocuments } from '../src/io/read.ts'
import { LossReport } from '../src/io/report.ts'
import { writeDocuments } from '../src/io/write.ts'
import { collect, kinds, plain } from './helpers/documents.ts'
import { testFolder } from './helpers/folder.ts'
import { threadSeconds } from './helpers/thread-time.ts'

async function* stream(...documents: readonly Document[]) {
  yield* documents
}

const text = 'Ada left .\nShe sang .'
const [ada, she] = [
  { start: 0, end: 3 },
  { start: 11, end: 14 },
]
const gold = createDocument({
  id: 'd',
  text,
  tokens: spansOf([...text.matchAll(/\S+/g)].map(({ index, 0: word }) => [index, index + word.length] as const)),
  sentences: spansOf([
    [0, 3],
    [3, 6],
  ]),
  entities: [{ ...ada, label: 'PER' }],
  mentions: [
    { ...ada, label: 'PER' },
    { ...she, label: 'PER' },
  ],
  clusters: [[ada, she]],
})

/** By format: the file that is named, and the annotations beside it. */
const files = {
  brat: ['d.txt', 'd.ann'],
  litbank: ['entities/tsv/d.tsv', 'coref/tsv/d.ann'],
  ace05: ['d.sgm', 'd.apf.xml'],
} as const

const readOf = async (path: string) => {
  const errors: HmtlError[] = []
  const report = new LossReport()
  const documents = await collect(readDocuments(path, { report, onError: (error) => errors.push(error) }))
  return { documents, errors, report }
}

const said = (document: Document) => {
  const { metadata: _, ...rest } = plain(document) as Record<string, unknown>
  return rest
}

const same: Readonly<Record<string, (text: string) => string>> = {
  'lines end with CR LF': (lines) => lines.replaceAll('\n', '\r\n'),
  'lines end with CR': (lines) => lines.replaceAll('\n', '\r'),
  'a byte order mark': (lines) => `\ufeff${lines}`,
  'no last line end': (lines) => lines.replace(/\n+$/, ''),
  'empty lines at the end': (lines) => `${lines}\n\n\n`,
}

for (const [format, [main, beside]] of Object.entries(files)) {
  test(`${format}: annotations that say the same are read the same`, async (t) => {
    const folder = testFolder(t)
    await writeDocuments(stream(gold), folder, { format })
    const path = join(folder, beside)
    const ann = await readFile(path, 'utf8')
    const expected = (await readOf(join(folder, main))).documents.map(said)
    t.is(expected.length, 1)
    for (const [what, change] of Object.entries(same)) {
      await writeFile(path, change(ann))
      const { documents, errors } = await readOf(join(folder, main))
      t.deepEqual([errors, documents.map(said)], [[], expected], what)
    }
  })

  test(`${format}: annotations that are not UTF-8 are told by their own name and encoding`, async (t) => {
    const folder = testFolder(t)
    await writeDocuments(stream(gold), folder, { format })
    const path = join(folder, beside)
    const ann = await readFile(path, 'utf8')
    for (const [bytes, what] of [
      [Buffer.from(ann, 'utf16le'), /is UTF-16 .*iconv -f UTF-16 /],
      [Buffer.from(`\ufeff${ann}`, 'utf16le'), /is UTF-16 .*iconv -f UTF-16 /],
      [Buffer.from(ann.replace('PER', 'P\xe9R'), 'latin1'), /not valid UTF-8 .*WINDOWS-1252/],
    ] as const) {
      await writeFile(path, bytes)
      const { documents, errors } = await readOf(join(folder, main))
      t.deepEqual([documents, errors.map(({ code, source }) => [code, source])], [[], [['HMTL_INPUT_ENCODING', path]]])
      t.regex(errors[0].message, what)
    }
  })
}

test('litbank: lines that end with CR, in all of its files', async (t) => {
  const folder = testFolder(t)
  await writeDocuments(stream(gold), folder, { format: 'litbank' })
  const paths = [...files.litbank, 'coref/tsv/d.txt'].map((name) => join(folder, name))
  const expected = (await readOf(paths[0])).documents.map(said)
  for (const path of paths) await writeFile(path, (await readFile(path, 'utf8')).replaceAll('\n', '\r'))
  for (const path of [paths[0], paths[1]]) {
    const { documents, errors } = await readOf(path)
    t.deepEqual(errors, [])
    t.deepEqual(said(documents[0]).clusters, expected[0].clusters)
  }
})

test('a fault of an annotation names the file that it stands in', async (t) => {
  const folder = testFolder(t)
  await mkdir(join(folder, 'coref/tsv'), { recursive: true })
  await writeFile(join(folder, 'b.txt'), 'Ada left .')
  await writeFile(join(folder, 'b.ann'), '\nT1\tPER 4 90\tleft\n')
  await writeFile(join(folder, 'coref/tsv/l.txt'), 'Ada left .')
  await writeFile(join(folder, 'coref/tsv/l.ann'), 'MENTION\tT0\t0\t0\t0\t9\tAda\tPER\tPROP\n')
  for (const [path, line] of [
    ['b.txt', 2],
    ['b.ann', 2],
    ['coref/tsv/l.ann', 1],
  ] as const) {
    const { errors } = await readOf(join(folder, path))
    t.deepEqual(
      errors.map((error) => [error.source, error.line]),
      [[join(folder, path.replace('.txt', '.ann')), line]],
    )
  }
})

test('litbank: an id of two mentions, a mention of two entities and one of none are counted', async (t) => {
  const folder = testFolder(t)
  const row = (id: string, s: number, word: string) => `MENTION\t${id}\t${s}\t0\t${s}\t0\t${word}\tPER\tPROP\n`
  const ann = `${row('T0', 0, 'Ada')}${row('T0', 1, 'She')}${row('T1', 0, 'Ada')}COREF\tT0\tA\nCOREF\tT0\tB\nCOREF\tT1\tB\nCOREF\tT1\n`
  await mkdir(join(folder, 'coref/tsv'), { recursive: true })
  await writeFile(join(folder, 'coref/tsv/d.txt'), `${text}\n`)
  await writeFile(join(folder, 'coref/tsv/d.ann'), ann)
  const { documents, report } = await readOf(join(folder, 'coref/tsv/d.ann'))
  t.deepEqual(kinds(report), { 'repeated-id': 1, 'duplicate-cluster-member': 1, 'unreadable-line': 1 })
  t.deepEqual(listClusters(documents[0].clusters!), [[she, ada]])
})

test('what is in one cluster, or one sentence each, costs no square of its number', async (t) => {
  const folder = testFolder(t)
  const many = 40_000
  const places = Array.from({ length: many }, (_, i) => [2 * i, 2 * i + 1] as const)
  const [tokens, sentences] = [spansOf(places), spansOf(places.map((_, i) => [i, i + 1] as const))]
  const spans = places.map(([start, end]) => ({ start, end, label: 'PER' }))
  const document = createDocument({
    id: 'd',
    text: 'a '.repeat(many).trimEnd(),
    tokens,
    sentences,
    entities: spans,
    mentions: spans,
    clusters: [places.map(([start, end]) => ({ start, end }))],
  })
  for (const [format, path] of [
    ['litbank', 'litbank/entities/tsv/d.tsv'],
    ['brat', 'brat/d.txt'],
    ['conllu', 'd.conllu'],
    ['dygie', 'd.jsonl'],
    ['conll2012', 'd_conll'],
  ] as const) {
    const begun = threadSeconds()
    await writeDocuments(stream(document), join(folder, path.includes('/') ? format : path), { format })
    const { documents } = await readOf(join(folder, path))
    t.deepEqual(
      documents.map(({ clusters }) => clusters && listClusters(clusters)[0].length),
      [many],
      format,
    )
    t.true(threadSeconds() - begun < 15, format)
  }
  // Groups that a cluster takes up one by one.
  const path = join(folder, 'brat/e.txt')
  const all = places.map((_, i) => i)
  const lines = [
    ...places.map(([start, end], i) => `T${i}\tPER ${start} ${end}\ta`),
    ...all.map((i) => `*\tCoreference T${i}`),
    ...all.map((i) => `*\tCoreference T0 T${i}`),
  ]
  await mkdir(dirname(path), { recursive: true })
  await writeFile(path, document.text)
  await writeFile(path.replace('.txt', '.ann'), lines.join('\n'))
  const begun = threadSeconds()
  const { documents } = await readOf(path)
  t.is(listClusters(documents[0].clusters!)[0].length, many)
  t.true(threadSeconds() - begun < 15)
})
