/** JSON lines that are read from their bytes: what comes of them is what `JSON.parse` makes of them. */
import test from 'ava'
import fc from 'fast-check'
import type { Document } from '../src/io/document/document.ts'
import { encodedOf } from '../src/io/document/late.ts'
import type { HmtlError } from '../src/io/errors.ts'
import { documentsOf, type FormatOptions, formatContext } from '../src/io/format.ts'
import { jsonl } from '../src/io/formats/jsonl.ts'
import { lineBatches } from '../src/io/syntax/lines.ts'
import { stringifyExact } from '../src/io/syntax/exact-json.ts'
import { plain, read, sourceOf, write } from './helpers/documents.ts'

type Outcome = readonly [string, unknown]

const said = (document: Document): Outcome => [
  'document',
  [plain({ ...document, metadata: {} }), stringifyExact(document.metadata)],
]
const faulty = ({ code, message, line, offset, document }: HmtlError): Outcome => [
  code,
  [message, line, offset, document],
]

/** What a reader makes of the bytes; `ask` is what is asked of each document first. */
const readBytes = async (bytes: Buffer, size: number, options: FormatOptions, ask: (document: Document) => unknown) => {
  const outcomes: Outcome[] = []
  const onError = (error: HmtlError) => outcomes.push(faulty(error))
  for await (const given of jsonl.read(sourceOf(bytes, size), formatContext({ options, onError })))
    for (const document of documentsOf(given)) {
      ask(document)
      outcomes.push(said(document))
    }
  return outcomes
}

/** The same of each line by itself, decoded and parsed. */
const plainly = (bytes: Buffer, size: number, options: FormatOptions) =>
  // Lines are kept: each is then decoded and parsed.
  readBytes(bytes, size, { ...options, keepLines: true }, () => undefined)

const piece = fc.constantFrom(
  ...[
    'a',
    'text',
    '€',
    '😀',
    'é',
    ' ',
    '\\n',
    '\\"',
    '\\\\',
    '\\/',
    '\\u0041',
    '\\ud83d',
    '\\x',
    '\\',
    '"',
    '\t',
    '\u0001',
  ],
  ...['\u2028', '\u007f', '-', '0', 'e', '{', ',', 'abcdefghijklmnop'],
)
const well = fc.constantFrom(
  'a',
  '€',
  '😀',
  'é',
  ' ',
  '\\n',
  '\\"',
  '\\\\',
  '\\t',
  '\\/',
  'a longer run of characters, ',
)
const string = (unit: fc.Arbitrary<string>) => fc.array(unit, { maxLength: 8 }).map((parts) => `"${parts.join('')}"`)
const number = fc.constantFrom(
  ...['0', '-0', '1', '-7', '123456789012345', '1234567890123456', '9007199254740993', '1.0', '1.5', '1e3', '01', '-'],
  ...['+1', '1.', '.5', '0x1', 'NaN'],
)
const value = fc.oneof(
  { weight: 6, arbitrary: string(well) },
  { weight: 2, arbitrary: string(piece) },
  number,
  fc.constantFrom('true', 'false', 'null', 'tru', 'nulls', '[]', '{}', '["a"]', '{"a":1}', '', '[["PER"]]'),
)
const name = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom('"id"', '"text"', '"source"', '"né"', '"a b"', '""') },
  fc.constantFrom('"tokens"', '"ner_tags"', '"hmtl"', '"7"', '"07"', '"__proto__"', '"toJSON"', '"constructor"'),
  fc.constantFrom('"t\\u0065xt"', '"te"', '"text "', 'text', '"', '"a\\nb"'),
)
const space = fc.constantFrom('', '', '', ' ', '\t', ' \r ', '\u00a0', '\f')
const field = fc
  .tuple(space, name, space, space, value, space)
  .map(([a, key, b, c, item, d]) => `${a}${key}${b}:${c}${item}${d}`)
