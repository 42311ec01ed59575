/** Training on many sources: what each annotates, what its labels mean, how often it is seen, by whose rules. */
import { join } from 'node:path'
import test from 'ava'
import fc from 'fast-check'
import { createDocument, type DocumentLike } from '../src/io/document/document.ts'
import { writeDocuments } from '../src/io/write.ts'
import { parseConfig } from '../src/model/config/parse.ts'
import { annotationOf, relationsMeant } from '../src/model/heads/annotation.ts'
import { corefExamples } from '../src/model/heads/coref/examples.ts'
import type { CorefTaskConfig } from '../src/model/heads/coref/keys.ts'
import { tagExamples } from '../src/model/heads/crf/examples.ts'
import type { CrfTaskConfig } from '../src/model/heads/crf/keys.ts'
import { positiveCells, unknownCells } from '../src/model/heads/relation/cells.ts'
import { relationExamples } from '../src/model/heads/relation/examples.ts'
import { relationHead } from '../src/model/heads/relation/index.ts'
import type { RelationTaskConfig } from '../src/model/heads/relation/keys.ts'
import { randomOf } from '../src/model/random.ts'
import { prepareDocument } from '../src/pipeline/prepare.ts'
import { taskGroups } from '../src/train/batches.ts'
import { batchNoise } from '../src/train/noise.ts'
import { datasetPieces } from '../src/train/pieces.ts'
import { survey } from '../src/train/survey.ts'
import { fileFolder } from './helpers/folder.ts'

const text = 'Ida met Olav in Oslo .'
const at = (word: string) => ({ start: text.indexOf(word), end: text.indexOf(word) + word.length })
const documentOf = (layers: Partial<DocumentLike>, metadata = {}) =>
  prepareDocument(createDocument({ id: 'd', text, metadata, ...layers }))
const related = (...relations: [label: string, one: string, two: string, score?: number][]) =>
  relations.map(([label, one, two, score]) => ({
    label,
    arg1: at(one),
    arg2: at(two),
    ...(score === undefined ? {} : { score }),
  }))
const task = <T>(kind: string, more: object = {}) =>
  parseConfig({ tasks: [{ name: 'x', kind, ...more }] }).tasks[0] as T
const message = (given: object): string =>
  messageOf(() => parseConfig({ tasks: [{ name: 'x', kind: 'relation', datasets: [{ train: 'a', ...given }] }] }))
const messageOf = (run: () => unknown): string => {
  try {
    run()
  } catch (error) {
    return (error as Error).message
  }
  return ''
}

test('a label of a source may be one of several of the task’s', (t) => {
  const given = documentOf({ entities: [{ ...at('Oslo'), label: 'place' }] })
  const [example] = tagExamples(given, task<CrfTaskConfig>('crf', { scheme: 'bio' }), ['GPE', 'LOC', 'PER'], {
    train: 'a',
    labels: { place: ['GPE', 'LOC'] },
  })
  const allowed = Array.from(example.tags, (place) => [...(example.allowed?.[place] ?? [])])
  t.deepEqual(allowed[4], [1, 3], 'B-GPE or B-LOC')
  t.deepEqual(allowed[0], [0, 5, 6], 'outside, or of the label that is not annotated')
})

test('spans of a low score teach nothing: their tokens may be anything', (t) => {
  const entities = [
    { ...at('Ida'), label: 'PER', score: 0.9 },
    { ...at('Oslo'), label: 'LOC', score: 0.3 },
  ]
  const [example] = tagExamples(
    documentOf({ entities }),
    task<CrfTaskConfig>('crf', { scheme: 'bio' }),
    ['LOC', 'PER'],
    { train: 'a', minScore: 0.5 },
  )
  const allowed = Array.from(example.tags, (place) => [...(example.allowed?.[place] ?? [])])
  t.deepEqual(allowed[0], [3])
  t.deepEqual(allowed[1], [0])
  t.deepEqual(allowed[4], [0, 1, 2, 3, 4])
})

