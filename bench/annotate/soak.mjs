/**
 * Memory over many documents with ever-new words, and with a reader that hardly reads:
 *   node bench/annotate/soak.mjs [DOCUMENTS]
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const cli = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'dist', 'cli', 'main.js')
const count = Number(process.argv[2] ?? 100_000)
const engine = process.env.HMTL_ENGINE ?? 'wasm'
const rss = (pid) =>
  Math.round(Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024)
const word = (i) => `N${(i * 7919).toString(36)}`
const line = (i) =>
  `${JSON.stringify({ n: i, text: `${word(i)} met Mr. ${word(3 * i + 1)} in ${word(5 * i + 2)}. She told him about ${word(7 * i + 3)}.` })}\n`
const start = () =>
  spawn(process.execPath, [cli, 'annotate', '--engine', engine, '--quiet'], { stdio: ['pipe', 'pipe', 'inherit'] })

const child = start()
let out = 0
let tail = ''
const rows = []
child.stdout.on('data', (chunk) => {
  tail += chunk
  const lines = tail.split('\n')
  tail = lines.pop()
  for (const text of lines) {
    if (JSON.parse(text).n !== out) throw new Error(`document ${out} is out of order`)
    out++
    if (out === 5000 || out % (count / 10) === 0) rows.push(`${out} ${rss(child.pid)}`)
  }
})
const begun = performance.now()
const ended = once(child, 'close')
for (let i = 0; i < count; i++) if (!child.stdin.write(line(i))) await once(child.stdin, 'drain')
child.stdin.end()
const [code] = await ended
console.log(
  `${out} documents, exit ${code}, ${Math.round((1000 * out) / (performance.now() - begun))}/s; resident MB after so many: ${rows.join(', ')}`,
)

// A reader of ten kilobytes a second: what is written to the command must stop being taken.
const slow = start()
// It is ended while it is written to.
slow.stdin.on('error', () => undefined)
slow.stdin.setMaxListeners(0)
slow.stdout.pause()
let written = 0
let full = false
const watch = []
const feeding = (async () => {
  for (let i = 0; !full; i++) {
    const text = line(i)
    written += text.length
    if (!slow.stdin.write(text))
      await Promise.race([
        once(slow.stdin, 'drain').catch(() => undefined),
        new Promise((resolve) => setTimeout(resolve, 1000)),
      ])
  }
})()
for (let second = 0; second < 20; second++) {
  await new Promise((resolve) => setTimeout(resolve, 1000))
  slow.stdout.read(10_240)
  if (second % 5 === 4) watch.push(`${second + 1} s: ${Math.round(written / 1024)} kB taken, ${rss(slow.pid)} MB`)
}
full = true
slow.kill('SIGKILL')
await feeding
console.log(`slow reader: ${watch.join('; ')}`)
process.exit(0)
