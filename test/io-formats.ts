import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import test, { type ExecutionContext } from 'ava'
import { listClusters, listMentions, listRelations, listSpans } from '../src/io/document/document.ts'
import { sniffHead } from '../src/io/guess.ts'
import { readDocuments } from '../src/io/read.ts'
import { writeDocuments } from '../src/io/write.ts'
import { kinds, collect, fileText, plain, read, readFrom, write } from './helpers/documents.ts'
import { testFolder } from './helpers/folder.ts'

const samples = {
  conll2003: 'datasets/conll2003/sample.conll',
  conll2012: 'datasets/conll2012/sample.gold_conll',
  conll04: 'datasets/conll04/sample.txt',
  conllu: 'datasets/gum/sample.conllu',
  dygie: 'datasets/scierc/sample.jsonl',
} as const

async function* stream<T>(items: readonly T[]) {
  yield* items
}

const throughFolder = async (t: ExecutionContext, format: string, path: string) => {
  const folder = testFolder(t)
  const documents = await readFrom(path, { format })
  await writeDocuments(stream(documents), folder, { format })
  return { documents, folder }
}

for (const [format, path] of Object.entries(samples)) {
  test(`${format}: a canonical file is written byte for byte as it was read`, async (t) => {
    const text = await fileText(path)
    const { documents, errors } = await read(format, text)
    t.deepEqual(errors, [])
    t.is((await write(format, documents)).bytes.toString(), text)
  })

  test(`${format}: the same file comes back through Arrow and through Parquet`, async (t) => {
    const text = await fileText(path)
    const { documents } = await read(format, text)
    for (const table of ['arrow', 'arrow-stream', 'parquet']) {
      const { bytes } = await write(table, documents)
      const again = await read(table, bytes)
      t.deepEqual(again.errors, [])
      t.deepEqual(again.documents.map(plain), documents.map(plain))
      t.is((await write(format, again.documents)).bytes.toString(), text)
    }
  })

  test(`${format}: is recognised by its first bytes`, async (t) => {
    t.is(sniffHead(Buffer.from(await fileText(path)), path).name, format)
  })
}

test('ace05: text, mentions, heads, relations and clusters of the sample', async (t) => {
  const [document] = await readFrom('datasets/ace05/sample', { format: 'ace05' })
  t.is(document.id, 'tarn_20050301.0001')
  const { text } = document
  const mentions = listMentions(document.mentions!).map(({ start, end, label, head }) => [
    text.slice(start, end),
    label,
    head && text.slice(head.start, head.end),
  ])
  t.deepEqual(mentions, [
    ['Holt', 'PER', undefined],
    ['Maren Holt', 'PER', undefined],
    ['a chemist from\nOslo', 'PER', 'chemist'],
    ['Her', 'PER', undefined],
    ['Tarn & Daughters', 'ORG', undefined],
    ['Tarn & Daughters', 'ORG', undefined],
    ['Oslo', 'GPE', undefined],
    ['Her brother', 'PER', 'brother'],
    ['Bergen', 'GPE', undefined],
  ])
  t.deepEqual(
    listRelations(document.relations!).map(({ label, arg1, arg2 }) => [
      label,
      text.slice(arg1.start, arg1.end),
      text.slice(arg2.start, arg2.end),
    ]),
    [
      ['ORG-AFF', 'Maren Holt', 'Tarn & Daughters'],
      ['PER-SOC', 'Her', 'Her brother'],
    ],
  )
  t.deepEqual(
    listClusters(document.clusters!).map((cluster) => cluster.length),
    [4, 2, 1, 1, 1],
  )
})

test('ace05 and brat folders are written byte for byte as they were read', async (t) => {
  const { folder } = await throughFolder(t, 'ace05', 'datasets/ace05/sample')
  for (const name of ['tarn_20050301.0001.sgm', 'tarn_20050301.0001.apf.xml'])
    t.is(await readFile(join(folder, name), 'utf8'), await fileText(`datasets/ace05/sample/${name}`))
})

