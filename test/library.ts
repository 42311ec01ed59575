/** The library as its page says it is: one text, many, errors, aborts, the end. */
import { execFile } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import test, { type ExecutionContext } from 'ava'
import { createDocument, isDocument } from '../src/io/document/document.ts'
import { HmtlError } from '../src/io/errors.ts'
import type { AnnotateInput } from '../src/annotator.ts'
import { load, type StreamAnnotator as Annotator } from '../src/load.ts'
import { root } from './helpers/documents.ts'
import { testFolder } from './helpers/folder.ts'

const exec = promisify(execFile)
const text = 'Ada Lovelace was born in London. She met Charles Babbage, whom she admired.'

let hmtl: Annotator
test.before(async () => {
  hmtl = await load('en', { workers: 1, engine: 'wasm' })
})
test.after.always(() => hmtl.close())

const failure = async (t: ExecutionContext, promise: Promise<unknown>): Promise<HmtlError> =>
  (await t.throwsAsync(promise, { instanceOf: HmtlError })) as HmtlError

test('one text: plain objects whose texts are slices of it', async (t) => {
  const result = await hmtl.annotate(text)
  const { entities = [], mentions = [], relations = [], clusters = [] } = result
  t.deepEqual(
    entities.map(({ text: name, label }) => [name, label]),
    [
      ['Ada Lovelace', 'PER'],
      ['London', 'LOC'],
      ['Charles Babbage', 'PER'],
    ],
  )
  const found = [...entities, ...mentions, ...clusters.flat(), ...relations.flatMap(({ arg1, arg2 }) => [arg1, arg2])]
  t.true(found.length > 6)
  for (const { text: own, start, end } of found) t.is(text.slice(start, end), own)
  t.deepEqual(Object.keys(entities[0]), ['text', 'label', 'start', 'end', 'score'])
  t.true(clusters.some((cluster) => cluster.some(({ text: own }) => own === 'She')))
})

test('its JSON is what annotate writes, with the texts; the document is beside it', async (t) => {
  const result = await hmtl.annotate({ id: 'a', text, mine: 1 })
  const { id, text: own, entities, mentions, relations, clusters, ...rest } = JSON.parse(JSON.stringify(result))
  t.deepEqual([id, own, rest], ['a', text, {}])
  const child = exec(process.execPath, [root('dist/cli/main.js'), 'annotate', '--engine', 'wasm', '--workers', '1'])
  child.child.stdin?.end(`${JSON.stringify({ id: 'a', text })}\n`)
  const { hmtl: line } = JSON.parse((await child).stdout)
  const bare = (items: readonly Record<string, unknown>[]) => items.map(({ text: _, ...item }) => item)
  t.deepEqual(bare(entities), line.entities)
  t.deepEqual(bare(mentions), line.mentions)
  t.deepEqual(clusters.map(bare), line.clusters)
  t.deepEqual(
    relations.map(({ arg1, arg2, ...relation }: { arg1: object; arg2: object }) => {
      const [one, two] = bare([arg1 as never, arg2 as never])
      return { ...relation, arg1: one, arg2: two }
    }),
    line.relations,
  )
  t.true(isDocument(result.document))
  t.is(result.document.entities?.begin.length, entities.length)
  t.deepEqual(result.document.metadata, { mine: 1 })
})

test('an input that fails is told of and left out; without anybody to tell, it ends all', async (t) => {
  const inputs = ['Oslo', 5, { text: 7 }, 'Rome'] as never[]
  const told: [string, unknown, number][] = []
  const ids: string[] = []
  const onError = (error: HmtlError, input: AnnotateInput, index: number) => told.push([error.code, input, index])
  for await (const { id } of hmtl.annotateAll(inputs, { onError })) ids.push(id)
  t.deepEqual(ids, ['0', '3'])
  t.deepEqual(told, [
    ['HMTL_INPUT_FIELD', 5, 1],
    ['HMTL_INPUT_FIELD', { text: 7 }, 2],
  ])
  const all = async (options = {}) => {
    for await (const _ of hmtl.annotateAll(inputs, options));
  }
  t.is((await failure(t, all())).code, 'HMTL_INPUT_FIELD')
  const mine = new Error('enough')
  const thrown = await t.throwsAsync(
    all({
      onError: () => {
        throw mine
      },
    }),
  )
  t.is(thrown, mine)
})

