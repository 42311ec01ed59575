/** A text and a list of spans, by whatever names: read where they are asked for. */
import { Field, Int32, List, Struct, Table, tableToIPC, Utf8, vectorFromArray } from 'apache-arrow'
import test from 'ava'
import fc from 'fast-check'
import { listMentions, listSpans } from '../src/io/document/document.ts'
import { hmtl } from './helpers/command.ts'
import { kinds, read, relabelled, write } from './helpers/documents.ts'

const text = 'Ada 😀 met Bo.'
const line = (list: unknown, field = 'entities', more: object = {}) =>
  `${JSON.stringify({ text, [field]: list, ...more })}\n`
const spansOf = async (source: string, options: object = {}) => {
  const { documents, report } = await read('spans', source, options)
  return {
    spans: documents.map((document) => (document.entities ? listSpans(document.entities) : [])),
    documents,
    report,
  }
}
const bo = { start: 11, end: 13, label: 'PER' }

test('names of the list and of its parts are those that are in use', async (t) => {
  const written: [field: string, item: object][] = [
    ['entities', { start: 10, end: 12, label: 'PER' }],
    ['spans', { start_char: 10, end_char: 12, tag: 'PER' }],
    ['ents', { start: 10, end: 12, type: 'PER', id: 4 }],
    ['ner', { begin: 10, end: 12, entity_group: 'PER', word: 'bo' }],
    ['entities', { offset: 10, length: 2, category: 'PER' }],
    ['Entities', { BeginOffset: 10, EndOffset: 12, Type: 'PER', Text: 'Bo' }],
    ['label', { start: 10, end: 12, labels: ['PER'], text: 'Bo' }],
    ['ents', { start: 3, end: 4, start_char: 10, end_char: 12, label: 'PER' }],
    ['entities', { start: 10, end: 12, entity: 'Bo', type: 'PER' }],
  ]
  for (const [field, item] of written) {
    const { spans, report } = await spansOf(line([item], field))
    t.deepEqual(spans, [[bo]], JSON.stringify(item))
    t.deepEqual(kinds(report), {}, JSON.stringify(item))
  }
})

test('offsets count code points; what spans say that they cover, or --input-offset-unit, says otherwise', async (t) => {
  t.deepEqual((await spansOf(line([{ start: 11, end: 13, label: 'PER', text: 'Bo' }]))).spans, [[bo]])
  t.deepEqual((await spansOf(line([{ start: 11, end: 13, label: 'PER' }]), { inputOffsetUnit: 'utf16' })).spans, [[bo]])
  const said = line([{ start: 13, end: 15, label: 'PER' }], 'entities', { offset_unit: 'utf8' })
  t.deepEqual((await spansOf(said, { inputOffsetUnit: 'utf16' })).spans, [[bo]])
})

test('of several lists the one that is called as the layer, or holds something, is read, and the others are told', async (t) => {
  const item = { start: 10, end: 12, label: 'PER' }
  const both = line([], 'entities', { spans: [item], labels: 'sports' })
  const { spans, report, documents } = await spansOf(both)
  t.deepEqual(spans, [[bo]])
  t.deepEqual(kinds(report), {})
  t.like(JSON.parse((await write('spans', documents)).bytes.toString()), {
    entities: [],
    spans: [item],
    labels: 'sports',
  })
  const layered = await read('spans', line([], 'entities', { spans: [item], mentions: [item, item] }), {
    layer: 'mentions',
  })
  t.is(layered.documents[0].mentions && listMentions(layered.documents[0].mentions).length, 2)
  t.deepEqual(kinds(layered.report), { 'unread-spans': 1 })
})

test('what is written of other layers stands under the list’s own name, and nowhere else', async (t) => {
  const { documents } = await read('spans', line([{ start: 0, end: 1, label: 'X', note: 1 }], 'spans'))
  const changed = relabelled(documents[0], { entities: [{ ...bo }] })
  const { bytes, report } = await write('spans', [changed])
  const { spans, entities } = JSON.parse(bytes.toString())
  t.deepEqual(spans, [{ start: 10, end: 12, label: 'PER', text: 'Bo' }])
  t.is(entities, undefined)
  t.deepEqual(kinds(report), { field: 1 })
})

test('a unit that is told from the words is kept with what else the record says', async (t) => {
  const source = line([{ start: 11, end: 13, label: 'PER', text: 'Bo', note: 'x' }])
  const { documents } = await read('spans', source)
  t.like(JSON.parse((await write('spans', documents)).bytes.toString()), {
    offset_unit: 'utf16',
    entities: [{ start: 11, note: 'x' }],
  })
  const bytes = line([], 'entities', { offset_unit: 'bytes' })
  t.is((await read('spans', bytes)).errors[0]?.code, 'HMTL_INPUT_FIELD')
})

