/**
 * Formats told by structure, from as little of a stream as will do; and the formats that people have who have no
 * corpus.
 */
import { Readable } from 'node:stream'
import test from 'ava'
import fc from 'fast-check'
import { formats } from '../src/io/formats/index.ts'
import { sniffHead } from '../src/io/guess.ts'
import { readDocuments } from '../src/io/read.ts'
import { entitiesOf } from './helpers/columns.ts'
import { collect, read, write } from './helpers/documents.ts'

const named = (text: string, name = '<stdin>') => sniffHead(Buffer.from(text), name).name

test('a field of another format inside of a record makes no record of that format', (t) => {
  t.is(named('{"id":"a","text":"b","hmtl":{"sentences":[[0,1]],"ner":[[]]}}\n'), 'jsonl')
  t.is(named('{"text":"he said \\"sentences\\": [[1]] and <source_file and\\n#begin document (x)"}\n'), 'jsonl')
  t.is(named('{"meta":{"sentences":[["a"]]},"tokens":["a"]}\n'), 'jsonl')
  t.is(named('{"ner":[[]],"clusters":[],"sentences":[["a"]]}\n'), 'dygie')
  t.is(
    named(`{"clusters":[[${'[0, 1], '.repeat(5000)}[0,1]]],"doc_key":"x","sentences":[["a"]]}\n`),
    'dygie',
    'however far its fields lie apart',
  )
  t.is(named('[{"title":"x","sents":[["a"]],"vertexSet":[]}]'), 'redocred')
  t.is(named('[{"text":"about vertexSet and sents"}]'), 'json')
  t.is(named('{\n  "text": "a"\n}\n'), 'json')
  t.is(named('{"text": "cut off\n{"text":"b"}\n'), 'jsonl', 'a damaged line is one line')
  t.is(named('id,text\n1,Ada\n'), 'csv')
  t.is(named('text\tid\nAda\t1\n'), 'tsv')
})

test('formats of JSON are told however long the text of the first record is', async (t) => {
  for (const size of [10, 9000, 300_000]) {
    const text = 'Ada met Bob \\"here\\". '.repeat(Math.ceil(size / 22))
    const [start, end] = [0, 3]
    const entity = `{"entities":[[${start},${end},"PER"]]}`
    const cases: [string, string][] = [
      ['spacy-train', `["${text}",${entity}]\n["Ada",${entity}]\n`],
      ['spacy-train', `[["${text}",${entity}],["Ada",${entity}]]`],
      ['spacy-train', `[\n  [\n    "${text}",\n    ${entity.replace(':', ': ')}\n  ]\n]\n`],
      ['spacy-train', `[["${text}",{"cats":{"x":1},"entities":[]}]]`],
      ['spacy-train', `{"classes":["PER"],"annotations":[["${text}",${entity}]]}`],
      ['doccano', `{"id":1,"text":"${text}","label":[[0,3,"PER"]]}\n`],
      ['doccano', `{"id":1,"text":"${text}","entities":[{"id":1,"label":"PER","start_offset":0,"end_offset":3}]}\n`],
      ['label-studio', `[{"data":{"text":"${text}"},"annotations":[{"result":[]}]}]`],
      [
        'label-studio',
        `[{"id":1,"annotations":[{"result":[{"value":{"text":"${text}"}}]}],"data":{"text":"${text}"}}]`,
      ],
      ['prodigy', `{"text":"${text}","_input_hash":1,"spans":[],"answer":"accept"}\n`],
      ['redocred', `[{"title":"${text}","sents":[["Ada"]],"vertexSet":[]}]`],
      ['dygie', `{"clusters":[],"note":"${text}","sentences":[["Ada"]],"doc_key":"a"}\n`],
      ['jsonl', `{"note":"${text}","text":"Ada"}\n`],
      ['json', `[{"note":"${text}","text":"Ada"}]`],
    ]
    for (const [name, given] of cases) {
      t.is(named(given), name, given.slice(0, 40))
      if (name === 'spacy-train')
        for (const piece of [1000, 100_000]) {
          const bytes = Buffer.from(given)
          const pieces = Array.from({ length: Math.ceil(bytes.length / piece) }, (_, i) =>
            bytes.subarray(i * piece, (i + 1) * piece),
          )
          const [first] = await collect(readDocuments(Readable.from(pieces)))
          t.true(first.text.startsWith('Ada met Bob "here".'))
        }
    }
    for (const given of [`[["${text}", she`, `["${text}" was said`]) t.is(named(given), 'text')
  }
})

