/** How many documents make a record batch. */
import type { Document } from '../document/document.ts'

const batchBytes = 1 << 20

/**
 * Batches of about a mebibyte of text, or of a set number of documents.
 * @returns what says of one document after another whether its batch is full with it
 */
export const batchRule = (count: number | undefined): ((document: Document) => boolean) => {
  let documents = 0
  let size = 0
  return ({ text, tokens }) => {
    documents++
    size += text.length + 8 * (tokens?.begin.length ?? 0)
    if (count === undefined ? size < batchBytes : documents < count) return false
    documents = 0
    size = 0
    return true
  }
}

/** Documents in such batches. */
export async function* batched(
  documents: AsyncIterable<Document>,
  count: number | undefined,
): AsyncGenerator<Document[]> {
  const isFull = batchRule(count)
  let batch: Document[] = []
  for await (const document of documents) {
    batch.push(document)
    if (!isFull(document)) continue
    yield batch
    batch = []
  }
  if (batch.length > 0) yield batch
}
