/** How many documents make a record batch. */
import type { Document } from '../document/document.ts'

const batchBytes = 1 << 20

/** Whether a batch of so many documents and bytes of text is full: at a mebibyte, or at a set number of documents. */
export const isFull = (documents: number, bytes: number, count: number | undefined): boolean =>
  count === undefined ? bytes >= batchBytes : documents >= count

/** What a document's tokens add to the bytes of its text. */
export const tokenBytes = ({ tokens }: Document): number => 8 * (tokens?.begin.length ?? 0)

/** Documents in such batches. */
export async function* batched(
  documents: AsyncIterable<Document>,
  count: number | undefined,
): AsyncGenerator<Document[]> {
  let batch: Document[] = []
  let bytes = 0
  for await (const document of documents) {
    batch.push(document)
    bytes += document.text.length + tokenBytes(document)
    if (!isFull(batch.length, bytes, count)) continue
    yield batch
    batch = []
    bytes = 0
  }
  if (batch.length > 0) yield batch
}
