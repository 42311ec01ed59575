/** Files of tags whatever their columns: which is the word and which the tag, and the same file written again. */
import test from 'ava'
import { createDocument, listSpans } from '../src/io/document/document.ts'
import { sniffHead } from '../src/io/guess.ts'
import { readDocuments } from '../src/io/read.ts'
import { entitiesOf, rewritten, texts } from './helpers/columns.ts'
import { collect, read, write } from './helpers/documents.ts'

const named = (text: string, name = '<stdin>') => sniffHead(Buffer.from(text), name).name

interface Layout {
  readonly what: string
  readonly file: string
  readonly texts: readonly string[]
  readonly entities: readonly (readonly string[])[]
  /** Name that the format is guessed by, where content alone does not say it. */
  readonly name?: string
}

const layouts: readonly Layout[] = [
  {
    what: 'number, word, outer and inner tag, comments between tabs (GermEval 2014)',
    file: '#\thttp://x.example [2009]\n1\tKölner\tB-LOC\tO\n2\tDom\tO\tO\n\n#\thttp://y.example [2010]\n1\tUlm\tB-LOC\tO\n\n',
    texts: ['Kölner Dom', 'Ulm'],
    entities: [['Kölner LOC'], ['Ulm LOC']],
  },
  ...[0, 1].flatMap((first) =>
    ['\t', ' '].map((separator) => ({
      what: `number from ${first}, word, tag, parted by ${JSON.stringify(separator)} (WikiNEuRal, MultiNERD)`,
      file: `${first} The O\n${first + 1} Rome B-LOC\n\n${first} Ada B-PER\n\n`.replaceAll(' ', separator),
      texts: ['The Rome', 'Ada'],
      entities: [['Rome LOC'], ['Ada PER']],
    })),
  ),
  {
    what: 'number, word, columns of nothing, tag',
    file: '1\tAda\t_\t_\tB-PER\n2\twon\t_\t_\tO\n\n',
    texts: ['Ada won'],
    entities: [['Ada PER']],
  },
  {
    what: 'number, word, part of speech, chunk, tag',
    file: '1\tAda\tNNP\tB-NP\tB-PER\n2\twon\tVBD\tB-VP\tO\n\n',
    texts: ['Ada won'],
    entities: [['Ada PER']],
  },
  {
    what: 'numbers that go on from sentence to sentence',
    file: '0\tAda\tB-PER\n1\twon\tO\n\n2\tBob\tB-PER\n3\tlost\tO\n\n',
    texts: ['Ada won', 'Bob lost'],
    entities: [['Ada PER'], ['Bob PER']],
  },
  {
    what: 'words that are numbers',
    file: '1 CD O\n2 CD O\n\nAda NNP B-PER\n\n',
    texts: ['1 2', 'Ada'],
    entities: [[], ['Ada PER']],
  },
  {
    what: 'no number, columns of nothing, comments with a tab (MultiCoNER)',
    file: '# id 3b\tdomain=en\nwas _ _ O\nAda _ _ B-PER\n\n# id 4c\tdomain=en\nRome _ _ B-LOC\n\n',
    texts: ['was Ada', 'Rome'],
    entities: [['Ada PER'], ['Rome LOC']],
  },
  {
    what: 'a header',
    file: 'word\ttag\nAda\tB-PER\nwon\tO\n\nBob\tB-PER\n\n',
    texts: ['Ada won', 'Bob'],
    entities: [['Ada PER'], ['Bob PER']],
  },
  {
    what: 'seven columns',
    file: 'Ada\tNNP\tx\ty\tz\tq\tB-ORG\nwon\tVB\tx\ty\tz\tq\tO\n\n',
    texts: ['Ada won'],
    entities: [['Ada ORG']],
  },
  {
    what: 'tag first (MIT Movie)',
    file: 'O\tshow\nB-ACTOR\tAda\nI-ACTOR\tHolt\n\n',
    texts: ['show Ada Holt'],
    entities: [['Ada Holt ACTOR']],
  },
  {
    what: 'the tag neither first nor last',
    file: 'Ada\tB-PER\t0\t3\nwon\tO\t4\t7\n\n',
    texts: ['Ada won'],
    entities: [['Ada PER']],
  },
  {
    what: 'types alone (Few-NERD)',
    file: 'It\tO\nAda\tperson-actor\nHolt\tperson-actor\nRome\tlocation-other\n\nwon\tO\n\n',
    texts: ['It Ada Holt Rome', 'won'],
    entities: [['Ada Holt person-actor', 'Rome location-other'], []],
  },
  {
    what: 'abstracts with their numbers (JNLPBA)',
    file: '###MEDLINE:95\n\nIL-2\tB-DNA\ngene\tI-DNA\n\nit\tO\n\n###MEDLINE:96\n\nNF\tB-protein\n\n',
    texts: ['IL-2 gene it', 'NF'],
    entities: [['IL-2 gene DNA'], ['NF protein']],
  },
  {
    what: 'tags without types',
    file: 'Ada B\nHolt I\nmet O\nBob B\n\n',
    texts: ['Ada Holt met Bob'],
    entities: [['Ada Holt ENT', 'Bob ENT']],
    name: 'x.iob2',
  },
  {
    what: 'words that begin as JSON does',
    file: '{"a\tO\nAda\tB-PER\n\n',
    texts: ['{"a Ada'],
    entities: [['Ada PER']],
  },
]

