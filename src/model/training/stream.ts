/**
 * Batches of one task, for ever: data sets read from disk again each epoch,
 * shuffled in a bounded buffer, sentences of like length together. Where a
 * stream stands is two numbers, so a resumed run takes up the same batch.
 */
import type { Document } from '../../io/document.ts'
import { HmtlError } from '../../io/errors.ts'
import { readDocuments } from '../../io/read.ts'
import { prepareDocument } from '../../pipeline/prepare.ts'
import type { DatasetConfig, TaskConfig } from '../config.ts'
import { randomOf } from '../random.ts'
import { type Example, examplesOf, exampleTokens } from './examples.ts'

export interface StreamPosition {
  readonly epoch: number
  /** Batches taken in this epoch. */
  readonly taken: number
}

export interface BatchStream {
  next(): Promise<readonly Example[]>
  position(): StreamPosition
  close(): Promise<void>
}

/** A file or folder of a data set, and its format where that was named. */
export interface DataFile {
  readonly path: string
  readonly from?: string | undefined
}

/** A part of a task's data sets, where they have it. */
export const filesOf = ({ datasets }: TaskConfig, part: 'train' | 'dev' | 'test'): DataFile[] =>
  datasets.flatMap(({ [part]: path, from }) => (path === undefined ? [] : [{ path, from }]))

/** Documents of data sets one after another, ready for the model. */
export async function* datasetDocuments(files: readonly (DataFile | string)[]): AsyncGenerator<Document> {
  for (const file of files) {
    const { path, from } = typeof file === 'string' ? { path: file, from: undefined } : file
    for await (const document of readDocuments(path, { format: from })) yield prepareDocument(document)
  }
}

/** Training examples of a task's data sets one after another. */
export async function* trainingExamples(task: TaskConfig, labels: readonly string[], datasets: readonly DatasetConfig[] = task.datasets): AsyncGenerator<Example> {
  for (const { train, from, labels: annotated } of datasets)
    for await (const document of datasetDocuments([{ path: train, from }])) yield* examplesOf(document, task, labels, annotated)
}

/** Batches that fill the buffer are sorted into groups of this many. */
const bucketBatches = 32

/** Examples, shortest first, as batches within the task's limits. */
function* cut(examples: readonly Example[], { batch, batchTokens }: TaskConfig): Generator<Example[]> {
  let open: Example[] = []
  let tokens = 0
  for (const example of examples) {
    const size = exampleTokens(example)
    if (open.length > 0 && (open.length === batch || (batchTokens > 0 && tokens + size > batchTokens))) {
      yield open
      open = []
      tokens = 0
    }
    open.push(example)
    tokens += size
  }
  if (open.length > 0) yield open
}

/** One epoch in a fixed order for its seed. */
export async function* epochBatches(task: TaskConfig, labels: readonly string[], seed: number, epoch: number, bufferSize: number): AsyncGenerator<readonly Example[]> {
  const random = randomOf(seed, 'order', task.name, epoch)
  const buffer: Example[] = []
  const most = Math.max(bufferSize, task.batch * bucketBatches)
  const drain = function* (all: boolean): Generator<readonly Example[]> {
    random.shuffle(buffer)
    const take = all ? buffer.length : Math.floor(buffer.length / 2)
    const chosen = buffer.splice(0, take)
    const batches: Example[][] = []
    const group = task.batch * bucketBatches
    for (let from = 0; from < chosen.length; from += group) {
      const bucket = chosen.slice(from, from + group).sort((a, b) => exampleTokens(a) - exampleTokens(b))
      batches.push(...cut(bucket, task))
    }
    yield* random.shuffle(batches)
  }
  for await (const example of trainingExamples(task, labels, random.shuffle([...task.datasets]))) {
    buffer.push(example)
    if (buffer.length >= most) yield* drain(false)
  }
  yield* drain(true)
}

export const openStream = (task: TaskConfig, labels: readonly string[], seed: number, bufferSize: number, start: StreamPosition = { epoch: 0, taken: 0 }): BatchStream => {
  let { epoch, taken } = start
  let skip = start.taken
  let current: AsyncGenerator<readonly Example[]> | undefined
  return {
    async next() {
      for (let tries = 0; tries < 2; ) {
        current ??= epochBatches(task, labels, seed, epoch, bufferSize)
        const next = await current.next()
        if (next.done) {
          if (taken === 0) tries++
          current = undefined
          epoch++
          taken = 0
          skip = 0
        } else if (skip > 0) skip--
        else {
          taken++
          return next.value
        }
      }
      throw new HmtlError('HMTL_TRAIN_DATA', `task ${task.name} has nothing to train on in ${task.datasets.map(({ train }) => train).join(', ')}`, {
        remedy: 'Check that the data sets have the layer that the task learns',
      })
    },
    position: () => ({ epoch, taken }),
    async close() {
      await current?.return(undefined)
    },
  }
}
