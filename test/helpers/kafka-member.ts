/** A process that enriches with an idle pool, for the chaos test: BOOTSTRAP FROM TO GROUP DELAY SESSION. */
import { connectKafka } from '../../src/pipeline/kafka/kafkajs.ts'
import { startEnrich } from '../../src/pipeline/kafka/enrich.ts'
import { idlePool } from './idle-pool.ts'

const [bootstrap, from, to, group, delay, session] = process.argv.slice(2)
const counts = { chunks: 0, records: 0, redelivered: 0, retries: 0 }
const verbose = process.env.HMTL_DEBUG !== undefined
const client = await connectKafka({
  brokers: [bootstrap],
  ...(verbose ? { onLog: (level: string, message: string) => console.error(process.pid, level, message) } : {}),
}).catch((error) => {
  // Brokers are away when it starts: as a supervisor would, the test starts it again.
  console.error(process.pid, error.message)
  process.exit(1)
})
const enrichment = await startEnrich(
  client,
  idlePool(() => Number(delay) * (0.5 + Math.random())),
  {
    from,
    to,
    group,
    value: 'json',
    model: 'idle',
    version: '0',
    chunkRecords: 50,
    consumer: { sessionTimeout: Number(session), heartbeatInterval: 300, fetchBytes: 32 * 1024 },
    observer: {
      onChunk: ({ records }) => {
        counts.chunks++
        counts.records += records
      },
      onRedelivered: (_, records) => {
        counts.redelivered += records
      },
      onRetry: (_, error) => {
        counts.retries++
        if (verbose) console.error(process.pid, 'retry', error.message)
      },
    },
  },
)
process.on('SIGTERM', () => enrichment.stop())
let code = 0
await enrichment.done.catch((error) => {
  console.error(process.pid, error.message)
  code = 1
})
await enrichment.stop()
await client.close()
process.stdout.write(`${JSON.stringify(counts)}\n`, () => process.exit(code))