test('ace05: a head option, no singletons, and charseqs that moved', async (t) => {
  const [heads] = await readFrom('datasets/ace05/sample', {
    format: 'ace05',
    options: { mentionSpan: 'head', singletons: false },
  })
  t.true(listMentions(heads.mentions!).some(({ start, end }) => heads.text.slice(start, end) === 'chemist'))
  t.is(heads.clusters!.offsets.length - 1, 2)
  const { aceDocument } = await import('../src/io/formats/ace05.ts')
  const { formatContext } = await import('../src/io/format.ts')
  const sgml = await fileText('datasets/ace05/sample/tarn_20050301.0001.sgm')
  const apf = await fileText('datasets/ace05/sample/tarn_20050301.0001.apf.xml')
  const context = formatContext()
  // Three characters more before the text: every charseq is off by three.
  const moved = aceDocument(sgml.replace('<HEADLINE>', 'XYZ<HEADLINE>'), apf, 'x', 'x', context)
  t.true(context.report.count('realigned-charseq') > 10)
  t.is(context.report.count('unaligned-mention'), 0)
  for (const { start, end } of listMentions(moved.mentions!))
    t.regex(moved.text.slice(start, end), /Holt|chemist|Her|Tarn|Oslo|Bergen/)
  // A mention whose words are nowhere near is reported by name.
  const lost = formatContext()
  aceDocument(sgml.replace('Bergen', 'Hamars'), apf, 'x', 'x', lost)
  t.true(
    lost.report.entries().some(({ kind, examples }) => kind === 'unaligned-mention' && examples[0].includes('E5-1')),
  )
  // References in the text, counted raw by the annotation.
  const escaped = aceDocument(sgml.replaceAll('&', '&amp;'), apf, 'x', 'x', formatContext())
  t.true(
    listMentions(escaped.mentions!).some(({ start, end }) =>
      /^Tarn &(amp;)? Daughters$/.test(escaped.text.slice(start, end)),
    ),
  )
})

test('ace05: APF 4 of ACE 2004, with its own names for arguments, bare ampersands and turns', async (t) => {
  const { aceDocument } = await import('../src/io/formats/ace05.ts')
  const { formatContext } = await import('../src/io/format.ts')
  const sgml =
    '<DOC>\n<DOCNO> d </DOCNO>\n<BODY>\n<TEXT>\n<TURN>\nIda of R&D met Nils\nHolt .\n</TEXT>\n</BODY>\n</DOC>\n'
  const text = sgml.replace(/<[^>]*>/g, '')
  const charseq = (words: string) =>
    `<charseq START="${text.indexOf(words)}" END="${text.indexOf(words) + words.length - 1}">${words.replace('&', '&amp;')}</charseq>`
  const mention = (id: string, words: string) =>
    `<entity_mention TYPE="NAM" ID="${id}"><extent>${charseq(words)}</extent><head>${charseq(words)}</head></entity_mention>`
  const apf = `<?xml version="1.0"?><!DOCTYPE source_file SYSTEM "apf.v4.0.1.dtd"><source_file TYPE="text" VERSION="4.0" URI="d.sgm"><document DOCID="d">
    <entity ID="E1" TYPE="PER">${mention('1-1', 'Ida')}</entity><entity ID="E2" TYPE="ORG">${mention('2-1', 'R&D')}</entity><entity ID="E3" TYPE="PER">${mention('3-1', 'Nils\nHolt')}</entity>
    <relation ID="R1" TYPE="EMP-ORG"><rel_entity_arg ENTITYID="E1" ARGNUM="1"/><relation_mention ID="R1-1" LDCLEXICALCONDITION="Preposition">
    <rel_mention_arg ENTITYMENTIONID="1-1" ARGNUM="1"/><rel_mention_arg ENTITYMENTIONID="2-1" ARGNUM="2"/></relation_mention></relation>
    <relation ID="R2" TYPE="METONYMY"><relation_mention ID="R2-1"/></relation></document></source_file>`
  const context = formatContext()
  const document = aceDocument(sgml, apf, 'd', 'd', context)
  const at = ({ start, end }: { start: number; end: number }) => document.text.slice(start, end)
  t.deepEqual(listMentions(document.mentions!).map(at), ['Ida', 'R&D', 'Nils\nHolt'])
  t.deepEqual(
    listRelations(document.relations!).map(({ label, arg1, arg2 }) => [label, at(arg1), at(arg2)]),
    [['EMP-ORG', 'Ida', 'R&D']],
  )
  t.is(context.report.count('metonymy-relation'), 1)
  t.is(context.report.count('realigned-charseq') + context.report.count('unaligned-mention'), 0)
})

