/** Tables of a row a span: read where they are asked for, and told where they are not. */
import test from 'ava'
import fc from 'fast-check'
import { listSpans } from '../src/io/document/document.ts'
import { kinds, read } from './helpers/documents.ts'

const spansOf = async (source: string, options: object = {}) => {
  const { documents, report, errors } = await read('spans', source, options)
  return {
    spans: documents.map(({ id, text, entities }) => [
      id,
      ...(entities ? listSpans(entities) : []).map(({ start, end, label }) => `${label} ${text.slice(start, end)}`),
    ]),
    documents,
    report,
    errors,
  }
}

test('rows of one text become one document, whatever parts their fields and names their columns', async (t) => {
  const rows = [
    ['id', 'text', 'start', 'end', 'label'],
    ['a', 'Ada met Bo.', '0', '3', 'PER'],
    ['a', 'Ada met Bo.', '8', '10', 'PER'],
    ['b', 'Rome', '0', '4', 'LOC'],
  ]
  const found = [
    ['a', 'PER Ada', 'PER Bo'],
    ['b', 'LOC Rome'],
  ]
  for (const separator of [',', ';', '|', '\t']) {
    const { spans, report } = await spansOf(`${rows.map((row) => row.join(separator)).join('\n')}\n`)
    t.deepEqual(spans, found, separator)
    t.deepEqual(kinds(report), {})
  }
  const named = await spansOf(
    'doc_id,Text,span,begin,end,entity_type,score\na,Ada met Bo.,Ada,0,3,PER,0.9\na,Ada met Bo.,Bo,8,10,PER,0.8\nb,Rome,Rome,0.0,4.0,LOC,1\n',
  )
  t.deepEqual(named.spans, found)
})

test('ids of spans are no documents’; a text that comes twice is two documents', async (t) => {
  const head = 'id,text,start,end,label\n'
  const ofSpans = await spansOf(`${head}1,Ada met Bo.,0,3,PER\n2,Ada met Bo.,8,10,PER\n`)
  t.is(ofSpans.documents.length, 1)
  const twice = await spansOf(`${head}1,Thanks Bo,7,9,PER\n2,Thanks Bo,7,9,PER\n`)
  t.deepEqual(
    twice.spans.map(([id, ...spans]) => [id, spans.length]),
    [
      ['1', 1],
      ['2', 1],
    ],
  )
})

test('a text without spans, words beyond the first plane, cells of a span that are wrong: each is what it is', async (t) => {
  const { spans, report, errors } = await spansOf(
    'text,start,end,label,source\n"No, none.",,,,x\n😀 Ada,2,5,PER,y\nAda met Bo.,0,3,PER,z\nAda met Bo.,8,99,PER,z\nbroken\n',
  )
  t.deepEqual(
    spans.map(([, ...each]) => each),
    [[], ['PER Ada'], ['PER Ada']],
  )
  t.is(report.count('unreadable-span'), 1)
  t.deepEqual(
    errors.map(({ code, line }) => [code, line]),
    [['HMTL_INPUT_SYNTAX', 6]],
  )
})

test('headers of joined files, names that come twice, rows of one text without end: told, and bounded', async (t) => {
  const head = 'id,text,start,end,label\n'
  const row = 'a,Ada,0,3,PER\n'
  const joined = await spansOf(`${head}${row}${head}b,Bo,0,2,PER\n`)
  t.is(joined.documents.length, 2)
  t.deepEqual(kinds(joined.report), { 'header-again': 1 })
  t.regex(
    (await spansOf('text,start,start,end,label\nAda,0,0,3,PER\n')).errors[0].message,
    /two columns are named "start"/,
  )
  const endless = await spansOf(`${head}${row.repeat(100)}b,Bo,0,2,PER\n`, { maxDocumentBytes: 500 })
  t.true(endless.errors.length > 0)
  t.true(endless.errors.every(({ code }) => code === 'HMTL_INPUT_TOO_LARGE'))
  t.is(endless.documents.at(-1)?.id, 'b')
})

test('columns that are missing are named, and who reads a row a text is told of rows a span', async (t) => {
  const missing = await read('spans', 'text,mood\nAda,glad\n')
  t.regex(missing.errors[0].message, /no beginning, end and label among text, mood.*--from csv/s)
  const { report, documents } = await read('csv', 'text,start,end,label\nAda met Bo.,0,3,PER\nAda met Bo.,8,10,PER\n')
  t.is(documents.length, 2)
  t.deepEqual(kinds(report), { 'row-a-span': 1 })
  t.deepEqual(kinds((await read('csv', 'text,start,end\nHello there.,1.5,3.2\n')).report), {})
})

test('property: spans of any texts come back from a table of them', async (t) => {
  const word = fc.string({ minLength: 1, maxLength: 12, unit: fc.constantFrom('a', 'é', '"', ',', ' ', '😀', ';') })
  const documents = fc.uniqueArray(fc.tuple(word, fc.array(fc.nat(11), { minLength: 1, maxLength: 4 })), {
    maxLength: 6,
    selector: ([text]) => text,
  })
  await fc.assert(
    fc.asyncProperty(documents, async (all) => {
      const cell = (value: string) => `"${value.replaceAll('"', '""')}"`
      const rows = all.flatMap(([text, places], i) =>
        places.map((place) => {
          const points = [...text]
          const start = place % points.length
          return `d${i},${cell(text)},${start},${start + 1},L`
        }),
      )
      const read = await spansOf(`id,text,start,end,label\n${rows.join('\n')}\n`)
      t.deepEqual(
        read.documents.map(({ id, text }) => [id, text]),
        all.map(([text], i) => [`d${i}`, text]),
      )
      t.deepEqual(
        read.spans.map(([, ...spans]) => spans),
        all.map(([text, places]) => {
          const points = [...text]
          return places.map((place) => `L ${points[place % points.length]}`)
        }),
      )
    }),
    { numRuns: 60 },
  )
})