test('a relation may be another turned round, and have to be surer than the others', (t) => {
  const annotation = annotationOf({
    labels: { father: { label: 'child', inverse: true }, met: 'knows', wed: { label: 'spouse', minScore: 0.6 } },
    minScore: 0.2,
  })
  const meant = related(
    ['father', 'Ida', 'Olav'],
    ['met', 'Ida', 'Olav', 0.3],
    ['wed', 'Ida', 'Olav', 0.5],
    ['hates', 'Ida', 'Olav'],
  ).flatMap((relation) =>
    relationsMeant(relation, annotation).map(({ label, arg1, sure }) => [
      label,
      text.slice(arg1.start, arg1.end),
      sure,
    ]),
  )
  t.deepEqual(meant, [
    ['child', 'Olav', true],
    ['knows', 'Ida', true],
    ['spouse', 'Ida', false],
  ])
})

const labels = ['born in', 'knows', 'works for']
const relationTask = task<RelationTaskConfig>('relation', { symmetric: ['knows'] })
const examplesOf = (given: ReturnType<typeof documentOf>, dataset: object = {}) => [
  ...relationExamples(given, relationTask, labels, { train: 'a', ...dataset }),
]

test('a symmetric relation is learned both ways', (t) => {
  const [{ cells }] = examplesOf(documentOf({ relations: related(['knows', 'Ida', 'Olav']) }))
  t.deepEqual([...cells], [0, 2, 1, 2, 0, 1])
})

test('what a passage was not searched for is unknown of all its pairs', (t) => {
  const given = documentOf({ relations: related(['born in', 'Ida', 'Oslo']) }, { looked: ['born in'] })
  const [example] = examplesOf(given, { annotated: 'looked' })
  t.deepEqual([...(example.known ?? [])], [0])
  const mask = unknownCells([example], [6], 3) as Float32Array
  t.true(Array.from(mask).every((value, i) => (value === 0) === (i % 3 === 0)))
})

test('of a source of single pairs only these are learned, both ways round', (t) => {
  const [example] = examplesOf(documentOf({ relations: related(['born in', 'Ida', 'Oslo']) }), { pairs: 'given' })
  const mask = unknownCells([example], [6], 3) as Float32Array
  const open = Array.from(mask.keys()).filter((i) => mask[i] === 0)
  t.deepEqual(open, [12, 13, 14, 72, 73, 74], 'pairs (0, 4) and (4, 0), all labels')
  t.deepEqual(
    examplesOf(documentOf({ relations: [] }), { pairs: 'given' }),
    [],
    'a sentence without a pair teaches nothing',
  )
})

test('an unsure relation is neither learned nor learned against, unless it is sure elsewhere', (t) => {
  const relations = related(
    ['born in', 'Ida', 'Oslo', 0.5],
    ['works for', 'Ida', 'Olav', 0.5],
    ['works for', 'Ida', 'Olav', 1],
  )
  const [example] = examplesOf(documentOf({ relations }), { minScore: 0.6 })
  t.deepEqual([...example.cells], [0, 2, 2])
  t.deepEqual([...(example.unknown ?? [])], [0, 4, 0])
})

test('property: no cell is both learned and unknown, and all that is known stays so', (t) => {
  const cell = fc.tuple(fc.nat(4), fc.nat(4), fc.nat(2))
  const lists = fc.record({
    cells: fc.uniqueArray(cell, { selector: String, maxLength: 6 }),
    unknown: fc.uniqueArray(cell, { selector: String, maxLength: 6 }),
    known: fc.option(fc.subarray([0, 1, 2]), { nil: undefined }),
    exhaustive: fc.boolean(),
  })
  fc.assert(
    fc.property(fc.array(lists, { minLength: 1, maxLength: 4 }), (list) => {
      const examples = list.map(({ cells, unknown, known, exhaustive }) => ({
        id: '',
        sentences: [],
        cells: Int32Array.from(cells.flat()),
        unknown: Int32Array.from(unknown.flat()),
        known: known && Int32Array.from(known),
        exhaustive,
      }))
      const lengths = examples.map(() => 5)
      const mask = unknownCells(examples as never, lengths, 3) ?? new Float32Array(75 * examples.length)
      const positive = positiveCells(examples as never, lengths, 3)
      t.true(positive.every((i) => mask[i] === 0))
      examples.forEach(({ exhaustive, known, unknown }, e) => {
        if (!exhaustive || known || unknown.length > 0) return
        t.true(mask.subarray(75 * e, 75 * (e + 1)).every((value) => value === 0))
      })
    }),
  )
})

