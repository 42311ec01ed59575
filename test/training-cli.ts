/** `hmtl train`, `report` and `evaluate` beside each other: what one says, the other finds. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'ava'
import { createDocument, type DocumentLike } from '../src/io/document/document.ts'
import { writeDocuments } from '../src/io/write.ts'
import { loadConfig } from '../src/model/config/files.ts'
import { parseEvents } from '../src/report/training-page.ts'
import { prepareDocument } from '../src/pipeline/prepare.ts'
import { hmtl } from './helpers/command.ts'
import { testEngine } from './helpers/engine.ts'
import { fileFolder } from './helpers/folder.ts'

const folder = fileFolder(test)

const names = ['Maren', 'Jonas', 'Ida', 'Olav', 'Siri']
const places = ['Oslo', 'Bergen', 'Moss']

/** Stories whose entities have these labels. */
const stories = async (
  name: string,
  [person, place]: readonly [string, string],
  more: Partial<DocumentLike> = {},
): Promise<string> => {
  const path = join(folder, `${name}.arrow`)
  async function* documents() {
    for (let i = 0; i < 20; i++) {
      const text = `${names[i % 5]} lives in ${places[i % 3]} .`
      const at = text.indexOf(places[i % 3])
      const entities = [
        { start: 0, end: names[i % 5].length, label: person },
        { start: at, end: at + places[i % 3].length, label: place },
      ]
      yield prepareDocument(createDocument({ id: String(i), text, entities, ...more }))
    }
  }
  await writeDocuments(documents(), path, { format: 'arrow' })
  return path
}

const config = async (name: string, value: object): Promise<string> => {
  const path = join(folder, `${name}.json`)
  writeFileSync(path, JSON.stringify(value))
  return path
}

const base = (train: string, dev: string) => ({
  embeddings: { words: { size: 8 }, characters: { size: 4, filters: 8, width: 3 } },
  tasks: [{ name: 'ner', kind: 'crf', encoder: { hidden: 8, layers: 1 }, datasets: [{ train, dev }], batch: 4 }],
  training: { updates: 40, validateEvery: 10, ahead: 0, learningRate: 0.02 },
})

test('report and evaluate say the same of a model, decisions made; a second training into its folder is refused', async (t) => {
  const data = await stories('gold', ['PER', 'LOC'])
  const run = join(folder, 'run')
  const settings = await config('fits', base(data, data))
  const trained = await hmtl(['train', settings, '-o', run, '--engine', testEngine, '-q', '--half'])
  t.is(trained.code, 0, trained.err)
  const [reported] = JSON.parse((await hmtl(['report', run, '--json'])).out) as [
    { tasks: { dev: number; score: number }[] },
  ]
  const { ner } = JSON.parse(
    (await hmtl(['evaluate', join(run, 'model'), '--data', data, '--json', '--engine', testEngine])).out,
  )
  t.is(reported.tasks[0].dev, 100 * ner.f1)
  t.is(JSON.parse(trained.out).bestMain.ner, ner.f1)
  t.is(JSON.parse(readFileSync(join(run, 'model', 'config.json'), 'utf8')).notes.dev.ner, ner.f1)
  t.regex((await hmtl(['report', run])).out, new RegExp(`ner +${(100 * ner.f1).toFixed(2).replace('.', '\\.')}`))

  const weights = () => readFileSync(join(run, 'model', 'model.safetensors'))
  const before = weights()
  const refused = await hmtl(['train', settings, '-o', run, '--engine', testEngine, '-q'])
  t.is(refused.code, 1)
  t.regex(refused.err, /HMTL_TRAIN_FOLDER: .*holds a training already\. .*--resume.*--overwrite/)
  t.true(weights().equals(before))
  t.is((await hmtl(['train', settings, '-o', run, '--resume', '--overwrite'])).code, 2)
  // An unusable configuration replaces nothing.
  const broken = await hmtl([
    'train',
    settings,
    '-o',
    run,
    '-q',
    '--overwrite',
    '--set',
    'tasks.0.datasets=[{"train":"nothing.arrow"}]',
  ])
  t.is(broken.code, 1)
  t.true(weights().equals(before))
  const replaced = await hmtl([
    'train',
    settings,
    '-o',
    run,
    '--engine',
    testEngine,
    '-q',
    '--overwrite',
    '--set',
    'training.seed=7',
  ])
  t.is(replaced.code, 0, replaced.err)
  t.false(weights().equals(before))
})

