/** Offsets that were counted otherwise, and scores that are no probabilities, are told where documents come in. */
import test from 'ava'
import { createDocument, labelledSpansOf, listSpans, spansOf } from '../src/io/document/document.ts'
import { prepareDocument } from '../src/pipeline/prepare.ts'
import { kinds, read, write } from './helpers/documents.ts'

const text = 'a😀b'
/** 😀 is one code point and two code units: what counts code points means the b. */
const span = { start: 2, end: 4, label: 'P' }
const record = (hmtl: object) => JSON.stringify({ id: 'd', text, hmtl })
const cut = {
  code: 'HMTL_DOCUMENT_OFFSET',
  message: /inside of a character.*--input-offset-unit codepoint.*offsetUnit/,
}

test('a span that cuts a character is refused in every layer, with what to do about it', async (t) => {
  const head = { ...span, start: 1, end: 4, head: { start: 2, end: 4 } }
  for (const hmtl of [
    { entities: [span] },
    { entities: [{ ...span, start: 0, end: 2 }] },
    { mentions: [span] },
    { mentions: [head] },
    { clusters: [[span, { start: 0, end: 1 }]].map((each) => each.map(({ start, end }) => ({ start, end }))) },
    { relations: [{ label: 'r', arg1: { start: 0, end: 1 }, arg2: { start: 2, end: 4 } }] },
    { relations: [{ label: 'r', arg1: { start: 2, end: 4 }, arg2: { start: 0, end: 1 } }] },
    {
      tokens: [
        [0, 2],
        [2, 4],
      ],
    },
  ])
    for (const format of ['jsonl', 'json']) {
      const { documents, errors } = await read(format, record(hmtl))
      t.is(documents.length, 0, JSON.stringify(hmtl))
      t.is(errors[0].code as string, cut.code)
      t.regex(errors[0].message, cut.message)
    }
  t.throws(() => createDocument({ id: 'd', text, entities: [span] }), cut)
  t.throws(() => createDocument({ id: 'd', text, entities: [span], metadata: () => ({}) }), cut)
  t.throws(() => createDocument({ id: 'd', text, tokens: spansOf([[0, 2]]) }), cut)
})

test('the hint is right: the same offsets are read as code points', async (t) => {
  const said = await read('jsonl', record({ offsetUnit: 'codepoint', entities: [{ ...span, end: 3 }] }))
  const told = await read('jsonl', record({ entities: [{ ...span, end: 3 }] }), { inputOffsetUnit: 'codepoint' })
  for (const { documents, errors } of [said, told]) {
    t.deepEqual(errors, [])
    t.deepEqual(listSpans(documents[0].entities!), [{ start: 3, end: 4, label: 'P' }])
  }
})

test('half a pair that stands alone is a character, and spans may begin and end there', (t) => {
  const document = createDocument({ id: 'd', text: 'a\ud83d b', entities: [{ start: 0, end: 2, label: 'P' }] })
  t.is(document.entities?.begin.length, 1)
})

test('tables: a span that cuts a character is refused', async (t) => {
  const good = prepareDocument(
    createDocument({ id: 'd', text: `é ${text}`, entities: [{ ...span, start: 3, end: 5 }] }),
  )
  const bad = { ...good, entities: labelledSpansOf([{ start: 4, end: 6, label: 'P' }]) }
  for (const format of ['arrow', 'arrow-stream', 'parquet']) {
    const fine = await read(format, (await write(format, [good])).bytes)
    t.is(fine.documents.length, 1, format)
    const { bytes } = await write(format, [good, bad])
    const errors = await read(format, bytes).then(
      (found) => found.errors,
      (error) => [error],
    )
    t.is(errors[0].code, cut.code, format)
    t.regex(errors[0].message, cut.message)
  }
})

test('label studio of offsets in code units that cut a character has the hint', async (t) => {
  const { errors } = await read('doccano', JSON.stringify({ text, label: [[2, 4, 'P']] }), { inputOffsetUnit: 'utf16' })
  t.regex(errors[0].message, /inside of a character/)
  t.regex(errors[0].remedy ?? '', /--input-offset-unit codepoint/)
})

test('a score that is no probability is refused in our own records, and counted in those of tools', async (t) => {
  for (const score of [1.5, -0.1, 'high', 97]) {
    const { errors } = await read('jsonl', record({ entities: [{ start: 0, end: 1, label: 'P', score }] }))
    t.is(errors[0]?.code, 'HMTL_INPUT_FIELD', String(score))
    t.regex(errors[0].message, /hmtl\.entities\[0\]\.score" must be a number from 0 to 1/)
  }
  for (const score of [1.5, Number.POSITIVE_INFINITY, -1]) {
    const labelled = { start: 0, end: 1, label: 'P', score }
    const relation = { label: 'r', arg1: labelled, arg2: { start: 3, end: 4 }, score }
    for (const like of [{ entities: [labelled] }, { mentions: [labelled] }, { relations: [relation] }])
      t.throws(() => createDocument({ id: 'd', text, ...like }), {
        code: 'HMTL_DOCUMENT_TYPE',
        message: /no probability/,
      })
  }
  const prodigy = await read(
    'prodigy',
    JSON.stringify({ text: 'Ida', spans: [{ start: 0, end: 3, label: 'P', score: 97 }] }),
  )
  t.deepEqual(kinds(prodigy.report), { 'unreadable-score': 1 })
  t.is(prodigy.documents[0].entities?.score, undefined)
  const value = { start: 0, end: 3, text: 'Ida', labels: ['P'], score: 97 }
  const task = { data: { text: 'Ida' }, annotations: [{ result: [{ id: 'x', type: 'labels', value }] }] }
  t.deepEqual(kinds((await read('label-studio', JSON.stringify([task]))).report), { 'unreadable-score': 1 })
})
