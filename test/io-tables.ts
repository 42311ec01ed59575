/** Arrow and Parquet as other tools write them, damaged or packed by others, with other units. */
import { readFile } from 'node:fs/promises'
import test from 'ava'
import fc from 'fast-check'
import { parquetReadObjects } from 'hyparquet'
import { compressors } from 'hyparquet-compressors'
import { parquetWriteBuffer } from 'hyparquet-writer'
import { budgetOf, unlz4Frame, unzstd } from '../src/io/decompress.ts'
import { createDocument, type Document, isDocument, listMentions, listSpans } from '../src/io/document/document.ts'
import { nestedSchema } from '../src/io/formats/parquet-nested.ts'
import { fileText, kinds, read, root, write } from './helpers/documents.ts'

const entitiesOf = ({ text, entities }: Document) =>
  entities ? listSpans(entities).map(({ start, end, label }) => [text.slice(start, end), label]) : undefined

const tables = 'test/fixtures/tables'
const table = (name: string) => readFile(root(`${tables}/${name}`))

for (const name of [
  'zstd-large.arrow',
  'views.arrow',
  'dictionary.arrow',
  'lz4.feather',
  'pandas.parquet',
  'polars.parquet',
])
  test(`${name}: our table, rewritten by another tool, holds the same documents`, async (t) => {
    const { documents, errors, report } = await read(name.endsWith('.parquet') ? 'parquet' : 'arrow', await table(name))
    t.deepEqual(errors, [])
    t.deepEqual(kinds(report), {})
    t.is((await write('jsonl', documents)).bytes.toString(), await fileText(`${tables}/documents.jsonl`))
  })

test('arrow: what other tools wrote may be cut or changed anywhere, and is never more than a coded error', async (t) => {
  const files = await Promise.all(['zstd-large.arrow', 'views.arrow', 'dictionary.arrow', 'lz4.feather'].map(table))
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...files),
      fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 }),
      async (file, changes) => {
        const bytes = Buffer.from(file)
        for (const [at, value] of changes) bytes[at % bytes.length] = value
        const { errors } = await read('arrow', bytes, { maxDocumentBytes: 1 << 20 })
        return errors.every(({ code }) => /^HMTL_(FORMAT|DOCUMENT|INPUT)_/.test(code))
      },
    ),
    { numRuns: 150 },
  )
  t.pass()
})

test('tables in code points say so in a column, and are read in any unit', async (t) => {
  const { documents } = await read(
    'jsonl',
    '{"id":"a","text":"😀 Ada","hmtl":{"mentions":[{"start":3,"end":6,"label":"PER"}]}}',
  )
  for (const format of ['arrow', 'arrow-stream', 'parquet'])
    for (const offsetUnit of ['codepoint', 'utf8'] as const) {
      const [again] = (await read(format, (await write(format, documents, { offsetUnit })).bytes)).documents
      t.deepEqual(listMentions(again.mentions!), listMentions(documents[0].mentions!))
    }
})

test('hub tables: tags without a prefix, the list form of names, long ids, -100', async (t) => {
  const { documents, report, errors } = await read('parquet', await table('hub.parquet'))
  t.deepEqual(errors, [])
  t.deepEqual(entitiesOf(documents[0]), [
    ['Ida Holt', 'person'],
    ['Oslo', 'place'],
  ])
  t.is(documents[0].id, '1152921504606846977')
  t.deepEqual(kinds(report), { 'unlabelled-token': 1 })
  const odd = await read('parquet', await table('odd-hub.parquet'))
  t.deepEqual(
    odd.errors.map(({ summary }) => summary),
    ['tokens[1] is null', '1 ner_tags for 2 tokens'],
  )
  t.deepEqual(odd.documents.map(entitiesOf), [[['Ida', 'strange']]])
})

test('what unpacks to more than it says, or than there may be, takes no memory', (t) => {
  t.throws(() => budgetOf(10).take(11), { code: 'HMTL_INPUT_TOO_LARGE' } as never)
  const stored = Buffer.from([0x04, 0x22, 0x4d, 0x18, 0x60, 0x40, 0x82, 4, 0, 0, 0x80, 1, 2, 3, 4, 0, 0, 0, 0])
  t.deepEqual([...unlz4Frame(stored, 4)], [1, 2, 3, 4])
  for (const size of [0, 3, 5]) t.throws(() => unlz4Frame(stored, size), { code: 'HMTL_FORMAT_SCHEMA' } as never)
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), fc.boolean(), (bytes, framed) => {
      for (const unpack of [unlz4Frame, unzstd])
        try {
          if (unpack(framed ? Buffer.concat([stored.subarray(0, 7), bytes]) : bytes, 64).length !== 64) return false
        } catch (error) {
          if ((error as { code?: string }).code !== 'HMTL_FORMAT_SCHEMA') return false
        }
      return true
    }),
  )
})

