/** The paper's rows: how differences are judged, and that what is kept of a run says what its scores said. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { createDocument, type Document } from '../src/io/document/document.ts'
import { writeDocuments } from '../src/io/write.ts'
import { parseConfig } from '../src/model/config/parse.ts'
import { startEngine } from '../src/model/engine.ts'
import { randomOf } from '../src/model/random.ts'
import { differenceOf } from '../src/paper/bootstrap.ts'
import { type Claim, claims } from '../src/paper/claims.ts'
import { judge } from '../src/paper/judge.ts'
import { paperMarkdown, paperPage } from '../src/paper/page.ts'
import { checkSameGold, type PaperRun, paperRunOf, scoreOfDocuments } from '../src/paper/run.ts'
import { prepareDocument } from '../src/pipeline/prepare.ts'
import { train } from '../src/train/train.ts'
import { root } from './helpers/documents.ts'
import { testEngine } from './helpers/engine.ts'
import { testFolder } from './helpers/folder.ts'

/** Test documents of which about a share is right. */
const documents = (share: number, seed: number, count = 100): number[][] => {
  const random = randomOf(seed, 'documents')
  return Array.from({ length: count }, () => {
    const correct = Array.from({ length: 20 }, () => random.next()).filter((x) => x < share).length
    return [correct, 20, 20]
  })
}

test('a difference has an interval that holds it, narrower for more documents, and none of nothing', (t) => {
  const [low, high] = [[1, 2, 3].map((seed) => documents(0.5, seed)), [4, 5, 6].map((seed) => documents(0.6, seed))]
  const difference = differenceOf(low, high)
  t.true(difference && difference.low < difference.mean && difference.mean < difference.high)
  t.true(difference && Math.abs(difference.mean - 0.1) < 0.03 && difference.low > 0)
  const few = differenceOf(
    low.map((all) => all.slice(0, 10)),
    high.map((all) => all.slice(0, 10)),
  )
  t.true(few && difference && few.high - few.low > difference.high - difference.low)
  t.deepEqual(differenceOf(low, low)?.mean, 0)
  t.is(differenceOf([], low), undefined)
  t.is(differenceOf(low, [documents(0.5, 1, 7)]), undefined, 'other documents')
})

const runOf = (row: string, seed: number, share: number): PaperRun => ({
  config: `free-${row}`,
  seed,
  engine: 'wasm',
  seconds: 60,
  updates: 20,
  bestUpdate: 20,
  curve: [10, 20].map((update) => ({ update, taskUpdates: { ner: update }, dev: { ner: (share * update) / 20 } })),
  documents: { ner: documents(share, seed) },
})

test('a claim is confirmed, refuted or open, and open with too few seeds or seeds that are not shared', (t) => {
  const claim = (expected: Claim['expected'], paper = 2): Claim => ({
    group: 'g',
    sentence: 'S',
    task: 'ner',
    from: 'one',
    to: 'two',
    expected,
    paper,
  })
  const rows = (share: number, seeds: readonly number[]) => [
    ...seeds.map((seed) => runOf('one', seed, 0.5)),
    ...seeds.map((seed) => runOf('two', seed, share)),
  ]
  const verdict = (expected: Claim['expected'], share: number, seeds = [1, 2, 3], paper = 2) =>
    judge([claim(expected, paper)], rows(share, seeds)).map(({ verdict }) => verdict)
  t.deepEqual(verdict('higher', 0.7), ['confirmed'])
  t.deepEqual(verdict('lower', 0.7), ['refuted'])
  t.deepEqual(verdict('same', 0.7), ['refuted'])
  t.deepEqual(verdict('same', 0.5), ['confirmed'])
  t.deepEqual(verdict('higher', 0.5), ['open'])
  t.deepEqual(verdict('higher', 0.7, [1, 2]), ['open'])
  t.deepEqual(verdict('higher', 0.7, [1, 2, 3], 0.5), ['open'], 'less than a point wants five')
  t.deepEqual(verdict('higher', 0.7, [1, 2, 3, 4, 5], 0.5), ['confirmed'])
  t.deepEqual(judge([claim('higher')], [runOf('one', 1, 0.5), runOf('two', 2, 0.7)]), [])
})

test('runs of one corpus have the same gold; one of another is told with what differs', (t) => {
  const run = (config: string, seed: number, emd: number[][]): PaperRun => ({
    config,
    seed,
    engine: 'wasm',
    seconds: 1,
    updates: 1,
    bestUpdate: 1,
    curve: [],
    documents: { emd, coref: [[1, 8, 1, 2, 3, 13, 3, 5, 1, 5, 1, 2]] },
  })
  const a = run('free-a', 1, [
    [3, 5, 4],
    [0, 2, 1],
  ])
  const onAnother = run('free-a-gum', 1, [[1, 9, 1]])
  t.notThrows(() =>
    checkSameGold([
      a,
      run('free-c', 2, [
        [1, 5, 9],
        [2, 2, 2],
      ]),
      onAnother,
    ]),
  )
  t.throws(
    () =>
      checkSameGold([
        a,
        onAnother,
        run('free-c', 2, [
          [1, 5, 9],
          [2, 3, 2],
        ]),
      ]),
    {
      code: 'HMTL_TRAIN_DATA',
      message: /emd of c, seed 2 has other gold than that of a, seed 1: 3 for 2 in test document 2/,
    },
  )
})

