/** The loss of pieces of documents (Lee et al. 2017, equation 8). */
import * as tf from '@tensorflow/tfjs-core'
import { indexes } from '../../batch.ts'
import { antecedentLoss, sigmoidLoss } from '../../kernels/ops/losses.ts'
import type { Seeds } from '../../layers/encoder.ts'
import type { Forward, HeadContext } from '../head.ts'
import { coarsely } from './coarse.ts'
import type { CorefExample } from './examples.ts'
import type { CorefTaskConfig } from './keys.ts'
import {
  antecedentPairs,
  candidateScores,
  candidateSpans,
  keepBest,
  mentionScores,
  pairScores,
  spanRows,
  spanVectors,
} from './scores.ts'
import { surfaceOf } from './surface.ts'

/** The gold mentions that are not too wide, each once. */
const goldCandidates = ({ begin, end }: CorefExample, most: number) => {
  const keep = Int32Array.from(begin.keys()).filter(
    (i) => end[i] - begin[i] <= most && (i === 0 || begin[i] !== begin[i - 1] || end[i] !== end[i - 1]),
  )
  return { begin: keep.map((i) => begin[i]), end: keep.map((i) => end[i]) }
}

/**
 * The best spans, by their scores. Where no more than a share of the gold mentions are among them, the others are taken
 * besides: while few spans are mentions nearly every pair says no, so all scores fall, the mentions' first since they
 * have been seen, and what is pruned has no gradient and could never rise again. Besides, not instead: the best of the
 * others are what the mentions are to be told from.
 */
const keptWithGold = (
  scores: Float32Array,
  count: number,
  clusterOf: (i: number) => number,
  share: number,
): Int32Array => {
  const kept = keepBest(scores, count)
  if (share === 0) return kept
  const gold = Int32Array.from(scores.keys()).filter((i) => clusterOf(i) !== -1)
  const found = kept.reduce((n, i) => n + (clusterOf(i) === -1 ? 0 : 1), 0)
  return found > share * gold.length ? kept : Int32Array.from(new Set([...kept, ...gold])).sort()
}

/** @param sentenceStarts first token of each of its sentences in the batch, and the end of the last */
const pieceLoss = (
  { parameters }: HeadContext,
  task: CorefTaskConfig,
  state: Forward,
  example: CorefExample,
  sentenceStarts: Int32Array,
  seeds: Seeds,
): tf.Tensor1D | undefined => {
  const first = sentenceStarts[0]
  const tokenRows = state.batch.packing.rows.subarray(first, sentenceStarts[sentenceStarts.length - 1])
  const relative = sentenceStarts.map((start) => start - first)
  const [states, inputs] = [state.states(task), state.input(task)]
  const given = task.goldMentions || example.mentionsGiven === true
  const candidates = given ? goldCandidates(example, task.maxSpanWidth) : candidateSpans(relative, task.maxSpanWidth)
  if (candidates.begin.length < 2) return undefined
  // Which spans are kept is decided outside of the tape: no gradient goes through the others (Lee et al. 2017).
  const rows = spanRows(candidates.begin, candidates.end, tokenRows)
  const scores = tf.tidy(
    () => candidateScores(task, parameters, states, inputs, rows, example.convention).dataSync() as Float32Array,
  )
  const clusterAt = new Map(Array.from(example.begin, (from, i) => [`${from} ${example.end[i]}`, example.cluster[i]]))
  const clusterOf = (i: number) => clusterAt.get(`${candidates.begin[i]} ${candidates.end[i]}`) ?? -1
  const budget = example.mentionsGiven ? scores.length : Math.floor(task.spansPerWord * tokenRows.length)
  const kept = keptWithGold(scores, budget, clusterOf, task.keepGold)
  if (kept.length < 2) return undefined
  const begin = kept.map((i) => candidates.begin[i])
  const end = kept.map((i) => candidates.end[i])
  const cluster = kept.map(clusterOf)
  const vectors = spanVectors(task, parameters, states, inputs, spanRows(begin, end, tokenRows))
  const mentions = mentionScores(task, parameters, vectors, seeds, example.convention)
  const words = task.textFeatures ? example.sentences.flat() : []
  const surfaces = task.textFeatures ? Array.from(begin, (from, i) => surfaceOf(words.slice(from, end[i]))) : undefined
  const every = antecedentPairs(kept.length, task.maxAntecedents, 0, surfaces)
  // As at inference: by scores that no gradient goes through, of antecedents that nobody looks at again.
  const own = Float32Array.from(kept, (i) => scores[i])
  const pairs = task.coarse ? coarsely(every, own, task.coarse.prior, task.coarse.most) : every
  const gold = Int32Array.from(pairs.spans, (i, p) =>
    cluster[i] !== -1 && cluster[i] === cluster[pairs.antecedents[p]] ? 1 : 0,
  )
  const antecedents = antecedentLoss({
    pairs: pairScores(task, parameters, vectors, pairs, seeds, example.convention),
    mentions,
    ia: indexes(pairs.spans),
    ib: indexes(pairs.antecedents),
    starts: indexes(pairs.starts),
    gold: indexes(gold),
  })
  if (!task.mentionLoss) return antecedents
  const isMention = Int32Array.from(cluster.keys()).filter((i) => cluster[i] !== -1)
  return tf.add(antecedents, sigmoidLoss(mentions, indexes(isMention))) as tf.Tensor1D
}

export const corefLoss = (
  context: HeadContext,
  task: CorefTaskConfig,
  state: Forward,
  examples: readonly CorefExample[],
  seeds: Seeds,
): tf.Tensor1D | undefined => {
  const { starts } = state.batch.packing
  let sentence = 0
  let total: tf.Tensor1D | undefined
  for (const example of examples) {
    const sentenceStarts = starts.slice(sentence, sentence + example.sentences.length + 1)
    sentence += example.sentences.length
    const loss = pieceLoss(context, task, state, example, sentenceStarts, seeds)
    if (loss) total = total ? (tf.add(total, loss) as tf.Tensor1D) : loss
  }
  return total
}
