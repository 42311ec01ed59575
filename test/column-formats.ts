/** Column files as other tools write them: what is data, what separates, what is a comment, and where a document begins. */
import test from 'ava'
import { createDocument, listRelations } from '../src/io/document/document.ts'
import { sniffHead } from '../src/io/guess.ts'
import { joinTokens } from '../src/io/document/tokens.ts'
import { read, write } from './helpers/documents.ts'
import { clustersOf, conlluLines, entitiesOf, mentionsOf, part, rewritten, texts, wordsOf } from './helpers/columns.ts'

test('sentences before the first document mark are one document; without a mark each is its own', async (t) => {
  const conll = 'Mia N B-PER\nran V O\n\nRex N B-PER\n\n'
  const marked = `${conll}-DOCSTART- -X- O\n\nRome N B-LOC\n\nfell V O\n\n`
  t.deepEqual(texts((await read('conll2003', conll)).documents), ['Mia ran', 'Rex'])
  t.deepEqual(texts((await read('conll2003', marked)).documents), ['Mia ran Rex', 'Rome fell'])
  t.is(await rewritten('conll2003', marked), marked)
  const numbered = '1\tMia\tB-PER\t-\n\n1\tRex\tB-PER\t-\n\n'
  t.deepEqual(texts((await read('conll2003', `${numbered}# newdoc id = x\n${numbered}`)).documents), [
    'Mia Rex',
    'Mia Rex',
  ])
  const conllu = conlluLines(['1', 'Mia']) + conlluLines(['1', 'Rex'])
  t.deepEqual(texts((await read('conllu', conllu)).documents), ['Mia', 'Rex'])
  t.deepEqual(texts((await read('conllu', `${conllu}# newdoc id = x\n${conllu}`)).documents), ['Mia Rex', 'Mia Rex'])
})

test('the look ahead for a mark is bounded: a long file without one comes out while it is read', async (t) => {
  for (const [format, sentence] of [
    ['conll2003', 'Mia N B-PER\nran V O\n\n'],
    ['conllu', conlluLines(['1', 'Mia'], ['2', 'ran'])],
  ]) {
    const count = Math.ceil((1 << 17) / sentence.length)
    const { documents } = await read(
      format,
      `${sentence.repeat(count)}${format === 'conllu' ? '# newdoc id = late\n' : '-DOCSTART- -X- O\n\n'}${sentence}`,
    )
    t.is(documents.length, count + 1)
    t.is(new Set(documents.map(({ id }) => id)).size, count + 1)
  }
})

test('a fault before the first mark costs its sentence', async (t) => {
  const { documents, errors } = await read(
    'conll2003',
    'Mia N B-PER\n\nbroken\nx N O\n\nRex N B-PER\n\n-DOCSTART- -X- O\n\nRome N B-LOC\n\n',
  )
  t.deepEqual(texts(documents), ['Mia Rex', 'Rome'])
  t.is(errors.length, 1)
  const conllu = await read('conllu', `${conlluLines(['1', 'Mia'])}1\tx\n\n${conlluLines(['1', 'Rex'])}`)
  t.deepEqual(texts(conllu.documents), ['Mia', 'Rex'])
  t.is(conllu.errors.length, 1)
})

// --- Separators

test('conll2003: the rows say what separates, whatever the -DOCSTART- line has', async (t) => {
  for (const mark of [
    '-DOCSTART- -X- -X- O',
    '-DOCSTART-\t-X-\t-X-\tO',
    '-DOCSTART-',
    '-DOCSTART- (3 x)',
    '-DOCSTART-  O',
  ])
    for (const row of ['New Rome\tN\tB-LOC', 'Rome N B-LOC']) {
      const text = `${mark}\n\n${row}\nfell${row.includes('\t') ? '\tV\t' : ' V '}O\n\n${mark}\n\n${row}\n\n`
      t.is(await rewritten('conll2003', text), text)
      t.is((await read('conll2003', text)).documents.length, 2)
    }
})

