/** Ids of documents come back as they were from every format that has a place for them, or are counted. */
import test from 'ava'
import { createDocument, type Document } from '../src/io/document/document.ts'
import { joinTokens } from '../src/io/document/tokens.ts'
import { idOfLine, idOnLine } from '../src/io/syntax/ids.ts'
import { formatNamed } from '../src/io/formats/index.ts'
import { read, write } from './helpers/documents.ts'
import { through } from './helpers/written.ts'

const ids = [
  'd',
  'd_000',
  'my doc',
  'my_doc',
  'Apple (company)',
  'Apple_company_',
  'a) b (c',
  'x); part 003',
  ' a',
  'a ',
  '',
  '"quoted"',
  '"a\\nb"',
  'a\nb',
  'a\\nb',
  'a\tb\u2028c\u00a0d',
  '#end document',
  'https://example.org/a%20b?c=(d)',
]
const named = (id: string): Document => createDocument({ id, ...joinTokens(['Ada', 'left']), entities: [] })

for (const format of ['conll2003', 'conll2012', 'like-conll', 'conll04', 'conllu', 'dygie', 'redocred', 'jsonl'])
  test(`${format}: ids come back as they were`, async (t) => {
    const { again, report } = await through(format, ids.map(named))
    t.deepEqual(
      again.map(({ id }) => id),
      ids,
    )
    t.is(report.count('id-changed'), 0)
    // Also when they are written again, and under another name.
    t.deepEqual(
      (await through(format, again)).again.map(({ id }) => id),
      ids,
    )
    const renamed = again.map((document, i) => createDocument({ ...documentLike(document), id: `new ${i}` }))
    t.deepEqual(
      (await through(format, renamed)).again.map(({ id }) => id),
      renamed.map(({ id }) => id),
    )
  })

const documentLike = ({ text, tokens, sentences, metadata }: Document) => ({ text, tokens, sentences, metadata })

for (const format of ['brat', 'litbank'])
  test(`${format}: an id that no file can be named for is counted, and no two become one`, async (t) => {
    const { again, report } = await through(format, ['a b', 'a:b', 'a_b', 'a%3Ab', 'a?b'].map(named))
    t.is(new Set(again.map(({ id }) => id)).size, 5)
    t.true(again.some(({ id }) => id === 'a b') && again.some(({ id }) => id === 'a_b'))
    t.is(report.count('id-changed'), 3)
  })

test('an id on a line is what it was, and quotes of others stay', (t) => {
  for (const id of [...ids, JSON.stringify(JSON.stringify('a\nb')), '"\ud800"', '\ud800'])
    t.is(idOfLine(idOnLine(id)), id)
  t.is(new Set(ids.map(idOnLine)).size, ids.length)
  for (const text of ['"foo"', '"', '""a""', '"a" b']) t.is(idOfLine(text), text)
})

test('the marks of ids change nothing of files that have none', async (t) => {
  for (const [format, text] of [
    ['conll2003', '-DOCSTART- -X- -X- O\n\nAda _ _ O\n\n'],
    ['conll2012', '#begin document (bc/cctv/00/cctv_0000); part 000\n#end document bc/cctv/00/cctv_0000\n'],
  ]) {
    const { documents } = await read(format, text)
    t.is((await write(format, documents)).bytes.toString(), text)
  }
  t.is(formatNamed('conll2012').sniff('#begin document (d); part 000\n#end document "d"\n', 'x'), 2)
})
