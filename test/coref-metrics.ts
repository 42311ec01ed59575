/** Metrics of coreference: MUC, B³, CEAF, BLANC and LEA, against the reference scorer's own figures. */
import test from 'ava'
import fc from 'fast-check'
import { CorefMetric } from '../src/model/metrics/coref.ts'
import { maximumAssignment } from '../src/model/metrics/hungarian.ts'

const score = (gold: string[], predicted: string[]) => {
  const metric = new CorefMetric()
  metric.add(
    gold.map((cluster) => [...cluster]),
    predicted.map((cluster) => [...cluster]),
  )
  return metric.score()
}

const near = (x: number, y: number) => Math.abs(x - y) < 5e-5

test('coref: the worked example of Pradhan et al. 2014 and of Moosavi and Strube 2016', (t) => {
  const { muc, b3, ceafm, ceafe, blanc, lea, mentions } = score(['abc', 'defg'], ['ab', 'cd', 'fghi'])
  const expected = [
    [muc, 2 / 5, 2 / 5],
    [b3, 35 / 84, 4 / 8],
    [ceafm, 4 / 7, 4 / 8],
    [ceafe, 1.3 / 2, 1.3 / 3],
    [blanc, (2 / 9 + 8 / 12) / 2, (2 / 8 + 8 / 20) / 2],
    [lea, (1 + 4 / 6) / 7, (2 + 4 / 6) / 8],
    [mentions, 6 / 7, 6 / 8],
  ] as const
  for (const [metric, recall, precision] of expected) {
    t.true(near(metric.recall, recall), `${metric.recall} ${recall}`)
    t.true(near(metric.precision, precision), `${metric.precision} ${precision}`)
  }
})

test('coref: a corpus against itself is perfect, singletons too', (t) => {
  const perfect = score(['abc', 'd', 'ef'], ['fe', 'abc', 'd'])
  for (const metric of ['muc', 'b3', 'ceafm', 'ceafe', 'blanc', 'lea', 'mentions'] as const)
    t.true(near(perfect[metric].f1, 1), metric)
  t.is(perfect.conll, 1)
})

test('coref: only singletons, nothing predicted, nothing at all', (t) => {
  t.is(score(['a', 'b'], ['a', 'b']).blanc.f1, 1)
  t.is(score(['a', 'b'], ['a', 'b']).muc.f1, 0)
  t.is(score(['a'], ['a']).blanc.f1, 1)
  t.is(score(['ab'], []).conll, 0)
  t.is(score([], []).conll, 0)
  t.is(score(['ab'], ['ab']).blanc.f1, 1)
})