test('a no-break space is part of a word, in every column format', async (t) => {
  const wide = ['20\u00a0000', '\u00a0', '\u2003x', 'y\u3000', '\u2028']
  const conll = `${wide.map((word) => `${word} B-NUM`).join('\n')}\n\n`
  const { documents, errors } = await read('conll2003', `-DOCSTART- O\n\n${conll}`)
  t.deepEqual(errors, [])
  t.deepEqual(wordsOf(documents[0]), wide)
  for (const format of ['conll2003', 'conll2012', 'conllu', 'like-conll', 'conll04']) {
    const { bytes, report } = await write(format, documents)
    t.is(report.count('white-space-in-token'), 0, format)
    const again = await read(format, bytes)
    t.deepEqual(again.errors, [], format)
    t.deepEqual(wordsOf(again.documents[0]), wide, format)
  }
  t.is(await rewritten('conll2003', `-DOCSTART- O\n\n${conll}`), `-DOCSTART- O\n\n${conll}`)
})

test('white space at the end of a row is no column', async (t) => {
  const ends = ['', '\t', ' ', ' \t ']
  for (const end of ends) {
    t.deepEqual((await read('conll2003', `-DOCSTART- O\n\nMia\tB-PER${end}\nran\tO\n\n`)).documents.map(entitiesOf), [
      ['Mia PER'],
    ])
    t.deepEqual(
      (await read('conll2003', `-DOCSTART- O\n\nMia B-PER${end}\nran O${end}\n\n`)).documents.map(entitiesOf),
      [['Mia PER']],
    )
    const short = await read(
      'conll2012',
      part([`p\t0\t0\tMia\t(0)${end}`, 'p\t0\t1\tran\t-', '', `p\t0\t0\tshe\t(0)${end}`]),
    )
    t.deepEqual(short.errors, [])
    t.deepEqual(short.documents.map(clustersOf), [[['Mia', 'she']]])
    const full = await read('conll2012', part([`p 0 0 Mia N * - - - - (PER) (0)${end}`, 'p 0 1 ran V * - - - - * -']))
    t.deepEqual(full.documents.map(clustersOf), [[['Mia']]])
    const like = await read('like-conll', part([`0\tMia\t(PER)\t(0)${end}`, '1\tran\t*\t-'], '#begin document (p)'))
    t.deepEqual(like.documents.map(clustersOf), [[['Mia']]])
    const chained = await read('conll04', `#doc 1\n0\tMia\tB-PER\t['N']\t[0]${end}\n`)
    t.deepEqual(chained.documents.map(entitiesOf), [['Mia PER']])
    const conllu = await read('conllu', conlluLines(['1', 'Mia', `(1-person)${end}`]))
    t.deepEqual(conllu.errors, [])
    t.deepEqual(conllu.documents.map(mentionsOf), [['Mia person']])
  }
})

test('conll2012: a tab that every row ends with leaves the last column empty, or nothing', async (t) => {
  const row = (i: number, word: string, coref: string) => `p\t0\t${i}\t${word}${'\t_'.repeat(8)}\t${coref}`
  const empty = part([row(0, 'Mia', '(0)'), row(1, 'ran', ''), '', row(0, 'far', '')])
  t.deepEqual((await read('conll2012', empty)).documents.map(clustersOf), [[['Mia']]])
  t.is(await rewritten('conll2012', empty), empty)
  const none = part([row(0, 'Mia', ''), row(1, 'ran', '')])
  t.deepEqual((await read('conll2012', none)).documents.map(clustersOf), [[]])
  t.is(await rewritten('conll2012', none), none)
  t.deepEqual(
    (await read('conll2012', part(['0\tMia\t(1)\t', '1\tran\t_\t'], '#begin document p'))).documents.map(clustersOf),
    [[['Mia']]],
  )
})

// --- Comments

