/** What a worker does with its model: groups of documents in, what became of each out. */
import type { Document } from '../../io/document/document.ts'
import { toAnnotations } from '../../io/document/json.ts'
import { plainError } from '../../io/plain-error.ts'
import type { Model } from '../../model/hierarchy.ts'
import { createAnnotator } from '../annotate.ts'
import type { Asked, Outcome, Wish } from './messages.ts'

/** Wishes that a worker keeps the annotators of: there are few in use at a time, and each is soon made. */
const mostKept = 16

/**
 * @param modelName is written into JSON
 * @param usual what is wanted of a group that says nothing else
 * @throws HmtlError `HMTL_USAGE` for usual wishes that the model cannot fulfil
 */
export const answerGroups = (
  model: Model,
  modelName: string,
  usual: Wish,
): ((asked: Asked) => Promise<readonly Outcome[]>) => {
  const annotators = new Map<string, ReturnType<typeof createAnnotator>>()
  const annotatorFor = ({ tasks, minScore, labels, goldMentions, convention }: Wish) => {
    const options = { tasks, minScore, labels, goldMentions: goldMentions || undefined, convention }
    const key = JSON.stringify(options)
    const annotator = annotators.get(key) ?? createAnnotator(model, options)
    // The latest comes last: what was not wanted for longest goes first.
    annotators.delete(key)
    annotators.set(key, annotator)
    for (const oldest of annotators.keys()) if (annotators.size > mostKept) annotators.delete(oldest)
    return annotator
  }

  // What is wrong with what is usually wanted is wrong of the whole run, and said before the first document.
  annotatorFor(usual)

  const run = async ({ documents, wish }: Asked): Promise<Outcome[]> => {
    const { json } = wish
    const outcome = (document: Document): Outcome =>
      json ? { json: JSON.stringify(toAnnotations(document, json, modelName)) } : { document }
    try {
      const annotate = annotatorFor(wish)
      const outcomes: Outcome[] = []
      for await (const { document } of annotate(documents)) outcomes.push(outcome(document))
      return outcomes
    } catch (error) {
      if (documents.length === 1) return [{ error: plainError(error, { document: documents[0].id }) }]
      // One document must not take the others down: each by itself, to find which it was.
      const outcomes: Outcome[] = []
      for (const document of documents) outcomes.push(...(await run({ documents: [document], wish })))
      return outcomes
    }
  }
  return run
}