test('the assignment equals the best of all permutations', (t) => {
  const permutations = (items: number[]): number[][] =>
    items.length <= 1
      ? [items]
      : items.flatMap((item, i) =>
          permutations([...items.slice(0, i), ...items.slice(i + 1)]).map((rest) => [item, ...rest]),
        )
  fc.assert(
    fc.property(
      fc.array(fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 4, maxLength: 4 }), {
        minLength: 1,
        maxLength: 4,
      }),
      (rows) => {
        const sparse = rows.map((row) => new Map([...row.entries()].filter(([, weight]) => weight > 0)))
        const best = Math.max(
          ...permutations([0, 1, 2, 3]).map((order) => rows.reduce((sum, row, i) => sum + row[order[i]], 0)),
        )
        return maximumAssignment(sparse, 4) === best
      },
    ),
  )
  t.true(true)
})
/** The clusters of the reference scorer's own cases, a letter a mention, and its figures: recall, precision, F1. */
const referenceCases: readonly [
  name: string,
  key: string,
  response: string,
  figures: Partial<Record<'muc' | 'b3' | 'ceafm' | 'ceafe' | 'blanc' | 'lea', readonly [number, number, number]>>,
][] = [
  [
    'A1',
    'a bc def',
    'a bc def',
    { muc: [1, 1, 1], b3: [1, 1, 1], ceafm: [1, 1, 1], ceafe: [1, 1, 1], blanc: [1, 1, 1], lea: [1, 1, 1] },
  ],
  [
    'A2',
    'a bc def',
    'a de',
    {
      muc: [1 / 3, 1, 0.5],
      b3: [7 / 18, 1, 14 / 25],
      ceafm: [0.5, 1, 0.66667],
      ceafe: [0.6, 0.9, 0.72],
      blanc: [0.21591, 1, 0.35385],
      lea: [1 / 3, 1, 0.5],
    },
  ],
  [
    'A3',
    'a bc def',
    'a bcx defy z',
    {
      muc: [1, 0.6, 0.75],
      b3: [1, 55 / 108, 110 / 163],
      ceafm: [1, 0.66667, 0.8],
      ceafe: [0.88571, 0.66429, 0.75918],
      blanc: [1, 0.42593, 0.59717],
      lea: [1, 4 / 9, 8 / 13],
    },
  ],
  [
    'A4',
    'a bc def',
    'a bcx dy z',
    {
      muc: [1 / 3, 1 / 3, 1 / 3],
      b3: [5 / 9, 17 / 42, 0.46832],
      ceafm: [0.66667, 0.57143, 0.61538],
      ceafe: [0.73333, 0.55, 0.62857],
      blanc: [0.35227, 0.27206, 0.30357],
      lea: [1 / 2, 2 / 7, 4 / 11],
    },
  ],
  [
    'A5',
    'a bc def',
    'a bcxB dy z',
    {
      muc: [1 / 3, 1 / 4, 2 / 7],
      b3: [5 / 9, 5 / 16, 0.4],
      ceafm: [0.66667, 0.5, 0.57143],
      ceafe: [0.68889, 0.51667, 0.59048],
      blanc: [0.35227, 0.19048, 0.24716],
      lea: [1 / 2, 5 / 24, 5 / 17],
    },
  ],
  [
    'A6',
    'a bc def',
    'a bcx dy Bz',
    {
      muc: [1 / 3, 1 / 4, 2 / 7],
      b3: [5 / 9, 17 / 48, 0.43257],
      ceafm: [0.66667, 0.5, 0.57143],
      ceafe: [0.73333, 0.55, 0.62857],
      blanc: [0.35227, 0.2087, 0.25817],
      lea: [1 / 2, 1 / 4, 1 / 3],
    },
  ],
  [
    'A7',
    'a bc def',
    'a bcxb dy z',
    {
      muc: [1 / 3, 1 / 3, 1 / 3],
      b3: [5 / 9, 17 / 42, 0.46832],
      ceafm: [0.66667, 0.57143, 0.61538],
      ceafe: [0.73333, 0.55, 0.62857],
      blanc: [0.35227, 0.27206, 0.30357],
      lea: [1 / 2, 2 / 7, 4 / 11],
    },
  ],
  [
    'A8',
    'a bc def',
    'a bcx dy bz',
    {
      muc: [1 / 3, 1 / 3, 1 / 3],
      b3: [5 / 9, 17 / 42, 0.46832],
      ceafm: [0.66667, 0.57143, 0.61538],
      ceafe: [0.73333, 0.55, 0.62857],
      blanc: [0.35227, 0.27206, 0.30357],
      lea: [1 / 2, 2 / 7, 4 / 11],
    },
  ],
  [
    'A9',
    'a bc def',
    'a bcx dy bbbbbbbbbbz',
    {
      muc: [1 / 3, 1 / 3, 1 / 3],
      b3: [5 / 9, 17 / 42, 0.46832],
      ceafm: [0.66667, 0.57143, 0.61538],
      ceafe: [0.73333, 0.55, 0.62857],
      blanc: [0.35227, 0.27206, 0.30357],
      lea: [1 / 2, 2 / 7, 4 / 11],
    },
  ],
  [
    'A10',
    'a bc def',
    'a b c d e f',
    { muc: [0, 0, 0], b3: [0.5, 1, 2 / 3], blanc: [0.5, 0.36667, 0.42308], lea: [1 / 6, 1 / 6, 1 / 6] },
  ],
  [
    'A11',
    'a bc def',
    'abcdef',
    { muc: [1, 0.6, 0.75], b3: [1, 7 / 18, 14 / 25], blanc: [0.5, 0.13333, 0.21053], lea: [5 / 6, 4 / 15, 40 / 99] },
  ],
  [
    'A12',
    'a bc def',
    'a x y c d e z',
    { muc: [0, 0, 0], b3: [13 / 36, 4 / 7, 0.44252], blanc: [0.22727, 0.11905, 0.15625], lea: [1 / 6, 1 / 7, 2 / 13] },
  ],
  [
    'A13',
    'a bc def',
    'axycdez',
    {
      muc: [1 / 3, 1 / 6, 2 / 9],
      b3: [17 / 36, 6 / 49, 0.19447],
      blanc: [0.125, 0.02381, 0.04],
      lea: [1 / 6, 1 / 21, 2 / 27],
    },
  ],
  ['B1', 'ab cde', 'bcx de', { blanc: [7 / 24, 7 / 24, 7 / 24], lea: [1 / 5, 2 / 5, 4 / 15] }],
  ['C1', 'ab cde fg', 'bcx de fg', { blanc: [0.5125, 0.5125, 0.5125], lea: [3 / 7, 4 / 7, 24 / 49] }],
  [
    'D1',
    '12345 67 89ABC',
    '12345 6789ABC',
    { muc: [1, 0.9, 0.94737], b3: [1, 16 / 21, 0.86486], lea: [1, 13 / 18, 26 / 31] },
  ],
  [
    'E1',
    '12345 67 89ABC',
    '1234589ABC 67',
    { muc: [1, 0.9, 0.94737], b3: [1, 7 / 12, 0.73684], lea: [1, 29 / 54, 58 / 83] },
  ],
  ['F1', 'ABCD', 'AB CD', { muc: [2 / 3, 1, 0.8], lea: [1 / 3, 1, 0.5] }],
  ['G1', 'AB CD', 'ABCD', { muc: [1, 2 / 3, 0.8], lea: [1, 1 / 3, 1 / 2] }],
  ['H1', 'ABCD', 'ABCD', { muc: [1, 1, 1], lea: [1, 1, 1] }],
  ['I1', 'ABCD', 'AB CD', { muc: [2 / 3, 1, 0.8], lea: [1 / 3, 1, 1 / 2] }],
  ['J1', 'ABC', 'AC', { muc: [0.5, 1, 2 / 3], lea: [1 / 3, 1, 1 / 2] }],
  ['K1', 'BCDEGHJ', 'ABC DEF GHI', { muc: [0.5, 0.5, 0.5], lea: [1 / 7, 1 / 3, 1 / 5] }],
  ['L1', 'ABC DEFG', 'AB CD FGH', { muc: [2 / 5, 2 / 4, 4 / 9], lea: [5 / 21, 3 / 7, 15 / 49] }],
  [
    'M1',
    'abcdef',
    'abcdef',
    { muc: [1, 1, 1], b3: [1, 1, 1], ceafm: [1, 1, 1], ceafe: [1, 1, 1], blanc: [1, 1, 1], lea: [1, 1, 1] },
  ],
  ['M2', 'abcdef', 'a b c d e f', { muc: [0, 0, 0], blanc: [0, 0, 0], lea: [0, 0, 0] }],
  ['M3', 'abcdef', 'ab cde f', { blanc: [0.26667, 1, 0.42105], lea: [4 / 15, 5 / 6, 40 / 99] }],
  ['M4', 'abcdef', 'abcxyz', { blanc: [0.2, 0.2, 0.2], lea: [1 / 5, 1 / 5, 1 / 5] }],
  ['M5', 'abcdef', 'a b c x y z', { muc: [0, 0, 0], blanc: [0, 0, 0], lea: [0, 0, 0] }],
  ['M6', 'abcdef', 'ab cxy z', { blanc: [0.06667, 0.25, 0.10526], lea: [1 / 15, 1 / 3, 1 / 9] }],
  [
    'N1',
    'a b c d e f',
    'a b c d e f',
    { muc: [0, 0, 0], b3: [1, 1, 1], ceafm: [1, 1, 1], ceafe: [1, 1, 1], blanc: [1, 1, 1], lea: [1, 1, 1] },
  ],
  ['N2', 'a b c d e f', 'abcdef', { muc: [0, 0, 0], blanc: [0, 0, 0], lea: [0, 0, 0] }],
  ['N3', 'a b c d e f', 'ab cde f', { blanc: [0.73333, 1, 0.84615], lea: [1 / 6, 1 / 6, 1 / 6] }],
  ['N4', 'a b c d e f', 'a b c x y z', { muc: [0, 0, 0], blanc: [0.2, 0.2, 0.2], lea: [0.5, 0.5, 0.5] }],
  ['N5', 'a b c d e f', 'abcxyz', { blanc: [0, 0, 0], lea: [0, 0, 0] }],
  ['N6', 'a b c d e f', 'ab cxy z', { blanc: [0.13333, 0.18182, 0.15385], lea: [0, 0, 0] }],
]

