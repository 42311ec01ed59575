/** Where no text is found under the name that it has with us, the message says where it probably is. */
import { tableFromArrays, tableToIPC } from 'apache-arrow'
import test from 'ava'
import fc from 'fast-check'
import { parquetWriteBuffer } from 'hyparquet-writer'
import { sniffHead } from '../src/io/guess.ts'
import { read } from './helpers/documents.ts'

const remedyOf = async (format: string, bytes: string | Uint8Array, textField?: string) =>
  (await read(format, bytes, { textField })).errors[0]?.remedy ?? ''

test('a column or field that probably is the text is named, as the command line wants it', async (t) => {
  for (const [names, expected] of [
    [['id', 'Body', 'score'], 'Body'],
    [['title', 'selftext'], 'selftext'],
    [['comment_text', 'comment_id'], 'comment_text'],
    [['headline', 'url'], 'headline'],
    [['OriginalTweet', 'TweetAt'], 'OriginalTweet'],
    [['reviewBody', 'contentType', 'title'], 'reviewBody'],
    [['Tweet text', 'n'], "'Tweet text'"],
    [["it's a text", 'n'], "'it'\\''s a text'"],
    [['a', 'text_length', 'body_id'], undefined],
  ] as const) {
    const remedy = expected === undefined ? /with --text-field/ : `perhaps --text-field ${expected}`
    const says = (found: string) =>
      typeof remedy === 'string' ? t.true(found.includes(remedy), found) : t.regex(found, remedy)
    const record = Object.fromEntries(names.map((name) => [name, 'Ada']))
    says(await remedyOf('csv', `${names.join()}\n${names.map(() => 'Ada').join()}\n`))
    says(await remedyOf('tsv', `${names.join('\t')}\n${names.map(() => 'Ada').join('\t')}\n`))
    says(await remedyOf('jsonl', `${JSON.stringify(record)}\n`))
    says(await remedyOf('json', JSON.stringify([record])))
    says(await remedyOf('label-studio', JSON.stringify([{ data: record, annotations: [] }])))
    const columns = Object.fromEntries(names.map((name) => [name, ['Ada']]))
    says(await remedyOf('arrow', tableToIPC(tableFromArrays(columns), 'file')))
    const columnData = Object.entries(columns).map(([name, data]) => ({ name, data }))
    says(await remedyOf('parquet', Buffer.from(parquetWriteBuffer({ columnData }))))
  }
})

test('the way to records that lie deeper is said as jq has it', async (t) => {
  for (const [record, path, field] of [
    [{ status: 'ok', articles: [{ source: { name: 'x' }, title: 'a', content: 'b' }] }, '.articles[]', 'content'],
    [{ features: [{ name: 'text' }], rows: [{ row_idx: 0, row: { text: 'a' } }] }, '.rows[].row', undefined],
    [{ _index: 'n', _source: { body: 'a' } }, '._source', 'body'],
    [{ took: 1, hits: { hits: [{ _id: '1', _source: { text: 'a' } }] } }, '.hits.hits[]._source', undefined],
    [{ 'a-b': { 'c.d': [{ text: 'a' }] } }, '.["a-b"]["c.d"][]', undefined],
    [{ a: { text: 'a' }, b: { text: 'b' } }, '.[]', undefined],
    [{ P1: [{ tokens: ['a'], h: [] }], P2: [{ tokens: ['b'], h: [] }] }, '.[][]', undefined],
    [{ data: [{ tokens: ['a'], ner_tags: [0] }] }, '.data[]', undefined],
  ] as const) {
    const remedy = await remedyOf('jsonl', JSON.stringify(record))
    t.true(remedy.endsWith(`jq -c '${path}'${field ? `, then --text-field ${field}` : ''}`), remedy)
  }
  const squad = { data: [{ title: 'a', paragraphs: [{ qas: [{ answers: [{ text: 'b' }] }], context: 'a b c' }] }] }
  t.is(
    await remedyOf('json', JSON.stringify(squad, null, 1)),
    "The records lie deeper (data[0].paragraphs[0].context): take them out with jq -c '.data[].paragraphs[]', then --text-field context",
  )
  const path = await remedyOf('jsonl', '{"a":{"b":"Ada"}}', 'a.b')
  t.true(path.includes("jq -c '. + {text: .a.b}'"), path)
  const dotted = await read('jsonl', '{"a.b":"Ada","a":{"b":"Bob"}}', { textField: 'a.b' })
  t.is(dotted.documents[0].text, 'Ada', 'a field may be called so')
  const any = fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 4 }))
  await fc.assert(
    fc.asyncProperty(any, async (record) => {
      const { documents, errors } = await read('jsonl', JSON.stringify({ ...record, text: null, tokens: null }))
      t.is(documents.length, 0)
      t.true((errors[0].remedy ?? '').length > 0)
    }),
    { numRuns: 200 },
  )
})

