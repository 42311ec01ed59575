/** Tables with a word and its tag in each row are read as sentences with entities, as files of columns are. */
import { Readable } from 'node:stream'
import { tableFromArrays, tableToIPC } from 'apache-arrow'
import test from 'ava'
import fc from 'fast-check'
import { parquetWriteBuffer } from 'hyparquet-writer'
import type { Document } from '../src/io/document/document.ts'
import { readDocuments } from '../src/io/read.ts'
import { entitiesOf, texts, wordsOf } from './helpers/columns.ts'
import { collect, kinds, plain, read, write } from './helpers/documents.ts'

const named = (documents: readonly Document[]) => documents.map((d) => [d.id, d.text, entitiesOf(d)])

const filled = `Sentence #,Word,POS,Tag
Sentence: 1,Maren,NNP,B-per
,Holt,NNP,I-per
,slept,VBD,O
,",",",",O
Sentence: 2,Oslo,NNP,B-geo
,"""",\`\`,O
`
const expected = [
  ['test:Sentence: 1', 'Maren Holt slept ,', ['Maren Holt per']],
  ['test:Sentence: 2', 'Oslo "', ['Oslo geo']],
]

test('a word a row: sentences that another column begins, whatever parts the columns and however it is filled', async (t) => {
  const { documents, errors, report } = await read('csv', filled)
  t.deepEqual(errors, [])
  t.deepEqual(kinds(report), {})
  t.deepEqual(named(documents), expected)
  t.deepEqual(wordsOf(documents[0]), ['Maren', 'Holt', 'slept', ','])
  t.deepEqual(Array.from(documents[0].sentences!.end), [4])
  for (const [format, text] of [
    ['csv', 'tag,POS,token,sentence_id\nB-per,NNP,Maren,1\nO,VBD,slept,1\nB-geo,NNP,Oslo,2\n'],
    ['csv', 'sent_id;token;NER Tag\r\n1;Maren;B-per\r\n1;slept;O\r\n2;Oslo;B-geo\r\n'],
    ['tsv', 'Sentence\tWord\tner_tags\n1\tMaren\tB-per\n1\tslept\tO\n2\tOslo\tB-geo\n'],
    ['csv', ',sentence_idx,word,tag\n0,1.0,Maren,B-per\n1,1.0,slept,O\n2,2.0,Oslo,B-geo\n'],
    ['csv', 'word,tag\nMaren,B-per\nslept,O\n\n\nOslo,B-geo\n'],
    ['csv', 'word,tag\nMaren,B-per\nslept,O\n,\nOslo,B-geo\n'],
    ['csv', 'word,pos,tag\n-DOCSTART-,-X-,O\nMaren,NNP,B-per\nslept,VBD,O\n-DOCSTART-,-X-,O\nOslo,NNP,B-geo\n'],
    ['csv', 'word,tag,ner\nMaren,NNP,per\nslept,VBD,O\n,,\nOslo,NNP,geo\n'],
    ['csv', 'word,tag,label\nMaren,NNP,B-per\nslept,VBD,O\n,,\nOslo,NNP,B-geo\n'],
  ])
    for (const size of [1, 7, 1000]) {
      const given = await read(format, text, {}, size)
      t.deepEqual(given.errors, [], text)
      t.deepEqual(
        given.documents.map((d) => [d.text, entitiesOf(d)]),
        [
          ['Maren slept', ['Maren per']],
          ['Oslo', ['Oslo geo']],
        ],
        text,
      )
    }
})

test('a word a row: under any name and on standard input', async (t) => {
  for (const text of [
    filled,
    filled.replaceAll(',', '\t').replace('"\t"\t"\t"', ',\t,'),
    'word,tag\nMaren,B-per\nslept,O\n',
  ])
    for (const input of [
      Readable.from([Buffer.from(text)]),
      Readable.from([...text].map((each) => Buffer.from(each))),
    ]) {
      const documents = await collect(readDocuments(input))
      t.true(documents.length > 0)
      t.regex(entitiesOf(documents[0])[0], /^Maren.* per$/)
    }
})

test('a word a row: a column of documents holds their sentences together', async (t) => {
  const { documents } = await read(
    'csv',
    'doc_id,sentence_id,word,tag\na,1,Maren,B-per\na,1,slept,O\na,2,Oslo,B-geo\nb,1,Siri,B-per\nb,2,Moss,I-geo\n',
  )
  t.deepEqual(named(documents), [
    ['a', 'Maren slept Oslo', ['Maren per', 'Oslo geo']],
    ['b', 'Siri Moss', ['Siri per', 'Moss geo']],
  ])
  t.deepEqual(Array.from(documents[0].sentences!.end), [2, 3])
})