test('coref: every figure of the reference scorer’s own cases', (t) => {
  for (const [name, key, response, figures] of referenceCases) {
    const scores = score(key.split(' '), response.split(' '))
    for (const [metric, [recall, precision, f1]] of Object.entries(figures)) {
      const found = scores[metric as keyof typeof figures]
      t.true(
        near(found.recall, recall) && near(found.precision, precision) && near(found.f1, f1),
        `${name} ${metric}: ${JSON.stringify(found)}`,
      )
    }
  }
})

test('blanc: a class of links that the gold side lacks does not count, and one that only the prediction lacks does', (t) => {
  const oneEntity = score(['abc'], ['ab', 'c']).blanc
  t.true(near(oneEntity.recall, 1 / 3) && oneEntity.precision === 1 && oneEntity.f1 === 0.5)
  const onlyApart = score(['a', 'b', 'c'], ['ab', 'c']).blanc
  t.true(near(onlyApart.recall, 2 / 3) && onlyApart.precision === 1 && near(onlyApart.f1, 0.8))
  const reverse = score(['ab', 'c'], ['abc']).blanc
  t.true(near(reverse.recall, 0.5) && near(reverse.precision, 1 / 6) && near(reverse.f1, 0.25))
  t.is(score(['a'], ['ab']).blanc.f1, 0)
  t.is(score(['ab', 'c'], []).blanc.f1, 0)
})

