/**
 * `enrich` beside `annotate` on the same documents, its memory over many
 * messages, and its processor time when nothing comes. Needs Java and Maven.
 *   node bench/kafka/run.mjs CORPUS.jsonl [DOCUMENTS] [PASSES] [MESSAGES]
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startKafka } from '../../scripts/kafka.mjs'
import { connect, makeTopics, produce } from '../../dist/test/helpers/kafka.js'

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..')
const [corpus, documents = '2000', passes = '3', messages = '200000'] = process.argv.slice(2)
const folder = mkdtempSync(join(tmpdir(), 'hmtl-bench-kafka-'))
const cli = join(root, 'dist', 'cli', 'main.js')
const engine = process.env.HMTL_ENGINE ?? 'wasm'
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]
const ticks = 100

/** Seconds of processor time, and resident megabytes, of a process. */
const usage = (pid) => {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ')
  const rss = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0)
  return { cpu: (Number(stat[11]) + Number(stat[12])) / ticks, rss: rss / 1024 }
}
const start = (...args) => spawn(process.execPath, [cli, ...args], { stdio: ['ignore', 'ignore', 'inherit'] })
const timed = async (child) => {
  const begun = performance.now()
  let last = { cpu: 0, rss: 0 }
  const watch = setInterval(() => {
    try {
      const now = usage(child.pid)
      last = { cpu: Math.max(last.cpu, now.cpu), rss: Math.max(last.rss, now.rss) }
    } catch {
      // Ended between two looks.
    }
  }, 100)
  const [code] = await once(child, 'exit')
  clearInterval(watch)
  if (code !== 0) throw new Error(`ended with ${code}`)
  return { seconds: (performance.now() - begun) / 1000, ...last }
}

const broker = await startKafka({ heap: 1024 })
try {
  const lines = readFileSync(corpus, 'utf8').split('\n').filter(Boolean).slice(0, Number(documents))
  const words = lines.reduce((sum, line) => sum + JSON.parse(line).text.split(/\s+/).length, 0)
  const file = join(folder, 'corpus.jsonl')
  writeFileSync(file, `${lines.join('\n')}\n`)
  const [from] = await makeTopics(broker.bootstrap, [4])
  await produce(
    broker.bootstrap,
    from,
    lines.map((value, i) => ({ key: String(i), value, partition: i % 4 })),
  )
  const runs = { annotate: [], enrich: [] }
  for (let pass = 0; pass < Number(passes); pass++) {
    runs.annotate.push(await timed(start('annotate', file, '--engine', engine, '--workers', '2', '--quiet')))
    const [to] = await makeTopics(broker.bootstrap, [4])
    runs.enrich.push(
      await timed(
        start(
          'enrich',
          '--brokers',
          broker.bootstrap,
          '--from',
          from,
          '--to',
          to,
          '--group',
          `bench${pass}`,
          '--engine',
          engine,
          '--workers',
          '2',
          '--stop-at-end',
          '--log-level',
          'error',
        ),
      ),
    )
  }
  console.log(
    `${lines.length} documents, ${words} words, 4 partitions, engine ${engine}, 2 workers, ${passes} passes in turn\n`,
  )
  console.log('| | seconds | words/s | processor seconds | peak MB |\n|---|---|---|---|---|')
  for (const [name, list] of Object.entries(runs)) {
    const seconds = median(list.map((run) => run.seconds))
    console.log(
      `| ${name} | ${seconds.toFixed(1)} | ${Math.round(words / seconds)} | ${median(list.map(({ cpu }) => cpu)).toFixed(1)} | ${Math.round(median(list.map(({ rss }) => rss)))} |`,
    )
  }
  const ratio = (key) => median(runs.annotate.map((run, i) => run[key] / runs.enrich[i][key])).toFixed(2)
  console.log(`\nthroughput of enrich / annotate ${ratio('seconds')}, processor time annotate / enrich ${ratio('cpu')}`)

  const [many, out] = await makeTopics(broker.bootstrap, [4, 4])
  const count = Number(messages)
  const text = (i) =>
    JSON.stringify({
      n: i,
      text: `Name${i.toString(36)} met Other${(i * 7).toString(36)} in Town${(i % 977).toString(36)}.`,
    })
  for (let at = 0; at < count; at += 20000)
    await produce(
      broker.bootstrap,
      many,
      Array.from({ length: Math.min(20000, count - at) }, (_, i) => ({ value: text(at + i), partition: i % 4 })),
    )
  const child = start(
    'enrich',
    '--brokers',
    broker.bootstrap,
    '--from',
    many,
    '--to',
    out,
    '--group',
    'many',
    '--tasks',
    'ner',
    '--engine',
    engine,
    '--workers',
    '1',
    '--log-level',
    'error',
  )
  const client = await connect(broker.bootstrap)
  const rows = []
  const begun = performance.now()
  for (let next = count / 10; next <= count; ) {
    await sleep(100)
    const done = [...(await client.committed('many', many)).values()].reduce(
      (sum, next) => sum + Math.max(0, Number(next)),
      0,
    )
    while (done >= next && next <= count) {
      rows.push(`${next} messages ${Math.round(usage(child.pid).rss)} MB`)
      next += count / 10
    }
    if (performance.now() - begun > 900_000) throw new Error(`only ${done} messages in 900 s`)
  }
  console.log(`\nmemory: ${rows.join(', ')}; ${Math.round((1000 * count) / (performance.now() - begun))} messages/s`)
  await client.close()
  await sleep(2000)
  const [before, wait] = [usage(child.pid).cpu, 30]
  await sleep(1000 * wait)
  console.log(`idle: ${((100 * (usage(child.pid).cpu - before)) / wait).toFixed(2)} % of a core over ${wait} s`)
  child.kill('SIGTERM')
  await once(child, 'exit')
} finally {
  await broker.stop()
  rmSync(folder, { recursive: true })
}
