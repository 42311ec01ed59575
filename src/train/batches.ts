/**
 * Batches of one task, for ever: data sets read from disk again each epoch, mixed,
 * shuffled in a bounded buffer, sentences of like length together. What is random in a batch
 * comes from the seed and the batch's place in its epoch, so it is the same whoever
 * makes it, and when; and where a stream stands is two numbers, so that a resumed
 * run takes up the same batch.
 */
import skip from 'stream-chain/utils/skip.js'
import { HmtlError } from '../io/errors.ts'
import type { ModelConfig, TaskConfig } from '../model/config/keys.ts'
import type { ContextualEncoder } from '../model/encoders/contextual.ts'
import { randomOf } from '../model/random.ts'
import { createIndexer, type Vocabulary } from '../model/vocabulary.ts'
import { chain, type Stage } from '../pipeline/chain.ts'
import { type Embedded, embed } from '../pipeline/embed.ts'
import type { Group } from '../pipeline/fill.ts'
import { type Packed, pack } from '../pipeline/pack.ts'
import { shuffle } from '../pipeline/shuffle.ts'
import { batchNoise } from './noise.ts'
import { datasetPieces, type Piece } from './pieces.ts'
import type { Survey } from './survey.ts'

export interface StreamPosition {
  readonly epoch: number
  /** Batches taken in this epoch. */
  readonly taken: number
}

interface Placed {
  readonly task: string
  /** Where the task's stream stands after it. */
  readonly position: StreamPosition
}

/** Pieces of a task that make one update. */
export type PlacedGroup = Group<Piece> & Placed
export type TrainingBatch = Packed<Piece> & Placed

/** All that it takes to make batches; plain data, so that it can go to another thread. */
export interface BatchSettings {
  readonly config: ModelConfig
  readonly labels: Readonly<Record<string, readonly string[]>>
  readonly vocabulary: Vocabulary
  /** Pieces that each data set of a task has, read once. */
  readonly pieces: Survey['pieces']
  /** Where a resumed training stood. */
  readonly positions: Readonly<Record<string, StreamPosition>>
}

/** Batches that fill the buffer are sorted into groups of this many. */
const bucketBatches = 32

/** Says of each group where the stream stands after it. */
const placed = (task: string, { epoch, taken }: StreamPosition): Stage<Group<Piece>, PlacedGroup> => {
  let at = taken
  return (group) => ({ ...group, task, position: { epoch, taken: ++at } })
}

/** What is left of an epoch, in an order fixed by its seed. */
const epochGroups = (
  task: TaskConfig,
  { config, labels, pieces }: BatchSettings,
  start: StreamPosition,
): AsyncGenerator<PlacedGroup> => {
  const { seed, shuffleBuffer } = config.training
  const random = randomOf(seed, 'order', task.name, start.epoch)
  const budget = { items: task.batch, tokens: task.batchTokens }
  const turns = (dataset?: number) => randomOf(seed, 'turns', task.name, start.epoch, dataset ?? 'mixing')
  return chain(
    datasetPieces(task, labels[task.name], pieces[task.name], turns),
    shuffle<Piece>({ random, buffer: shuffleBuffer, bucket: task.batch * bucketBatches, budget }),
    skip(start.taken) as Stage<Group<Piece>, Group<Piece>>,
    placed(task.name, start),
  )
}

/**
 * Groups of a task, epoch after epoch, from where it stands.
 * @throws HmtlError `HMTL_TRAIN_DATA` where two epochs in a row have nothing
 */
export async function* taskGroups(task: TaskConfig, settings: BatchSettings): AsyncGenerator<PlacedGroup> {
  const start = settings.positions[task.name] ?? { epoch: 0, taken: 0 }
  let barren = 0
  for (let { epoch, taken } = start; barren < 2; epoch++, taken = 0) {
    if (taken === 0) barren++
    for await (const group of epochGroups(task, settings, { epoch, taken })) {
      barren = 0
      yield group
    }
  }
  throw new HmtlError(
    'HMTL_TRAIN_DATA',
    `task ${task.name} has nothing to train on in ${task.datasets.map(({ train }) => train).join(', ')}`,
    {
      remedy: 'Check that the data sets have the layer that the task learns',
    },
  )
}

/** Noise of each group, by its place. */
const noiseOf =
  ({ config }: BatchSettings) =>
  ({ task, position }: PlacedGroup) =>
    batchNoise(config.embeddings, randomOf(config.training.seed, 'unknown words', task, position.epoch, position.taken))

/** Groups as the model takes them. @param encoder of contextual vectors, where the configuration names one */
export const packedBatches = (
  groups: AsyncIterable<PlacedGroup>,
  settings: BatchSettings,
  encoder: ContextualEncoder | undefined,
): AsyncGenerator<TrainingBatch> =>
  chain(
    groups,
    embed<PlacedGroup>(encoder),
    pack<PlacedGroup & Embedded>(createIndexer(settings.vocabulary), noiseOf(settings)),
  )
