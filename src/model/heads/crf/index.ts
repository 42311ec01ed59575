/** Tagging (NER, EMD): spans of one layer, none within another, by a CRF over tags. */
import type * as tf from '@tensorflow/tfjs-core'
import {
  type Document,
  type LabelledLike,
  type LabelledSpans,
  labelledSpansOf,
  listSpans,
  mentionsOf,
  type SpanLike,
} from '../../../io/document/document.ts'
import type { LossReport } from '../../../io/report.ts'
import type { Packing } from '../../batch.ts'
import { calibrated } from '../../calibration.ts'
import type { LabelledScore } from '../../metrics/counts.ts'
import { metricOf } from '../../metrics/score.ts'
import { annotationOf } from '../annotation.ts'
import type { DecodeOptions, Decoder, Draft, Forward, Head, HeadContext } from '../head.ts'
import { leaveOut, type NotJudged, whyNot } from '../not-judged.ts'
import { conventionPlaces } from '../convention-layer.ts'
import { agreeing, nameOfMention } from './agree.ts'
import { type TagExample, tagExamples } from './examples.ts'
import { headOfMention } from '../mention-head.ts'
import { type CrfDataset, type CrfTaskConfig, crfDatasetKeys, crfKeys } from './keys.ts'
import { outermost } from './outermost.ts'
import { balanced, type TokenSpan, withoutGreeting } from './mend.ts'
import { crfDecoder, crfLoss, emissionsOf, partialCrfLoss } from './scores.ts'
import { tellerOf } from './told.ts'
import { asWritten, writtenLabel } from './written.ts'

/** Tag ids by row. */
const tagRows = (examples: readonly TagExample[], { size, rows }: Packing): Int32Array => {
  const tags = new Int32Array(size)
  let token = 0
  for (const example of examples) for (const tag of example.tags) tags[rows[token++]] = tag
  return tags
}

/** [tokens, tags] by row: every tag is barred but those that the annotation allows. */
const barredTags = (examples: readonly TagExample[], { size, rows }: Packing, count: number): Uint8Array => {
  const barred = new Uint8Array(size * count).fill(1)
  let token = 0
  for (const { tags, allowed } of examples)
    for (const tag of tags) {
      const row = rows[token++] * count
      for (const one of allowed ? allowed[tag] : [tag]) barred[row + one] = 0
    }
  return barred
}

/** The place of each row's convention among the task's; -1 where its data set names none. */
const conventionRows = (
  task: CrfTaskConfig,
  examples: readonly TagExample[],
  { size, rows }: Packing,
): Int32Array | undefined => {
  const at = conventionPlaces(task, examples)
  if (!at) return undefined
  const places = new Int32Array(size)
  let token = 0
  examples.forEach(({ tags }, e) => {
    for (let i = 0; i < tags.length; i++) places[rows[token++]] = at[e]
  })
  return places
}

/** The head of a mention, where it is not the whole of it. */
const headIn = ({ tokens, words }: Draft, from: number, to: number): SpanLike | undefined => {
  const { begin, end } = headOfMention(words.slice(from, to))
  return end - begin === to - from ? undefined : { start: tokens.begin[from + begin], end: tokens.end[from + end - 1] }
}

const decoder = (
  { parameters, labels }: HeadContext,
  task: CrfTaskConfig,
  { minScore, convention, draw }: DecodeOptions,
): Decoder => {
  // The slope of the calibration says by how much the tagger is too sure.
  const sharpness = draw ? task.calibration[0] : 1
  const crf = crfDecoder(task, parameters, labels[task.name], sharpness)
  const tagged = draw ? (values: Float32Array, rowOf: Int32Array) => crf.draw(values, rowOf, draw) : crf.decode
  const sharpened = (values: Float32Array) => (draw ? values.map((value) => value * sharpness) : values)
  const tell = tellerOf(task, labels[task.name])
  const named = task.layer === 'mentions' ? nameOfMention : undefined
  const writing = convention !== undefined && task.writtenUnless.includes(convention) ? {} : task.written
  const ownSpans = ({ spans }: Draft) => {
    const found = spans.get(task.layer) ?? []
    spans.set(task.layer, found)
    return found
  }
  /** Spans of a sentence as they are written: with both halves of a bracket, without a greeting before. */
  const mended = ({ words }: Draft, spans: readonly TokenSpan[], from: number, to: number) =>
    balanced(words, spans, from).map((span) => {
      const begin = withoutGreeting(words, span, from, to)
      return begin === span.begin ? span : { ...span, begin }
    })
  return {
    read(state, pack) {
      const emissions = emissionsOf(task, parameters, state.states(task), labels[task.name], undefined, convention)
      const values = sharpened(emissions.dataSync() as Float32Array)
      const width = emissions.shape[1]
      const { starts, rows } = state.batch.packing
      let sentence = 0
      for (const { draft, from, to } of pack) {
        const { tokens, sentences, spanEnding } = draft
        const found = ownSpans(draft)
        for (let s = from; s < to; s++, sentence++) {
          const rowOf = rows.subarray(starts[sentence], starts[sentence + 1]).map((row) => row * width)
          const base = sentences.begin[s]
          tell(values, rowOf, draft, base)
          const kept: TokenSpan[] = []
          for (const { begin, end, label, score: posterior } of tagged(values, rowOf)) {
            const score = draw ? posterior : calibrated(posterior, task.calibration)
            if (draw || (posterior >= task.threshold && score >= minScore))
              kept.push({ begin: base + begin, end: base + end, label, score })
          }
          for (const span of draw ? kept : mended(draft, kept, base, base + rowOf.length)) {
            const { begin, end, label, score } = span
            const written = { start: tokens.begin[begin], end: tokens.end[end - 1], label, score }
            found.push(task.heads ? { ...written, head: headIn(draft, begin, end) } : written)
            spanEnding.set(end - 1, [...(spanEnding.get(end - 1) ?? []), { begin, label, task: task.name }])
          }
        }
      }
    },
    layers(draft) {
      const own = ownSpans(draft)
      const { text } = draft.document
      const agreed = draw
        ? own
        : agreeing(text, own, task.agreeBelow, named).filter(({ score = 1 }) => score >= minScore)
      const spans = asWritten(writing, text, agreed)
      return task.layer === 'entities' ? { entities: labelledSpansOf(spans) } : { mentions: mentionsOf(spans) }
    },
  }
}

