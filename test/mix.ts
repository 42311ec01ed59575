/** Streams mixed into one: nothing lost, order kept within each, each in its proportion all the way. */
import test from 'ava'
import fc from 'fast-check'
import { randomOf } from '../src/model/random.ts'
import { mix } from '../src/pipeline/mix.ts'

async function* numbers(name: string, count: number): AsyncGenerator<string> {
  for (let i = 0; i < count; i++) yield `${name}${i}`
}

const mixed = async (counts: readonly number[], sizes = counts, seed = 1): Promise<string[]> => {
  const random = randomOf(seed, 'mix')
  const shares = counts.map((count, i) => ({ stream: numbers('abcdef'[i], count), size: sizes[i] }))
  const found: string[] = []
  for await (const item of mix(shares, () => random.next())) found.push(item)
  return found
}

test('every stream whole and in its order, whatever sizes were expected', async (t) => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.nat(30), fc.nat(60)), { maxLength: 6 }),
      fc.integer(),
      async (streams, seed) => {
        const found = await mixed(
          streams.map(([count]) => count),
          streams.map(([, size]) => size),
          seed,
        )
        t.is(
          found.length,
          streams.reduce((sum, [count]) => sum + count, 0),
        )
        streams.forEach(([count], i) => {
          const own = found.filter((item) => item[0] === 'abcdef'[i])
          t.deepEqual(
            own,
            Array.from({ length: count }, (_, at) => `${'abcdef'[i]}${at}`),
          )
        })
      },
    ),
    { numRuns: 60 },
  )
})

test('each in its proportion from the beginning to the end', async (t) => {
  const found = await mixed([3000, 1000, 200])
  for (let from = 0; from < found.length; from += 700) {
    const part = found.slice(from, from + 700)
    const share = (name: string) => part.filter((item) => item.startsWith(name)).length / part.length
    t.true(Math.abs(share('a') - 3000 / 4200) < 0.06, `a of ${from}: ${share('a')}`)
    t.true(Math.abs(share('b') - 1000 / 4200) < 0.06, `b of ${from}: ${share('b')}`)
    t.true(Math.abs(share('c') - 200 / 4200) < 0.04, `c of ${from}: ${share('c')}`)
  }
})

test('the same seed mixes in the same way, another in another', async (t) => {
  const first = await mixed([20, 20])
  t.deepEqual(await mixed([20, 20]), first)
  t.notDeepEqual(await mixed([20, 20], [20, 20], 2), first)
})

test('who stops early closes all streams', async (t) => {
  const closed: string[] = []
  const endless = async function* (name: string) {
    try {
      for (;;) yield name
    } finally {
      closed.push(name)
    }
  }
  const shares = ['a', 'b'].map((name) => ({ stream: endless(name), size: 10 }))
  const random = randomOf(1, 'mix')
  const seen = new Set<string>()
  for await (const item of mix(shares, () => random.next())) if (seen.add(item).size === 2) break
  t.deepEqual(closed.sort(), ['a', 'b'])
})
