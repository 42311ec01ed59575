/** `hmtl enrich` as it ends: what its exit code tells, on a cluster in memory. */
import test from 'ava'
import { enrich } from '../cli/enrich.ts'
import { createParser } from '../cli/parser.ts'
import { memoryCluster } from './helpers/kafka-memory.ts'
import { tinyModelFor } from './helpers/model.ts'

const { model } = tinyModelFor(test)

/** Runs the command over two messages, and says how it ended and what came out. */
const run = async (values: readonly string[], options: readonly string[], signal?: NodeJS.Signals) => {
  const cluster = memoryCluster()
  const [from, to, dead] = cluster.topics([1, 1, 1])
  const producer = await cluster.client(true).producer({ codec: 'none' })
  for (const value of values)
    await producer.send(from, [{ key: null, value: Buffer.from(value), headers: [], partition: 0 }])
  const words = `enrich --from ${from} --to ${to} --dead-letter ${dead} --group g --brokers nowhere:9092`.split(' ')
  const more = ['--model', model, '--engine', 'wasm', '--workers', '1', '--log-level', 'silent', ...options]
  const ended = createParser((_, args) =>
    enrich(args as Parameters<typeof enrich>[0], async () => cluster.client()),
  ).run([...words, ...more])
  const done = () => cluster.read(to).length + cluster.read(dead).length
  if (signal !== undefined) {
    const deadline = Date.now() + 60_000
    while (done() < values.length && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 20))
    process.emit(signal, signal)
  }
  return { code: await ended, outputs: cluster.read(to).length, dead: cluster.read(dead).length }
}

const good = '{"text":"Maren lives in Oslo."}'
const bad = '{"text":7}'

test.serial('at the end of the topic the code says whether there were dead letters', async (t) => {
  t.deepEqual(await run([good, good], ['--stop-at-end']), { code: 0, outputs: 2, dead: 0 })
  t.deepEqual(await run([good, bad], ['--stop-at-end']), { code: 3, outputs: 1, dead: 1 })
})

test.serial('stopped from outside it has done what it was asked to, unless dead letters are to be told', async (t) => {
  t.deepEqual(await run([good, bad], [], 'SIGTERM'), { code: 0, outputs: 1, dead: 1 })
  t.deepEqual(await run([good, bad], ['--fail-on-dead-letters'], 'SIGTERM'), { code: 3, outputs: 1, dead: 1 })
  t.deepEqual(await run([good, good], ['--fail-on-dead-letters'], 'SIGTERM'), { code: 0, outputs: 2, dead: 0 })
  t.deepEqual(await run([good, bad], ['--fail-on-dead-letters'], 'SIGINT'), { code: 130, outputs: 1, dead: 1 })
})
