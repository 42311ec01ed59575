/** What stands around records of JSON where files were joined, texts are a sequence, or a request for a search engine. */
import { Readable } from 'node:stream'
import test from 'ava'
import { rawLineOf } from '../src/io/formats/jsonl.ts'
import { readDocuments } from '../src/io/read.ts'
import { LossReport } from '../src/io/report.ts'
import { collect, read } from './helpers/documents.ts'

const one = '{"text":"Ada"}'
const two = '{"text":"Bob {\\" }"}'
const texts = ['Ada', 'Bob {" }', 'Ada']

const guessed = (text: string, size: number) => {
  const bytes = Buffer.from(text)
  const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
    bytes.subarray(i * size, (i + 1) * size),
  )
  return collect(readDocuments(Readable.from(pieces)))
}

test('records are read whatever stands between them, however the bytes come', async (t) => {
  for (const text of [
    `\x1e${one}\n\x1e${two}\n\x1e${one}\n`,
    `\x1e${one}\x1e${two}\x1e${one}`,
    `\x1e{\n"text": "Ada"\n}\n\x1e${two}\n\x1e${one}`,
    `${one}${two}${one}`,
    `${one} ${two}\n${one}\n`,
    `${one}\ufeff${two}\r\n${one}`,
    `${one},\n${two},\r\n${one}\n`,
    `${one}, ${two}, ${one}`,
    `\ufeff${one}\n\ufeff${two}\n\ufeff${one}\n`,
  ])
    for (const size of [1, 7, 1 << 16])
      t.deepEqual(
        (await guessed(text, size)).map((document) => document.text),
        texts,
        `${JSON.stringify(text)} in pieces of ${size}`,
      )
})

test('a line that is kept is the record alone, and numbers are as they stood', async (t) => {
  const { documents } = await read('jsonl', `\ufeff{"text":"Ada","n":1.10},\n`, { keepLines: true })
  t.is(rawLineOf(documents[0]), '{"text":"Ada","n":1.10}')
  t.is(String(documents[0].metadata.n), '1.10')
})

test('lines of a bulk request name the documents below them, and are counted', async (t) => {
  const lines = [
    '{"index":{"_index":"a","_id":12345678901234567890}}',
    one,
    '{"create":{}}',
    one,
    '{"delete":{"_id":"x"}}',
    '{"index":{"_id":"b"}}',
    'broken',
    one,
    '{"index":{"title":"x"}}',
  ]
  const { documents, errors, report } = await read('jsonl', lines.join('\n'), { keepLines: true })
  t.deepEqual(
    documents.map(({ id }) => id),
    ['12345678901234567890', 'test:4', 'test:8'],
  )
  t.deepEqual([documents.map(rawLineOf), report.count('bulk-action')], [[undefined, one, one], 4])
  t.deepEqual(
    errors.map(({ code, line }) => [code, line]),
    [
      ['HMTL_INPUT_JSON', 7],
      ['HMTL_INPUT_FIELD', 9],
    ],
  )
  const other = new LossReport()
  const found = await collect(
    readDocuments(Readable.from([Buffer.from(`${lines.slice(0, 4).join('\n')}\n`)]), { report: other }),
  )
  t.deepEqual([found.length, other.count('bulk-action')], [2, 2])
})
