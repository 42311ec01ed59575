import { join } from 'node:path'
import test from 'ava'
import { createDocument, type Document, listMentions, listRelations } from '../src/io/document/document.ts'
import { parseConfig } from '../src/model/config/parse.ts'
import { startEngine } from '../src/model/engine.ts'
import { conventionAt } from '../src/model/heads/convention.ts'
import { loadModel } from '../src/model/store.ts'
import { createAnnotator } from '../src/pipeline/annotate.ts'
import { prepareDocument } from '../src/pipeline/prepare.ts'
import { goldSplit, evaluateTask } from '../src/train/evaluate.ts'
import { train } from '../src/train/train.ts'
import { arrowFile } from './helpers/arrow-file.ts'
import { collect } from './helpers/documents.ts'
import { testEngine } from './helpers/engine.ts'
import { testFolder } from './helpers/folder.ts'

/** What both trainings have in common. */
const small = {
  embeddings: { words: { size: 8, wordDropout: 0 }, characters: { size: 8, filters: 8, width: 3 } },
  training: { updates: 150, validateEvery: 150, learningRate: 0.03 },
}

const people = ['Ida', 'Olav', 'Siri', 'Nils', 'Kari', 'Arne']
const jobs = ['minister', 'doctor', 'teacher', 'pilot']

/** The same sentences; one corpus marks names alone, the other the people that are not named too. */
const corpus = (nominals: boolean): Document[] =>
  people.flatMap((name) =>
    jobs.map((job) => {
      const text = `${name} met the ${job} .`
      const span = (words: string) => ({ start: text.indexOf(words), end: text.indexOf(words) + words.length })
      return prepareDocument(
        createDocument({
          id: `${name}-${job}`,
          text,
          mentions: [{ ...span(name), label: 'PER' }, ...(nominals ? [{ ...span(`the ${job}`), label: 'PER' }] : [])],
        }),
      )
    }),
  )

test('conventions: one that a task does not know leaves it its own', (t) => {
  const task = { convention: 'b', datasets: [{ convention: 'a' }, {}, { convention: 'b' }, { convention: 'a' }] }
  t.is(conventionAt(task, 'a'), 0)
  t.is(conventionAt(task, undefined), 1)
  t.is(conventionAt(task, 'other'), 1)
  t.is(conventionAt({ datasets: [{}] }, 'a'), -1)
})

test.serial(
  'conventions: a tagger learns from corpora that disagree, and follows the one that it is told',
  async (t) => {
    await startEngine(testEngine)
    const folder = testFolder(t)
    const names = await arrowFile(folder, 'names', corpus(false))
    const all = await arrowFile(folder, 'all', corpus(true))
    const config = parseConfig({
      ...small,
      tasks: [
        {
          name: 'emd',
          kind: 'crf',
          layer: 'mentions',
          encoder: { hidden: 8, layers: 1, dropout: 0 },
          dropout: 0,
          batch: 4,
          convention: 'names',
          datasets: [
            { train: names, dev: names, convention: 'names' },
            { train: all, dev: all, convention: 'all' },
          ],
        },
      ],
    })
    await train(config, { output: join(folder, 'run') })
    const model = await loadModel(join(folder, 'run', 'model'))
    const found = async (convention?: string) => {
      const annotate = createAnnotator(model, { convention })
      const [{ document }] = await collect(annotate([createDocument({ id: 'x', text: 'Siri met the pilot .' })]))
      return listMentions(document.mentions!).map(({ start, end }) => document.text.slice(start, end))
    }
    t.deepEqual(await found(), ['Siri'], 'the task’s own')
    t.deepEqual(await found('names'), ['Siri'])
    t.deepEqual(await found('all'), ['Siri', 'the pilot'])
    const [task] = model.config.tasks
    const { sources } = await evaluateTask(model, task, goldSplit(task, 'dev'))
    t.deepEqual(Object.values(sources), [1, 1], 'each data set is judged by its own rules')
  },
)

/** The same sentences; one corpus says where somebody works, the other only where somebody lives. */
const related = (label: string, second: 'firm' | 'town'): Document[] =>
  people.flatMap((name) =>
    ['Acme', 'Borea', 'Cetra'].map((firm) => {
      const text = `${name} of ${firm} came from Oslo .`
      const span = (words: string) => ({ start: text.indexOf(words), end: text.indexOf(words) + words.length })
      const arg2 = span(second === 'firm' ? firm : 'Oslo')
      return prepareDocument(
        createDocument({ id: `${name}-${firm}`, text, relations: [{ label, arg1: span(name), arg2 }] }),
      )
    }),
  )

test.serial('conventions: so does a head of relations', async (t) => {
  await startEngine(testEngine)
  const folder = testFolder(t)
  const firms = await arrowFile(folder, 'firms', related('employer', 'firm'))
  const towns = await arrowFile(folder, 'towns', related('residence', 'town'))
  const config = parseConfig({
    ...small,
    tasks: [
      {
        name: 'relation',
        kind: 'relation',
        candidates: 'tokens',
        pairFeatures: true,
        encoder: { hidden: 12, layers: 1, dropout: 0 },
        dropout: 0,
        batch: 4,
        datasets: [
          { train: firms, dev: firms },
          { train: towns, dev: towns, convention: 'towns' },
        ],
      },
    ],
  })
  await train(config, { output: join(folder, 'run') })
  const model = await loadModel(join(folder, 'run', 'model'), { compact: true })
  const found = async (convention?: string) => {
    const annotate = createAnnotator(model, { convention })
    const [{ document }] = await collect(annotate([createDocument({ id: 'x', text: 'Siri of Acme came from Oslo .' })]))
    return listRelations(document.relations!).map(
      ({ label, arg2 }) => `${label} ${document.text.slice(arg2.start, arg2.end)}`,
    )
  }
  t.deepEqual(await found(), ['employer Acme'], 'what data sets without a name have in common')
  t.deepEqual(await found('towns'), ['residence Oslo'])
  const [task] = model.config.tasks
  const { sources } = await evaluateTask(model, task, goldSplit(task, 'dev'))
  t.deepEqual(Object.values(sources), [1, 1], 'each data set is judged by its own rules')
})
