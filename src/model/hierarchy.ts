/**
 * The hierarchy (paper, figure 1): each task's encoder stands on g_e joined to
 * the states of the task it names. Encoders are run once a batch, however many
 * tasks stand on them.
 */
import * as tf from '@tensorflow/tfjs-core'
import { type Batch, createBatch, indexes } from './batch.ts'
import type { CrfTaskConfig, ModelConfig, RelationTaskConfig, TaskConfig } from './config.ts'
import type { ContextualEncoder } from './contextual.ts'
import { emissionsOf, tagMarginals } from './heads/crf.ts'
import { linear } from './kernels/ops/linear.ts'
import { concat } from './kernels/ops/rows.ts'
import { embed } from './layers/embedding.ts'
import { dropoutIf, encode, type Seeds } from './layers/encoder.ts'
import { createParameters, type Parameters } from './parameters.ts'
import { createIndexer, type Indexer, type Vocabulary } from './vocabulary.ts'

/** What a model is made of; weights in `parameters`, word vectors beside them because they are updated by row. */
export interface Model {
  readonly config: ModelConfig
  readonly vocabulary: Vocabulary
  /** Labels of each task by name; empty for coref. */
  readonly labels: Readonly<Record<string, readonly string[]>>
  readonly indexer: Indexer
  readonly parameters: Parameters
  /** [words, size]. */
  readonly wordTable: Float32Array
  /** Frozen, where the configuration names one. */
  readonly contextual: ContextualEncoder | undefined
}

export interface ModelParts {
  readonly config: ModelConfig
  readonly vocabulary: Vocabulary
  readonly labels: Readonly<Record<string, readonly string[]>>
  readonly wordTable: Float32Array
  readonly contextual?: ContextualEncoder | undefined
  readonly stored?: ReadonlyMap<string, { shape: readonly number[]; values: Float32Array }>
}

export const createModel = ({ config, vocabulary, labels, wordTable, contextual, stored }: ModelParts): Model => ({
  config,
  vocabulary,
  labels,
  wordTable,
  contextual,
  indexer: createIndexer(vocabulary),
  parameters: createParameters(config.training.seed, stored),
})

/** Rows of the word table that a batch needs: [different words, size]. */
export const wordRows = ({ wordTable, config }: Model, ids: Int32Array): Float32Array => {
  const { size } = config.embeddings.words
  const rows = new Float32Array(ids.length * size)
  ids.forEach((id, i) => {
    rows.set(wordTable.subarray(id * size, (id + 1) * size), i * size)
  })
  return rows
}

/** Sentences as a batch with their contextual vectors: what the stages `embed` and `pack` do in a run, for who has only sentences. */
export const batchOf = ({ indexer, contextual }: Model, sentences: readonly (readonly string[])[]): Batch =>
  createBatch(sentences, indexer, { vectors: contextual && { values: contextual.encode(sentences), layers: contextual.layers } })

/** States of the tasks over one batch, made when first asked for. */
export interface Forward {
  readonly batch: Batch
  /** g_e [tokens, E]. */
  readonly base: tf.Tensor2D
  /** Input of a task's encoder, after dropout: g_e, with the states it stands on. */
  input(task: TaskConfig): tf.Tensor2D
  /** Output of a task's encoder [tokens, 2·hidden]. */
  states(task: TaskConfig): tf.Tensor2D
  emissions(task: CrfTaskConfig): tf.Tensor2D
  /** What the relation head sees: its states, with the tag marginals it was configured to see. */
  relationStates(task: RelationTaskConfig): tf.Tensor2D
}

const tagFeature = 24

/**
 * @param rows the batch's word vectors as a tensor, for a gradient of them
 * @param seeds in training, the source of dropout seeds
 */
export const forward = (model: Model, batch: Batch, rows: tf.Tensor2D, seeds: Seeds): Forward => {
  const { config, parameters, labels } = model
  const base = dropoutIf(embed(config, parameters, batch, rows, model.indexer.characterCount), config.embeddings.dropout, seeds)
  const offsets = indexes(batch.packing.offsets)
  const tasks = new Map(config.tasks.map((task) => [task.name, task]))
  const made = new Map<string, tf.Tensor2D>()
  const once = (key: string, make: () => tf.Tensor2D): tf.Tensor2D => {
    let tensor = made.get(key)
    if (!tensor) made.set(key, (tensor = make()))
    return tensor
  }
  const input = (task: TaskConfig): tf.Tensor2D =>
    once(`input of ${task.name}`, () =>
      dropoutIf(task.on === 'base' ? base : concat(base, states(tasks.get(task.on) as TaskConfig)), task.kind === 'coref' ? task.lexicalDropout : task.dropout, seeds),
    )
  const states = (task: TaskConfig): tf.Tensor2D => once(`states of ${task.name}`, () => encode(task.name, task.encoder, parameters, input(task), offsets, seeds))
  const emissions = (task: CrfTaskConfig): tf.Tensor2D => once(`emissions of ${task.name}`, () => emissionsOf(task, parameters, states(task), labels[task.name], seeds))
  const relationStates = (task: RelationTaskConfig): tf.Tensor2D =>
    once(`relation states of ${task.name}`, () => {
      const own = dropoutIf(states(task), task.dropout, seeds)
      const tagger = tasks.get(task.tagsOf ?? '')
      if (tagger?.kind !== 'crf') return own
      const marginals = tagMarginals(tagger, parameters, emissionsOf(tagger, parameters, states(tagger), labels[tagger.name], undefined), batch.packing)
      const table = parameters.get<tf.Tensor2D>(`${task.name}.tags`, [marginals.shape[1], tagFeature], { kind: 'xavier' })
      // No gradient goes back through the tagger: it is trained by its own labels.
      return concat(own, linear(detach(marginals), table))
    })
  return { batch, base, input, states, emissions, relationStates }
}

/** The same values outside of the tape. */
const detach = (x: tf.Tensor2D): tf.Tensor2D => tf.tensor2d(x.dataSync() as Float32Array, x.shape)
