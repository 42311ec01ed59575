/** `hmtl/model`: a model in this thread, kinds of heads, metrics. */
export { type Engine, startEngine } from './engine.ts'
export { type EngineName, engineNames } from './engine-choice.ts'
export type { Head } from './heads/head.ts'
export { registerHead } from './heads/index.ts'
export type { Model } from './hierarchy.ts'
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
export { type Pool as VectorPool, pools as vectorPools } from './sentence-embeddings.ts'
export { loadModel, type SaveOptions, saveModel } from './store.ts'
