/** A training may begin with a model whose encoders are narrower: what it computes stays the same. */
import test from 'ava'
import { startEngine } from '../src/model/engine.ts'
import { type Model, wordFloats } from '../src/model/hierarchy.ts'
import { type Former, takeOver } from '../src/train/former.ts'
import { testEngine } from './helpers/engine.ts'
import { scoreDifference } from './helpers/nearly.ts'
import { foundBy, randomModel } from './helpers/random-model.ts'

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

for (const [title, ner, emd] of [
  ['one tagger, and what stands on it', 12, 4],
  ['both, and what reads the states of the upper', 8, 12],
] as const)
  test.serial(`${title}: wider, all four tasks find the same`, async (t) => {
    const narrow = randomModel([4, 4], 1)
    const wide = randomModel([ner, emd], 2)
    const begun = takeOver(formerOf(narrow), wide)
    t.deepEqual(begun.anew, [])
    const [before, after] = [await foundBy(narrow), await foundBy(wide)]
    t.true((before.entities?.begin.length ?? 0) + (before.mentions?.begin.length ?? 0) > 0)
    t.true((before.relations?.label.length ?? 0) > 0)
    t.true(scoreDifference(before, after) < 1e-5)
    // The new units are there to be learned with: they begin at no zero of their own.
    const recurrent = wide.parameters.all().get('ner.encoder.1.recurrent')?.dataSync() as Float32Array
    const old = narrow.parameters.all().get('ner.encoder.1.recurrent')?.size ?? 0
    t.true(recurrent.filter((value) => value !== 0).length > old)
    for (const model of [narrow, wide]) model.parameters.dispose()
  })

test.serial('narrower, or of another number of layers: begun anew', (t) => {
  const former = formerOf(randomModel([8, 4], 1))
  const begun = takeOver(former, randomModel([4, 4], 2))
  t.true(begun.anew.includes('ner.encoder.0.input') && begun.anew.includes('ner.tags.weight'))
  t.true(begun.anew.includes('emd.encoder.0.input'))
  t.false(begun.anew.includes('emd.encoder.1.input'))
})
