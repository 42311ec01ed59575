/** Values of tables that are the user's: what Arrow and Parquet hold comes through exactly, or is counted. */
import test from 'ava'
import {
  Binary,
  Decimal,
  DurationSecond,
  Field,
  FixedSizeBinary,
  Float64,
  List,
  makeData,
  makeVector,
  RecordBatch,
  Schema,
  Struct,
  Table,
  TimestampMicrosecond,
  TimestampNanosecond,
  tableFromIPC,
  tableToIPC,
  Utf8,
  type Vector,
  vectorFromArray,
} from 'apache-arrow'
import { parquetWriteBuffer, type SchemaElement } from 'hyparquet-writer'
import { kinds, read, write } from './helpers/documents.ts'

const parquet = (columns: readonly (readonly [schema: SchemaElement[], data: unknown[]])[]) =>
  Buffer.from(
    parquetWriteBuffer({
      columnData: columns.map(([[{ name }], data]) => ({ name, data })),
      schema: [{ name: 'root', num_children: columns.length }, ...columns.flatMap(([schema]) => schema)],
    }),
  )
const leaf = (name: string, type: SchemaElement['type'], more: Partial<SchemaElement> = {}): SchemaElement => ({
  name,
  type,
  repetition_type: 'OPTIONAL',
  ...more,
})
const text = (name = 'text') => [leaf(name, 'BYTE_ARRAY', { converted_type: 'UTF8' })]

const lines = async (format: string, bytes: Buffer) => {
  const { documents, errors, report } = await read(format, bytes)
  const json = (await write('jsonl', documents)).bytes.toString()
  return { lines: json.replaceAll('"id":"test:0",', '').trimEnd(), errors: errors.map(({ code }) => code), report }
}

const unscaled = 1234567890123456789012n
const micros = 1700000000123456n
const nanos = 1700000000123456789n
const image = Buffer.from([0xff, 0xd8, 0xff, 0])

test('parquet: bytes, decimals and moments come through exactly, as the same table of Arrow gives them', async (t) => {
  const moment = (unit: 'MICROS' | 'NANOS') => ({
    logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit } as const,
  })
  const bytes = parquet([
    [text(), ['Ada']],
    [[leaf('img', 'BYTE_ARRAY')], [image]],
    [
      [leaf('dec', 'FIXED_LEN_BYTE_ARRAY', { type_length: 16, converted_type: 'DECIMAL', precision: 30, scale: 2 })],
      [unscaled],
    ],
    [[leaf('us', 'INT64', moment('MICROS'))], [micros]],
    [[leaf('ns', 'INT64', moment('NANOS'))], [nanos]],
    [[leaf('fix', 'FIXED_LEN_BYTE_ARRAY', { type_length: 4 })], [image]],
  ])
  const words = new Uint32Array(4)
  new DataView(words.buffer).setBigUint64(0, unscaled & 0xffffffffffffffffn, true)
  new DataView(words.buffer).setBigUint64(8, unscaled >> 64n, true)
  const columns: Record<string, Vector> = {
    text: vectorFromArray(['Ada'], new Utf8()),
    img: vectorFromArray([image], new Binary()),
    dec: makeVector(makeData({ type: new Decimal(2, 30, 128), length: 1, nullCount: 0, data: words })),
    us: makeVector(
      makeData({ type: new TimestampMicrosecond(), length: 1, nullCount: 0, data: BigInt64Array.of(micros) }),
    ),
    ns: makeVector(
      makeData({ type: new TimestampNanosecond(), length: 1, nullCount: 0, data: BigInt64Array.of(nanos) }),
    ),
    fix: makeVector(makeData({ type: new FixedSizeBinary(4), length: 1, nullCount: 0, data: image })),
  }
  const expected =
    '{"text":"Ada","img":"/9j/AA==","dec":12345678901234567890.12,"us":"2023-11-14T22:13:20.123456Z","ns":"2023-11-14T22:13:20.123456789Z","fix":"/9j/AA=="}'
  for (const [format, file] of [
    ['parquet', bytes],
    ['arrow', Buffer.from(tableToIPC(new Table(columns), 'file'))],
  ] as const) {
    const { lines: found, errors, report } = await lines(format, file)
    t.deepEqual(errors, [])
    t.is(found, expected, format)
    t.deepEqual(kinds(report), {}, format)
  }
})

test('parquet: decimals keep their zeros and signs, also inside of lists and structures', async (t) => {
  const decimal = (name: string, type: 'INT32' | 'INT64') =>
    leaf(name, type, { converted_type: 'DECIMAL', precision: 9, scale: 3 })
  const bytes = parquet([
    [text(), ['Ada', 'Ida']],
    [[decimal('price', 'INT32')], [-5n, null]],
    [
      [
        leaf('list', undefined, { num_children: 1, converted_type: 'LIST' }),
        { name: 'list', repetition_type: 'REPEATED', num_children: 1 },
        decimal('element', 'INT64'),
      ],
      [[1100n, 2n], []],
    ],
    [
      [leaf('of', undefined, { num_children: 2 }), decimal('cost', 'INT64'), leaf('n', 'INT32')],
      [
        { cost: 1000n, n: 3 },
        { cost: null, n: 4 },
      ],
    ],
  ])
  t.is(
    (await lines('parquet', bytes)).lines.replace('"id":"test:1",', ''),
    '{"text":"Ada","price":-0.005,"list":[1.100,0.002],"of":{"cost":1.000,"n":3}}\n{"text":"Ida","list":[],"of":{"n":4}}',
  )
})

