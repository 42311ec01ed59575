/**
 * How fast documents go in and out, and in how much memory, beside a plain
 * JSON.parse loop and pyarrow. Every case is a process of its own, the cases of
 * a round follow each other, and medians over the rounds are reported.
 *
 *   node bench/io/run.mjs --data FOLDER [--megabytes 500] [--rounds 3] [--python PYTHON]
 *
 * FOLDER holds stream/corpus.jsonl and gum/conll2012; the sample of ACE is ours.
 */
import { spawnSync } from 'node:child_process'
import { createWriteStream, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'

const { values } = parseArgs({
  options: {
    data: { type: 'string' },
    megabytes: { type: 'string', default: '500' },
    rounds: { type: 'string', default: '3' },
    python: { type: 'string', default: '' },
    work: { type: 'string', default: join(tmpdir(), 'hmtl-bench-io') },
  },
})
const data = values.data
const work = values.work
const target = Number(values.megabytes) * 2 ** 20
mkdirSync(work, { recursive: true })

/** Repeats pieces until the file has the wanted size. */
const scale = async (path, pieces) => {
  if (existsSync(path)) return
  const out = createWriteStream(path)
  let size = 0
  for (let i = 0; size < target; i = (i + 1) % pieces.length) {
    size += pieces[i].length
    if (!out.write(pieces[i])) await new Promise((resolve) => out.once('drain', resolve))
  }
  await new Promise((resolve) => out.end(resolve))
}

const jsonl = join(work, 'text.jsonl')
const gold = join(work, 'gold.gold_conll')
const arrow = join(work, 'gold.arrow')
const goldJsonl = join(work, 'gold.jsonl')
const textArrow = join(work, 'text.arrow')
const ace = join(work, 'ace')
await scale(jsonl, [readFileSync(join(data, 'stream/corpus.jsonl'))])
const conll = join(data, 'gum/conll2012/train')
await scale(
  gold,
  readdirSync(conll).map((file) => readFileSync(join(conll, file))),
)
if (!existsSync(ace)) {
  // ACE is a folder of small documents: as many copies of a document of ordinary length as make the size, at a tenth.
  mkdirSync(ace)
  const { default: make } = await import('./ace.mjs')
  await make(ace, target / 10)
}

const self = new URL('./case.mjs', import.meta.url).pathname
const python = values.python
const node = (name, ...args) => ({ name, command: process.execPath, args: [self, name, ...args] })
const py = (name, ...args) => ({
  name,
  command: python,
  args: [new URL('./case.py', import.meta.url).pathname, name, ...args],
})
const cases = [
  node('json-parse', jsonl),
  node('jsonl-read', jsonl),
  node('jsonl-to-arrow', jsonl, textArrow),
  node('arrow-read', textArrow),
  node('conll2012-read', gold),
  node('conll2012-to-arrow', gold, arrow),
  node('conll2012-to-jsonl', gold, goldJsonl),
  node('json-parse-gold', goldJsonl),
  node('jsonl-gold-read', goldJsonl),
  node('arrow-gold-read', arrow),
  node('ace-read', ace),
  ...(python ? [py('pyarrow-json', jsonl), py('pyarrow-ipc', textArrow), py('pyarrow-gold', arrow)] : []),
]

const results = new Map(cases.map(({ name }) => [name, []]))
for (let round = 0; round < Number(values.rounds); round++)
  for (const { name, command, args } of cases) {
    const { stdout, stderr, status } = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 1 << 26 })
    if (status !== 0) throw new Error(`${name}: ${stderr}`)
    const result = JSON.parse(stdout.trim().split('\n').pop())
    results.get(name).push(result)
    console.error(round + 1, name, JSON.stringify(result))
  }

const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)]
console.log(
  `${cpus()[0].model}, ${cpus().length} cores, Node ${process.version}, ${values.rounds} rounds, files of ${values.megabytes} MiB`,
)
for (const [name, list] of results)
  console.log(
    `${name.padEnd(20)} ${median(list.map((r) => r.megabytes / r.seconds))
      .toFixed(0)
      .padStart(6)} MB/s  ${median(list.map((r) => r.seconds))
      .toFixed(2)
      .padStart(7)} s  peak ${median(list.map((r) => r.peak))
      .toFixed(0)
      .padStart(5)} MB  ${list[0].documents} documents`,
  )
