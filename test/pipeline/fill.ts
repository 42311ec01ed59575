/** The one filler: nothing lost, nothing past the budget, nothing kept waiting that is complete. */
import test from 'ava'
import fc from 'fast-check'
import { createFiller, filled } from '../../src/io/budget.ts'
import { chain } from '../../src/pipeline/chain.ts'
import { fill } from '../../src/pipeline/fill.ts'
import { collect } from '../helpers/documents.ts'

const sizes = fc.array(fc.nat(12), { maxLength: 40 })
const budgets = fc.record({
  items: fc.option(fc.integer({ min: 1, max: 6 }), { nil: undefined }),
  tokens: fc.option(fc.nat(20), { nil: undefined }),
})
const sum = (list: readonly number[]) => list.reduce((a, b) => a + b, 0)

test('groups are the items in their order, each within the budget unless one item alone is not', (t) => {
  fc.assert(
    fc.property(sizes, budgets, (items, budget) => {
      const groups = [...filled(items, budget, (size) => size)]
      t.deepEqual(groups.flat(), items)
      for (const group of groups) {
        t.true(group.length > 0 && group.length <= (budget.items ?? Infinity))
        t.true(group.length === 1 || sum(group) <= (budget.tokens || Infinity))
      }
    }),
  )
})

test('no group could have had the first item of the next', (t) => {
  fc.assert(
    fc.property(sizes, budgets, (items, budget) => {
      const groups = [...filled(items, budget, (size) => size)]
      for (let i = 1; i < groups.length; i++) {
        const before = groups[i - 1]
        const more = [...before, groups[i][0]]
        // A full group is complete even where something without size could still be added.
        t.true(
          before.length === budget.items ||
            sum(more) > (budget.tokens || Infinity) ||
            sum(before) >= (budget.tokens || Infinity),
        )
      }
    }),
  )
})

test('a group that has all it may have comes with its last item', (t) => {
  const byTokens = createFiller<number>({ tokens: 10 }, (size) => size)
  t.deepEqual([4, 6, 3, 8, 10, 1].map(byTokens.add), [[], [[4, 6]], [], [[3]], [[8], [10]], []])
  t.deepEqual([byTokens.open, byTokens.flush(), byTokens.flush()], [1, [1], undefined])
  const byItems = createFiller<number>({ items: 2 }, () => 1)
  t.deepEqual([1, 2, 3].map(byItems.add), [[], [[1, 2]], []])
})

test('as a stage it says at the end what it has left', async (t) => {
  await fc.assert(
    fc.asyncProperty(sizes, budgets, async (items, budget) => {
      const found = await collect(
        chain(
          items.map((tokens) => ({ tokens })),
          fill<{ tokens: number }>(budget),
        ),
      )
      t.deepEqual(
        found.map(({ units }) => units.map(({ tokens }) => tokens)),
        [...filled(items, budget, (size) => size)],
      )
    }),
  )
})
