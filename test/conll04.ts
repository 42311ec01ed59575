/** CoNLL04: relations by their rows, and the corpus of Roth and Yih as it is. */
import test from 'ava'
import { createDocument, listRelations } from '../src/io/document/document.ts'
import { sniffHead } from '../src/io/guess.ts'
import { joinTokens } from '../src/io/document/tokens.ts'
import { read, write } from './helpers/documents.ts'
import { entitiesOf, texts } from './helpers/columns.ts'

test('conll04: relation labels may have commas and quotes', async (t) => {
  const { text, tokens } = joinTokens(['a', 'b'])
  const [arg1, arg2] = [0, 1].map((i) => ({ start: tokens.begin[i], end: tokens.end[i] }))
  const relations = ['born in, at', "child's"].map((label) => ({ label, arg1, arg2 }))
  const { bytes } = await write('conll04', [createDocument({ id: 'd', text, tokens, entities: [], relations })])
  t.deepEqual(
    listRelations((await read('conll04', bytes)).documents[0].relations!).map(({ label }) => label),
    ['born in, at', "child's"],
  )
})

test('conll04: the corpus of Roth and Yih, entities of several words in a row, relations by rows', async (t) => {
  const rows = (...list: readonly string[]) => list.map((line) => `${line.replaceAll(' ', '\t')}\n`).join('')
  const text = [
    rows(
      '5 Peop 0 O NNP/NNP Ada/Lee O O O',
      '5 O 1 O VBZ lives O O O',
      '5 Loc 2 O NNP/NNP New/York O O O',
      '5 O 3 O , COMMA O O O',
    ),
    rows('0 2 Live_In'),
    rows('6 O 0 O CD 1/2 O O O', '6 Org 1 O NNP IBM O O O'),
    '',
    rows('7 O 0 O VB Go O O O'),
  ].join('\n')
  for (const name of ['conll04.corp', 'x.txt', '<stdin>']) t.is(sniffHead(Buffer.from(text), name).name, 'conll04')
  const { documents, errors } = await read('conll04', text)
  t.deepEqual(errors, [])
  t.deepEqual(texts(documents), ['Ada Lee lives New York ,', '1/2 IBM', 'Go'])
  t.deepEqual(documents.map(entitiesOf), [['Ada Lee Peop', 'New York Loc'], ['IBM Org'], []])
  t.deepEqual(listRelations(documents[0].relations!), [
    { label: 'Live_In', arg1: { start: 0, end: 7 }, arg2: { start: 14, end: 22 } },
  ])
  const again = await read('conll04', (await write('conll04', documents)).bytes)
  t.deepEqual(again.documents.map(entitiesOf), documents.map(entitiesOf))
  t.deepEqual(listRelations(again.documents[0].relations!), listRelations(documents[0].relations!))
})

test('conll04: what is wrong in a sentence of Roth and Yih costs the next one nothing, and none of its rows is another', async (t) => {
  const rows = (...list: readonly string[]) => list.map((line) => `${line.replaceAll(' ', '\t')}\n`).join('')
  const sound = `${rows('6 O 0 O VB Go O O O', '6 Loc 1 O NNP Rome O O O')}\n\n`
  for (const broken of [
    `${rows('5 Peop 0 O NNP Ada O O O')}\n${rows('0 9 Live_In')}\n`,
    `${rows('5 Peop 0 O NNP Ada O O O', '5 O 1 O', '5 Loc 2 O NNP Oslo O O O')}\n${rows('0 2 Live_In')}\n`,
  ]) {
    const first = rows('4 O 0 O VB Stop O O O')
    const { documents, errors } = await read('conll04', `${first}\n\n${broken}${sound}`)
    t.is(errors.length, 1)
    t.deepEqual(texts(documents), ['Stop', 'Go Rome'])
  }
})
