/** Label Studio and Prodigy: what they say besides spans and relations comes back, and one odd annotation costs itself. */
import { Readable } from 'node:stream'
import test from 'ava'
import { type Document, listRelations, listSpans } from '../src/io/document/document.ts'
import { sniffHead } from '../src/io/guess.ts'
import { readDocuments } from '../src/io/read.ts'
import { collect, kinds, read, relabelled, write } from './helpers/documents.ts'

const entitiesOf = ({ text, entities }: Document) =>
  entities && listSpans(entities).map(({ start, end, label }) => `${text.slice(start, end)} ${label}`)
const relationsOf = ({ text, relations }: Document) =>
  relations &&
  listRelations(relations).map(
    ({ label, arg1, arg2 }) => `${text.slice(arg1.start, arg1.end)} ${label} ${text.slice(arg2.start, arg2.end)}`,
  )

const region = (id: string, start: unknown, end: unknown, label: unknown, text?: string) =>
  `{"id":"${id}","from_name":"ner","to_name":"t","type":"labels","value":{"start":${start},"end":${end}${text === undefined ? '' : `,"text":"${text}"`},"labels":[${label}]}}`
const task = (result: string, data = '"text":"Ada met Ida"', more = '') =>
  `{"data":{${data}},"annotations":[{"result":[${result}]${more}}]}`
const ada = region('a', 0, 3, '"PER"')
const ida = region('b', 8, 11, '"PER"')

const studio = async (...tasks: string[]) => {
  const text = `[\n${tasks.join(',\n')}\n]\n`
  const given = await read('label-studio', text)
  return { ...given, text, again: await write('label-studio', given.documents) }
}
const prodigy = async (...lines: string[]) => {
  const text = `${lines.join('\n')}\n`
  const given = await read('prodigy', text)
  return { ...given, text, again: await write('prodigy', given.documents) }
}

test('label-studio: what a task says besides its layers comes back, numbers as they stood', async (t) => {
  const exported = `{"id":7,"meta":{"page":1.0},"created_at":"2024","data":{"text":"Ada met Ida","id":1234567890123456789,"url":"u","tokens":[1.10]},"annotations":[{"id":5,"completed_by":1,"lead_time":2.50,"result":[${ada},{"type":"choices","value":{"choices":["good"]}}]},{"id":6,"result":[]}],"predictions":[{"model_version":"v","result":[]}]}`
  const { documents, report, again } = await studio(exported)
  t.is(documents[0].id, '1234567890123456789')
  t.is(documents[0].metadata.url, 'u')
  t.deepEqual(kinds(report), { 'annotation-set': 2, result: 1 })
  t.deepEqual(kinds(again.report), {})
  t.deepEqual((await read('json', again.bytes)).errors.length, 1, 'a task is no document of ours')
  for (const part of ['"id":7', '"meta":{"page":1.0}', '"created_at":"2024"', '"url":"u"', '"tokens":[1.10]'])
    t.true(again.bytes.toString().includes(part), part)
  t.true(again.bytes.toString().includes('"id":1234567890123456789'))
  t.true(again.bytes.toString().includes(exported.slice(exported.indexOf('"annotations"'), -1)))
  const through = await write('label-studio', (await read('jsonl', (await write('jsonl', documents)).bytes)).documents)
  t.is(through.bytes.toString(), again.bytes.toString(), 'by way of JSON lines')
})

test('label-studio: a set of annotations that says something else by now is written anew and counted', async (t) => {
  const { documents } = await studio(
    `{"id":7,"data":{"text":"Ada met Ida"},"annotations":[{"id":5,"result":[${ada}]}]}`,
  )
  const changed = relabelled(documents[0], { entities: [{ start: 8, end: 11, label: 'LOC' }] })
  const { bytes, report } = await write('label-studio', [changed])
  t.deepEqual(kinds(report), { field: 1 })
  t.regex(bytes.toString(), /"id":7,/)
  t.deepEqual(entitiesOf((await read('label-studio', bytes)).documents[0]), ['Ida LOC'])
})

test('label-studio: the user’s fields of any document stand beside its text', async (t) => {
  const { documents } = await read('jsonl', '{"id":7,"text":"Ada","price":1.0}\n{"id":"b","text":"Ida"}\n')
  const { bytes, report } = await write('label-studio', documents)
  t.is(
    bytes.toString(),
    '[\n{"data":{"text":"Ada","id":7,"price":1.0},"annotations":[]},\n{"data":{"text":"Ida","id":"b"},"annotations":[]}\n]\n',
  )
  t.deepEqual(kinds(report), {})
  const { documents: again } = await read('label-studio', bytes)
  t.is((await write('jsonl', again)).bytes.toString(), '{"id":7,"text":"Ada","price":1.0}\n{"id":"b","text":"Ida"}\n')
})

