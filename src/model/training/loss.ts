/** The loss of a task over a group of its examples. */
import * as tf from '@tensorflow/tfjs-core'
import { indexes, type Packing } from '../batch.ts'
import type { CorefTaskConfig, CrfTaskConfig, RelationTaskConfig, TaskConfig } from '../config.ts'
import { antecedentPairs, candidateScores, candidateSpans, keepBest, mentionScores, pairScores, spanRows, spanVectors } from '../heads/coref.ts'
import { crfLoss, partialCrfLoss } from '../heads/crf.ts'
import { surfaceOf } from '../heads/surface.ts'
import { pairTokens, relationLogits } from '../heads/relation.ts'
import type { Forward, Model } from '../hierarchy.ts'
import { antecedentLoss, sigmoidLoss } from '../kernels/ops/losses.ts'
import type { Seeds } from '../layers/encoder.ts'
import type { CorefExample, Example, RelationExample, TagExample } from './examples.ts'

/** Sentences of examples, in order. */
export const sentencesOf = (examples: readonly Example[]): (readonly string[])[] => examples.flatMap((example) => (example.kind === 'coref' ? example.sentences : [example.words]))

/** Summed loss [1], or undefined where the examples have nothing to learn from. */
export const taskLoss = (model: Model, task: TaskConfig, state: Forward, examples: readonly Example[], seeds: Seeds): tf.Tensor1D | undefined => {
  if (task.kind === 'crf') return tagLoss(model, task, state, examples as TagExample[])
  if (task.kind === 'relation') return relationLoss(model, task, state, examples as RelationExample[])
  return corefLoss(model, task, state, examples as CorefExample[], seeds)
}

const tagLoss = (model: Model, task: CrfTaskConfig, state: Forward, examples: readonly TagExample[]): tf.Tensor1D => {
  const { packing } = state.batch
  const tags = new Int32Array(packing.size)
  let token = 0
  for (const example of examples) for (const tag of example.tags) tags[packing.rows[token++]] = tag
  if (examples.some(({ open }) => open))
    return partialCrfLoss(task, model.parameters, state.emissions(task), barredTags(examples, packing, state.emissions(task).shape[1]), packing)
  return crfLoss(task, model.parameters, state.emissions(task), tags, packing)
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

const relationLoss = (model: Model, task: RelationTaskConfig, state: Forward, examples: readonly RelationExample[]): tf.Tensor1D => {
  const { packing } = state.batch
  const types = model.labels[task.name].length
  const rowsOf = examples.map((_, s) => packing.rows.slice(packing.starts[s], packing.starts[s + 1]))
  const pairs = pairTokens(rowsOf)
  const positive: number[] = []
  let base = 0
  examples.forEach(({ cells }, s) => {
    const n = rowsOf[s].length
    for (let k = 0; k < cells.length; k += 3) positive.push((base + cells[k] * n + cells[k + 1]) * types + cells[k + 2])
    base += n * n
  })
  return sigmoidLoss(relationLogits(task, model.parameters, state.relationStates(task), pairs, types), indexes(Int32Array.from(positive)))
}

const corefLoss = (model: Model, task: CorefTaskConfig, state: Forward, examples: readonly CorefExample[], seeds: Seeds): tf.Tensor1D | undefined => {
  const { starts, rows } = state.batch.packing
  let sentence = 0
  let total: tf.Tensor1D | undefined
  for (const example of examples) {
    const sentenceStarts = starts.slice(sentence, sentence + example.sentences.length + 1)
    sentence += example.sentences.length
    const loss = pieceLoss(model, task, state, example, sentenceStarts, rows, seeds)
    if (loss) total = total ? (tf.add(total, loss) as tf.Tensor1D) : loss
  }
  return total
}

/** The gold mentions that are not too wide. */
const goldCandidates = ({ begin, end }: CorefExample, most: number) => {
  const keep = Int32Array.from(begin.keys()).filter((i) => end[i] - begin[i] <= most && (i === 0 || begin[i] !== begin[i - 1] || end[i] !== end[i - 1]))
  return { begin: keep.map((i) => begin[i]), end: keep.map((i) => end[i]) }
}

const pieceLoss = (
  model: Model,
  task: CorefTaskConfig,
  state: Forward,
  example: CorefExample,
  sentenceStarts: Int32Array,
  rows: Int32Array,
  seeds: Seeds,
): tf.Tensor1D | undefined => {
  const first = sentenceStarts[0]
  const tokenRows = rows.subarray(first, sentenceStarts[sentenceStarts.length - 1])
  const relative = sentenceStarts.map((start) => start - first)
  const [states, inputs] = [state.states(task), state.input(task)]
  const candidates = task.goldMentions ? goldCandidates(example, task.maxSpanWidth) : candidateSpans(relative, task.maxSpanWidth)
  if (candidates.begin.length < 2) return undefined
  // Which spans are kept is decided outside of the tape: no gradient goes through the others (Lee et al. 2017).
  const scores = tf.tidy(() => candidateScores(task, model.parameters, states, inputs, spanRows(candidates.begin, candidates.end, tokenRows)).dataSync() as Float32Array)
  const kept = keepBest(scores, Math.floor(task.spansPerWord * tokenRows.length))
  if (kept.length < 2) return undefined
  const begin = kept.map((i) => candidates.begin[i])
  const end = kept.map((i) => candidates.end[i])
  const clusterAt = new Map(Array.from(example.begin, (from, i) => [`${from} ${example.end[i]}`, example.cluster[i]]))
  const cluster = Int32Array.from(begin, (from, i) => clusterAt.get(`${from} ${end[i]}`) ?? -1)
  const vectors = spanVectors(task, model.parameters, states, inputs, spanRows(begin, end, tokenRows))
  const mentions = mentionScores(task, model.parameters, vectors, seeds)
  const words = task.textFeatures ? example.sentences.flat() : []
  const surfaces = task.textFeatures ? Array.from(begin, (from, i) => surfaceOf(words.slice(from, end[i]))) : undefined
  const pairs = antecedentPairs(kept.length, task.maxAntecedents, 0, surfaces)
  const gold = Int32Array.from(pairs.spans, (i, p) => (cluster[i] !== -1 && cluster[i] === cluster[pairs.antecedents[p]] ? 1 : 0))
  const antecedents = antecedentLoss({
    pairs: pairScores(task, model.parameters, vectors, pairs, seeds),
    mentions,
    ia: indexes(pairs.spans),
    ib: indexes(pairs.antecedents),
    starts: indexes(pairs.starts),
    gold: indexes(gold),
  })
  if (!task.mentionLoss) return antecedents
  const isMention = Int32Array.from(cluster.keys()).filter((i) => cluster[i] !== -1)
  const found = sigmoidLoss(mentions, indexes(isMention))
  return tf.add(antecedents, found) as tf.Tensor1D
}
