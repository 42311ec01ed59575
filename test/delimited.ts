/** Tables of delimited text: how their fields are parted, and which column the user calls the text. */
import { Readable } from 'node:stream'
import { Table, tableToIPC, Utf8, vectorFromArray } from 'apache-arrow'
import test from 'ava'
import fc from 'fast-check'
import { parquetWriteBuffer } from 'hyparquet-writer'
import { readDocuments } from '../src/io/read.ts'
import { collect, read } from './helpers/documents.ts'

test('a table is told by the column that the user calls the text', async (t) => {
  const textsOf = async (text: string, textField?: string) =>
    (await collect(readDocuments(Readable.from([Buffer.from(text)]), { options: { textField } }))).map((d) => d.text)
  t.deepEqual(await textsOf('id,Tweet text\n1,"Ada, met Bob"\n', 'Tweet text'), ['Ada, met Bob'])
  t.deepEqual(await textsOf('id\tTweet text\n1\tAda\n', 'Tweet text'), ['Ada'])
  t.is((await textsOf('id,Tweet text\n1,"Ada, met Bob"\n')).length, 1)
})

test('csv: what parts the fields is told by a first line for spreadsheets, else by the header', async (t) => {
  for (const [format, text] of [
    ['csv', 'sep=;\r\nid;text\r\n1;a|b,c\r\n'],
    ['csv', '\ufeff"sep=;"\nid;text\n1;a|b,c\n'],
    ['csv', 'sep=:\nid:text\n1:a|b,c\n'],
    ['tsv', 'sep=;\nid;text\n1;a|b,c\n'],
    ['csv', 'id|text\n1|"a|b,c"\n'],
    ['csv', 'id\ttext\n1\ta|b,c\n'],
    ['csv', '\nid;text\n1;a|b,c\n'],
    ['csv', 'text;id,of,all\na|b,c;1\n'],
    ['csv', '"two\nlines";id;text\nx;1;a|b,c\n'],
  ])
    for (const size of [1, 5, 1000]) {
      const { documents, errors } = await read(format, text, {}, size)
      t.deepEqual(errors, [], text)
      t.deepEqual([documents.length, documents[0]?.text], [1, 'a|b,c'], text)
    }
})

test('a column Text or TEXT is the text where no other is', async (t) => {
  for (const [format, text] of [
    ['csv', 'ID,Text\n1,"Ada, met Bob"\n'],
    ['tsv', 'TEXT\tid\nAda, met Bob\t1\n'],
    ['csv', 'a,b,c;Text\n1;Ada, met Bob\n'],
  ]) {
    const { documents, errors } = await read(format, text)
    t.deepEqual([errors, documents.map((d) => d.text)], [[], ['Ada, met Bob']], text)
    t.false('Text' in documents[0].metadata)
  }
  t.is((await read('csv', 'Text,TEXT\na,b\n')).errors[0].code, 'HMTL_INPUT_FIELD', 'two of them')
  t.is((await read('csv', 'Text,text\na,b\n')).documents[0].text, 'b')
  const table = new Table({ Text: vectorFromArray(['Ada'], new Utf8()) })
  const parquet = parquetWriteBuffer({ columnData: [{ name: 'Text', data: ['Ada'] }] })
  for (const [format, bytes] of [
    ['arrow', tableToIPC(table, 'file')],
    ['arrow-stream', tableToIPC(table, 'stream')],
    ['parquet', new Uint8Array(parquet)],
  ] as const)
    t.deepEqual(
      (await read(format, bytes)).documents.map((d) => [d.text, { ...d.metadata }]),
      [['Ada', {}]],
      format,
    )
  t.regex((await read('jsonl', '{"Text":"Ada"}')).errors[0].remedy ?? '', /perhaps --text-field Text$/)
})

test('comments above a header are passed over; a name may begin with their sign', async (t) => {
  for (const [text, expected] of [
    ['# exported, by hand\n#\n\nid,text\n1,Ada\n', 'Ada'],
    ['#,text\n1,Ada\n', 'Ada'],
    ['# id,text\n#1,Ada\n', 'Ada'],
    ['sep=;\n# made today\nid;text\n1;Ada\n', 'Ada'],
    ['# made today\nword,tag\nAda,B-PER\n', 'Ada'],
  ])
    for (const size of [1, 7, 1000]) {
      const { documents, errors } = await read('csv', text, {}, size)
      t.deepEqual([errors, documents.map((d) => d.text)], [[], [expected]], text)
      const guessed = await collect(readDocuments(Readable.from([Buffer.from(text)])))
      t.deepEqual(
        guessed.map((d) => d.text),
        [expected],
        text,
      )
    }
})

