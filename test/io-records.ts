/** What record formats must carry, however other tools wrote them. */
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import fc from 'fast-check'
import {
  createDocument,
  type Document,
  listClusters,
  listMentions,
  listRelations,
  listSpans,
} from '../src/io/document/document.ts'
import { parseExact, stringifyExact } from '../src/io/syntax/exact-json.ts'
import { type FormatOptions, formatContext } from '../src/io/format.ts'
import { aceDocument } from '../src/io/formats/ace05.ts'
import { documentOfLine } from '../src/io/formats/jsonl.ts'
import { LossReport, readDocuments, writeDocuments } from '../src/io/index.ts'
import { annotatedLine } from '../src/pipeline/annotated-line.ts'
import { collect, kinds, read, write } from './helpers/documents.ts'
import { testFolder } from './helpers/folder.ts'

const entitiesOf = ({ text, entities }: Document) =>
  entities ? listSpans(entities).map(({ start, end, label }) => [text.slice(start, end), label]) : undefined
const line = async (text: string, to = 'jsonl', options: FormatOptions = {}) =>
  (await write(to, (await read('jsonl', text)).documents, options)).bytes.toString()

async function* stream(documents: readonly Document[]) {
  yield* documents
}

/** Reads files of a format from a folder of their own. */
const readFiles = async (
  t: ExecutionContext,
  format: string,
  files: Readonly<Record<string, string>>,
  first: string,
) => {
  const folder = testFolder(t)
  for (const [name, text] of Object.entries(files)) {
    await mkdir(join(folder, name, '..'), { recursive: true })
    await writeFile(join(folder, name), text)
  }
  const report = new LossReport()
  return { folder, report, documents: await collect(readDocuments(join(folder, first), { format, report })) }
}

const written = async (format: string, document: Document, folder: string) => {
  const report = new LossReport()
  await writeDocuments(stream([document]), join(folder, 'out'), { format, report })
  return { report, text: (name: string) => readFile(join(folder, 'out', name), 'utf8') }
}

test('json: numbers of the user are written as they stood', async (t) => {
  for (const number of [
    '1234567890123456789',
    '1e400',
    '1.10',
    '-0',
    '-0.0',
    '1E5',
    '0.0000001',
    '98765432109876543210',
    '0.1',
    '5',
  ]) {
    const record = `{"id":"a","text":"x","n":[${number}],"m":{"__proto__":${number}}}`
    t.is(await line(record), `${record}\n`)
    t.is(await line(record, 'json'), `[\n${record}\n]\n`)
  }
  const ids = '{"id":1234567890123456789,"text":"x"}\n{"id":1234567890123456788,"text":"y"}\n'
  t.is(await line(ids), ids)
  for (const table of ['arrow', 'parquet']) {
    const { documents } = await read(table, (await write(table, (await read('jsonl', ids)).documents)).bytes)
    t.deepEqual(
      documents.map(({ id }) => id),
      ['1234567890123456789', '1234567890123456788'],
    )
    t.is((await write('jsonl', documents)).bytes.toString(), ids)
  }
  const kept = '{"id":1234567890123456789,"text":"x","n":1.10,"hmtl":{"note":"mine","entities":[]}}'
  t.is(
    annotatedLine(documentOfLine(kept, 'x', {}), '{"offsetUnit":"utf16"}'),
    '{"id":1234567890123456789,"text":"x","n":1.10,"hmtl":{"note":"mine","offsetUnit":"utf16"}}',
  )
})

test('json: an array counts what it has no place for when it is written, as lines do', async (t) => {
  const document = createDocument({ id: 'a', text: 'Ada', metadata: { id: 'b', body: 'other' } })
  for (const format of ['jsonl', 'json'])
    t.deepEqual(kinds((await write(format, [document], { textField: 'body' })).report), { 'json-field': 2 }, format)
})

