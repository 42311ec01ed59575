/** What a task learns from, whatever its head. */
import type { Document } from '../io/document/document.ts'
import type { LossReport } from '../io/report.ts'
import type { DatasetConfig, TaskConfig } from './config/keys.ts'
import type { Example } from './heads/head.ts'
import { headOf } from './heads/index.ts'

export type { Example } from './heads/head.ts'

/** Tokens of an example; what a batch costs. */
export const exampleTokens = ({ sentences }: Example): number =>
  sentences.reduce((sum, sentence) => sum + sentence.length, 0)

/**
 * Examples of one document for one task; labels that the task does not know are left out.
 * @param dataset that the document is of, which may say what of it is annotated
 * @param unlearned counts what of the document is not learned, or is changed
 */
export function* examplesOf(
  document: Document,
  task: TaskConfig,
  labels: readonly string[],
  dataset: DatasetConfig,
  unlearned?: LossReport,
): Generator<Example> {
  const { tokens, sentences } = document
  if (!tokens || !sentences || tokens.begin.length === 0) return
  yield* headOf(task.kind).examples(document, task, labels, dataset, unlearned)
}
