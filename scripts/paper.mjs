/**
 * Trains the paper's rows and prints its tables with the paper's numbers beside.
 * What is there already is kept, what was broken off goes on.
 *   npm run paper -- --free [--rows a,b,c] [--seeds 3] [--scale 1] [--output runs/paper-free] [--engine wasm]
 * Without --free it takes configs/paper, which needs ACE 2005, OntoNotes and ELMo;
 * --scale multiplies the updates of every row.
 */
import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const { values } = parseArgs({
  options: {
    free: { type: 'boolean', default: false },
    rows: { type: 'string' },
    seeds: { type: 'string', default: '1' },
    scale: { type: 'string', default: '1' },
    output: { type: 'string' },
    engine: { type: 'string', default: 'auto' },
  },
})
const set = values.free ? 'paper-free' : 'paper'
const folder = join(root, 'configs', set)
const output = values.output ?? join('runs', set)
const known = readdirSync(folder).map((file) => file.replace('.json', ''))
const rows = values.rows ? values.rows.split(',') : known
for (const row of rows)
  if (!known.includes(row)) {
    console.error(`there is no row "${row}": ${known.join(', ')}`)
    process.exit(2)
  }
const hmtl = (...args) => {
  const { status } = spawnSync(process.execPath, [join(root, 'dist', 'cli', 'main.js'), ...args], {
    cwd: root,
    stdio: 'inherit',
  })
  if (status !== 0) process.exit(status ?? 1)
}
const finished = (run) =>
  existsSync(join(root, run, 'metrics.jsonl')) &&
  readFileSync(join(root, run, 'metrics.jsonl'), 'utf8').includes('"event":"end"')
for (let seed = 1; seed <= Number(values.seeds); seed++)
  for (const row of rows) {
    const run = join(output, `${row}-s${seed}`)
    if (finished(run)) continue
    const path = join(folder, `${row}.json`)
    const { updates, validateEvery } = JSON.parse(readFileSync(path, 'utf8')).training
    const scaled = (value) => Math.max(1, Math.round(value * Number(values.scale)))
    console.error(`== ${row}, seed ${seed}: ${scaled(updates)} updates`)
    const settings = [
      `training.seed=${seed}`,
      `training.updates=${scaled(updates)}`,
      `training.validateEvery=${scaled(validateEvery)}`,
    ]
    const resume = existsSync(join(root, run, 'state', 'current')) ? ['--resume'] : []
    hmtl(
      'train',
      path,
      '-o',
      run,
      '--quiet',
      '--engine',
      values.engine,
      ...settings.flatMap((setting) => ['--set', setting]),
      ...resume,
    )
  }
hmtl('report', output, '--tables')