test('text that is nothing else is text; what is no text is refused by name', (t) => {
  for (const text of [
    'Barack Obama was born in Hawaii.',
    'Vitamin B-12',
    'Type O blood\n',
    '[Chapter 1] It began.',
    '"quoted"',
    'Ada, Bob and the text\n',
    'é'.repeat(9000),
  ])
    t.is(named(text), 'text', text)
  t.is(named('Ada B-PER\nleft O\n\n'), 'conll2003')
  t.throws(() => sniffHead(Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 1, 2, 3, 0xff]), 'a.png'), {
    code: 'HMTL_FORMAT_UNKNOWN',
  } as never)
})

test('what is not UTF-8 is told once, whatever its name, with what to do about it', (t) => {
  const big = (text: string) => Buffer.from(text, 'utf16le').swap16()
  const record = '{"text":"Ada met Bob"}\n'
  for (const bytes of [
    Buffer.from('\ufeffHi', 'utf16le'),
    big('\ufeffHi'),
    Buffer.from(record, 'utf16le'),
    big(record),
  ])
    for (const name of ['a', 'a.jsonl', 'a.csv', 'a.txt'])
      t.throws(() => sniffHead(bytes, name), { code: 'HMTL_INPUT_ENCODING', message: /UTF-16.*iconv/ } as never)
  t.throws(() => named('#FORMAT=WebAnno TSV 3.3\n\n\n#Text=Ada\n1-1\t0-3\tAda\tPER\n', 'a.tsv'), {
    code: 'HMTL_FORMAT_UNSUPPORTED',
  } as never)
  const error = { code: 'HMTL_INPUT_ENCODING', message: /not UTF-8.*iconv/ } as never
  t.throws(() => sniffHead(Buffer.from('Café in Zürich.\n', 'latin1'), '<stdin>'), error)
})

test('records in another encoding than the others are refused one by one, by line and with what to do', async (t) => {
  const forms: readonly [format: string, record: (word: string) => string, open?: string, close?: string][] = [
    ['lines', (word) => `${word} slept\n`],
    ['jsonl', (word) => `{"text":${JSON.stringify(word)}}\n`],
    ['json', (word) => `,{"text":${JSON.stringify(word)}}\n`, '[{"text":"Ada"}', ']'],
    ['csv', (word) => `${word},1\n`, 'text,n\n'],
    ['tsv', (word) => `${word}\t1\n`, 'text\tn\n'],
    ['conll2003', (word) => `${word} B-PER\nslept O\n\n`],
    ['conllu', (word) => `1\t${word}\t_\t_\t_\t_\t0\t_\t_\t_\n\n`],
  ]
  const words = fc.array(fc.constantFrom('Zürich', 'Ada', 'A\0da'), { minLength: 1, maxLength: 6 })
  const isOdd = (word: string) => word === 'Zürich'
  for (const [format, record, open = '', close = ''] of forms)
    await fc.assert(
      fc.asyncProperty(words, fc.integer({ min: 1, max: 60 }), async (list, size) => {
        const given = Buffer.from([open, record('Ada'), ...list.map(record), close].join(''), 'latin1')
        const { documents, errors } = await read(format, given, {}, size)
        const extra = format === 'json' ? 2 : 1
        t.is(documents.length, extra + list.filter((word) => !isOdd(word)).length)
        t.is(errors.length, list.filter(isOdd).length)
        for (const { code, line, offset, remedy } of errors) {
          t.is(code, 'HMTL_INPUT_ENCODING')
          t.true((format === 'json' ? offset : line) !== undefined)
          t.regex(remedy ?? '', /iconv.*these lines/)
        }
      }),
      { numRuns: 30 },
    )
  const mixed = Buffer.concat([Buffer.from('Zürich.\nAda.\n'), Buffer.from('Zürich.\n', 'latin1')])
  t.throws(() => sniffHead(mixed, 'a.txt'), { message: /^a.txt .*\(line 3\).*iconv/ } as never)
  const [error] = (await read('text', mixed)).errors
  t.is(error.line, 3)
})

