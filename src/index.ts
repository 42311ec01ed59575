/** The public face of the package. */
export * from './io/index.ts'
export { type AnnotateInput, type Annotator, type LoadOptions, load } from './load.ts'
export { prepareDocument } from './pipeline/index.ts'
