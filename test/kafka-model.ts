/** Whatever happens to a cluster and its enrichers: what is promised of their output holds, at every moment. */
import test from 'ava'
import fc from 'fast-check'
import { commandsOf, finish, newReal } from './helpers/kafka-model.ts'

for (const [delivery, promise, runs] of [
  ['atomic', 'every document once, in order, outputs and offsets together', 60],
  ['at-least-once', 'no document lost', 20],
] as const)
  test(`${delivery}: ${promise}, through rebalances, fences, aborts, crashes and restarts`, async (t) => {
    t.timeout(170_000)
    await fc.assert(
      fc.asyncProperty(fc.commands(commandsOf(), { maxCommands: 40, size: 'max' }), async (commands) => {
        const real = newReal(delivery)
        let faults: string[] = []
        try {
          await fc.asyncModelRun(() => ({ model: { members: 0 }, real }), commands)
        } finally {
          faults = await finish(real)
        }
        if (faults.length > 0) throw new Error(faults.join('\n'))
      }),
      { numRuns: runs, endOnFailure: true, includeErrorInReport: true },
    )
    t.pass()
  })
