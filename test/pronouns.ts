/** Pronouns as arguments of relations. */
import { join } from 'node:path'
import test from 'ava'
import { createDocument, type Document, listRelations } from '../src/io/document/document.ts'
import { writeDocuments } from '../src/io/write.ts'
import { parseConfig } from '../src/model/config/parse.ts'
import { startEngine } from '../src/model/engine.ts'
import { unknownCells } from '../src/model/heads/relation/cells.ts'
import { distinctRelations } from '../src/model/heads/relation/distinct.ts'
import { relationExamples } from '../src/model/heads/relation/examples.ts'
import { relationHead } from '../src/model/heads/relation/index.ts'
import type { RelationTaskConfig } from '../src/model/heads/relation/keys.ts'
import { loadModel } from '../src/model/store.ts'
import { createAnnotator } from '../src/pipeline/annotate.ts'
import { prepareDocument } from '../src/pipeline/prepare.ts'
import { train } from '../src/train/train.ts'
import { collect } from './helpers/documents.ts'
import { testEngine } from './helpers/engine.ts'
import { testFolder } from './helpers/folder.ts'

const pronouns = { PER: ['she', 'He'], ORG: ['it'] }
const taskOf = (more: object = {}) =>
  parseConfig({ tasks: [{ name: 'x', kind: 'relation', pronouns, ...more }] }).tasks[0] as RelationTaskConfig

const sentence = (subject: string, employer: string, named: boolean): Document => {
  const text = `${subject} works for ${employer} .`
  const one = { start: 0, end: subject.length }
  const two = { start: text.indexOf(employer), end: text.indexOf(employer) + employer.length }
  return prepareDocument(
    createDocument({
      id: text,
      text,
      entities: [...(named ? [{ ...one, label: 'PER' }] : []), { ...two, label: 'ORG' }],
      relations: [{ label: 'employer', arg1: one, arg2: two }],
    }),
  )
}

test('where pronouns are not annotated, their pairs are unknown and no prediction of them counts', (t) => {
  const given = { ...sentence('She', 'Acme', false), relations: undefined }
  const [example] = relationExamples(given, taskOf(), ['employer'], { train: 'a' })
  t.deepEqual([...(example.open ?? [])], [0])
  const mask = unknownCells([example], [5], 1) as Float32Array
  const known = [...mask.keys()].filter((i) => mask[i] === 0)
  t.deepEqual(known, [6, 7, 8, 9, 11, 12, 13, 14, 16, 17, 18, 19, 21, 22, 23, 24], 'all pairs but those of the first')
  const [told] = relationExamples(given, taskOf(), ['employer'], { train: 'a', pronouns: true })
  t.is(told.open, undefined)
  const found = sentence('She', 'Acme', false)
  const count = (dataset: object) =>
    relationHead.comparable(given, found, taskOf(), ['employer'], { train: 'a', ...dataset })[1].relations?.label.length
  t.is(count({}), 0)
  t.is(count({ pronouns: true }), 1)
})

test('a relation of a pronoun that is there is learned, whatever is known of the others', (t) => {
  const [example] = relationExamples(sentence('He', 'Acme', false), taskOf(), ['employer'], { train: 'a' })
  const mask = unknownCells([example], [5], 1) as Float32Array
  t.is(mask[3], 0)
  t.true(mask[4] < 0)
})

test.serial('pronouns: who is meant by one is an argument as a name would be, of the types it may have', async (t) => {
  await startEngine(testEngine)
  const folder = testFolder(t)
  const employers = ['Acme', 'Borg', 'Cogs', 'Dyne']
  const path = join(folder, 'train.arrow')
  const documents = ['Ida', 'Olav', 'She', 'He', 'It'].flatMap((subject) =>
    employers.map((employer) => sentence(subject, employer, subject.length > 2 && subject !== 'She')),
  )
  await writeDocuments(
    (async function* () {
      yield* documents
    })(),
    path,
    { format: 'arrow' },
  )
  const small = { encoder: { hidden: 8, layers: 1, dropout: 0 }, dropout: 0, batch: 4 }
  const datasets = [{ train: path, dev: path }]
  const config = parseConfig({
    embeddings: { words: { size: 8, wordDropout: 0 }, characters: { size: 8, filters: 8, width: 3 } },
    tasks: [
      { name: 'ner', kind: 'crf', layer: 'entities', scheme: 'bio', ...small, datasets },
      {
        name: 'relation',
        kind: 'relation',
        on: 'ner',
        tagsOf: 'ner',
        hidden: 16,
        argumentTypes: { employer: [['PER'], ['ORG']] },
        pronouns,
        ...small,
        datasets: [{ train: path, dev: path, pronouns: true }],
      },
    ],
    training: { updates: 300, validateEvery: 300, learningRate: 0.03 },
  })
  await train(config, { output: join(folder, 'run') })
  const annotate = createAnnotator(await loadModel(join(folder, 'run', 'model')))
  const texts = ['She works for Borg .', 'Olav works for Borg .', 'It works for Borg .']
  const found = (await collect(annotate(texts.map((text) => createDocument({ id: text, text }))))).map(
    ({ document: { text, relations } }) =>
      listRelations(relations!).map(({ label, arg1, arg2 }) => [
        text.slice(arg1.start, arg1.end),
        label,
        text.slice(arg2.start, arg2.end),
      ]),
  )
  t.deepEqual(found, [
    [['She', 'employer', 'Borg']],
    [['Olav', 'employer', 'Borg']],
    [], // "it" may be an organization, and no organization has an employer.
  ])
})

test('what a sentence says of one entity twice, by two pronouns or a name and one, it says once', (t) => {
  const text = 'She lives in Oslo, where she was born. She lives in Oslo.'
  const at = (word: string, from = 0) => ({
    start: text.indexOf(word, from),
    end: text.indexOf(word, from) + word.length,
  })
  const [first, second, third] = [at('She'), at('she'), at('She', 10)]
  const [oslo, again] = [at('Oslo'), at('Oslo', 30)]
  const relations = [
    { label: 'residence', arg1: first, arg2: oslo, score: 0.7 },
    { label: 'residence', arg1: second, arg2: oslo, score: 0.9 },
    { label: 'place of birth', arg1: second, arg2: oslo, score: 0.8 },
    { label: 'residence', arg1: third, arg2: again, score: 0.6 },
  ]
  const found = (clusters: object) =>
    listRelations(
      distinctRelations(prepareDocument(createDocument({ id: 'x', text, relations, ...clusters }))).relations!,
    ).map(({ score }) => Math.round(10 * score!) / 10)
  t.deepEqual(found({ clusters: [[first, second, third]] }), [0.9, 0.8, 0.6])
  t.deepEqual(found({ clusters: [[first, oslo]] }), [0.9, 0.8, 0.6], 'nothing is said of an entity and itself')
  t.deepEqual(found({}), [0.7, 0.9, 0.8, 0.6], 'without clusters nobody knows who is who')
  const given = prepareDocument(createDocument({ id: 'x', text, relations, clusters: [[first, second, third]] }))
  const task = (pronouns: object) => ({ pronouns }) as Parameters<NonNullable<typeof relationHead.settle>>[2]
  const settled = (made: string[], pronouns: object) => relationHead.settle?.(given, new Set(made), task(pronouns))
  t.is(settled(['relations'], { PER: ['she'] }), given, 'clusters that came with a document decide nothing')
  t.is(settled(['relations', 'clusters'], {}), given, 'a model without pronouns is left as it was')
  t.is(settled(['relations', 'clusters'], { PER: ['she'] })?.relations?.label.length, 3)
})