test('a word a row: what other columns hold comes back in columns, names and sentences too', async (t) => {
  const { documents } = await read('csv', filled)
  const { bytes, report } = await write('conll2003', documents)
  t.is(
    bytes.toString(),
    'Word\tPOS\tTag\n# sent_id = Sentence: 1\nMaren\tNNP\tB-per\nHolt\tNNP\tI-per\nslept\tVBD\tO\n,\t,\tO\n\n' +
      '# sent_id = Sentence: 2\nOslo\tNNP\tB-geo\n"\t``\tO\n\n',
  )
  t.deepEqual(kinds(report), {})
  const again = await read('conll2003', bytes)
  t.deepEqual(
    again.documents.map((d) => plain({ ...d, id: '' })),
    documents.map((d) => plain({ ...d, id: '' })),
  )
  const through = await read('jsonl', (await write('jsonl', documents)).bytes)
  t.is((await write('conll2003', through.documents)).bytes.toString(), bytes.toString())
})

test('a word a row: a broken row costs its sentence, an empty word itself', async (t) => {
  const table = (rows: string) => read('csv', `s,word,tag\n${rows}`.replace('s,', 'sent_id,'))
  const broken = await table('1,Maren,B-per\n1,slept\n1,here,O\n2,Oslo,B-geo\n')
  t.deepEqual(
    broken.errors.map(({ code, line }) => [code, line]),
    [['HMTL_INPUT_SYNTAX', 3]],
  )
  t.deepEqual(texts(broken.documents), ['Oslo'])
  const odd = await table('1,Maren,B-per\n2,slept,VBD\n3,Oslo,B-geo\n')
  t.deepEqual(
    odd.errors.map(({ code, line, document }) => [code, line, document]),
    [['HMTL_INPUT_SYNTAX', 3, 'test:2']],
  )
  t.deepEqual(texts(odd.documents), ['Maren', 'Oslo'])
  const empty = await table('1,Maren,B-per\n1,,O\n1,slept,O\n')
  t.deepEqual(texts(empty.documents), ['Maren slept'])
  t.deepEqual(kinds(empty.report), { 'empty-word': 1 })
})

test('a word a row: what holds no tags is refused with its column, a text is a row a document', async (t) => {
  const { documents, errors } = await read('csv', 'word,class\ncat,animal\noak,plant\n')
  t.is(documents.length, 0)
  t.deepEqual(
    errors.map(({ code, remedy }) => [code, /Column "class"/.test(remedy ?? '')]),
    [['HMTL_INPUT_SYNTAX', true]],
  )
  t.deepEqual(texts((await read('csv', 'text,word,tag\nAda met Bob,Ada,B-per\n')).documents), ['Ada met Bob'])
  t.deepEqual(texts((await read('csv', 'Word,Tag\nAda,B-per\n', { textField: 'Word' })).documents), ['Ada'])
})

test('a word a row: only one sentence is held', async (t) => {
  const many = await read('csv', `word,tag\n${'Maren,O\n'.repeat(400)}`, { maxDocumentBytes: 1000 })
  t.deepEqual(
    many.errors.map(({ code }) => code),
    ['HMTL_INPUT_TOO_LARGE'],
  )
  const parted = await read('csv', `word,tag\n${'Maren,O\n\n'.repeat(400)}`, { maxDocumentBytes: 1000 })
  t.deepEqual([parted.documents.length, parted.errors.length], [400, 0])
})