for (const { what, file, texts: expected, entities, name } of layouts)
  test(`conll2003: ${what}`, async (t) => {
    t.is(named(file, name), 'conll2003')
    for (const size of [3, 1 << 16]) {
      const { documents, errors } = await read('conll2003', file, {}, size)
      t.deepEqual(errors, [])
      t.deepEqual(texts(documents), expected)
      t.deepEqual(documents.map(entitiesOf), entities)
    }
    t.is(await rewritten('conll2003', file), file)
  })

test('conll2003: abstracts have the numbers that they had', async (t) => {
  const { documents } = await read('conll2003', '###MEDLINE:95\n\nIL-2\tB-DNA\n\n###MEDLINE:96\n\nit\tO\n\n')
  t.deepEqual(
    documents.map(({ id }) => id),
    ['95', '96'],
  )
})

test('conll2003: a second layer of tags is kept, and what it finds is counted', async (t) => {
  const file = '1\tKöln\tB-ORG\tB-LOC\n2\tUni\tI-ORG\tO\n\n'
  const { documents, report } = await read('conll2003', file)
  t.deepEqual(documents.map(entitiesOf), [['Köln Uni ORG']])
  t.is(report.count('other-tags'), 1)
  t.is(await rewritten('conll2003', file), file)
})

test('conll2003: a column of names is read before one of phrases, wherever it stands', async (t) => {
  const rows: [name: string, file: string][] = [
    ['a language behind it', 'Ada NNP I-NP I-PER en\nran VBD I-VP O en\n\n'],
    ['offsets behind it', 'Ada\tNNP\tI-NP\tI-PER\t0\t3\nran\tVBD\tO\tO\t4\t7\n\n'],
    ['a link behind it', 'Ada\tNNP\tI-NP\tB-PER\tQ1\nran\tVBD\tB-VP\tO\t-\n\n'],
    ['phrases behind it', 'Ada NNP B-PER I-NP\nran VBD O I-VP\n\n'],
    ['phrases of other kinds', 'Ada NNP B-PNP B-PER x\nran VBD B-VP O x\nin IN B-PP O x\n\n'],
    ['no name in the first sentence', 'He PRP O B-NP\nran VBD O B-VP\n\nAda NNP B-PER B-NP\nran VBD O B-VP\n\n'],
  ]
  for (const [name, file] of rows) {
    const { documents, report } = await read('conll2003', file)
    t.deepEqual(documents.flatMap(entitiesOf), ['Ada PER'], name)
    t.is(report.count('other-tags'), 0, name)
    t.is(await rewritten('conll2003', file), file, name)
  }
  const phrases = 'Ada NNP B-NP\nran VBD B-VP\n\n'
  t.is((await read('conll2003', phrases)).report.count('chunk-tag'), 2, 'nothing else is there')
})

test('conll2003: tags left of the column that is read are counted, too', async (t) => {
  const nested = 'Ada B-PERS O\nof I-PERS O\nRome I-PERS B-LOC\nx O O\n\n'
  const found = await read('conll2003', nested)
  t.deepEqual(found.documents.map(entitiesOf), [['Rome LOC']])
  t.is(found.report.count('other-tags'), 1)
  for (const [file, count] of [
    ['EU\tB-ORG\tB-ORG\nrejects\tO\tO\nGerman\tB-MISC\tB-LOC\n\n', 2],
    ['Ada NNP B-NP B-PER\nran VBD B-VP O\n\n', 0],
    ['Ada _ O B-PER\nran _ O O\n\n', 0],
    ['Ada\tB-PER\tperson-actor\nran\tO\tO\n\n', 1],
  ] as const)
    t.is((await read('conll2003', file)).report.count('other-tags'), count, file)
})

