/** What a task learns from, as units of the pipeline. */
import type { Document } from '../io/document/document.ts'
import type { LossReport } from '../io/report.ts'
import type { DatasetConfig, TaskConfig } from '../model/config/keys.ts'
import { type Example, examplesOf, exampleTokens } from '../model/examples.ts'
import type { Random } from '../model/random.ts'
import { chain, many, none, type Stage } from '../pipeline/chain.ts'
import { mix } from '../pipeline/mix.ts'
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

/** What is seen of a data set each time that an epoch reads it: all, and the last time perhaps a share of its documents. */
const passes = ({ weight = 1 }: DatasetConfig): number[] =>
  Array.from({ length: Math.ceil(weight) }, (_, pass) => Math.min(1, weight - pass))

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
 * Pieces of a task's data sets for an epoch, each set as often as its weight says, mixed.
 * @param counts pieces that each set has, read once, in the order of the task's
 * @param randomOf of a set, which draws documents where it is seen in part; and of the mixing, without a number
 */
export const datasetPieces = (
  task: TaskConfig,
  labels: readonly string[],
  counts: readonly number[],
  randomOf: (dataset?: number) => Random,
) => {
  const mixing = randomOf()
  return mix(
    task.datasets.map((dataset, i) => {
      const turns = randomOf(i)
      return {
        size: counts[i] * (dataset.weight ?? 1),
        stream: chain(passes(dataset), (share) =>
          piecesOnce(dataset, task, labels, () => share === 1 || turns.next() < share),
        ),
      }
    }),
    () => mixing.next(),
  )
}
