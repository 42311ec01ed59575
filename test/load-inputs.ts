/** What `load` and its annotator take, and what they say of all else. */
import test from 'ava'
import { createDocument, type Document } from '../src/io/document/document.ts'
import { HmtlError } from '../src/io/errors.ts'
import type { AnnotateInput, Annotator } from '../src/annotator.ts'
import { load } from '../src/load.ts'

let hmtl: Annotator
test.before(async () => {
  hmtl = await load('en', { workers: 1, engine: 'wasm' })
})
test.after.always(() => hmtl.close())

const annotated = async (inputs: unknown): Promise<Document[]> => {
  const documents: Document[] = []
  for await (const { document } of hmtl.annotateAll(inputs as Iterable<AnnotateInput>)) documents.push(document)
  return documents
}

const coded = async (promise: Promise<unknown>): Promise<string> => {
  const error = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  return error instanceof HmtlError ? `${error.code}: ${error.message}` : `not coded: ${String(error)}`
}

test('a record’s fields are its own, whatever they are called', async (t) => {
  const text = 'Ada Lovelace lived in London.'
  const [plain] = await annotated([{ id: 'a', text, metadata: { source: 'x' } }])
  t.deepEqual([plain.id, plain.metadata], ['a', { metadata: { source: 'x' } }])
  const [numbered] = await annotated([{ id: 5, text, metadata: null }])
  t.deepEqual([numbered.id, numbered.metadata], ['5', { id: 5, metadata: null }])
  const names = { entities: ['mine'], mentions: [], relations: [], clusters: [], sentences: 3, metadata: {} }
  const [all] = await annotated([{ id: 'b', text, tokens: ['not', 'its'], ...names }])
  t.deepEqual(all.metadata, { tokens: ['not', 'its'], ...names })
  t.true((all.entities?.begin.length ?? 0) > 0)
})

test('a document stays one: made, annotated, copied', async (t) => {
  const metadata = { source: 'x' }
  const made = createDocument({ id: 'a', text: 'Ada Lovelace lived in London.', metadata })
  const [once] = await annotated([made])
  const [twice, copy] = await annotated([once, { ...once, id: 'b' }])
  t.deepEqual([once.metadata, twice.metadata, copy.metadata], [metadata, metadata, metadata])
  t.deepEqual(twice.entities, once.entities)
})

test('a text, or anything that cannot be gone through, in the place of many', async (t) => {
  t.regex(
    await coded(annotated('Ada')),
    /HMTL_USAGE: annotateAll takes an iterable of inputs, not a string.*goes to annotate/,
  )
  for (const [input, kind] of [
    [5, 'a number'],
    [null, 'null'],
    [undefined, 'undefined'],
    [{ text: 'Ada' }, 'an object'],
  ])
    t.regex(await coded(annotated(input)), new RegExp(`HMTL_USAGE: .*not ${kind}`))
})

test('what is no text, record or document is named with its place', async (t) => {
  for (const [input, kind] of [
    [5, 'a number'],
    [null, 'null'],
    [undefined, 'undefined'],
    [['Ada'], 'an array'],
    [true, 'a boolean'],
  ])
    t.regex(await coded(annotated(['fine', input])), new RegExp(`HMTL_INPUT_FIELD: input 1 is ${kind}`))
  t.regex(await coded(annotated([{ text: 7 }])), /HMTL_INPUT_FIELD: field "text" must be a string/)
  t.regex(await coded(annotated([{ id: 'a' }])), /HMTL_INPUT_FIELD: no "text"/)
})

test('an unknown engine, and settings that are none', async (t) => {
  t.regex(await coded(load('en', { engine: 'cuda' })), /HMTL_USAGE: there is no engine "cuda".*wasm/)
  t.regex(await coded(load('en', { minScore: 2 })), /HMTL_USAGE: 2 is not a probability/)
  t.regex(await coded(load('en', { minScore: Number.NaN })), /HMTL_USAGE/)
  t.regex(await coded(load('en', { workers: 0 })), /HMTL_USAGE/)
  t.regex(await coded(load(5 as never)), /HMTL_USAGE: a model is named/)
})

test('tasks and labels that are no lists of names are refused before anything is loaded', async (t) => {
  for (const options of [{ tasks: 'ner' }, { labels: 'PER' }, { labels: [1] }])
    await t.throwsAsync(load('en', options as never), { code: 'HMTL_USAGE', message: /no list of names/ } as never)
})

test('an option that is none is refused, with the nearest that is', async (t) => {
  t.regex(await coded(load('en', { taks: ['ner'] } as object)), /HMTL_USAGE: there is no option "taks".*"tasks"/)
  t.regex(await coded(load('en', { worker: 1 } as object)), /HMTL_USAGE: there is no option "worker".*"workers"/)
})

test('what a record calls its text is said as here, not as the command says it', async (t) => {
  const said = await coded(annotated([{ id: 'a', body: 'Ada Lovelace lived in London.' }]))
  t.regex(said, /HMTL_INPUT_FIELD: no "text".*text: record\.body/)
  t.notRegex(said, /--text-field/)
})

test('createDocument says what is wrong with loose layers', (t) => {
  const make = (like: object) => () => createDocument({ id: 'd', text: 'Ida met Otto.', ...like })
  const span = { start: 0, end: 3, label: 'PER' }
  for (const start of [0.5, '0', Number.NaN, 2 ** 40])
    t.throws(make({ entities: [{ ...span, start }] }), {
      code: 'HMTL_DOCUMENT_OFFSET',
      message: /is no offset.*document d/,
    })
  for (const tokens of [[{ start: 0, end: 3 }], [[0, 3]], { begin: [0], end: [3] }])
    t.throws(make({ tokens }), { code: 'HMTL_DOCUMENT_TYPE', message: /Int32Array.*spansOf/ })
  for (const layer of [{ entities: [null] }, { clusters: [{}] }, { relations: [{ label: 'r' }] }, { mentions: 5 }])
    t.throws(make(layer), { instanceOf: HmtlError })
})