const record = fc
  .tuple(space, fc.array(field, { maxLength: 5 }), space, fc.constantFrom('}', '}', '}', '},', '', '}}', '} x', ',}'))
  .map(([before, fields, after, end]) => `${before}{${fields.join(',')}${end}${after}`)
const line = fc.oneof(
  { weight: 8, arbitrary: record },
  {
    weight: 4,
    arbitrary: fc
      .tuple(string(well), string(well), string(well))
      .map(([id, source, text]) => `{"id": ${id}, "source": ${source}, "text": ${text}}`),
  },
  fc.constantFrom('', ' ', '\u00a0', '[]', '"text"', 'null', '{"text":"\ufffd"}', '{"text":""}', '\ufeff{"text":"a"}'),
)

/** Lines, some of whose bytes are no UTF-8. */
const input = fc
  .tuple(
    fc.array(line, { maxLength: 12 }),
    fc.constantFrom('\n', '\r\n'),
    fc.option(fc.tuple(fc.nat(), fc.integer({ min: 128, max: 255 })), { freq: 6 }),
  )
  .map(([lines, end, damage]) => {
    const bytes = Buffer.from(`{"text":"first"}${end}${lines.join(end)}${end}`)
    if (damage) bytes[damage[0] % bytes.length] = damage[1]
    return bytes
  })

const asked: readonly ((document: Document) => unknown)[] = [
  () => undefined,
  ({ text }) => text,
  ({ metadata }) => metadata,
  (document) => ({ ...document }),
]

test('jsonl: what is read from bytes is what JSON.parse makes of each line, in any chunks and asked in any order', async (t) => {
  await fc.assert(
    fc.asyncProperty(
      input,
      fc.constantFrom(7, 1 << 16),
      fc.constantFrom(...asked),
      fc.constantFrom('text', 'source', 'id'),
      async (bytes, size, ask, textField) => {
        const options = { textField }
        t.deepEqual(await readBytes(bytes, size, options, ask), await plainly(bytes, size, options))
      },
    ),
    { numRuns: 1500 },
  )
})

test('jsonl: what is written of bytes as Arrow is what is written of strings', async (t) => {
  const written = async (bytes: Buffer, keepLines: boolean) => {
    const { documents } = await read('jsonl', bytes, { keepLines })
    const { bytes: out, report } = await write('arrow', documents)
    return [out.toString('hex'), report.entries()]
  }
  await fc.assert(
    fc.asyncProperty(input, async (bytes) => {
      t.deepEqual(await written(bytes, false), await written(bytes, true))
    }),
    { numRuns: 500 },
  )
})

test('jsonl: a copy with another text is written with that text', async (t) => {
  const { documents } = await read('jsonl', '{"text":"a"}\n{"id":"b","text":"two\\nlines","n":1}\n')
  t.truthy(encodedOf(documents[1]))
  const copy = { ...documents[1], text: 'other' }
  const { bytes } = await write('arrow', [copy])
  t.is((await read('arrow', bytes)).documents[0].text, 'other')
})

test('jsonl: a document that was asked holds the bytes of no other', async (t) => {
  const { documents } = await read('jsonl', '{"text":"a"}\n{"text":"b","n":1}\n{"text":"c"}\n')
  t.truthy(encodedOf(documents[1]))
  t.deepEqual(documents[1].metadata, { n: 1 })
  t.is(encodedOf(documents[1]), undefined)
  t.is(documents[1].text, 'b')
})

test('jsonl: bytes that their owner uses again change nothing', async (t) => {
  const shared = Buffer.alloc(64)
  const chunks = async function* () {
    for (const text of ['one', 'two']) {
      const size = shared.write(`{"text":"first"}\n{"text":"${text}"}\n{"text":"last"}\n`)
      yield shared.subarray(0, size)
    }
  }
  const lines = []
  for await (const batch of lineBatches({ ...sourceOf(''), chunks }, undefined, true)) lines.push(...batch)
  t.deepEqual(
    lines.map(({ text }) => (JSON.parse(text) as { text: string }).text),
    ['first', 'one', 'last', 'first', 'two', 'last'],
  )
})