test('conll2003: types alone that touch cannot be told apart, and are counted', async (t) => {
  const [document] = (await read('conll2003', 'Ada\tperson-actor\nBob\tO\n\n')).documents
  const [span] = listSpans(document.entities!)
  const { id, text, tokens, sentences, metadata } = document
  const entities = [span, { ...span, start: 4, end: 7 }]
  const both = createDocument({ id, text, tokens, sentences, metadata, entities })
  const { bytes, report } = await write('conll2003', [both])
  t.is(bytes.toString(), 'Ada\tperson-actor\nBob\tperson-actor\n\n')
  t.is(report.count('joined-entity'), 1)
})

for (const [what, file, line, message] of [
  ['a short row', 'Ada B-PER\nmet\nBob B-PER\n\n', 2, /1 columns where the file has 2/],
  ['a row that is short before all others', 'met\nAda B-PER\nBob B-PER\n\n', 1, /1 columns where the file has 2/],
  ['prose', 'Ada met Bob.\nIt rained.\n', 1, /"Bob\." is not a tag/],
  ['words alone', 'Ada\nmet\n', 1, /1 column where a word and a tag were due/],
  ['parts of speech', 'Ada NNP\nmet VBD\n\n', 1, /"NNP" is not a tag/],
  ['a type alone among tags with a prefix', 'It\tO\nAda\tactor\n\nBob\tB-PER\n\n', 2, /"actor" is not a tag/],
] as const)
  test(`conll2003: ${what} is a fault of its line where the name says that there are tags`, async (t) => {
    for (const name of ['x.conll', 'x.iob2', 'x.bio', 'eng.train']) t.is(named(file, name), 'conll2003', name)
    const { errors } = await read('conll2003', file)
    t.is(errors[0].line, line)
    t.regex(errors[0].message, message)
  })

test('tags of phrases (CoNLL-2000) are no entities: counted, kept as a column, spans where a layer is asked for', async (t) => {
  const file = 'Ms. NNP B-NP\nHaag NNP I-NP\nplays VBZ B-VP\n. . O\n\nShe PRP B-NP\nslept VBD B-VP\n\n'
  for (const text of [file, file.replaceAll(' ', '\t')]) {
    const { documents, errors, report } = await read('conll2003', text)
    t.deepEqual(errors, [])
    t.deepEqual(texts(documents), ['Ms. Haag plays .', 'She slept'])
    t.true(
      documents.every(({ entities, mentions, tokens, sentences }) => !entities && !mentions && tokens && sentences),
    )
    t.deepEqual(
      report.entries().map(({ kind, count }) => [kind, count]),
      [['chunk-tag', 4]],
    )
    const { bytes } = await write('conll2003', documents)
    const separator = text === file ? ' ' : '\t'
    t.is(bytes.toString(), text.replace(/(?<=.)\n/g, `${separator}O\n`))
    const again = await read('conll2003', bytes)
    t.deepEqual(texts(again.documents), texts(documents))
    t.deepEqual(again.documents.map(entitiesOf), [[], []])
    for (const layer of ['entities', 'mentions'] as const) {
      const asked = await read('conll2003', text, { layer })
      t.deepEqual(
        listSpans(asked.documents[0][layer]!).map(({ label }) => label),
        ['NP', 'VP'],
      )
      t.is((await write('conll2003', asked.documents, { layer })).bytes.toString(), text)
    }
  }
  const both = await read('conll2003', 'Ada NNP B-NP B-PER\nslept VBD B-VP O\n\n')
  t.deepEqual(both.documents.map(entitiesOf), [['Ada PER']])
})

test('CoNLL-X is read as CoNLL-U, CoNLL-2009 refused under any name with how to make it so', async (t) => {
  const tenth = '1\tAda\t_\tNN\tNNP\t_\t2\tSBJ\t_\t_\n2\tslept\t_\tVB\tVBD\t_\t0\tROOT\t_\t_\n\n'
  for (const name of ['a.conll', 'a.txt', '<stdin>']) t.is(named(tenth, name), 'conllu')
  t.deepEqual(texts((await read('conllu', tenth + tenth)).documents), ['Ada slept', 'Ada slept'])
  const row = (cells: string) => `${cells.replaceAll(' ', '\t')}\n`
  const more =
    row('1 Ada ada ada NNP NNP _ _ 2 2 SBJ SBJ _ _ A0') +
    row('2 slept sleep sleep VBD VBD _ _ 0 0 ROOT ROOT Y sleep.01 _')
  for (const name of ['a.conll', 'a.txt', 'a.conllu', '<stdin>'])
    t.throws(() => named(`${more}\n`, name), { code: 'HMTL_FORMAT_UNSUPPORTED', message: /CoNLL-2009.*awk/ } as never)
})

