/** What a task learns from, as units of the pipeline. */
import type { Document } from '../io/document.ts'
import type { DatasetConfig, TaskConfig } from '../model/config/keys.ts'
import { type Example, examplesOf, exampleTokens } from '../model/training/examples.ts'
import { chain, many, type Stage } from '../pipeline/chain.ts'
import { prepareDocument } from '../pipeline/prepare.ts'
import { read } from '../pipeline/read.ts'
import type { Unit } from '../pipeline/units.ts'

/** A sentence, or a piece of a document, with what is to be learned from it. */
export interface Piece extends Unit {
  readonly example: Example
}

/** Documents into what a task learns from. @param dataset that they are of, which may say what of them is annotated */
const pieces =
  (task: TaskConfig, labels: readonly string[], dataset: DatasetConfig): Stage<Document, Piece> =>
  (document) =>
    many(Array.from(examplesOf(document, task, labels, dataset), (example) => ({ example, sentences: example.sentences, tokens: exampleTokens(example) })))

/** Documents of files one after another, ready for the model. */
export const datasetDocuments = (paths: readonly string[]) => chain(paths, read(), prepareDocument)

/** Pieces of data sets for a task, one set after another. */
export const datasetPieces = (datasets: readonly DatasetConfig[], task: TaskConfig, labels: readonly string[]) =>
  chain(datasets, (dataset) => chain([dataset.train], read(), prepareDocument, pieces(task, labels, dataset)))
