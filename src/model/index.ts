/** `hmtl/model`: metrics, layers, heads, training. */
export { CorefMetric, type CorefScore, type MentionClusters } from './metrics/coref.ts'
export { type CountedScore, LabelCounts, type LabelledScore, type Score } from './metrics/counts.ts'
export {
  type Metric,
  metricOf,
  pairDocuments,
  type RelationScore,
  type ScoredTask,
  scoreDocuments,
  scoredTasks,
  type TaskScores,
} from './metrics/score.ts'
