/**
 * What each source of a task gives: the task of the bundled model alone, trained on all of its sources and on all but
 * one, a few hundred updates each, on every test set of `people.mjs`. Relations are trained beside names, which are their
 * arguments.
 *   node bench/quality/sources.mjs [--tasks ner,emd,relation,coref] [--seeds 1] [--folder runs/sources]
 * Needs `npm run data:free`, `npm run teach`; what is there is kept, what was broken off goes on. Prints a table a task.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { startEngine } from '../../dist/src/model/engine.js'
import { loadModel } from '../../dist/src/model/store.js'
import { rows, scoreOf } from './tests.mjs'

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..')
const { values } = parseArgs({
  options: {
    tasks: { type: 'string', default: 'ner,emd,relation,coref' },
    seeds: { type: 'string', default: '1' },
    folder: { type: 'string', default: 'runs/sources' },
    engine: { type: 'string', default: process.env.HMTL_ENGINE ?? 'wasm' },
  },
})
const read = (name) => JSON.parse(readFileSync(join(root, 'configs/many-sources', name), 'utf8'))
const [bundled, more] = [read('en.json'), read('en-more.json')]
bundled.tasks = bundled.tasks.map((task) => ({ ...task, ...more.tasks.find(({ name }) => name === task.name) }))
const updates = { ner: 1500, emd: 800, relation: 800, coref: 600 }

/** What a better model reads into texts of any kind is one source. */
const sourceOf = ({ train, convention }) => {
  const folder = train.split('/').at(-2)
  return folder.endsWith('-read') ? 'what en-accurate reads' : `${folder}${convention ? ` (${convention})` : ''}`
}
const taskNamed = (name) => bundled.tasks.find((task) => task.name === name)
/** A configuration of one task without one of its sources. */
const configOf = (name, without) => {
  const given = taskNamed(name)
  const task = {
    ...given,
    on: name === 'relation' ? 'ner' : 'base',
    datasets: given.datasets.filter((data) => sourceOf(data) !== without),
  }
  const names = name === 'relation' ? [{ ...taskNamed('ner'), on: 'base' }] : []
  const all = updates[name] + (names.length > 0 ? 400 : 0)
  return {
    ...bundled,
    name: `${name} without ${without}`,
    tasks: [...names, task],
    training: {
      updates: all,
      validateEvery: all,
      finalRate: 0.02,
      ...(names.length > 0 && { sampling: { ner: 1, relation: 2 } }),
    },
  }
}

const recordOf = async (name, without, seed) => {
  const slug = `${name}-${without ?? 'all'}-s${seed}`.replace(/[^\w-]+/g, '-')
  const run = join(values.folder, slug)
  const path = join(values.folder, `${slug}.json`)
  if (existsSync(path)) return JSON.parse(readFileSync(path, 'utf8'))
  mkdirSync(values.folder, { recursive: true })
  const config = join(values.folder, `${slug}.config.json`)
  writeFileSync(config, JSON.stringify(configOf(name, without)))
  const cli = join(root, 'dist', 'cli', 'main.js')
  const args = ['train', config, '-o', run, '--overwrite', '--quiet', '--engine', values.engine]
  const { status } = spawnSync(process.execPath, [cli, ...args, '--set', `training.seed=${seed}`], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, TF_NUM_INTRAOP_THREADS: '1', TF_NUM_INTEROP_THREADS: '1', TF_CPP_MIN_LOG_LEVEL: '2' },
  })
  if (status !== 0) throw new Error(`${slug}: training ended with ${status}`)
  const model = await loadModel(join(run, 'model'), { compact: true })
  const scores = {}
  for (const row of rows.filter(({ task }) => task === name))
    scores[row.name] = (await scoreOf(model, row, bundled)).main
  const record = { task: name, without: without ?? null, seed, updates: updates[name], scores }
  writeFileSync(path, `${JSON.stringify(record)}\n`)
  console.error(slug, JSON.stringify(scores))
  return record
}

const seeds = Array.from({ length: Number(values.seeds) }, (_, i) => i + 1)
const mean = (list) => list.reduce((a, b) => a + b, 0) / list.length
const percent = (value) => (100 * value).toFixed(1)
const signed = (value) => `${value < 0 ? '−' : '+'}${percent(Math.abs(value))}`
await startEngine(process.env.HMTL_SCORE_ENGINE ?? 'wasm')
for (const name of values.tasks.split(',')) {
  const tests = rows
    .filter(({ task, name: row }) => task === name && !row.includes('three types'))
    .map((row) => row.name)
  const sources = [...new Set(taskNamed(name).datasets.map(sourceOf))]
  const records = new Map()
  for (const seed of seeds)
    for (const without of [undefined, ...sources])
      records.set(without, [...(records.get(without) ?? []), await recordOf(name, without, seed)])
  const at = (without, test) => records.get(without).map(({ scores }) => scores[test])
  console.log(`\n| ${name}, ${updates[name]} updates, seeds ${seeds.join(', ')} | ${tests.join(' | ')} |`)
  console.log(`|---|${tests.map(() => '---|').join('')}`)
  console.log(`| all sources | ${tests.map((test) => percent(mean(at(undefined, test)))).join(' | ')} |`)
  for (const without of sources)
    console.log(
      `| without ${without} | ${tests.map((test) => signed(mean(at(without, test)) - mean(at(undefined, test)))).join(' | ')} |`,
    )
}
