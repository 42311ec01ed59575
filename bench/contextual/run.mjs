/**
 * ELMo and a transformer beside PyTorch: one thread each, the same sentences and
 * batches, processes taken in turn. PYTHON names an interpreter with torch,
 * transformers and numpy; `hmtl setup minilm` must have been run.
 *   PYTHON=venv/bin/python node bench/contextual/run.mjs [PASSES]
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findEncoder } from '../../dist/src/model/encoders/load.js'
import { datasetDocuments } from '../../dist/src/train/pieces.js'

const here = dirname(fileURLToPath(import.meta.url))
const passes = Number(process.argv[2] ?? 5)
const python = process.env.PYTHON ?? 'python3'
const engines = (process.env.ENGINES ?? 'wasm tensorflow').split(' ')
const folder = mkdtempSync(join(tmpdir(), 'hmtl-bench-'))
const run = (program, args) => {
  const env = { ...process.env, OMP_NUM_THREADS: '1', MKL_NUM_THREADS: '1', TOKENIZERS_PARALLELISM: 'false' }
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8', maxBuffer: 1 << 28, env })
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${stderr.slice(-2000)}`)
  return stdout
}
const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]

const sentences = []
for await (const { text, tokens, sentences: spans } of datasetDocuments([
  join(here, '..', '..', 'data', 'redocred', 'test.arrow'),
]))
  for (let s = 0; s < spans.begin.length; s++)
    sentences.push(
      Array.from({ length: spans.end[s] - spans.begin[s] }, (_, i) =>
        text.slice(tokens.begin[spans.begin[s] + i], tokens.end[spans.begin[s] + i]),
      ),
    )
/** About so many tokens, whole batches of 32 sentences of like length. */
const sample = (name, most) => {
  let total = 0
  const taken = sentences.filter(({ length }) => (total += length) <= most).sort((a, b) => a.length - b.length)
  const path = join(folder, `${name}.json`)
  writeFileSync(path, JSON.stringify(taken))
  return { path, tokens: taken.reduce((sum, { length }) => sum + length, 0) }
}
const cases = [
  {
    what: 'transformer',
    label: 'all-MiniLM-L6-v2 (6 layers of 384)',
    folder: findEncoder('all-MiniLM-L6-v2'),
    tokens: 6000,
    rounds: 3,
  },
  { what: 'elmo', label: 'ELMo small (1024, projected to 128)', shape: 'small', tokens: 6000, rounds: 3 },
  { what: 'elmo', label: 'ELMo original (4096, projected to 512)', shape: 'original', tokens: 2000, rounds: 1 },
]
console.log(
  `| encoder | PyTorch, tokens/s | ${engines.map((engine) => `${engine}, tokens/s | time as a ratio`).join(' | ')} |\n|---|---|${engines.map(() => '---|---').join('|')}|`,
)
for (const { what, label, shape, tokens: most, rounds, folder: given } of cases) {
  const { path, tokens } = sample(shape ?? what, most)
  const weights = given ?? join(folder, shape)
  if (shape) run(process.execPath, [join(here, 'case.mjs'), 'make', weights, shape])
  const times = { torch: [] }
  for (let pass = 0; pass < passes; pass++) {
    for (const engine of engines)
      (times[engine] ??= []).push(
        median(
          JSON.parse(
            run(process.execPath, [join(here, 'case.mjs'), 'time', what, weights, engine, path, String(rounds)]),
          ),
        ),
      )
    times.torch.push(median(JSON.parse(run(python, [join(here, 'peer.py'), what, weights, path, String(rounds)]))))
  }
  const speed = (values) => Math.round(tokens / median(values)).toLocaleString('en-US')
  const cell = (engine) =>
    `${speed(times[engine])} | ${median(times[engine].map((value, i) => value / times.torch[i])).toFixed(2)}`
  console.log(`| ${label} | ${speed(times.torch)} | ${engines.map(cell).join(' | ')} |`)
}
rmSync(folder, { recursive: true })
