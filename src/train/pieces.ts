/** What a task learns from, as units of the pipeline. */
import type { Document } from '../io/document/document.ts'
import type { LossReport } from '../io/report.ts'
import type { DatasetConfig, TaskConfig } from '../model/config/keys.ts'
import { type Example, examplesOf, exampleTokens } from '../model/examples.ts'
import { chain, many, none, type Stage } from '../pipeline/chain.ts'
import { prepareDocument } from '../pipeline/prepare.ts'
import { read } from '../pipeline/read.ts'
import type { Unit } from '../pipeline/units.ts'

/** A sentence, or a piece of a document, with what is to be learned from it. */
export interface Piece extends Unit {
  readonly example: Example
}

/** Documents into what a task learns from. @param dataset that they are of, which may say what of them is annotated */
const pieces =
  (
    task: TaskConfig,
    labels: readonly string[],
    dataset: DatasetConfig,
    unlearned?: LossReport,
  ): Stage<Document, Piece> =>
  (document) =>
    many(
      Array.from(examplesOf(document, task, labels, dataset, unlearned), (example) => ({
        example,
        sentences: example.sentences,
        tokens: exampleTokens(example),
      })),
    )

/** A file or folder of a data set, and its format where that was named. */
export interface DataFile {
  readonly path: string
  readonly from?: string | undefined
}

/** A part of a task's data sets, where they have it. */
export const filesOf = ({ datasets }: TaskConfig, part: 'train' | 'dev' | 'test'): DataFile[] =>
  datasets.flatMap(({ [part]: path, from }) => (path === undefined ? [] : [{ path, from }]))

/** Documents of files one after another, ready for the model. */
export const datasetDocuments = (files: readonly (DataFile | string)[]) =>
  chain(
    files.map((file) => (typeof file === 'string' ? { path: file } : file)),
    readFile,
    prepareDocument,
  )

const readFile: Stage<DataFile, Document> = ({ path, from }) => read({ format: from })(path)

/** A data set as often as it is seen in an epoch, and what of it the last time: all, or a share of its documents. */
const passes = (dataset: DatasetConfig): { readonly dataset: DatasetConfig; readonly share: number }[] => {
  const { weight = 1 } = dataset
  return Array.from({ length: Math.ceil(weight) }, (_, pass) => ({ dataset, share: Math.min(1, weight - pass) }))
}

/**
 * Pieces of a data set for a task, each document once.
 * @param seen which documents; all by default
 * @param unlearned counts what of the documents is not learned, or is changed
 */
export const piecesOnce = (
  dataset: DatasetConfig,
  task: TaskConfig,
  labels: readonly string[],
  seen: () => boolean = () => true,
  unlearned?: LossReport,
) =>
  chain(
    [{ path: dataset.train, from: dataset.from }],
    readFile,
    (document: Document) => (seen() ? document : none),
    prepareDocument,
    pieces(task, labels, dataset, unlearned),
  )

/**
 * Pieces of data sets for a task, one set after another, each as often as its weight says.
 * @param turn a number from 0 to 1 for each document of a data set that is seen in part; below its share it is seen
 */
export const datasetPieces = (
  datasets: readonly DatasetConfig[],
  task: TaskConfig,
  labels: readonly string[],
  turn: () => number,
) =>
  chain(datasets.flatMap(passes), ({ dataset, share }) =>
    piecesOnce(dataset, task, labels, () => share === 1 || turn() < share),
  )
