/**
 * What batches made in another thread are worth: milliseconds an update of a training
 * with `training.ahead` 0 and 2, each run a process of its own, in turn.
 *   node bench/engine/ahead.mjs [CONFIG=configs/default.json] [ENGINE=wasm] [UPDATES=300] [ROUNDS=3]
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { loadConfig } from '../../dist/src/model/config/files.js'
import { startEngine } from '../../dist/src/model/engine.js'
import { train } from '../../dist/src/train/train.js'

const [config = 'configs/default.json', engine = 'wasm', updates = '300', rounds = '3', ahead] = process.argv.slice(2)
/** Updates at the beginning that are not counted. */
const warmUp = 40

if (ahead === undefined) {
  const found = { 0: [], 2: [] }
  for (let round = 0; round < Number(rounds); round++)
    for (const choice of round % 2 ? ['2', '0'] : ['0', '2']) {
      const { stdout, stderr, status } = spawnSync(
        process.execPath,
        [fileURLToPath(import.meta.url), config, engine, updates, '1', choice],
        { encoding: 'utf8' },
      )
      if (status !== 0) throw new Error(stderr)
      found[choice].push(JSON.parse(stdout))
    }
  const median = (values) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)]
  for (const choice of ['0', '2'])
    console.log(
      `${config} ${engine} ahead ${choice}: ${median(found[choice].map(({ ms }) => ms)).toFixed(2)} ms an update, ${median(found[choice].map(({ rss }) => rss)).toFixed(0)} MB`,
    )
  console.log(`ratio of a round, median: ${median(found[0].map(({ ms }, i) => found[2][i].ms / ms)).toFixed(3)}`)
} else {
  await startEngine(engine)
  const output = mkdtempSync(join(tmpdir(), 'hmtl-ahead-'))
  let begun = 0
  let milliseconds = 0
  const given = await loadConfig(config, [
    `training.updates=${updates}`,
    `training.validateEvery=${updates}`,
    'training.fitDecisions=false',
    `training.ahead=${ahead}`,
  ])
  // No development data: what is timed is updates.
  const tasks = given.tasks.map((task) => ({
    ...task,
    datasets: task.datasets.map(({ train: data, labels }) => ({ train: data, ...(labels ? { labels } : {}) })),
  }))
  await train(
    { ...given, tasks },
    {
      output,
      onUpdate: ({ update }) => {
        if (update === warmUp) begun = performance.now()
        if (update === Number(updates)) milliseconds = performance.now() - begun
      },
    },
  )
  rmSync(output, { recursive: true })
  process.stdout.write(
    JSON.stringify({ ms: milliseconds / (Number(updates) - warmUp), rss: process.resourceUsage().maxRSS / 1024 }),
  )
}
