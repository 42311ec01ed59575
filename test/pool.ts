/** A worker that dies or hangs takes down one document, not the run. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import test from 'ava'
import { createDocument } from '../src/io/document/document.ts'
import { HmtlError } from '../src/io/errors.ts'
import { documentOfLine } from '../src/io/formats/jsonl.ts'
import type { WorkerSettings } from '../src/pipeline/pool/messages.ts'
import { type PoolOptions, startPool } from '../src/pipeline/pool/pool.ts'
import { openThread } from '../src/pipeline/pool/worker-thread.ts'
import { write } from './helpers/documents.ts'
import { fileFolder } from './helpers/folder.ts'

const folder = fileFolder(test)

const module = join(folder, 'worker.mjs')
writeFileSync(
  module,
  `import { parentPort, workerData } from 'node:worker_threads'
   parentPort.on('message', ({ id, value }) => {
     if (workerData.model === 'broken') process.exit(8)
     for (const { text } of value.documents) {
       if (text === 'die') process.exit(7)
       if (text === 'throw') throw new Error('thrown')
       while (text === 'hang');
     }
     const outcome = (document) => (workerData.wish.json ? { json: JSON.stringify(document.text) } : { document })
     parentPort.postMessage({ id, value: value.documents.map(outcome) })
   })
   parentPort.postMessage({ ready: true })`,
)
const settings: WorkerSettings = {
  model: '',
  modelName: '',
  engine: 'wasm',
  wish: { json: 'utf16' },
}
const documents = (...texts: string[]) => texts.map((text, i) => createDocument({ id: String(i), text }))
const open = (options: PoolOptions = {}, given: WorkerSettings = settings) =>
  startPool((of) => openThread(pathToFileURL(module), given, of), given.wish, 2, options)

for (const fault of ['die', 'throw', 'hang'])
  test(`${fault}: the document to blame fails, its neighbours and what follows do not`, async (t) => {
    const replaced: HmtlError[] = []
    const pool = await open({ deadline: 400, onReplaced: (error: HmtlError) => replaced.push(error) })
    const [first, second, third] = await Promise.all([
      pool.run(documents('a', fault, 'b')),
      pool.run(documents('c')),
      pool.run(documents('d', 'e')),
    ])
    t.deepEqual(
      first.map((outcome) => ('json' in outcome ? outcome.json : 'error' in outcome ? outcome.error.code : '')),
      ['"a"', 'HMTL_WORKER_FAILED', '"b"'],
    )
    t.deepEqual(
      [second, third].flat().map((outcome) => 'json' in outcome && outcome.json),
      ['"c"', '"d"', '"e"'],
    )
    t.true(replaced.length >= 2)
    await pool.close()
  })

test('the user’s fields stay on this side: numbers keep their text, and what no thread can be told does no harm', async (t) => {
  const given = [
    documentOfLine('{"id":123456789012345678901,"text":"Ada","price":1.0,"deep":[{"n":1e400}]}', 'a', {}),
    createDocument({ id: 'b', text: 'Ida', metadata: { call: () => 'me' } }),
  ]
  const pool = await open({}, { ...settings, wish: {} })
  const outcomes = await pool.run(given)
  const came = outcomes.flatMap((outcome) => ('document' in outcome ? [outcome.document] : []))
  t.is(
    (await write('json', came.slice(0, 1))).bytes.toString(),
    '[\n{"id":123456789012345678901,"text":"Ada","price":1.0,"deep":[{"n":1e400}]}\n]\n',
  )
  t.deepEqual(
    came.map(({ metadata }) => metadata),
    given.map(({ metadata }) => metadata),
  )
  await pool.close()
})

test('documents that each take a worker down fail one by one, however many come in a row', async (t) => {
  const pool = await open()
  const outcomes = (await Promise.all(Array.from({ length: 12 }, () => pool.run(documents('die', 'die'))))).flat()
  t.is(outcomes.length, 24)
  for (const outcome of outcomes) t.is('error' in outcome && outcome.error.code, 'HMTL_WORKER_FAILED')
  t.deepEqual(await pool.run(documents('after')), [{ json: '"after"' }])
  await pool.close()
})

test('workers that fail whatever they are given break the pool instead of being replaced for ever', async (t) => {
  const pool = await open({}, { ...settings, model: 'broken' })
  const error = await t.throwsAsync(Promise.all(Array.from({ length: 12 }, () => pool.run(documents('a', 'b')))), {
    instanceOf: HmtlError,
  })
  t.is((error as HmtlError).code, 'HMTL_WORKER_FAILED')
  await t.throwsAsync(pool.run(documents('c')), { instanceOf: HmtlError })
  await pool.close()
})

test('one group starts one worker; the others follow when there is more to do', async (t) => {
  let opened = 0
  const answers: ((outcomes: []) => void)[] = []
  const pool = await startPool(
    () => {
      opened++
      return {
        ready: Promise.resolve(),
        ended: undefined,
        ask: () => new Promise((resolve) => answers.push(resolve)),
        close: async () => undefined,
      }
    },
    {},
    3,
  )
  const first = pool.run([])
  answers[0]([])
  await first
  t.is(opened, 1)
  const second = pool.run([])
  await new Promise((resolve) => setImmediate(resolve))
  t.is(opened, 3)
  t.is(pool.capacity, 6)
  answers[1]([])
  await second
  await pool.close()
})
