/** Why a task finds no label in its data: they are called otherwise, or stand where they are not read from. */
import type { Document } from '../io/document/document.ts'
import { HmtlError } from '../io/errors.ts'
import { isSpanList, spanLists } from '../io/syntax/span-lists.ts'
import type { TaskConfig } from '../model/config/keys.ts'
import { headOf } from '../model/heads/index.ts'
import { datasetDocuments } from './pieces.ts'

const mostNamed = 20

/** Labels of a document's layer, whatever the data set says of them. */
const labelsIn = (document: Document, layer: keyof Document): readonly string[] => {
  const found = document[layer]
  return typeof found === 'object' && found !== null && 'labels' in found ? (found.labels as readonly string[]) : []
}

const remedyOf = (task: TaskConfig, labels: readonly string[], spans: string | undefined): string => {
  const layer = headOf(task.kind).layer(task)
  if (labels.length > 0)
    return `The data have ${labels.slice(0, mostNamed).join(', ')}${labels.length > mostNamed ? ', …' : ''}: name some of them in "labels" of the data set, or leave that out`
  if (spans !== undefined)
    return `Its documents have spans in a field "${spans}", which is read as annotation where the data set says "from": "spans", or by hmtl convert --from spans FILE -o train.arrow`
  return `The task learns the layer ${layer}`
}

/** Looks at the data once more, for what to do about it. */
export const noLabel = async (task: TaskConfig): Promise<HmtlError> => {
  const layer = headOf(task.kind).layer(task)
  const labels = new Set<string>()
  let spans: string | undefined
  for await (const document of datasetDocuments(task.datasets.map(({ train, from }) => ({ path: train, from })))) {
    for (const label of labelsIn(document, layer)) labels.add(label)
    spans ??= spanLists.find((name) => isSpanList(document.metadata[name]))
  }
  return new HmtlError(
    'HMTL_TRAIN_DATA',
    `no label for task ${task.name} in ${task.datasets.map(({ train }) => train).join(', ')}`,
    { remedy: remedyOf(task, [...labels].sort(), spans) },
  )
}
