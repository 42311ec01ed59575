/** What record formats must carry, however other tools wrote them. */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Field, List, Table, tableToIPC, Utf8, vectorFromArray } from 'apache-arrow'
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
import { collect, read, write } from './helpers/documents.ts'

const entitiesOf = ({ text, entities }: Document) =>
  entities ? listSpans(entities).map(({ start, end, label }) => [text.slice(start, end), label]) : undefined
const kinds = (report: LossReport) => Object.fromEntries(report.entries().map(({ kind, count }) => [kind, count]))
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
  const folder = await mkdtemp(join(tmpdir(), 'hmtl-'))
  t.teardown(() => rm(folder, { recursive: true }))
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
    const folder = await mkdtemp(join(tmpdir(), 'hmtl-'))
    t.is(await (await written('ace05', document, folder)).text('d.sgm'), sgml)
    await rm(folder, { recursive: true })
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
  const folder = await mkdtemp(join(tmpdir(), 'hmtl-'))
  const out = await written('ace05', document, folder)
  t.is(await out.text('d.sgm'), '<DOC>\r\nIda met Nils\r\n</DOC>')
  await rm(folder, { recursive: true })
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
