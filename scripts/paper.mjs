/**
 * Trains the paper's rows and makes its page, docs/paper.html:
 *   npm run paper -- [--rows a,b,c] [--seeds 3] [--jobs 2] [--engine tensorflow] [--output runs/paper-free] [--paper]
 * What is there is kept, what was broken off goes on: a run that has ended is a record in bench/paper/runs, made again
 * by `npm run paper -- --rows ROW --seeds SEED --again`. Rows come in the order in which the claims need them, all
 * seeds of a group before the next. With --paper the rows are those of configs/paper, which need ACE 2005, OntoNotes
 * and ELMo.
 */
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'

const root = dirname(dirname(fileURLToPath(import.meta.url)))

/** What the claims need first comes first. */
const groups = [
  ['a', 'b', 'c', 'd', 'e'],
  ['a-gm', 'e-gm', 'g', 'h', 'f', 'flat', 'no-shortcut'],
  ['i', 'j', 'k', 'l', 'ablation-glove', 'ablation-contextual'],
  ['sampling-uniform', 'sampling-successive', 'all-on-base', 'all-on-ner', 'a-gum', 'coref-gum', 'a-wnut17'],
]

const usage = (message, status = 2) => {
  console.error(
    `${message}\nnpm run paper -- [--rows a,b,c] [--seeds 3] [--jobs 2] [--engine auto] [--output FOLDER] [--paper] [--page] [--again]`,
  )
  process.exit(status)
}
const options = {
  paper: { type: 'boolean', default: false },
  rows: { type: 'string' },
  seeds: { type: 'string', default: '3' },
  jobs: { type: 'string', default: '1' },
  output: { type: 'string' },
  engine: { type: 'string', default: 'auto' },
  /** Only the page, of the records that are there. */
  page: { type: 'boolean', default: false },
  again: { type: 'boolean', default: false },
  /** Used by itself: the record of a run that has ended. */
  record: { type: 'string' },
  help: { type: 'boolean', short: 'h', default: false },
}
const given = () => {
  try {
    return parseArgs({ options }).values
  } catch (error) {
    return usage(error.message)
  }
}
const values = given()
if (values.help) usage('Trains the paper’s rows, several seeds each, and makes docs/paper.html.', 0)

const set = values.paper ? 'paper' : 'paper-free'
const output = values.output ?? join(root, 'runs', set)
const records = values.paper ? join(output, 'records') : join(root, 'bench', 'paper', 'runs')
const nameOf = ({ row, seed }) => `${row}-s${seed}`
const recordOf = (job) => join(records, `${nameOf(job)}.json`)

if (values.record) {
  const { startEngine } = await import('../dist/src/model/engine.js')
  const { paperRunOf } = await import('../dist/src/paper/run.js')
  const { name } = await startEngine(values.engine)
  const record = await paperRunOf(values.record, name)
  process.stdout.write(`${JSON.stringify(record)}\n`)
  process.exit(0)
}

const folder = join(root, 'configs', set)
const known = readdirSync(folder).map((file) => file.replace('.json', ''))
const wanted = values.rows?.split(',') ?? known
for (const row of wanted) if (!known.includes(row)) usage(`there is no row "${row}": ${known.join(', ')}`)
const seeds = Array.from({ length: Number(values.seeds) }, (_, i) => i + 1)
if (seeds.length === 0) usage('--seeds is how many')
const ordered = [
  ...groups.map((group) => group.filter((row) => known.includes(row))),
  known.filter((row) => !groups.flat().includes(row)),
]
const jobs = ordered.flatMap((group) =>
  seeds.flatMap((seed) => group.filter((row) => wanted.includes(row)).map((row) => ({ row, seed }))),
)
if (values.again) for (const job of jobs) rmSync(recordOf(job), { force: true })

/** Runs a program to its end. @returns what it wrote, where that is asked for */
const run = (args, { captured = false } = {}) =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, {
      cwd: root,
      // Several at a time: each has one thread to compute with.
      env: { ...process.env, TF_NUM_INTRAOP_THREADS: '1', TF_NUM_INTEROP_THREADS: '1', TF_CPP_MIN_LOG_LEVEL: '2' },
      stdio: ['ignore', captured ? 'pipe' : 'ignore', 'inherit'],
    })
    children.add(child)
    const parts = []
    child.stdout?.on('data', (part) => parts.push(part))
    child.on('exit', (status, signal) => {
      children.delete(child)
      if (status === 0) resolve(Buffer.concat(parts).toString())
      else reject(new Error(`${args.slice(0, 4).join(' ')} ended with ${signal ?? status}`))
    })
  })