test('the command line counts code points too, where nothing else is said', async (t) => {
  const source = line([{ start: 10, end: 12, label: 'PER' }])
  const run = (...args: string[]) => hmtl(['convert', '--from', 'spans', '--to', 'jsonl', '-q', ...args], source)
  t.like(JSON.parse((await run()).out).hmtl, { entities: [bo] })
  t.like(JSON.parse((await run('--input-offset-unit', 'utf16')).out).hmtl, { entities: [{ start: 10, end: 12 }] })
})

test('the unit of what is written is not that of what is read', async (t) => {
  const ada = JSON.stringify({ text: '😀 Ada left.', hmtl: { entities: [{ start: 3, end: 6, label: 'PER' }] } })
  const run = async (input: string, ...args: string[]) => {
    const { out, code, err } = await hmtl(['convert', '-q', ...args], input)
    t.is(code, 0, err)
    return out
  }
  const unit = ['--offset-unit', 'codepoint']
  t.regex(await run(ada, '--to', 'csv', ...unit), /,2,5,Ada,/)
  t.like(JSON.parse(await run(ada, '--to', 'jsonl', ...unit)).hmtl, { entities: [{ start: 2, end: 5 }] })
  const both = ['--input-offset-unit', 'codepoint', '--offset-unit', 'utf8']
  t.regex(await run(ada.replace('3,"end":6', '2,"end":5'), '--to', 'csv', ...both), /,5,8,Ada,/)
  const doccano = '{"text":"😀 Ada left.","label":[[3,6,"PER"]]}'
  t.regex(await run(doccano, '--to', 'csv', ...unit), /,2,5,Ada,/)
  t.like(JSON.parse(await run(doccano, '--to', 'doccano', ...unit)), { label: [[2, 5, 'PER']] })
  // Label Studio's and Prodigy's offsets count code points, whatever is wanted.
  for (const to of ['label-studio', 'prodigy'])
    t.is((await hmtl(['convert', '--to', to, '--offset-unit', 'utf8'], ada)).code, 1, to)
  t.like(JSON.parse(await run(ada, '--to', 'spans', '--offset-unit', 'utf8')), {
    offset_unit: 'utf8',
    entities: [{ start: 5, end: 8 }],
  })
  for (const command of ['score', 'inspect', 'embed'])
    t.is((await hmtl([command, '--offset-unit', 'codepoint', 'a', 'b'])).code, 2, command)
})

test('scores that are none are counted', async (t) => {
  const { spans, report } = await spansOf(
    line(['0.9', 97.5, 0.5].map((score) => ({ start: 10, end: 12, label: 'PER', score }))),
  )
  t.deepEqual(spans, [[bo, bo, { ...bo, score: 0.5 }]])
  t.deepEqual(kinds(report), { 'unreadable-score': 2 })
})

test('spans that do not fit are counted, and the others are read; scores stay', async (t) => {
  const { spans, report } = await spansOf(
    line([
      { start: 0, end: 99, label: 'PER' },
      { start: 0, end: 3 },
      { start: 0, end: 3, label: 'PER', text: 'Bo' },
      ...[0.5, 0.25, 0.75].map((score) => ({ start: 10, end: 12, label: 'PER', score })),
    ]),
  )
  t.deepEqual(spans, [[0.5, 0.25, 0.75].map((score) => ({ ...bo, score }))])
  t.deepEqual(kinds(report), { 'unreadable-span': 3 })
})

test('a record without such a list is refused, in a line of its own', async (t) => {
  for (const record of [line('none'), line([1]), '{"text":"Ada"}\n', '7\n']) {
    const { documents, errors } = await read('spans', `${record}${line([{ start: 0, end: 3, label: 'PER' }])}`)
    t.is(documents.length, 1, record)
    t.regex(String(errors[0]?.code), /^HMTL_INPUT/, record)
  }
})

test('what was read comes back, by its own names; --layer chooses the layer', async (t) => {
  const source = line([{ offset: 10, length: 2, category: 'PER', note: 'x' }], 'entities', { lang: 'en' })
  const { documents } = await read('spans', source)
  const [again] = (await write('spans', documents)).bytes.toString().trim().split('\n')
  t.like(JSON.parse(again), { text, lang: 'en', entities: [{ offset: 10, length: 2, category: 'PER', note: 'x' }] })
  const mentions = await read('spans', source, { layer: 'mentions' })
  t.is(mentions.documents[0].mentions && listMentions(mentions.documents[0].mentions).length, 1)
})

test('any spans are written and read again', async (t) => {
  await fc.assert(
    fc.asyncProperty(
      fc.string({ unit: 'grapheme', minLength: 3, maxLength: 20 }).filter((s) => s.trim().length > 2),
      fc.array(fc.tuple(fc.nat(18), fc.integer({ min: 1, max: 5 })), { maxLength: 4 }),
      async (written, places) => {
        const points = [...written]
        const list = places
          .filter(([from, size]) => from + size <= points.length)
          .map(([start, size]) => ({
            start,
            end: start + size,
            label: 'X',
            text: points.slice(start, start + size).join(''),
          }))
        const source = `${JSON.stringify({ text: written, entities: list })}\n`
        const { documents } = await read('spans', source)
        const again = await read('spans', (await write('spans', documents)).bytes)
        t.deepEqual(
          listSpans(again.documents[0].entities!).map(({ start, end }) => written.slice(start, end)),
          list.map(({ text: covered }) => covered),
        )
      },
    ),
    { numRuns: 100 },
  )
})

