/** Cells of a table that hold lists, as JSON, Python and NumPy print them, are sentences with their tags. */
import test from 'ava'
import fc from 'fast-check'
import { sniffHead } from '../src/io/guess.ts'
import { listCell } from '../src/io/syntax/list-cell.ts'
import { entitiesOf } from './helpers/columns.ts'
import { read } from './helpers/documents.ts'
import { threadSeconds } from './helpers/thread-time.ts'

const quoted = (cell: string) => `"${cell.replaceAll('"', '""')}"`
/** As Python writes a text. */
const python = (text: string) => {
  const mark = text.includes("'") && !text.includes('"') ? '"' : "'"
  const inner = text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\u00a0', '\\xa0')
  return mark + inner.replaceAll(mark, `\\${mark}`) + mark
}

test('a list is read whoever printed it', (t) => {
  const words = fc.array(fc.string({ unit: fc.constantFrom('a', "'", '"', '\\', ',', ']', '\n', '\u00a0', '😀', '.') }))
  fc.assert(
    fc.property(words, (list) => {
      t.deepEqual(listCell(JSON.stringify(list)), list)
      t.deepEqual(listCell(`[${list.map(python).join(', ')}]`), list)
      t.deepEqual(listCell(`[${list.map(python).join('\n ')}]`), list)
    }),
  )
  for (const text of ['', '[a]', 'Ada [x]', '[see below]', '["a"', '[1.5 2]']) t.is(listCell(text), undefined, text)
  t.throws(() => listCell("['a' 'b' ... 'z']"), { message: /cut.*json\.dumps/ })
})

test('a hostile list takes no longer than its length asks, and is answered', (t) => {
  const begun = threadSeconds()
  const blanks = ' '.repeat(200_000)
  t.is(listCell(`['a'${blanks}x${blanks}'b']`), undefined)
  t.is((listCell(`['a'${blanks}]`) ?? []).length, 1)
  const long = 'a\\n'.repeat(2_000_000)
  t.is(String(listCell(`['${long}']`)?.[0]).length, 4_000_000)
  t.deepEqual(listCell(`['\\UFFFFFFFF', '\\U0001F600']`), ['\\UFFFFFFFF', '😀'])
  t.true(threadSeconds() - begun < 20)
})

test('tables of lists are sentences, between commas or tabs; what is no list is told by line', async (t) => {
  const words = `['Ada', "O'Hara", 'left']`
  const tags = `['B-PER', 'I-PER', 'O']`
  const csv = `id,tokens,ner_tags,n\n7,${quoted(words)},${quoted(tags)},1\n8,${quoted('["Ada"]')},${quoted('["B-PER"]')},2\n9,Ada,O,3\n`
  t.is(sniffHead(Buffer.from(csv), '<stdin>').name, 'csv')
  const { documents, errors } = await read('csv', csv)
  t.deepEqual(
    documents.map((document) => [document.id, document.text, entitiesOf(document), document.metadata]),
    [
      ['7', "Ada O'Hara left", ["Ada O'Hara PER"], { n: '1' }],
      ['8', 'Ada', ['Ada PER'], { n: '2' }],
    ],
  )
  t.deepEqual(
    errors.map(({ code, line }) => [code, line]),
    [['HMTL_INPUT_FIELD', 4]],
  )
  for (const [format, text] of [
    ['tsv', `words\tlabels\n${words}\t${tags}\n`],
    ['csv', `text,tokens,tags\nAda O'Hara left,${quoted(words)},${quoted(tags)}\n`],
    ['csv', `tokens,tags\n${quoted(words.replaceAll(',', '\n'))},${quoted(tags.replaceAll(',', ''))}\n`],
  ] as const) {
    t.is(sniffHead(Buffer.from(text), '<stdin>').name, format)
    t.deepEqual((await read(format, text)).documents.map(entitiesOf), [["Ada O'Hara PER"]], text)
  }
  const numbers = await read('csv', "tokens,ner_tags\n\"['Ada' 'left']\",[1 0]\n")
  t.deepEqual([numbers.documents[0].text, numbers.report.count('unnamed-tag')], ['Ada left', 2])
  const texts = await read('csv', 'text,tokens\nAda,3\n')
  t.deepEqual(texts.documents[0].metadata, { tokens: '3' }, 'a column of that name may be something else')
})

test('tables that were joined have their header and its byte order mark once more', async (t) => {
  for (const mark of ['', '\ufeff']) {
    const { documents, errors, report } = await read('csv', `${mark}id,text\n1,Ada\n${mark}id,text\n2,"Bob"\n`)
    t.deepEqual(
      documents.map(({ id, text }) => [id, text]),
      [
        ['1', 'Ada'],
        ['2', 'Bob'],
      ],
    )
    t.deepEqual([errors, report.count('header-again')], [[], 1])
  }
  t.is((await read('csv', 'text\ntext\n')).documents.length, 1, 'a column alone may hold its name')
})
