/** The first stage of every run: a document with tokens and sentences, whatever it came with. */
import { checkDocument, type Document, type Prepared, type Spans } from '../io/document/document.ts'
import { splitSentences } from './sentences.ts'
import { tokenize } from './tokenize.ts'

const isPrepared = (document: Document): document is Prepared =>
  document.tokens !== undefined && document.sentences !== undefined

/** Adds tokens and sentences where they are missing; a document that has both is returned as it is. */
export const prepareDocument = (document: Document): Prepared => {
  if (isPrepared(document)) return document
  const tokens: Spans = document.tokens ?? tokenize(document.text)
  return checkDocument({ ...document, tokens, sentences: splitSentences(document.text, tokens) }) as Prepared
}