test('a word a row: arrow and parquet too, also where tags are numbers that the file names', async (t) => {
  const sentence = ['1', null, '2', '2']
  const words = ['Maren', 'slept', 'Oslo', 'sleeps']
  const pos = ['NNP', 'VBD', 'NNP', 'VBZ']
  const tags = ['B-per', 'O', 'B-geo', 'O']
  const columns = { 'Sentence #': sentence, Word: words, POS: pos, Tag: tags }
  const table = (more: object) => tableFromArrays(more as Record<string, unknown[]>)
  const parquet = (more: object, metadata?: string) =>
    Buffer.from(
      parquetWriteBuffer({
        columnData: Object.entries(more).map(([name, data]) => ({ name, data })),
        rowGroupSize: 3,
        ...(metadata ? { kvMetadata: [{ key: 'huggingface', value: metadata }] } : {}),
      }),
    )
  const features = JSON.stringify({ info: { features: { ner_tag: { names: ['O', 'B-per', 'B-geo'] } } } })
  const numbered = { sentence_id: [7, 7, 8, 8], tokens: words, ner_tag: [1, 0, 2, -100] }
  const named = table(numbered)
  named.schema.metadata.set('huggingface', features)
  for (const [format, bytes, extras] of [
    ['arrow', Buffer.from(tableToIPC(table(columns), 'file')), true],
    ['arrow-stream', Buffer.from(tableToIPC(table(columns), 'stream')), true],
    ['parquet', parquet(columns), true],
    ['parquet', parquet(numbered, features), false],
    ['arrow-stream', Buffer.from(tableToIPC(named, 'stream')), false],
  ] as const) {
    const { documents, errors, report } = await read(format, bytes)
    t.deepEqual(errors, [])
    t.deepEqual(
      documents.map((d) => [d.text, entitiesOf(d)]),
      [
        ['Maren slept', ['Maren per']],
        ['Oslo sleeps', ['Oslo geo']],
      ],
    )
    t.deepEqual(kinds(report), extras ? {} : { 'unlabelled-token': 1 })
    if (extras) t.deepEqual((documents[0].metadata.conll2003 as { columns: unknown }).columns, [['NNP', 'VBD']])
  }
})

const asJson = (rows: readonly object[]) => `[${rows.map((row) => JSON.stringify(row)).join(',\n ')}]\n`
const asLines = (rows: readonly object[]) => rows.map((row) => `${JSON.stringify(row)}\n`).join('')

test('a word a record of JSON: lines and arrays are read as tables are, told by the first record', async (t) => {
  for (const rows of [
    [
      { sentence_id: 1, word: 'Maren', tag: 'B-per' },
      { sentence_id: 1, word: 'slept', tag: 'O' },
      { sentence_id: 2, word: 'Oslo', tag: 'B-geo' },
    ],
    [
      { 'Sentence #': 'Sentence: 1', Word: 'Maren', POS: 'NNP', Tag: 'B-per' },
      { 'Sentence #': null, Word: 'slept', POS: 'VBD', Tag: 'O' },
      { 'Sentence #': 'Sentence: 2', Word: 'Oslo', POS: 'NNP', Tag: 'B-geo' },
    ],
    [
      { token: 'Maren', label: 'B-per', ner: 'B-per' },
      { label: 'O', token: 'slept' },
      { token: null, label: null },
      { token: 'Oslo', label: 'B-geo' },
    ],
  ])
    for (const [format, text] of [
      ['json', asJson(rows)],
      ['jsonl', asLines(rows)],
    ]) {
      const { documents, errors } = await read(format, text, {}, 7)
      t.deepEqual(errors, [], text)
      const found = documents.map((d) => [d.text, entitiesOf(d)])
      t.deepEqual(found, [
        ['Maren slept', ['Maren per']],
        ['Oslo', ['Oslo geo']],
      ])
      const guessed = await collect(readDocuments(Readable.from([Buffer.from(text)])))
      t.deepEqual(
        guessed.map((d) => [d.text, entitiesOf(d)]),
        found,
      )
    }
  const gaps = await read(
    'jsonl',
    '{"word":"Maren","tag":"B-per"}\n{"word":"slept","tag":"O"}\n\n{"word":"Oslo","tag":"O"}\n',
  )
  t.deepEqual(texts(gaps.documents), ['Maren slept', 'Oslo'])
})

