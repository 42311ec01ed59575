/** The first stage of every run: a document with tokens and sentences, whatever it came with. */
import { checkDocument, type Document, type Spans } from '../io/document.ts'
import { splitSentences } from './sentences.ts'
import { tokenize } from './tokenize.ts'

/** Adds tokens and sentences where they are missing; a document that has both is returned as it is. */
export const prepareDocument = (document: Document): Document => {
  if (document.tokens && document.sentences) return document
  const tokens: Spans = document.tokens ?? tokenize(document.text)
  return checkDocument({ ...document, tokens, sentences: splitSentences(document.text, tokens) })
}