test('conll2003: a token that begins with # is a token', async (t) => {
  for (const [separator, docstart] of [
    [' ', '-DOCSTART- -X- O O\n\n'],
    ['\t', ''],
    [' ', ''],
    ['\t', '-DOCSTART- -X- O O\n\n'],
  ]) {
    const rows = (...list: string[]) => `${docstart}${list.map((row) => row.replaceAll(' ', separator)).join('\n')}\n\n`
    for (const text of [
      rows('so N O', '# N O', '#tag N O', 'Mia N B-PER', '# N O'),
      rows('# N O', '#a N B-PER'),
      rows('#a B-PER', '# O'),
    ]) {
      const { documents, errors } = await read('conll2003', text)
      t.deepEqual(errors, [])
      t.is(
        documents[0].tokens!.begin.length,
        text
          .trim()
          .split('\n')
          .filter((line) => line !== '' && !line.startsWith('-DOC')).length,
      )
      t.is(await rewritten('conll2003', text), text)
    }
  }
  t.is(sniffHead(Buffer.from('#tag\tO\n\n'), 'x').name, 'conll2003')
})

test('conll2003: comments stay comments, before any row and between numbered ones', async (t) => {
  const uner = '# newdoc id = d\n# text = O\n1\t#\tO\t-\n2\tMia\tB-PER\t-\n\n# sent_id = O\n1\tO\tO\t-\n\n# the end\n'
  const { documents, errors } = await read('conll2003', uner)
  t.deepEqual(errors, [])
  t.deepEqual(texts(documents), ['# Mia O'])
  t.is(await rewritten('conll2003', uner), uner)
  const spaced = '# a file of ours\n-DOCSTART- -X- O O\n\n# note\nMia N B-PER\n\n'
  t.deepEqual(texts((await read('conll2003', spaced)).documents), ['Mia'])
})

test('conll2012: comments are kept, and a token that begins with # is none', async (t) => {
  const full = (i: number, word: string, coref: string) => `p 0 ${i} ${word} N * - - - - * ${coref}`
  const text = part([
    '# sentence 1',
    full(0, '#', '(1)'),
    full(1, '#tag', '-'),
    '',
    '#sentence 2 (the last)',
    full(0, 'it', '(1)'),
    '',
    '# end of it',
  ])
  const { documents, errors } = await read('conll2012', text)
  t.deepEqual(errors, [])
  t.deepEqual(texts(documents), ['# #tag it'])
  t.deepEqual(documents.map(clustersOf), [[['#', 'it']]])
  t.is(await rewritten('conll2012', text), text.replace('# end of it\n\n', '# end of it\n'))
  const two = part(['so\t-', '#\t(1)', '#tag\t-', '# a comment\twith a tab'], '#begin document p')
  t.deepEqual(texts((await read('conll2012', two)).documents), ['so # #tag'])
})

test('like-conll, conll04 and conllu number their rows, so that # is a token there', async (t) => {
  const { documents } = await read('conll2003', '-DOCSTART- O\n\n# B-PER\n#a O\n\n')
  for (const format of ['like-conll', 'conll04', 'conllu'])
    t.deepEqual(texts((await read(format, (await write(format, documents)).bytes)).documents), ['# #a'], format)
})

test('a token that is the document mark does not begin a document', async (t) => {
  const { text, tokens } = joinTokens(['a', '-DOCSTART-', 'b'])
  const { bytes, report } = await write('conll2003', [createDocument({ id: 'd', text, tokens, entities: [] })])
  t.is(report.count('document-mark-in-token'), 1)
  t.is((await read('conll2003', bytes)).documents.length, 1)
  t.is((await read('conll2003', '-DOCSTART-s O\nx O\n\n')).documents.length, 1)
})

// --- One odd annotation costs itself

