/**
 * What of a document goes to a worker and comes back. Metadata stays here: no worker reads it, and it could not cross
 * unharmed, since messages between threads keep no class, such as that of a number with its text, and no function.
 */
import type { Document } from '../../io/document/document.ts'
import type { Outcome } from './messages.ts'

const none = {}

/** A document without its metadata, which is not even made where nobody has asked for it. */
export const forWorker = ({
  id,
  text,
  tokens,
  sentences,
  entities,
  mentions,
  relations,
  clusters,
}: Document): Document => ({ id, text, tokens, sentences, entities, mentions, relations, clusters, metadata: none })

/** What a worker made of `source`, with the metadata that stayed here. */
export const withMetadata = (outcome: Outcome, source: Document): Outcome =>
  'document' in outcome ? { document: { ...outcome.document, metadata: source.metadata } } : outcome
