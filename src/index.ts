/** The public face of the package. */
export * from './io/index.ts'
export {
  type AnnotateAllOptions,
  type AnnotateInput,
  type AnnotateOptions,
  type AnnotateSource,
  type Annotator,
  load,
} from './load.ts'
export { modelFolder } from './models.ts'
export { type LoadOptions, openPool } from './open-pool.ts'
export { prepareDocument } from './pipeline/index.ts'
export type { FoundMention, FoundRelation, FoundSpan, FoundText, Result } from './result.ts'
