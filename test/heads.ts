/** A kind of head that the package does not have, added in this file alone: what a sentence is about. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type * as tf from '@tensorflow/tfjs-core'
import test from 'ava'
import { createDocument, type Document } from '../src/io/document/document.ts'
import { words } from '../src/io/document/tokens.ts'
import { writeDocuments } from '../src/io/write.ts'
import { indexes } from '../src/model/batch.ts'
import type { HeadConfig } from '../src/model/config/keys.ts'
import { parseConfig } from '../src/model/config/parse.ts'
import { number, text, whole } from '../src/model/config/schema.ts'
import { startEngine } from '../src/model/engine.ts'
import type { Example, Forward, Head, HeadContext } from '../src/model/heads/head.ts'
import { headKinds, headOf, registerHead } from '../src/model/heads/index.ts'
import { linear } from '../src/model/kernels/ops/linear.ts'
import { sigmoidLoss } from '../src/model/kernels/ops/losses.ts'
import { gather } from '../src/model/kernels/ops/rows.ts'
import { type LabelledScore, LabelCounts } from '../src/model/metrics/counts.ts'
import { loadModel } from '../src/model/store.ts'
import { createAnnotator } from '../src/pipeline/annotate.ts'
import { prepareDocument } from '../src/pipeline/prepare.ts'
import { evaluateTask, goldSources } from '../src/train/evaluate.ts'
import { train } from '../src/train/train.ts'
import { testEngine } from './helpers/engine.ts'
import { testFolder } from './helpers/folder.ts'

const keys = {
  field: text({ default: 'about', sentence: 'Field of the metadata with a label for each sentence.' }),
  hidden: whole({ default: 16, min: 1, sentence: 'Size of its layer.' }),
  threshold: number({ default: 0.5, min: 0, max: 1, sentence: 'Probability from which a label holds.' }),
}
const datasetKeys = { field: text({ default: '', sentence: 'The field, where it is not the task’s.' }) }
type AboutConfig = HeadConfig<typeof keys, typeof datasetKeys>
interface AboutExample extends Example {
  readonly label: number
}

const fieldOf = (document: Document, field: string): readonly string[] =>
  (document.metadata[field] as string[] | undefined) ?? []

/** Scores of labels for every sentence of a batch, from the states of its last token. */
const logitsOf = ({ parameters, labels }: HeadContext, task: AboutConfig, state: Forward): tf.Tensor2D => {
  const { starts, rows } = state.batch.packing
  const states = gather(
    state.states(task),
    indexes(Int32Array.from({ length: starts.length - 1 }, (_, s) => rows[starts[s + 1] - 1])),
  )
  const types = labels[task.name].length
  const first = parameters.get<tf.Tensor2D>(`${task.name}.first`, [states.shape[1], task.hidden], { kind: 'xavier' })
  const second = parameters.get<tf.Tensor2D>(`${task.name}.second`, [task.hidden, types], { kind: 'xavier' })
  const zero = (part: string, size: number) =>
    parameters.get<tf.Tensor1D>(`${task.name}.${part}`, [size], { kind: 'zeros' })
  return linear(linear(states, first, zero('first.bias', task.hidden), true), second, zero('second.bias', types))
}

const aboutHead: Head<AboutConfig, AboutExample, LabelledScore> = {
  kind: 'about',
  keys,
  datasetKeys,
  defaults: { hidden: 8, layers: 1 },
  layer: () => 'metadata',
  labels: (document, { field }, dataset) => fieldOf(document, dataset.field || field),
  examples: (document, { field }, labels, dataset) => {
    const { sentences } = document
    return fieldOf(document, dataset.field || field).map((label, s) => ({
      id: `${document.id}#${s}`,
      sentences: [words(document).slice(sentences?.begin[s], sentences?.end[s])],
      label: labels.indexOf(label),
    }))
  },
  smallest: () => ({ id: '', sentences: [['a', 'b']], label: 0 }),
  loss: (context, task, state, examples) => {
    const types = context.labels[task.name].length
    return sigmoidLoss(
      logitsOf(context, task, state),
      indexes(Int32Array.from(examples, ({ label }, s) => s * types + label)),
    )
  },
  decoder: (context, task, { minScore }) => {
    const found = new Map<Document, string[]>()
    const labels = context.labels[task.name]
    return {
      read(state, pack) {
        const logits = logitsOf(context, task, state).dataSync()
        let sentence = 0
        for (const { draft, from, to } of pack)
          for (let s = from; s < to; s++, sentence++) {
            const scores = labels.map((_, k) => 1 / (1 + Math.exp(-logits[sentence * labels.length + k])))
            const best = scores.indexOf(Math.max(...scores))
            const sure = scores[best] >= Math.max(task.threshold, minScore)
            found.set(draft.document, [...(found.get(draft.document) ?? []), sure ? labels[best] : ''])
          }
      },
      layers: (draft, document) => ({
        metadata: { ...document.metadata, [task.field]: found.get(draft.document) ?? [] },
      }),
    }
  },
  comparable: (gold, predicted) => [gold, predicted],
  metric: ({ field }) => {
    const counts = new LabelCounts()
    const items = (document: Document) =>
      fieldOf(document, field).flatMap((label, s) => (label === '' ? [] : [[`${document.id} ${s}`, label] as const]))
    return { add: (gold, predicted) => counts.add(items(gold), items(predicted)), score: () => counts.score() }
  },
  main: (_, { f1 }) => f1,
  decisions: () => [{ setting: 'threshold', best: 0.5, values: [0.4, 0.6] }],
}

