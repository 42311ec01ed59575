/**
 * Two versions of this package beside one another, processes in turn: what a change of the house may not cost.
 *   node bench/versions.mjs BEFORE AFTER CORPUS.jsonl [--documents 300] [--rounds 5] [--config FILE] [--updates 60]
 * BEFORE and AFTER are checkouts that are built. With --config (whose paths both understand) also updates of a
 * training.
 * With --updates-at-once both train at the same time, a core each, and change cores each round: what disturbs one
 * disturbs the other. Counted are the seconds of the updates alone.
 * Prints medians, the ratio after/before of each round's pair as a median, and every figure.
 */
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    documents: { type: 'string', default: '300' },
    rounds: { type: 'string', default: '5' },
    config: { type: 'string' },
    updates: { type: 'string', default: '60' },
    engine: { type: 'string', default: 'wasm' },
    only: { type: 'string', default: '' },
    'updates-at-once': { type: 'boolean', default: false },
  },
})
const [before, after, corpus] = positionals
const folder = mkdtempSync(join(tmpdir(), 'hmtl-bench-versions-'))
const lines = readFileSync(corpus, 'utf8').split('\n').filter(Boolean)
const write = (name, list) => {
  const path = join(folder, name)
  writeFileSync(path, `${list.join('\n')}\n`)
  return path
}
const texts = write('texts.jsonl', lines.slice(0, Number(values.documents)))
const many = write('many.jsonl', Array.from({ length: 20 }, () => lines.slice(0, 2000)).flat())
const one = write('one.jsonl', ['{"text":"Marie Curie was born in Warsaw."}'])
const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)]

/** Seconds to the end and to the first output, and the most memory in MB. */
const run = (root, args) =>
  new Promise((done, fail) => {
    const begun = performance.now()
    const child = spawn(
      '/usr/bin/env',
      ['time', '-f', 'rss %M', process.execPath, join(root, 'dist/cli/main.js'), ...args],
      {
        cwd: root,
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    )
    let first
    let errors = ''
    child.stdout.on('data', () => {
      first ??= (performance.now() - begun) / 1000
    })
    child.stderr.on('data', (chunk) => {
      errors += chunk
    })
    child.once('error', fail)
    child.once('close', (code) => {
      const seconds = (performance.now() - begun) / 1000
      if (code !== 0) fail(new Error(`${root}: ${args.join(' ')} ended with ${code}\n${errors}`))
      else done({ seconds, first, megabytes: Number(/rss (\d+)/.exec(errors)?.[1] ?? Number.NaN) / 1024, errors })
    })
  })

/** Seconds from what a training says of its data to its last update, on one core. */
const updatesOn = (root, core) =>
  new Promise((done, fail) => {
    const child = spawn('taskset', ['-c', String(core), process.execPath, join(root, 'dist/cli/main.js'), ...train()], {
      cwd: root,
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    let [text, begun, seconds] = ['', undefined, undefined]
    child.stderr.on('data', (chunk) => {
      text += chunk
      const now = performance.now()
      if (text.includes('word forms')) begun ??= now
      if (text.includes(`${values.updates}/${values.updates}`)) seconds ??= (now - begun) / 1000
    })
    child.once('error', fail)
    child.once('close', () => (seconds === undefined ? fail(new Error(text)) : done(seconds)))
  })

const annotate = (input) => ['annotate', input, '--engine', values.engine, '--workers', '1', '--quiet']
let runs = 0
const train = () => [
  ...['train', resolve(values.config), '-o', join(folder, `run${runs++}`)],
  ...[
    '--engine',
    values.engine,
    '--set',
    `training.updates=${values.updates}`,
    '--set',
    `training.validateEvery=${values.updates}`,
  ],
]
if (values['updates-at-once']) {
  const rounds = []
  for (let round = 0; round < Number(values.rounds); round++) {
    const pair = await Promise.all([updatesOn(before, round % 2), updatesOn(after, (round + 1) % 2)])
    rounds.push(pair)
    console.log(`${pair.map((seconds) => seconds.toFixed(2)).join(' / ')}, ratio ${(pair[1] / pair[0]).toFixed(3)}`)
  }
  console.log(`median ratio ${median(rounds.map(([b, a]) => a / b)).toFixed(3)}`)
  rmSync(folder, { recursive: true })
  process.exit(0)
}

const cases = [
  ['annotate, all tasks, one worker, s', () => annotate(texts), ({ seconds }) => seconds],
  ['the same, most memory, MB', undefined, ({ megabytes }) => megabytes],
  ['first document from the start, s', () => annotate(one), ({ first }) => first],
  [
    'JSON lines through convert, s',
    () => ['convert', many, '-o', join(folder, 'out.jsonl'), '--to', 'jsonl'],
    ({ seconds }) => seconds,
  ],
  ...(values.config ? [['a training, s', train, ({ seconds }) => seconds]] : []),
].filter(([name]) => name.includes(values.only))

const figures = cases.map(() => ({ before: [], after: [] }))
for (let round = 0; round < Number(values.rounds); round++) {
  let last = {}
  for (const [i, [, args, of]] of cases.entries()) {
    // Who goes first changes with the round.
    const sides = round % 2 === 0 ? ['before', 'after'] : ['after', 'before']
    if (args)
      for (const side of sides) last = { ...last, [side]: await run(side === 'before' ? before : after, args()) }
    for (const side of sides) figures[i][side].push(of(last[side]))
  }
}
rmSync(folder, { recursive: true })
console.log('| | before | after | ratio | rounds, before / after |\n|---|---|---|---|---|')
for (const [i, [name]] of cases.entries()) {
  const { before: b, after: a } = figures[i]
  const ratio = median(a.map((value, round) => value / b[round]))
  const pairs = a.map((value, round) => `${b[round].toFixed(2)} / ${value.toFixed(2)}`).join(', ')
  console.log(`| ${name} | ${median(b).toFixed(2)} | ${median(a).toFixed(2)} | ${ratio.toFixed(3)} | ${pairs} |`)
}
