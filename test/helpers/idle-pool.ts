/** A pool without a model, for tests of what goes on around it. */
import type { Outcome } from '../../src/pipeline/pool/messages.ts'
import type { Pool } from '../../src/pipeline/pool/pool.ts'

/** A pool that annotates with nothing, after a while. */
export const idlePool = (
  delay: () => number = () => 0,
  outcome: (text: string) => Outcome = (text) => ({ json: JSON.stringify({ characters: text.length }) }),
): Pool => ({
  capacity: 4,
  run: async (documents) => {
    const ms = delay()
    if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms))
    return documents.map(({ text }) => outcome(text))
  },
  close: async () => undefined,
})
