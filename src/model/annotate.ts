/**
 * Inference: documents in, the same documents with the layers of their tasks out. All
 * tasks share one pass over the encoders; a long document goes through in windows, so
 * that memory does not grow with it. What the states mean is the heads' affair.
 */
import * as tf from '@tensorflow/tfjs-core'
import type { Document } from '../io/document.ts'
import { HmtlError } from '../io/errors.ts'
import { words } from '../io/tokens.ts'
import type { TaskConfig } from './config/keys.ts'
import type { DecodeOptions, Draft, Window } from './heads/head.ts'
import { headOf } from './heads/index.ts'
import { batchOf, forward, type Model, wordRows } from './hierarchy.ts'

export type { Link } from './heads/head.ts'

export interface AnnotateOptions extends Pick<DecodeOptions, 'goldMentions' | 'convention' | 'onLink'> {
  /** Names of the tasks to run. @default all */
  readonly tasks?: readonly string[] | undefined
  /** Spans and relations of a lower probability are left out. @default 0 */
  readonly minScore?: number | undefined
  /** Tokens computed at once. @default 2048 */
  readonly batchTokens?: number | undefined
}

const windowTokens = 1024

/** The tasks to run, with those they stand on left to the forward pass. @throws HmtlError `HMTL_USAGE` */
export const chosenTasks = (model: Model, names: readonly string[] | undefined): TaskConfig[] => {
  if (!names) return [...model.config.tasks]
  return names.map((name) => {
    const task = model.config.tasks.find((candidate) => candidate.name === name)
    if (!task) throw new HmtlError('HMTL_USAGE', `the model has no task "${name}"`, { remedy: `It has ${model.config.tasks.map((candidate) => candidate.name).join(', ')}` })
    return task
  })
}

/** A function that annotates groups of prepared documents with the model's present weights. */
export const createAnnotator = (model: Model, options: AnnotateOptions = {}) => {
  const { minScore = 0, batchTokens = 2048, goldMentions, convention, onLink } = options
  const tasks = chosenTasks(model, options.tasks)
  // What finds spans is read first: others choose among them.
  const [finding, others] = [tasks.filter(({ kind }) => headOf(kind).findsSpans), tasks.filter(({ kind }) => !headOf(kind).findsSpans)]
  const decoding: DecodeOptions = { minScore, goldMentions, convention, onLink, spansFound: finding.length > 0 }
  const decoders = [...finding, ...others].map((task) => headOf(task.kind).decoder(model, task, decoding))

  const runPack = (pack: readonly Window[]): void => {
    const sentences = pack.flatMap(({ draft, from, to }) =>
      Array.from({ length: to - from }, (_, s) => draft.words.slice(draft.sentences.begin[from + s], draft.sentences.end[from + s])),
    )
    const batch = batchOf(model, sentences)
    const rows = tf.tensor2d(wordRows(model, batch.wordIds), [batch.wordIds.length, model.config.embeddings.words.size])
    const state = forward(model, batch, rows, undefined)
    for (const decoder of decoders) decoder.read(state, pack)
  }

  return (documents: readonly Document[]): Document[] => {
    const drafts = documents.map(draftOf)
    for (const pack of packWindows(drafts, batchTokens)) tf.tidy(() => runPack(pack))
    return drafts.map((draft) => Object.assign({ ...draft.document }, ...decoders.map((decoder) => decoder.layers(draft))) as Document)
  }
}

const draftOf = (document: Document): Draft => {
  const { tokens, sentences } = document
  if (!tokens || !sentences)
    throw new HmtlError('HMTL_FORMAT_UNSUPPORTED', 'a document must have tokens and sentences before the model', { document: document.id, remedy: 'Run prepareDocument first' })
  return { document, tokens, words: words(document), sentences, spans: new Map(), spanEnding: new Map(), relations: [] }
}

/** Documents cut into windows of whole sentences, windows joined into packs of about the budget, in order. */
const packWindows = (drafts: readonly Draft[], budget: number): Window[][] => {
  const packs: Window[][] = []
  let pack: Window[] = []
  let size = 0
  const add = (window: Window) => {
    if (pack.length > 0 && size + window.tokens > budget) {
      packs.push(pack)
      pack = []
      size = 0
    }
    pack.push(window)
    size += window.tokens
  }
  for (const draft of drafts) {
    const { begin, end } = draft.sentences
    let from = 0
    let tokens = 0
    const limit = Math.min(budget, windowTokens)
    for (let s = 0; s < begin.length; s++) {
      const length = end[s] - begin[s]
      if (tokens > 0 && tokens + length > limit) {
        add({ draft, from, to: s, tokens })
        from = s
        tokens = 0
      }
      tokens += length
    }
    if (tokens > 0) add({ draft, from, to: begin.length, tokens })
  }
  if (pack.length > 0) packs.push(pack)
  return packs
}
