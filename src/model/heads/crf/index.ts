/** Tagging (NER, EMD): spans of one layer, none within another, by a CRF over tags. */
import type * as tf from '@tensorflow/tfjs-core'
import { type Document, type LabelledSpans, labelledSpansOf, listSpans, mentionsOf } from '../../../io/document.ts'
import type { Packing } from '../../batch.ts'
import { calibrated } from '../../calibration.ts'
import type { LabelledScore } from '../../metrics/counts.ts'
import { metricOf } from '../../metrics/score.ts'
import type { DecodeOptions, Decoder, Draft, Forward, Head, HeadContext } from '../head.ts'
import { type TagExample, tagExamples } from './examples.ts'
import { type CrfDataset, type CrfTaskConfig, crfDatasetKeys, crfKeys } from './keys.ts'
import { crfDecoder, crfLoss, emissionsOf, partialCrfLoss } from './scores.ts'

/** Tag ids by row. */
const tagRows = (examples: readonly TagExample[], { size, rows }: Packing): Int32Array => {
  const tags = new Int32Array(size)
  let token = 0
  for (const example of examples) for (const tag of example.tags) tags[rows[token++]] = tag
  return tags
}

/** [tokens, tags] by row: every tag but the annotated one is barred, save for those that an untagged token may have. */
const barredTags = (examples: readonly TagExample[], { size, rows }: Packing, count: number): Uint8Array => {
  const barred = new Uint8Array(size * count).fill(1)
  let token = 0
  for (const { tags, open } of examples)
    for (const tag of tags) {
      const row = rows[token++] * count
      barred[row + tag] = 0
      if (tag === 0 && open) for (const other of open) barred[row + other] = 0
    }
  return barred
}

const decoder = ({ parameters, labels }: HeadContext, task: CrfTaskConfig, { minScore }: DecodeOptions): Decoder => {
  const crf = crfDecoder(task, parameters, labels[task.name])
  const spansOf = ({ spans }: Draft) => {
    const found = spans.get(task.layer) ?? []
    spans.set(task.layer, found)
    return found
  }
  return {
    read(state, pack) {
      const emissions = emissionsOf(task, parameters, state.states(task), labels[task.name], undefined)
      const values = emissions.dataSync() as Float32Array
      const width = emissions.shape[1]
      const { starts, rows } = state.batch.packing
      let sentence = 0
      for (const { draft, from, to } of pack) {
        const { tokens, sentences, spanEnding } = draft
        const found = spansOf(draft)
        for (let s = from; s < to; s++, sentence++) {
          const rowOf = rows.subarray(starts[sentence], starts[sentence + 1]).map((row) => row * width)
          const base = sentences.begin[s]
          for (const { begin, end, label, score: posterior } of crf.decode(values, rowOf)) {
            const score = calibrated(posterior, task.calibration)
            if (score < minScore) continue
            found.push({ start: tokens.begin[base + begin], end: tokens.end[base + end - 1], label, score })
            spanEnding.set(base + end - 1, base + begin)
          }
        }
      }
    },
    layers: (draft) => (task.layer === 'entities' ? { entities: labelledSpansOf(spansOf(draft)) } : { mentions: mentionsOf(spansOf(draft)) }),
  }
}

/** Spans not inside another: what a flat tagger can find, and what it is judged on. */
const outermost = <T extends LabelledSpans>(spans: T): T => {
  const order = Int32Array.from(spans.begin.keys()).sort((a, b) => spans.begin[a] - spans.begin[b] || spans.end[b] - spans.end[a])
  const keep: number[] = []
  let end = -1
  for (const i of order) {
    if (spans.begin[i] < end) continue
    keep.push(i)
    end = spans.end[i]
  }
  const pick = (values: Int32Array) => Int32Array.from(keep, (i) => values[i])
  return { ...spans, begin: pick(spans.begin), end: pick(spans.end), label: pick(spans.label), score: undefined }
}

const gold = (document: Document, { layer }: CrfTaskConfig): Document => {
  const spans = document[layer]
  return spans ? { ...document, [layer]: outermost(spans) } : document
}

function* labelsOf(document: Document, { layer }: CrfTaskConfig, { labels }: CrfDataset): Generator<string> {
  const spans = document[layer]
  for (const { label } of spans ? listSpans(spans) : []) if (!labels || labels.includes(label)) yield label
}

const loss = ({ parameters, labels }: HeadContext, task: CrfTaskConfig, state: Forward, examples: readonly TagExample[], seeds: (() => number) | undefined): tf.Tensor1D => {
  const { packing } = state.batch
  const emissions = emissionsOf(task, parameters, state.states(task), labels[task.name], seeds)
  if (examples.some(({ open }) => open)) return partialCrfLoss(task, parameters, emissions, barredTags(examples, packing, emissions.shape[1]), packing)
  return crfLoss(task, parameters, emissions, tagRows(examples, packing), packing)
}

const smallestWords = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']

export const crfHead: Head<CrfTaskConfig, TagExample, LabelledScore> = {
  kind: 'crf',
  keys: crfKeys,
  datasetKeys: crfDatasetKeys,
  defaults: {},
  findsSpans: true,
  layer: ({ layer }) => layer,
  labels: labelsOf,
  examples: tagExamples,
  smallest: () => ({ id: '', sentences: [smallestWords], tags: new Int32Array(smallestWords.length) }),
  loss,
  decoder,
  gold,
  metric: ({ layer }) => metricOf(layer === 'entities' ? 'ner' : 'emd'),
  main: (_, { f1 }) => f1,
  decisions: () => [{ setting: 'outsideBias', best: 0, values: [-3, -2.5, -2, -1.5, -1, -0.75, -0.5, -0.25, 0, 0.25, 0.5] }],
}