/**
 * Outermost spans of labels that the source annotates and the model has, on both sides; where a source's label may be
 * several of the task's, the one that was predicted is the right one.
 */
const comparable = (
  document: Document,
  predicted: Document,
  { layer, written }: CrfTaskConfig,
  labels: readonly string[],
  dataset: CrfDataset,
  notJudged?: LossReport,
): readonly [Document, Document] => {
  const annotation = annotationOf(dataset)
  const has = new Set(labels)
  const known = annotation.known ?? has
  const meant = (label: string) => annotation.meaning(label)?.labels.filter((each) => has.has(each)) ?? []
  const { text } = document
  const found = asWritten(written, text, spansOf(predicted[layer])).filter(({ label }) => known.has(label))
  const labelAt = new Map(found.map(({ start, end, label }) => [`${start} ${end}`, label]))
  const leave = (span: LabelledLike, why: NotJudged) => leaveOut(notJudged, why, document, span, span.label)
  const gold = outermost(
    spansOf(document[layer]),
    (label) => meant(label).length > 0,
    (span, why) => leave(span, meant(span.label).length > 0 ? why : whyNot(annotation, span.label)),
  ).flatMap((span) => {
    const { start, end } = span
    const may = meant(span.label)
    if (may.length === 0) {
      leave(span, whyNot(annotation, span.label))
      return []
    }
    const other = labelAt.get(`${start} ${end}`)
    const label = other !== undefined && may.includes(other) ? other : may[0]
    const instead = writtenLabel(written, text, { start, end, label })
    // Where a source does not annotate the label that the span is written with, it is missed.
    return [{ start, end, label: known.has(instead) ? instead : label }]
  })
  const made = layer === 'entities' ? labelledSpansOf : mentionsOf
  return [
    { ...document, [layer]: document[layer] && made(gold) },
    { ...predicted, [layer]: made(found) },
  ]
}

const spansOf = (spans: LabelledSpans | undefined): LabelledLike[] => (spans ? listSpans(spans) : [])

function* labelsOf(document: Document, { layer }: CrfTaskConfig, dataset: CrfDataset): Generator<string> {
  const annotation = annotationOf(dataset)
  for (const { label } of spansOf(document[layer])) yield* annotation.meaning(label)?.labels ?? []
}

const loss = (
  { parameters, labels }: HeadContext,
  task: CrfTaskConfig,
  state: Forward,
  examples: readonly TagExample[],
  seeds: (() => number) | undefined,
): tf.Tensor1D => {
  const { packing } = state.batch
  const rules = conventionRows(task, examples, packing)
  const emissions = emissionsOf(task, parameters, state.states(task), labels[task.name], seeds, rules)
  if (examples.some(({ allowed }) => allowed))
    return partialCrfLoss(task, parameters, emissions, barredTags(examples, packing, emissions.shape[1]), packing)
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
  names: (task) => [
    ...(['lexicon', 'forms', 'notForms'] as const).flatMap((key) =>
      Object.keys(task[key]).map((name) => ({ key, name })),
    ),
    ...Object.values(task.written).flatMap((labels) =>
      Object.entries(labels).flatMap((pair) => pair.map((name) => ({ key: 'written', name }))),
    ),
  ],
  examples: tagExamples,
  smallest: () => ({ id: '', sentences: [smallestWords], tags: new Int32Array(smallestWords.length) }),
  loss,
  statesIn: (part) => (part.startsWith('tags.') ? { own: 1, below: false } : undefined),
  decoder,
  comparable,
  metric: ({ layer }) => metricOf(layer === 'entities' ? 'ner' : 'emd'),
  main: (_, { f1 }) => f1,
  decisions: () => [
    { setting: 'outsideBias', best: 0, values: [-3, -2.5, -2, -1.5, -1, -0.75, -0.5, -0.25, 0, 0.25, 0.5] },
    // Where F1 is the same within half a point, fewer wrong ones.
    { setting: 'threshold', best: 0.4, values: [0, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55] },
  ],
}
