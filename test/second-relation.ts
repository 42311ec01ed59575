/** Of each pair of arguments the most probable relation, and others that are surer than a threshold of their own. */
import test from 'ava'
import type { RelationLike } from '../src/io/document/document.ts'
import { parseConfig } from '../src/model/config/parse.ts'
import { type Candidate, firstAndSure } from '../src/model/heads/relation/second.ts'
import { randomOf } from '../src/model/random.ts'

const candidate = (label: string, pair: number, sigmoid: number): Candidate => {
  const span = { start: 0, end: 1 }
  return {
    relations: [] as RelationLike[],
    relation: { label, arg1: span, arg2: span },
    pair,
    sigmoid,
    places: { firstEnd: 0, second: 0 },
  }
}
const labelsOf = (found: readonly Candidate[]) => found.map(({ relation }) => relation.label)

test('the most probable stays whatever it is, another one where it is sure; pairs do not mind each other', (t) => {
  const found = [
    candidate('founded by', 1, 0.8),
    candidate('chief executive officer', 1, 0.7),
    candidate('employer', 1, 0.76),
    candidate('country', 2, 0.61),
  ]
  t.deepEqual(labelsOf(firstAndSure(found, 0.75)), ['founded by', 'employer', 'country'])
  t.deepEqual(labelsOf(firstAndSure(found, 1)), ['founded by', 'country'])
  t.deepEqual(firstAndSure(found, 0), found)
})

test('a relation that holds both ways is as probable either way, and stays so', (t) => {
  const found = [candidate('spouse', 1, 0.7), candidate('sibling', 1, 0.65), candidate('spouse', 1, 0.7)]
  t.deepEqual(labelsOf(firstAndSure(found, 0.75)), ['spouse', 'spouse'])
})

test('labels that often hold of the same two do not have to be surer for each other', (t) => {
  const found = [
    candidate('country of citizenship', 1, 0.8),
    candidate('head of state or government', 1, 0.5),
    candidate('residence', 1, 0.7),
    candidate('head of state or government', 2, 0.6),
    candidate('country of citizenship', 2, 0.51),
    candidate('residence', 3, 0.6),
    candidate('head of state or government', 3, 0.55),
  ]
  const beside = { 'country of citizenship': ['head of state or government'] }
  t.deepEqual(
    firstAndSure(found, 0.75, beside),
    [0, 1, 3, 4, 5].map((i) => found[i]),
    'named once for both ways',
  )
})

test('random candidates: every pair keeps its best, and nothing else below the threshold', (t) => {
  const random = randomOf(7)
  for (let round = 0; round < 200; round++) {
    const found = Array.from({ length: random.below(12) }, (_, i) =>
      candidate(String(i), random.below(3), random.next()),
    )
    const second = random.next()
    const slow = found.filter(
      (one) => one.sigmoid > second || found.every((other) => other.pair !== one.pair || other.sigmoid <= one.sigmoid),
    )
    t.deepEqual(labelsOf(firstAndSure(found, second)), labelsOf(slow))
  }
})

test('a configuration that says nothing of it keeps every relation', (t) => {
  const { tasks } = parseConfig({ tasks: [{ name: 'relation', kind: 'relation' }] })
  t.is((tasks[0] as unknown as { secondThreshold: number }).secondThreshold, 0)
  t.throws(() => parseConfig({ tasks: [{ name: 'relation', kind: 'relation', secondThreshold: 2 }] }), {
    code: 'HMTL_CONFIG_VALUE',
  })
})
