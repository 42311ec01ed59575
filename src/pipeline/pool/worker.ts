/** A worker thread: one engine, one model, groups of documents in, outcomes out. */
import { keepCompiled } from '../../io/keep-compiled.ts'
import { startEngine } from '../../model/engine.ts'
import type { EngineName } from '../../model/engine-choice.ts'
import { loadModel } from '../../model/store.ts'
import { answerGroups } from './answer-groups.ts'
import type { Asked, WorkerSettings } from './messages.ts'
import { serve } from './worker-thread.ts'

serve(async ({ model, modelName, engine, wish }: WorkerSettings) => {
  const started = startEngine(engine as EngineName)
  const [loaded] = await Promise.all([loadModel(model, { engine: started, compact: true }), started])
  const answered = answerGroups(loaded, modelName, wish)
  return async (asked: Asked) => {
    const outcomes = await answered(asked)
    // Before the answer is sent: who has it may end this thread at any time.
    keepCompiled()
    return outcomes
  }
})
