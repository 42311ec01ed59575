/**
 * What a chain of stages promises: everything in order, the rest at the end, no more ahead than one, everything closed.
 */
import test from 'ava'
import fc from 'fast-check'
import { chain, flushable, many, none, type Over, type Stage } from '../../src/pipeline/chain.ts'
import { collect } from '../helpers/documents.ts'

/** Numbers that say how many were asked for, and whether they were closed. */
const numbers = (count = Infinity) => {
  const seen = { asked: 0, closed: false }
  async function* source() {
    try {
      for (let i = 0; i < count; i++) {
        seen.asked++
        yield i
      }
    } finally {
      seen.closed = true
    }
  }
  return { seen, source: source() }
}

const fours = (): Stage<number, number[]> => {
  let open: number[] = []
  return flushable((item: number | typeof none) => {
    if (item !== none) open.push(item)
    if (open.length === 0 || (item !== none && open.length < 4)) return none
    const full = open
    open = []
    return full
  })
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 5))

test('what a stage kept for itself comes out at the end: ten items in fours are three groups', async (t) => {
  t.deepEqual(await collect(chain(numbers(10).source, fours())), [
    [0, 1, 2, 3],
    [4, 5, 6, 7],
    [8, 9],
  ])
  t.deepEqual(await collect(chain([], fours())), [])
})

test('stages of one thing, several, none, generators and promises are what flatMap would make of them', async (t) => {
  const kinds: readonly ((n: number) => Stage<number, number>)[] = [
    () => (x) => x + 1,
    (n) => (x) => (x % (n + 2) === 0 ? none : x),
    (n) => (x) => many(Array.from({ length: x % (n + 1) }, (_, i) => x + i)),
    () => async (x) => 2 * x,
    () =>
      function* (x) {
        yield x
        yield -x
      },
    () =>
      async function* (x) {
        yield x
      },
  ]
  const plain: readonly ((n: number) => (x: number) => number[])[] = [
    () => (x) => [x + 1],
    (n) => (x) => (x % (n + 2) === 0 ? [] : [x]),
    (n) => (x) => Array.from({ length: Math.max(0, x % (n + 1)) }, (_, i) => x + i),
    () => (x) => [2 * x],
    () => (x) => [x, -x],
    () => (x) => [x],
  ]
  const stage = fc.tuple(fc.nat(kinds.length - 1), fc.nat(3))
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.nat(20), { maxLength: 8 }),
      stage,
      stage,
      stage,
      async (items, [a, n], [b, m], [c, k]) => {
        const found = await collect(chain(items, kinds[a](n), kinds[b](m), kinds[c](k)))
        t.deepEqual(found, items.flatMap(plain[a](n)).flatMap(plain[b](m)).flatMap(plain[c](k)))
      },
    ),
  )
})

test('a source is asked for one item more than was taken, and for nothing before the first', async (t) => {
  const { seen, source } = numbers()
  const run = chain(source, (x) => x)
  await settled()
  t.is(seen.asked, 0)
  for (let taken = 1; taken <= 3; taken++) {
    t.is((await run.next()).value, taken - 1)
    await settled()
    t.is(seen.asked, taken + 1)
  }
  await run.return(undefined)
})

test('many things out of one do not run ahead either', async (t) => {
  const { seen, source } = numbers()
  const run = chain(source, (x) => many(Array.from({ length: 1000 }, () => x)))
  for (let i = 0; i < 999; i++) await run.next()
  t.is(seen.asked, 1)
  await run.return(undefined)
})

for (const [how, leave] of Object.entries<(run: AsyncGenerator<number>) => Promise<unknown>>({
  'by its consumer': async (run) => {
    for await (const _ of run) break
  },
  'by a stage that throws': (run) => collect(run).catch(() => undefined),
}))
  test(`a chain that is left ${how} closes its source`, async (t) => {
    const { seen, source } = numbers(10)
    const run = chain(source, (x) => {
      if (x === 3) throw new Error('three')
      return x
    })
    await leave(run)
    await settled()
    t.true(seen.closed)
  })

test('what is thrown is thrown as it is, after all that came before it', async (t) => {
  const fault = new Error('two')
  async function* source() {
    yield 0
    yield 1
    throw fault
  }
  const taken: number[] = []
  const error = await t.throwsAsync(async () => {
    for await (const item of chain(source(), (x) => x)) taken.push(item)
  })
  t.is(error, fault)
  t.deepEqual(taken, [0, 1])
})

test('a stage that sees the whole stream stands among those that see items', async (t) => {
  const pairs: Over<number, [number, number]> = {
    async *over(source) {
      let last: number | undefined
      for await (const item of source) {
        if (last !== undefined) yield [last, item]
        last = item
      }
    },
  }
  t.deepEqual(
    await collect(
      chain(
        [1, 2, 3],
        (x) => 10 * x,
        pairs,
        ([a, b]) => a + b,
      ),
    ),
    [30, 50],
  )
  t.deepEqual(await collect(chain([1, 2, 3], pairs)), [
    [1, 2],
    [2, 3],
  ])
})
