/** An epoch's order, and the drawing of tasks. */
import test from 'ava'
import fc from 'fast-check'
import { parseConfig } from '../../src/model/config/parse.ts'
import { type Random, randomOf } from '../../src/model/random.ts'
import { chain } from '../../src/pipeline/chain.ts'
import { sample } from '../../src/pipeline/sample.ts'
import { shuffle } from '../../src/pipeline/shuffle.ts'
import { taskOfUpdate } from '../../src/train/schedule.ts'
import { collect } from '../helpers/documents.ts'

interface Item {
  readonly id: number
  readonly tokens: number
}

const items = (count: number): Item[] => Array.from({ length: count }, (_, id) => ({ id, tokens: 1 + ((id * 7) % 13) }))
const shuffled = (
  list: readonly Item[],
  seed: number,
  options: { buffer?: number; bucket?: number; items?: number; tokens?: number } = {},
) =>
  collect(
    chain(
      list,
      shuffle<Item>({
        random: randomOf(seed, 'order'),
        buffer: options.buffer ?? 20,
        bucket: options.bucket ?? 8,
        budget: { items: options.items ?? 4, tokens: options.tokens ?? 0 },
      }),
    ),
  )

test('an epoch has every unit once, in groups within the budget', async (t) => {
  await fc.assert(
    fc.asyncProperty(
      fc.nat(80),
      fc.nat(),
      fc.nat(30),
      fc.integer({ min: 1, max: 12 }),
      fc.integer({ min: 1, max: 5 }),
      fc.nat(20),
      async (count, seed, buffer, bucket, most, tokens) => {
        const groups = await shuffled(items(count), seed, { buffer, bucket, items: most, tokens })
        t.deepEqual(
          groups.flatMap(({ units }) => units.map(({ id }) => id)).sort((a, b) => a - b),
          [...items(count).keys()],
        )
        for (const { units } of groups) {
          t.true(units.length >= 1 && units.length <= most)
          t.true(units.length === 1 || tokens === 0 || units.reduce((sum, unit) => sum + unit.tokens, 0) <= tokens)
        }
      },
    ),
  )
})

test('the same seed gives the same order, another one another; it is not the order of the file', async (t) => {
  const order = async (seed: number) => (await shuffled(items(60), seed)).map(({ units }) => units.map(({ id }) => id))
  t.deepEqual(await order(1), await order(1))
  t.notDeepEqual(await order(1), await order(2))
  t.notDeepEqual((await order(1)).flat(), [...items(60).keys()])
})

test('units of like length stand together: groups out of a bucket are cut from its sorted units', async (t) => {
  const groups = await shuffled(items(64), 3, { buffer: 64, bucket: 64 })
  const spread = (units: readonly Item[]) => units[units.length - 1].tokens - units[0].tokens
  for (const { units } of groups) t.true(spread(units) <= 2)
})

test('no more than the buffer is held: groups come before the source has ended', async (t) => {
  let asked = 0
  function* source() {
    for (const item of items(1000)) {
      asked++
      yield item
    }
  }
  const run = chain(
    source(),
    shuffle<Item>({ random: randomOf(1, 'order'), buffer: 20, bucket: 8, budget: { items: 4 } }),
  )
  await run.next()
  t.true(asked <= 20, String(asked))
  await run.return(undefined)
})

/** Draws between tasks `a` and `b` as a training does. */
const drawn = ([a, b]: readonly [number, number], random: Random) => {
  const tasks = [
    { name: 'a', kind: 'crf' },
    { name: 'b', kind: 'crf' },
  ]
  const taskOf = taskOfUpdate(parseConfig({ tasks, training: { sampling: { a, b } } }), {}, random)
  return () => taskOf(0)
}

async function* endless(name: string, closed: string[]) {
  try {
    for (let i = 0; ; i++) yield `${name}${i}`
  } finally {
    closed.push(name)
  }
}

test('streams are drawn by their shares, each goes on where it stood, all are closed', async (t) => {
  const closed: string[] = []
  const counts = { a: 0, b: 0 }
  let taken = 0
  for await (const item of sample(
    [endless('a', closed), endless('b', closed)],
    drawn([0.8, 0.2], randomOf(5, 'draws')),
  )) {
    const name = item[0] as 'a' | 'b'
    t.is(item, `${name}${counts[name]++}`)
    if (++taken === 1000) break
  }
  t.true(Math.abs(counts.a - 800) < 50, JSON.stringify(counts))
  t.deepEqual(closed.sort(), ['a', 'b'])
})

test('nothing is drawn before it is asked for, so that a generator’s state says where a run stands', async (t) => {
  const random = randomOf(5, 'draws')
  const run = sample([endless('a', []), endless('b', [])], drawn([0.5, 0.5], random))
  const before = random.state()
  await new Promise((resolve) => setTimeout(resolve, 5))
  t.deepEqual(random.state(), before)
  await run.next()
  const after = random.state()
  await new Promise((resolve) => setTimeout(resolve, 5))
  t.deepEqual(random.state(), after)
  t.notDeepEqual(after, before)
  await run.return(undefined)
})