test('what is nearly JSON, and what is none, is told with what to do', async (t) => {
  t.regex(await remedyOf('jsonl', "{'text': 'Ada'}\n"), /json\.dumps/)
  t.regex(await remedyOf('jsonl', '{"text":"Ada","score":NaN}\n'), /no NaN.*null/)
  t.regex(await remedyOf('jsonl', '{"text":"Ada",}\n'), /without a comma/)
  t.regex(await remedyOf('jsonl', '{"text":"Ada"}{"text":"Bob"}\n'), /--from json/)
  t.regex(await remedyOf('jsonl', '\0\0{"text":"Ada"}\n'), /NUL.*tr -d/)
  t.regex(await remedyOf('jsonl', '"Ada"\n'), /jq -c '\{text: \.\}'/)
  t.regex(await remedyOf('json', '["Ada"]'), /jq -c '\.\[\] \| \{text: \.\}'/)
  t.regex(await remedyOf('jsonl', '{"text":{"0":"Ada"}}'), /orient="records"/)
  t.regex(await remedyOf('jsonl', '{"word":{"0":"Ada"},"n":{"0":1}}'), /orient="records"/)
  t.regex(await remedyOf('jsonl', '{"columns":["text"],"index":[0],"data":[["Ada"]]}'), /orient="records"/)
  t.regex(await remedyOf('jsonl', '{"text":["Ada","Bob"]}'), /join/)
  t.regex(await remedyOf('jsonl', '{"text":["Ada","Bob"],"label":[1,0]}'), /orient="records"/)
  t.regex(await remedyOf('jsonl', '{"tokens":[["Ada"],["Bob"]],"ner_tags":[["O"],["O"]]}'), /orient="records"/)
  t.regex(await remedyOf('csv', 'text\nAda, Bob\n'), /quotes.*--from lines/)
  t.regex(await remedyOf('csv', 'text,n\nAda\n'), /every row has all fields/)
  for (const [begin, what] of [
    ['{\\rtf1\\ansi Ada}', /RTF.*-t plain/],
    ['PK\x03\x04\0\0\0\0', /ZIP.*Unpack/],
  ] as const)
    t.throws(() => sniffHead(Buffer.from(begin), 'a.docx'), { code: 'HMTL_FORMAT_UNSUPPORTED', message: what } as never)
  const warc = Buffer.from('WARC/1.0\r\nWARC-Type: conversion\r\n\r\nAda')
  for (const name of ['a.wet', 'a.txt', '<stdin>'])
    t.throws(() => sniffHead(warc, name), { code: 'HMTL_FORMAT_UNSUPPORTED', message: /WARC.*JSON lines/ } as never)
})

test('what a model has found without the text that it is of is no text and no sentence', async (t) => {
  const found = [
    { entity: 'B-PER', score: 0.9, index: 1, word: 'Ada', start: 0, end: 3 },
    { entity: 'I-LOC', score: 0.9, index: 4, word: '##lo', start: 11, end: 13 },
  ]
  const grouped = found.map(({ entity, index: _, ...rest }) => ({ entity_group: entity.slice(2), ...rest }))
  for (const records of [found, grouped]) {
    const names = Object.keys(records[0])
    const table = [names, ...records.map((record) => Object.values(record))].map((row) => row.join(',')).join('\n')
    const columnData = names.map((name, c) => ({ name, data: records.map((record) => Object.values(record)[c]) }))
    for (const [format, bytes] of [
      ['jsonl', records.map((record) => `${JSON.stringify(record)}\n`).join('')],
      ['json', JSON.stringify(records)],
      ['csv', `${table}\n`],
      ['parquet', Buffer.from(parquetWriteBuffer({ columnData } as never))],
    ] as const) {
      const { documents, errors } = await read(format, bytes)
      t.deepEqual(documents, [], format)
      t.regex(errors[0].message, /without their text.*--from spans/, format)
    }
  }
  // A sentence's words may have places and scores too.
  const words = await read(
    'jsonl',
    '{"word":"Ada","tag":"B-PER","start":0,"end":3}\n{"word":"left","tag":"O","start":4,"end":8}\n',
  )
  t.deepEqual(
    words.documents.map(({ text }) => text),
    ['Ada left'],
  )
  const comprehend =
    '{"Entities":[{"BeginOffset":0,"EndOffset":3,"Score":0.9,"Text":"Ada","Type":"PERSON"}],"File":"a"}'
  t.notRegex(await remedyOf('jsonl', `${comprehend}\n`), /jq/)
})

test('spans that stay a field are told to be read by --from spans where they are', async (t) => {
  const said = async (fields: object) =>
    (await read('jsonl', JSON.stringify({ text: 'Ada left', ...fields }))).report.entries()
  const span = { start: 0, end: 3, label: 'PER' }
  for (const [fields, isRead] of [
    [{ found: [span] }, true],
    [{ entities: [span] }, true],
    [{ denotations: [{ id: 'T1', span: { begin: 0, end: 3 }, obj: 'PER' }] }, false],
    [{ entities: [{ id: 'T1', span: { begin: 0, end: 3 }, obj: 'PER' }] }, false],
    [{ entities: [{ start: 0, end: 3 }] }, false],
  ] as const) {
    const [{ kind, examples }] = await said(fields)
    t.is(kind, 'unread-spans')
    t.is(examples[0].includes('--from spans'), isRead, JSON.stringify(fields))
    const name = Object.keys(fields)[0] === 'found' ? 'entities' : Object.keys(fields)[0]
    const given = await read('spans', JSON.stringify({ text: 'Ada left', [name]: Object.values(fields)[0] }))
    t.is(given.documents.length === 1, isRead)
  }
})
