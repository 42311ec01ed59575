/** `hmtl/pipeline`: the stages between documents and the model. */
export { chain } from './chain.ts'
export { prepareDocument } from './prepare.ts'
export { maxSentenceTokens, splitSentences } from './sentences.ts'
export { tokenize } from './tokenize.ts'
