/** Coreference: mentions in clusters, one for each thing that is spoken of (Lee et al. 2017). */
import type { Document } from '../../../io/document/document.ts'
import type { LossReport } from '../../../io/report.ts'
import type { CorefScore } from '../../metrics/coref.ts'
import { metricOf } from '../../metrics/score.ts'
import type { Grid, Head } from '../head.ts'
import { leaveOut } from '../not-judged.ts'
import { corefDecoder } from './decoder.ts'
import { type CorefExample, corefExamples } from './examples.ts'
import { corefDatasetKeys, type CorefTaskConfig, corefKeys } from './keys.ts'
import { corefLoss } from './loss.ts'

/** Clusters of two and more, unless singletons are learned. */
const goldClusters = (document: Document, { singletons }: CorefTaskConfig, notJudged?: LossReport): Document => {
  const { clusters } = document
  if (!clusters || singletons) return document
  const offsets = [0]
  const keep: number[] = []
  for (let c = 0; c + 1 < clusters.offsets.length; c++) {
    if (clusters.offsets[c + 1] - clusters.offsets[c] < 2) {
      const at = clusters.offsets[c]
      leaveOut(notJudged, 'single', document, { start: clusters.begin[at], end: clusters.end[at] })
      continue
    }
    for (let i = clusters.offsets[c]; i < clusters.offsets[c + 1]; i++) keep.push(i)
    offsets.push(keep.length)
  }
  const pick = (values: Int32Array) => Int32Array.from(keep, (i) => values[i])
  return {
    ...document,
    clusters: { offsets: Int32Array.from(offsets), begin: pick(clusters.begin), end: pick(clusters.end) },
  }
}

const linkBias: Grid = { setting: 'linkBias', best: 0, values: [0, 0.25, 0.5, 0.75, 1, 1.25, 1.5, 1.75, 2] }
/** Fewer candidates cost less, and what training needs to learn from need not be looked at later. */
const spansPerWord: Grid = { setting: 'spansPerWord', best: 0, values: [0.2, 0.25, 0.3], only: 'fewer' }

const words = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']

export const corefHead: Head<CorefTaskConfig, CorefExample, CorefScore> = {
  kind: 'coref',
  hint: 'where few words are mentions, keepGold, mentionLoss or a lexicalDropout of 0.2 helps',
  keys: corefKeys,
  datasetKeys: corefDatasetKeys,
  defaults: { hidden: 200, layers: 1, batch: 1 },
  inputDropout: ({ lexicalDropout }) => lexicalDropout,
  readsSpans: ({ namesOf }, tagger) => tagger === namesOf,
  others: ({ namesOf }) => (namesOf === '' ? [] : [{ key: 'namesOf', name: namesOf, kind: 'crf' }]),
  layer: () => 'clusters',
  examples: corefExamples,
  smallest: () => ({
    id: '',
    sentences: [words, words, words],
    begin: Int32Array.of(0),
    end: Int32Array.of(1),
    cluster: Int32Array.of(0),
  }),
  loss: corefLoss,
  /** A span is its first and last token's states, its width, and its head's input. */
  statesIn(part) {
    if (part === 'attention') return { own: 0, below: true }
    const isOfSpans = [
      'mention.first.weight',
      'antecedent.project',
      'antecedent.span',
      'antecedent.candidate',
    ].includes(part)
    return isOfSpans ? { own: 2, below: true } : undefined
  },
  rowsBySize: ['widths'],
  decoder: corefDecoder,
  comparable: (gold, predicted, task, _, __, notJudged) => [goldClusters(gold, task, notJudged), predicted],
  metric: () => metricOf('coref'),
  main: (_, { conll }) => conll,
  // Gold mentions are all kept, however many candidates were asked for.
  decisions: ({ goldMentions }) => (goldMentions ? [linkBias] : [linkBias, spansPerWord]),
}
