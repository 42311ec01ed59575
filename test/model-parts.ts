/** Parts of the model by themselves: calibration, shares, packing, decoding, surfaces. */
import test from 'ava'
import { decodeTags } from '../src/io/document/tags.ts'
import { packSentences } from '../src/model/batch.ts'
import { calibrated, fitCalibration } from '../src/model/calibration.ts'
import { parseConfig } from '../src/model/config/parse.ts'
import { compare, surfaceOf } from '../src/model/heads/coref/surface.ts'
import { constraintsOf, createDecoder, tagSchemes, tagsOf } from '../src/model/heads/crf/decode.ts'
import { randomOf } from '../src/model/random.ts'
import { samplingShares, taskOfUpdate } from '../src/train/schedule.ts'

test('calibration: what was drawn by a known line is found again; order is kept', (t) => {
  const random = randomOf(4, 'calibration')
  const predictions = Array.from({ length: 20000 }, () => {
    const score = random.next()
    return { score, right: random.next() < calibrated(score, [0.6, -0.4]) }
  })
  const [slope, intercept] = fitCalibration(predictions)
  t.true(Math.abs(slope - 0.6) < 0.05 && Math.abs(intercept + 0.4) < 0.05, `${slope} ${intercept}`)
  t.deepEqual(fitCalibration([{ score: 0.9, right: true }]), [1, 0])
  t.is(calibrated(0.3, [1, 0]), 0.3)
  for (let i = 1; i < 100; i++) t.true(calibrated(i / 100, [0.6, -0.4]) > calibrated((i - 1) / 100, [0.6, -0.4]))
  t.throws(() => parseConfig({ tasks: [{ name: 'a', kind: 'crf', calibration: [0, 1] }] }), { message: /calibration/ })
})

test('sampling: in proportion to batches, uniform, or by weight', (t) => {
  const config = parseConfig({
    tasks: [
      { name: 'a', kind: 'crf' },
      { name: 'b', kind: 'crf' },
    ],
  })
  t.deepEqual(samplingShares(config, { a: 10, b: 30 }), [0.25, 0.75])
  const uniform = { ...config, training: { ...config.training, sampling: 'uniform' as const } }
  t.deepEqual(samplingShares(uniform, { a: 10, b: 30 }), [0.5, 0.5])
  const successive = { ...config, training: { ...config.training, sampling: 'successive' as const } }
  const random = randomOf(1, 'draws')
  const before = random.state()
  const taskOf = taskOfUpdate(successive, { a: 2, b: 3 }, random)
  t.deepEqual([0, 1, 2, 3, 4, 5, 6, 7].map(taskOf), [0, 0, 1, 1, 1, 0, 0, 1], 'an epoch of each after the other')
  t.deepEqual(random.state(), before)
})

test('packing: rows by step, longest sentence first, every token once', (t) => {
  const { rows, offsets, lengths, order } = packSentences([2, 4, 1])
  t.deepEqual([...order], [1, 0, 2])
  t.deepEqual([...lengths], [4, 2, 1])
  t.deepEqual([...offsets], [0, 3, 5, 6, 7])
  t.deepEqual([...rows], [1, 4, 0, 3, 5, 6, 2])
  t.deepEqual([...packSentences([]).offsets], [0])
})

for (const scheme of tagSchemes)
  test(`crf decoding, ${scheme}: the best well-formed path and its spans’ exact probabilities, against enumeration`, (t) => {
    const tags = tagsOf(['A', 'B'], scheme)
    const size = tags.length
    const noise = (n: number, seed: number) => Float32Array.from({ length: n }, (_, i) => 2 * Math.sin(i * 7.13 + seed))
    const weights = { transitions: noise(size * size, 1), start: noise(size, 2), end: noise(size, 3) }
    const steps = 4
    const emissions = noise(steps * size, 4)
    const allowed = constraintsOf(tags, scheme)
    for (const outsideBias of [0, -1.5]) {
      let [best, total] = [Number.NEGATIVE_INFINITY, 0]
      let bestPath: number[] = []
      const mass = new Map<string, number>()
      const spansOf = (path: readonly number[]) =>
        decodeTags(path.map((tag) => tags[tag])).map(({ begin, end, label }) => `${begin} ${end} ${label}`)
      const walk = (path: number[], score: number) => {
        const t = path.length
        if (t === steps) {
          if (!allowed.end[path[t - 1]]) return
          const all = score + weights.end[path[t - 1]]
          total += Math.exp(all)
          for (const span of spansOf(path)) mass.set(span, (mass.get(span) ?? 0) + Math.exp(all))
          if (all > best) {
            best = all
            bestPath = path
          }
          return
        }
        for (let j = 0; j < size; j++) {
          if (t === 0 ? !allowed.begin[j] : !allowed.transition[path[t - 1] * size + j]) continue
          walk(
            [...path, j],
            score +
              emissions[t * size + j] +
              (j === 0 ? outsideBias : 0) +
              (t === 0 ? weights.start[j] : weights.transitions[path[t - 1] * size + j]),
          )
        }
      }
      walk([], 0)
      const rowOf = Int32Array.from({ length: steps }, (_, i) => i * size)
      const decoded = createDecoder(tags, weights, scheme, outsideBias).decode(emissions, rowOf)
      t.deepEqual(
        decoded.map(({ begin, end, label }) => `${begin} ${end} ${label}`),
        spansOf(bestPath),
      )
      for (const { begin, end, label, score } of decoded)
        t.true(Math.abs(score - (mass.get(`${begin} ${end} ${label}`) ?? 0) / total) < 1e-6)

      // Drawn taggings have each span as often as it is probable.
      const random = randomOf(11)
      const decoder = createDecoder(tags, weights, scheme, outsideBias)
      const [draws, often] = [4000, new Map<string, number>()]
      for (let i = 0; i < draws; i++)
        for (const { begin, end, label } of decoder.draw(emissions, rowOf, random.next)) {
          const span = `${begin} ${end} ${label}`
          often.set(span, (often.get(span) ?? 0) + 1)
        }
      for (const span of new Set([...mass.keys(), ...often.keys()])) {
        const p = (mass.get(span) ?? 0) / total
        t.true(Math.abs((often.get(span) ?? 0) / draws - p) < 4 * Math.sqrt((p * (1 - p)) / draws) + 1e-3, span)
      }
    }
  })

test('surfaces: the same text, the same name, names within one another, with and without a word in common, the same head', (t) => {
  const of = (text: string) => surfaceOf(text.split(' '))
  t.is(compare(of('her'), of('Her')), 1)
  t.is(compare(of('Warsaw'), of('Warsaw')), 2)
  t.is(compare(of('Marie Curie'), of('Curie')), 3)
  t.is(compare(of('the University of Paris'), of('Paris')), 3)
  t.is(compare(of('Warsaw'), of('Paris')), 4)
  t.is(compare(of('the Duke of York'), of('the Duke of Kent')), 5)
  t.is(compare(of('Marie Curie'), of('Pierre Curie')), 5)
  t.is(compare(of('an old man'), of('the man')), 6)
  t.is(compare(of('the man'), of('the woman')), 0)
  t.is(compare(of('he'), of('She')), 0)
  t.is(compare(of('Mr.'), of('Mr. Darcy')), 0)
  t.is(compare(of('Mr. Bingley'), of('Mr. Darcy')), 4)
  t.is(compare(of('She'), of('Marie Curie')), 0)
  t.is(compare(of('the city'), of('Paris')), 0)
  t.is(surfaceOf(['Paris', '.']).kind, 'name')
  t.is(surfaceOf([]).kind, 'other')
})
