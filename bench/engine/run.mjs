/**
 * The engines beside PyTorch: the same weights and batches, one thread each,
 * processes taken in turn. PYTHON names an interpreter with torch and numpy.
 *   PYTHON=venv/bin/python node bench/engine/run.mjs [PASSES] [ROUNDS]
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const here = dirname(fileURLToPath(import.meta.url))
const [passes, rounds] = [Number(process.argv[2] ?? 5), Number(process.argv[3] ?? 3)]
const python = process.env.PYTHON ?? 'python3'
const folder = mkdtempSync(join(tmpdir(), 'hmtl-bench-'))
const engines = (process.env.ENGINES ?? 'wasm tensorflow').split(' ')

const run = (program, args) => {
  const { status, stdout, stderr } = spawnSync(program, args, {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    env: { ...process.env, OMP_NUM_THREADS: '1', MKL_NUM_THREADS: '1' },
  })
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${stderr.slice(-2000)}`)
  return stdout
}
const ours = (...args) => run(process.execPath, [join(here, 'case.mjs'), ...args])
const torch = (...args) => run(python, [join(here, 'hmtl_torch.py'), ...args])
const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]

ours('make', join(folder, 'small'), 'small')
const expected = JSON.parse(torch('parity', join(folder, 'small')))
console.log(
  '## Parity\n\nSame weights, same batch, no dropout: the loss, and the largest difference of a gradient relative to its largest element.\n',
)
console.log(
  '| task | loss (PyTorch) | engine | loss differs by | gradients differ by | parameters |\n|---|---|---|---|---|---|',
)
for (const engine of engines) {
  const found = JSON.parse(ours('parity', join(folder, 'small'), engine))
  for (const [task, { loss, gradients }] of Object.entries(expected)) {
    let worst = 0
    for (const [name, values] of Object.entries(gradients)) {
      const mine = found[task].gradients[name]
      if (!mine) throw new Error(`${engine} has no gradient of ${name}`)
      const scale = Math.max(1e-3, ...values.slice(1).map(Math.abs))
      values.forEach((value, i) => {
        worst = Math.max(worst, Math.abs(mine[i] - value) / (i === 0 ? Math.max(scale, value) : scale))
      })
    }
    const difference = Math.abs(found[task].loss - loss) / Math.abs(loss)
    if (!(difference < 1e-4 && worst < 1e-4))
      throw new Error(`${engine} ${task}: loss ${difference}, gradients ${worst}`)
    console.log(
      `| ${task} | ${loss.toFixed(4)} | ${engine} | ${difference.toExponential(1)} | ${worst.toExponential(1)} | ${Object.keys(gradients).length} |`,
    )
  }
}

ours('make', join(folder, 'full'), 'full')
const samples = {}
const add = (who, result) => {
  for (const [what, kinds] of Object.entries(result))
    for (const [kind, seconds] of Object.entries(kinds)) ((samples[`${what} ${kind}`] ??= {})[who] ??= []).push(seconds)
}
for (let pass = 0; pass < passes; pass++) {
  for (const engine of engines) add(engine, JSON.parse(ours('time', join(folder, 'full'), engine, String(rounds))))
  add('torch', JSON.parse(torch('time', join(folder, 'full'), String(rounds))))
}
console.log(
  `\n## Time\n\nMilliseconds, median of ${passes} processes taken in turn (each the median of its batches), and the median of the ratios to PyTorch within a turn; ${availableParallelism()} cores, one thread each.\n`,
)
console.log(
  `| what | PyTorch | ${engines.map((engine) => `${engine} | ratio`).join(' | ')} |\n|---|---|${engines.map(() => '---|---').join('|')}|`,
)
const cell = (peer, values) =>
  `${(1000 * median(values)).toFixed(1)} | ${median(values.map((value, i) => value / peer[i])).toFixed(2)}`
for (const [what, by] of Object.entries(samples)) {
  if (what === 'lstm update') {
    for (const form of ['packed', 'padded']) {
      const peer = samples[`lstm ${form} update`].torch
      console.log(
        `| biLSTM 300→64, two layers, 32 × 30, forward and backward; PyTorch ${form} | ${(1000 * median(peer)).toFixed(1)} | ${engines.map((engine) => cell(peer, by[engine])).join(' | ')} |`,
      )
    }
    continue
  }
  // PyTorch's side scores every pair.
  by.torch ??= samples[what.replace(/,.* (?=\w+$)/, ' ')]?.torch
  if (by.torch && engines.every((engine) => by[engine]))
    console.log(
      `| ${what} | ${(1000 * median(by.torch)).toFixed(1)} | ${engines.map((engine) => cell(by.torch, by[engine])).join(' | ')} |`,
    )
}
rmSync(folder, { recursive: true })