test('ace05: a DTD that defines entities is refused', async (t) => {
  const { parseXml } = await import('../src/io/syntax/xml.ts')
  t.throws(() => parseXml('<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', 'test'), { code: 'HMTL_INPUT_SYNTAX' } as never)
  t.throws(() => parseXml('<a>'.repeat(100), 'test'), { message: /nested deeper/ })
})

test('conll2003: IOB1, BIO, IOBES and BIOUL give the same spans', async (t) => {
  const text = await fileText(samples.conll2003)
  const { documents } = await read('conll2003', text)
  const wanted = documents.map((document) => listSpans(document.entities!))
  for (const scheme of ['iob1', 'bio', 'bioul', 'iobes'] as const) {
    const { bytes } = await write('conll2003', documents, { scheme })
    const again = await read('conll2003', bytes)
    t.deepEqual(
      again.documents.map((document) => listSpans(document.entities!)),
      wanted,
    )
    t.is((await write('conll2003', again.documents)).bytes.toString(), bytes.toString())
  }
})

test('conll2003: columns of WNUT-17 and Universal NER come back as they were', async (t) => {
  for (const path of ['datasets/wnut17/sample.conll', 'datasets/uner/sample.iob2']) {
    const text = await fileText(path)
    const { documents, errors } = await read('conll2003', text)
    t.deepEqual(errors, [])
    t.true(documents.length > 0)
    t.is((await write('conll2003', documents)).bytes.toString(), text)
  }
})

test('small differences of layout are kept: no blank after a mark, before an end, or at the end of the file', async (t) => {
  const conll2003 = '-DOCSTART- -X- O O\nA X Y I-PER\n\nB X Y O\n\n-DOCSTART- -X- O O\n\nC X Y O\n'
  t.is((await write('conll2003', (await read('conll2003', conll2003)).documents)).bytes.toString(), conll2003)
  const row = 'd 0 0 a - * - - - - * -'
  const conll2012 = `#begin document (d); part 000\n${row}\n#end document\n\n#begin document (e); part 000\n${row.replace('d', 'e')}\n\n#end document\n`
  t.is((await write('conll2012', (await read('conll2012', conll2012)).documents)).bytes.toString(), conll2012)
})

test('conll2003: a broken line costs its document and no other', async (t) => {
  const { documents, errors } = await read(
    'conll2003',
    '-DOCSTART- -X- -X- O\n\nA X Y O\nbroken\n\n-DOCSTART- -X- -X- O\n\nB X Y I-PER\n\n',
  )
  t.deepEqual(
    documents.map(({ text }) => text),
    ['B'],
  )
  t.is(errors.length, 1)
  t.is(errors[0].code, 'HMTL_INPUT_SYNTAX')
  t.is(errors[0].line, 4)
  t.is(errors[0].offset, 30)
})

test('conll2012: a truncated document and one without its end are reported, the rest is read', async (t) => {
  const text = await fileText(samples.conll2012)
  const [first, second] = text.split('#end document\n')
  const cut = await read('conll2012', `${first}${second}#end document\n`)
  t.is(cut.documents.length, 1)
  t.is(cut.errors[0].code, 'HMTL_INPUT_TRUNCATED')
  const half = await read('conll2012', first)
  t.is(half.errors[0].document, 'nw/tarn/00/tarn_0001_000')
  const unbalanced = await read('conll2012', text.replace('(0)', '(9'))
  t.is(unbalanced.documents.length, 2)
  t.is(unbalanced.report.count('bracket-not-closed'), 1)
})