test('coref: links are summed over documents before a class is found empty', (t) => {
  const metric = new CorefMetric()
  metric.add([['a', 'b', 'c']], [['a', 'b'], ['c']])
  metric.add([['a', 'b'], ['c']], [['a', 'b', 'c']])
  const { blanc } = metric.score()
  t.true(near(blanc.recall, (2 / 4 + 0) / 2) && near(blanc.precision, (2 / 4 + 0) / 2))
})

test('coref: empty sides, empty clusters and repeated mentions give figures between 0 and 1', (t) => {
  const metrics = ['muc', 'b3', 'ceafm', 'ceafe', 'blanc', 'lea', 'mentions'] as const
  const cluster = fc.array(fc.constantFrom('a', 'b', 'c', 'd', 'e'), { maxLength: 5 })
  fc.assert(
    fc.property(fc.array(cluster, { maxLength: 4 }), fc.array(cluster, { maxLength: 4 }), (gold, predicted) => {
      const metric = new CorefMetric()
      metric.add(gold, predicted)
      const scores = metric.score()
      return metrics.every((name) =>
        [scores[name].recall, scores[name].precision, scores[name].f1].every((x) => x >= 0 && x <= 1 + 1e-9),
      )
    }),
    { numRuns: 500 },
  )
  for (const name of metrics) t.is(score([], ['ab'])[name].f1, 0)
  t.deepEqual(score(['ab', ''], ['ab']), score(['ab'], ['ab']))
})