test('an abort is an AbortError, whatever is being waited for, and the model goes on', async (t) => {
  const aborted = async (promise: Promise<unknown>, reason: unknown) => {
    const error = await failure(t, promise)
    t.deepEqual([error.name, error.code, error.cause], ['AbortError', 'HMTL_ABORTED', reason])
  }
  const gone = AbortSignal.abort('before')
  await aborted(hmtl.annotate(text, { signal: gone }), 'before')
  const controller = new AbortController()
  async function* silent() {
    yield text
    await new Promise(() => undefined)
  }
  const waiting = (async () => {
    for await (const _ of hmtl.annotateAll(silent(), { signal: controller.signal }));
  })()
  setTimeout(() => controller.abort('while idle'), 50)
  await aborted(waiting, 'while idle')
  const during = new AbortController()
  const long = hmtl.annotate(`${text} `.repeat(300), { signal: during.signal })
  setTimeout(() => during.abort('while at work'), 20)
  await aborted(long, 'while at work')
  t.is((await hmtl.annotate(text)).entities?.length, 3)
})

test('wrong options are named, and a model that was closed says so', async (t) => {
  t.is((await failure(t, hmtl.annotate(text, { signal: 5 as never }))).code, 'HMTL_USAGE')
  const next = hmtl.annotateAll([text], { onError: 'log' as never }).next()
  t.regex((await failure(t, next)).message, /onError is a string/)
  const other = await load('en', { workers: 1, engine: 'wasm', tasks: ['ner'] })
  const { mentions } = await other.annotate(text)
  t.is(mentions, undefined)
  await Promise.all([other.close(), other.close(), other[Symbol.asyncDispose]()])
  t.regex((await failure(t, other.annotate(text))).message, /the model was closed/)
})

test('a document is known by its mark, also when it was copied', async (t) => {
  const document = createDocument({ id: 'd', text, entities: [] })
  t.true(isDocument(document))
  t.true(isDocument({ ...document, id: 'e' }))
  t.false(isDocument(structuredClone({ ...document })))
  t.false(isDocument({ id: 'd', text, metadata: {}, entities: { begin: new Int32Array() } }))
})

/** Blocks of TypeScript of a page. */
const blocksOf = async (page: string): Promise<string[]> =>
  Array.from((await readFile(root(page), 'utf8')).matchAll(/```ts\n([\s\S]*?)```/g), ([, block]) => block)

test('what the pages show type-checks, and what can run without a broker or data runs', async (t) => {
  const folder = testFolder(t, root('dist'))
  const blocks = [...(await blocksOf('README.md')), ...(await blocksOf('docs/library.md'))]
  t.true(blocks.length > 4)
  const files = await Promise.all(
    blocks.map(async (block, i) => {
      const file = join(folder, `block${i}.mts`)
      await writeFile(file, `${block}\nexport {}\n`)
      return file
    }),
  )
  const options =
    '--ignoreConfig --strict --rootDir . --outDir out --module nodenext --target es2022 --lib es2023,esnext.disposable'
  const tsc = [root('node_modules/typescript/bin/tsc'), ...options.split(' '), '--types', 'node', '--skipLibCheck']
  await t.notThrowsAsync(
    exec(process.execPath, [...tsc, ...files], { cwd: folder }).catch(({ stdout }) =>
      Promise.reject(new Error(stdout)),
    ),
  )
  const runs = [...blocks.keys()].filter((i) => !/Kafka|train\(|evaluate\(|corpus/.test(blocks[i]))
  t.true(runs.length > 2)
  for (const i of runs)
    await t.notThrowsAsync(
      exec(process.execPath, [join(folder, 'out', `block${i}.mjs`)], { cwd: root('.') }),
      blocks[i],
    )
})

test('docs/library.md names whatever the package shows', async (t) => {
  const page = await readFile(root('docs/library.md'), 'utf8')
  for (const entry of ['index', 'io/index', 'pipeline/index', 'model/index', 'train/index', 'pipeline/kafka/index']) {
    const shown = Object.keys(await import(root(`dist/src/${entry}.js`)))
    t.true(shown.length > 0)
    for (const name of shown) t.regex(page, new RegExp(`\`${name}\\b`), `${entry} shows ${name}`)
  }
})
