/**
 * Inference: windows of documents in, as a batch; entities, mentions, relations and
 * clusters of the documents out. All tasks share one pass over the encoders; the
 * coreference of a document is carried from a window to the next, so that memory
 * does not grow with it.
 */
import * as tf from '@tensorflow/tfjs-core'
import {
  type Clusters,
  clustersOf,
  type Document,
  type LabelledLike,
  labelledSpansOf,
  type Mentions,
  mentionsOf,
  type Prepared,
  type RelationLike,
  relationsOf,
  type SpanLike,
  type Spans,
} from '../io/document.ts'
import { HmtlError } from '../io/errors.ts'
import { words } from '../io/tokens.ts'
import { type Batch, indexes } from './batch.ts'
import { calibrated } from './calibration.ts'
import type { CorefTaskConfig, RelationTaskConfig, TaskConfig } from './config.ts'
import { antecedentPairs, candidateScores, candidateSpans, keepBest, mentionScores, pairScores, spanRows, spanVectors } from './heads/coref.ts'
import { crfDecoder } from './heads/crf.ts'
import { chooseLink } from './heads/linking.ts'
import { type Surface, surfaceOf } from './heads/surface.ts'
import { pairTokens, relationLogits } from './heads/relation.ts'
import { type Forward, forward, type Model, wordRows } from './hierarchy.ts'
import { gather } from './kernels/ops/rows.ts'

export interface AnnotateOptions {
  /** Names of the tasks to run. @default all */
  readonly tasks?: readonly string[] | undefined
  /** Spans and relations of a lower probability are left out. @default 0 */
  readonly minScore?: number | undefined
  /** Use the document's own mentions as the only candidates of coreference. @default as the task was configured */
  readonly goldMentions?: boolean | undefined
  /** Told of each link of a mention to its antecedent that is made, with its probability. */
  readonly onLink?: ((link: Link) => void) | undefined
}

export interface Link {
  readonly document: string
  /** Characters. */
  readonly mention: SpanLike
  readonly antecedent: SpanLike
  readonly score: number
}

/** Sentences of a document that stand together in a batch. */
export interface WindowPlace {
  /** Which of the documents at work. */
  readonly document: number
  /** First sentence, and one past the last. */
  readonly from: number
  readonly to: number
}

/** Coreference of a document under way. */
interface CorefState {
  /** Kept spans so far as token indexes, and each one's antecedent or -1. */
  readonly begin: number[]
  readonly end: number[]
  readonly parent: number[]
  /** Entity of each: the index of its first mention. */
  readonly entity: number[]
  readonly scores: number[]
  /** Vectors and mention scores of the last kept spans, for the next window. */
  vectors: Float32Array
  recent: Float32Array
}

/** A document with what has been found in it so far. */
export interface Work {
  readonly document: Prepared
  readonly tokens: Spans
  readonly words: string[]
  readonly sentences: Spans
  readonly spans: Map<string, LabelledLike[]>
  /** Token that ends each predicted span, by its begin. */
  readonly spanEnding: Map<number, number>
  readonly relations: RelationLike[]
  coref: CorefState | undefined
}

/** The tasks to run, with those they stand on left to the forward pass. @throws HmtlError `HMTL_USAGE` */
export const chosenTasks = (model: Model, names: readonly string[] | undefined): TaskConfig[] => {
  if (!names) return [...model.config.tasks]
  return names.map((name) => {
    const task = model.config.tasks.find((candidate) => candidate.name === name)
    if (!task) throw new HmtlError('HMTL_USAGE', `the model has no task "${name}"`, { remedy: `It has ${model.config.tasks.map((candidate) => candidate.name).join(', ')}` })
    return task
  })
}

/** A model's heads at work, with its present weights. */
export interface Decoder {
  begin(document: Prepared): Work
  /** Adds to the documents at work what the heads find in a batch of their windows. Leaves its tensors to the caller's `tf.tidy`. */
  decode(batch: Batch, windows: readonly WindowPlace[], work: readonly Work[]): void
  finish(work: Work): Document
}