test('sentences of a number alone have it as their word, where the next column says nothing', async (t) => {
  const { documents } = await read('conll2003', '-DOCSTART- -X- -X- O\n\n1 _ _ B-NUM\n\n1 _ _ O\n\n')
  t.deepEqual(
    documents.map(({ text }) => text),
    ['1 1'],
  )
})

test('conll2003: a column of one number is no column of words', async (t) => {
  const text = '5\tAda\tB-PER\n5\tLee\tI-PER\n5\tleft\tO\n\n6\tBob\tB-PER\n6\tsat\tO\n'
  const error = await t.throwsAsync(read('conll2003', text), { code: 'HMTL_INPUT_SYNTAX' })
  t.regex(error?.message ?? '', /cut -f2-/)
  let isClosed = false
  async function* chunks() {
    try {
      yield Buffer.from(text)
      yield Buffer.from(text)
    } finally {
      isClosed = true
    }
  }
  await t.throwsAsync(collect(readDocuments(chunks(), { format: 'conll2003' })), { code: 'HMTL_INPUT_SYNTAX' })
  t.true(isClosed)
  t.deepEqual((await read('conll2003', text.replace(/^\d\t/gm, ''))).errors, [])
})

/** Tags of four words, and what they say. */
const spelled: readonly (readonly [tags: string, ...found: string[]])[] = [
  ['B_PER I_PER O B_LOC', 'Ada Lee PER', 'Rome LOC'],
  ['PER_B PER_I O LOC_B', 'Ada Lee PER', 'Rome LOC'],
  ['PER-B PER-I O LOC-B', 'Ada Lee PER', 'Rome LOC'],
  ['b-per i-per O b-loc', 'Ada Lee per', 'Rome loc'],
  ['b_per e_per o s_loc', 'Ada Lee per', 'Rome loc'],
  ['B_PER O O B_LOC', 'Ada PER', 'Rome LOC'],
  // Types that look like one.
  ['I_O I_O O O', 'Ada Lee I_O'],
  ['DATE-B DATE-B O O', 'Ada Lee DATE-B'],
  ['u-boat u-boat O b-cell', 'Ada Lee u-boat', 'Rome b-cell'],
  ['DATE-B PER O O', 'Ada DATE-B', 'Lee PER'],
]

test('tags that are spelled otherwise than B-PER are read as such, in columns, JSON and tables', async (t) => {
  const words = ['Ada', 'Lee', 'left', 'Rome']
  for (const [cells, ...found] of spelled) {
    const tags = cells.split(' ')
    const first = [
      ['Bob', tags[0]],
      ['left', 'O'],
      ['', ''],
    ]
    const rows = [...first, ...words.map((word, i) => [word, tags[i]])]
    const columns = `${rows.map((row) => row.join('\t').trim()).join('\n')}\n\n`
    const record = (list: readonly string[], own: readonly string[]) => JSON.stringify({ tokens: list, ner_tags: own })
    const lines = `${record(['Bob', 'left'], [tags[0], 'O'])}\n${record(words, tags)}\n`
    const cell = (list: readonly string[]) => `"[${list.map((item) => `'${item}'`).join(' ')}]"`
    for (const [format, text] of [
      ['conll2003', columns],
      ['jsonl', lines],
      ['json', `[${lines.trim().replace('\n', ',')}]`],
      [
        'csv',
        `sentence,word,tag\n${rows
          .filter(([word]) => word)
          .map((row, i) => [i < 2 ? 1 : 2, ...row].join(','))
          .join('\n')}\n`,
      ],
      ['csv', `tokens,ner_tags\n${cell(['Bob', 'left'])},${cell([tags[0], 'O'])}\n${cell(words)},${cell(tags)}\n`],
    ]) {
      const { documents, errors } = await read(format, text)
      t.deepEqual(errors, [], text)
      t.deepEqual(entitiesOf(documents[1]), found, text)
      t.is(entitiesOf(documents[0])[0], found[0].replace(/.* /, 'Bob '), text)
    }
    t.is(await rewritten('conll2003', columns), columns)
  }
})

test('seven numbered columns that end with tags are not those of CoreNLP', async (t) => {
  const text = '1\tAda\tAda\tNNP\tPROPN\t2\tB-PER\n2\tleft\tleave\tVBD\tVERB\t0\tO\n\n'
  const { documents, errors } = await read('conll2003', text)
  t.deepEqual(errors, [])
  t.deepEqual(documents.map(entitiesOf), [['Ada PER']])
})
