/**
 * Inference: batches of documents' windows in, the documents with the layers of their
 * tasks out. All tasks share one pass over the encoders. What the states mean is the
 * heads' affair; how documents become batches is the pipeline's.
 */
import * as tf from '@tensorflow/tfjs-core'
import type { Document, Prepared } from '../io/document/document.ts'
import { HmtlError } from '../io/errors.ts'
import { type LabelledLayer, onlyLabels } from '../io/document/only-labels.ts'
import { words } from '../io/document/tokens.ts'
import type { Batch } from './batch.ts'
import type { TaskConfig } from './config/keys.ts'
import type { DecodeOptions, Draft, Window } from './heads/head.ts'
import { checkConvention } from './heads/convention.ts'
import { headOf } from './heads/index.ts'
import { forward, type Model, wordRows } from './hierarchy.ts'

export type { Link } from './heads/head.ts'

export interface AnnotateOptions
  extends Pick<DecodeOptions, 'goldMentions' | 'convention' | 'draw' | 'onLink' | 'onPairs'> {
  /** Names of the tasks whose layers come out. @default all */
  readonly tasks?: readonly string[] | undefined
  /**
   * Names of the taggers that relations may take their arguments from. Those that are not among
   * the tasks run unseen, so that a relation is the same whatever else comes out. @default all
   */
  readonly taggers?: readonly string[] | undefined
  /** Spans and relations of a lower probability are left out. @default 0 */
  readonly minScore?: number | undefined
  /** Only spans and relations with these labels come out, of the tasks that have one of them. @default all */
  readonly labels?: readonly string[] | undefined
}

/** The tasks to run, with those they stand on left to the forward pass. @throws HmtlError `HMTL_USAGE` */
export const chosenTasks = (model: Model, names: readonly string[] | undefined): TaskConfig[] => {
  if (!names) return [...model.config.tasks]
  return names.map((name) => {
    const task = model.config.tasks.find((candidate) => candidate.name === name)
    if (!task)
      throw new HmtlError('HMTL_USAGE', `the model has no task "${name}"`, {
        remedy: `It has ${model.config.tasks.map((candidate) => candidate.name).join(', ')}`,
      })
    return task
  })
}

/** The tasks to run for those that were chosen, in the model's order. */
const tasksToRun = (
  model: Model,
  chosen: readonly TaskConfig[],
  taggers: readonly string[] | undefined,
): TaskConfig[] => {
  const isUnseen = ({ kind, name }: TaskConfig) =>
    headOf(kind).findsSpans === true &&
    (taggers?.includes(name) ?? true) &&
    chosen.some((task) => headOf(task.kind).readsSpans?.(task, name) === true)
  return model.config.tasks.filter((task) => chosen.includes(task) || isUnseen(task))
}

/** Layers of the tasks that have one of the labels. @throws HmtlError `HMTL_USAGE` for a label that no task has */
const layersOf = (model: Model, wanted: readonly string[]): LabelledLayer[] => {
  const known = (task: TaskConfig): readonly string[] => model.labels[task.name] ?? []
  const all = new Set(model.config.tasks.flatMap(known))
  const unknown = wanted.find((label) => !all.has(label))
  if (unknown !== undefined)
    throw new HmtlError('HMTL_USAGE', `the model has no label "${unknown}"`, {
      remedy: `It has ${[...all].join(', ')}`,
    })
  return model.config.tasks.flatMap((task) => {
    const layer = headOf(task.kind).layer(task)
    return isLabelled(layer) && known(task).some((label) => wanted.includes(label)) ? [layer] : []
  })
}

const isLabelled = (layer: keyof Document): layer is LabelledLayer =>
  layer === 'entities' || layer === 'mentions' || layer === 'relations'

/** A model that reads documents, with its present weights. */
export interface Reader {
  begin(document: Prepared): Draft
  /** Adds to drafts what the heads find in a batch of their windows, which come in the documents' order. */
  read(batch: Batch, windows: readonly Window[]): void
  /** The document of a draft whose windows have all been read. */
  finish(draft: Draft): Document
}

/** @throws HmtlError `HMTL_USAGE` for a task that the model does not have */
export const createReader = (model: Model, options: AnnotateOptions = {}): Reader => {
  const { minScore = 0, goldMentions, convention, draw, onLink, onPairs } = options
  checkConvention(model.config.tasks, convention)
  const chosen = chosenTasks(model, options.tasks)
  const only = options.labels && { labels: new Set(options.labels), layers: layersOf(model, options.labels) }
  const tasks = tasksToRun(model, chosen, options.taggers)
  // What finds spans is read first: others choose among them.
  const [finding, others] = [
    tasks.filter(({ kind }) => headOf(kind).findsSpans),
    tasks.filter(({ kind }) => !headOf(kind).findsSpans),
  ]
  const spansFound = finding.length > 0
  const decoding: DecodeOptions = { minScore, goldMentions, convention, draw, onLink, onPairs, spansFound }
  const decoders = [...finding, ...others].map((task) => ({
    task,
    decoder: headOf(task.kind).decoder(model, task, decoding),
  }))
  const seen = decoders.filter(({ task }) => chosen.includes(task))
  return {
    begin: draftOf,
    read(batch, windows) {
      if (batch.packing.size === 0) return
      tf.tidy(() => {
        const rows = tf.tensor2d(wordRows(model, batch.wordIds), [
          batch.wordIds.length,
          model.config.embeddings.words.size,
        ])
        const state = forward(model, batch, rows, undefined)
        for (const { decoder } of decoders) decoder.read(state, windows)
      })
    },
    finish(draft) {
      let { document } = draft
      for (const { decoder } of seen) document = { ...document, ...decoder.layers(draft, document) }
      const made = new Set(seen.map(({ task }) => headOf(task.kind).layer(task)))
      for (const { task } of seen) document = headOf(task.kind).settle?.(document, made, task) ?? document
      return only ? onlyLabels(document, only.labels, only.layers) : document
    },
  }
}

const draftOf = (document: Prepared): Draft => {
  const { tokens, sentences } = document
  return { document, tokens, words: words(document), sentences, spans: new Map(), spanEnding: new Map(), relations: [] }
}
