/** A few development documents, gold beside what the model that was kept finds, for the page of a training. */
import { join } from 'node:path'
import type { Document } from '../io/document/document.ts'
import { toJson } from '../io/document/json.ts'
import type { TaskConfig } from '../model/config/keys.ts'
import { headOf } from '../model/heads/index.ts'
import { loadModel, writeWhole } from '../model/store.ts'
import { createAnnotator } from '../pipeline/annotate.ts'
import { goldSplit } from './evaluate.ts'
import { datasetDocuments } from './pieces.ts'

const documentsAFile = 3
const mostFiles = 4
/** Longer ones are more than anybody reads on a page about something else. */
const mostCharacters = 4000

/** Documents with the layers of some tasks alone. */
const onlyLayers = (document: Document, tasks: readonly TaskConfig[]): Document => {
  const { id, text, tokens, sentences } = document
  const layers = new Set(tasks.map((task) => headOf(task.kind).layer(task)))
  const kept = Object.fromEntries(Object.entries(document).filter(([name]) => layers.has(name as keyof Document)))
  return { id, text, tokens, sentences, metadata: {}, ...kept }
}

async function* shortOnes(documents: AsyncIterable<Document>): AsyncGenerator<Document> {
  let left = documentsAFile
  for await (const document of documents) {
    if (document.text.length > mostCharacters || document.text.length === 0) continue
    yield document
    if (--left === 0) return
  }
}

/** Writes `examples.jsonl` into the folder of a run: lines of `{"gold", "found"}`. */
export const writeExamples = async (output: string): Promise<void> => {
  const model = await loadModel(join(output, 'model'), { cached: true })
  try {
    // A file that several tasks are judged on has the layers of all of them.
    const files = new Map<string, { from: string | undefined; tasks: TaskConfig[] }>()
    for (const task of model.config.tasks)
      for (const { path, from } of goldSplit(task, 'dev')) {
        const file = files.get(path) ?? { from, tasks: [] }
        file.tasks.push(task)
        files.set(path, file)
      }
    const lines: string[] = []
    for (const [path, { from, tasks }] of [...files].slice(0, mostFiles)) {
      const annotate = createAnnotator(model, { tasks: tasks.map(({ name }) => name) })
      for await (const { source, document } of annotate(shortOnes(datasetDocuments([{ path, from }]))))
        lines.push(
          JSON.stringify({ gold: toJson(onlyLayers(source, tasks)), found: toJson(onlyLayers(document, tasks)) }),
        )
    }
    await writeWhole(join(output, 'examples.jsonl'), lines.map((line) => `${line}\n`).join(''))
  } finally {
    model.parameters.dispose()
    model.contextual?.dispose()
  }
}