test('one odd annotation is counted, and the rest of its document read', async (t) => {
  const row = (i: number, entity: string, coref: string) => `p 0 ${i} w${i} N * - - - - ${entity} ${coref}`
  const conll2012 = await read('conll2012', part([row(0, '(PER)', '(1)'), row(1, '(ORG*', '(2'), row(2, '*', '9)')]))
  t.deepEqual(conll2012.errors, [])
  t.deepEqual(entitiesOf(conll2012.documents[0]), ['w0 PER'])
  t.deepEqual(clustersOf(conll2012.documents[0]), [['w0']])
  t.is(conll2012.report.count('bracket-not-closed'), 2)
  t.is(conll2012.report.count('bracket-not-opened'), 1)

  const like = await read(
    'like-conll',
    part(
      ['0\ta\t(PER)\t(ARG1_r)\t(ARG1_x)\t(0)', '1\tb\t*)\t(ARG2_r)\t*\t(0)(1', '2\tc\t(ORG)\t*\t*\t(0(2)'],
      '#begin document (p)',
    ),
  )
  t.deepEqual(like.errors, [])
  t.deepEqual(mentionsOf(like.documents[0]), ['a PER', 'c ORG'])
  t.is(like.documents[0].relations!.begin1.length, 1)
  t.is(like.report.count('odd-relation-column'), 1)

  // Nothing in this format counts rows or words.
  const tweets = await read('conll2003', 'a\tB-PER\n\tO\nb\tO\n\n\tO\n\nc\tO\n\n')
  t.deepEqual(tweets.errors, [])
  t.deepEqual(
    tweets.documents.map(({ text }) => text),
    ['a b', 'c'],
  )
  t.is(tweets.report.count('empty-word'), 2)

  const conll04 = await read('conll04', "#doc 1\n0\ta\tB-Peop\t['Live_In', 'Kill']\t[1, 7]\n1\tb\tB-Loc\tN\t[1]\n")
  t.deepEqual(conll04.errors, [])
  t.deepEqual(
    listRelations(conll04.documents[0].relations!).map(({ label }) => label),
    ['Live_In'],
  )
  t.is(conll04.report.count('unreadable-relation'), 2)
})

test('like-conll: a span of two clusters is counted as in CoNLL-2012, and a document not ended is whole', async (t) => {
  const { documents, errors, report } = await read(
    'like-conll',
    '#begin document (a)\n0\tx\t*\t(0)(1)\n#begin document (b)\n0\ty\t*\t(1)\n#end document\n',
  )
  t.deepEqual(errors, [])
  t.deepEqual(
    documents.map(({ id, text }) => [id, text]),
    [
      ['a', 'x'],
      ['b', 'y'],
    ],
  )
  t.is(report.count('duplicate-cluster-member'), 1)
})

test('every reader of tags refuses what is no tag, and an empty word where rows are numbered or hold brackets', async (t) => {
  for (const [format, text] of [
    ['conll2003', 'a person\n\n'],
    ['conll2003', 'a B-PER\nb weird\n\n'],
    ['conll04', "#doc 1\n0\ta\tweird\t['N']\t[0]\n"],
    ['litbank', 'a\tO\tweird\n'],
    ['conll04', "#doc 1\n0\t\tO\t['N']\t[0]\n"],
    ['conllu', conlluLines(['1', ''])],
    ['conll2012', part(['p\t0\t0\t\t-'])],
    ['like-conll', part(['0\t\t*\t-'], '#begin document (p)')],
  ]) {
    const { errors } = await read(format, text)
    t.is(errors.length, 1, `${format} ${text}`)
    t.is(errors[0].code, 'HMTL_INPUT_SYNTAX')
  }
})

test('litbank: layers beyond the fourth are read', async (t) => {
  const { documents } = await read('litbank', 'a\tB-PER\tB-A\tB-B\tB-C\tB-D\nb\tI-PER\tO\tO\tO\tO\n')
  t.is(documents[0].mentions!.begin.length, 5)
})

test('like-conll is told from CoNLL-2012 by its third column', async (t) => {
  const { documents } = await read('conll04', "#doc 1\n0\ta\tB-Peop\t['N']\t[0]\n1\tb\tO\t['N']\t[1]\n")
  t.is(sniffHead((await write('like-conll', documents)).bytes, 'standard input').name, 'like-conll')
  t.is(sniffHead((await write('conll2012', documents)).bytes, 'standard input').name, 'conll2012')
  t.is(sniffHead(Buffer.from(part(['0\ta\t(1)'], '#begin document p')), 'standard input').name, 'conll2012')
})
