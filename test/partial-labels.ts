import { join } from 'node:path'
import * as tf from '@tensorflow/tfjs-core'
import test from 'ava'
import { createDocument, type Document, listSpans } from '../src/io/document/document.ts'
import { writeDocuments } from '../src/io/write.ts'
import { createAnnotator } from '../src/pipeline/annotate.ts'
import { packSentences } from '../src/model/batch.ts'
import { parseConfig } from '../src/model/config/parse.ts'
import { startEngine } from '../src/model/engine.ts'
import { type TagExample, tagExamples } from '../src/model/heads/crf/examples.ts'
import type { CrfTaskConfig } from '../src/model/heads/crf/keys.ts'
import { crfLoss, partialCrfLoss } from '../src/model/heads/crf/scores.ts'
import { createParameters } from '../src/model/parameters.ts'
import { randomOf } from '../src/model/random.ts'
import { loadModel } from '../src/model/store.ts'
import { train } from '../src/train/train.ts'
import { prepareDocument } from '../src/pipeline/prepare.ts'
import { collect } from './helpers/documents.ts'
import { testEngine } from './helpers/engine.ts'
import { testFolder } from './helpers/folder.ts'

const parsed = (datasets: object[], updates = 120) =>
  parseConfig({
    embeddings: { words: { size: 8, wordDropout: 0 }, characters: { size: 8, filters: 8, width: 3 } },
    tasks: [
      {
        name: 'ner',
        kind: 'crf',
        layer: 'entities',
        scheme: 'bio',
        encoder: { hidden: 8, layers: 1, dropout: 0 },
        dropout: 0,
        batch: 4,
        datasets,
      },
    ],
    training: { updates, validateEvery: updates, learningRate: 0.03 },
  })

const document = (id: string, text: string, labels: Readonly<Record<string, string>>): Document =>
  prepareDocument(
    createDocument({
      id,
      text,
      entities: Object.entries(labels).map(([word, label]) => ({
        start: text.indexOf(word),
        end: text.indexOf(word) + word.length,
        label,
      })),
    }),
  )

test.serial('partial labels: the loss is that of all the sequences they allow, summed one by one', async (t) => {
  await startEngine(testEngine)
  const task = parsed([{ train: 'none' }]).tasks[0] as CrfTaskConfig
  const parameters = createParameters(3)
  const packing = packSentences([4, 2])
  const random = randomOf(5, 'emissions')
  const tags = 3
  const values = Float32Array.from({ length: packing.size * tags }, () => random.next() * 2 - 1)
  // Second token of the first sentence is known to be 1, third may be 0 or 2, the rest are 0 or 2 or known.
  const allowed = [[0, 2], [1], [0, 2], [0], [2], [0, 2]]
  const barred = new Uint8Array(packing.size * tags).fill(1)
  allowed.forEach((list, token) => {
    for (const tag of list) barred[packing.rows[token] * tags + tag] = 0
  })
  const emissions = tf.tensor2d(values, [packing.size, tags])
  const partial = (await partialCrfLoss(task, parameters, emissions, barred, packing).data())[0]
  // exp(-loss) of every allowed pair of sequences is its probability: they add up to exp(-partial).
  let total = 0
  const walk = async (chosen: readonly number[]): Promise<void> => {
    if (chosen.length < allowed.length) {
      for (const tag of allowed[chosen.length]) await walk([...chosen, tag])
      return
    }
    const ids = new Int32Array(packing.size)
    chosen.forEach((tag, token) => {
      ids[packing.rows[token]] = tag
    })
    total += Math.exp(-(await crfLoss(task, parameters, emissions, ids, packing).data())[0])
  }
  await walk([])
  t.true(Math.abs(partial + Math.log(total)) < 1e-4, `${partial} against ${-Math.log(total)}`)
})

test('partial labels: an untagged token may have the labels that the data set does not annotate, and no other', (t) => {
  const task = parsed([{ train: 'none' }]).tasks[0] as CrfTaskConfig
  const given = document('a', 'Ida saw Oslo', { Ida: 'PER', Oslo: 'LOC' })
  const [example]: TagExample[] = [...tagExamples(given, task, ['PER', 'LOC'], { train: 'a', labels: ['PER'] })]
  const allowed = Array.from(example.tags, (place) => [...(example.allowed?.[place] ?? [])])
  t.deepEqual(allowed, [[1], [0, 3, 4], [0, 3, 4]], 'LOC is not the data set’s to say')
  const [full] = [...tagExamples(given, task, ['PER', 'LOC'], { train: 'a' })]
  t.is(full.allowed, undefined)
})

test.serial('partial labels: what one data set leaves out is still learned from the other', async (t) => {
  await startEngine(testEngine)
  const folder = testFolder(t)
  const names = ['Ida', 'Olav', 'Siri', 'Nils']
  const places = ['Oslo', 'Moss', 'Bergen', 'Narvik']
  const sentences = names.flatMap((name, i) =>
    places.map((place, k) => document(`${i}${k}`, `${name} went to ${place} .`, { [name]: 'PER', [place]: 'LOC' })),
  )
  const onlyNames = names.flatMap((name, i) =>
    places.map((place, k) => document(`p${i}${k}`, `${name} went to ${place} .`, { [name]: 'PER' })),
  )
  const write = async (name: string, list: readonly Document[]) => {
    const path = join(folder, name)
    await writeDocuments(
      (async function* () {
        yield* list
      })(),
      path,
      { format: 'arrow' },
    )
    return path
  }
  const whole = await write('whole.arrow', sentences)
  const partial = await write('partial.arrow', [...onlyNames, ...onlyNames, ...onlyNames])
  const found = async (labels: readonly string[] | undefined, run: string) => {
    await train(
      parsed([
        { train: whole, dev: whole },
        { train: partial, ...(labels ? { labels } : {}) },
      ]),
      { output: join(folder, run) },
    )
    const annotate = createAnnotator(await loadModel(join(folder, run, 'model')))
    const annotations = await collect(annotate([createDocument({ id: 'x', text: 'Nils went to Moss .' })]))
    return annotations.flatMap(({ document }) => listSpans(document.entities!).map(({ label }) => label))
  }
  t.deepEqual(await found(['PER'], 'told'), ['PER', 'LOC'])
  t.deepEqual(
    await found(undefined, 'untold'),
    ['PER'],
    'three to one against places where the configuration does not say that they are left out',
  )
})
