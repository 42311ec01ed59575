/** Spans as doccano exports them and as spaCy was trained on them are annotations, counted as each counts. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import test from 'ava'
import type { Document } from '../src/io/document/document.ts'
import { listRelations } from '../src/io/document/document.ts'
import type { FormatOptions } from '../src/io/index.ts'
import { readDocuments } from '../src/io/read.ts'
import { entitiesOf } from './helpers/columns.ts'
import { collect, kinds, plain, read, write } from './helpers/documents.ts'
import { testFolder } from './helpers/folder.ts'

const guessed = (text: string, options: FormatOptions = {}) =>
  collect(readDocuments(Readable.from([Buffer.from(text)]), { options }))
const relationsOf = ({ text, relations }: Document) =>
  listRelations(relations!).map(
    ({ label, arg1, arg2 }) => `${text.slice(arg1.start, arg1.end)} ${label} ${text.slice(arg2.start, arg2.end)}`,
  )

const triples = '{"id":7,"text":"Ada met Ida","label":[[0,3,"PER"],[8,11,"PER"]],"Comments":[]}\n'
const related =
  '{"id":8,"text":"Ada met Ida","entities":[{"id":31,"label":"PER","start_offset":0,"end_offset":3},{"id":32,"label":"PER","start_offset":8,"end_offset":11}],"relations":[{"id":1,"from_id":31,"to_id":32,"type":"knows"}],"Comments":["sure"]}\n'

test('doccano: spans of three, spans with relations, in lines or an array, under any name', async (t) => {
  for (const text of [triples + related, `[${triples.trim()},\n${related.trim()}]`]) {
    const documents = await guessed(text)
    t.deepEqual(documents.map(entitiesOf), [
      ['Ada PER', 'Ida PER'],
      ['Ada PER', 'Ida PER'],
    ])
    t.deepEqual([documents[0].id, documents[0].relations], ['7', undefined])
    t.deepEqual(relationsOf(documents[1]), ['Ada knows Ida'])
    const { bytes, report } = await write('doccano', documents)
    t.deepEqual(kinds(report), {})
    t.is(
      bytes.toString(),
      triples.replace(',"label"', ',"Comments":[],"label"').replace(',"Comments":[]}', '}') +
        related.replace(',"Comments":["sure"]', '').replace(',"entities"', ',"Comments":["sure"],"entities"'),
      'numbers of spans too',
    )
    t.deepEqual((await guessed(bytes.toString())).map(plain), documents.map(plain))
  }
  for (const head of [
    '{"id":1,"text":"None","label":[],"Comments":[]}\n',
    '{"id":1,"text":"None","entities":[],"relations":[],"Comments":[]}\n',
    '{"id":1,"data":"Ida","label":[[0,3,"PER"]]}\n',
    '{"text":"Ida","labels":[[0,3,"PER"]]}\n',
  ])
    t.deepEqual(
      (await guessed(head + triples, { textField: 'text', inputOffsetUnit: 'utf16' })).map(entitiesOf).pop(),
      ['Ada PER', 'Ida PER'],
      head,
    )
})

test('doccano: a user’s own fields are not taken for spans', async (t) => {
  for (const own of [
    '{"text":"Ada","label":[]}',
    '{"text":"Ada","labels":["sports"]}',
    '{"text":"Ada","label":"sports"}',
    '{"text":"Ada","entities":[{"start":0,"end":3}]}',
    '{"text":"Ada","label":[[0,3,"PER"]],"hmtl":{"entities":[]}}',
  ]) {
    const [document] = await guessed(own)
    t.deepEqual(document.entities?.begin.length ?? 0, 0, own)
    t.true('label' in document.metadata || 'labels' in document.metadata || 'entities' in document.metadata, own)
  }
})

test('doccano counts UTF-16 code units, its old lists of entities code points; --input-offset-unit overrules', async (t) => {
  const of = async (field: string, from: number, options: FormatOptions = {}) =>
    (await read('doccano', `{"text":"😀 Ada","${field}":[[${from},${from + 3},"PER"]]}`, options)).documents.map(
      entitiesOf,
    )
  t.deepEqual(await of('label', 3), [['Ada PER']])
  t.deepEqual(await of('label', 2, { inputOffsetUnit: 'codepoint' }), [['Ada PER']])
  t.deepEqual(await of('entities', 2, { inputOffsetUnit: 'utf16' }), [['Ada PER']])
  const objects = '{"text":"😀 Ada","entities":[{"id":1,"label":"PER","start_offset":3,"end_offset":6}],"relations":[]}'
  t.deepEqual((await guessed(objects)).map(entitiesOf), [['Ada PER']])
  for (const [from, to] of [
    [1, 4],
    [3, 60],
    [3, 3],
  ]) {
    const { errors } = await read('doccano', `{"text":"😀 Ada","label":[[${from},${to},"PER"]]}`)
    t.deepEqual(
      errors.map(({ code }) => code),
      ['HMTL_DOCUMENT_OFFSET'],
    )
  }
})

test('doccano: what does not fit is counted, or refused where most does not', async (t) => {
  const odd = await read('doccano', `${triples}{"text":"Ada met Ida","label":[[0,3,"PER"],[4,7,null],[8,11,"PER"]]}`)
  t.deepEqual(odd.errors, [])
  t.deepEqual(kinds(odd.report), { 'unreadable-span': 1 })
  const other = await read('doccano', `{"text":"Ada","label":["sports"]}\n{"text":"Ada"}\n${triples}`)
  t.deepEqual(
    other.errors.map(({ code }) => code),
    ['HMTL_INPUT_FIELD', 'HMTL_INPUT_FIELD'],
  )
  t.is(other.documents.length, 1)
  const { documents } = await read(
    'jsonl',
    '{"id":"a","text":"Ada met Ida","hmtl":{"entities":[{"start":0,"end":3,"label":"PER","score":0.5}],"relations":[{"label":"knows","arg1":{"start":0,"end":3},"arg2":{"start":8,"end":11}}]}}',
  )
  t.deepEqual(kinds((await write('doccano', documents)).report), { score: 1, 'relation-of-no-span': 1 })
})

const pair = '["😀 Ada met Ida",{"entities":[[2,5,"PER"],[10,13,"PER"]],"cats":{"x":1.0}}]'

test('spaCy’s training data: lines, an array, and an annotator’s object, in code points', async (t) => {
  for (const text of [
    `${pair}\n${pair}\n`,
    `[${pair},\n ${pair}]`,
    `[\n  [\n    "😀 Ada met Ida",\n    {\n      "entities": [\n        [2, 5, "PER"],\n        [10, 13, "PER"]\n      ]\n    }\n  ],\n${pair}]`,
    `{"classes":["PER"],"annotations":[null,${pair},${pair}]}`,
  ])
    for (const size of [3, 1000]) {
      const bytes = Buffer.from(text)
      const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
        bytes.subarray(i * size, (i + 1) * size),
      )
      const documents = await collect(readDocuments(Readable.from(pieces)))
      t.deepEqual(documents.map(entitiesOf), [
        ['Ada PER', 'Ida PER'],
        ['Ada PER', 'Ida PER'],
      ])
    }
  const { documents } = await read('spacy-train', pair)
  t.is(JSON.stringify(documents[0].metadata), '{"cats":{"x":1}}')
})

test('spaCy’s training data: what does not fit is refused with a code, and the others are read', async (t) => {
  const items = ['["Ada",{"entities":["U-PER"]}]', '["Ada"]', '["Ada",{"entities":[[0,9,"PER"]]}]', '{"text":"Ada"}']
  const { documents, errors } = await read('spacy-train', `[${pair},${items.join()}]`)
  t.deepEqual(
    errors.map(({ code }) => code),
    ['HMTL_INPUT_FIELD', 'HMTL_INPUT_FIELD', 'HMTL_DOCUMENT_OFFSET', 'HMTL_INPUT_JSON'],
  )
  t.is(documents.length, 1)
  for (const text of ['[["Ada", "Ida"]]', '[1, 2]', '["Ada"]']) {
    const {
      errors: [error],
    } = await read('json', text)
    t.regex(error.remedy ?? '', /--from spacy-train/)
  }
})

test('spaCy’s training data: files of a folder are found by what they hold, however long', async (t) => {
  const folder = testFolder(t)
  const long = pair.replace('met', `met ${'and met '.repeat(3000)}`).replace(',[10,13,"PER"]', '')
  await writeFile(join(folder, 'lines.jsonl'), `${long}\n${pair}\n`)
  await writeFile(join(folder, 'array.json'), `[${long}]`)
  await writeFile(join(folder, 'other.json'), '[{"text":"Ada"}]')
  const documents = await collect(readDocuments(folder, { format: 'spacy-train' }))
  t.deepEqual(documents.map(entitiesOf), [['Ada PER'], ['Ada PER'], ['Ada PER', 'Ida PER']])
})
