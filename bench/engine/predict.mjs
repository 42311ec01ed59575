/**
 * One batch of a task through the model and its decoder, as inference does it: tags, relations above the threshold, the
 * best antecedents.
 */
import * as tf from '@tensorflow/tfjs-core'
import { coarsely } from '../../dist/src/model/heads/coref/coarse.js'
import { crfDecoder, emissionsOf } from '../../dist/src/model/heads/crf/scores.js'
import {
  antecedentPairs,
  candidateScores,
  candidateSpans,
  keepBest,
  pairScoreValues,
  spanRows,
  spanVectors,
} from '../../dist/src/model/heads/coref/scores.js'
import { allPlaces, pairTokens, relationLogits, relationStates } from '../../dist/src/model/heads/relation/scores.js'
import { batchOf, forward, wordRows } from '../../dist/src/model/hierarchy.js'
import { sentencesOf } from '../../dist/src/model/loss.js'

export const predict = (model, task, examples) =>
  tf.tidy(() => {
    const batch = batchOf(model, sentencesOf(examples))
    const rows = tf.tensor2d(wordRows(model, batch.wordIds), [batch.wordIds.length, model.config.embeddings.words.size])
    const state = forward(model, batch, rows, undefined)
    const { starts, rows: rowOf } = batch.packing
    if (task.kind === 'crf') {
      const emissions = emissionsOf(task, model.parameters, state.states(task), model.labels[task.name], undefined)
      const values = emissions.dataSync()
      const decoder = crfDecoder(task, model.parameters, model.labels[task.name])
      return examples.map((_, s) =>
        decoder.decode(
          values,
          rowOf.subarray(starts[s], starts[s + 1]).map((row) => row * emissions.shape[1]),
        ),
      )
    }
    if (task.kind === 'relation') {
      const pairs = pairTokens(rowOf, allPlaces(starts))
      const logits = relationLogits(
        task,
        model.parameters,
        relationStates(model, task, state, undefined),
        pairs,
        model.labels[task.name].length,
      ).dataSync()
      const found = []
      for (let i = 0; i < logits.length; i++) if (logits[i] > 0) found.push(i)
      return found
    }
    const [states, inputs] = [state.states(task), state.input(task)]
    const candidates = candidateSpans(starts, task.maxSpanWidth)
    const scores = candidateScores(
      task,
      model.parameters,
      states,
      inputs,
      spanRows(candidates.begin, candidates.end, rowOf),
    ).dataSync()
    const kept = keepBest(scores, Math.floor(task.spansPerWord * rowOf.length))
    const [begin, end] = [kept.map((i) => candidates.begin[i]), kept.map((i) => candidates.end[i])]
    const vectors = spanVectors(task, model.parameters, states, inputs, spanRows(begin, end, rowOf))
    const every = antecedentPairs(kept.length, task.maxAntecedents)
    const own = Float32Array.from(kept, (i) => scores[i])
    const pairs = task.coarse ? coarsely(every, own, task.coarse.prior, task.coarse.most) : every
    const links = pairScoreValues(task, model.parameters, vectors, pairs)
    return Int32Array.from(kept, (_, i) => {
      let best = -1
      let most = 0
      for (let p = pairs.starts[i]; p < pairs.starts[i + 1]; p++) {
        const score = links[p] + scores[kept[i]] + scores[kept[pairs.antecedents[p]]]
        if (score > most) [best, most] = [pairs.antecedents[p], score]
      }
      return best
    })
  })