/** @throws HmtlError `HMTL_USAGE` for a task that the model does not have */
export const createDecoder = (model: Model, options: AnnotateOptions = {}): Decoder => {
  const tasks = chosenTasks(model, options.tasks)
  const decoders = new Map(tasks.filter((task) => task.kind === 'crf').map((task) => [task.name, crfDecoder(task, model.parameters, model.labels[task.name])]))
  const minScore = options.minScore ?? 0

  return { begin: workOf, decode, finish: (work) => finish(work, tasks) }

  function decode(batch: Batch, pack: readonly WindowPlace[], work: readonly Work[]): void {
    if (batch.packing.size === 0) return
    const { size } = model.config.embeddings.words
    const rows = tf.tensor2d(wordRows(model, batch.wordIds), [batch.wordIds.length, size])
    const state = forward(model, batch, rows, undefined)
    // Taggers first: relations are read off the spans they find.
    for (const task of tasks) if (task.kind === 'crf') tagPack(task.name, state, pack, work)
    for (const task of tasks) if (task.kind === 'relation') relatePack(task, state, pack, work)
    for (const task of tasks) if (task.kind === 'coref') linkPack(task, state, pack, work)
  }

  function tagPack(name: string, state: Forward, pack: readonly WindowPlace[], work: readonly Work[]): void {
    const task = tasks.find((candidate) => candidate.name === name)
    const decoder = decoders.get(name)
    if (task?.kind !== 'crf' || !decoder) return
    const emissions = state.emissions(task)
    const values = emissions.dataSync() as Float32Array
    const width = emissions.shape[1]
    const { starts, rows } = state.batch.packing
    let sentence = 0
    for (const { document, from, to } of pack) {
      const item = work[document]
      const spans = item.spans.get(task.layer) ?? []
      item.spans.set(task.layer, spans)
      for (let s = from; s < to; s++, sentence++) {
        const rowOf = rows.subarray(starts[sentence], starts[sentence + 1]).map((row) => row * width)
        const base = item.sentences.begin[s]
        for (const { begin, end, label, score: posterior } of decoder.decode(values, rowOf)) {
          const score = calibrated(posterior, task.calibration)
          if (score < minScore) continue
          spans.push({ start: item.tokens.begin[base + begin], end: item.tokens.end[base + end - 1], label, score })
          item.spanEnding.set(base + end - 1, base + begin)
        }
      }
    }
  }

  function relatePack(task: RelationTaskConfig, state: Forward, pack: readonly WindowPlace[], work: readonly Work[]): void {
    const labels = model.labels[task.name]
    const { starts, rows } = state.batch.packing
    // Candidates are the tokens that end a predicted span, where a tagger ran; else every token.
    const tagged = tasks.some((other) => other.kind === 'crf')
    const places: { document: number; token: number; place: number }[][] = []
    let sentence = 0
    for (const { document, from, to } of pack) {
      const item = work[document]
      for (let s = from; s < to; s++, sentence++) {
        const list: { document: number; token: number; place: number }[] = []
        for (let token = item.sentences.begin[s]; token < item.sentences.end[s]; token++)
          if (!tagged || item.spanEnding.has(token)) list.push({ document, token, place: starts[sentence] + token - item.sentences.begin[s] })
        places.push(list)
      }
    }
    const pairs = pairTokens(
      places.map((list) => Int32Array.from(list, ({ place }) => rows[place])),
      places.map((list) => Int32Array.from(list, ({ place }) => place)),
    )
    if (pairs.first.length === 0 || labels.length === 0) return
    const logits = relationLogits(task, model.parameters, state.relationStates(task), pairs, labels.length).dataSync() as Float32Array
    let p = 0
    for (const list of places)
      for (const one of list)
        for (const two of list) {
          for (let k = 0; k < labels.length; k++) {
            const sigmoid = 1 / (1 + Math.exp(-logits[p * labels.length + k]))
            const score = sigmoid > task.threshold && one !== two ? calibrated(sigmoid, task.calibration) : -1
            if (score >= Math.max(minScore, 0)) {
              const item = work[one.document]
              const argument = (token: number) => ({ start: item.tokens.begin[item.spanEnding.get(token) ?? token], end: item.tokens.end[token] })
              item.relations.push({ label: labels[k], arg1: argument(one.token), arg2: argument(two.token), score })
            }
          }
          p++
        }
  }

  function linkPack(task: CorefTaskConfig, state: Forward, pack: readonly WindowPlace[], work: readonly Work[]): void {
    const { starts, rows } = state.batch.packing
    let sentence = 0
    for (const window of pack) {
      const count = window.to - window.from
      linkWindow(task, state, window, starts.subarray(sentence, sentence + count + 1), rows, work[window.document])
      sentence += count
    }
  }

  function linkWindow(task: CorefTaskConfig, state: Forward, window: WindowPlace, sentenceStarts: Int32Array, rows: Int32Array, item: Work): void {
    const first = sentenceStarts[0]
    const tokenRows = rows.subarray(first, sentenceStarts[sentenceStarts.length - 1])
    const relative = sentenceStarts.map((start) => start - first)
    const offset = item.sentences.begin[window.from]
    const coref = (item.coref ??= { begin: [], end: [], parent: [], entity: [], scores: [], vectors: new Float32Array(0), recent: new Float32Array(0) })
    const [states, inputs] = [state.states(task), state.input(task)]
    const gold = options.goldMentions ?? task.goldMentions
    const candidates = gold ? goldSpans(item, offset, tokenRows.length, task.maxSpanWidth) : candidateSpans(relative, task.maxSpanWidth)
    if (candidates.begin.length === 0) return
    const all = candidateScores(task, model.parameters, states, inputs, spanRows(candidates.begin, candidates.end, tokenRows)).dataSync() as Float32Array
    const kept = gold ? Int32Array.from(all.keys()) : keepBest(all, Math.floor(task.spansPerWord * tokenRows.length))
    if (kept.length === 0) return
    const begin = kept.map((i) => candidates.begin[i])
    const end = kept.map((i) => candidates.end[i])
    const vectors = spanVectors(task, model.parameters, states, inputs, spanRows(begin, end, tokenRows))
    const D = vectors.shape[1]
    const carried = coref.vectors.length / D
    // Spans kept from earlier windows stand before this window's; each of the latter looks back over both.
    const together = carried > 0 ? (tf.tensor2d(joined(coref.vectors, vectors.dataSync() as Float32Array), [carried + kept.length, D]) as tf.Tensor2D) : vectors
    const mention = joined(
      coref.recent,
      kept.length === all.length && !gold ? (mentionScores(task, model.parameters, vectors, undefined).dataSync() as Float32Array) : Float32Array.from(kept, (i) => all[i]),
    )
    const total = carried + kept.length
    const base = coref.begin.length - carried
    const surfaceAt = (i: number): Surface =>
      i < carried ? surfaceOf(item.words.slice(coref.begin[base + i], coref.end[base + i])) : surfaceOf(item.words.slice(offset + begin[i - carried], offset + end[i - carried]))
    const surfaces = task.textFeatures ? Array.from({ length: total }, (_, i) => surfaceAt(i)) : undefined
    const pairs = antecedentPairs(total, task.maxAntecedents, carried, surfaces)
    const scores = pairs.spans.length > 0 ? (pairScores(task, model.parameters, together, pairs, undefined).dataSync() as Float32Array) : new Float32Array(0)
    for (let i = 0; i < kept.length; i++) {
      const [from, to] = [pairs.starts[i], pairs.starts[i + 1]]
      const own = mention[carried + i] + task.linkBias
      const antecedents = pairs.antecedents.subarray(from, to).map((at) => base + at)
      const linkScores = Float64Array.from(antecedents, (at, k) => scores[from + k] + own + mention[at - base])
      const { parent, probability: raw } = chooseLink(antecedents, linkScores, (at) => (task.linking === 'entity' ? coref.entity[at] : at))
      const probability = calibrated(raw, task.calibration)
      const linked = parent !== -1 && probability >= minScore
      coref.begin.push(offset + begin[i])
      coref.end.push(offset + end[i])
      coref.entity.push(linked ? coref.entity[parent] : coref.parent.length)
      coref.parent.push(linked ? parent : -1)
      if (options.onLink && linked) {
        const spanAt = (at: number): SpanLike => ({ start: item.tokens.begin[coref.begin[at]], end: item.tokens.end[coref.end[at] - 1] })
        options.onLink({ document: item.document.id, mention: spanAt(coref.begin.length - 1), antecedent: spanAt(parent), score: probability })
      }
      coref.scores.push(mention[carried + i])
    }
    const keep = Math.min(total, task.maxAntecedents)
    coref.vectors = (gather(together, indexes(Int32Array.from({ length: keep }, (_, i) => total - keep + i))).dataSync() as Float32Array).slice()
    coref.recent = mention.slice(total - keep)
  }
}

