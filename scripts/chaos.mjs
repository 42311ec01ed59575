/** The chaos test in full: `npm run chaos [RUNS] [MESSAGES] [EVENTS] [SEED]`, on Kafka 4.1 and 3.9 in turn. */
import { chaos } from '../dist/test/helpers/kafka-chaos.js'

const [runs = 4, messages = 20_000, events = 10, seed = Date.now() % 100_000] = process.argv.slice(2).map(Number)
let bad = 0
for (let run = 0; run < runs; run++) {
  const result = await chaos({
    version: run % 2 === 0 ? '4.1.2' : '3.9.2',
    messages,
    events,
    members: 2 + (run % 2),
    seed: seed + run,
  })
  console.log(JSON.stringify(result))
  for (const { lost, doubled, outOfOrder, read } of [result.kcat, result.client])
    bad += lost + doubled + outOfOrder + (read === messages ? 0 : 1)
}
process.exit(bad === 0 ? 0 : 1)