test('conll2012: nested and crossing mentions, and the same cluster open twice', async (t) => {
  const row = (i: number, word: string, coref: string) => `d 0 ${i} ${word} - * - - - - * ${coref}`
  const text = [
    '#begin document (d); part 000',
    row(0, 'a', '(1|(1|(2'),
    row(1, 'b', '1)'),
    row(2, 'c', '2)|(3'),
    row(3, 'd', '1)'),
    row(4, 'e', '3)'),
    '',
    '#end document',
    '',
  ].join('\n')
  const { documents, errors } = await read('conll2012', text)
  t.deepEqual(errors, [])
  t.deepEqual(
    listClusters(documents[0].clusters!)
      .map((cluster) => cluster.map(({ start, end }) => documents[0].text.slice(start, end)).sort())
      .sort(),
    [['a b c'], ['a b', 'a b c d'], ['c d e']],
  )
  t.is((await write('conll2012', documents)).bytes.toString(), text)
})

test('conll2012: the reference scorer’s short files are read', async (t) => {
  const { documents, errors } = await read(
    'conll2012',
    '#begin document (T);\nt\t0\t0\ta1\t(0\nt\t0\t1\ta2\t0)\nt\t0\t2\tx\t-\n\n#end document\n',
  )
  t.deepEqual(errors, [])
  t.is(documents[0].text, 'a1 a2 x')
  t.is(documents[0].clusters!.begin.length, 1)
})

test('brat: discontinuous spans, attributes, notes and code points', async (t) => {
  const { mkdir, writeFile } = await import('node:fs/promises')
  const folder = testFolder(t)
  await mkdir(join(folder, 'in'))
  const text = '😀 Maren met Holt.\nShe left.'
  const ann = [
    'T1\tPER 2 7\tMaren',
    'T2\tPER 12 16\tHolt',
    'R1\tknows Arg1:T1 Arg2:T2',
    'A1\tSeen T1',
    'T3\tPER 2 7;12 16\tMaren Holt',
    '#1\tNote T1\thello',
    'T4\tPER 18 21\tShe',
    '*\tCoref T1 T4',
    '',
  ].join('\n')
  await writeFile(join(folder, 'in', 'a.txt'), text)
  await writeFile(join(folder, 'in', 'a.ann'), ann)
  const { LossReport } = await import('../src/io/index.ts')
  const report = new LossReport()
  const documents = await collect(readDocuments(join(folder, 'in'), { format: 'brat', report }))
  const [document] = documents
  t.deepEqual(
    listSpans(document.entities!).map(({ start, end }) => document.text.slice(start, end)),
    ['Maren', 'Holt', 'Maren met Holt', 'She'],
  )
  t.is(report.count('discontinuous-span'), 1)
  t.is(report.count('attribute'), 1)
  t.is(report.count('note'), 1)
  const { bytes } = await write('arrow', documents)
  await writeDocuments(stream((await read('arrow', bytes)).documents), join(folder, 'out'), { format: 'brat' })
  t.is(await readFile(join(folder, 'out', 'a.ann'), 'utf8'), ann)
  t.is(await readFile(join(folder, 'out', 'a.txt'), 'utf8'), text)
})

