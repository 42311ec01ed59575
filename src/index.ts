/** The public face of the package. */
export * from './io/index.ts'
export type {
  AnnotateAllOptions,
  AnnotateInput,
  AnnotateOptions,
  AnnotateSource,
  Annotator,
} from './annotator.ts'
export { load, type StreamAnnotator } from './load.ts'
export { modelFolder } from './models.ts'
export { type LoadOptions, openPool } from './open-pool.ts'
export { prepareDocument } from './pipeline/index.ts'
export type { FoundMention, FoundRelation, FoundSpan, FoundText, Result } from './result.ts'
