// A topic of JSON records through the model into another, each once: node examples/kafka.mjs localhost:9092 news
// news-annotated
import { openPool } from 'hmtl'
import { connectKafka, startEnrich } from 'hmtl/kafka'

const [broker = 'localhost:9092', from = 'news', to = 'news-annotated'] = process.argv.slice(2)
const client = await connectKafka({ brokers: [broker], clientId: 'example' })
const pool = await openPool('en', {}, 'utf16')
const enrichment = await startEnrich(client, pool, {
  from,
  to,
  group: 'example',
  value: 'json',
  model: 'en',
  version: '1',
  // Ends where the topic ended when this began; without it, it runs until SIGTERM.
  stopAtEnd: true,
})
process.once('SIGTERM', () => enrichment.stop())
await enrichment.done
await Promise.all([pool.close(), client.close()])