test('label-studio: an annotation that does not fit is counted, and the others are read', async (t) => {
  const relation = (from: string, to: string) =>
    `{"type":"relation","from_id":"${from}","to_id":"${to}","labels":["r"]}`
  const odd: [string, string][] = [
    [relation('a', 'deleted'), 'unreadable-relation'],
    [region('c', '"0"', 3, '"PER"'), 'unreadable-span'],
    [region('c', 8, 30, '"PER"'), 'unreadable-span'],
    [region('c', 3, 3, '"PER"'), 'unreadable-span'],
    [region('c', 0, 3, 7), 'unreadable-span'],
    [region('c', 8, 11, '"PER"', 'Eve'), 'unreadable-span'],
    ['{"id":"c","type":"labels"}', 'unreadable-span'],
  ]
  for (const [result, kind] of odd) {
    const { documents, errors, report, again, text } = await studio(
      task(`${ada},${ida},${relation('a', 'b')},${result}`),
    )
    t.deepEqual(errors, [], result)
    t.deepEqual(kinds(report), { [kind]: 1 }, result)
    t.deepEqual(entitiesOf(documents[0]), ['Ada PER', 'Ida PER'], result)
    t.deepEqual(relationsOf(documents[0]), ['Ada r Ida'], result)
    const annotations = text.slice(text.indexOf('"annotations"'))
    t.true(again.bytes.toString().includes(annotations), result)
  }
  const { documents, errors } = await studio(task(region('a', 0, 3, '"PER"', 'Eve')), task(ada))
  t.deepEqual(
    errors.map(({ code }) => code),
    ['HMTL_DOCUMENT_OFFSET'],
    'annotations of another text',
  )
  t.deepEqual(documents.map(entitiesOf), [['Ada PER']])
})

test('label-studio: completions of its first years are annotations, and a score may stand in the value', async (t) => {
  const region = (value: object) => ({
    id: 'a',
    type: 'labels',
    value: { start: 0, end: 3, labels: ['PER'], ...value },
  })
  const task = { id: 7, data: { text: 'Ada met Bob' }, completions: [{ id: 1, result: [region({ score: 0.25 })] }] }
  const text = JSON.stringify([task])
  t.is(sniffHead(Buffer.from(text), 'x.json').name, 'label-studio')
  const { documents, errors } = await read('label-studio', text)
  t.deepEqual(errors, [])
  t.deepEqual(entitiesOf(documents[0]), ['Ada PER'])
  t.deepEqual(Array.from(documents[0].entities!.score!), [0.25])
  const again = JSON.parse((await write('label-studio', documents)).bytes.toString())
  const { completions, ...others } = task
  t.deepEqual(again, [{ ...others, annotations: completions }])
})

test('label-studio: a newline in what a region covers may be written as two characters', async (t) => {
  const { documents, report } = await studio(
    task(region('a', 0, 9, '"PER"', 'Ada\\\\nByron'), '"text":"Ada\\nByron"'),
    task(region('a', 0, 4, '"X"', 'a\\\\nb'), '"text":"a\\\\nb"'),
  )
  t.is(documents.length, 2)
  t.deepEqual(kinds(report), {})
})

test('label-studio: the text is in the field that the options name, to read and to write', async (t) => {
  const text = '[\n{"data":{"review":"Ada met Ida","id":"a","text":3},"annotations":[]}\n]\n'
  const { documents, errors } = await read('label-studio', text, { textField: 'review' })
  t.deepEqual(errors, [])
  t.is(documents[0].text, 'Ada met Ida')
  const { bytes, report } = await write('label-studio', documents, { textField: 'review' })
  t.is(bytes.toString(), text)
  t.deepEqual(kinds(report), {})
  const [error] = (await read('label-studio', '[{"data":{"review":"Ada"},"annotations":[]}]')).errors
  t.regex(error.message, /data\.text/)
  t.regex(error.remedy ?? '', /--text-field/)
})

