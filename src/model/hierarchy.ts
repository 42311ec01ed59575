/**
 * The hierarchy (paper, figure 1): each task's encoder stands on g_e joined to
 * the states of the task it names. Encoders are run once a batch, however many
 * tasks stand on them.
 */
import type * as tf from '@tensorflow/tfjs-core'
import { copyHalves, floatsOfHalves } from '../io/arrow/half.ts'
import { type Batch, createBatch, indexes } from './batch.ts'
import type { ModelConfig, TaskConfig } from './config/keys.ts'
import { type ContextualEncoder, vectorsOf } from './encoders/contextual.ts'
import type { Forward, HeadContext } from './heads/head.ts'
import { headOf } from './heads/index.ts'
import { concat, gather } from './kernels/ops/rows.ts'
import { embed, embedForms } from './layers/embedding.ts'
import { dropoutIf, encode, type Seeds } from './layers/encoder.ts'
import { createParameters } from './parameters.ts'
import { floatsOfBytes, type StoredBytes } from './safetensors.ts'
import { createIndexer, type Indexer, type Vocabulary } from './vocabulary.ts'
import type { WordIndex } from './word-index.ts'

/** Word vectors as numbers, as bits of float16, or as integers of 8 bits with a factor a row. */
export type WordTable = Float32Array | Uint16Array | StoredBytes

/** What a model is made of; weights in `parameters`, word vectors beside them because they are updated by row. */
export interface Model extends HeadContext {
  readonly config: ModelConfig
  readonly vocabulary: Vocabulary
  readonly indexer: Indexer
  /** [words, size]; as it is stored where a model is only used, see `readModel`. */
  readonly wordTable: WordTable
  /** Where the configuration names one. */
  readonly contextual: ContextualEncoder | undefined
}

export interface ModelParts {
  readonly config: ModelConfig
  readonly vocabulary: Vocabulary
  readonly labels: Readonly<Record<string, readonly string[]>>
  /** The index of the vocabulary's words, for who has it. */
  readonly wordIndex?: WordIndex | undefined
  readonly wordTable: WordTable
  readonly contextual?: ContextualEncoder | undefined
  readonly stored?: ReadonlyMap<string, { shape: readonly number[]; values: Float32Array }>
  /** Whether it is not trained any more: products are made with integers where the engine has them. */
  readonly onlyUsed?: boolean
}

export const createModel = ({
  config,
  vocabulary,
  labels,
  wordIndex,
  wordTable,
  contextual,
  stored,
  onlyUsed,
}: ModelParts): Model => ({
  config,
  vocabulary,
  labels,
  wordTable,
  contextual,
  indexer: createIndexer(vocabulary, wordIndex),
  parameters: createParameters(config.training.seed, stored, onlyUsed),
})

/** What copies a word's vector into a batch's rows. */
const rowCopier = (table: WordTable, size: number): ((id: number, rows: Float32Array, at: number) => void) => {
  if (table instanceof Float32Array) return (id, rows, at) => rows.set(table.subarray(id * size, (id + 1) * size), at)
  if (table instanceof Uint16Array) return (id, rows, at) => copyHalves(table, id * size, (id + 1) * size, rows, at)
  const { integers, scales } = table
  return (id, rows, at) => {
    for (let j = 0; j < size; j++) rows[at + j] = integers[id * size + j] * scales[id]
  }
}

/** Rows of the word table that a batch needs: [different words, size]. */
export const wordRows = ({ wordTable, config }: Model, ids: Int32Array): Float32Array => {
  const { size } = config.embeddings.words
  const rows = new Float32Array(ids.length * size)
  const copy = rowCopier(wordTable, size)
  ids.forEach((id, i) => {
    copy(id, rows, i * size)
  })
  return rows
}

/** The word vectors as they are trained and stored. */
export const wordFloats = ({ wordTable }: Pick<Model, 'wordTable'>): Float32Array => {
  if (wordTable instanceof Float32Array) return wordTable
  return wordTable instanceof Uint16Array ? floatsOfHalves(wordTable) : floatsOfBytes(wordTable)
}

/**
 * Sentences as a batch with their contextual vectors: what the stages `embed` and `pack` do in a run, for who has only
 * sentences.
 */
export const batchOf = ({ indexer, contextual }: Model, sentences: readonly (readonly string[])[]): Batch =>
  createBatch(sentences, indexer, {
    vectors: contextual && vectorsOf(contextual, sentences),
  })

/**
 * @param rows the batch's word vectors as a tensor, for a gradient of them
 * @param seeds in training, the source of dropout seeds
 */
export const forward = (model: Model, batch: Batch, rows: tf.Tensor2D, seeds: Seeds): Forward => {
  const { config, parameters } = model
  const { characterCount } = model.indexer
  const offsets = indexes(batch.packing.offsets)
  const tasks = new Map(config.tasks.map((task) => [task.name, task]))
  const made = new Map<string, tf.Tensor2D>()
  const once = (key: string, make: () => tf.Tensor2D): tf.Tensor2D => {
    let tensor = made.get(key)
    if (!tensor) made.set(key, (tensor = make()))
    return tensor
  }
  // g_e of a model that is only used and has no contextual encoder is the same wherever a form comes again.
  const forms =
    parameters.givesIntegers && !seeds && !batch.contextual
      ? { forms: embedForms(config, parameters, batch, rows, characterCount), of: indexes(batch.formOf) }
      : undefined
  const base = (): tf.Tensor2D =>
    once('base', () =>
      forms
        ? gather(forms.forms, forms.of)
        : dropoutIf(embed(model, batch, rows, characterCount, seeds), config.embeddings.dropout, seeds),
    )
  const input = (task: TaskConfig): tf.Tensor2D =>
    once(`input of ${task.name}`, () => {
      const lower = below(task)
      const stacked = task.on === 'base' || !task.shortcut ? lower : concat(base(), lower)
      return dropoutIf(stacked, headOf(task.kind).inputDropout?.(task) ?? task.dropout, seeds)
    })
  const below = (task: TaskConfig): tf.Tensor2D =>
    task.on === 'base' ? base() : states(tasks.get(task.on) as TaskConfig)
  /** What its encoder reads. */
  const read = (task: TaskConfig) => {
    if (!forms || !(task.on === 'base' || task.shortcut)) return input(task)
    return { ...forms, below: task.on === 'base' ? undefined : below(task) }
  }
  const states = (task: TaskConfig): tf.Tensor2D => {
    const { encoder } = task
    return encoder
      ? once(`states of ${task.name}`, () => encode(task.name, encoder, parameters, read(task), offsets, seeds))
      : below(task)
  }
  return {
    batch,
    get base() {
      return base()
    },
    input,
    states,
  }
}
