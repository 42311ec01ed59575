/** Coarse scores of antecedents: which are left for the pair scorer. */
import test from 'ava'
import fc from 'fast-check'
import { parseConfig } from '../src/model/config/parse.ts'
import { coarsely } from '../src/model/heads/coref/coarse.ts'
import { antecedentPairs } from '../src/model/heads/coref/scores.ts'

/** The slow way: rows sorted whole. */
const reference = (
  count: number,
  reach: number,
  mention: readonly number[],
  prior: readonly number[],
  most: number,
) => {
  const pairs = antecedentPairs(count, reach)
  return Array.from({ length: count }, (_, i) =>
    Array.from({ length: pairs.starts[i + 1] - pairs.starts[i] }, (_, k) => pairs.starts[i] + k)
      .map((p) => ({ p, score: Math.fround(mention[pairs.antecedents[p]] + prior[pairs.bucket[p]]) }))
      .sort((a, b) => b.score - a.score || a.p - b.p)
      .slice(0, most)
      .map(({ p }) => pairs.antecedents[p])
      .sort((a, b) => b - a),
  )
}

test('of each span the best are left, nearest first, as sorting them whole has it', (t) => {
  // Few values, so that there are ties at the edge.
  const value = fc.integer({ min: -4, max: 4 })
  fc.assert(
    fc.property(
      fc.array(value, { minLength: 1, maxLength: 40 }),
      fc.array(value, { minLength: 10, maxLength: 10 }),
      fc.integer({ min: 1, max: 20 }),
      fc.integer({ min: 1, max: 50 }),
      (mention, prior, most, reach) => {
        const count = mention.length
        const { starts, antecedents, spans, bucket } = coarsely(
          antecedentPairs(count, reach),
          Float32Array.from(mention),
          prior,
          most,
        )
        t.deepEqual([spans.length, bucket.length], [starts[count], starts[count]])
        const rows = Array.from({ length: count }, (_, i) => [...antecedents.subarray(starts[i], starts[i + 1])])
        t.deepEqual(rows, reference(count, reach, mention, prior, most))
      },
    ),
  )
})

test('where there are fewer than that, the pairs are the same ones', (t) => {
  const pairs = antecedentPairs(9, 5)
  t.is(coarsely(pairs, new Float32Array(9), new Array(10).fill(0), 5), pairs)
})

test('a coarse score that is not whole is refused', (t) => {
  const withCoarse = (coarse: unknown) => parseConfig({ tasks: [{ name: 'c', kind: 'coref', coarse }] })
  t.notThrows(() => withCoarse({ most: 3, prior: new Array(70).fill(-1) }))
  for (const coarse of [{}, null, { most: 3, prior: [1] }, { most: 0, prior: new Array(10).fill(0) }, { most: 3 }])
    t.throws(() => withCoarse(coarse), { code: 'HMTL_CONFIG_TYPE' } as never)
})
