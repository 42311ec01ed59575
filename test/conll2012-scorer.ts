/** CoNLL-2012 as its scorer reads it: headers, cells of coreference, and mentions that brackets cannot say. */
import test from 'ava'
import { createDocument } from '../src/io/document/document.ts'
import { sniffHead } from '../src/io/guess.ts'
import { joinTokens } from '../src/io/document/tokens.ts'
import { read, write } from './helpers/documents.ts'
import { clustersOf, part, rewritten } from './helpers/columns.ts'

test('conll2012: headers as OntoGUM and the scorer have them, with or without brackets and a space', async (t) => {
  const rows = ['0\tMia\t(1)', '1\tfed\t_', '2\ta\t(2', '3\tcat\t2)', '', '0\tshe\t(1)']
  for (const [header, footer, id] of [
    ['# begin document GUM_x', '# end document', 'GUM_x'],
    ['#begin document GUM_x', '#end document', 'GUM_x'],
    ['# begin document ', '# end document', 'test'],
    ['#begin document', '#end document x', 'test'],
    ['#begin document (a b (c)); part 003', '#end document', 'a b (c)_003'],
    ['#  begin document (x);', '#  end document', 'x'],
    ['#begin document (x)', '#end document', 'x'],
  ]) {
    const text = part(rows, header, footer)
    t.is(sniffHead(Buffer.from(text), 'x.conll').name, 'conll2012', header)
    const { documents, errors } = await read('conll2012', text)
    t.deepEqual(errors, [], header)
    t.is(documents[0].id, id)
    t.deepEqual(clustersOf(documents[0]), [['Mia', 'she'], ['a cat']])
    t.is(await rewritten('conll2012', text), text.replace(/ (?=\n)/, ''), header)
  }
})

test('coreference cells need no bar, and a double antecedent is counted', async (t) => {
  const cell = (...cells: string[]) => part(cells.map((each, i) => `p 0 ${i} w${i} ${each}`))
  const clusters = async (...cells: string[]) => {
    const { documents, errors } = await read('conll2012', cell(...cells))
    t.deepEqual(errors, [])
    return clustersOf(documents[0])
  }
  t.deepEqual(await clusters('(0(1)', '0)', '(0)', '(1)'), [
    ['w0 w1', 'w2'],
    ['w0', 'w3'],
  ])
  t.deepEqual(await clusters('(0)(1', '1)(2', '2)'), [['w0'], ['w0 w1'], ['w1 w2']])
  t.deepEqual(await clusters('(0|(0', '0)0)'), [['w0 w1']])
  t.deepEqual(await clusters('(3)|(2)', '(2)', '(3)'), [['w0', 'w2'], ['w1']])
  const { documents, report } = await read('conll2012', cell('(1+2)(3)', 'x', '(3)'))
  t.deepEqual(clustersOf(documents[0]), [['w0', 'w2']])
  t.is(report.count('odd-cell'), 2)
  t.is(await rewritten('conll2012', cell('(0(1)', '0)', '(0)', '(1)')), cell('(0(1)', '0)', '(0)', '(1)'))
})

test('what two clusters claim is that of the one seen first, as the scorer has it', async (t) => {
  const { documents, report } = await read('conll2012', part(['p 0 0 a (7)', 'p 0 1 b (5)(7)', 'p 0 2 c (5)']))
  t.deepEqual(clustersOf(documents[0]), [['a', 'b'], ['c']])
  t.is(report.count('duplicate-cluster-member'), 1)
})

test('mentions of one cluster that cross cannot be written with brackets, and are counted', async (t) => {
  const { text, tokens } = joinTokens(['a', 'b', 'c'])
  const span = (from: number, to: number) => ({ start: tokens.begin[from], end: tokens.end[to] })
  const document = createDocument({ id: 'd', text, tokens, clusters: [[span(0, 1), span(1, 2)], [span(2, 2)]] })
  for (const format of ['conll2012', 'like-conll', 'conllu']) {
    const { bytes, report } = await write(format, [document])
    t.is(report.count('crossing-cluster-member'), 1, format)
    t.deepEqual((await read(format, bytes)).documents.map(clustersOf), [[['a b'], ['c']]], format)
  }
})

test('a coreference mention across sentences is written as it was read', async (t) => {
  const text = part(['p 0 0 a (1', '', 'p 0 0 b 1)'])
  t.is(await rewritten('conll2012', text), text)
  const { documents } = await read('conll2012', text)
  t.deepEqual((await read('like-conll', (await write('like-conll', documents)).bytes)).documents.map(clustersOf), [
    [['a b']],
  ])
})
