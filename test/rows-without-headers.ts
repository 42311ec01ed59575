/** CoNLL-2012 whose `#begin document` lines are lost: what its rows say of their documents. */
import test from 'ava'
import fc from 'fast-check'
import { createDocument } from '../src/io/document/document.ts'
import { sniffHead } from '../src/io/guess.ts'
import { read, write } from './helpers/documents.ts'
import { clustersOf, entitiesOf, texts } from './helpers/columns.ts'

const rowsOf = (text: string): string => text.replace(/^#.*\n/gm, '')

const row = (document: string, part: number, at: number, word: string, entity = '*', coref = '-') =>
  `${document} ${part} ${at} ${word} NNP * - - - speaker ${entity} ${coref}`

const sample = [
  row('bc/a', 0, 0, 'Ada', '(PERSON)', '(0)'),
  row('bc/a', 0, 1, 'left'),
  '',
  row('bc/a', 0, 0, 'She', '*', '(0)'),
]

test('rows are told from the first, under any name; documents end where another name or part stands', async (t) => {
  const two = [...sample, '', row('bc/a', 1, 0, 'Bob'), '', row('bc/b', 1, 0, 'Eve')].join('\n')
  for (const name of ['<stdin>', 'corpus.dat', 'corpus.txt', 'a.conll', 'a.gold_conll'])
    for (const text of [`${sample[0]}\n`, two, two.replaceAll(' ', '\t')])
      t.is(sniffHead(Buffer.from(text), name).name, 'conll2012', name)
  for (const text of ['a b 0 c d e f g h i j k l\n', 'a 0 0 b c d e f g h i j\n'])
    t.is(sniffHead(Buffer.from(text), '<stdin>').name, 'text')
  const { documents, errors } = await read('conll2012', two)
  t.deepEqual(errors, [])
  t.deepEqual(
    documents.map(({ id }) => id),
    ['bc/a_000', 'bc/a_001', 'bc/b_001'],
  )
  t.deepEqual(texts(documents), ['Ada left She', 'Bob', 'Eve'])
  t.deepEqual(clustersOf(documents[0]), [['Ada', 'She']])
})

test('a broken row costs its document; a beginning that is lost from a file with headers is told', async (t) => {
  const broken = [...sample, 'bc/a 0 1', row('bc/a', 0, 2, 'x'), '', row('bc/b', 0, 0, 'Eve')].join('\n')
  const found = await read('conll2012', broken)
  t.deepEqual(texts(found.documents), ['Eve'])
  t.deepEqual(
    found.errors.map(({ code, document, line }) => [code, document, line]),
    [['HMTL_INPUT_SYNTAX', 'bc/a_000', 5]],
  )
  const whole = `#begin document (bc/c); part 000\n${row('bc/c', 0, 0, 'Ann')}\n\n#end document\n`
  for (const cut of [`${sample.join('\n')}\n\n#end document\n${whole}`, `${sample.join('\n')}\n\n${whole}`]) {
    const { documents, errors } = await read('conll2012', cut)
    t.deepEqual(texts(documents), ['Ann'])
    t.deepEqual(
      errors.map(({ code, document }) => [code, document]),
      [['HMTL_INPUT_TRUNCATED', 'bc/a_000']],
    )
  }
})

const word = fc.string({
  unit: fc.constantFrom('a', '(', ')', '*', '-', '#', '|', 'é', '😀'),
  minLength: 1,
  maxLength: 4,
})

test('what is written says the same without its headers', async (t) => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(word, { minLength: 1, maxLength: 4 }), { maxLength: 4 }), async (lists) => {
      const documents = lists.map((words, i) => {
        const text = words.join(' ')
        const spans = [{ start: 0, end: words[0].length, label: 'PER' }]
        return createDocument({
          id: `d${i}_000`,
          text,
          entities: spans,
          clusters: [spans],
          metadata: {
            conll2012: { document: `d${i}`, part: '000' },
          },
          tokens: {
            begin: Int32Array.from(words, (_, w) => words.slice(0, w).join(' ').length + (w > 0 ? 1 : 0)),
            end: Int32Array.from(words, (_, w) => words.slice(0, w + 1).join(' ').length),
          },
        })
      })
      const { bytes } = await write('conll2012', documents)
      const { documents: again, errors } = await read('conll2012', rowsOf(bytes.toString()))
      t.deepEqual(errors, [])
      t.deepEqual(
        again.map((d) => [d.id, d.text, entitiesOf(d), clustersOf(d)]),
        documents.map((d) => [d.id, d.text, entitiesOf(d), clustersOf(d)]),
      )
    }),
    { numRuns: 100 },
  )
})