test('a task that does not learn is told on standard error, in the log and on the page', async (t) => {
  const train = await stories('train', ['PER', 'LOC'])
  const dev = await stories('dev', ['Person', 'Place'])
  const run = join(folder, 'stuck')
  const settings = await config('stuck', {
    ...base(train, dev),
    training: { ...base(train, dev).training, learningRate: 1e-9 },
  })
  const { code, err } = await hmtl(['train', settings, '-o', run, '--engine', testEngine])
  t.is(code, 0, err)
  const warnings = parseEvents(readFileSync(join(run, 'metrics.jsonl'), 'utf8')).filter(
    (event) => event.event === 'warning',
  )
  t.deepEqual(warnings.map(({ kind }) => kind).sort(), ['loss', 'score'])
  const page = readFileSync(join(run, 'report.html'), 'utf8')
  for (const { message, update } of warnings) {
    t.true(err.includes(`${update}  warning: ${message}`))
    t.true(page.includes(`<p class="warning">Update ${update}: ${message}.</p>`))
  }
  const quiet = await hmtl(['train', settings, '-o', run, '--engine', testEngine, '-q', '--overwrite'])
  t.is(quiet.err, '')
})

test('evaluate: gold without a task’s layer is said, never scored 0', async (t) => {
  const entities = await stories('entities', ['PER', 'LOC'])
  const bare = await stories('bare', ['PER', 'LOC'], { entities: undefined })
  const empty = await stories('empty', ['PER', 'LOC'], { entities: [] })
  const evaluate = (...args: string[]) => hmtl(['evaluate', 'en', '--engine', 'wasm', '--data', ...args])
  const some = await evaluate(entities)
  t.is(some.code, 0)
  t.regex(some.out, /^ner +\d+\.\d\d\nemd +no gold\nrelation +no gold\ncoref +no gold\n$/m)
  const asJson = JSON.parse((await evaluate(entities, '--json')).out)
  t.true(asJson.ner.f1 >= 0)
  t.deepEqual([asJson.emd, asJson.relation, asJson.coref], [null, null, null])
  for (const args of [[bare], [empty], [entities, '--task', 'ner,emd'], [entities, '--task', 'coref']]) {
    const { code, err, out } = await evaluate(...args)
    t.deepEqual([code, out], [1, ''], args.join(' '))
    t.regex(err, /HMTL_SCORE_GOLD: no gold for task (ner|emd|coref) in .*Name data with/)
  }
})

test('--set finds a task by its name or its place, and says what there is where there is none', async (t) => {
  const path = await config('set', base('a.arrow', 'b.arrow'))
  for (const setting of ['tasks.ner.batch=9', 'tasks.0.batch=9'])
    t.is((await loadConfig(path, [setting])).tasks[0].batch, 9, setting)
  t.is((await loadConfig(path, ['tasks.ner.datasets.0.dev=c.arrow'])).tasks[0].datasets[0].dev, 'c.arrow')
  const more = await loadConfig(path, ['tasks.ner.datasets.1={"train":"d.arrow"}'])
  t.deepEqual(
    more.tasks[0].datasets.map(({ train }) => train),
    ['a.arrow', 'd.arrow'],
  )
  for (const [setting, message] of [
    ['tasks.nre.batch=9', /"tasks" has no "nre": there is ner, or 0 by number\. Did you mean "tasks\.ner"\?/],
    ['tasks.4.batch=9', /"tasks" has no "4"/],
    ['tasks.ner.datasets.a.dev=9', /"tasks\.ner\.datasets" has no "a": there is 0 by number/],
    ['tasks.ner.datasets.1.dev=9', /"tasks\.ner\.datasets" has no "1"/],
    ['tasks.length=0', /"tasks" has no "length"/],
    ['a.constructor.b=0', /cannot be set/],
  ] as const)
    await t.throwsAsync(loadConfig(path, [setting]), { code: 'HMTL_CONFIG_KEY', message } as never, setting)
})