test('every claim is of rows that there are', (t) => {
  for (const { from, to, task } of claims)
    for (const row of [from, to]) {
      const { tasks } = JSON.parse(readFileSync(root(`configs/paper-free/${row}.json`), 'utf8'))
      t.true(
        tasks.some(({ name }: { name: string }) => name === task),
        `${row} has no ${task}`,
      )
    }
})

test('the page and the tables have what there is, and nothing where there is nothing', (t) => {
  const runs = [1, 2, 3].flatMap((seed) => [runOf('b', seed, 0.5), runOf('a', seed, 0.5), runOf('j', seed, 0.6)])
  const page = paperPage(runs)
  t.regex(page, /<polygon/)
  t.notRegex(page, /NaN|undefined|<script/)
  t.regex(paperMarkdown(runs), /\| b \| 3 \| 50\.\d ± \d\.\d \| 87\.1 \|/)
  t.notRegex(paperPage([]), /NaN|undefined/)
})

const texts = ['Siri lives in Moss . Later Siri saw Odd .', 'Odd likes Bergen . Siri likes Odd .']
const gold = (i: number): Document => {
  const text = texts[i % texts.length]
  const at = (word: string, nth = 0) => {
    let start = text.indexOf(word)
    for (let n = 0; n < nth; n++) start = text.indexOf(word, start + 1)
    return { start, end: start + word.length }
  }
  const entities = ['Siri', 'Odd', 'Moss', 'Bergen']
    .filter((word) => text.includes(word))
    .map((word) => ({ ...at(word), label: word.length > 4 || word === 'Moss' ? 'LOC' : 'PER' }))
    .sort((a, b) => a.start - b.start)
  const twice = i % 2 === 0 ? 'Siri' : 'Odd'
  const relations = [{ label: 'likes', arg1: entities[0], arg2: entities[1] }]
  return prepareDocument(
    createDocument({ id: String(i), text, entities, relations, clusters: [[at(twice), at(twice, 1)]] }),
  )
}

test.serial('what is kept of a run has the scores of its evaluation, on a flat model without shortcuts', async (t) => {
  await startEngine(testEngine)
  const folder = testFolder(t)
  const path = join(folder, 'data.arrow')
  await writeDocuments(
    (async function* () {
      for (let i = 0; i < 12; i++) yield gold(i)
    })(),
    path,
    { format: 'arrow' },
  )
  const datasets = [{ train: path, dev: path, test: path }]
  const encoder = { hidden: 12, layers: 1, dropout: 0 }
  const config = parseConfig({
    name: 'free-flat',
    embeddings: { words: { size: 12 }, characters: { size: 8, filters: 8, width: 3 } },
    tasks: [
      { name: 'ner', kind: 'crf', encoder, batch: 4, datasets },
      {
        name: 'relation',
        kind: 'relation',
        on: 'ner',
        encoder: null,
        candidates: 'tokens',
        bearingOnly: true,
        datasets,
      },
      { name: 'coref', kind: 'coref', on: 'ner', encoder, shortcut: false, hidden: 12, lexicalDropout: 0, datasets },
    ],
    training: { updates: 120, validateEvery: 60, learningRate: 0.02, sampling: 'successive', scoreTest: true },
  })
  const output = join(folder, 'run')
  await train(config, { output })
  const run = await paperRunOf(output, testEngine)
  const events = readFileSync(join(output, 'metrics.jsonl'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
  const { main } = events.find(({ event }) => event === 'test')
  for (const [task, score] of Object.entries(main as Record<string, number>)) {
    t.is(run.documents[task].length, 12)
    t.true(Math.abs(scoreOfDocuments(run.documents[task]) - score) < 1e-6, `${task} ${score}`)
  }
  t.true(main.ner > 0.9 && main.relation > 0.5, JSON.stringify(main))
  t.deepEqual(
    run.curve.map(({ update }) => update),
    [60, 120],
  )
  const weights = readFileSync(join(output, 'model', 'model.safetensors'))
  t.false(weights.includes('relation.encoder'), 'it has none of its own')
  const page = readFileSync(join(output, 'report.html'), 'utf8')
  t.regex(page, /Development documents/)
  t.is(page.match(/<article/g)?.length, 3)
})
