/**
 * A whole corpus through two processes of a group over four partitions, its
 * outputs against those of `annotate`, byte for byte; and what a process costs when idle.
 *   node bench/kafka/corpus.mjs CORPUS.jsonl
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { connect, consume, makeTopics, produce } from '../../dist/test/helpers/kafka.js'
import { startKafka } from '../../scripts/kafka.mjs'

const cli = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'dist', 'cli', 'main.js')
const [corpus] = process.argv.slice(2)
const folder = mkdtempSync(join(tmpdir(), 'hmtl-bench-corpus-'))
const engine = process.env.HMTL_ENGINE ?? 'wasm'
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
const lines = readFileSync(corpus, 'utf8').split('\n').filter(Boolean)
const start = (...args) => spawn(process.execPath, [cli, ...args], { stdio: ['ignore', 'ignore', 'inherit'] })

const out = join(folder, 'annotated.jsonl')
const begun = performance.now()
const [code] = await once(start('annotate', corpus, '-o', out, '--engine', engine, '--quiet'), 'exit')
const seconds = (performance.now() - begun) / 1000
const expected = readFileSync(out, 'utf8').trimEnd().split('\n')
let wrong = expected.length === lines.length ? 0 : 1
lines.forEach((line, i) => {
  const { text } = JSON.parse(line)
  const body = line.trimEnd().slice(0, -1).trimEnd()
  if (!expected[i]?.startsWith(`${body},"hmtl":`)) wrong++
  const { hmtl } = JSON.parse(expected[i] ?? '{}')
  const begins = new Set(hmtl.tokens.map(([begin]) => begin))
  const ends = new Set(hmtl.tokens.map(([, end]) => end))
  for (const span of [
    ...hmtl.entities,
    ...hmtl.mentions,
    ...hmtl.clusters.flat(),
    ...hmtl.relations.flatMap(({ arg1, arg2 }) => [arg1, arg2]),
  ])
    if (!(begins.has(span.start) && ends.has(span.end) && text.slice(span.start, span.end).trim().length > 0)) wrong++
})
const words = lines.reduce((sum, line) => sum + JSON.parse(line).text.split(/\s+/).length, 0)
console.log(
  `annotate: exit ${code}, ${expected.length} of ${lines.length} documents, ${words} words in ${seconds.toFixed(0)} s (${Math.round(words / seconds)} words/s); lines out of order, changed, or with a span off its tokens: ${wrong}`,
)

const broker = await startKafka({ heap: 1024 })
try {
  const [from, to] = await makeTopics(broker.bootstrap, [4, 4])
  await produce(
    broker.bootstrap,
    from,
    lines.map((value, i) => ({ key: String(i), value, partition: i % 4 })),
  )
  const members = [0, 1].map(() =>
    start(
      'enrich',
      '--brokers',
      broker.bootstrap,
      '--from',
      from,
      '--to',
      to,
      '--group',
      'corpus',
      '--engine',
      engine,
      '--workers',
      '1',
      '--log-level',
      'error',
    ),
  )
  const client = await connect(broker.bootstrap)
  const from0 = performance.now()
  for (;;) {
    const committed = await client.committed('corpus', from)
    if ([...committed.values()].reduce((sum, next) => sum + Math.max(0, Number(next)), 0) >= lines.length) break
    if (performance.now() - from0 > 1_500_000) throw new Error('too slow')
    await sleep(500)
  }
  const took = (performance.now() - from0) / 1000
  const seen = await consume(broker.bootstrap, to)
  const same = seen.filter(({ key, payload }) => payload === expected[Number(key)]).length
  console.log(
    `enrich, two processes of one worker: ${seen.length} records in ${took.toFixed(0)} s, ${same} byte for byte as annotate wrote them, ${new Set(seen.map(({ key }) => key)).size} different`,
  )
  await client.close()
  await sleep(3000)
  const cpu = () =>
    members.map(
      ({ pid }) =>
        readFileSync(`/proc/${pid}/stat`, 'utf8')
          .split(') ')[1]
          .split(' ')
          .slice(11, 13)
          .reduce((a, b) => a + Number(b), 0) / 100,
    )
  const before = cpu()
  await sleep(60_000)
  console.log(
    `idle over 60 s: ${cpu()
      .map((after, i) => `${((100 * (after - before[i])) / 60).toFixed(2)} %`)
      .join(' and ')} of a core`,
  )
  for (const member of members) member.kill('SIGTERM')
  await Promise.all(members.map((member) => once(member, 'exit')))
} finally {
  await broker.stop()
  rmSync(folder, { recursive: true })
}