test('tables are told by their header, whatever names real ones have', (t) => {
  for (const text of [
    ',text,label\n0,Ada met Bob,1\n',
    ',text\n0,Ada\n',
    'Unnamed: 0,tweet_id,text\n0,1,Ada\n',
    '"id","text","score (%)"\n1,"Ada, Bob",2\n',
    'created at,text,user.name,größe [m],#\r\n1,Ada,b,c,d\r\n',
    '\ufeffid,text\n1,Ada\n',
    'id;text\n1;Ada, she\n',
    'text,label\n"one\ntwo, three, four",1\nx,2\n',
    'id,Text\n1,Ada\n',
    'id,tweet\n1,Ada\n2,Bob\n',
    'sep=;\nid;tweet of the day\n1;Ada, she\n',
    '\ufeff"sep=,"\r\nid,text\r\n1,Ada\r\n',
    'sep=\t\nid\ttext\n1\tAda\n',
    'id|text|label\n1|Ada met Bob, today; ok|x\n',
    'created at,Tweet text,user\n1,"Ada, met Bob",x\n2,y,z\n',
    '\n\nid,text\n1,Ada\n',
    'id,text,label\n1,Ada\n2,Bob,x\n',
    'id,"the\nname",text\n1,Ada,x\n',
  ])
    t.is(named(text), 'csv', text)
  for (const text of [
    '\ttext\n0\tAda\n',
    'id\tTweet text\tlabel\n1\tAda met Bob.\tx\n2\tShe left.\ty\n',
    '1\tAda met Bob.\tx\n2\tShe left.\ty\n3\tHe too.\tx\n',
  ])
    t.is(named(text), 'tsv', text)
  for (const text of [
    'Note, text\nfollows, here\n',
    'images,text\nWords follow here.\n',
    'I, me, my\nYou, you, your\nHe, him, his\n',
    'Shopping:\n\tmilk\n\teggs\n',
    'the\t120\nof\t80\nand\t70\n',
    'sep=;\n',
    '| id | text |\n|----|------|\n| 1  | Ada  |\n',
    '|id|text|\n|---|---|\n|1|Ada|\n',
  ])
    t.is(named(text), 'text', text)
})

test('a text whose lines end in what looks like a tag is a text', (t) => {
  for (const text of [
    'Vitamin B-12\n\nIs good for you.\n',
    'He made a U-turn\n\n',
    'He made a U-turn\nShe took an S-Bahn\n\n',
    'B-side\nE-mail\n\n',
    'Sing O\nPray O\n\n',
    'Blood types:\nAda\tO\nBob\tO\n',
    'He got an A-\nShe got a B-\n\n',
    '{ a brace\nand more\n',
    '[1] A note\n[2] Another\n',
  ])
    t.is(named(text), 'text', text)
})

test('a name that says a format keeps a file from being plain text; .txt says nothing', (t) => {
  for (const [name, format] of [
    ['a.conll', 'conll2003'],
    ['a.conllu', 'conllu'],
    ['a.conll04', 'conll04'],
    ['a.v4_gold_conll', 'conll2012'],
    ['a.jsonl', 'jsonl'],
    ['a.ndjson.gz', 'jsonl'],
    ['a.json', 'json'],
    ['a.csv', 'csv'],
    ['a.tsv', 'tsv'],
    ['a.parquet', 'parquet'],
    ['a.arrow', 'arrow'],
    ['a.graphml', 'graphml'],
    ['a.txt', 'text'],
    ['a', 'text'],
    ['a.text', 'text'],
  ])
    t.is(named('Ada met Bob in Rome.\n', name), format, name)
  t.is(named('Ada met Bob in Rome.\n', 'A.CONLL'), 'conll2003', 'in capitals too')
  t.is(named('Ada\tB-PER\tO\tO\tO\nwon\tO\tO\tO\tO\n\n'), 'litbank', 'four layers are LitBank, whatever its name')
  t.is(named('apple,pear\nplum,fig\nkiwi,lime\n', 'list.txt'), 'text', 'a list of words')
  // The name says nothing of what two or three tags of a word are: gold and predictions, or layers.
  for (const name of ['a.tsv', 'a.txt', 'a.conll', '<stdin>'])
    for (const row of ['Ada\tB-PER\tB-PER\nwon\tO\tO\n\n', 'Ada\tB-PER\tB-PER\tO\nwon\tO\tO\tO\n\n'])
      t.is(named(row, name), 'conll2003', name)
  t.is(named('Ada\tB-PER\tO\t\nwon\tO\tO\t\n\n', 'a.tsv'), 'litbank', 'as LitBank ends its rows')
  t.is(named('Ada\tB-PER\tO\nwon\tO\tO\n\n', 'x/entities/tsv/a.tsv'), 'litbank', 'where LitBank has its files')
  t.is(named('Ada\tB-PER\nwon\tO\n', 'one.tsv'), 'conll2003', 'what is inside comes before the name')
})

