/** `hmtl/pipeline`: the stages between documents and the model. */
export { prepareDocument } from './prepare.ts'
export { maxSentenceTokens, splitSentences } from './sentences.ts'
export { tokenize } from './tokenize.ts'
