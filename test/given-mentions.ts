/** Data sets that annotate some mentions alone, and pieces of a data set's own length. */
import * as tf from '@tensorflow/tfjs-core'
import test from 'ava'
import { createDocument } from '../src/io/document/document.ts'
import { parseConfig } from '../src/model/config/parse.ts'
import { startEngine } from '../src/model/engine.ts'
import { type CorefExample, corefExamples } from '../src/model/heads/coref/examples.ts'
import type { CorefTaskConfig } from '../src/model/heads/coref/keys.ts'
import { batchOf, forward, type Model, wordRows } from '../src/model/hierarchy.ts'
import { sentencesOf, taskLoss } from '../src/model/loss.ts'
import { prepareDocument } from '../src/pipeline/prepare.ts'
import { testEngine } from './helpers/engine.ts'
import { randomModel } from './helpers/random-model.ts'

test.before(() => startEngine(testEngine))

const sentences = ['Maren lives in Oslo .', 'She likes it there .', 'Oslo likes Maren .'].map((each) => each.split(' '))
const text = sentences.map((words) => words.join(' ')).join(' ')
const spansOf = (word: string) =>
  Array.from(text.matchAll(new RegExp(`\\b${word}\\b`, 'g')), ({ index }) => ({
    start: index,
    end: index + word.length,
  }))
const document = prepareDocument(
  createDocument({ id: 'd', text, clusters: [spansOf('Maren'), spansOf('Oslo'), [...spansOf('She')]] }),
)
const task = parseConfig({ tasks: [{ name: 'coref', kind: 'coref' }] }).tasks[0] as CorefTaskConfig
const examples = (more: object) => [...corefExamples(document, task, [], { train: 'a', ...more })]

test('a data set may be cut into shorter pieces than its task', (t) => {
  const lengths = (more: object) => examples(more).map((piece) => sentencesOf([piece]).flat().length)
  t.deepEqual(lengths({}), [14])
  t.deepEqual(lengths({ maxTokens: 10 }), [10, 4])
  const short = examples({ maxTokens: 1 })
  t.deepEqual(
    short.map(({ begin }) => [...begin]),
    [[0, 3], [0], [0, 2]],
    'a sentence is never cut, and mentions count from its first token',
  )
})

/** The loss of one piece, without dropout. */
const lossOf = (model: Model, piece: CorefExample, more: object = {}): number | undefined => {
  const config = { ...model.config, tasks: model.config.tasks.map((each) => ({ ...each, ...more })) }
  const changed = { ...model, config }
  const coref = config.tasks.find(({ kind }) => kind === 'coref')
  if (!coref) throw new Error('no coreference')
  return tf.tidy(() => {
    const batch = batchOf(changed, sentencesOf([piece]))
    const rows = tf.tensor2d(wordRows(changed, batch.wordIds), [batch.wordIds.length, config.embeddings.words.size])
    return taskLoss(changed, coref, forward(changed, batch, rows, undefined), [piece], undefined)?.dataSync()[0]
  })
}

test('of mentions that are given, all are candidates and nothing else is', (t) => {
  const model = randomModel({}, 4)
  const [usual] = examples({})
  const [given] = examples({ mentions: 'given' })
  // A budget that holds no mention at all: those that are given do not count.
  const tight = { spansPerWord: 0.001, keepGold: 0 }
  const found = lossOf(model, given, tight)
  t.true(found !== undefined && found > 0)
  t.is(found, lossOf(model, usual, { goldMentions: true, spansPerWord: 1000 }), 'as with gold mentions alone')
  t.is(lossOf(model, usual, tight), undefined, 'elsewhere the budget holds')
  t.not(found, lossOf(model, usual, { spansPerWord: 1000 }), 'elsewhere every span is a candidate')
  model.parameters.dispose()
})
