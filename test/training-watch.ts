/** When a training says that a task does not learn. */
import test from 'ava'
import fc from 'fast-check'
import { randomOf } from '../src/model/random.ts'
import { learnedBefore, openWatch, type TrainingWarning, type WatchState } from '../src/train/watch.ts'

/** Warnings of a task's losses over a training of so many updates. */
const watched = (losses: readonly number[], state?: WatchState, from = 0): TrainingWarning[] => {
  const watch = openWatch({ ner: losses.length }, state)
  return losses.slice(from).flatMap((loss, i) => watch.loss('ner', from + i + 1, loss) ?? [])
}

const noise = (seed: number) => {
  const random = randomOf(seed, 'noise')
  return () => 0.5 + random.next()
}

test('a loss that stands still is told by a tenth of the updates, once', (t) => {
  const [first, ...more] = watched(new Array(1000).fill(Math.LN2))
  t.is(first?.update, 100)
  t.is(first?.kind, 'loss')
  t.regex(first?.message ?? '', /task ner has stood still over its first 100 updates, at 0\.693/)
  t.deepEqual(more, [])
  t.is(watched(new Array(50).fill(0))[0]?.update, 20)
})

test('a loss that stands still among scatter is told, whatever the scatter', (t) => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1e6 }), (seed) => {
      const next = noise(seed)
      t.is(watched(Array.from({ length: 1000 }, () => 40 * next())).length, 1)
    }),
    { numRuns: 50 },
  )
})

test('a loss that falls is not', (t) => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1e6 }), fc.integer({ min: 200, max: 2000 }), (seed, n) => {
      const next = noise(seed)
      const losses = Array.from({ length: n }, (_, i) => (5 + 95 * Math.exp((-30 * i) / n)) * next())
      t.deepEqual(watched(losses), [])
    }),
    { numRuns: 50 },
  )
})

test('one that fell at once, and then goes up and down with what its batches are of, is not', (t) => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1e6 }), fc.integer({ min: 200, max: 2000 }), (seed, n) => {
      const next = noise(seed)
      const losses = Array.from({ length: n }, (_, i) => (i < 10 ? 1000 / (i + 1) : i % 3 === 0 ? 100 : 40) * next())
      t.deepEqual(watched(losses), [])
    }),
    { numRuns: 50 },
  )
})

test('a few losses say nothing', (t) => {
  t.deepEqual(watched(new Array(19).fill(1)), [])
})

test('a score of 0 is told after a tenth of the task’s updates, once; any other is not', (t) => {
  const watch = openWatch({ coref: 200 })
  t.is(watch.score('coref', 30, 0, 10), undefined)
  t.regex(watch.score('coref', 60, 0, 20)?.message ?? '', /score of task coref is 0 after 20 of its updates/)
  t.is(watch.score('coref', 90, 0, 30), undefined)
  t.is(openWatch({ coref: 200 }).score('coref', 60, 0.001, 20), undefined)
})

test('a training that is broken off and gone on with warns as the whole one', (t) => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1e6 }), fc.integer({ min: 0, max: 300 }), (seed, cut) => {
      const next = noise(seed)
      const losses = Array.from({ length: 300 }, next)
      const first = openWatch({ ner: 300 })
      const before = losses.slice(0, cut).flatMap((loss, i) => first.loss('ner', i + 1, loss) ?? [])
      const saved = JSON.parse(JSON.stringify(first.state)) as WatchState
      t.deepEqual([...before, ...watched(losses, saved, cut)], watched(losses))
    }),
    { numRuns: 50 },
  )
})

test('a state that was saved before losses were kept of the beginning goes on', (t) => {
  const stretches = [{ n: 50, sum: 50, squares: 50 }]
  const watch = openWatch({ ner: 1000 }, { ner: { stretches, warned: [] } })
  const told = new Array(60).fill(1).flatMap((loss, i) => watch.loss('ner', 51 + i, loss) ?? [])
  t.is(told.length, 1)
})

test('a loss that stands still says nothing of a task that has learned before; a score of 0 does', (t) => {
  t.deepEqual(watched(new Array(1000).fill(Math.LN2), learnedBefore(['ner'])), [])
  t.is(openWatch({ ner: 100 }, learnedBefore(['ner'])).score('ner', 50, 0, 50)?.kind, 'score')
})
