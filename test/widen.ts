/** A training may begin with a model whose encoders are narrower: what it computes stays the same. */
import test from 'ava'
import { listClusters } from '../src/io/document/document.ts'
import { startEngine } from '../src/model/engine.ts'
import { type Model, wordFloats } from '../src/model/hierarchy.ts'
import { type Former, takeOver } from '../src/train/former.ts'
import { testEngine } from './helpers/engine.ts'
import { scoreDifference } from './helpers/nearly.ts'
import { foundBy, randomModel, type Widths } from './helpers/random-model.ts'

test.before(() => startEngine(testEngine))

const formerOf = (model: Model): Former => ({
  folder: 'narrow',
  config: model.config,
  words: model.vocabulary.words,
  characters: model.vocabulary.characters,
  table: wordFloats(model),
  labels: model.labels,
  weights: new Map(
    [...model.parameters.all()].map(([name, variable]) => [
      name,
      { shape: variable.shape, values: variable.dataSync() as Float32Array },
    ]),
  ),
})

const cases: readonly (readonly [title: string, narrow: Widths, wide: Widths])[] = [
  ['the lower tagger, and what stands on it', {}, { ner: 12 }],
  ['both taggers, and what reads the states of the upper', {}, { ner: 8, emd: 12 }],
  ['the relation head, which reads tags besides its states', { relation: 8 }, { relation: 16 }],
  ['relations by as much as the task below', {}, { emd: 12, relation: 12 }],
  ['coreference, whose spans are states and inputs', {}, { coref: 12 }],
  ['all four', {}, { ner: 12, emd: 12, relation: 12, coref: 12 }],
  ['below relations without an encoder', { relation: 0 }, { relation: 0, emd: 12 }],
  ['below coreference without an encoder', { coref: 0 }, { coref: 0, emd: 12 }],
  ['below a tagger without an encoder, and what stands on that', { emd: 0 }, { emd: 0, ner: 12 }],
]
for (const [title, before, after] of cases)
  test.serial(`wider, all four tasks find the same: ${title}`, async (t) => {
    const narrow = randomModel(before, 1)
    const wide = randomModel(after, 2)
    const begun = takeOver(formerOf(narrow), wide)
    t.deepEqual(begun.anew, [])
    const [found, now] = [await foundBy(narrow), await foundBy(wide)]
    t.true((found.entities?.begin.length ?? 0) > 0 && (found.mentions?.begin.length ?? 0) > 0)
    t.true((found.relations?.label.length ?? 0) > 0 && (found.clusters ? listClusters(found.clusters).length : 0) > 0)
    t.true(scoreDifference(found, now) < 1e-5)
    for (const model of [narrow, wide]) model.parameters.dispose()
  })

test.serial('the new cells are there to be learned with', (t) => {
  const [narrow, wide] = [randomModel({}, 1), randomModel({ ner: 12 }, 2)]
  takeOver(formerOf(narrow), wide)
  const of = (model: Model) => model.parameters.all().get('ner.encoder.1.recurrent')?.dataSync() as Float32Array
  // From all cells to the new eight of twelve, four gates, two directions, besides those of before.
  t.is(of(wide).filter((value) => value !== 0).length, of(narrow).length + 2 * 12 * 4 * 8)
})

test.serial('longer spans: each greater width begins as the greatest before, a table of fewer keeps those', (t) => {
  const widthsOf = (model: Model) => [...(model.parameters.all().get('coref.widths')?.dataSync() ?? [])]
  const before = randomModel({}, 1, { maxSpanWidth: 3, feature: 2 })
  const old = widthsOf(before)
  const [more, fewer] = [5, 2].map((maxSpanWidth) => randomModel({}, 2, { maxSpanWidth, feature: 2 }))
  for (const model of [more, fewer]) t.deepEqual(takeOver(formerOf(before), model).anew, [])
  t.deepEqual(widthsOf(more), [...old, ...old.slice(-2), ...old.slice(-2)])
  t.deepEqual(widthsOf(fewer), old.slice(0, 4))
  const others = randomModel({}, 2, { maxSpanWidth: 3, feature: 3 })
  t.true(takeOver(formerOf(before), others).anew.includes('coref.widths'))
})

test.serial('narrower, or of another number of layers: begun anew', (t) => {
  const begun = takeOver(formerOf(randomModel({ ner: 8 }, 1)), randomModel({ ner: 4 }, 2))
  t.true(begun.anew.includes('ner.encoder.0.input') && begun.anew.includes('ner.tags.weight'))
  t.true(begun.anew.includes('emd.encoder.0.input'))
  t.false(begun.anew.includes('emd.encoder.1.input'))
})
