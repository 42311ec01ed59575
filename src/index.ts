/** The public face of the package. */
export * from './io/index.ts'
export { prepareDocument } from './pipeline/index.ts'
