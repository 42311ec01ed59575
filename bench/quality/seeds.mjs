/**
 * The four tasks together beside each alone, and on a transformer, over seeds:
 * trains what is missing into runs/, scores each best model on its test data,
 * prints the table. The transformer's rows want `npm run data:free -- --vectors`.
 *   node bench/quality/seeds.mjs [RUNS_FOLDER] [SEEDS]
 */
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..')
const [folder = 'runs/seeds', seeds = '3'] = process.argv.slice(2)
const hmtl = (...args) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(root, 'dist', 'cli', 'main.js'), ...args], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  })
  if (status !== 0) throw new Error(`hmtl ${args.join(' ')}: ${stderr}`)
  return stdout
}
const engine = ['--engine', process.env.HMTL_ENGINE ?? 'wasm']
const tests = {
  ner: 'data/redocred/test.arrow',
  emd: 'data/litbank/test.arrow',
  relation: 'data/redocred/test.arrow',
  coref: 'data/litbank/test.arrow',
}
const main = {
  ner: ({ f1 }) => f1,
  emd: ({ f1 }) => f1,
  relation: ({ definitions }) => definitions.lastToken.f1,
  coref: ({ conll }) => conll,
}

const model = (name, config, seed) => {
  const run = join(folder, `${name}-s${seed}`)
  if (!existsSync(join(root, run, 'model', 'config.json')) && !existsSync(join(run, 'model', 'config.json')))
    hmtl('train', config, '-o', run, '--quiet', '--overwrite', '--set', `training.seed=${seed}`, ...engine)
  const log = readFileSync(
    existsSync(join(root, run)) ? join(root, run, 'metrics.jsonl') : join(run, 'metrics.jsonl'),
    'utf8',
  )
    .trim()
    .split('\n')
  return { path: join(run, 'model'), end: JSON.parse(log[log.length - 1]) }
}
const score = (path, task) =>
  main[task](JSON.parse(hmtl('evaluate', path, '--data', tests[task], '--task', task, '--json', ...engine))[task])

const rows = []
for (const task of Object.keys(tests))
  for (const [label, name, config] of [
    ['alone', task, `configs/alone/${task}.json`],
    ['together', 'all', 'configs/default.json'],
    ['together, on MiniLM', 'acc', 'configs/accurate.json'],
  ]) {
    const scores = []
    let [updates, seconds, memory] = [0, 0, 0]
    for (let seed = 1; seed <= Number(seeds); seed++) {
      const { path, end } = model(name, config, seed)
      scores.push(100 * score(path, task))
      updates = end.taskUpdates[task]
      seconds = Math.max(seconds, end.seconds)
      memory = Math.max(memory, end.maxRss)
    }
    const mean = scores.reduce((a, b) => a + b, 0) / scores.length
    const deviation = Math.sqrt(scores.reduce((sum, x) => sum + (x - mean) ** 2, 0) / Math.max(1, scores.length - 1))
    rows.push(
      `| ${task} | ${label} | ${scores.map((x) => x.toFixed(1)).join(' ')} | **${mean.toFixed(1)}** ± ${deviation.toFixed(1)} | ${updates} | ${Math.round(seconds)} | ${Math.round(memory / 2 ** 20)} |`,
    )
    console.error(rows.at(-1))
  }
console.log(
  `| task | trained | test F1 by seed | mean | updates of the task | seconds, slowest run | peak MB |\n|---|---|---|---|---|---|---|\n${rows.join('\n')}`,
)