test('parquet: a text that is not UTF-8 is told of its row, marked as a text or not', async (t) => {
  for (const schema of [text(), [leaf('text', 'BYTE_ARRAY')]]) {
    const bytes = parquet([
      [[leaf('id', 'BYTE_ARRAY')], [Buffer.from('a'), Buffer.from('b')]],
      [schema, [Buffer.from('caf\xe9 Ada', 'latin1'), Buffer.from('Ida')]],
    ])
    const { documents, errors } = await read('parquet', bytes)
    t.deepEqual(
      errors.map(({ code }) => code),
      ['HMTL_INPUT_ENCODING'],
    )
    t.regex(errors[0].message, /column text holds what is not valid UTF-8/)
    t.deepEqual(
      documents.map((document) => document.text),
      ['Ida'],
    )
    // Who marks no texts does not mark ids.
    t.is(documents[0].id, schema[0].converted_type ? Buffer.from('b').toString('base64') : 'b')
  }
})

test('parquet: numbers in JSON keep their text, and what JavaScript has no date for its number', async (t) => {
  const bytes = parquet([
    [text(), ['Ada']],
    [[leaf('more', 'BYTE_ARRAY', { logical_type: { type: 'JSON' } })], [Buffer.from('{"n":1.10}')]],
    [[leaf('far', 'INT64', { converted_type: 'TIMESTAMP_MILLIS' })], [9223372036854775807n]],
  ])
  t.is((await lines('parquet', bytes)).lines, '{"text":"Ada","more":{"n":1.10},"far":9223372036854775807}')
})

test('arrow: what JSON has no form for is counted, also inside of structures', async (t) => {
  const duration = () => makeData({ type: new DurationSecond(), length: 1, nullCount: 0, data: BigInt64Array.of(5n) })
  const names = vectorFromArray(['x'], new Utf8()).data[0]
  const struct = new Struct([new Field('name', new Utf8()), new Field('took', new DurationSecond())])
  const of = makeData({ type: struct, length: 1, nullCount: 0, children: [names, duration()] })
  const schema = new Schema([
    new Field('text', new Utf8()),
    new Field('of', struct),
    new Field('took', new DurationSecond()),
  ])
  const children = [vectorFromArray(['Ada'], new Utf8()).data[0], of, duration()]
  const batch = new RecordBatch(
    schema,
    makeData({ type: new Struct(schema.fields), length: 1, nullCount: 0, children }),
  )
  const { lines: found, report } = await lines('arrow', Buffer.from(tableToIPC(new Table(batch), 'file')))
  t.is(found, '{"text":"Ada","of":{"name":"x"}}')
  t.deepEqual(report.entries(), [{ kind: 'column', count: 2, examples: ['test: of.took', 'test: took'] }])
})

test('numbers that JSON has no form for are counted, wherever they stand; a null is none', async (t) => {
  const numbers = [Number.NaN, Number.POSITIVE_INFINITY, 0.5, null]
  const texts = ['a', 'b', 'c', 'd']
  const lists = [[1.5], [Number.NaN, 1.5], [], []]
  const ofLists = vectorFromArray(lists, new List(new Field('item', new Float64(), true)))
  const plain = new Table({ text: vectorFromArray(texts, new Utf8()), n: vectorFromArray(numbers, new Float64()) })
  const withLists = plain.assign(new Table({ of: ofLists }) as never) as unknown as Table
  const { bytes: written } = await write('arrow-stream', (await read('lines', 'a\nb\nc\nd')).documents)
  const ours = tableFromIPC(written).assign(plain.select(['n'])) as unknown as Table
  const stream = (table: Table) => Buffer.from(tableToIPC(table, 'stream'))
  const bytes = parquet([
    [text(), texts],
    [[leaf('n', 'DOUBLE')], numbers],
  ])
  for (const [format, given, count] of [
    ['arrow-stream', stream(withLists), 3],
    ['arrow-stream', stream(ours), 2],
    ['arrow-stream', stream(plain.select(['text'])), 0],
    ['parquet', bytes, 2],
  ] as const) {
    const { documents, errors, report } = await read(format, given)
    t.deepEqual([errors, documents.length], [[], 4])
    const { bytes: json } = await write('jsonl', documents)
    t.is(json.toString().includes('"n":null'), count > 0, format)
    t.is(json.toString().includes('"n":0.5'), count > 0, format)
    t.is(report.count('number-as-null'), count, format)
  }
})