test('no two formats write files of the same name', (t) => {
  const endings = formats.map(({ extension }) => extension).filter((extension) => extension !== '')
  t.is(new Set(endings).size, endings.length)
})

for (const [format, record] of [
  ['jsonl', '{"anything":1,"text":"Ada"}\n'],
  // Without document marks the first sentences wait: a mark may follow, and then they are one document.
  ['conll2003', '-DOCSTART- O\n\nAda B-PER\n\n'],
] as const)
  test(`one record of ${format} in, one document out, while the stream is open and its format a guess`, async (t) => {
    let more: (() => void) | undefined
    const documents = readDocuments(
      Readable.from(
        (async function* () {
          for (const piece of [record.slice(0, 3), record.slice(3), record]) yield Buffer.from(piece)
          await new Promise<void>((resolve) => (more = resolve))
        })(),
        { objectMode: false },
      ),
    )
    t.is((await documents.next()).value?.text, 'Ada')
    const next = documents.next()
    while (!more) await new Promise((resolve) => setTimeout(resolve, 1))
    more()
    await next
    await documents.return(undefined)
  })

test('json: items of an array wherever the bytes are cut; one that is wrong does not stop the others', async (t) => {
  const text = '[{"text":"a]}\\"[{","n":1},\n 12, "x", [1],\n{"text":"😀"}]\n'
  for (const size of [1, 2, 3, 1000]) {
    const { documents, errors } = await read('json', text, {}, size)
    t.deepEqual(
      documents.map((document) => document.text),
      ['a]}"[{', '😀'],
    )
    t.deepEqual(
      errors.map(({ code }) => code),
      ['HMTL_INPUT_JSON', 'HMTL_INPUT_JSON', 'HMTL_INPUT_JSON'],
    )
  }
  const { bytes } = await write('json', (await read('json', '{"text":"a"}\n{\n"text":"b"}')).documents)
  t.deepEqual(
    JSON.parse(bytes.toString()).map((record: { text: string }) => record.text),
    ['a', 'b'],
  )
  t.is((await write('json', [])).bytes.toString(), '[]\n')
  const wrong = await read(
    'json',
    Buffer.from([...Buffer.from('[{"text":"'), 0xff, ...Buffer.from('"},{"text":"b"}]')]),
  )
  t.deepEqual([wrong.errors[0].code, wrong.documents[0].text], ['HMTL_INPUT_ENCODING', 'b'])
})

test('lines: a document a line, white space within kept', async (t) => {
  const { documents } = await read('lines', 'one \r\n\n two\n')
  t.deepEqual(
    documents.map(({ id, text }) => [id, text]),
    [
      ['test:1', 'one '],
      ['test:3', ' two'],
    ],
  )
})

test('UTF-32 is told apart from UTF-16; a character that no text has, by its place', (t) => {
  for (const bytes of [
    [0xff, 0xfe, 0, 0, 0x41, 0, 0, 0],
    [0, 0, 0xfe, 0xff, 0, 0, 0, 0x41],
  ])
    t.throws(() => sniffHead(Buffer.from(bytes), 'a.txt'), {
      code: 'HMTL_INPUT_ENCODING',
      message: /UTF-32.*iconv -f UTF-32/,
    } as never)
  for (const long of ['', 'Ada é came.\n'.repeat(1000)]) {
    const head = Buffer.from(`Ada é\ncame\0.\n${long}`).subarray(0, 8192)
    const error = t.throws(() => sniffHead(head, 'a.txt'), { message: /NUL.*tr -d.*--from text/ })
    t.like(error, { code: 'HMTL_INPUT_ENCODING', line: 2, offset: 11 } as object)
  }
})

test('JSON lines whose first record has no spans are told by what Prodigy writes, or by the first that has some', async (t) => {
  const served = '"_input_hash":1,"_task_hash":2'
  const prodigy = `{"text":"x",${served},"answer":"reject"}\n{"text":"Ada",${served},"spans":[{"start":0,"end":3,"label":"PER"}],"answer":"accept"}\n`
  t.is(named(prodigy), 'prodigy')
  t.is(named('{"text":"x","_task_hash":2,"_view_id":"ner_manual","answer":"ignore"}\n'), 'prodigy')
  const { documents, report } = await read('prodigy', prodigy)
  t.deepEqual(
    documents.map(({ text }) => text),
    ['Ada'],
  )
  t.is(report.count('answer'), 1)
  for (const field of ['label', 'labels', 'entities'])
    for (const none of ['[]', 'null']) {
      const records = [`{"text":"no","${field}":${none}}`, `{"text":"Ada","${field}":[[0,3,"PER"]]}`]
      t.is(named(`${records.join('\n')}\n`), 'doccano')
      t.is(named(`[${records.join(', ')}]`), 'doccano')
    }
  t.is(named('{"text":"no","label":[]}\n{"text":"good","label":["pos"]}\n'), 'jsonl')
})