const children = new Set()
for (const signal of ['SIGINT', 'SIGTERM'])
  process.on(signal, () => {
    for (const child of children) child.kill(signal)
    process.exit(130)
  })

const done = (job) => existsSync(recordOf(job))
const updatesOf = (row) => JSON.parse(readFileSync(join(folder, `${row}.json`), 'utf8')).training.updates
/** Hours that the jobs which are not done will take, by those that are: of the same row, else by updates. */
const hoursLeft = () => {
  const there = jobs.filter(done).map((job) => ({ ...job, ...JSON.parse(readFileSync(recordOf(job), 'utf8')) }))
  if (there.length === 0) return undefined
  const sum = (list, of) => list.reduce((total, item) => total + of(item), 0)
  const rate = sum(there, ({ seconds }) => seconds) / sum(there, ({ row }) => updatesOf(row))
  const secondsOf = ({ row }) => {
    const own = there.filter((other) => other.row === row)
    return own.length > 0 ? sum(own, ({ seconds }) => seconds) / own.length : rate * updatesOf(row)
  }
  return (
    sum(
      jobs.filter((job) => !done(job)),
      secondsOf,
    ) /
    Number(values.jobs) /
    3600
  )
}
const say = (text) => {
  const hours = hoursLeft()
  const left =
    hours === undefined ? '' : `, about ${hours < 1 ? `${Math.ceil(hours * 60)} min` : `${hours.toFixed(1)} h`} left`
  console.error(`${jobs.filter(done).length} of ${jobs.length} runs${left}: ${text}`)
}

const train = async (job) => {
  const folderOf = join(output, nameOf(job))
  const ended = () =>
    existsSync(join(folderOf, 'metrics.jsonl')) &&
    readFileSync(join(folderOf, 'metrics.jsonl'), 'utf8').includes('"event":"end"')
  if (values.again && existsSync(folderOf)) rmSync(folderOf, { recursive: true })
  say(`${job.row}, seed ${job.seed}`)
  if (!ended()) {
    const state = existsSync(join(folderOf, 'state', 'current')) ? ['--resume'] : []
    if (state.length === 0) rmSync(folderOf, { recursive: true, force: true })
    const cli = join(root, 'dist', 'cli', 'main.js')
    const config = join(folder, `${job.row}.json`)
    const settings = ['--quiet', '--engine', values.engine, '--set', `training.seed=${job.seed}`]
    await run([cli, 'train', config, '-o', folderOf, ...settings, ...state])
  }
  const record = await run([fileURLToPath(import.meta.url), '--record', folderOf, '--engine', values.engine], {
    captured: true,
  })
  mkdirSync(records, { recursive: true })
  writeFileSync(`${recordOf(job)}.part`, record)
  renameSync(`${recordOf(job)}.part`, recordOf(job))
  // What a resumed run would need, and the best model of each task: the record and the model are enough.
  for (const part of ['state', 'best']) rmSync(join(folderOf, part), { recursive: true, force: true })
}

const onFreeData = [join(root, 'docs', 'paper.html'), join(root, 'bench', 'paper', 'TABLES.md')]
/** The page and the tables of the records that are there. */
const writePage = async () => {
  const { paperMarkdown, paperPage } = await import('../dist/src/paper/page.js')
  const { checkSameGold } = await import('../dist/src/paper/run.js')
  const runs = readdirSync(records)
    .filter((file) => file.endsWith('.json'))
    .map((file) => JSON.parse(readFileSync(join(records, file), 'utf8')))
  checkSameGold(runs)
  const [page, tables] = values.paper ? ['paper.html', 'TABLES.md'].map((file) => join(output, file)) : onFreeData
  writeFileSync(page, paperPage(runs))
  const head =
    '# Tables of the paper’s rows\n\nMade by `npm run paper` from `runs/`; what they are: [RESULTS.md](RESULTS.md).\n'
  writeFileSync(tables, `${head}\n${paperMarkdown(runs)}`)
  console.error(`${runs.length} records: ${page}, ${tables}`)
}

if (!values.page) {
  const queue = jobs.filter((job) => !done(job))
  const failed = []
  const worker = async () => {
    for (let job = queue.shift(); job; job = queue.shift())
      await train(job).catch((error) => {
        failed.push(job)
        console.error(`${nameOf(job)}: ${error.message}`)
      })
  }
  await Promise.all(Array.from({ length: Math.max(1, Number(values.jobs)) }, worker))
  say('done')
  if (failed.length > 0) process.exitCode = 1
}
await writePage()