test('scores count what a source annotates, and only that', (t) => {
  const gold = documentOf(
    { relations: related(['born in', 'Ida', 'Oslo'], ['works for', 'Olav', 'Oslo', 0.5]) },
    { looked: ['born in', 'works for'] },
  )
  const predicted = documentOf({
    relations: related(['born in', 'Ida', 'Oslo'], ['works for', 'Olav', 'Oslo'], ['knows', 'Ida', 'Olav']),
  })
  const dataset = { train: 'a', annotated: 'looked', minScore: 0.6 }
  const [right, found] = relationHead.comparable(gold, predicted, relationTask, labels, dataset)
  t.is(right.relations?.label.length, 1, 'what is unsure is no gold')
  t.is(found.relations?.label.length, 1, 'nor wrong; and nobody looked for who knows whom')
})

test('pieces of coreference say by whose rules they are annotated', (t) => {
  const given = documentOf({ clusters: [[at('Ida'), at('Olav')]] })
  const examples = [...corefExamples(given, task<CorefTaskConfig>('coref'), [], { train: 'a', convention: 'ours' })]
  t.deepEqual(
    examples.map(({ convention }) => convention),
    ['ours'],
  )
})

const folder = fileFolder(test)
let files = 0

/** Forty documents of one sentence with a person. */
const forty = async (): Promise<string> => {
  const path = join(folder, `${files++}.arrow`)
  const entities = [{ ...at('Ida'), label: 'PER' }]
  async function* documents() {
    for (let i = 0; i < 40; i++) yield { ...documentOf({ entities }), id: String(i) }
  }
  await writeDocuments(documents(), path, { format: 'arrow' })
  return path
}

test('a data set is seen as often as its weight says', async (t) => {
  const path = await forty()
  const seen = async (weight?: number) => {
    const datasets = [{ train: path, ...(weight === undefined ? {} : { weight }) }]
    let count = 0
    for await (const _ of datasetPieces({ ...task('crf'), datasets }, ['PER'], [40], (i) => randomOf(1, `${i}`)))
      count++
    return count
  }
  t.is(await seen(), 40)
  t.is(await seen(2), 80)
  const half = await seen(0.5)
  t.true(half > 8 && half < 32, `${half} of 40`)
  t.is(await seen(0.5), half, 'the same seed, the same documents')
})

test('an epoch learns from all its data sets from the beginning to the end, however small its buffer', async (t) => {
  const of = async (label: string, count: number) => {
    const path = join(folder, `${label}.arrow`)
    async function* documents() {
      for (let i = 0; i < count; i++)
        yield { ...documentOf({ entities: [{ ...at('Ida'), label }] }), id: `${label}${i}` }
    }
    await writeDocuments(documents(), path, { format: 'arrow' })
    return { train: path }
  }
  const datasets = [
    await of('PER', 400),
    { ...(await of('LOC', 100)), weight: 2 },
    { ...(await of('ORG', 400)), weight: 0.5 },
  ]
  const config = parseConfig({
    tasks: [{ name: 'x', kind: 'crf', batch: 4, batchTokens: 0, datasets }],
    training: { shuffleBuffer: 32 },
  })
  const { labels, pieces, batches, namedLabels } = await survey(config)
  t.deepEqual(namedLabels, [])
  t.deepEqual(pieces, { x: [400, 100, 400] })
  const vocabulary = { words: ['\0unknown'], characters: [] }
  const seen: string[] = []
  for await (const { units, position } of taskGroups(config.tasks[0], {
    config,
    labels,
    pieces,
    vocabulary,
    positions: {},
  })) {
    if (position.epoch > 0) break
    for (const { example } of units) seen.push(example.id.slice(0, 3))
  }
  t.true(Math.abs(seen.length - 4 * batches['x']) < 60, `${seen.length} pieces in ${batches['x']} batches of four`)
  for (let from = 0; from + 200 <= seen.length; from += 200) {
    const share = (name: string) => seen.slice(from, from + 200).filter((id) => id === name).length / 200
    t.true(Math.abs(share('PER') - 0.5) < 0.15, `PER of ${from}: ${share('PER')}`)
    t.true(Math.abs(share('LOC') - 0.25) < 0.12, `LOC of ${from}: ${share('LOC')}`)
    t.true(Math.abs(share('ORG') - 0.25) < 0.12, `ORG of ${from}: ${share('ORG')}`)
  }
})