test('a configuration extends another by a path from its own folder, or by a whole one', async (t) => {
  const data = join(folder, 'any.arrow')
  await config('base', { ...base(data, data), name: 'the base' })
  for (const path of ['base.json', './base.json', join(folder, 'base.json')]) {
    const { name, tasks } = await loadConfig(await config('extending', { extends: path }))
    t.deepEqual([name, tasks[0].name], ['the base', 'ner'])
  }
})

test('configurations extend each other a dozen deep, but not in a circle', async (t) => {
  const data = join(folder, 'any.arrow')
  let path = await config('deep-0', { ...base(data, data), name: 'the first' })
  for (let i = 1; i <= 12; i++) path = await config(`deep-${i}`, { extends: `deep-${i - 1}.json` })
  t.deepEqual([(await loadConfig(path)).name], ['the first'])
  await config('deep-0', { extends: 'deep-2.json' })
  const error = await t.throwsAsync(loadConfig(path), { code: 'HMTL_CONFIG_VALUE' })
  t.regex(
    error?.message ?? '',
    /circles: \S*deep-2\.json extends \S*deep-1\.json extends \S*deep-0\.json extends \S*deep-2\.json\./,
  )
})

test('a data set is laid over that of the same training data where it says so', async (t) => {
  const labels = { person: 'PER', place: { label: 'LOC', minScore: 0.5 } }
  const first = { train: 'a.arrow', dev: 'b.arrow', labels, weight: 2 }
  const tasks = (datasets: readonly object[]) => [{ name: 'ner', kind: 'crf', datasets }]
  await config('sets', { tasks: tasks([first, { train: 'c.arrow' }]) })
  const setsOf = async (...datasets: object[]) =>
    (await loadConfig(await config('over', { extends: 'sets.json', tasks: tasks(datasets) }))).tasks[0].datasets
  const over = { extends: true, train: 'a.arrow', weight: 3, labels: { place: { label: 'LOC', minScore: 0.7 } } }
  t.deepEqual(
    await setsOf(over, { train: 'c.arrow', weight: 4 }),
    [
      { ...first, weight: 3, labels: { person: 'PER', place: { label: 'LOC', minScore: 0.7 } } },
      { train: 'c.arrow', weight: 4 },
    ] as never,
    'what is left out is as it was, what says nothing of it stands alone',
  )
  t.deepEqual(await setsOf({ train: 'a.arrow' }), [{ train: 'a.arrow' }] as never)
  await t.throwsAsync(setsOf({ extends: true, train: 'd.arrow' }), {
    code: 'HMTL_CONFIG_VALUE',
    message: /"d\.arrow", which is not there before/,
  } as never)
  await t.throwsAsync(setsOf({ extends: 'a.arrow', train: 'a.arrow' }), { code: 'HMTL_CONFIG_TYPE' } as never)
  const alone = await config('alone', { tasks: tasks([{ extends: true, train: 'a.arrow' }]) })
  await t.throwsAsync(loadConfig(alone), { code: 'HMTL_CONFIG_VALUE' } as never)
})

test('what of a folder is no data is told before a training begins, once', async (t) => {
  const data = join(folder, 'some')
  mkdirSync(data)
  const line = JSON.stringify({ text: 'Ada left .', hmtl: { entities: [{ start: 0, end: 3, label: 'PER' }] } })
  writeFileSync(join(data, 'a.jsonl'), `${line}\n`)
  writeFileSync(join(data, 'notes.bak'), 'x')
  const settings = join(folder, 'some.json')
  writeFileSync(settings, JSON.stringify({ ...base(data, data), training: { updates: 1, validateEvery: 1, ahead: 0 } }))
  const run = join(folder, 'some-run')
  const { code, err } = await hmtl(['train', settings, '-o', run, '--engine', testEngine])
  t.is(code, 0, err)
  t.is(err.match(/file-passed-over/g)?.length, 1, err)
  t.regex(err, /1\s+file-passed-over .*notes\.bak/)
  const quiet = await hmtl(['train', settings, '-o', run, '--engine', testEngine, '-q', '--overwrite'])
  t.notRegex(quiet.err, /passed-over/)
})