const joined = (a: Float32Array, b: Float32Array): Float32Array => {
  const out = new Float32Array(a.length + b.length)
  out.set(a)
  out.set(b, a.length)
  return out
}

/** The mentions that training takes, which are the clusters' (spec, section 9): a layer of mentions may lack some, such as pronouns. */
const goldSpans = (item: Work, offset: number, count: number, maxWidth: number): { begin: Int32Array; end: Int32Array } => {
  const { clusters, mentions } = item.document
  const source: Spans | undefined = clusters ?? mentions
  const found = new Map<string, [number, number]>()
  if (source)
    for (let i = 0; i < source.begin.length; i++) {
      const begin = item.tokens.begin.indexOf(source.begin[i]) - offset
      const end = item.tokens.end.indexOf(source.end[i]) + 1 - offset
      if (begin >= 0 && end > begin && end <= count && end - begin <= maxWidth) found.set(`${begin} ${end}`, [begin, end])
    }
  const list = [...found.values()].sort((a, b) => a[0] - b[0] || a[1] - b[1])
  return { begin: Int32Array.from(list, ([begin]) => begin), end: Int32Array.from(list, ([, end]) => end) }
}

const workOf = (document: Prepared): Work => ({
  document,
  tokens: document.tokens,
  words: words(document),
  sentences: document.sentences,
  spans: new Map(),
  spanEnding: new Map(),
  relations: [],
  coref: undefined,
})