test('json: any text of valid JSON comes back byte for byte, and strings that look like numbers stay strings', (t) => {
  const number = fc
    .tuple(
      fc.constantFrom('', '-'),
      fc.bigInt({ min: 0n, max: 10n ** 25n }),
      fc.constantFrom('', '.10', '.5', 'e400', 'E-7', '.000000001'),
    )
    .map((parts) => parts.join(''))
  const value = fc.oneof(
    number,
    fc.string().map((text) => JSON.stringify(text)),
    number.map((text) => JSON.stringify(`\\"${text}`)),
  )
  fc.assert(
    fc.property(fc.array(value), (items) => {
      const json = `[${items.join(',')}]`
      return stringifyExact(parseExact(json)) === json
    }),
  )
  t.pass()
})

test('json: null is absent, and what hmtl holds besides the layers is kept or counted', async (t) => {
  t.is(
    await line('{"id":"a","text":null,"tokens":["Ada","met"]}'),
    '{"id":"a","text":"Ada met","hmtl":{"offsetUnit":"utf16","tokens":[[0,3],[4,7]]}}\n',
  )
  t.is(await line('{"id":"b","text":"Ada","tokens":null,"hmtl":null}'), '{"id":"b","text":"Ada","tokens":null}\n')
  const odd =
    '{"id":"c","text":"Ada","hmtl":{"model":"en","note":1.10,"entities":[{"start":0,"end":3,"label":"PER","score":null,"why":1}],"relations":null}}'
  const { documents, report, errors } = await read('jsonl', odd)
  t.deepEqual(errors, [])
  t.deepEqual(kinds(report), { 'json-field': 1 })
  t.deepEqual(kinds((await read('json', `[${odd}]`)).report), { 'json-field': 1 })
  t.regex((await write('jsonl', documents)).bytes.toString(), /"hmtl":\{"model":"en","note":1\.10,"offsetUnit"/)
})

test('halves of surrogate pairs are counted where UTF-8 is written, and kept in JSON', async (t) => {
  const json = '{"id":"a","text":"Ada \\ud83d met"}\n'
  t.is(await line(json), json)
  const { documents } = await read('jsonl', json)
  for (const format of ['arrow', 'arrow-stream', 'parquet'])
    t.is((await write(format, documents)).report.count('lone-surrogate'), 1, format)
  const [document] = (await read('jsonl', '{"id":"a","tokens":["\\udc00x","met"]}')).documents
  for (const format of ['conll2003', 'conll2012', 'conllu', 'conll04', 'like-conll'])
    t.is((await write(format, [document])).report.count('lone-surrogate'), 1, format)
  for (const format of ['dygie', 'redocred', 'jsonl'])
    t.is((await write(format, [document])).report.count('lone-surrogate'), 0, format)
})

test('plain formats count the fields, scores and heads that they have no place for', async (t) => {
  const document = createDocument({
    id: 'a',
    text: 'old Ida',
    tokens: { begin: Int32Array.of(0, 4), end: Int32Array.of(3, 7) },
    mentions: [{ start: 0, end: 7, label: 'PER', score: 0.5, head: { start: 4, end: 7 } }],
    metadata: { k: 1 },
  })
  for (const format of ['conll2003', 'conll2012', 'like-conll', 'conll04'])
    t.deepEqual(kinds((await write(format, [document])).report), { score: 1, 'mention-head': 1, field: 1 }, format)
  t.deepEqual(kinds((await write('dygie', [document])).report), { score: 1, 'mention-head': 1 })
})

const apf = (mentions: readonly [id: string, start: number, words: string][]) =>
  `<source_file><document DOCID="d">${mentions
    .map(([id, start, words]) => {
      const extent = `<charseq START="${start}" END="${start + [...words].length - 1}">${words}</charseq>`
      return `<entity ID="${id}" TYPE="PER"><entity_mention ID="${id}-1" TYPE="NAM"><extent>${extent}</extent><head>${extent}</head></entity_mention></entity>`
    })
    .join('')}</document></source_file>`

test('ace05: nothing inside of a tag counts, its newlines neither, unless that is what fits; characters are code points', async (t) => {
  const sgml = `<DOC>\n<QUOTE PREVIOUSPOST="\n${'older\n'.repeat(300)}"/>\n😀 He ran . He sat .\n</DOC>\n`
  for (const [newlines, offset] of [
    [false, 0],
    [true, 301],
  ] as const) {
    const context = formatContext()
    const places: [string, number, string][] = [
      ['a', 4 + offset, 'He'],
      ['b', 13 + offset, 'He'],
    ]
    const document = aceDocument(sgml, apf(places), 'd', 'd', context)
    t.deepEqual(
      listMentions(document.mentions!).map(({ start }) => start),
      [document.text.indexOf('He'), document.text.lastIndexOf('He')],
      String(newlines),
    )
    t.deepEqual(kinds(context.report), {})
    const folder = testFolder(t)
    t.is(await (await written('ace05', document, folder)).text('d.sgm'), sgml)
  }
})

test('ace05: one mention that cannot be read is counted, lines of Windows come back', async (t) => {
  const context = formatContext()
  const odd = apf([
    ['a', 1, 'Ida'],
    ['b', 9, 'Nils'],
  ]).replace('</document>', '<entity ID="c" TYPE="PER"><entity_mention ID="c-1"/></entity></document>')
  const document = aceDocument('<DOC>\r\nIda met Nils\r\n</DOC>', odd, 'd', 'd', context)
  t.is(document.mentions!.begin.length, 2)
  t.deepEqual(kinds(context.report), { 'unreadable-mention': 1 })
  const folder = testFolder(t)
  const out = await written('ace05', document, folder)
  t.is(await out.text('d.sgm'), '<DOC>\r\nIda met Nils\r\n</DOC>')
})

test('brat: fragments in any order, a byte order mark, and one annotation that does not fit', async (t) => {
  const text = '\ufeffNorth and South Tarn saw Ida\n'
  const ann =
    'T1\tLoc 17 21;1 6\tTarn North\nT2\tLoc 11 21\tSouth Tarn\nT3\tPER 26 29\tIda\nT4\tPER 1 3\tIda\nT5\tPER 90 95\n'
  const { documents, report, folder } = await readFiles(t, 'brat', { 'a.txt': text, 'a.ann': ann }, 'a.txt')
  t.deepEqual(entitiesOf(documents[0]), [
    ['North and South Tarn', 'Loc'],
    ['South Tarn', 'Loc'],
    ['Ida', 'PER'],
  ])
  t.deepEqual(kinds(report), { 'discontinuous-span': 1, 'unreadable-span': 2 })
  const out = await written('brat', documents[0], folder)
  t.is(await out.text('a.txt'), text)
  t.is(await out.text('a.ann'), ann)
  const shifted = await readFiles(t, 'brat', { 'a.txt': '\ufeffIda ran', 'a.ann': 'T1\tPER 0 3\tIda\n' }, 'a.txt')
  t.deepEqual(entitiesOf(shifted.documents[0]), [['Ida', 'PER']])
  t.is(await (await written('brat', shifted.documents[0], shifted.folder)).text('a.txt'), '\ufeffIda ran')
  await t.throwsAsync(readFiles(t, 'brat', { 'a.txt': 'Ida ran', 'a.ann': 'T1\tPER 0 3\tran\n' }, 'a.txt'), {
    code: 'HMTL_DOCUMENT_OFFSET',
  } as never)
})

test('litbank: mentions are held against the text, lines without words are counted, spaces alone separate', async (t) => {
  const mention = (id: string, line: number, token: number, words: string) =>
    `MENTION\t${id}\t${line}\t${token}\t${line}\t${token}\t${words}\tPER\tPRON\n`
  const ann = `${mention('T1', 0, 0, 'Mr.\u00a0Holt')}${mention('T2', 2, 0, 'He')}${mention('T3', 2, 1, 'Holt')}COREF\tT1\tA\nCOREF\tT2\tA\n`
  const { documents, report, folder } = await readFiles(
    t,
    'litbank',
    { 'coref/tsv/a.ann': ann, 'coref/tsv/a.txt': 'Mr.\u00a0Holt ran .\n\nHe sat .\n' },
    'coref/tsv/a.ann',
  )
  const [document] = documents
  t.deepEqual(
    listClusters(document.clusters!).map((cluster) => cluster.map(({ start, end }) => document.text.slice(start, end))),
    [['Mr.\u00a0Holt', 'He']],
  )
  t.deepEqual(kinds(report), { 'unreadable-mention': 1 })
  const whole = await readFiles(
    t,
    'litbank',
    { 'coref/tsv/b.ann': mention('T1', 0, 0, 'She'), 'coref/tsv/b.txt': 'She ran .\n' },
    'coref/tsv/b.ann',
  )
  t.is(await (await written('litbank', whole.documents[0], folder)).text('coref/tsv/b.ann'), mention('T1', 0, 0, 'She'))
})

test('redocred: other fields, numeric titles and one odd mention', async (t) => {
  const record =
    '[{"title":7,"ann_id":77,"id":"x9","sents":[["Ida","met","Nils"]],"vertexSet":[[{"name":"Ida","pos":[0,1],"sent_id":0,"type":"PER"},{"pos":[8,9],"sent_id":0,"type":"PER"}],[{"name":"Nils","pos":[2,3],"sent_id":0,"type":"PER"}]],"labels":[{"r":"P1","h":0,"t":1},{"r":"P1","h":0,"t":5}]}]'
  const { documents, report } = await read('redocred', record)
  t.is(documents[0].id, '7')
  t.is(listRelations(documents[0].relations!).length, 1)
  t.deepEqual(kinds(report), { 'unreadable-mention': 1, 'unreadable-relation': 1 })
  t.deepEqual(JSON.parse((await write('redocred', documents)).bytes.toString()), JSON.parse(record))
  const through = (await read('arrow', (await write('arrow', documents)).bytes)).documents
  t.deepEqual(JSON.parse((await write('redocred', through)).bytes.toString()), JSON.parse(record))
})

test('conll04: other columns come back, labels are lists as Python writes them, one odd relation is counted', async (t) => {
  const text =
    "#doc 1\n0\tIda\tB-Peop\t3\t['Kin, \\'of\\'', 'Live_In']\t[2, 2]\tx\n1\tmet\tO\t0\t['N']\t[1]\tx\n2\tNils\tB-Peop\t3\t['Kin']\t[9]\tx\n"
  const { documents, report } = await read('conll04', text)
  t.deepEqual(
    listRelations(documents[0].relations!).map(({ label }) => label),
    ["Kin, 'of'", 'Live_In'],
  )
  t.deepEqual(kinds(report), { 'unreadable-relation': 1 })
  const again = (await write('conll04', documents)).bytes.toString()
  t.deepEqual(
    again.split('\n').map((row) => row.split('\t').filter((_, i) => i === 3 || i === 6)),
    text.split('\n').map((row) => row.split('\t').filter((_, i) => i === 3 || i === 6)),
  )
  t.deepEqual(
    (await read('conll04', again)).documents.map(({ relations }) => listRelations(relations!).length),
    [2],
  )
})

test('mentions of clusters go over sentences', async (t) => {
  const row = (i: number, word: string, coref: string) => `d 0 ${i} ${word} NN * - - - - * ${coref}`
  const text = [
    '#begin document (d); part 000',
    row(0, 'a', '(1'),
    '',
    row(0, 'b', '1)'),
    row(1, 'c', '(1)'),
    '',
    '#end document',
    '',
  ].join('\n')
  const { documents } = await read('conll2012', text)
  t.is((await write('conll2012', documents)).bytes.toString(), text)
  const dygie = (await read('dygie', (await write('dygie', documents)).bytes)).documents
  t.deepEqual(listClusters(dygie[0].clusters!), listClusters(documents[0].clusters!))
})
