/** Documents of many requests into groups for the workers. */
import test from 'ava'
import { createDocument, type Document } from '../src/io/document/document.ts'
import type { HmtlError } from '../src/io/errors.ts'
import type { Outcome, Wish } from '../src/pipeline/pool/messages.ts'
import { createDispatcher } from '../src/serve/dispatcher.ts'

const documentOf = (id: string, text = id) => createDocument({ id, text })
const idsOf = (documents: readonly Document[]) => documents.map(({ id }) => id)

/** A pool that answers when it is told to. */
const slowPool = (capacity = 1) => {
  const groups: { ids: string[]; wish: Wish; finish(error?: Error): void }[] = []
  return {
    groups,
    pool: {
      capacity,
      run: (documents: readonly Document[], wish: Wish = {}) =>
        new Promise<readonly Outcome[]>((resolve, reject) => {
          groups.push({
            ids: idsOf(documents),
            wish,
            finish: (error) => (error ? reject(error) : resolve(documents.map((document) => ({ document })))),
          })
        }),
      close: async () => undefined,
    },
  }
}
const turn = () => new Promise((resolve) => setImmediate(resolve))

test('a document goes alone while workers are free; what queues up behind busy ones goes together', async (t) => {
  const { pool, groups } = slowPool()
  const dispatcher = createDispatcher(pool)
  const asked = ['a', 'b', 'c', 'd'].map((id) => dispatcher.ask(documentOf(id), {}))
  await turn()
  t.deepEqual(
    groups.map(({ ids }) => ids),
    [['a']],
  )
  t.is(dispatcher.waiting, 3)
  groups[0].finish()
  await turn()
  t.deepEqual(groups[1].ids, ['b', 'c', 'd'])
  groups[1].finish()
  const outcomes = await Promise.all(asked)
  t.deepEqual(
    outcomes.map((outcome) => 'document' in outcome && outcome.document.id),
    ['a', 'b', 'c', 'd'],
  )
  t.is(dispatcher.waiting + dispatcher.underWay, 0)
})

test('documents of which other things are wanted are not of one group, and none waits behind all of another kind', async (t) => {
  const { pool, groups } = slowPool()
  const dispatcher = createDispatcher(pool)
  const wishes = [{}, { minScore: 0.5 }, {}, { minScore: 0.5 }]
  const asked = wishes.map((wish, i) => dispatcher.ask(documentOf(String(i)), wish))
  for (const place of [0, 1, 2]) {
    await turn()
    groups[place].finish()
  }
  await Promise.all(asked)
  t.deepEqual(
    groups.map(({ ids }) => ids),
    [['0'], ['1', '3'], ['2']],
  )
  t.deepEqual(groups[1].wish, { minScore: 0.5 })
})

test('where too much waits, who asks is told; who is patient gets room, first come first served', async (t) => {
  const { pool, groups } = slowPool()
  const dispatcher = createDispatcher(pool, { documents: 2 })
  const first = ['a', 'b', 'c'].map((id) => dispatcher.ask(documentOf(id), {}))
  const error = await t.throwsAsync(dispatcher.ask(documentOf('d'), {}), { code: 'HMTL_SERVE_BUSY' })
  t.regex((error as HmtlError).message, /Try again in \d+ seconds/)
  t.true(dispatcher.retryAfter() >= 1)
  const patient = ['e', 'f'].map((id) => dispatcher.ask(documentOf(id), {}, { patient: true }))
  await turn()
  t.is(dispatcher.waiting, 2)
  for (const place of [0, 1, 2, 3]) {
    await turn()
    groups[place]?.finish()
  }
  await Promise.all([...first, ...patient])
  t.deepEqual(groups.map(({ ids }) => ids).flat(), ['a', 'b', 'c', 'e', 'f'])
})

test('much text counts as much, and a single text of any length is taken where nothing waits', async (t) => {
  const { pool } = slowPool()
  const dispatcher = createDispatcher(pool, { tokens: 100 })
  const long = 'word '.repeat(500)
  dispatcher.ask(documentOf('a'), {})
  dispatcher.ask(documentOf('b', long), {})
  await t.throwsAsync(dispatcher.ask(documentOf('c', long), {}), { code: 'HMTL_SERVE_BUSY' })
})

test('what nobody waits for any more never reaches a worker', async (t) => {
  const { pool, groups } = slowPool()
  const dispatcher = createDispatcher(pool, { documents: 1 })
  const first = dispatcher.ask(documentOf('a'), {})
  const gone = new AbortController()
  const second = dispatcher.ask(documentOf('b'), {}, { signal: gone.signal })
  const third = dispatcher.ask(documentOf('c'), {}, { patient: true })
  const fourth = dispatcher.ask(documentOf('d'), {}, { patient: true, signal: gone.signal })
  await turn()
  gone.abort()
  await t.throwsAsync(second, { code: 'HMTL_ABORTED' })
  await t.throwsAsync(fourth, { code: 'HMTL_ABORTED' })
  await turn()
  groups[0].finish()
  await turn()
  groups[1].finish()
  await Promise.all([first, third])
  t.deepEqual(
    groups.map(({ ids }) => ids),
    [['a'], ['c']],
  )
  await t.throwsAsync(dispatcher.ask(documentOf('e'), {}, { signal: gone.signal }), { code: 'HMTL_ABORTED' })
})

test('a document that takes too long is given up, and its place is free', async (t) => {
  const { pool, groups } = slowPool()
  const dispatcher = createDispatcher(pool, { deadline: 30 })
  const asked = [dispatcher.ask(documentOf('a'), {}), dispatcher.ask(documentOf('b'), {})]
  for (const promise of asked) await t.throwsAsync(promise, { code: 'HMTL_SERVE_DEADLINE' })
  t.is(dispatcher.waiting, 0)
  groups[0].finish()
  await turn()
  t.is(groups.length, 1)
})

test('a group that fails as a whole fails its documents, and the next goes on', async (t) => {
  const { pool, groups } = slowPool()
  const dispatcher = createDispatcher(pool)
  const [first, second] = [dispatcher.ask(documentOf('a'), {}), dispatcher.ask(documentOf('b'), {})]
  await turn()
  groups[0].finish(new Error('gone'))
  await t.throwsAsync(first, { code: 'HMTL_INTERNAL' })
  await turn()
  groups[1].finish()
  t.true('document' in (await second))
})