test('where it is not asked for, such a list stays a field, and the message says what reads it', async (t) => {
  for (const [field, item] of [
    ['ents', { start: 0, end: 3, label: 'PER' }],
    ['entities', { offset: 0, length: 3, category: 'PER' }],
  ] as const) {
    const { documents, report } = await read('jsonl', line([item], field))
    t.deepEqual(documents[0].metadata[field], [item])
    t.deepEqual(
      report.entries().map(({ kind, examples }) => [kind, examples[0]]),
      [['unread-spans', `test:1: ${field}; --from spans reads them`]],
    )
  }
})

test('lists of spans that stay a field are told whatever they are called, with what reads them', async (t) => {
  const span = { start: 0, end: 3, label: 'PER' }
  const flair = { text: 'Ada', start_pos: 0, end_pos: 3, labels: [{ value: 'PER', confidence: 0.5 }] }
  const bioc = { infons: { type: 'X' }, text: 'Ada', locations: [{ offset: 0, length: 3 }] }
  const told = async (record: object, format = 'jsonl') =>
    (await read(format, format === 'json' ? JSON.stringify([record]) : JSON.stringify(record))).report
      .entries()
      .map(({ kind, examples }) => [kind, examples[0].replace(/^\S+: /, '')])
  for (const [record, what] of [
    [{ text, annotation: [span] }, 'annotation; --from spans reads them'],
    [{ text, entities: [flair] }, 'entities; --from spans reads them'],
    [{ text, found: [span, span] }, 'found; called entities, --from spans reads them'],
    [{ text, annotations: [bioc] }, 'annotations'],
    [{ text, denotations: [{ span: { begin: 0, end: 3 }, obj: 'X' }] }, 'denotations'],
    // Of words alone they count those, and nothing that is read.
    [{ tokens: ['Ada', 'ran'], entities: [{ start: 0, end: 1, label: 'PER' }] }, 'entities'],
    [{ tokens: ['Ada', 'ran'], spans: [{ start: 0, end: 2, label: 'PER' }], id: 1 }, 'spans'],
  ] as const)
    for (const format of ['jsonl', 'json']) t.deepEqual(await told(record, format), [['unread-spans', what]], what)
  for (const record of [
    { text, annotation: 'none' },
    { text, paragraphs: [{ start: 0, text: 'Ada' }], links: [], authors: [{ name: 'Ada' }], sizes: [1, 2] },
    { text, annotations: [{ by: 'Ada' }] },
    { text, words: [{ start: 0.1, end: 0.5 }] },
  ])
    t.deepEqual(await told(record), [], JSON.stringify(record))
  t.deepEqual((await spansOf(line([{ ...flair, text: 'Bo', start_pos: 10, end_pos: 12 }]))).spans, [
    [{ ...bo, score: 0.5 }],
  ])
})

test('lists of spans in tables are told, and a table that is read as lines is told for what it is', async (t) => {
  const part = new Struct<{ start: Int32; end: Int32; label: Utf8 }>([
    new Field('start', new Int32()),
    new Field('end', new Int32()),
    new Field('label', new Utf8()),
  ])
  const table = new Table({
    text: vectorFromArray(['Ada'], new Utf8()),
    entities: vectorFromArray([[{ start: 0, end: 3, label: 'PER' }]], new List(new Field('item', part))),
  })
  for (const [format, form] of [
    ['arrow', 'file'],
    ['arrow-stream', 'stream'],
  ] as const) {
    const bytes = tableToIPC(table, form)
    const { documents, report } = await read(format, bytes)
    t.is(documents[0].text, 'Ada')
    t.deepEqual(
      report.entries().map(({ kind, examples }) => [kind, examples[0].replace(/^\S+: /, '')]),
      [['unread-spans', 'entities; in JSON lines --from spans reads them']],
    )
    for (const other of ['spans', 'jsonl', 'json', 'doccano', 'dygie', 'conll2003', 'csv']) {
      const error = await read(other, bytes).then(
        ({ errors }) => errors[0],
        (thrown) => thrown,
      )
      t.is(error?.code, 'HMTL_FORMAT_UNSUPPORTED', other)
      t.regex(error.message, /Arrow.*JSON lines/)
    }
  }
  const { bytes } = await write('parquet', (await read('jsonl', '{"text":"Ada"}')).documents)
  const error = await read('spans', bytes).then(
    ({ errors }) => errors[0],
    (thrown) => thrown,
  )
  t.regex(error?.message, /Parquet.*JSON lines/)
})