test('the survey knows which labels a data set is said to have, and which it has', async (t) => {
  const path = await forty()
  const datasets = [{ train: path, labels: { PER: 'person', PERS: 'person' } }]
  const { namedLabels, labels } = await survey(parseConfig({ tasks: [{ name: 'x', kind: 'crf', datasets }] }))
  t.deepEqual(namedLabels, [{ task: 'x', train: path, named: ['PER', 'PERS'], own: ['PER'] }])
  t.deepEqual(labels, { x: ['person'] })
})

test('the batches of an epoch are counted as often as the weights say', async (t) => {
  const path = await forty()
  const batches = async (...weights: (number | undefined)[]) => {
    const datasets = weights.map((weight) => ({ train: path, ...(weight === undefined ? {} : { weight }) }))
    const config = parseConfig({ tasks: [{ name: 'x', kind: 'crf', batch: 4, batchTokens: 0, datasets }] })
    return (await survey(config)).batches['x']
  }
  t.is(await batches(undefined), 10)
  t.is(await batches(3), 30)
  t.is(await batches(0.5), 5, 'not a whole pass')
  t.is(await batches(undefined, 2.5), 35)
  t.is(await batches(0.001), 1, 'so few that an epoch may have none is no task without data')
})

test('case noise shows sentences in another case, word for word', (t) => {
  const words = ['Ida', 'met', 'NATO']
  const shown = (caseNoise: { lower: number; upper: number; title: number }) =>
    batchNoise({ words: { wordDropout: 0 }, caseNoise } as never, randomOf(1, 'noise')).disguise?.(words)
  t.deepEqual(shown({ lower: 1, upper: 0, title: 0 }), ['ida', 'met', 'nato'])
  t.deepEqual(shown({ lower: 0, upper: 1, title: 0 }), ['IDA', 'MET', 'NATO'])
  t.deepEqual(shown({ lower: 0, upper: 0, title: 1 }), ['Ida', 'Met', 'Nato'])
  t.is(shown({ lower: 0, upper: 0, title: 0 }), undefined)
})

test('what is wrong in a data set’s rules is named', (t) => {
  t.regex(message({ labels: [] }), /datasets\[0\]\.labels/)
  t.regex(message({ labels: { father: { label: 'child', inverted: true } } }), /labels\.father/)
  t.regex(message({ labels: { father: 7 } }), /labels\.father/)
  t.regex(message({ pairs: 'some' }), /pairs/)
  t.regex(message({ weight: 0 }), /weight/)
  t.regex(message({ minScore: 2 }), /minScore/)
  t.regex(
    messageOf(() =>
      parseConfig({ tasks: [{ name: 'x', kind: 'coref', datasets: [{ train: 'a', convention: 'a b' }] }] }),
    ),
    /convention/,
  )
  t.regex(
    messageOf(() => parseConfig({ tasks: [{ name: 'x', kind: 'relation', argumentTypes: { born: [['PER']] } }] })),
    /argumentTypes\.born/,
  )
})