test('a word a record of JSON: a broken record costs its sentence, fields that come later are counted', async (t) => {
  const row = (sentence: number, word: string, tag: string, more = '') =>
    `{"sent_id":${sentence},"word":"${word}","tag":"${tag}"${more}}`
  const first = row(1, 'Maren', 'B-per')
  for (const broken of ['{"sent_id":1,', '{"sent_id":1,"tag":"O"}', 'é'])
    for (const [format, open, between, close] of [
      ['jsonl', '', '\n', '\n'],
      ['json', '[', ',', ']'],
    ]) {
      if (format === 'json' && broken.endsWith(',')) continue
      const rows = [first, broken, row(1, 'slept', 'O'), row(2, 'Oslo', 'B-geo')]
      const bytes = Buffer.from(`${open}${rows.join(between)}${close}`, 'latin1')
      const { documents, errors } = await read(format, bytes)
      t.is(errors.length, 1, `${format} ${broken}`)
      if (format === 'jsonl') t.is(errors[0].line, 2)
      t.deepEqual(named(documents), [['test:2', 'Oslo', ['Oslo geo']]])
    }
  const odd = await read('jsonl', [first, row(2, 'slept', 'VBD'), row(3, 'Oslo', 'B-geo', ',"pos":"NNP"')].join('\n'))
  t.deepEqual(
    odd.errors.map(({ code, line, document }) => [code, line, document]),
    [['HMTL_INPUT_SYNTAX', 2, 'test:2']],
  )
  t.deepEqual(texts(odd.documents), ['Maren', 'Oslo'])
  t.deepEqual(kinds(odd.report), { 'json-field': 1 })
})

test('a word a record of JSON: what has a text is a document, also after such and under another name', async (t) => {
  const words = '{"word":"Ada","tag":"B-per"}\n'
  t.deepEqual(texts((await read('jsonl', words, { textField: 'word' })).documents), ['Ada'])
  t.deepEqual(texts((await read('jsonl', '{"text":"Ada met Bob","word":"Ada","tag":"B-per"}\n')).documents), [
    'Ada met Bob',
  ])
  for (const format of ['jsonl', 'json']) {
    const after = await read(format, `{"text":"Ada"}\n${words}{"text":"Bob"}\n`)
    t.deepEqual(texts(after.documents), ['Ada', 'Bob'])
    t.deepEqual(
      after.errors.map(({ code }) => code),
      ['HMTL_INPUT_FIELD'],
    )
  }
  const lists = await read('jsonl', '{"token":["Ada"],"tag":["B-per"]}\n')
  t.deepEqual([lists.errors, lists.documents.map(entitiesOf)], [[], [['Ada per']]], 'a list of words is a sentence')
})

test('a word a record of JSON: any table gives what it gives as CSV, one sentence held at a time', async (t) => {
  const word = fc.string({ minLength: 1, maxLength: 4 }).filter((each) => each.trim() !== '')
  const rows = fc.array(fc.record({ word, tag: fc.constantFrom('O', 'B-per', 'I-per'), sentence: fc.nat(2) }), {
    minLength: 1,
    maxLength: 8,
  })
  await fc.assert(
    fc.asyncProperty(rows, fc.integer({ min: 1, max: 40 }), async (list, size) => {
      const quoted = (cell: string) => `"${cell.replaceAll('"', '""')}"`
      const table = list.map((row) => `${quoted(row.word)},${row.tag},${row.sentence}\n`).join('')
      const same = (await read('csv', `word,tag,sentence\n${table}`)).documents.map(plain)
      t.deepEqual((await read('jsonl', asLines(list), {}, size)).documents.map(plain), same)
      t.deepEqual((await read('json', asJson(list), {}, size)).documents.map(plain), same)
    }),
    { numRuns: 100 },
  )
  const many = Array.from({ length: 400 }, (_, sentence) => ({ word: 'Maren', tag: 'O', sentence }))
  t.is((await read('jsonl', asLines(many), { maxDocumentBytes: 1000 })).documents.length, 400)
  const unparted = await read('jsonl', asLines(many.map(({ word, tag }) => ({ word, tag }))), {
    maxDocumentBytes: 1000,
  })
  t.deepEqual(
    unparted.errors.map(({ code }) => code),
    ['HMTL_INPUT_TOO_LARGE'],
  )
})

test('a word a row: tags of phrases are no entities here either', async (t) => {
  const rows = [
    { sent_id: 1, word: 'Ada', pos: 'NNP', tag: 'B-NP' },
    { sent_id: 1, word: 'slept', pos: 'VBD', tag: 'B-VP' },
  ]
  for (const [format, text] of [
    ['csv', 'sent_id,word,pos,tag\n1,Ada,NNP,B-NP\n1,slept,VBD,B-VP\n'],
    ['jsonl', asLines(rows)],
  ]) {
    const { documents, report } = await read(format, text)
    t.deepEqual(texts(documents), ['Ada slept'])
    t.is(documents[0].entities, undefined)
    t.deepEqual(kinds(report), { 'chunk-tag': 2 })
    const asked = await read(format, text, { layer: 'entities' })
    t.deepEqual(asked.documents.map(entitiesOf), [['Ada NP', 'slept VP']])
  }
})