test('label-studio and prodigy: an id that is null is none, a number stays one', async (t) => {
  const tasks = await studio(task(ada, '"text":"Ada","id":null'), task(ada, '"text":"Ada","id":null'))
  t.deepEqual(
    tasks.documents.map(({ id }) => id),
    ['test:0', 'test:1'],
  )
  const lines = await prodigy(...['null', '7'].map((id) => `{"id":${id},"text":"Ada","spans":[],"answer":"accept"}`))
  t.deepEqual(
    lines.documents.map(({ id }) => id),
    ['test:1', '7'],
  )
  t.is(lines.again.bytes.toString().split('\n')[1], '{"id":7,"text":"Ada","spans":[],"answer":"accept"}')
  t.regex((await write('jsonl', lines.documents)).bytes.toString(), /\n\{"id":7,/)
})

const words =
  '"tokens":[{"text":"Ada","start":0,"end":3,"id":0,"ws":true},{"text":"met","start":4,"end":7,"id":1,"ws":true},{"text":"Ida","start":8,"end":11,"id":2,"ws":false,"disabled":false}]'
const spans = '"spans":[{"start":0,"end":3,"label":"PER","kb_id":"Q7259"},{"start":8,"end":11,"label":"PER"}]'

test('prodigy: what spans, relations and tokens say besides comes back', async (t) => {
  const line = `{"id":"a","text":"Ada met Ida","_input_hash":-1234567890123456789,"answer":"accept",${words},${spans},"relations":[{"head":0,"child":2,"head_span":{"start":0,"end":3},"child_span":{"start":8,"end":11},"color":"#ffd882","label":"knows"}]}`
  const { documents, report, again, text } = await prodigy(line)
  t.deepEqual(relationsOf(documents[0]), ['Ada knows Ida'])
  t.deepEqual([kinds(report), kinds(again.report)], [{}, {}])
  t.is(again.bytes.toString(), text)
  const changed = { ...documents[0], entities: undefined }
  const written = await write('prodigy', [changed])
  t.deepEqual(kinds(written.report), { field: 1 }, 'the spans that the document no longer has')
  t.regex(written.bytes.toString(), /"color":"#ffd882"/)
  t.notRegex(written.bytes.toString(), /kb_id/)
})

test('prodigy: relations between tokens are those of the spans that they are in', async (t) => {
  const line = (tokens: string, head: string) =>
    `{"text":"Ada met Ida",${tokens}"spans":[{"start":0,"end":7,"label":"X"},{"start":8,"end":11,"label":"PER"}],"relations":[{"head":${head},"child":2,"label":"knows"}]}`
  const { documents, report } = await prodigy(line(`${words},`, '0'), line(`${words},`, '1.0'))
  t.deepEqual(documents.map(relationsOf), [['Ada met knows Ida'], ['Ada met knows Ida']])
  t.deepEqual(kinds(report), {})
  for (const odd of [line('', '0'), line(`${words},`, '3'), line(`${words},`, '"0"'), line(`${words},`, 'null')]) {
    const {
      documents: [document],
      report: lost,
    } = await prodigy(odd)
    t.deepEqual(entitiesOf(document), ['Ada met X', 'Ida PER'])
    t.deepEqual(kinds(lost), { 'unreadable-relation': 1 }, odd)
  }
})

test('prodigy: a span that does not fit is counted, and the others are read', async (t) => {
  for (const odd of [
    '{"start":4,"end":7}',
    '{"start":4,"end":7,"label":null}',
    '{"start":"4","end":7,"label":"X"}',
    '{"start":4,"end":70,"label":"X"}',
    '{"start":4,"end":7,"label":"X","text":"Ada"}',
    '{}',
  ]) {
    const { documents, errors, report, again, text } = await prodigy(
      `{"id":"a","text":"Ada met Ida","spans":[{"start":0,"end":3,"label":"PER"},${odd}],"answer":"accept"}`,
    )
    t.deepEqual(errors, [], odd)
    t.deepEqual(kinds(report), { 'unreadable-span': 1 }, odd)
    t.deepEqual(entitiesOf(documents[0]), ['Ada PER'], odd)
    t.is(again.bytes.toString(), text)
  }
})

test('prodigy: what is written without tokens is told under any name, and a user’s own spans are not', async (t) => {
  const given =
    '{"id":"a","text":"Ada met Ida","hmtl":{"offsetUnit":"utf16","entities":[{"start":0,"end":3,"label":"PER"}]}}\n'
  const { documents } = await read('jsonl', given)
  const { bytes } = await write('prodigy', documents)
  const guessed = await collect(readDocuments(Readable.from([bytes])))
  t.deepEqual(guessed.map(entitiesOf), [['Ada PER']])
  t.is((await write('jsonl', guessed)).bytes.toString(), given)
  t.is((await write('prodigy', guessed)).bytes.toString(), bytes.toString())
  for (const own of [
    '{"text":"Ada met Ida","spans":[{"start":0,"end":3,"label":"PER"}]}',
    '{"text":"Ada met Ida","answer":"Ida","spans":[[0,3]]}',
    '{"text":"Ada met Ida","answer":"in 1815","spans":[{"start":0,"end":3,"label":"PER"}]}',
    '{"text":"Ada met","tokens":["Ada","met"],"spans":[{"start":0,"end":3,"label":"PER"}]}',
  ]) {
    const [document] = await collect(readDocuments(Readable.from([Buffer.from(own)])))
    t.is(document.entities, undefined, own)
    t.true('spans' in document.metadata, own)
  }
})

test('label-studio: offsets of its first years, in UTF-16 code units, are told by what regions say they cover', async (t) => {
  const emoji = '"text":"😀 Ada 😀 met Ida"'
  const spans = (ada: number, ida: number, said = true) =>
    task(
      `${region('a', ada, ada + 3, '"PER"', said ? 'Ada' : undefined)},${region('b', ida, ida + 3, '"PER"', said ? 'Ida' : undefined)}`,
      emoji,
    )
  const { documents, errors, report, again } = await studio(spans(2, 12), spans(3, 14), spans(2, 12, false))
  t.deepEqual(errors, [])
  t.deepEqual(kinds(report), {})
  t.deepEqual(documents.map(entitiesOf), Array(3).fill(['Ada PER', 'Ida PER']))
  t.deepEqual((await read('label-studio', again.bytes)).documents.map(entitiesOf), documents.map(entitiesOf))
  const odd = await studio(task(`${region('a', 4, 7, '"PER"', 'Ada')}`, emoji))
  t.deepEqual(
    odd.errors.map(({ code }) => code),
    ['HMTL_DOCUMENT_OFFSET'],
  )
})