test('litbank: nested layers, clusters and names of the sample, and back', async (t) => {
  const { documents, folder } = await throughFolder(t, 'litbank', 'datasets/litbank/sample')
  const [document] = documents
  const text = (spans: { start: number; end: number }[]) =>
    spans.map(({ start, end }) => document.text.slice(start, end))
  t.deepEqual(text(listMentions(document.mentions!)).sort(), ['Maren , a chemist', 'a chemist'])
  t.deepEqual(text(listSpans(document.entities!)), ['Maren , a chemist'])
  t.deepEqual(
    listClusters(document.clusters!).map((cluster) => text(cluster)),
    [['Maren , a chemist', 'She'], ['a chemist']],
  )
  t.is(
    await readFile(join(folder, 'entities/tsv/tarn_brat.tsv'), 'utf8'),
    await fileText('datasets/litbank/sample/entities/tsv/tarn_brat.tsv'),
  )
  t.is(
    await readFile(join(folder, 'coref/tsv/tarn_brat.txt'), 'utf8'),
    await fileText('datasets/litbank/sample/coref/tsv/tarn_brat.txt'),
  )
})

test('redocred: relations are laid on mention pairs within a sentence, and the record comes back', async (t) => {
  const text = await fileText('datasets/redocred/sample.json')
  const { documents, report } = await read('redocred', text, { relationNames: { P108: 'employer' } })
  t.deepEqual(
    listRelations(documents[0].relations!).map(({ label }) => label),
    ['employer', 'P159'],
  )
  t.is(report.count('cross-sentence-relation'), 1)
  const plainRead = await read('redocred', text)
  t.deepEqual(JSON.parse((await write('redocred', plainRead.documents)).bytes.toString()), JSON.parse(text))
})

test('like-conll: mentions, relation columns and coreference there and back', async (t) => {
  const { documents } = await read('conll04', await fileText(samples.conll04))
  const { bytes, report } = await write('like-conll', documents)
  t.deepEqual(kinds(report), { 'entity-as-mention': 3 })
  const again = await read('like-conll', bytes)
  t.deepEqual(again.errors, [])
  t.deepEqual(listRelations(again.documents[0].relations!), listRelations(documents[0].relations!))
  t.deepEqual(
    listSpans(again.documents[0].mentions!).map(({ start, end, label }) => [start, end, label]),
    listSpans(documents[0].entities!).map(({ start, end, label }) => [start, end, label]),
  )
})

test('what a format cannot carry is counted by kind', async (t) => {
  const { documents } = await read('conllu', await fileText(samples.conllu))
  const flat = await write('conll2003', documents)
  t.is(flat.report.count('nested-entity'), 1)
  t.is(flat.report.count('layer-clusters'), 2)
  const [ace] = await readFrom('datasets/ace05/sample', { format: 'ace05' })
  const { prepareDocument } = await import('../src/pipeline/prepare.ts')
  const columns = await write('like-conll', [prepareDocument(ace)])
  t.is(columns.report.count('overlapping-relation-arguments'), 1)
})

test('documents of one format become every other', async (t) => {
  const { prepareDocument } = await import('../src/pipeline/prepare.ts')
  const [document] = (await readFrom('datasets/ace05/sample', { format: 'ace05' })).map(prepareDocument)
  for (const format of [
    'jsonl',
    'conll2003',
    'conll2012',
    'conll04',
    'conllu',
    'dygie',
    'redocred',
    'like-conll',
    'arrow',
    'parquet',
  ]) {
    const { bytes } = await write(format, [document])
    const again = await read(format, bytes, {}, undefined, `x.${format}`)
    t.deepEqual(again.errors, [], format)
    t.true(again.documents.length > 0, format)
  }
  const folder = testFolder(t)
  for (const format of ['brat', 'ace05', 'litbank']) {
    await writeDocuments(stream([document]), join(folder, format), { format })
    const direct = await collect(readDocuments(join(folder, format), { format }))
    t.is(direct.length, 1, format)
    t.true((direct[0].mentions ?? direct[0].entities)!.begin.length > 0, format)
  }
})

test('a missing file, an unknown format and an empty folder say what to do', async (t) => {
  await t.throwsAsync(readFrom('no/such/file'), { code: 'HMTL_INPUT_NOT_FOUND' } as never)
  await t.throwsAsync(readFrom('LICENSE', { format: 'xyz' }), { code: 'HMTL_FORMAT_UNKNOWN' } as never)
})