test('a text may begin with a brace', async (t) => {
  for (const text of ['{{Infobox person\n| name = Ada\n}}\nAda left.\n', '{Ada} left.\n', '{"Ada"} left.\n'])
    for (const name of ['x.txt', 'x.md', '<stdin>']) t.is(named(text, name), 'text', text)
  t.is(named('{Ada} left.\n', 'x.jsonl'), 'jsonl')
  t.regex((await read('jsonl', '{Ada} left.\n')).errors[0].message, /--from text/)
  // Records that are damaged are records.
  for (const line of ['{"text": "Ada",}', "{'text': 'Ada'}", '{text: 1}'])
    t.is(named(`${line}\n{"text":"Ada"}\n`, 'x.txt'), 'jsonl', line)
  t.is(named("{'text': 'Ada'}\n", 'x.txt'), 'jsonl')
})

test('words and types between tabs are columns, whatever the file is called', async (t) => {
  const rows = ['CHAPTER\tO', 'I\tO', 'Emma\tPERS', 'Woodhouse\tPERS', ',\tO', 'handsome\tO']
  const text = `${rows.join('\n')}\n`
  for (const name of ['x.tsv', 'x.txt', '<stdin>']) t.is(named(text, name), 'conll2003', name)
  const { documents, errors } = await read('conll2003', text)
  t.deepEqual(errors, [])
  t.deepEqual(documents.map(entitiesOf), [['Emma Woodhouse PERS']])
  t.not(named('name\tkind\nfoo bar\tx\nbaz it\tO\nq\tO\nr\tO\n', 'x.txt'), 'conll2003')
  const parsed = '1\tAda\tAda\tNNP\tPERSON\t2\tnsubj\n2\tleft\tleave\tVBD\tO\t0\tROOT\n\n'
  for (const given of [parsed, parsed.replaceAll('\t', ' '), parsed.replace(/\t\d\t\w+$/gm, '\t_\t_')]) {
    t.is(named(given, 'x.txt'), 'conll2003')
    const found = await read('conll2003', given)
    t.deepEqual(found.errors, [])
    t.deepEqual(found.documents.map(entitiesOf), [['Ada PERSON']])
    t.is((await write('conll2003', found.documents)).bytes.toString(), given)
  }
})

test('formats that are not read are called by their names, with what makes records of them', async (t) => {
  for (const [name, text, what] of [
    ['x.txt', '123|t|A gene\n123|a|It is.\n', /PubTator.*--from spans/],
    ['x.a1', 'T1\tProtein 0 3\tAda\n', /BioNLP.*\.ann/],
    ['wp3', '\nAda|NNP|I-PER Lee|NNP|I-PER left|VBD|O\n', /WikiNER.*awk/],
  ] as const)
    t.regex(t.throws(() => named(text, name), { code: 'HMTL_FORMAT_UNSUPPORTED' })?.message ?? '', what)
  t.is(named('T1\tProtein 0 3\tAda\n', 'x.ann'), 'brat')
  for (const [record, what] of [
    [{ id: 0, paragraphs: [{ raw: 'Ada', sentences: [{ tokens: [{ orth: 'Ada', ner: 'U-PER' }] }] }] }, /spaCy 2.*jq/],
    [{ document_id: 'a', sentences: [{ words: ['Ada'], named_entities: [1], coref_spans: [] }] }, /OntoNotes.*jq/],
    [{ sentences: [{ tokens: [{ word: 'Ada', ner: 'PERSON' }], entitymentions: [] }], corefs: {} }, /CoreNLP.*jq/],
  ] as const)
    t.regex((await read('json', JSON.stringify([record]))).errors[0].message, what)
  const dygie = '[{"doc_key":"a","sentences":[["Ada","Lee"]],"ner":[[[0,1,"PER"]]]}]'
  t.is(named(dygie), 'dygie')
  for (const size of [2, 1 << 16])
    t.deepEqual((await read('dygie', dygie.replace('[', '[\n'), {}, size)).documents.map(entitiesOf), [['Ada Lee PER']])
})
