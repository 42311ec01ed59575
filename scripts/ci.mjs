/** Everything CI checks, in one run, with the counts of what was really run at its end. */
import { spawn } from 'node:child_process'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const totals = { passed: 0, failed: 0, skipped: 0 }
let broken = 0

const run = (label, command, { counts = false } = {}) =>
  new Promise((resolve) => {
    console.log(`\n== ${label}: ${command}`)
    const started = Date.now()
    const child = spawn('bash', ['-c', command], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, FORCE_COLOR: '0' },
    })
    let text = ''
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk) => {
        process.stdout.write(chunk)
        text += chunk
      })
    child.on('close', (code) => {
      if (counts) {
        // AVA's closing lines, one a count; where something failed it leaves out how many passed, so those are counted
        // by their marks.
        const found = { passed: 0, failed: 0, skipped: 0 }
        for (const [, n, what] of text.matchAll(
          /^\s*(\d+) (?:tests?|known failures?|uncaught exceptions?|unhandled rejections?) ?(passed|failed|skipped)?/gm,
        ))
          found[what ?? 'failed'] += Number(n)
        if (found.passed === 0) found.passed = text.match(/^\s*✔ /gm)?.length ?? 0
        for (const key of Object.keys(totals)) totals[key] += found[key]
        if (code !== 0 && found.failed === 0) broken++
      } else if (code !== 0) broken++
      console.log(
        `== ${label}: ${code === 0 ? 'done' : `failed with ${code}`} in ${Math.round((Date.now() - started) / 1000)} s`,
      )
      resolve(code)
    })
  })

await run('install', 'npm ci')
await run('unit tests', 'npm test', { counts: true })
await run('python', 'node scripts/python.mjs')
await run('encoder', 'node dist/cli/main.js setup minilm || echo "no encoder: its test will be listed as skipped"')
await run('model tests on the TensorFlow engine', 'npm run test:tensorflow', { counts: true })
await run('integration tests', 'npm run test:integration', { counts: true })

const failed = totals.failed + broken
console.log(`\n${totals.passed} passed, ${failed} failed, ${totals.skipped} skipped`)
process.exit(failed === 0 ? 0 : 1)