const animals = ['cat', 'dog', 'fox']
const places = ['Oslo', 'Moss', 'Rome']
const story = (i: number): Document =>
  prepareDocument(
    createDocument({
      id: `story-${i}`,
      text: `A ${animals[i % 3]} runs . We like ${places[(i >> 1) % 3]} .`,
      metadata: { about: ['animal', 'place'] },
    }),
  )

test.serial('a kind of head added in one file is trained, stored, loaded and annotated with', async (t) => {
  await startEngine(testEngine)
  registerHead(aboutHead)
  t.true(headKinds().includes('about'))
  const folder = testFolder(t)
  const data = join(folder, 'train.jsonl')
  const documents = Array.from({ length: 12 }, (_, i) => story(i))
  await writeDocuments(
    (async function* () {
      yield* documents
    })(),
    data,
    { format: 'jsonl' },
  )
  const config = parseConfig({
    embeddings: { words: { size: 8, wordDropout: 0 }, characters: null },
    tasks: [
      { name: 'topic', kind: 'about', dropout: 0, batch: 8, datasets: [{ train: data, dev: data }] },
      {
        name: 'again',
        kind: 'about',
        on: 'topic',
        field: 'more',
        dropout: 0,
        batch: 8,
        datasets: [{ train: data, field: 'about' }],
      },
    ],
    training: { updates: 80, validateEvery: 40, learningRate: 0.03, sampling: 'uniform', fitDecisions: true },
  })
  t.is(config.tasks[0].encoder?.hidden, 8, 'its own default')
  t.throws(() => parseConfig({ tasks: [{ name: 'topic', kind: 'about', threshold: 2 }] }), {
    message: /threshold.*from 0 to 1.*Use 1/,
  })
  const { bestMain } = await train(config, { output: join(folder, 'run') })
  t.is(bestMain.topic, 1)
  const stored = JSON.parse(await readFile(join(folder, 'run', 'model', 'config.json'), 'utf8'))
  t.deepEqual([...stored.labels.topic].sort(), ['animal', 'place'])
  const model = await loadModel(join(folder, 'run', 'model'))
  const [task] = model.config.tasks
  t.is((await evaluateTask(model, task, goldSources(task, [{ path: data }]))).main, 1)
  const given = prepareDocument(
    createDocument({ id: 'x', text: 'We like Moss . A fox runs .', metadata: { from: 'here' } }),
  )
  const annotated = async (tasks?: readonly string[]): Promise<Document> => {
    for await (const { document } of createAnnotator(model, { tasks })([given])) return document
    throw new Error('no document came')
  }
  const all = await annotated()
  t.deepEqual(all.metadata.about, ['place', 'animal'])
  t.deepEqual(Object.keys(all.metadata), ['from', 'about', 'more'], 'two of a kind, one on the other')
  const one = await annotated(['topic'])
  t.deepEqual(one.metadata, { from: 'here', about: ['place', 'animal'] })
  model.parameters.dispose()
})

test('a kind that is not there is named, and no kind is added twice', (t) => {
  t.throws(() => headOf('parse'), { message: /no head of kind "parse"/ })
  t.throws(() => registerHead({ ...aboutHead, kind: 'crf' }), { message: /kind "crf" already/ })
})
