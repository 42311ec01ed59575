/** A worker thread: one engine, one model, groups of documents in, outcomes out. */
import { startEngine } from '../../model/engine.ts'
import type { EngineName } from '../../model/engine-choice.ts'
import { loadModel } from '../../model/store.ts'
import { answerGroups } from './answer-groups.ts'
import type { WorkerSettings } from './messages.ts'
import { serve } from './worker-thread.ts'

serve(async ({ model, modelName, engine, wish }: WorkerSettings) => {
  const started = startEngine(engine as EngineName)
  const [loaded] = await Promise.all([loadModel(model, { engine: started, compact: true }), started])
  return answerGroups(loaded, modelName, wish)
})