const finish = ({ document, spans, relations, coref, tokens }: Work, tasks: readonly TaskConfig[]): Document => {
  const kinds = new Set(tasks.map((task) => (task.kind === 'crf' ? task.layer : task.kind)))
  const mentions: Mentions | undefined = kinds.has('mentions') ? mentionsOf(spans.get('mentions') ?? []) : undefined
  const corefTask = tasks.find((task): task is CorefTaskConfig => task.kind === 'coref')
  return {
    ...document,
    ...(kinds.has('entities') ? { entities: labelledSpansOf(spans.get('entities') ?? []) } : {}),
    ...(mentions ? { mentions } : {}),
    ...(kinds.has('relation') ? { relations: relationsOf(relations) } : {}),
    ...(corefTask ? { clusters: clustersFrom(coref, tokens, corefTask.singletons) } : {}),
  }
}

/** Links chained into clusters, in order of their first members. */
const clustersFrom = (coref: CorefState | undefined, tokens: Spans, singletons: boolean): Clusters => {
  if (!coref) return clustersOf([])
  const clusterOf = new Int32Array(coref.begin.length).fill(-1)
  const clusters: SpanLike[][] = []
  const linked = new Uint8Array(coref.begin.length)
  coref.parent.forEach((parent, i) => {
    if (parent !== -1) linked[parent] = linked[i] = 1
  })
  for (let i = 0; i < coref.begin.length; i++) {
    if (!linked[i] && !(singletons && coref.scores[i] > 0)) continue
    const parent = coref.parent[i]
    let cluster = parent === -1 ? -1 : clusterOf[parent]
    if (cluster === -1) cluster = clusters.push([]) - 1
    clusterOf[i] = cluster
    clusters[cluster].push({ start: tokens.begin[coref.begin[i]], end: tokens.end[coref.end[i] - 1] })
  }
  return clustersOf(clusters)
}
