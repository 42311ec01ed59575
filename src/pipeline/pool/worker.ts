/** A worker thread: one engine, one model, groups of documents in, outcomes out. */
import { parentPort, workerData } from 'node:worker_threads'
import type { Document } from '../../io/document.ts'
import { toHmtlError } from '../../io/errors.ts'
import { toAnnotations } from '../../io/json.ts'
import { createAnnotator } from '../../model/annotate.ts'
import { type EngineName, startEngine } from '../../model/engine.ts'
import { loadModel } from '../../model/store.ts'
import { prepareDocument } from '../prepare.ts'
import type { Outcome, Reply, Request, WorkerSettings } from './messages.ts'

const port = parentPort
const settings = workerData as WorkerSettings

const say = (reply: Reply) => port?.postMessage(reply)

const failure = (error: unknown, document?: string) => {
  const { code, message } = toHmtlError(error, 'HMTL_INTERNAL', { document })
  return { code, message }
}

const start = async () => {
  await startEngine(settings.engine as EngineName)
  const model = await loadModel(settings.model)
  const annotate = createAnnotator(model, { tasks: settings.tasks, minScore: settings.minScore, goldMentions: settings.goldMentions || undefined })
  const outcome = (document: Document): Outcome => (settings.json ? { json: JSON.stringify(toAnnotations(document, settings.json, settings.modelName)) } : { document })

  const run = (documents: readonly Document[]): Outcome[] => {
    try {
      return annotate(documents.map(prepareDocument)).map(outcome)
    } catch (error) {
      // One document must not take the others down: each by itself, to find which it was.
      if (documents.length === 1) return [{ error: failure(error, documents[0].id) }]
      return documents.flatMap((document) => run([document]))
    }
  }
  port?.on('message', ({ id, documents }: Request) => say({ id, outcomes: run(documents) }))
  say({ ready: true })
}

start().catch((error) => say({ failed: failure(error) }))