test('parquet: lists of structures say once more what the flat columns say, in the same unit, and are not read back', async (t) => {
  const text = 'Ada 😀 met the old Tom in Oslo.'
  const at = (words: string) => ({ start: text.indexOf(words), end: text.indexOf(words) + words.length })
  const documents = [
    createDocument({
      id: 'a',
      text,
      entities: [{ ...at('Tom'), label: 'PER', score: 0.5 }],
      mentions: [{ ...at('the old Tom'), label: 'PER', head: at('Tom') }],
      relations: [{ label: 'residence', arg1: at('Tom'), arg2: at('Oslo') }],
      clusters: [[at('Ada')], [at('Tom'), at('the old Tom')]],
    }),
    createDocument({ id: 'b', text: 'x' }),
    createDocument({ id: 'c', text: 'y', entities: [] }),
  ]
  const { bytes } = await write('parquet', documents, { offsetUnit: 'codepoint' })
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer
  const rows = await parquetReadObjects({ file, compressors })
  const place = (words: string) => ({ start: at(words).start - 1, end: at(words).end - 1, text: words })
  const tom = { ...place('Tom'), label: 'PER' }
  t.deepEqual(rows[0].entities, [{ ...tom, score: 0.5 }])
  t.deepEqual(rows[0].mentions, [{ ...tom, ...place('the old Tom'), score: null, head: place('Tom') }])
  t.deepEqual(rows[0].relations, [{ label: 'residence', arg1: place('Tom'), arg2: place('Oslo'), score: null }])
  t.deepEqual(rows[0].clusters, [[{ start: 0, end: 3, text: 'Ada' }], [place('Tom'), place('the old Tom')]])
  t.deepEqual([rows[1].entities, rows[1].clusters, rows[2].entities], [undefined, undefined, []])
  const back = await read('parquet', bytes)
  t.deepEqual(back.errors, [])
  t.is((await write('jsonl', back.documents)).bytes.toString(), (await write('jsonl', documents)).bytes.toString())
})

test('parquet: a column of the user’s that is called as one of ours is the user’s', async (t) => {
  const data = [
    { id: 'a', text: 'Oslo', entity_begin: [0], entity_end: [4], entity_label: [0], entity_labels: ['LOC'] },
  ]
  const columns = Object.keys(data[0]) as (keyof (typeof data)[0])[]
  const file = parquetWriteBuffer({
    columnData: [
      ...columns.map((name) => ({ name, data: data.map((row) => row[name]) })),
      { name: 'clusters', data: [7] },
      { name: 'mentions', data: ['three'] },
    ],
  })
  const { documents, errors } = await read('parquet', Buffer.from(file))
  t.deepEqual(errors, [])
  t.deepEqual(entitiesOf(documents[0]), [['Oslo', 'LOC']])
  t.deepEqual({ ...documents[0].metadata }, { clusters: 7, mentions: 'three' })
  // A table that is none of ours keeps even what has the shape of ours.
  const { bytes } = await write('parquet', [
    createDocument({ id: 'a', text: 'Oslo', entities: [{ start: 0, end: 4, label: 'LOC' }] }),
  ])
  const ours = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer
  const [{ entities }] = await parquetReadObjects({ file: ours, compressors })
  const foreign = parquetWriteBuffer({
    columnData: [
      { name: 'text', data: ['Oslo'] },
      { name: 'entities', data: [entities] },
    ],
    schema: [
      { name: 'root', num_children: 2 },
      { name: 'text', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'REQUIRED' },
      ...nestedSchema.slice(0, 8),
    ],
  })
  const hub = await read('parquet', Buffer.from(foreign))
  t.deepEqual(hub.errors, [])
  t.deepEqual(
    { ...hub.documents[0].metadata },
    { entities: [{ start: 0, end: 4, text: 'Oslo', label: 'LOC', score: undefined }] },
  )
})

test('arrow: a text that is not UTF-8 is told of its row, and the others are read', async (t) => {
  const list = ['plain', 'ünd so', 'later'].map((text, i) => createDocument({ id: `d${i}`, text }))
  const { bytes } = await write('arrow', list)
  const broken = Buffer.from(bytes)
  broken[broken.indexOf(Buffer.from('ünd')) + 1] = 0x20
  const { documents, errors } = await read('arrow', broken)
  t.deepEqual(
    documents.map(({ id, text }) => [id, text]),
    [
      ['d0', 'plain'],
      ['d2', 'later'],
    ],
  )
  t.deepEqual(
    errors.map(({ code }) => code),
    ['HMTL_INPUT_ENCODING'],
  )
  t.regex(errors[0].message, /column text holds what is not valid UTF-8/)
})

test('documents: metadata that is made late is made once, and is there for who copies, writes or clones', (t) => {
  let made = 0
  const make = () => {
    made++
    return { a: [1] }
  }
  const document = createDocument({ id: 'd', text: 't', metadata: make })
  t.is(made, 0)
  t.true(Object.isFrozen(document) && isDocument(document))
  t.deepEqual(Object.keys(document), Object.keys(createDocument({ id: 'd', text: 't', metadata: {} })))
  t.is(document.metadata, document.metadata)
  t.deepEqual({ ...document }.metadata, { a: [1] })
  t.deepEqual(structuredClone(document).metadata, { a: [1] })
  t.is(JSON.stringify(document), JSON.stringify(createDocument({ id: 'd', text: 't', metadata: { a: [1] } })))
  t.is(made, 1)
  t.true(isDocument({ ...document }))
})

test('documents: clusters are looked through for a span that is there twice, however many there are', (t) => {
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 3000 }), fc.nat(), fc.nat(), (count, one, other) => {
      const spans = Array.from({ length: count }, (_, i) => ({ start: i % 60, end: 61 + Math.floor(i / 60) }))
      const like = { id: 'd', text: ' '.repeat(200), clusters: spans.map((span) => [span]) }
      t.notThrows(() => createDocument(like))
      const [i, j] = [one % count, other % count]
      if (i === j) return
      spans[i] = spans[j]
      t.throws(() => createDocument({ ...like, clusters: spans.map((span) => [span]) }), {
        message: /is in the clusters twice/,
      })
    }),
    { numRuns: 50 },
  )
})
