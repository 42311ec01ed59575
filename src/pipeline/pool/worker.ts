/** A worker thread: one engine, one model, groups of documents in, outcomes out. */
import type { Document } from '../../io/document/document.ts'
import { toAnnotations } from '../../io/document/json.ts'
import { plainError } from '../../io/plain-error.ts'
import { type EngineName, startEngine } from '../../model/engine.ts'
import { loadModel } from '../../model/store.ts'
import { createAnnotator } from '../annotate.ts'
import type { Outcome, WorkerSettings } from './messages.ts'
import { serve } from './serve.ts'

serve(async ({ model: folder, modelName, engine, tasks, minScore, goldMentions, json }: WorkerSettings) => {
  await startEngine(engine as EngineName)
  const annotate = createAnnotator(await loadModel(folder), {
    tasks,
    minScore,
    goldMentions: goldMentions || undefined,
  })
  const outcome = (document: Document): Outcome =>
    json ? { json: JSON.stringify(toAnnotations(document, json, modelName)) } : { document }

  const run = async (documents: readonly Document[]): Promise<Outcome[]> => {
    try {
      const outcomes: Outcome[] = []
      for await (const { document } of annotate(documents)) outcomes.push(outcome(document))
      return outcomes
    } catch (error) {
      if (documents.length === 1) return [{ error: plainError(error, { document: documents[0].id }) }]
      // One document must not take the others down: each by itself, to find which it was.
      const outcomes: Outcome[] = []
      for (const document of documents) outcomes.push(...(await run([document])))
      return outcomes
    }
  }
  return run
})
