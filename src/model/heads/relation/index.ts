/** Relations between spans of one sentence, by the tokens that end them. */
import type * as tf from '@tensorflow/tfjs-core'
import { type Document, listRelations, relationsOf } from '../../../io/document.ts'
import { indexes } from '../../batch.ts'
import { calibrated } from '../../calibration.ts'
import { sigmoidLoss } from '../../kernels/ops/losses.ts'
import type { Seeds } from '../../layers/encoder.ts'
import { metricOf, type RelationScore } from '../../metrics/score.ts'
import type { DecodeOptions, Decoder, Draft, Forward, Head, HeadContext } from '../head.ts'
import { type RelationExample, relationExamples } from './examples.ts'
import { type RelationTaskConfig, relationKeys } from './keys.ts'
import { pairTokens, relationLogits, relationStates } from './scores.ts'

const loss = (context: HeadContext, task: RelationTaskConfig, state: Forward, examples: readonly RelationExample[], seeds: Seeds): tf.Tensor1D => {
  const { starts, rows } = state.batch.packing
  const types = context.labels[task.name].length
  const rowsOf = examples.map((_, s) => rows.slice(starts[s], starts[s + 1]))
  const pairs = pairTokens(rowsOf)
  const positive: number[] = []
  let base = 0
  examples.forEach(({ cells }, s) => {
    const n = rowsOf[s].length
    for (let k = 0; k < cells.length; k += 3) positive.push((base + cells[k] * n + cells[k + 1]) * types + cells[k + 2])
    base += n * n
  })
  const logits = relationLogits(task, context.parameters, relationStates(context, task, state, seeds), pairs, types)
  return sigmoidLoss(logits, indexes(Int32Array.from(positive)))
}

interface Place {
  readonly draft: Draft
  readonly token: number
  /** Among the tokens of the batch. */
  readonly place: number
}

const decoder = (context: HeadContext, task: RelationTaskConfig, { minScore, spansFound }: DecodeOptions): Decoder => {
  const labels = context.labels[task.name]
  return {
    read(state, pack) {
      const { starts, rows } = state.batch.packing
      // Candidates are the tokens that end a predicted span, where a tagger ran; else every token.
      const places: Place[][] = []
      let sentence = 0
      for (const { draft, from, to } of pack)
        for (let s = from; s < to; s++, sentence++) {
          const list: Place[] = []
          const { begin, end } = draft.sentences
          for (let token = begin[s]; token < end[s]; token++)
            if (!spansFound || draft.spanEnding.has(token)) list.push({ draft, token, place: starts[sentence] + token - begin[s] })
          places.push(list)
        }
      const pairs = pairTokens(
        places.map((list) => Int32Array.from(list, ({ place }) => rows[place])),
        places.map((list) => Int32Array.from(list, ({ place }) => place)),
      )
      if (pairs.first.length === 0 || labels.length === 0) return
      const states = relationStates(context, task, state, undefined)
      const logits = relationLogits(task, context.parameters, states, pairs, labels.length).dataSync() as Float32Array
      let p = 0
      for (const list of places)
        for (const one of list)
          for (const two of list) {
            for (let k = 0; k < labels.length; k++) {
              const sigmoid = 1 / (1 + Math.exp(-logits[p * labels.length + k]))
              const score = sigmoid > task.threshold && one !== two ? calibrated(sigmoid, task.calibration) : -1
              if (!(score >= Math.max(minScore, 0))) continue
              const { tokens, spanEnding, relations } = one.draft
              const argument = (token: number) => ({ start: tokens.begin[spanEnding.get(token) ?? token], end: tokens.end[token] })
              relations.push({ label: labels[k], arg1: argument(one.token), arg2: argument(two.token), score })
            }
            p++
          }
    },
    layers: ({ relations }) => ({ relations: relationsOf(relations) }),
  }
}

/** Relations of labels that the model does not have are no part of it. */
const gold = (document: Document, _: RelationTaskConfig, labels: readonly string[]): Document => {
  const { relations } = document
  if (!relations) return document
  const known = new Set(labels)
  const keep = Int32Array.from(relations.label.keys()).filter((i) => known.has(relations.labels[relations.label[i]]))
  const pick = (values: Int32Array) => keep.map((i) => values[i])
  return {
    ...document,
    relations: {
      begin1: pick(relations.begin1),
      end1: pick(relations.end1),
      begin2: pick(relations.begin2),
      end2: pick(relations.end2),
      label: pick(relations.label),
      labels: relations.labels,
    },
  }
}

const smallestWords = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']

export const relationHead: Head<RelationTaskConfig, RelationExample, RelationScore> = {
  kind: 'relation',
  keys: relationKeys,
  datasetKeys: {},
  defaults: { layers: 3, batch: 4 },
  readsSpans: true,
  others: ({ tagsOf }) => (tagsOf === '' ? [] : [{ key: 'tagsOf', name: tagsOf, kind: 'crf' }]),
  layer: () => 'relations',
  labels: ({ relations }) => (relations ? listRelations(relations).map(({ label }) => label) : []),
  mostLabels: ({ maxLabels }) => maxLabels,
  examples: relationExamples,
  smallest: () => ({ id: '', sentences: [smallestWords], cells: new Int32Array(0) }),
  loss,
  decoder,
  gold,
  metric: () => metricOf('relation'),
  main: ({ bearingOnly }, { definitions: { original, lastToken } }) => (bearingOnly ? original : lastToken).f1,
  decisions: () => [{ setting: 'threshold', best: 0.5, values: [0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6] }],
}