test('csv: lines may end with carriage returns alone', async (t) => {
  for (const size of [1, 7, 1000])
    for (const text of ['id,text\r1,"Ada met Bob"\r2,Ida\r', '# old\rid;text\r1;Ada met Bob\r\r2;Ida']) {
      const { documents, errors } = await read('csv', text, {}, size)
      t.deepEqual(errors, [])
      t.deepEqual(
        documents.map((d) => [d.id, d.text]),
        [
          ['1', 'Ada met Bob'],
          ['2', 'Ida'],
        ],
      )
    }
  const guessed = await collect(readDocuments(Readable.from([Buffer.from('id,text\r1,Ada\r2,"Ida, too"\r')])))
  t.deepEqual(
    guessed.map((d) => d.text),
    ['Ada', 'Ida, too'],
  )
})

test('csv: a table that psql, mysql or Markdown draws is refused with what to do, not read with its padding', async (t) => {
  for (const text of [
    '| id | text |\n|----|------|\n| 1 | Ada |\n',
    '| word | tag |\n| :--- | ---: |\n| Ada | B-PER |\n',
    ' id | text \n----+------\n  1 | Ada\n(1 row)\n',
    '+----+------+\n| id | text |\n+----+------+\n|  1 | Ada  |\n+----+------+\n',
  ])
    for (const format of ['csv', 'tsv']) {
      const { documents, errors } = await read(format, text, {}, 5)
      t.is(documents.length, 0)
      t.deepEqual(
        errors.map(({ code, remedy }) => [code, /psql --csv.*Markdown/.test(remedy ?? '')]),
        [['HMTL_FORMAT_UNSUPPORTED', true]],
      )
    }
  for (const text of ['id|text\n1|--\n', 'text,id\n--,1\n'])
    t.deepEqual(
      (await read('csv', text)).documents.map((d) => d.text),
      ['--'],
    )
})

const cell = fc.string({
  unit: fc.constantFrom('a', '"', ',', ';', '|', '\t', '\n', '\r\n', ' ', 'é', '😀'),
  maxLength: 6,
})
const quoted = (value: string) => `"${value.replaceAll('"', '""')}"`

test('csv: what a spreadsheet writes is read, cell for cell, wherever the bytes are cut', async (t) => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 5 }),
      fc.constantFrom(',', ';', '|', '\t'),
      fc.constantFrom('\n', '\r\n'),
      fc.boolean(),
      fc.integer({ min: 1, max: 30 }),
      async (rows, separator, end, mark, size) => {
        const plainIfItCan = (value: string, i: number) =>
          i % 2 === 0 && value !== '' && !/["\n\r]/.test(value) && !value.includes(separator) ? value : quoted(value)
        const body = [['text', 'note'], ...rows]
          .map((row, i) => row.map((value) => plainIfItCan(value, i)).join(separator) + end)
          .join('')
        const { documents, errors } = await read('csv', `${mark ? '\ufeff' : ''}${body}`, {}, size)
        t.deepEqual(errors, [])
        t.deepEqual(
          documents.map(({ text, metadata }) => [text, metadata.note]),
          rows,
        )
      },
    ),
    { numRuns: 200 },
  )
})

test('csv: ids, the column that was named, and what is wrong by line', async (t) => {
  const { documents } = await read('csv', 'id,tweet,__proto__\n7,Ada,x\n,Bob,y\n', { textField: 'tweet' })
  t.deepEqual(
    documents.map(({ id, text }) => [id, text]),
    [
      ['7', 'Ada'],
      ['test:3', 'Bob'],
    ],
  )
  t.true(Object.hasOwn(documents[0].metadata, '__proto__'))
  const odd = await read('csv', 'text,n\n"a\nb",1\nc\n"d"e,2\nf,3\n"open,4\n')
  t.deepEqual(
    odd.documents.map(({ text }) => text),
    ['a\nb', 'f'],
  )
  t.deepEqual(
    odd.errors.map(({ line }) => line),
    [4, 5, 7],
  )
  t.regex((await read('csv', 'a,b\n1,2\n')).errors[0].message, /no column "text" among a, b.*--text-field/)
  t.is((await read('csv', 'text,text\n1,2\n')).errors[0].code, 'HMTL_INPUT_FIELD')
  t.is((await read('csv', `text\n${'x'.repeat(50)}\nshort\n`, { maxLineBytes: 20 }, 7)).documents[0].text, 'short')
})

test('tsv: a quote of a tweet is a quote, not the begin of a field of many lines', async (t) => {
  const { documents } = await read('tsv', 'id\ttext\n1\t"Hello\n2\tBye" he said\n3\t"a ""b"""\n')
  t.deepEqual(
    documents.map(({ text }) => text),
    ['"Hello', 'Bye" he said', 'a "b"'],
  )
})
